// The clerk's pages, asked as a browser without script asks them, and as htmx does.
#include "core/file.h"
#include "generator/generator.h"
#include "house.h"
#include "html_form.h"
#include "service/form_input.h"
#include "service/page_picture.h"
#include "storage/accounts.h"
#include "workflow/drafting.h"

using namespace naskah;
using namespace naskah::service;
using Catch::Matchers::Contains;
using storage::Stage;
using test::House;
using test::sent_from;
using workflow::Role;

namespace {

// A demo office in which a clerk has signed in and somebody can check.
class ClerkHouse : public House {
public:
    ClerkHouse() : clerk(sign_in(Role::staf)), checker(sign_in(Role::pemeriksa)) {
        storage::Accounts accounts(site->database());
        for (const SignedIn& who : {clerk, checker}) {
            if (accounts.find(who.person.username)) continue;
            storage::Account account;
            account.username = who.person.username;
            account.name = who.person.name;
            for (const Role role : who.person.roles) account.roles.push_back(to_string(role));
            account.password = "x";
            accounts.add(account, {.actor = "cli", .at = clock.now(), .from = {}});
        }
    }

    // A new draft of that kind; its address.
    std::string begin(const std::string& kind) {
        const Response made = post("/surat/baru", {{{"jenis", kind}}}, clerk);
        REQUIRE(made.status == 303);
        return header(made, "Location");
    }
    // One that holds the kind's example.
    std::string example_draft(const std::string& kind) {
        auto desk = site->desk();
        workflow::Drafting drafting(*desk, site->random(), {});
        const Json data = workflow::example_of(desk->templates(), kind, site->root(), clock);
        return "/surat/" + to_string(drafting.create(clerk.person, kind, data, clock.now()).id);
    }
    storage::Draft draft_at(const std::string& address) {
        storage::Drafts drafts(site->database());
        return drafts.find(parse_letter_id(address.substr(7, 26)).value()).value();
    }
    // The fields of the page, as the browser of `who` has them.
    Fields form_of(const std::string& address) {
        const Response page = get(address, clerk);
        REQUIRE(page.status == 200);
        Fields form = sent_from(page.body);
        std::erase_if(form.all, [](const auto& field) { return field.first == "csrf"; });
        return form;
    }
    Response save(const std::string& address, const Fields& form, bool htmx = false) {
        Request asked = request("POST", address + "/simpan", clerk.cookie);
        asked.form = form;
        asked.form.all.emplace_back("csrf", clerk.csrf);
        if (htmx) asked.headers.all.emplace_back("hx-request", "true");
        return service->handle(asked);
    }

    SignedIn clerk, checker;
};

void put(Fields& form, const std::string& name, const std::string& value) {
    for (auto& [key, now] : form.all)
        if (key == name) {
            now = value;
            return;
        }
    form.all.emplace_back(name, value);
}

std::string name_of_kind(const std::string& kind) { return "/surat/baru?jenis=" + kind; }

}  // namespace

TEST_CASE("a clerk finds every kind of letter, with what it is for, and begins one") {
    ClerkHouse house;
    const Response page = house.get("/surat/baru", house.clerk);
    CHECK_THAT(page.body, Contains("Berita Acara Pemeriksaan") && Contains("Mencatat hasil pemeriksaan"));
    CHECK_THAT(house.get("/surat/baru?cari=pencabutan", house.clerk).body,
               Contains("tentang Pencabutan Perizinan") && !Contains("Checklist"));
    CHECK_THAT(house.get("/surat/baru?cari=%3Cscript%3E", house.clerk).body,
               Contains("&lt;script&gt;") && Contains("Tidak ada jenis surat yang cocok"));
    const std::string address = house.begin("surat-perintah-tugas");
    CHECK_THAT(house.get(address, house.clerk).body,
               Contains("Surat Perintah Tugas") && Contains("Kirim untuk diperiksa"));
    CHECK_THAT(house.get("/surat", house.clerk).body, Contains(address));
    CHECK(house.post("/surat/baru", {{{"jenis", "../etc"}}}, house.clerk).status == 422);
}

