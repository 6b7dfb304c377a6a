// The pages of the buku agenda: who sees and who does what, and what comes of it.
#include <thread>

#include "house.h"
#include "service/server.h"
#include "storage/agenda.h"

using namespace naskah;
using Catch::Matchers::Contains;
using naskah::test::House;
using workflow::Role;

namespace {

const std::string video = "rekomendasi-video-dokumenter";

class Registry {
public:
    storage::Letter issue(const std::string& institution = "PT Contoh Layar Kelana") {
        return desk().issue(request(institution)).letter;
    }
    // A number whose letter never came to be signed.
    storage::Letter reserve(const std::string& institution = "PT Contoh Layar Kelana") {
        struct Crash {};
        try {
            desk().issue(request(institution), {.wait = [] {}, .pass = [] { throw Crash(); }});
        } catch (const Crash&) {
        }
        return desk().letters().unfinished().back();
    }
    storage::Letter now(const storage::Letter& letter) { return *desk().letters().find(letter.id); }
    std::string at(const storage::Letter& letter, const std::string& below = "") {
        return "/agenda/" + to_string(letter.id) + below;
    }
    workflow::Desk& desk() { return *house.site->desk(); }

    House house;
    House::SignedIn keeper = house.sign_in(Role::tata_usaha), clerk = house.sign_in(Role::staf);

private:
    workflow::Request request(const std::string& institution) {
        Json data = workflow::example_of(desk().templates(), video, house.folder / "kantor", house.clock);
        data["pemohon"]["lembaga"] = institution;
        return {.kind = video, .data = data, .actor = "staf", .images = house.folder / "kantor"};
    }
};

std::string drain(const service::Response& response) {
    if (!response.spool) return response.body;
    std::string all;
    while (all.size() < response.spool->size()) all += response.spool->piece(all.size());
    return all;
}

std::size_t count(const std::string& text, const std::string& part) {
    std::size_t found = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
    return found;
}

}  // namespace

TEST_CASE("everyone but the admin reads the buku agenda, and only its keeper acts in it") {
    Registry registry;
    const storage::Letter issued = registry.issue(), reserved = registry.reserve();
    const struct {
        const char* method;
        std::string address;
        std::vector<Role> allowed;
    } rows[] = {
        {"GET", "/agenda", {Role::staf, Role::pemeriksa, Role::kadis, Role::tata_usaha}},
        {"GET", "/agenda/ekspor.csv", {Role::staf, Role::pemeriksa, Role::kadis, Role::tata_usaha}},
        {"GET", "/agenda/ekspor.xlsx", {Role::staf, Role::pemeriksa, Role::kadis, Role::tata_usaha}},
        {"GET", registry.at(issued), {Role::staf, Role::pemeriksa, Role::kadis, Role::tata_usaha}},
        {"GET",
         registry.at(issued, "/surat.pdf"),
         {Role::staf, Role::pemeriksa, Role::kadis, Role::tata_usaha}},
        {"GET", registry.at(reserved, "/batal"), {Role::tata_usaha}},
        {"POST", registry.at(reserved, "/batal"), {Role::tata_usaha}},
        {"GET", registry.at(issued, "/kirim"), {Role::tata_usaha}},
        {"POST", registry.at(issued, "/kirim"), {Role::tata_usaha}},
        {"GET", registry.at(issued, "/koreksi"), {Role::tata_usaha}},
        {"POST", registry.at(issued, "/koreksi"), {Role::tata_usaha}},
    };
    for (const auto& row : rows)
        for (const Role role : workflow::all_roles) {
            INFO(row.method << " " << row.address << " as " << to_string(role));
            const auto who = registry.house.sign_in(role);
            const auto response = row.method == std::string("GET")
                                      ? registry.house.get(row.address, who)
                                      : registry.house.post(row.address, {}, who);  // an empty form: 422
            const bool allowed = std::find(row.allowed.begin(), row.allowed.end(), role) != row.allowed.end();
            CHECK((response.status == 403) == !allowed);
            CHECK((response.status == 200 || response.status == 422) == allowed);
        }
    CHECK(registry.house.get("/agenda").status == 401);
    CHECK(registry.now(reserved).status == storage::Status::reserved);
    // Links to acts are shown to whoever may follow them.
    CHECK_THAT(registry.house.get("/agenda", registry.keeper).body,
               Contains("/batal") && Contains("/koreksi"));
    CHECK_THAT(registry.house.get("/agenda", registry.clerk).body,
               !Contains("/batal") && !Contains("/koreksi"));
}

