// A signed file, as strangers see it.
#include <atomic>
#include <thread>

#include "core/error.h"
#include "core/json.h"
#include "keys.h"
#include "small_pdf.h"
#include "strangers.h"

using namespace naskah;
using namespace naskah::signing;
using namespace naskah::tests;

namespace {

struct Gap {
    std::size_t begin, end, total;
};

// The byte range of the last signature, found by its spelling alone.
Gap last_gap(const Bytes& pdf) {
    const auto text = as_text(pdf);
    const auto at = text.rfind("/ByteRange [0 ");
    REQUIRE(at != std::string_view::npos);
    Gap gap{};
    std::size_t rest = 0;
    REQUIRE(std::sscanf(text.data() + at, "/ByteRange [0 %zu %zu %zu", &gap.begin, &gap.end, &rest) == 3);
    gap.total = gap.end + rest;
    return gap;
}

Bytes covered(const Bytes& pdf, const Gap& gap) {
    Bytes bytes(pdf.begin(), pdf.begin() + static_cast<std::ptrdiff_t>(gap.begin));
    bytes.insert(bytes.end(), pdf.begin() + static_cast<std::ptrdiff_t>(gap.end),
                 pdf.begin() + static_cast<std::ptrdiff_t>(gap.total));
    return bytes;
}

Bytes contents(const Bytes& pdf) {
    const Gap gap = last_gap(pdf);
    return *parse_hex(as_text(pdf).substr(gap.begin + 1, gap.end - gap.begin - 2));
}

std::size_t occurrences(std::string_view text, std::string_view word) {
    std::size_t count = 0;
    for (std::size_t at = 0; (at = text.find(word, at)) != std::string_view::npos; at += word.size()) ++count;
    return count;
}

// pdfsig, openssl, qpdf, mutool and poppler all take the file for what it is.
void judge(const Bytes& pdf, const std::string& root_pem, std::size_t signatures = 1) {
    const Folder folder;
    folder.write("signed.pdf", pdf);
    folder.write("root.pem", as_bytes(root_pem));

    const auto pdfsig = must(folder, "pdfsig -nocert signed.pdf");
    INFO(pdfsig.text);
    CHECK(occurrences(pdfsig.text, "Signature is Valid.") == signatures);
    CHECK(occurrences(pdfsig.text, "ETSI.CAdES.detached") == signatures);
    CHECK(pdfsig.says("Total document signed"));

    const Gap gap = last_gap(pdf);
    CHECK(gap.total == pdf.size());
    CHECK(pdf[gap.begin] == '<');
    CHECK(pdf[gap.end - 1] == '>');
    folder.write("covered", covered(pdf, gap));
    folder.write("cms", contents(pdf));
    const auto cms = must(folder,
                          "openssl cms -verify -cades -binary -inform DER -in cms -content covered "
                          "-CAfile root.pem -purpose any -out /dev/null");
    CHECK(cms.says("erification successful"));

    const auto qpdf = must(folder, "qpdf --check signed.pdf");
    INFO(qpdf.text);
    CHECK_FALSE(qpdf.says("WARNING"));
    const auto mutool = must(folder, "mutool sign -v signed.pdf");
    INFO(mutool.text);
    CHECK(mutool.says("The document is unchanged since signing."));
    CHECK_FALSE(mutool.says("warning:"));
    const auto text = must(folder, "pdftotext signed.pdf -");
    CHECK(text.says("Surat Perintah"));
    CHECK_FALSE(text.says("Syntax"));
}

bool begins_with(const Bytes& longer, const Bytes& start) {
    return longer.size() > start.size() && std::equal(start.begin(), start.end(), longer.begin());
}

}  // namespace

TEST_CASE("A letter signed with any accepted key is valid to pdfsig, openssl, qpdf, mutool and poppler") {
    struct Row {
        const char* newkey;
        int links;
    };
    for (const auto& row :
         {Row{"rsa:2048", 2}, Row{"rsa:3072", 2}, Row{"rsa:2048", 6},
          Row{"ec -pkeyopt ec_paramgen_curve:P-256", 6}, Row{"ec -pkeyopt ec_paramgen_curve:P-384", 2},
          Row{"ec -pkeyopt ec_paramgen_curve:P-521", 2}, Row{"rsa:2048", 1},
          Row{"ec -pkeyopt ec_paramgen_curve:P-256", 1}}) {
        INFO(row.newkey << ", " << row.links << " certificates");
        const auto made = make_strangers_key(row.newkey, row.links);
        const auto key = open_pkcs12(made.p12, made.passphrase);
        const Bytes letter = SmallPdf().bytes();
        const Bytes signed_letter = sign(letter, *key, {}, system_now());
        judge(signed_letter, made.root_pem);
        CHECK(begins_with(signed_letter, letter));
    }
}