TEST_CASE("what is typed is saved as it is, wrong or right, and stands in the form again") {
    ClerkHouse house;
    const std::string address = house.begin("surat-perintah-tugas");
    Fields form = house.form_of(address);
    put(form, "sumber_biaya", "DPA <b>Dinas</b> & \"lain\"");
    put(form, "lapor_hari_kerja", "lima");
    put(form, "pelaksanaan.mulai", "besok");
    put(form, "petugas[0].nip", "12");
    const Response saved = house.save(address, form);
    CHECK(saved.status == 303);
    const storage::Draft draft = house.draft_at(address);
    CHECK(draft.data.at("sumber_biaya") == "DPA <b>Dinas</b> & \"lain\"");
    CHECK(draft.data.at("lapor_hari_kerja") == "lima");
    const std::string page = house.get(address, house.clerk).body;
    CHECK_THAT(page, Contains("DPA &lt;b&gt;Dinas&lt;/b&gt; &amp; &quot;lain&quot;") &&
                         Contains("Harus berupa bilangan bulat"));
    CHECK_THAT(page, !Contains("<b>Dinas"));
    CHECK(sent_from(page).get("pelaksanaan.mulai") == "besok");
    // What is not filled yet is counted, not reproached.
    CHECK_THAT(page, !Contains("Wajib diisi."));
}

TEST_CASE("every kind's example, opened and saved, is the same draft and no new revision") {
    ClerkHouse house;
    for (const char* kind : {"berita-acara-pemeriksaan", "checklist-persyaratan",
                             "rekomendasi-video-dokumenter", "sk-pencabutan", "surat-perintah-tugas"}) {
        INFO(kind);
        const std::string address = house.example_draft(kind);
        const storage::Draft before = house.draft_at(address);
        CHECK(house.save(address, house.form_of(address)).status == 303);
        const storage::Draft after = house.draft_at(address);
        CHECK(after.data == before.data);
        CHECK(after.revision == before.revision);
        CHECK(house.get(address, house.clerk).status == 200);
    }
}

TEST_CASE("htmx gets the state, the errors and the preview, and the form anew when rows change") {
    ClerkHouse house;
    const std::string address = house.begin("surat-perintah-tugas");
    Fields form = house.form_of(address);
    put(form, "petugas[0].nip", "12");
    const Response saved = house.save(address, form, true);
    CHECK(saved.status == 200);
    CHECK_THAT(saved.body, Contains("Tersimpan pukul") && Contains("id=\"g-petugas-0-nip\"") &&
                               Contains("NIP terdiri atas 18 angka") && Contains("/halaman/1?r=") &&
                               !Contains("<html"));
    // An error that is mended goes away.
    put(form, "petugas[0].nip", "197908232005012011");
    put(form, ":galat", "petugas[0].nip");
    put(form, ":revisi", sent_from(saved.body).get(":revisi").data());
    const Response mended = house.save(address, form, true);
    CHECK_THAT(mended.body, Contains("id=\"g-petugas-0-nip\" class=\"galat\" hx-swap-oob=\"true\"></div>"));
    put(form, ":revisi", std::string(sent_from(mended.body).get(":revisi")));
    put(form, ":aksi", "tambah petugas");
    const Response added = house.save(address, form, true);
    CHECK_THAT(added.body, Contains("name=\"petugas[1].nama\"") && Contains("autofocus"));
    CHECK(house.draft_at(address).data.at("petugas").size() == 2);
}

TEST_CASE("rows come, go and move by buttons alone, without script") {
    ClerkHouse house;
    const std::string address = house.example_draft("surat-perintah-tugas");
    Fields form = house.form_of(address);
    put(form, ":aksi", "hapus petugas[0]");
    const Response removed = house.save(address, form);
    CHECK(House::header(removed, "Location") == address + "?baris=petugas%5B0%5D#f-petugas-0");
    CHECK(house.draft_at(address).data.at("petugas").size() == 3);
    CHECK_THAT(house.get(address + "?baris=petugas%5B0%5D", house.clerk).body, Contains("autofocus"));
    for (const std::string& button : test::buttons_of(house.get(address, house.clerk).body)) {
        INFO(button);
        CHECK((button == "simpan" || button == "tutup" || button == "unggah" || button.starts_with("isi ") ||
               RowChange::parse(button)));
    }
}