TEST_CASE("a page shows what its filter lets through, and the downloads hold exactly that") {
    Registry registry;
    registry.issue("PT Contoh Sagara");
    registry.issue("CV Contoh <b>Boga</b> & Rekan");
    const storage::Letter gone = registry.reserve("PT Contoh Sagara");
    registry.desk().letters().make_void(gone.id, "pemohon menarik permohonannya", registry.house.clock.now(),
                                        "tu");
    const struct {
        const char* query;
        std::size_t letters;
    } rows[] = {
        {"", 3},
        {"?cari=sagara", 2},
        {"?cari=SAGARA&keadaan=batal", 1},
        {"?cari=%3Cb%3Eboga", 1},
        {"?seri=rekomendasi", 3},
        {"?seri=sk", 0},
        {"?seri=%22%3E%3Cscript%3E", 0},
        {"?keadaan=belum-dikirim", 2},
        {"?keadaan=entah&tahun=x&bulan=13&urut=y&sesudah=-1", 3},
        {"?cari=%25", 0},
        {"?cari=%FF", 0},
        {"?urut=nomor&jenis=rekomendasi-video-dokumenter", 3},
        {"?tahun=1999", 0},
    };
    for (const auto& row : rows) {
        INFO(row.query);
        const auto page = registry.house.get(std::string("/agenda") + row.query, registry.clerk);
        CHECK(page.status == 200);
        CHECK(count(page.body, "data-label=\"Nomor\"") == row.letters);
        CHECK_THAT(page.body, !Contains("<script>") && !Contains("<b>Boga"));
        CHECK((page.body.find("Tidak ada surat yang cocok") != std::string::npos) == (row.letters == 0));
        const auto csv = registry.house.get(std::string("/agenda/ekspor.csv") + row.query, registry.clerk);
        CHECK(count(drain(csv), "\r\n") == row.letters + 1);
        CHECK_THAT(House::header(csv, "Content-Disposition"),
                   Contains("attachment; filename=\"buku-agenda-"));
        const std::string book =
            drain(registry.house.get(std::string("/agenda/ekspor.xlsx") + row.query, registry.clerk));
        CHECK(book.starts_with("PK"));
    }
    const std::string page = registry.house.get("/agenda", registry.clerk).body;
    CHECK_THAT(page, Contains("3 nomor. 1 di antaranya BATAL.") &&
                         Contains("<del>" + gone.number + "</del>") &&
                         Contains("CV Contoh &lt;b&gt;Boga&lt;/b&gt; &amp; Rekan"));
    const std::string year = to_iso(gone.date).substr(0, 4);
    CHECK_THAT(registry.house.get("/agenda?seri=rekomendasi&tahun=" + year, registry.clerk).body,
               Contains("3 nomor, tanpa celah."));
}