TEST_CASE("A letter signed with the demo key is valid to the same judges") {
    for (const auto type : {KeyType::rsa, KeyType::ecdsa}) {
        judge(sign(SmallPdf().bytes(), *demo_key(type), {.reason = "Menyetujui", .location = "Samarinda"},
                   system_now()),
              demo_authority(type).root_pem);
    }
}

TEST_CASE("A changed byte is seen by the same judges") {
    Bytes pdf = sign(SmallPdf().bytes(), *demo_key(KeyType::rsa), {}, system_now());
    const Folder folder;
    const auto valid = [&] {
        return run("pdfsig -nocert " + folder.write("a.pdf", pdf).string()).says("Signature is Valid.");
    };
    REQUIRE(valid());
    pdf[SmallPdf().str().find("Perintah")] ^= 1;
    CHECK_FALSE(valid());
}

TEST_CASE("Three signatures on one letter: the first certifies, each leaves the earlier bytes as they were") {
    const auto rsa = demo_key(KeyType::rsa), ecdsa = demo_key(KeyType::ecdsa);
    const Bytes first = sign(SmallPdf().bytes(), *rsa, {}, system_now());
    const Bytes second = sign(first, *ecdsa, {}, system_now());
    const Bytes third = sign(second, *rsa, {.field = "Mengetahui"}, system_now());
    CHECK(begins_with(second, first));
    CHECK(begins_with(third, second));
    judge(second, demo_authority(KeyType::ecdsa).root_pem, 2);
    judge(third, demo_authority(KeyType::rsa).root_pem, 3);
    CHECK(occurrences(as_text(third), "/TransformMethod /DocMDP") == 1);
    const Folder folder;
    const auto pdfsig = run("pdfsig -nocert " + folder.write("third.pdf", third).string());
    for (const auto* name : {"TandaTangan1", "TandaTangan2", "Mengetahui"}) CHECK(pdfsig.says(name));
    CHECK(prepare(second, *rsa, {}, today).certifies == 0);
    CHECK(prepare(second, *rsa, {}, today).field == "TandaTangan3");
}

TEST_CASE("The certification grants what was asked, and an approval grants nothing") {
    const auto key = demo_key(KeyType::ecdsa);
    for (const int permission : {0, 1, 2, 3}) {
        const Bytes pdf = sign(SmallPdf().bytes(), *key, {.certify = permission}, system_now());
        judge(pdf, demo_authority(KeyType::ecdsa).root_pem);
        const Folder folder;
        const auto json = must(folder, "qpdf --json " + folder.write("a.pdf", pdf).string());
        CHECK(json.says("\"/DocMDP\"") == (permission != 0));
        const std::string granted = "/P " + std::to_string(permission) + "\n/V /1.2";
        CHECK((as_text(pdf).find(granted) != std::string_view::npos) == (permission != 0));
    }
}

TEST_CASE("The CMS holds what PAdES B-B wants and nothing that it forbids") {
    for (const auto type : {KeyType::rsa, KeyType::ecdsa}) {
        const auto key = demo_key(type);
        const Folder folder;
        folder.write("cms", contents(sign(SmallPdf().bytes(), *key, {}, system_now())));
        const auto printed = must(folder, "openssl cms -cmsout -print -noout -inform DER -in cms");
        INFO(printed.text);
        CHECK(printed.says("eContent: <ABSENT>"));
        CHECK(printed.says("contentType"));
        CHECK(printed.says("messageDigest"));
        CHECK(printed.says("id-smime-aa-signingCertificateV2"));
        CHECK_FALSE(printed.says("signingTime"));
        const auto signer_info = printed.text.substr(printed.text.find("signerInfos:"));
        CHECK(occurrences(signer_info, "object: ") == 3);
        CHECK(signer_info.find("<ABSENT>", signer_info.find("unsignedAttrs:")) != std::string::npos);
        CHECK(occurrences(printed.text, "d.certificate:") == 2);  // signer and intermediate, not the root
        CHECK(
            printed.says(type == KeyType::rsa ? "algorithm: rsaEncryption" : "algorithm: ecdsa-with-SHA256"));
    }
}