TEST_CASE("a row that was removed can be brought back, with all that stood in it") {
    ClerkHouse house;
    const std::string address = house.example_draft("surat-perintah-tugas");
    const Json before = house.draft_at(address).data;
    Fields form = house.form_of(address);
    put(form, ":aksi", "hapus petugas[1]");
    const Response removed = house.save(address, form, true);
    CHECK_THAT(removed.body, Contains("Petugas 2 dihapus") && Contains("kembali petugas[1]"));
    Fields after = sent_from(removed.body);
    put(after, ":akhir", "1");
    put(after, ":aksi", "kembali petugas[1]");
    // The fields of the form that came anew, and the row that the notice kept.
    const Response restored = house.save(address, after, true);
    CHECK(restored.status == 200);
    CHECK(house.draft_at(address).data == before);
    put(after, ":terhapus", "{\"nama\": [[[[");
    put(after, ":revisi", std::string(sent_from(restored.body).get(":revisi")));
    CHECK(house.save(address, after, true).status == 200);
}

TEST_CASE("a person of the office's list fills the fields of a row") {
    ClerkHouse house;
    const std::string address = house.begin("surat-perintah-tugas");
    Fields form = house.form_of(address);
    put(form, "orang:petugas[0]", "pegawai-3");
    put(form, ":aksi", "isi petugas[0]");
    CHECK(house.save(address, form).status == 303);
    const Json row = house.draft_at(address).data.at("petugas").at(0);
    CHECK(canonical_json(row) == canonical_json({{"nama", "Lintang Contoh Maheswari, S.T."},
                                                 {"pangkat", "Penata (III/c)"},
                                                 {"nip", "198811052014022005"},
                                                 {"jabatan", "Pemeriksa Penanaman Modal"}}));
    // Whoever has no NIP takes the old one away.
    form = house.form_of(address);
    put(form, "orang:petugas[0]", "pegawai-6");
    put(form, ":aksi", "isi petugas[0]");
    CHECK(house.save(address, form).status == 303);
    CHECK_FALSE(house.draft_at(address).data.at("petugas").at(0).contains("nip"));
    // In a group that is no row, too; and a key that is nobody's changes nothing.
    const std::string checklist = house.begin("checklist-persyaratan");
    form = house.form_of(checklist);
    put(form, "orang:petugas", "pejabat-sekretaris");
    put(form, ":aksi", "isi petugas");
    CHECK(house.save(checklist, form).status == 303);
    CHECK(house.draft_at(checklist).data.at("petugas").at("jabatan") == "Sekretaris");
    put(form, "orang:petugas", "pegawai-999");
    CHECK(house.save(checklist, form).status == 409);
}

TEST_CASE("two windows on one draft: nothing is overwritten, and each place is chosen") {
    ClerkHouse house;
    const std::string address = house.example_draft("surat-perintah-tugas");
    Fields first = house.form_of(address), second = house.form_of(address);
    put(first, "sumber_biaya", "Dari jendela pertama");
    put(first, "pelaku_usaha.nama", "PT Pertama Contoh");
    CHECK(house.save(address, first).status == 303);
    put(second, "sumber_biaya", "Dari jendela kedua");
    put(second, "petugas[1].nama", "Orang Kedua Contoh");

    const Response live = house.save(address, second, true);
    CHECK_THAT(live.body, Contains("berubah di tempat lain") && Contains("/bandingkan"));
    CHECK(house.draft_at(address).data.at("sumber_biaya") == "Dari jendela pertama");

    const Response choice = house.save(address, second);
    CHECK(choice.status == 409);
    // Only what differs is asked about.
    CHECK_THAT(choice.body, !Contains("pilih:pelaksanaan") && !Contains("pilih:dasar"));
    CHECK_THAT(choice.body, Contains("Dari jendela pertama") && Contains("Dari jendela kedua") &&
                                Contains("PT Pertama Contoh") && Contains("Orang Kedua Contoh"));
    Fields settled = sent_from(choice.body);
    std::erase_if(settled.all, [](const auto& field) { return field.first == "csrf"; });
    CHECK(settled.get("pilih:sumber_biaya") == "saya");
    put(settled, "pilih:sumber_biaya", "tersimpan");
    put(settled, "pilih:pelaku_usaha.nama", "tersimpan");
    const Response merged = house.post(address + "/gabung", settled, house.clerk);
    CHECK(merged.status == 303);
    const Json data = house.draft_at(address).data;
    CHECK(data.at("sumber_biaya") == "Dari jendela pertama");
    CHECK(data.at("pelaku_usaha").at("nama") == "PT Pertama Contoh");
    CHECK(data.at("petugas").at(1).at("nama") == "Orang Kedua Contoh");
    CHECK(data.at("petugas").size() == 4);
    // The same choice once more was made of a state that is past.
    CHECK(house.post(address + "/gabung", settled, house.clerk).status == 409);
}

