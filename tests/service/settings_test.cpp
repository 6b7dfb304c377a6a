// The admin's pages of the office's data: what they refuse, what they write, and two admins at once.
#include <atomic>
#include <thread>

#include "core/file.h"
#include "house.h"
#include "service/settings_desk.h"
#include "workflow/certificates.h"

using namespace naskah;
using Catch::Matchers::Contains;
using naskah::test::House;
using workflow::Role;

namespace {

class Desk {
public:
    // The form of a page as a browser would send it: every field with the value that it shows.
    service::Fields form(const std::string& address) {
        const std::string page = house.get(address, admin).body;
        const std::size_t start = page.find("<main");
        service::Fields fields;
        std::size_t at = page.find("<form", start);
        const std::size_t end = page.rfind("</form>");
        while ((at = page.find('<', at + 1)) < end) {
            const std::string tag = page.substr(at, page.find('>', at) - at);
            const std::string name = attribute(tag, "name");
            if (name.empty() || name == "csrf") continue;
            const std::string type = attribute(tag, "type");
            if (tag.starts_with("<input")) {
                const bool choice = type == "radio" || type == "checkbox";
                if (!choice || tag.find(" checked") != std::string::npos)
                    fields.all.emplace_back(name, attribute(tag, "value"));
            } else if (tag.starts_with("<textarea")) {
                const std::size_t text = page.find('>', at) + 1;
                fields.all.emplace_back(name,
                                        plain(page.substr(text, page.find("</textarea>", text) - text)));
            } else if (tag.starts_with("<select")) {
                const std::size_t close = page.find("</select>", at);
                const std::string options = page.substr(at, close - at);
                std::size_t chosen = options.find(" selected");
                if (chosen == std::string::npos) chosen = options.find("<option") + 8;
                const std::size_t open = options.rfind("<option", chosen);
                fields.all.emplace_back(
                    name, attribute(options.substr(open, options.find('>', open) - open), "value"));
            }
        }
        return fields;
    }
    static void set(service::Fields& fields, const std::string& name, const std::string& value) {
        std::erase_if(fields.all, [&](const auto& field) { return field.first == name; });
        fields.all.emplace_back(name, value);
    }
    Json office() { return parse_json(read_text(house.folder / "kantor/office.json"), "office.json"); }
    Json holidays() { return parse_json(read_text(house.folder / "kantor/libur.json"), "libur.json"); }
    storage::LogEntry last_entry() { return house.site->desk()->letters().newest_log({.limit = 1}).front(); }

    House house;
    House::SignedIn admin = house.sign_in(Role::admin);

private:
    static std::string plain(std::string text) {
        for (const auto& [coded, meant] : {std::pair<std::string, std::string>{"&quot;", "\""},
                                           {"&lt;", "<"},
                                           {"&gt;", ">"},
                                           {"&#x2F;", "/"},
                                           {"&apos;", "'"},
                                           {"&#39;", "'"},
                                           {"&amp;", "&"}})
            for (std::size_t at; (at = text.find(coded)) != std::string::npos;)
                text.replace(at, coded.size(), meant);
        return text;
    }
    static std::string attribute(const std::string& tag, const std::string& name) {
        const std::size_t at = tag.find(" " + name + "=\"");
        if (at == std::string::npos) return {};
        const std::size_t start = at + name.size() + 3;
        return plain(tag.substr(start, tag.find('"', start) - start));
    }
};

}  // namespace

TEST_CASE("the office's data are changed field by field, used at once, and noted with what they were") {
    Desk desk;
    service::Fields form = desk.form("/pengaturan/kantor");
    Desk::set(form, "singkatan", "DPM <b>");
    Desk::set(form, "kop.alamat", "Jalan Contoh Nomor 1\r\n\r\n  Samarinda  ");
    const Json before = desk.office();
    const auto done = desk.house.post("/pengaturan/kantor", form, desk.admin);
    CHECK(done.status == 303);
    const Json after = desk.office();
    CHECK(after.at("singkatan") == "DPM <b>");
    CHECK(after.at("kop").at("alamat") == Json::array({"Jalan Contoh Nomor 1", "Samarinda"}));
    Json rest = after;
    rest["singkatan"] = before.at("singkatan");
    rest["kop"]["alamat"] = before.at("kop").at("alamat");
    CHECK(rest == before);  // nothing else, and in the same order
    CHECK(dump_json(rest) == dump_json(before));
    CHECK_THAT(desk.house.get("/periksa").body, Contains("DPM &lt;b&gt;"));

    const storage::LogEntry entry = desk.last_entry();
    CHECK(entry.action == "settings");
    CHECK(entry.actor == "admin");
    CHECK(entry.detail.at("changes").size() == 3);
    CHECK(entry.detail.at("changes")[2] ==
          Json({{"field", "singkatan"}, {"from", before.at("singkatan")}, {"to", "DPM <b>"}}));
    CHECK(desk.house.site->desk()->letters().check().empty());
    // Saved without a change, nothing is written and nothing noted.
    CHECK(desk.house.post("/pengaturan/kantor", desk.form("/pengaturan/kantor"), desk.admin).status == 303);
    CHECK(desk.last_entry().seq == entry.seq);
}

