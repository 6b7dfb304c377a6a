#include <regex>
#include <set>

#include "generator/picture.h"
#include "generator/qr.h"
#include "house.h"
#include "tests/verify/pdf_kit.h"

using namespace naskah;
using Catch::Matchers::Contains;
using naskah::test::House;
namespace fs = std::filesystem;
using service::Response;

namespace {

constexpr const char* public_kind = "rekomendasi-video-dokumenter";
constexpr const char* inner_kind = "surat-perintah-tugas";

workflow::Issued issue(House& house, const std::string& kind, const std::function<void(Json&)>& change = {}) {
    const auto desk = house.site->desk();
    Json data = workflow::example_of(desk->templates(), kind, house.folder / "kantor", house.clock);
    if (change) change(data);
    return desk->issue({.kind = kind, .data = data, .key = "", .series = "", .images = ""});
}

std::string page_of(const LetterId& id) { return "/v/" + to_string(id); }

// The word in the page's heading: what a citizen sees first.
std::string verdict(const Response& response) {
    std::smatch found;
    if (!std::regex_search(response.body, found, std::regex("<h1 id=\"hasil\">.*?</span>([^<]*)</h1>")))
        return "";
    return found[1];
}

bool is_green(const Response& response) { return response.body.find("v-ok") != std::string::npos; }

Response send(House& house, const std::string& content, const std::string& field = "pdf",
              const std::string& cookie = "") {
    service::Request asked = House::request("POST", "/periksa/berkas", cookie);
    asked.uploads.push_back({field, "berkas", "application/octet-stream", content});
    return house.service->handle(asked);
}
Response send(House& house, const Bytes& content, const std::string& field = "pdf") {
    return send(house, std::string(as_text(content)), field);
}

std::string replaced(std::string text, const std::string& what, const std::string& by) {
    for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
        text.replace(at, what.size(), by);
    return text;
}

// An update behind a PDF with a classic table: one object that nothing uses, or whatever `body` says.
std::string updated(const Bytes& pdf, int number = 0, const std::string& body = "<</Catatan (contoh)>>") {
    std::string text(as_text(pdf));
    const std::string trailer = text.substr(text.rfind("trailer"));
    const std::string previous = trailer.substr(trailer.find("startxref") + 10);
    const auto entry = [&](const std::string& name) {
        std::smatch found;
        const std::regex pattern("/" + name + " ?([0-9]+( 0 R)?|\\[[^\\]]*\\])");
        return std::regex_search(trailer, found, pattern) ? found[1].str() : "";
    };
    const int size = std::stoi(entry("Size"));
    if (number == 0) number = size;
    const std::size_t at = text.size();
    text += std::to_string(number) + " 0 obj\n" + body + "\nendobj\n";
    const std::size_t table = text.size();
    char line[32];
    std::snprintf(line, sizeof line, "%010zu 00000 n \n", at);
    text += "xref\n" + std::to_string(number) + " 1\n" + line + "trailer\n<</Size " +
            std::to_string(std::max(size, number + 1)) + "/Root " + entry("Root") + "/Info " + entry("Info") +
            "/ID " + entry("ID") + "/Prev " + std::to_string(std::stoul(previous)) + ">>\nstartxref\n" +
            std::to_string(table) + "\n%%EOF\n";
    return text;
}

// A photo of a QR code: black and white, with a margin.
Bytes photo_of(const std::string& text, int scale = 6) {
    const generator::QrCode qr = generator::make_qr(text);
    const int margin = 4, side = (qr.modules + 2 * margin) * scale;
    generator::Raster raster{side, side, 1, Bytes(static_cast<std::size_t>(side * side), 255)};
    for (int y = 0; y < qr.modules * scale; ++y)
        for (int x = 0; x < qr.modules * scale; ++x)
            if (qr.dark[static_cast<std::size_t>(y / scale * qr.modules + x / scale)])
                raster.samples[static_cast<std::size_t>((y + margin * scale) * side + x + margin * scale)] =
                    0;
    return generator::write_png(raster);
}

storage::Letter reserve(House& house) {
    const auto desk = house.site->desk();
    storage::NewLetter letter;
    letter.id = make_letter_id(house.site->random());
    letter.kind = public_kind;
    const auto series =
        desk->office().series_of(desk->templates().get(public_kind)->about(), public_kind, "");
    letter.series = series.name;
    letter.pattern = series.pattern;
    letter.parts = series.parts;
    letter.date = date_in(desk->office().zone(), house.clock.now());
    letter.subject = "Contoh";
    letter.data = Json::object();
    letter.snapshot = Json::object();
    letter.actor = "uji";
    return desk->letters().reserve(letter, house.clock.now()).letter;
}

}  // namespace