TEST_CASE("a form that was cut on its way is not saved") {
    ClerkHouse house;
    const std::string address = house.example_draft("surat-perintah-tugas");
    Fields form = house.form_of(address);
    const Json before = house.draft_at(address).data;
    form.all.resize(form.all.size() / 2);
    CHECK(house.save(address, form).status == 422);
    CHECK(house.draft_at(address).data == before);
}

TEST_CASE("sending tells every problem at once, each at its field and in the summary") {
    ClerkHouse house;
    const std::string address = house.begin("berita-acara-pemeriksaan");
    Fields form = house.form_of(address);
    put(form, "rangkap", "tiga");
    const Response refused = house.post(address + "/kirim", form, house.clerk);
    CHECK(refused.status == 422);
    CHECK_THAT(refused.body, Contains("<title>Perlu diperbaiki: Berita Acara Pemeriksaan") &&
                                 Contains("role=\"alert\"") && Contains("Pilih pemeriksa") &&
                                 Contains("Harus berupa bilangan bulat"));
    std::size_t links = 0;
    std::vector<std::string> ids;
    const auto tags = test::tags_of(refused.body);
    for (const test::Tag& tag : tags)
        if (tag.has("id")) ids.push_back(tag.get("id"));
    bool summary = false;
    for (const test::Tag& tag : tags) {
        if (tag.get("id") == "ringkasan-galat") summary = true;
        if (tag.name == "/ol") summary = false;
        if (!summary || tag.name != "a") continue;
        ++links;
        INFO(tag.get("href"));
        CHECK(std::find(ids.begin(), ids.end(), tag.get("href").substr(1)) != ids.end());
    }
    CHECK(links > 25);
    CHECK(house.draft_at(address).stage == Stage::concept_);
    CHECK(house.draft_at(address).data.at("rangkap") == "tiga");
}

TEST_CASE("a letter goes to its checker, can be taken back, comes back with a reason, and goes again") {
    ClerkHouse house;
    const std::string address = house.example_draft("surat-perintah-tugas");
    Fields form = house.form_of(address);
    put(form, ":pemeriksa", house.checker.person.username);
    put(form, ":pesan", "Mohon diperiksa");
    // A row that was added and left empty is no reason to refuse.
    put(form, "petugas[9].nama", "");
    const Response sent = house.post(address + "/kirim", form, house.clerk);
    REQUIRE(sent.status == 303);
    CHECK_THAT(house.get(House::header(sent, "Location"), house.clerk).body, Contains("Terkirim ke"));
    CHECK(house.draft_at(address).stage == Stage::review);
    // It can be read and not written.
    const std::string page = house.get(address, house.clerk).body;
    CHECK_THAT(page,
               Contains("Tarik kembali") && Contains("Mohon diperiksa") && !Contains("id=\"formulir\""));
    const Json before = house.draft_at(address).data;
    put(form, "sumber_biaya", "Lain");
    CHECK_THAT(house.save(address, form, true).body, Contains("sudah tidak di tangan Anda"));
    CHECK(House::header(house.save(address, form), "Location") == address);
    CHECK(house.draft_at(address).data == before);

    CHECK(house.post(address + "/tarik", {}, house.clerk).status == 303);
    CHECK(house.draft_at(address).stage == Stage::concept_);
    form = house.form_of(address);
    CHECK(form.get(":pemeriksa") == house.checker.person.username);
    CHECK(house.post(address + "/kirim", form, house.clerk).status == 303);
    auto desk = house.site->desk();
    workflow::Drafting drafting(*desk, house.site->random(), [] { return std::vector<workflow::Person>{}; });
    const storage::Draft there = house.draft_at(address);
    drafting.send_back(house.checker.person, there.id, there.version, "Lokasi belum menyebut <kecamatan>",
                       house.clock.now());
    CHECK_THAT(house.get("/surat", house.clerk).body,
               Contains("Dikembalikan") && Contains("Lokasi belum menyebut &lt;kecamatan&gt;"));
    CHECK_THAT(house.get(address, house.clerk).body,
               Contains("Dikembalikan oleh") && Contains("id=\"formulir\""));
    CHECK(house.post(address + "/kirim", house.form_of(address), house.clerk).status == 303);
    CHECK(house.draft_at(address).version == 3);
}