TEST_CASE("all that is wrong with the office's data is told at its fields, and nothing is written") {
    Desk desk;
    const std::string before = read_text(desk.house.folder / "kantor/office.json");
    service::Fields form = desk.form("/pengaturan/kantor");
    Desk::set(form, "nama", " ");
    Desk::set(form, "alamat_publik", "http://contoh.example");
    Desk::set(form, "zona", "UTC");
    Desk::set(form, "kop.dinas", "\n\n");
    Desk::set(form, "kop.lambang", "../../etc/passwd");
    const auto refused = desk.house.post("/pengaturan/kantor", form, desk.admin);
    CHECK(refused.status == 422);
    for (const char* id : {"f-nama-g", "f-alamat_publik-g", "f-zona-g", "f-kop-dinas-g"})
        CHECK_THAT(refused.body, Contains(std::string("id=\"") + id + "\""));
    CHECK_THAT(refused.body,
               Contains("http:&#x2F;&#x2F;contoh.example") || Contains("http://contoh.example"));
    CHECK(read_text(desk.house.folder / "kantor/office.json") == before);
    // A picture outside is told once the rest is right.
    form = desk.form("/pengaturan/kantor");
    Desk::set(form, "kop.lambang", "../../etc/passwd");
    CHECK_THAT(desk.house.post("/pengaturan/kantor", form, desk.admin).body,
               Contains("id=\"f-kop-lambang-g\""));
    CHECK(read_text(desk.house.folder / "kantor/office.json") == before);
}

TEST_CASE("of two admins at once the second sees what the first did, and loses nothing of their own") {
    Desk desk;
    service::Fields first = desk.form("/pengaturan/kantor"), second = first;
    Desk::set(first, "tempat", "Balikpapan");
    Desk::set(second, "tempat", "Bontang");
    Desk::set(second, "singkatan", "DPM");
    CHECK(desk.house.post("/pengaturan/kantor", first, desk.admin).status == 303);
    const auto late = desk.house.post("/pengaturan/kantor", second, desk.admin);
    CHECK(late.status == 409);
    CHECK_THAT(late.body, Contains("baru saja diubah orang lain") && Contains("<dd>Balikpapan</dd>") &&
                              Contains("value=\"Bontang\"") && Contains("value=\"DPM\""));
    CHECK(desk.office().at("tempat") == "Balikpapan");
    // Sent once more from the page that told of it, it counts.
    const std::size_t at = late.body.find("name=\"sidik\" value=\"") + 20;
    Desk::set(second, "sidik", late.body.substr(at, 64));
    CHECK(desk.house.post("/pengaturan/kantor", second, desk.admin).status == 303);
    CHECK(desk.office().at("tempat") == "Bontang");
    for (const char* bad : {"", "x", "0000000000000000000000000000000000000000000000000000000000000000"}) {
        Desk::set(second, "sidik", bad);
        Desk::set(second, "tempat", "Sangatta");
        CHECK(desk.house.post("/pengaturan/kantor", second, desk.admin).status == 409);
    }
    CHECK(desk.office().at("tempat") == "Bontang");
}