TEST_CASE("a long agenda is read page by page, there and back") {
    Registry registry;
    const storage::Letter model = registry.issue();
    storage::NewLetter letter{.kind = model.kind,
                              .series = model.series,
                              .pattern = "{kode}/{urut:03}/{unit}/{romawi}/{tahun}",
                              .parts = model.parts,
                              .date = model.date,
                              .subject = "Hal",
                              .data = model.data,
                              .snapshot = model.snapshot,
                              .actor = "staf"};
    letter.parts.urut = 0;
    for (int n = 0; n < 119; ++n) {
        letter.id = make_letter_id(system_random());
        registry.desk().letters().reserve(letter, registry.house.clock.now());
    }
    for (const char* start : {"/agenda?seri=rekomendasi", "/agenda?urut=nomor"}) {
        std::string address = start, back;
        std::size_t seen = 0;
        int pages = 0;
        const auto link = [](const std::string& page, const char* rel) -> std::string {
            const std::size_t at = page.find(std::string("rel=\"") + rel + "\"");
            if (at == std::string::npos) return {};
            const std::size_t begin = page.rfind("href=\"", at) + 6;
            std::string found = page.substr(begin, page.find('"', begin) - begin);
            for (std::size_t amp; (amp = found.find("&amp;")) != std::string::npos;) found.erase(amp + 1, 4);
            return found;
        };
        while (!address.empty() && pages < 10) {
            const std::string page = registry.house.get(address, registry.clerk).body;
            seen += count(page, "data-label=\"Nomor\"");
            back = link(page, "prev");
            address = link(page, "next");
            ++pages;
        }
        CHECK(pages == 3);
        CHECK(seen == 120);
        REQUIRE_FALSE(back.empty());
        const std::string middle = registry.house.get(back, registry.clerk).body;
        CHECK(count(middle, "data-label=\"Nomor\"") == 50);
        CHECK_FALSE(link(middle, "prev").empty());
    }
}

TEST_CASE("a number is made void with a reason, once, and only while its letter is not issued") {
    Registry registry;
    const storage::Letter reserved = registry.reserve(), issued = registry.issue();
    const std::string address = registry.at(reserved, "/batal");
    const auto ask = [&](const std::string& where, const std::string& reason) {
        return registry.house.post(where, {{{"alasan", reason}}}, registry.keeper);
    };
    CHECK_THAT(registry.house.get(address, registry.keeper).body,
               Contains("tidak dapat ditarik kembali") && Contains(reserved.number));
    const std::string invisible = "balik \xE2\x80\xAE arah";
    for (const std::string& bad :
         {std::string(), std::string(" \n"), std::string(501, 'x'), invisible, std::string("a\xff")}) {
        const auto refused = ask(address, bad);
        CHECK(refused.status == 422);
        CHECK_THAT(refused.body, Contains("field-error") && Contains("Perlu diperbaiki"));
    }
    CHECK(registry.now(reserved).status == storage::Status::reserved);
    const auto done = ask(address, "jadwal <ditunda>\r\npemohon");
    CHECK(done.status == 303);
    CHECK(registry.now(reserved).reason == "jadwal <ditunda> pemohon");
    const auto page = registry.house.get(House::header(done, "Location"), registry.clerk);
    CHECK_THAT(page.body, Contains("Nomor ini sekarang BATAL") && Contains("jadwal &lt;ditunda&gt; pemohon"));
    CHECK(registry.house.get(address, registry.keeper).status == 409);
    CHECK(ask(address, "sekali lagi").status == 409);
    CHECK(registry.house.get(registry.at(issued, "/batal"), registry.keeper).status == 409);
    CHECK(ask(registry.at(issued, "/batal"), "coba").status == 409);
    CHECK(registry.now(issued).status == storage::Status::issued);
    for (const char* nowhere : {"/agenda/0000000000000000000000000Z", "/agenda/x", "/agenda/%00"})
        CHECK(registry.house.get(std::string(nowhere), registry.keeper).status == 404);
    const auto log = registry.desk().letters().log_of(reserved.id);
    CHECK(log.back().action == "void");
    CHECK(log.back().actor == "tata-usaha");
}