TEST_CASE(
    "The reserved room is exactly what an RSA signature needs, and at most nine bytes more than ECDSA "
    "needs") {
    for (const int links : {1, 2, 4}) {
        const auto made = make_strangers_key("rsa:2048", links);
        const auto bytes =
            contents(sign(SmallPdf().bytes(), *open_pkcs12(made.p12, made.passphrase), {}, system_now()));
        const std::size_t content = (static_cast<std::size_t>(bytes[2]) << 8 | bytes[3]) + 4;
        CHECK(content == bytes.size());
    }
    for (int i = 0; i < 50; ++i) {
        const auto bytes = contents(sign(SmallPdf().bytes(), *demo_key(KeyType::ecdsa), {}, system_now()));
        const std::size_t content = (static_cast<std::size_t>(bytes[2]) << 8 | bytes[3]) + 4;
        CHECK(content <= bytes.size());
        CHECK(content + 9 >= bytes.size());
    }
}

TEST_CASE(
    "The middle step can happen elsewhere: openssl signs the attributes, Naskah embeds what it answers") {
    for (const std::string newkey : {"rsa:2048", "ec -pkeyopt ec_paramgen_curve:P-256"}) {
        const auto made = make_strangers_key(newkey);
        const auto key =
            open_pkcs12(made.p12, made.passphrase);  // stands for the public half: only its chain is used
        const Prepared prepared = prepare(SmallPdf().bytes(), *key, {}, system_now());
        CHECK(prepared.attributes_digest == sha256(prepared.attributes));
        const Folder folder;
        folder.write("key.p12", made.p12);
        folder.write("attributes", prepared.attributes);
        must(folder, "openssl pkcs12 -in key.p12 -passin pass:contoh -nodes -nocerts -out key.pem");
        must(folder, "openssl dgst -sha256 -sign key.pem -out value attributes");
        judge(embed(prepared, *key, read_file(folder / "value")), made.root_pem);

        Bytes wrong = read_file(folder / "value");
        wrong[wrong.size() / 2] ^= 1;
        for (const Bytes& value : {wrong, Bytes{}, Bytes(10'000, 7)}) {
            try {
                embed(prepared, *key, value);
                FAIL("a wrong signature value was embedded");
            } catch (const Error& error) {
                CHECK(error.code() == Code::outside);
            }
        }
    }
}

TEST_CASE("A remote holder may have been given another document's digest: its answer is refused") {
    const auto key = demo_key(KeyType::rsa);
    const Prepared one = prepare(SmallPdf().bytes(), *key, {}, today);
    const Prepared other = prepare(SmallPdf().bytes(), *key, {.reason = "lain"}, today);
    CHECK_THROWS_AS(embed(one, *key, key->sign_digest(other.attributes_digest)), Error);
}

TEST_CASE("Reason and location are kept to the letter, whatever they hold") {
    const auto key = demo_key(KeyType::ecdsa);
    for (const std::string text : {"Menyetujui", "kurung (buka", ") tutup \\ garis miring", "dua\nbaris\r\n",
                                   "Pemeriksaan — “lapangan” é 𝔘", "/Contents <0000000000>",
                                   "[0 0000000000 0000000000 0000000000]", "%PDF >> endobj"}) {
        INFO(text);
        const Bytes pdf = sign(SmallPdf().bytes(), *key, {.reason = text, .location = text}, system_now());
        judge(pdf, demo_authority(KeyType::ecdsa).root_pem);
        const Folder folder;
        folder.write("a.pdf", pdf);
        const auto json = parse_json(must(folder, "qpdf --json=2 a.pdf").text, "qpdf");
        const auto& objects = json.at("qpdf").at(1);
        bool found = false;
        for (const auto& [name, object] : objects.items()) {
            const auto* value = object.contains("value") ? &object.at("value") : nullptr;
            if (value == nullptr || !value->is_object() || !value->contains("/Reason")) continue;
            CHECK(value->at("/Reason") == "u:" + text);
            CHECK(value->at("/Location") == "u:" + text);
            found = true;
        }
        CHECK(found);
    }
}

TEST_CASE("The same letter, key and time give the same bytes with RSA") {
    const auto key = demo_key(KeyType::rsa);
    CHECK(sign(SmallPdf().bytes(), *key, {}, today) == sign(SmallPdf().bytes(), *key, {}, today));
}

TEST_CASE("Many threads sign with one key at once") {
    for (const auto type : {KeyType::rsa, KeyType::ecdsa}) {
        const auto key = demo_key(type);
        const Bytes letter = SmallPdf().bytes();
        std::atomic<int> good = 0;
        std::vector<std::thread> threads;
        for (int t = 0; t < 8; ++t) {
            threads.emplace_back([&] {
                for (int i = 0; i < 20; ++i)
                    good += begins_with(sign(letter, *key, {}, today), letter) ? 1 : 0;
            });
        }
        for (auto& thread : threads) thread.join();
        CHECK(good == 160);
    }
}