TEST_CASE("many admins saving at once leave one whole file, and a note for each save that counted") {
    Desk desk;
    const service::Fields form = desk.form("/pengaturan/kantor");
    std::atomic<int> saved = 0, late = 0;
    std::vector<std::thread> admins;
    for (int n = 0; n < 6; ++n)
        admins.emplace_back([&, n] {
            service::Fields mine = form;
            Desk::set(mine, "tempat", "Kota " + std::to_string(n));
            const int status = desk.house.post("/pengaturan/kantor", mine, desk.admin).status;
            if (status == 303) ++saved;
            if (status == 409) ++late;
        });
    for (std::thread& one : admins) one.join();
    CHECK(saved == 1);
    CHECK(late == 5);
    const auto entry = desk.last_entry();
    CHECK(entry.action == "settings");
    CHECK(entry.detail.at("changes")[0].at("to") == desk.office().at("tempat"));
    CHECK(desk.house.site->desk()->office().settings() == desk.office());
}

TEST_CASE("an official is added, changed and ended; a rule says who signs, from the top") {
    Desk desk;
    service::Fields form = desk.form("/pengaturan/pejabat/baru");
    const auto fill = [&](const std::string& name, const std::string& value) {
        Desk::set(form, name, value);
    };
    fill("id", "Kabid Baru");
    fill("nip", "123");
    fill("mulai", "2026-02-30");
    auto refused = desk.house.post("/pengaturan/pejabat/baru", form, desk.admin);
    CHECK(refused.status == 422);
    CHECK_THAT(refused.body, Contains("id=\"f-id-g\""));
    fill("id", "kepala");
    CHECK_THAT(desk.house.post("/pengaturan/pejabat/baru", form, desk.admin).body, Contains("sudah dipakai"));
    fill("id", "kabid-baru");
    refused = desk.house.post("/pengaturan/pejabat/baru", form, desk.admin);
    for (const char* id : {"f-nama-g", "f-nip-g", "f-pangkat-g", "f-jabatan-g", "f-mulai-g"})
        CHECK_THAT(refused.body, Contains(std::string("id=\"") + id + "\""));
    fill("nama", "Arum Contoh Lestari, S.E.");
    fill("nip", "198107092006042005");
    fill("pangkat", "Pembina (IV/a)");
    fill("jabatan", "Kepala Bidang\nPromosi");
    fill("mulai", "2025-01-02");
    fill("kunci", "keys/tidak-ada.p12");
    CHECK_THAT(desk.house.post("/pengaturan/pejabat/baru", form, desk.admin).body,
               Contains("id=\"f-kunci-g\""));
    fill("kunci", "");
    CHECK(desk.house.post("/pengaturan/pejabat/baru", form, desk.admin).status == 303);
    Json official = desk.office().at("pejabat").back();
    CHECK(official.at("id") == "kabid-baru");
    CHECK(official.at("jabatan") == Json::array({"Kepala Bidang", "Promosi"}));
    CHECK_FALSE(official.contains("kunci"));
    CHECK_FALSE(official.contains("selesai"));

    form = desk.form("/pengaturan/pejabat/kabid-baru");
    fill("selesai", "2024-01-01");
    CHECK_THAT(desk.house.post("/pengaturan/pejabat/kabid-baru", form, desk.admin).body,
               Contains("id=\"f-selesai-g\""));
    fill("selesai", "2025-12-31");
    CHECK(desk.house.post("/pengaturan/pejabat/kabid-baru", form, desk.admin).status == 303);
    CHECK(desk.office().at("pejabat").back().at("selesai") == "2025-12-31");
    CHECK_THAT(desk.house.get("/pengaturan/pejabat", desk.admin).body, Contains("Masa jabatan berakhir"));
    CHECK(desk.house.get("/pengaturan/pejabat/tidak-ada", desk.admin).status == 404);

    // Plh. for some days, put on top.
    form = desk.form("/pengaturan/pejabat/aturan/baru");
    fill("pejabat", "sekretaris");
    fill("sebagai", "Plh.");
    refused = desk.house.post("/pengaturan/pejabat/aturan/baru", form, desk.admin);
    CHECK(refused.status == 422);
    for (const char* id : {"f-atas_nama-g", "f-mulai-g", "f-selesai-g"})
        CHECK_THAT(refused.body, Contains(std::string("id=\"") + id + "\""));
    fill("atas_nama", "kepala");
    const Date today = date_in(Zone::wita, desk.house.clock.now());
    fill("mulai", to_iso(today));
    fill("selesai", to_iso(add_days(today, 3)));
    refused = desk.house.post("/pengaturan/pejabat/aturan/baru", form, desk.admin);
    INFO(refused.body);
    CHECK(refused.status == 303);
    REQUIRE(desk.office().at("penandatangan").size() == 2);
    CHECK(desk.office().at("penandatangan")[0].at("sebagai") == "Plh.");
    const auto signer = [&] {
        const auto now = desk.house.site->desk();
        const std::string kind = "surat-perintah-tugas";
        return now->office().signer_of(now->templates().get(kind)->about(), kind, today);
    };
    // The secretary has no key yet: the list says so before any letter does.
    CHECK_THROWS_AS(signer(), Error);
    CHECK_THAT(desk.house.get("/pengaturan/pejabat", desk.admin).body, Contains("belum ada kunci"));
    form = desk.form("/pengaturan/pejabat/sekretaris");
    fill("kunci", "keys/kepala.p12");
    CHECK(desk.house.post("/pengaturan/pejabat/sekretaris", form, desk.admin).status == 303);
    CHECK(signer().printed.at("sebagai") == "Plh.");

    // Below the other rule it no longer matters; taken away it is gone.
    const auto arrange = [&](const std::string& act) {
        service::Fields sent = desk.form("/pengaturan/pejabat");
        Desk::set(sent, "aksi", act);
        return desk.house.post("/pengaturan/pejabat/aturan", sent, desk.admin).status;
    };
    CHECK(arrange("naik:1") == 303);
    CHECK(signer().printed.at("sebagai") == "");
    CHECK(arrange("hapus:7") == 422);
    CHECK(arrange("entah") == 422);
    CHECK(arrange("hapus:1") == 303);
    CHECK(desk.office().at("penandatangan").size() == 1);
    form = desk.form("/pengaturan/pejabat/aturan/0");
    fill("pejabat", "siapa");
    CHECK_THAT(desk.house.post("/pengaturan/pejabat/aturan/0", form, desk.admin).body,
               Contains("id=\"f-pejabat-g\""));
    CHECK(desk.house.get("/pengaturan/pejabat/aturan/9", desk.admin).status == 404);
}