TEST_CASE("a dispatch is noted as it was, and noted anew when it changed") {
    Registry registry;
    const storage::Letter letter = registry.issue();
    const std::string address = registry.at(letter, "/kirim"), today = to_iso(letter.date);
    const auto ask = [&](const std::string& day, const std::string& means, const std::string& receiver,
                         const std::string& archive) {
        return registry.house.post(
            address, {{{"tanggal", day}, {"cara", means}, {"penerima", receiver}, {"arsip", archive}}},
            registry.keeper);
    };
    const struct {
        std::string day, means, receiver, archive;
        const char* said;
    } refused[] = {
        {"", "Pos", "", "", "tanggal surat itu dikirim"},
        {"2026-02-30", "Pos", "", "", "tanggal surat itu dikirim"},
        {to_iso(add_days(letter.date, 1)), "Pos", "", "", "belum tiba"},
        {to_iso(add_days(letter.date, -1)), "Pos", "", "", "mendahului tanggal surat"},
        {today, "", "", "", "Cara kirim belum diisi"},
        {today, "Pos", std::string(301, 'x'), "", "terlalu panjang"},
        {today, "Pos", "", "a\tb\x01", "tidak terlihat"},
    };
    for (const auto& row : refused) {
        INFO(row.said);
        const auto response = ask(row.day, row.means, row.receiver, row.archive);
        CHECK(response.status == 422);
        CHECK(response.body.find("field-error") != std::string::npos);
        std::string folded = response.body;
        CHECK_THAT(folded, Contains(row.said, Catch::CaseSensitive::No));
    }
    CHECK(ask(today, "Pos-el", "Bagian <Umum>", "").status == 303);
    CHECK(ask(today, "Diambil", "Bagian <Umum>", "Rak 2").status == 303);
    CHECK_THAT(registry.house.get(registry.at(letter), registry.clerk).body,
               Contains("Bagian &lt;Umum&gt;") && Contains("Rak 2") && Contains("Pengiriman dicatat"));
    CHECK_THAT(registry.house.get(address, registry.keeper).body, Contains("Sudah dicatat: Diambil"));
    CHECK_THAT(drain(registry.house.get("/agenda/ekspor.csv", registry.clerk)),
               Contains(",Diambil,Bagian <Umum>,Rak 2,"));
    CHECK(registry.house.get("/agenda?keadaan=belum-dikirim", registry.clerk).body.find(letter.number) ==
          std::string::npos);
    CHECK(registry.house.get(registry.at(registry.reserve(), "/kirim"), registry.keeper).status == 409);
}

TEST_CASE("a correction names both letters before it is noted, and links them both ways after") {
    Registry registry;
    const storage::Letter old = registry.issue(), later = registry.issue(), reserved = registry.reserve();
    const std::string address = registry.at(old, "/koreksi");
    const auto ask = [&](const std::string& as, const std::string& by, const std::string& reason,
                         const std::string& step) {
        return registry.house.post(address,
                                   {{{"sebagai", as}, {"oleh", by}, {"alasan", reason}, {"langkah", step}}},
                                   registry.keeper);
    };
    CHECK_THAT(registry.house.get(address, registry.keeper).body, Contains(later.number));
    const struct {
        std::string as, by, reason;
        const char* said;
    } refused[] = {
        {"", later.number, "salah nama", "belum dipilih"},
        {"hapus", later.number, "salah nama", "belum dipilih"},
        {"ralat", "", "salah nama", "belum diisi"},
        {"ralat", "9/9/9", "salah nama", "tidak ada di buku agenda"},
        {"ralat", old.number, "salah nama", "dirinya sendiri"},
        {"ralat", reserved.number, "salah nama", "tidak sedang berlaku"},
        {"ralat", later.number, "", "alasan belum diisi"},
    };
    for (const auto& row : refused)
        for (const char* step : {"periksa", "catat"}) {
            INFO(row.said << " " << step);
            const auto response = ask(row.as, row.by, row.reason, step);
            CHECK(response.status == 422);
            CHECK_THAT(response.body, Contains(row.said, Catch::CaseSensitive::No));
        }
    const auto sure = ask("pencabutan", later.number, "izin <ganda>", "periksa");
    CHECK(sure.status == 200);
    CHECK_THAT(sure.body, Contains("Cabut surat nomor " + old.number) && Contains(later.number) &&
                              Contains("tidak berlaku lagi") && Contains("izin &lt;ganda&gt;"));
    CHECK(registry.now(old).status == storage::Status::issued);  // nothing is noted yet
    const auto done = ask("pencabutan", later.number, "izin <ganda>", "catat");
    CHECK(done.status == 303);
    CHECK(registry.now(old).status == storage::Status::revoked);
    CHECK_THAT(registry.house.get(House::header(done, "Location"), registry.clerk).body,
               Contains("Koreksi tercatat") && Contains("Pencabutan: izin &lt;ganda&gt;") &&
                   Contains("href=\"" + registry.at(later) + "\""));
    CHECK_THAT(registry.house.get(registry.at(later), registry.clerk).body,
               Contains("Dicabut oleh surat ini") && Contains("href=\"" + registry.at(old) + "\""));
    CHECK(registry.house.get(address, registry.keeper).status == 409);
}