TEST_CASE("a letter in force is SAH, with what to compare, its first page and its exact file") {
    House house;
    const auto issued = issue(house, public_kind);
    const Response page = house.get(page_of(issued.letter.id));
    CHECK(page.status == 200);
    CHECK(verdict(page) == "SAH");
    CHECK(is_green(page));
    for (const char* said :
         {"Bandingkan dengan cetakan Anda", "Rekomendasi Pembuatan Video Dokumenter", "Napas Sungai Mahakam",
          "Dr. Wirya Contoh Adikarsa, M.Si.", "Kepala Dinas", "WITA", "Halaman 1 dari 1", "Unduh surat asli"})
        CHECK_THAT(page.body, Contains(said));
    CHECK_THAT(page.body, Contains(issued.letter.number));
    const Response picture = house.get(page_of(issued.letter.id) + "/halaman-1.png");
    CHECK(picture.type == "image/png");
    CHECK(picture.body.substr(0, 4) == "\x89PNG");
    const Response file = house.get(page_of(issued.letter.id) + "/surat.pdf");
    CHECK(file.type == "application/pdf");
    CHECK(file.body == as_text(issued.pdf));
}

TEST_CASE("of a letter that is not public the facts are told, and neither page nor file is given") {
    House house;
    const auto issued = issue(house, inner_kind);
    const Response page = house.get(page_of(issued.letter.id));
    CHECK(verdict(page) == "SAH");
    CHECK_THAT(page.body, Contains(issued.letter.number) && Contains("Isinya tidak kami tampilkan"));
    CHECK_THAT(page.body, !Contains("halaman-1.png") && !Contains("surat.pdf"));
    CHECK(house.get(page_of(issued.letter.id) + "/halaman-1.png").status == 404);
    CHECK(house.get(page_of(issued.letter.id) + "/surat.pdf").status == 404);
}

TEST_CASE("a code is read as people type it") {
    House house;
    const LetterId id = issue(house, public_kind).letter.id;
    std::string lower = to_string(id), spaced = to_grouped(id);
    for (char& c : lower) c = static_cast<char>(std::tolower(c));
    for (char& c : spaced)
        if (c == '-') c = ' ';
    const std::string official = house.site->desk()->office().verify_url(id);
    for (const std::string& typed :
         {to_string(id), to_grouped(id), lower, spaced, "  " + lower + "\r\n", official,
          replaced(official, "https://naskah", "HTTP://NASKAH"), official + "/"}) {
        INFO(typed);
        const Response response = house.post("/periksa/kode", {{{"kode", typed}}});
        CHECK(response.status == 303);
        CHECK(House::header(response, "Location") == page_of(id));
    }
    CHECK(verdict(house.get("/v/" + lower)) == "SAH");
    CHECK(verdict(house.get("/v/" + to_grouped(id))) == "SAH");
}

TEST_CASE("a mistyped code is a field error that says what is wrong, never a verdict") {
    House house;
    const struct {
        const char *typed, *said;
    } rows[] = {{"", "Kode belum diisi"},
                {"   ", "Kode belum diisi"},
                {"K7QM", "yang Anda ketik 4"},
                {"K7QM-4XTR-9HBD-2WNC-5F8J-V3PY-6C-6", "yang Anda ketik 27"},
                {"U7QM-4XTR-9HBD-2WNC-5F8J-V3PY-6C", "tanpa U"},
                {"K7QM-4XTR-9HBD-2WNC-5F8J-V3PY-6!", "tidak dipakai dalam kode"},
                {"K7QM-4XTR-9HBD-2WNC-5F8J-V3PY-6Z", "huruf terakhirnya salah"},
                {"500.16.7.4/001/DPMPTSP/XI/2026", "Itu nomor surat"},
                {"<script>alert(1)</script>", "Itu nomor surat"}};
    for (const auto& row : rows) {
        INFO(row.typed);
        const Response response = house.post("/periksa/kode", {{{"kode", row.typed}}});
        CHECK(response.status == 422);
        CHECK(verdict(response).empty());
        CHECK_THAT(response.body,
                   Contains(row.said) && Contains("aria-invalid=\"true\"") && Contains("role=\"alert\""));
        CHECK_THAT(response.body, !Contains("<script>alert"));
    }
    const Response typed = house.get("/v/K7QM4XTR9HBD2WNC5F8JV3PY6Z");
    CHECK(typed.status == 404);
    CHECK_THAT(typed.body, Contains("huruf terakhirnya salah") && Contains("K7QM4XTR9HBD2WNC5F8JV3PY6Z"));
    CHECK_THAT(typed.body, !Contains("TIDAK TERDAFTAR</h1>"));
}