TEST_CASE("a pattern shows its next number, and one that would repeat or confuse numbers is refused") {
    Desk desk;
    const auto before_any = desk.house.site->desk();  // it outlives the changes below
    workflow::Desk& letters = *before_any;
    const std::string kind = "rekomendasi-video-dokumenter";
    for (int n = 0; n < 2; ++n)
        letters.issue({.kind = kind,
                       .data = workflow::example_of(letters.templates(), kind, desk.house.folder / "kantor",
                                                    desk.house.clock),
                       .key = std::to_string(n),
                       .images = desk.house.folder / "kantor"});
    const std::string year = std::to_string(year_of(date_in(Zone::wita, desk.house.clock.now())));
    CHECK_THAT(desk.house.get("/pengaturan/seri", desk.admin).body,
               Contains("500.16.7.4") && Contains("003"));
    const auto shown = desk.house.get(
        "/pengaturan/seri/contoh?nama=rekomendasi&pola=%7Bkode%7D-%7Burut%3A04%7D-%7Btahun%7D", desk.admin);
    CHECK_THAT(shown.body, Contains("500.16.7.4-0003-" + year) && !Contains("<html"));
    CHECK_THAT(desk.house.get("/pengaturan/seri/contoh?nama=rekomendasi&pola=%3Cb%3E", desk.admin).body,
               Contains("class=\"error\"") && !Contains("<b>"));

    const auto save = [&](const std::string& name, const std::string& pattern) {
        service::Fields form = desk.form("/pengaturan/seri/" + name);
        Desk::set(form, "pola", pattern);
        return desk.house.post("/pengaturan/seri/" + name, form, desk.admin);
    };
    const struct {
        const char *series, *pattern, *said;
    } refused[] = {
        {"rekomendasi", "{kode}/{urut}", "tahun"},  // comes again each year
        {"rekomendasi", "", "wajib diisi"},
        {"rekomendasi", "{kode}/{entah}/{tahun}", ""},
        // Everything before the year is fixed text: the letters that are there would be read as 7 and 4.
        {"rekomendasi", "500.16.7.{urut}/002/DPMPTSP/{romawi}/{tahun}", "sudah ada"},
        // Another series without a code of its own could print the same numbers.
        {"sk", "500.16.7.4/{urut:03}/{unit}/{romawi}/{tahun}", "dapat keluar dua kali"},
    };
    for (const auto& row : refused) {
        INFO(row.pattern);
        const Json before = desk.office();
        const auto response = save(row.series, row.pattern);
        CHECK(response.status == 422);
        CHECK_THAT(response.body,
                   Contains("id=\"f-pola-g\"") && Contains(row.said, Catch::CaseSensitive::No));
        CHECK(desk.office() == before);
    }
    CHECK(save("rekomendasi", "{kode}/{urut:04}/{unit}/{romawi}/{tahun}").status == 303);
    const auto next = desk.house.site->desk()->issue(
        {.kind = kind,
         .data =
             workflow::example_of(letters.templates(), kind, desk.house.folder / "kantor", desk.house.clock),
         .key = "berikut",
         .images = desk.house.folder / "kantor"});
    CHECK_THAT(next.letter.number, Contains("/0003/"));

    service::Fields form = desk.form("/pengaturan/seri/baru");
    Desk::set(form, "nama", "nota-dinas");
    Desk::set(form, "judul", "Nota dinas");
    Desk::set(form, "pola", "{kode}/{urut:03}/ND-{unit}/{tahun}");
    CHECK(desk.house.post("/pengaturan/seri/baru", form, desk.admin).status == 303);
    form = desk.form("/pengaturan/jenis/checklist-persyaratan");
    Desk::set(form, "seri", "nota-dinas");
    Desk::set(form, "kode", "000.8.3");
    CHECK(desk.house.post("/pengaturan/jenis/checklist-persyaratan", form, desk.admin).status == 303);
    CHECK(desk.office().at("jenis").at("checklist-persyaratan") ==
          Json({{"seri", "nota-dinas"}, {"kode", "000.8.3"}}));
    CHECK_THAT(desk.house.get("/pengaturan/seri", desk.admin).body, Contains("ND-DPMPTSP"));
    // Two kinds of two series with one code: the numbers would meet.
    form = desk.form("/pengaturan/jenis/sk-pencabutan");
    Desk::set(form, "kode", "500.16.7.4");
    Desk::set(form, "seri", "surat");
    const auto meets = desk.house.post("/pengaturan/jenis/sk-pencabutan", form, desk.admin);
    CHECK_THAT(std::to_string(meets.status) + meets.body,
               Contains("303") || Contains("dapat keluar dua kali"));
    CHECK(desk.house.get("/pengaturan/jenis/tidak-ada", desk.admin).status == 404);
    CHECK(desk.house.site->desk()->letters().check().empty());
}