TEST_CASE(
    "a draft is nobody's business but its author's until it is sent, and no address tells that it is there") {
    ClerkHouse house;
    const std::string address = house.example_draft("surat-perintah-tugas");
    const auto head = house.sign_in(Role::kadis), admin = house.sign_in(Role::admin);
    const std::string nowhere = "/surat/" + to_string(make_letter_id(house.site->random()));
    for (const char* what : {"", "/konsep.pdf", "/halaman/1", "/gambar?nama=lampiran/x"}) {
        INFO(what);
        CHECK(house.get(address + what).status == 401);
        CHECK(house.get(address + what, house.checker).status ==
              house.get(nowhere + what, house.checker).status);
        CHECK(house.get(address + what, head).status == house.get(nowhere + what, head).status);
        CHECK(house.get(address + what, admin).status == 403);
    }
    for (const char* what : {"/simpan", "/kirim", "/tarik", "/buang", "/gabung", "/bandingkan", "/unggah"}) {
        INFO(what);
        CHECK(house.post(address + what, house.form_of(address)).status == 401);
        CHECK(house.post(address + what, house.form_of(address), house.checker).status == 403);
        // Without the token of the session's forms nothing happens either.
        CHECK(house.post(address + what, house.form_of(address), house.clerk.cookie).status == 403);
    }
    CHECK(house.draft_at(address).stage == Stage::concept_);
}

TEST_CASE("markup and scripts in every field stand in the page as text, and the preview stands them") {
    ClerkHouse house;
    for (const char* kind : {"berita-acara-pemeriksaan", "surat-perintah-tugas"}) {
        const std::string address = house.example_draft(kind);
        Fields form = house.form_of(address);
        for (auto& [name, value] : form.all)
            if (!name.starts_with(':')) value = "\"><script>alert(1)</script>'{{x}}[[y]]";
        CHECK(house.save(address, form).status == 303);
        const Response page = house.get(address, house.clerk);
        CHECK_THAT(page.body, !Contains("<script>alert") && !Contains("\"><script"));
        CHECK(house.get(address + "/konsep.pdf", house.clerk).body.starts_with("%PDF"));
        CHECK(house.post(address + "/kirim", house.form_of(address), house.clerk).status == 422);
    }
}

TEST_CASE("the pages of a draft can be looked at one by one, and as a PDF") {
    ClerkHouse house;
    const std::string address = house.example_draft("berita-acara-pemeriksaan");
    const Response page = house.get(address + "?halaman=2", house.clerk);
    CHECK_THAT(page.body, Contains("Halaman 2 dari ") && Contains("/halaman/2?r="));
    const Response picture = house.get(address + "/halaman/2", house.clerk);
    CHECK(picture.type == "image/png");
    CHECK(picture.body.starts_with("\x89PNG"));
    CHECK(house.get(address + "/konsep.pdf", house.clerk).body.starts_with("%PDF"));
    for (const char* number : {"0", "-1", "999", "x", "1e9", "99999999999999999999"}) {
        INFO(number);
        const int status = house.get(address + "/halaman/" + number, house.clerk).status;
        CHECK((status == 404 || status == 422));
    }
    CHECK(house.get(address + "/surat.pdf", house.clerk).status == 404);
    CHECK_THAT(house.get(address + "/pratinjau?halaman=3", house.clerk).body, Contains("Halaman 3 dari "));
}