TEST_CASE("only a well-formed code that the register does not know is TIDAK TERDAFTAR") {
    House house;
    const Response response = house.get("/v/K7QM4XTR9HBD2WNC5F8JV3PY6C");
    CHECK(response.status == 404);
    CHECK(verdict(response) == "TIDAK TERDAFTAR");
    CHECK_THAT(response.body, Contains("K7QM-4XTR-9HBD-2WNC-5F8J-V3PY-6C") && !Contains("v-ok"));
    CHECK(house.get("/v/K7QM4XTR9HBD2WNC5F8JV3PY6C/surat.pdf").status == 404);
}

TEST_CASE("a letter that was withdrawn says so at once, and names the letter that did it") {
    House house;
    const auto letter = issue(house, public_kind), by = issue(house, public_kind);
    const auto inner = issue(house, inner_kind), by_inner = issue(house, inner_kind);
    REQUIRE(verdict(house.get(page_of(letter.letter.id))) == "SAH");  // kept by now
    storage::Register& letters = house.site->desk()->letters();

    SECTION("corrected") {
        letters.withdraw(letter.letter.id, storage::Status::superseded, by.letter.id, "waktu diperpanjang",
                         house.clock.now(), "uji");
        const Response page = house.get(page_of(letter.letter.id));
        CHECK(verdict(page) == "DIRALAT");
        CHECK_THAT(page.body, Contains(by.letter.number) && Contains(page_of(by.letter.id)) &&
                                  Contains("waktu diperpanjang") && !Contains("v-ok"));
        CHECK(verdict(house.get(page_of(by.letter.id))) == "SAH");
    }
    SECTION("revoked") {
        letters.withdraw(letter.letter.id, storage::Status::revoked, by.letter.id, "permohonan sendiri",
                         house.clock.now(), "uji");
        const Response page = house.get(page_of(letter.letter.id));
        CHECK(verdict(page) == "DICABUT");
        CHECK_THAT(page.body,
                   Contains(by.letter.number) && Contains("Jangan pakai surat ini") && !Contains("v-ok"));
        // Its file is genuine, and no more in force than its code.
        CHECK(verdict(send(house, letter.pdf)) == "DICABUT");
        // Nor is what was made of it, whose page does not offer the original in its place.
        Bytes changed = letter.pdf;
        changed[changed.size() / 2] ^= 1;
        const Response altered = send(house, changed);
        CHECK(verdict(altered) == "DIUBAH ISINYA");
        CHECK_THAT(altered.body, Contains("Surat aslinya pun tidak berlaku lagi") &&
                                     Contains(by.letter.number) && !Contains("surat.pdf"));
    }
    SECTION("by a letter that is not public: its number, not its address") {
        letters.withdraw(inner.letter.id, storage::Status::superseded, by_inner.letter.id, "salah tanggal",
                         house.clock.now(), "uji");
        const Response page = house.get(page_of(inner.letter.id));
        CHECK(verdict(page) == "DIRALAT");
        CHECK_THAT(page.body, Contains(by_inner.letter.number) && !Contains(to_string(by_inner.letter.id)));
    }
}

TEST_CASE("a number that is only reserved is BELUM PASTI, and a void one was never issued") {
    House house;
    const storage::Letter letter = reserve(house);
    const Response reserved = house.get(page_of(letter.id));
    CHECK(verdict(reserved) == "BELUM PASTI");
    CHECK_THAT(reserved.body, Contains("belum terbit") && !Contains("v-ok"));
    CHECK(house.get(page_of(letter.id) + "/surat.pdf").status == 404);
    CHECK(house.get(page_of(letter.id) + "/halaman-1.png").status == 404);
    house.site->desk()->letters().make_void(letter.id, "salah data", house.clock.now(), "uji");
    const Response dead = house.get(page_of(letter.id));
    CHECK(verdict(dead) == "TIDAK TERDAFTAR");
    CHECK_THAT(dead.body, Contains(letter.number) && Contains("BATAL") && !Contains("salah data"));
}