TEST_CASE("the file that is handed out is the signed one; a secret letter opens to few") {
    Registry registry;
    const storage::Letter letter = registry.issue();
    const auto response = registry.house.get(registry.at(letter, "/surat.pdf"), registry.clerk);
    CHECK(to_string(sha256(as_bytes(response.body))) == to_string(*letter.sha256));
    CHECK(registry.house.get(registry.at(registry.reserve(), "/surat.pdf"), registry.clerk).status == 404);

    storage::NewLetter secret{.id = make_letter_id(system_random()),
                              .kind = letter.kind,
                              .series = "surat",
                              .pattern = "{sifat}{kode}/{urut:03}/{unit}/{tahun}",
                              .parts = letter.parts,
                              .date = letter.date,
                              .subject = "Hal rahasia",
                              .data = letter.data,
                              .snapshot = letter.snapshot,
                              .actor = "orang-lain"};
    secret.parts.urut = 0;
    secret.parts.sifat = "R/";
    storage::Register& letters = registry.desk().letters();
    const LetterId id = letters.reserve(secret, registry.house.clock.now()).letter.id;
    const storage::Letter signed_one =
        letters.issue(id, as_bytes("%PDF-1.7 rahasia"), registry.house.clock.now(), "kadis");
    for (const Role role : {Role::staf, Role::pemeriksa, Role::kadis, Role::tata_usaha}) {
        INFO(to_string(role));
        const bool may = role == Role::kadis || role == Role::tata_usaha;
        const auto who = registry.house.sign_in(role);
        CHECK(registry.house.get(registry.at(signed_one, "/surat.pdf"), who).status == (may ? 200 : 403));
        CHECK((registry.house.get(registry.at(signed_one, "/halaman-1.png"), who).status == 403) == !may);
        CHECK((registry.house.get(registry.at(signed_one), who).body.find("berkeamanan Rahasia") !=
               std::string::npos) == !may);
    }
}

TEST_CASE("a download longer than any buffer arrives whole over a socket") {
    Registry registry;
    std::string wanted;
    for (int n = 0; wanted.size() < 3'000'000; ++n) wanted += std::to_string(n) + "\n";
    registry.house.service->router().add({.method = "GET",
                                          .pattern = "/uji/panjang",
                                          .access = service::Access::anyone(),
                                          .handler = [&](service::Visit&) {
                                              std::size_t at = 0;
                                              return service::download(
                                                  std::make_shared<const service::Spool>([&, at]() mutable {
                                                      const std::string piece = wanted.substr(at, 70'001);
                                                      at += piece.size();
                                                      return piece;
                                                  }),
                                                  "text/plain", "panjang.txt");
                                          }});
    service::Server server(*registry.house.service, {.host = "127.0.0.1", .port = 0});
    const int port = server.bind();
    std::thread running([&] { server.run(); });
    const std::string address = "http://127.0.0.1:" + std::to_string(port) + "/uji/panjang";
    const auto got =
        test::run({"python3", "-c",
                   "import sys, urllib.request\n"
                   "for _ in range(2): sys.stdout.write(urllib.request.urlopen(sys.argv[1]).read().decode())",
                   address});
    const auto head =
        test::run({"python3", "-c",
                   "import sys, urllib.request\n"
                   "answer = urllib.request.urlopen(urllib.request.Request(sys.argv[1], method='HEAD'))\n"
                   "print(answer.headers['Content-Length'], len(answer.read()))",
                   address});
    server.stop();
    running.join();
    CHECK(got.out == wanted + wanted);
    CHECK(head.out == std::to_string(wanted.size()) + " 0\n");
}
