// A real letter, one byte changed, or cut short: never passes.
#include <random>

#include "tests/workflow/demo_office.h"
#include "verify/verify.h"

using namespace naskah;
using namespace naskah::test;

namespace {

struct Letter {
    DemoOffice demo;
    fs::path file = demo / "surat.pdf";
    Bytes bytes;
    verify::Trust trust;

    explicit Letter(const std::string& kind) {
        demo.issue(kind, demo.example(kind), file);
        bytes = to_bytes(slurp(file));
        for (const char* name : {"akar-contoh.pem", "antara-contoh.pem"})
            trust.add(as_bytes(slurp(demo.office() / "trust" / name)), name);
    }
    verify::Verdict verdict(const Bytes& pdf) const {
        return verify::check(pdf, trust, system_clock().now()).verdict;
    }
    // '<' and behind '>' of the signature's /Contents: the only bytes that the signature does not cover.
    std::pair<std::size_t, std::size_t> gap() const {
        const std::string_view text = as_text(bytes);
        std::size_t at = text.rfind("/ByteRange"), start = 0, end = 0;
        REQUIRE(std::sscanf(text.data() + at, "/ByteRange [ 0 %zu %zu", &start, &end) == 2);
        return {start, end};
    }
};

}  // namespace

TEST_CASE("one byte changed anywhere in the covered ranges fails") {
    const Letter letter("surat-perintah-tugas");
    REQUIRE(letter.verdict(letter.bytes) == verify::Verdict::passed);
    const auto [gap_start, gap_end] = letter.gap();
    std::mt19937 random(1);
    std::uniform_int_distribution<std::size_t> anywhere(0, letter.bytes.size() - 1);
    std::uniform_int_distribution<int> flip(1, 255);
    int tried = 0;
    while (tried < (sanitized ? 200 : 2000)) {
        const std::size_t at = anywhere(random);
        if (at >= gap_start && at < gap_end) continue;
        Bytes changed = letter.bytes;
        changed[at] = static_cast<std::uint8_t>(changed[at] ^ flip(random));
        INFO("offset " << at);
        REQUIRE(letter.verdict(changed) == verify::Verdict::failed);
        if (++tried % 100 == 0) {
            spit(letter.demo / "ubah.pdf", std::string(as_text(changed)));
            REQUIRE(letter.demo.command({"verify", (letter.demo / "ubah.pdf").string()}).exit_code == 1);
        }
    }
}

TEST_CASE("every structural byte of the last revision, changed, fails") {
    const Letter letter("rekomendasi-video-dokumenter");
    const auto [gap_start, gap_end] = letter.gap();
    const std::string_view text = as_text(letter.bytes);
    const std::size_t first_end = text.find("%%EOF");
    REQUIRE(first_end != std::string_view::npos);
    int tried = 0;
    for (std::size_t at = first_end; at < letter.bytes.size(); ++at) {
        if (at > gap_start && at + 1 < gap_end) continue;  // hex digits of the signature: their own test
        for (const int flip : {0x01, 0x20}) {
            Bytes changed = letter.bytes;
            changed[at] = static_cast<std::uint8_t>(changed[at] ^ flip);
            INFO("offset " << at << " flip " << flip);
            REQUIRE(letter.verdict(changed) == verify::Verdict::failed);
            ++tried;
        }
        if (sanitized) at += 7;
    }
    CHECK(tried > 200);
}

TEST_CASE("a changed digit of the signature never makes another signer, and none can hide behind it") {
    const Letter letter("checklist-persyaratan");
    const auto [gap_start, gap_end] = letter.gap();
    const verify::Report before = verify::check(letter.bytes, letter.trust, system_clock().now());
    // The CMS fills the front of its room; behind it stand zeros and nothing else.
    std::size_t cms_end = gap_end - 1;
    while (letter.bytes[cms_end - 1] == '0') --cms_end;
    std::mt19937 random(2);
    std::uniform_int_distribution<std::size_t> digit(gap_start + 1, gap_end - 2);
    int refused = 0, tried = 0;
    for (; tried < (sanitized ? 60 : 600); ++tried) {
        const std::size_t at = digit(random);
        Bytes changed = letter.bytes;
        changed[at] = changed[at] == '7' ? '3' : '7';
        const verify::Report after = verify::check(changed, letter.trust, system_clock().now());
        INFO("offset " << at);
        if (at > cms_end) {
            REQUIRE(after.verdict != verify::Verdict::passed);
        } else if (after.verdict == verify::Verdict::passed) {
            // Only in what the signature does not rest on: a copy of a certificate that the office holds
            // itself.
            REQUIRE(after.signatures.size() == 1);
            REQUIRE(after.signatures[0].signer == before.signatures[0].signer);
            REQUIRE(after.signatures[0].digest_matches);
            REQUIRE(after.signatures[0].signature_matches);
        }
        refused += after.verdict != verify::Verdict::passed;
    }
    CHECK(refused > tried / 2);
}

TEST_CASE("truncated anywhere, a letter never passes") {
    const Letter letter("surat-perintah-tugas");
    for (int i = 0; i < 200; ++i) {
        const std::size_t length = letter.bytes.size() * static_cast<std::size_t>(i) / 200;
        const Bytes cut(letter.bytes.begin(), letter.bytes.begin() + static_cast<std::ptrdiff_t>(length));
        INFO("length " << length);
        REQUIRE(letter.verdict(cut) != verify::Verdict::passed);
        if (i % 20 == 0) {
            spit(letter.demo / "potong.pdf", std::string(as_text(cut)));
            const int code = letter.demo.command({"verify", (letter.demo / "potong.pdf").string()}).exit_code;
            REQUIRE((code == 1 || code == 3));
        }
    }
}

TEST_CASE("an altered letter is still known to the register, and said to differ") {
    const Letter letter("surat-perintah-tugas");
    spit(letter.demo / "ubah.pdf", std::string(as_text(letter.bytes)) + "\n% ditambah\n");
    const Ran ran = letter.demo.command({"verify", (letter.demo / "ubah.pdf").string(), "--json"});
    CHECK(ran.exit_code == 1);
    const Json report = parse_json(ran.out, "verify").at(0);
    CHECK(report.at("verdict") == "failed");
    REQUIRE(report.at("register").is_object());
    CHECK(report.at("register").at("same_bytes") == false);
    CHECK(report.at("register").at("status") == "issued");
}