TEST_CASE("what cannot be proved is never green") {
    House house;
    const auto issued = issue(house, public_kind);
    SECTION("the certificate has expired and nothing proves when it was used") {
        house.clock.pass(std::chrono::hours(24 * 365 * 30));
        const Response page = house.get(page_of(issued.letter.id));
        CHECK(verdict(page) == "BELUM PASTI");
        CHECK_THAT(page.body, Contains("Masa berlaku sertifikat sudah lewat") && Contains("utuh sejak"));
        CHECK_FALSE(is_green(page));
    }
    SECTION("the office no longer trusts the issuer") {
        fs::remove_all(house.folder / "kantor/trust");
        house.site->reload();
        const Response page = house.get(page_of(issued.letter.id));
        CHECK(verdict(page) == "BELUM PASTI");
        CHECK_THAT(page.body, Contains("sertifikat akar yang dipercaya"));
        CHECK_FALSE(is_green(page));
    }
    SECTION("the archive holds other bytes than were issued") {
        const std::string database = (house.folder / "kantor/naskah.db").string();
        const auto edited = test::run(
            {"sqlite3", database, "DROP TRIGGER pdfs_no_update; UPDATE pdfs SET content = x'25504446'"});
        INFO(edited.err);
        REQUIRE(edited.exit_code == 0);
        const Response page = house.get(page_of(issued.letter.id));
        CHECK(verdict(page) == "BELUM PASTI");
        CHECK_FALSE(is_green(page));
    }
    SECTION("the register does not answer") {
        for (const char* file : {"naskah.db", "naskah.db-wal", "naskah.db-shm"})
            if (fs::exists(house.folder / "kantor" / file))
                std::ofstream(house.folder / "kantor" / file, std::ios::in | std::ios::out | std::ios::binary)
                    << std::string(200'000, 'x');
        for (const Response& page : {house.get(page_of(issued.letter.id)), send(house, issued.pdf)}) {
            CHECK(page.status == 503);
            CHECK(verdict(page) == "BELUM PASTI");
            CHECK_THAT(page.body, Contains("tidak menjawab"));
            CHECK_FALSE(is_green(page));
        }
    }
}

TEST_CASE("the file that we issued is known again, and every change of it is seen") {
    House house;
    const auto issued = issue(house, public_kind);
    const Response same = send(house, issued.pdf);
    CHECK(verdict(same) == "SAH");
    CHECK_THAT(same.body, Contains("sama persis dengan yang kami terbitkan"));
    const std::size_t size = issued.pdf.size();
    for (const std::size_t at : {std::size_t(20), size / 4, size / 2, 3 * size / 4, size - 3000}) {
        INFO("byte " << at << " of " << size);
        Bytes changed = issued.pdf;
        changed[at] ^= 0x20;
        const Response response = send(house, changed);
        CHECK(verdict(response) == "DIUBAH ISINYA");
        CHECK_THAT(response.body, Contains(issued.letter.number) && Contains("Surat yang asli") &&
                                      Contains(page_of(issued.letter.id) + "/surat.pdf"));
        CHECK_FALSE(is_green(response));
    }
    const Response cut =
        send(house, Bytes(issued.pdf.begin(), issued.pdf.begin() + static_cast<long>(size - 5000)));
    CHECK(verdict(cut) == "DIUBAH ISINYA");
}

TEST_CASE("what the signer permits to be added stays SAH, and is told beside it") {
    House house;
    const auto issued = issue(house, public_kind);
    const Response response = send(house, updated(issued.pdf));
    CHECK(verdict(response) == "SAH");
    CHECK_THAT(response.body,
               Contains("Berkas Anda berbeda dari yang kami terbitkan") && !Contains("sama persis"));
    // An update that changes a page is no addition.
    const std::string text(as_text(issued.pdf));
    std::smatch page;
    REQUIRE(std::regex_search(text, page, std::regex("([0-9]+) 0 obj\\s*<<[^>]*/Type ?/Page\\b")));
    const Response changed =
        send(house, updated(issued.pdf, std::stoi(page[1]), "<</Type/Page/MediaBox[0 0 100 100]>>"));
    CHECK(verdict(changed) == "DIUBAH ISINYA");
}

TEST_CASE("a file that claims to be a letter of ours must be that letter") {
    House house;
    const auto letter = issue(house, public_kind), other = issue(house, public_kind);
    const std::string mine = to_string(letter.letter.id);
    SECTION("a code that we never gave") {
        const Response response =
            send(house, replaced(std::string(as_text(letter.pdf)), mine, "K7QM4XTR9HBD2WNC5F8JV3PY6C"));
        CHECK(verdict(response) == "TIDAK TERDAFTAR");
        CHECK_THAT(response.body, !Contains(letter.letter.number));
    }
    SECTION("the code of another letter") {
        const Response response =
            send(house, replaced(std::string(as_text(letter.pdf)), mine, to_string(other.letter.id)));
        CHECK(verdict(response) == "DIUBAH ISINYA");
        CHECK_THAT(response.body, Contains(other.letter.number) && !Contains(letter.letter.number));
    }
    SECTION("without its signature") {
        const std::string text(as_text(letter.pdf));
        const std::string first = text.substr(0, text.find("%%EOF") + 6);
        const Response response = send(house, first);
        CHECK(verdict(response) == "DIUBAH ISINYA");
        CHECK_THAT(response.body, Contains("Tanda tangan elektroniknya sudah tidak ada"));
    }
    SECTION("locked with a password") {
        const test::Folder folder;
        test::spit(folder / "in.pdf", std::string(as_text(letter.pdf)));
        REQUIRE(test::run({"qpdf", "--encrypt", "x", "y", "256", "--", (folder / "in.pdf").string(),
                           (folder / "out.pdf").string()})
                    .exit_code == 0);
        const Response response = send(house, test::slurp(folder / "out.pdf"));
        CHECK(verdict(response) == "BELUM PASTI");
        CHECK_THAT(response.body, Contains("terkunci dengan kata sandi"));
    }
    SECTION("a draft is nobody's letter") {
        const auto desk = house.site->desk();
        const Json data =
            workflow::example_of(desk->templates(), public_kind, house.folder / "kantor", house.clock);
        const Response response = send(house, desk->draft(public_kind, data, ""));
        CHECK(verdict(response) == "BELUM PASTI");
        CHECK_THAT(response.body, Contains("tidak memuat tanda tangan elektronik"));
    }
}

TEST_CASE("signed by a key that we trust and yet no letter of ours: not SAH") {
    House house, stranger;
    const auto issued = issue(stranger, public_kind);
    CHECK(verdict(send(house, issued.pdf)) == "TIDAK TERDAFTAR");  // it names a code at our address
    // Without any address of ours in it, and with the stranger's root among ours.
    const auto root = test::slurp(stranger.folder / "kantor/trust/akar-contoh.pem");
    test::spit(house.folder / "kantor/trust/lain.pem", root);
    test::spit(house.folder / "kantor/trust/lain-antara.pem",
               test::slurp(stranger.folder / "kantor/trust/antara-contoh.pem"));
    Json settings = parse_json(test::slurp(house.folder / "kantor/office.json"), "office.json");
    settings["alamat_publik"] = "https://kantor.lain.example";
    test::spit(house.folder / "kantor/office.json", dump_json(settings));
    house.site->reload();
    const Response response = send(house, issued.pdf);
    CHECK(verdict(response) == "BELUM PASTI");
    CHECK_THAT(response.body, Contains("bukan surat yang kami terbitkan") && !Contains("v-ok"));
}

TEST_CASE("who gave the time is told as such, not as a signer") {
    House house;
    const auto authority = kit::make_person({.name = "CONTOH Penanda Waktu"});
    const Response page =
        send(house, kit::stamp_document(kit::sign(kit::plain_pdf()), authority, kit::now()));
    CHECK_THAT(page.body, Contains("<dt>Stempel waktu</dt><dd>CONTOH Penanda Waktu</dd>"));
    CHECK_THAT(page.body, !Contains("<dt>Penanda tangan</dt><dd>CONTOH Penanda Waktu"));
}

TEST_CASE("uploads that are nothing we can check are told at their field") {
    House house;
    const Bytes bomb = [] {  // a PNG that says it is 60,000 pixels square
        Bytes png = photo_of("contoh", 1);
        for (const std::size_t at : {16u, 20u}) {
            png[at + 2] = 0xEA;
            png[at + 3] = 0x60;
        }
        return png;
    }();
    const Bytes photo = photo_of("contoh");
    generator::Raster plain{300, 300, 1, Bytes(90'000, 200)};
    const struct {
        std::string content, field, said;
        int status;
    } rows[] = {
        {"", "pdf", "Belum ada berkas yang dipilih", 422},
        {"", "foto", "Belum ada foto yang dipilih", 422},
        {"PK\x03\x04 surat.docx", "pdf", "Berkas ini bukan PDF", 422},
        {"GIF89a", "foto", "bukan foto PNG atau JPEG", 422},
        {std::string((20u << 20) + 1, 'x'), "pdf", "lebih besar dari 20 MB", 413},
        {std::string(as_text(bomb)), "foto", "Gambar", 422},
        {std::string(as_text(photo)).substr(0, 200), "foto", "Gambar rusak atau terpotong", 422},
        {std::string("\xFF\xD8\xFF\xE0") + std::string(300, '\0'), "foto", "Gambar rusak atau terpotong",
         422},
        {std::string(as_text(generator::write_png(plain))), "foto", "Kode QR tidak terlihat", 422},
    };
    for (const auto& row : rows) {
        INFO(row.said);
        const Response response = send(house, row.content, row.field);
        CHECK(response.status == row.status);
        CHECK_THAT(response.body, Contains(row.said) && Contains("id=\"" + row.field + "-e\""));
        CHECK(verdict(response).empty());
    }
    // No field at all, as no browser sends it.
    CHECK(house.post("/periksa/berkas", {}).status == 422);
    // A PDF of nonsense: unproved, not altered.
    const Response nonsense = send(house, std::string("%PDF-1.7\n") + std::string(5000, 'z'));
    CHECK(verdict(nonsense) == "BELUM PASTI");
    CHECK_THAT(nonsense.body, Contains("rusak atau terpotong"));
}

TEST_CASE("a photo of a letter's code leads to the letter, and another address is called out") {
    House house;
    const LetterId id = issue(house, public_kind).letter.id;
    const std::string code = to_string(id), official = house.site->desk()->office().verify_url(id);
    for (const std::string& text : {official, code, to_grouped(id), replaced(official, "https", "http"),
                                    "https://naskah.contoh.example:443/v/" + code}) {
        INFO(text);
        const Response response = send(house, photo_of(text), "foto");
        CHECK(response.status == 303);
        CHECK(House::header(response, "Location") == page_of(id));
    }
    for (const std::string& text : std::vector<std::string>{
             "https://naskah-contoh.example/v/" + code,
             "https://naskah.contoh.example.lain.example/v/" + code,
             "https://naskah.contoh.example@lain.example/v/" + code,
             "https://naskah.contoh.example:8443/v/" + code,
             "https://lain.example\\@naskah.contoh.example/v/" + code,
             "https://lain.example/v/K7QM-4XTR-9HBD-2WNC-5F8J-V3PY-6C",
             "https://lain.example/cek?surat=" + code, "https://" + code + ".lain.example/"}) {
        INFO(text);
        for (const Response& response :
             {send(house, photo_of(text), "foto"), house.post("/periksa/alamat", {{{"teks", text}}})}) {
            CHECK(response.status == 200);
            CHECK(verdict(response) == "BUKAN SITUS KAMI");
            CHECK_THAT(response.body, Contains("<mark>") && Contains("naskah.contoh.example/v/…"));
            CHECK_THAT(response.body, !Contains("href=\"https://lain"));
        }
    }
    for (const std::string& text :
         std::vector<std::string>{"https://lain.example/menu", "WIFI:S:kantor;P:rahasia;;", "<b>x</b>",
                                  "https://naskah.contoh.example/periksa",
                                  "https://lain.example/cek?surat=K7QM4XTR9HBD2WNC5F8JV3PY6C"}) {
        INFO(text);
        const Response response = send(house, photo_of(text), "foto");
        CHECK(response.status == 200);
        CHECK(verdict(response) == "BUKAN KODE KAMI");
        CHECK_THAT(response.body, !Contains("rahasia") && !Contains("<b>x"));
    }
    // Dropped into the box for PDFs it is read all the same.
    CHECK(send(house, photo_of(official), "pdf").status == 303);
}

TEST_CASE("the QR code of a printed page is read from a photo of the page") {
    House house;
    const auto issued = issue(house, public_kind);
    const Response picture = house.get(page_of(issued.letter.id) + "/halaman-1.png");
    const Response response = send(house, picture.body, "foto");
    CHECK(response.status == 303);
    CHECK(House::header(response, "Location") == page_of(issued.letter.id));
}

TEST_CASE("a picture made to keep a QR reader busy is given up, and the next one is read") {
    House house;
    // Finder patterns side by side, thousands of them.
    generator::Raster crowd{1200, 1200, 1, {}};
    for (int y = 0; y < crowd.height; ++y)
        for (int x = 0; x < crowd.width; ++x) {
            const int column = x % 9 - 1, row = y % 9 - 1;
            const int ring = std::max(std::abs(column - 3), std::abs(row - 3));
            crowd.samples.push_back(ring > 3 || ring == 2 ? 255 : 0);
        }
    const Response response = send(house, generator::write_png(crowd), "foto");
    CHECK(response.status == 422);
    CHECK_THAT(response.body, Contains("Kode QR tidak terlihat"));
    CHECK(
        send(house, photo_of("https://naskah.contoh.example/v/K7QM4XTR9HBD2WNC5F8JV3PY6C"), "foto").status ==
        303);
}

TEST_CASE("no public response holds a NIK, an address, a telephone number or an e-mail address of a letter") {
    House house;
    const std::string marks[] = {"6472031705900007", "Jalan Rahasia Penanda", "081355512345",
                                 "penanda@rahasia.example"};
    const std::function<void(Json&, const std::string&)> fill = [&](Json& value, const std::string& field) {
        if (value.is_object())
            for (auto& [name, item] : value.items()) fill(item, name);
        else if (value.is_array())
            for (Json& item : value) fill(item, field);
        else if (field == "alamat")
            value = marks[1];
        else if (field == "telepon")
            value = marks[2];
        else if (field == "pos_el")
            value = marks[3];
    };
    std::vector<Response> responses;
    for (const auto& kind : house.site->desk()->templates().kinds()) {
        INFO(kind);
        const auto issued = issue(house, kind, [&](Json& data) {
            fill(data, "");
            // What a clerk may type into a line that the register shows.
            if (kind == public_kind)
                data["video"]["judul"] = "Sungai " + marks[0] + " " + marks[2] + " " + marks[3];
            if (kind == "checklist-persyaratan") data["pemohon"]["nama"] = "Sekar Penanda Rahasia";
        });
        if (kind == public_kind) CHECK_THAT(issued.letter.subject, Contains(marks[0]));
        responses.push_back(house.get(page_of(issued.letter.id)));
        responses.push_back(house.get(page_of(issued.letter.id), "bahasa=en"));
        responses.push_back(send(house, issued.pdf));
        Bytes changed = issued.pdf;
        changed[changed.size() / 2] ^= 1;
        responses.push_back(send(house, changed));
        house.clock.pass(std::chrono::minutes(5));
    }
    REQUIRE(responses.size() >= 20);
    for (const Response& response : responses) {
        REQUIRE_FALSE(verdict(response).empty());
        for (const std::string& mark : marks) CHECK_THAT(response.body, !Contains(mark));
        CHECK_THAT(response.body, !Contains("Sekar Penanda Rahasia"));
        CHECK_THAT(response.body, !Contains("19750417 199703"));  // the signer's NIP
    }
}

TEST_CASE("every public page speaks English when asked, without a word of Indonesian left in it") {
    House house;
    const auto issued = issue(house, public_kind);
    const Response page = house.get(page_of(issued.letter.id), "bahasa=en");
    CHECK(verdict(page) == "VALID");
    CHECK_THAT(page.body, Contains("<html lang=\"en\"") && Contains("Compare it with your printed copy"));
    const service::Words words(fs::path(NASKAH_SOURCE_DIR) / "web/english.json");
    for (const char* name :
         {"periksa", "hasil", "alamat-lain", "bukan-kode", "cara-kerja", "data-pribadi",
          "partials/arti-hasil", "partials/diperiksa", "partials/fakta-surat", "partials/hati-hati",
          "partials/hubungi", "partials/rincian", "partials/kepala", "partials/kaki"}) {
        const std::string text =
            test::slurp(fs::path(NASKAH_SOURCE_DIR) / "web/pages" / (std::string(name) + ".mustache"));
        REQUIRE_FALSE(text.empty());
        const std::regex fixed("\\[\\[([^\\]]*)\\]\\]");
        for (auto at = std::sregex_iterator(text.begin(), text.end(), fixed); at != std::sregex_iterator();
             ++at) {
            INFO(name << ": " << (*at)[1]);
            CHECK(words.knows((*at)[1]));
        }
    }
    const Response error = house.post("/periksa/kode", {{{"kode", "K7QM"}}}, "bahasa=en");
    CHECK_THAT(error.body, Contains("you typed 4"));
    for (const char* address : {"/cara-kerja", "/data-pribadi", "/periksa"})
        CHECK_THAT(house.get(address, "bahasa=en").body, Contains("Check a letter"));
}

TEST_CASE("whoever tries codes or sends files too often waits, and nobody else does") {
    House house;
    const LetterId known = issue(house, public_kind).letter.id;
    const std::string unknown = "/v/K7QM4XTR9HBD2WNC5F8JV3PY6C";
    int refused = 0;
    for (int i = 0; i < 60; ++i) refused += house.get(unknown).status == 429;
    CHECK(refused == 30);
    CHECK(House::header(house.get(unknown), "Retry-After") == "10");
    CHECK(verdict(house.get(page_of(known))) == "SAH");
    auto other = House::request("GET", unknown);
    other.remote = "198.51.100.9";
    CHECK(house.service->handle(other).status == 404);
    house.clock.pass(std::chrono::seconds(10));
    CHECK(house.get(unknown).status == 404);

    refused = 0;
    for (int i = 0; i < 30; ++i) refused += send(house, "%PDF-1.7 contoh").status == 429;
    CHECK(refused == 10);
    house.clock.pass(std::chrono::minutes(5));
    CHECK(send(house, "%PDF-1.7 contoh").status == 200);
}

TEST_CASE("checking needs no script: every form leads to its answer") {
    House house;
    const auto issued = issue(house, public_kind);
    const Response start = house.get("/periksa");
    for (const char* form :
         {"method=\"post\" action=\"/periksa/kode\"", "method=\"post\" action=\"/periksa/berkas\"",
          "name=\"kode\"", "name=\"pdf\"", "name=\"foto\""})
        CHECK_THAT(start.body, Contains(form));
    // What only a script can do is not offered without one.
    CHECK_THAT(start.body, Contains("id=\"kamera\" hidden"));
    const Response answer = house.post("/periksa/kode", {{{"kode", to_string(issued.letter.id)}}});
    CHECK(verdict(house.get(House::header(answer, "Location"))) == "SAH");
    for (const char* address : {"/periksa/kode", "/periksa/berkas", "/periksa/alamat"})
        CHECK(House::header(house.get(address), "Location") == "/periksa");
    // Somebody who has signed in checks letters too.
    const auto clerk = house.sign_in(workflow::Role::staf);
    CHECK_THAT(house.get("/periksa", clerk).body, Contains("name=\"csrf\" value=\"" + clerk.csrf));
    CHECK(house.post("/periksa/kode", {{{"kode", to_string(issued.letter.id)}}}, clerk).status == 303);
}

TEST_CASE("only the page with the camera may run WebAssembly, and none runs inline script") {
    House house;
    const auto issued = issue(house, public_kind);
    const std::string camera = House::header(house.get("/periksa"), "Content-Security-Policy");
    CHECK_THAT(camera,
               Contains("'wasm-unsafe-eval'") && !Contains("'unsafe-eval'") && !Contains("unsafe-inline"));
    const Response result = house.get(page_of(issued.letter.id));
    CHECK_THAT(House::header(result, "Content-Security-Policy"), !Contains("wasm"));
    CHECK(House::header(result, "X-Robots-Tag") == "noindex");
    for (const Response& page : {house.get("/periksa"), result, house.get("/cara-kerja")})
        CHECK_FALSE(std::regex_search(page.body, std::regex("<script>|<style|\\sstyle=|\\son[a-z]+=\"")));
}