TEST_CASE("holidays are added and removed, and count at once") {
    Desk desk;
    const int year = year_of(date_in(Zone::wita, desk.house.clock.now())) + 1;
    const std::string day = std::to_string(year) + "-02-03";
    const auto add = [&](const std::string& date, const std::string& name, const std::string& kind) {
        service::Fields form = desk.form("/pengaturan/libur");
        Desk::set(form, "tanggal", date);
        Desk::set(form, "nama", name);
        Desk::set(form, "jenis", kind);
        return desk.house.post("/pengaturan/libur/tambah", form, desk.admin);
    };
    const struct {
        std::string date, name, kind;
        const char* id;
    } refused[] = {{"2026-02-30", "Libur", "nasional", "f-tanggal-g"},
                   {"", "Libur", "nasional", "f-tanggal-g"},
                   {day, "", "nasional", "f-nama-g"},
                   {day, "Libur", "entah", "f-jenis-g"}};
    for (const auto& row : refused) {
        INFO(row.id);
        const auto response = add(row.date, row.name, row.kind);
        CHECK(response.status == 422);
        CHECK_THAT(response.body, Contains(std::string("id=\"") + row.id + "\""));
    }
    const Date date = *parse_date(day);
    CHECK(add(day, "Hari <Contoh>", "daerah").status == 303);
    CHECK(desk.house.site->desk()->office().workdays().reason(date) == "Hari <Contoh>");
    CHECK(desk.last_entry().action == "holidays");
    CHECK_THAT(desk.house.get("/pengaturan/libur?tahun=" + std::to_string(year), desk.admin).body,
               Contains("Hari &lt;Contoh&gt;"));
    CHECK(add(day, "Lagi", "daerah").status == 422);
    std::string last;
    const Json written = desk.holidays();
    for (const auto& [key, entry] : written.items()) {
        CHECK(last < key);  // in the order of days
        last = key;
    }
    service::Fields form = desk.form("/pengaturan/libur");
    Desk::set(form, "tanggal", day);
    CHECK(desk.house.post("/pengaturan/libur/hapus", form, desk.admin).status == 303);
    CHECK_FALSE(desk.holidays().contains(day));
    CHECK(desk.house.post("/pengaturan/libur/hapus", form, desk.admin).status ==
          409);  // the file has moved on
}