TEST_CASE(
    "pictures are taken in, shown to who may see the draft, and printed; what is no picture is refused") {
    ClerkHouse house;
    const std::string address = house.example_draft("berita-acara-pemeriksaan");
    const std::string photo(as_text(read_file(NASKAH_SOURCE_DIR "/templates/demo/foto/gudang.jpg")));
    const std::size_t before = house.draft_at(address).data.at("foto").size();
    const auto upload = [&](const std::string& field, const std::string& content) {
        Request asked = House::request("POST", address + "/unggah", house.clerk.cookie);
        asked.form = house.form_of(address);
        put(asked.form, ":aksi", "unggah");
        put(asked.form, "csrf", house.clerk.csrf);
        asked.uploads.push_back({field, "../../x.php", "text/html", content});
        return house.service->handle(asked);
    };
    CHECK(upload("berkas:foto[]", photo).status == 303);
    CHECK(upload("berkas:foto[0].berkas", photo).status == 303);
    const Json photos = house.draft_at(address).data.at("foto");
    REQUIRE(photos.size() == before + 1);
    const std::string name = photos[0].at("berkas");
    CHECK_THAT(name, Catch::StartsWith("lampiran/") && Catch::EndsWith(".jpg"));
    CHECK(photos.back().at("berkas") == name);
    const Response shown = house.get(address + "/gambar?nama=" + encode_percent(name), house.clerk);
    CHECK(shown.body == photo);
    CHECK(shown.type == "image/jpeg");
    for (const char* other :
         {"lampiran/../office.json", "office.json", "keys/kepala.p12", "", "/etc/passwd"}) {
        INFO(other);
        CHECK(house.get(address + "/gambar?nama=" + encode_percent(other), house.clerk).status == 404);
    }
    for (const std::string& bad : {std::string("GIF89a"), std::string("\xFF\xD8\xFF broken"),
                                   photo.substr(0, 2000), std::string("<svg onload=alert(1)>")}) {
        const Response refused = upload("berkas:foto[0].berkas", bad);
        CHECK(refused.status == 422);
        CHECK_THAT(refused.body, Contains("id=\"g-foto-0-berkas\""));
    }
    CHECK(house.draft_at(address).data.at("foto") == photos);
    for (const char* field :
         {"berkas:", "berkas:[]", "berkas:tim[0].nama", "berkas:tidak[0].ada", "berkas:foto", "x"}) {
        INFO(field);
        upload(field, photo);
    }
    CHECK(house.draft_at(address).data.at("foto") == photos);
}

TEST_CASE("an earlier letter of the kind gives its content to a new one, and stays as it is") {
    ClerkHouse house;
    const std::string address = house.example_draft("surat-perintah-tugas");
    house.example_draft("sk-pencabutan");
    const std::string id = address.substr(7);
    const Response list = house.get(name_of_kind("surat-perintah-tugas"), house.clerk);
    CHECK_THAT(list.body, Contains(id) && Contains("PT Contoh Sagara Banua"));
    CHECK_THAT(house.get(name_of_kind("surat-perintah-tugas") + "&cari=tidakada", house.clerk).body,
               !Contains(id));
    const Response made = house.post("/surat/baru", {{{"dari", id}}}, house.clerk);
    REQUIRE(made.status == 303);
    const std::string copy = House::header(made, "Location");
    CHECK(copy != address);
    CHECK(house.draft_at(copy).data == house.draft_at(address).data);
    // Nobody copies what they may not see.
    auto desk = house.site->desk();
    workflow::Drafting drafting(*desk, house.site->random(), {});
    const workflow::Person other{
        .username = "lain", .name = "Lain", .post = "", .official = "", .roles = {Role::staf}};
    const auto foreign =
        drafting.create(other, "surat-perintah-tugas", {{"sumber_biaya", "rahasia"}}, house.clock.now());
    CHECK(house.post("/surat/baru", {{{"dari", to_string(foreign.id)}}}, house.clerk).status == 422);
    CHECK(house.post("/surat/baru", {{{"dari", "'; drop table"}}}, house.clerk).status == 422);
}

TEST_CASE(
    "my letters stand under their stage with counts, are found by words, and are thrown away for good") {
    ClerkHouse house;
    const std::string kept = house.example_draft("surat-perintah-tugas");
    const std::string thrown = house.example_draft("sk-pencabutan");
    CHECK_THAT(house.get(thrown + "/buang", house.clerk).body, Contains("Buang konsep ini?"));
    CHECK(house.post(thrown + "/buang", {}, house.clerk).status == 303);
    CHECK(house.draft_at(thrown).stage == Stage::discarded);
    const std::string all = house.get("/surat", house.clerk).body;
    CHECK_THAT(all, Contains(kept) && !Contains(thrown) && Contains("Dibuang"));
    CHECK_THAT(house.get("/surat?tahap=dibuang", house.clerk).body, Contains(thrown) && !Contains(kept));
    CHECK_THAT(house.get("/surat?cari=sagara", house.clerk).body, Contains(kept));
    CHECK_THAT(house.get("/surat?cari=%22%3E%3Cscript%3E", house.clerk).body,
               !Contains("\"><script>") && Contains("Tidak ada surat di sini"));
    for (const char* query : {"?mulai=-5", "?mulai=99999999999999", "?tahap=apa", "?terkirim=x"}) {
        INFO(query);
        CHECK(house.get(std::string("/surat") + query, house.clerk).status == 200);
    }
}