TEST_CASE("certificates are shown without a passphrase, and those that end soon are called out") {
    Desk desk;
    const auto show = [&] {  // as somebody who has just signed in: years go by
        return desk.house.get("/pengaturan/sertifikat", desk.house.sign_in(Role::admin)).body;
    };
    CHECK_THAT(show(), Contains("keys&#x2F;kepala.p12") || Contains("keys/kepala.p12"));
    CHECK_THAT(show(), Contains("Sisa 729 hari") && Contains("CA CONTOH Naskah") &&
                           Contains("Root CA CONTOH Naskah"));
    const auto days = [&] {
        return workflow::certificates(desk.house.site->desk()->office(), desk.house.clock.now()).days_left();
    };
    CHECK(days() == 729);
    desk.house.clock.pass(std::chrono::hours(24 * 705));
    CHECK(days() == 24);
    CHECK_THAT(show(), Contains("berakhir dalam 24 hari") && Contains("tag-warn"));
    desk.house.clock.pass(std::chrono::hours(24 * 30));
    CHECK(days() == -6);
    CHECK_THAT(show(), Contains("Ada sertifikat yang sudah berakhir") && Contains("Sudah berakhir"));

    // A key that was exchanged is not taken for the old one, and one that is gone is named.
    const std::filesystem::path keys = desk.house.folder / "kantor/keys";
    std::filesystem::copy_file(keys / "segel.p12", keys / "kepala.p12",
                               std::filesystem::copy_options::overwrite_existing);
    CHECK_THAT(show(), Contains("Berkas kunci sudah diganti"));
    std::filesystem::remove(keys / "segel.p12");
    CHECK_THAT(show(), Contains("Berkas kunci tidak ada"));
    test::spit(keys / "kepala.pem", "bukan sertifikat");
    test::spit(desk.house.folder / "kantor/trust/rusak.pem", "bukan sertifikat");
    CHECK_THAT(show(), Contains("rusak.pem"));
    CHECK_FALSE(days());
}

TEST_CASE(
    "a service notices settings that another process wrote, and goes on with the old ones if they are bad") {
    Desk desk;
    const std::filesystem::path file = desk.house.folder / "kantor/office.json";
    Json office = desk.office();
    office["singkatan"] = "DPM BARU";
    write_file(file, as_bytes(dump_json_pretty(office)));
    desk.house.clock.pass(std::chrono::seconds(2));
    CHECK_THAT(desk.house.get("/periksa").body, Contains("DPM BARU"));
    office["singkatan"] = "DPM RUSAK";
    office["zona"] = "UTC";
    write_file(file, as_bytes(dump_json_pretty(office)));
    desk.house.clock.pass(std::chrono::seconds(2));
    CHECK_THAT(desk.house.get("/periksa").body, Contains("DPM BARU") && !Contains("DPM RUSAK"));
    CHECK_THAT(desk.house.get("/pengaturan", desk.admin).body,
               Contains("tidak dapat dipakai") && Contains("wajib WIB, WITA, atau WIT"));
    office["zona"] = "WITA";
    office["singkatan"] = "DPM BAIK";
    write_file(file, as_bytes(dump_json_pretty(office)));
    desk.house.clock.pass(std::chrono::seconds(2));
    CHECK_THAT(desk.house.get("/pengaturan", desk.admin).body,
               Contains("DPM BAIK") && !Contains("tidak dapat dipakai"));
}

TEST_CASE("the address of the database is never shown and never noted") {
    const Json before = {{"penyimpanan", "postgresql://naskah:rahasia@server/naskah"}, {"nama", "a"}};
    const Json after = {{"penyimpanan", "postgresql://naskah:lain@server/naskah"}, {"nama", "b"}};
    const std::string noted = dump_json(workflow::differences(before, after));
    CHECK_THAT(noted, Contains("penyimpanan") && !Contains("rahasia") && !Contains("lain@"));
    Desk desk;
    for (const char* address :
         {"/pengaturan", "/pengaturan/kantor", "/pengaturan/pejabat", "/pengaturan/seri"})
        CHECK_THAT(desk.house.get(address, desk.admin).body, !Contains("naskah.db"));
}
