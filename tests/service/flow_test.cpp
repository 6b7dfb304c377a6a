// The pages of those who check and sign, as they use them.
#include <regex>
#include <thread>

#include "house.h"
#include "service/flow.h"
#include "workflow/drafting.h"

using namespace naskah;
using Catch::Matchers::Contains;
using naskah::test::House;
using service::Fields;
using service::Response;
using storage::Draft;
using storage::Stage;
using workflow::Role;

namespace {

// A house whose people have letters under way.
class Office : public House {
public:
    Office()
        : clerk(sign_in(Role::staf)),
          checker(sign_in(Role::pemeriksa)),
          secretary(sign_in_as("sekretaris")),
          head(sign_in(Role::kadis)),
          pin(test::slurp(folder / "kantor/keys/kepala.sandi")) {}
    // Whatever happened, the register and the drafts are without a flaw.
    ~Office() {
        if (std::uncaught_exceptions() > 0) return;
        rounds->wait();
        CHECK(site->desk()->letters().check() == std::vector<Problem>{});
        CHECK(drafts().check() == std::vector<Problem>{});
    }

    workflow::Drafting acts() {
        desk_ = site->desk();
        return workflow::Drafting(*desk_, system_random(), [this] {
            std::vector<workflow::Person> all;
            for (const auto& account : staff->accounts().list()) all.push_back(service::person_of(account));
            return all;
        });
    }
    storage::Drafts drafts() const { return storage::Drafts(site->database()); }
    Draft now(const Draft& draft) const { return drafts().find(draft.id).value(); }

    Draft written(const std::string& kind = "surat-perintah-tugas") {
        auto does = acts();
        const Json data = workflow::example_of(desk_->templates(), kind, site->root(), clock);
        return does.create(clerk.person, kind, data, clock.now());
    }
    Draft sent() {
        const Draft draft = written();
        return acts().send(clerk.person, draft.id, draft.revision, "pemeriksa", "mohon diperiksa",
                           clock.now());
    }
    Draft queued(const std::string& kind = "surat-perintah-tugas") {
        auto does = acts();
        Draft draft = written(kind);
        draft = does.send(clerk.person, draft.id, draft.revision, "pemeriksa", "", clock.now());
        return does.approve(checker.person, draft.id, draft.version, "", "jadwal cocok", clock.now());
    }

    static std::string of(const Draft& draft, const std::string& rest = "") {
        return "/pemeriksaan/" + to_string(draft.id) + rest;
    }
    static std::string pick(const Draft& draft) {
        return to_string(draft.id) + ":" + std::to_string(draft.version);
    }
    static Fields form(std::vector<std::pair<std::string, std::string>> fields) {
        Fields all;
        all.all = std::move(fields);
        return all;
    }
    Fields chosen(const std::vector<Draft>& letters, const std::string& secret) {
        Fields all;
        for (const Draft& letter : letters) all.all.emplace_back("pilih", pick(letter));
        all.all.emplace_back("pin", secret);
        return all;
    }

    SignedIn clerk, checker, secretary, head;
    std::string pin;

private:
    std::shared_ptr<workflow::Desk> desk_;
};

std::string location(const Response& response) { return House::header(response, "Location"); }

std::string plain(const std::string& html) {
    return std::regex_replace(std::regex_replace(html, std::regex("<[^>]*>"), " "), std::regex("\\s+"), " ");
}

}  // namespace

TEST_CASE("a checker reads the queue, the letter and its history, initials it and passes it on") {
    Office office;
    const Draft draft = office.sent();
    const auto list = office.get("/pemeriksaan", office.checker);
    CHECK(list.status == 200);
    CHECK_THAT(list.body, Contains("/pemeriksaan/" + to_string(draft.id)));
    CHECK_THAT(plain(list.body), Contains("Surat Perintah Tugas. Dari Laras Contoh Pratiwi, versi 1") &&
                                     Contains("kurang dari 1 jam kerja") && Contains("1 surat"));
    const auto page = office.get(Office::of(draft), office.checker);
    CHECK(page.status == 200);
    CHECK_THAT(plain(page.body), Contains("mohon diperiksa") && Contains("Paraf dan teruskan") &&
                                     Contains("Kembalikan untuk diperbaiki") &&
                                     Contains("Maharani Contoh Jatmika, Sekretaris"));
    const auto picture = office.get(Office::of(draft, "/halaman/1"), office.checker);
    CHECK(picture.status == 200);
    CHECK(picture.type == "image/png");
    CHECK(picture.body.starts_with("\x89PNG"));
    for (const char* page_name : {"0", "99", "-1", "satu", "1x", "99999999999999999999"})
        CHECK(office.get(Office::of(draft, std::string("/halaman/") + page_name), office.checker).status ==
              404);

    const auto passed = office.post(
        Office::of(draft, "/paraf"),
        Office::form({{"versi", "1"}, {"kepada", "sekretaris"}, {"catatan", "cocok"}}), office.checker);
    CHECK(passed.status == 303);
    CHECK_THAT(
        plain(office.get(location(passed), office.checker).body),
        Contains("Diparaf dan diteruskan kepada Maharani Contoh Jatmika") && Contains("Sudah Anda paraf"));
    CHECK_THAT(plain(office.get("/pemeriksaan", office.secretary).body),
               Contains("Paraf: Banyu Contoh Wicaksana"));
    const auto last = office.post(
        Office::of(draft, "/paraf"),
        Office::form({{"versi", "1"}, {"kepada", "penanda-tangan"}, {"catatan", ""}}), office.secretary);
    CHECK(last.status == 303);
    CHECK(office.now(draft).stage == Stage::queue);
}

TEST_CASE("a checker sees what changed since the version before, and may look further back") {
    Office office;
    Draft draft = office.sent();
    auto acts = office.acts();
    for (int version = 1; version <= 2; ++version) {
        draft =
            acts.send_back(office.checker.person, draft.id, version, "ganti lokasinya", office.clock.now());
        Json data = draft.data;
        data["pelaku_usaha"]["lokasi"] = "Kecamatan <Contoh> " + std::to_string(version + 1);
        const auto saved = acts.save(office.clerk.person, draft.id, draft.revision, data, office.clock.now());
        draft = acts.send(office.clerk.person, draft.id, saved.draft.revision, "pemeriksa", "sudah",
                          office.clock.now());
    }
    const auto page = office.get(Office::of(draft), office.checker);
    CHECK_THAT(page.body, Contains("1 perubahan sejak versi 2") &&
                              Contains("<del>Kecamatan &lt;Contoh&gt; 2</del>") &&
                              Contains("<ins>Kecamatan &lt;Contoh&gt; 3</ins>") &&
                              Contains("Bandingkan dengan versi 1"));
    CHECK_THAT(office.get(Office::of(draft, "?dari=1"), office.checker).body,
               Contains("1 perubahan sejak versi 1"));
    for (const char* from : {"0", "9", "-3", "x", "2147483648"})
        CHECK(office.get(Office::of(draft, std::string("?dari=") + from), office.checker).status == 200);
}

TEST_CASE("what is missing is said at the form, and what was typed stays") {
    Office office;
    const Draft draft = office.sent();
    const auto nobody = office.post(
        Office::of(draft, "/paraf"),
        Office::form({{"versi", "1"}, {"kepada", ""}, {"catatan", "tulisan saya"}}), office.checker);
    CHECK(nobody.status == 422);
    CHECK_THAT(nobody.body, Contains("Pilih pemeriksa berikutnya") && Contains("tulisan saya"));
    const auto silent = office.post(
        Office::of(draft, "/kembalikan"),
        Office::form({{"versi", "1"}, {"kepada", "sekretaris"}, {"catatan", "  "}}), office.checker);
    CHECK(silent.status == 422);
    CHECK_THAT(silent.body,
               Contains("catatan wajib diisi") && Contains("<option value=\"sekretaris\" selected>"));
    for (const char* stranger : {"staf", "kadis", "hantu", "pemeriksa"})
        CHECK(office
                  .post(Office::of(draft, "/paraf"), Office::form({{"versi", "1"}, {"kepada", stranger}}),
                        office.checker)
                  .status >= 400);
    CHECK(office.now(draft).revision == draft.revision);
}

TEST_CASE("of two who decide at once the second is told, and nothing changes by them") {
    Office office;
    const Fields approve = Office::form({{"versi", "1"}, {"kepada", "penanda-tangan"}});
    const Fields give_back = Office::form({{"versi", "1"}, {"catatan", "jangan dulu"}});

    // One button, pressed by an impatient finger: one paraf, and no complaint.
    const Draft draft = office.sent();
    std::vector<int> answers(6);
    {
        std::vector<std::jthread> fingers;
        for (int& answer : answers)
            fingers.emplace_back(
                [&] { answer = office.post(Office::of(draft, "/paraf"), approve, office.checker).status; });
    }
    CHECK(answers == std::vector<int>(6, 303));
    CHECK(office.now(draft).initials.size() == 1);
    CHECK(office.now(draft).revision == draft.revision + 1);

    // Two windows with two decisions.
    const Draft other = office.sent();
    CHECK(office.post(Office::of(other, "/kembalikan"), give_back, office.checker).status == 303);
    const auto late = office.post(Office::of(other, "/paraf"), approve, office.checker);
    CHECK(late.status == 409);
    CHECK_THAT(late.body, Contains("Surat ini sudah berubah") && Contains("Dikembalikan"));
    CHECK(office.now(other).stage == Stage::returned);

    // Of a version that has been replaced meanwhile.
    const Draft second = office.sent();
    auto acts = office.acts();
    const Draft back = acts.send_back(office.checker.person, second.id, 1, "perbaiki", office.clock.now());
    acts.send(office.clerk.person, second.id, back.revision, "pemeriksa", "", office.clock.now());
    const auto stale = office.post(Office::of(second, "/paraf"), approve, office.checker);
    CHECK(stale.status == 409);
    CHECK_THAT(stale.body, Contains("Surat ini sudah berubah") && Contains("sekarang versi 2") &&
                               Contains("Lihat keadaan terbaru"));
    CHECK(office.now(second).stage == Stage::review);
}

TEST_CASE("a letter is there for those who may see it, and for nobody else") {
    Office office;
    const Draft concept_ = office.written();
    const Draft sent = office.sent();
    for (const Draft& draft : {concept_, sent}) {
        const bool seen = draft.id == sent.id;
        CHECK(office.get(Office::of(draft), office.checker).status == (seen ? 200 : 404));
        CHECK(office.get("/antrean/" + to_string(draft.id), office.head).status == (seen ? 200 : 404));
        CHECK(office.get("/antrean/" + to_string(draft.id) + "/halaman/1", office.head).status ==
              (seen ? 200 : 404));
    }
    for (const char* id : {"x", "00000000000000000000000000", "..", "%00"}) {
        CHECK(office.get(std::string("/pemeriksaan/") + id, office.checker).status == 404);
        CHECK(office.get(std::string("/antrean/") + id, office.head).status == 404);
    }
    for (const char* address : {"/pemeriksaan", "/antrean", "/tanda-tangan"}) {
        CHECK(office.get(address).status == 401);
        CHECK(office.get(address, office.clerk).status == 403);
    }
}

TEST_CASE("a head signs several letters with one PIN and is told of each") {
    Office office;
    const Draft one = office.queued(), two = office.queued(), form = office.queued("checklist-persyaratan");
    const auto queue = office.get("/antrean", office.head);
    CHECK(queue.status == 200);
    CHECK_THAT(plain(queue.body), Contains("Ada 3 surat.") && Contains("Paraf: Banyu Contoh Wicaksana"));
    for (const Draft& draft : {one, two, form}) CHECK_THAT(queue.body, Contains(Office::pick(draft)));

    const auto read = office.get("/antrean/" + to_string(two.id), office.head);
    CHECK_THAT(plain(read.body), Contains("“jadwal cocok”") && Contains("Tanda tangani") &&
                                     Contains("dari 3.") && Contains("PT Contoh Sagara Banua"));

    const auto ask = office.post("/tanda-tangan", office.chosen({one, two, form}, ""), office.head);
    CHECK(ask.status == 200);
    CHECK_THAT(plain(ask.body), Contains("Tanda tangani 3 surat") && Contains("PIN tanda tangan") &&
                                    Contains("tidak disimpan"));
    CHECK_THAT(ask.body, !Contains("name=\"segel\""));  // the demo's seal opens without asking

    const auto wrong = office.post("/tanda-tangan/mulai", office.chosen({one, two}, "000 000"), office.head);
    CHECK(wrong.status == 422);
    CHECK_THAT(plain(wrong.body), Contains("PIN tanda tangan: salah") &&
                                      Contains("Belum ada surat yang ditandatangani") &&
                                      Contains("masih dapat dicoba 4 kali"));
    CHECK_THAT(wrong.body, Contains("aria-invalid=\"true\"") && !Contains("000 000"));
    CHECK(office.site->desk()->letters().list({}).empty());

    const auto started =
        office.post("/tanda-tangan/mulai", office.chosen({one, two, form}, office.pin), office.head);
    REQUIRE(started.status == 303);
    office.rounds->wait();
    const auto result = office.get(location(started), office.head);
    CHECK(result.status == 200);
    CHECK_THAT(plain(result.body), Contains("3 surat terbit") && Contains(office.now(one).number) &&
                                       Contains(office.now(form).number));
    CHECK_THAT(plain(office.get("/antrean", office.head).body),
               Contains("Tidak ada surat yang menunggu tanda tangan.") && Contains("3 surat terbit"));
    // The round is its head's own.
    CHECK(office.get(location(started), office.checker).status == 403);
    CHECK_THAT(plain(office.get("/antrean/" + to_string(one.id), office.head).body),
               Contains("Terbit") && !Contains("Kembalikan kepada pembuatnya"));
    const auto page = office.get("/antrean/" + to_string(one.id) + "/halaman/1", office.head);
    CHECK(page.type == "image/png");
}

TEST_CASE("the result says what failed, why, what is safe and what to do") {
    Office office;
    const Draft good = office.queued(), moved = office.queued();
    office.acts().send_back(office.checker.person, moved.id, 1, "jangan dulu", office.clock.now());
    const auto started =
        office.post("/tanda-tangan/mulai", office.chosen({good, moved}, office.pin), office.head);
    REQUIRE(started.status == 303);
    office.rounds->wait();
    const std::string words = plain(office.get(location(started), office.head).body);
    CHECK_THAT(words, Contains("1 surat terbit, 1 belum ditandatangani") && Contains("Yang terjadi.") &&
                          Contains("tidak lagi menunggu tanda tangan") && Contains("Yang aman.") &&
                          Contains("Belum ada nomor yang terpakai"));
    // All of them gone: nothing begins, and the page says why.
    const auto none =
        office.post("/tanda-tangan/mulai", office.chosen({good, moved}, office.pin), office.head);
    CHECK(none.status == 422);
    CHECK_THAT(plain(none.body), Contains("sudah terbit dengan nomor " + office.now(good).number));
}

TEST_CASE("a head returns a letter with a reason, and hears when somebody was faster") {
    Office office;
    const Draft draft = office.queued();
    const std::string address = "/antrean/" + to_string(draft.id) + "/kembalikan";
    CHECK(office.post(address, Office::form({{"surat", Office::pick(draft)}, {"catatan", ""}}), office.head)
              .status == 422);
    const auto back =
        office.post(address, Office::form({{"surat", Office::pick(draft)}, {"catatan", "dasar hukum lama"}}),
                    office.head);
    CHECK(back.status == 303);
    CHECK_THAT(plain(office.get(location(back), office.head).body),
               Contains("Dikembalikan kepada Laras Contoh Pratiwi"));
    const auto again = office.post(
        address, Office::form({{"surat", Office::pick(draft)}, {"catatan", "lagi"}}), office.head);
    CHECK(again.status == 409);
    CHECK_THAT(again.body, Contains("Surat ini sudah berubah"));
    CHECK(office.now(draft).note == "dasar hukum lama");
}

TEST_CASE("nothing chosen, too much chosen, nonsense chosen: the queue says so and nothing happens") {
    Office office;
    const Draft draft = office.queued();
    CHECK_THAT(office.post("/tanda-tangan", Office::form({}), office.head).body,
               Contains("Belum ada surat yang dipilih"));
    Fields many;
    for (int i = 0; i < 130; ++i)
        many.all.emplace_back("pilih", to_string(make_letter_id(system_random())) + ":1");
    CHECK_THAT(office.post("/tanda-tangan", many, office.head).body, Contains("paling banyak 128 surat"));
    Fields nonsense = Office::form({{"pilih", "x"},
                                    {"pilih", ":"},
                                    {"pilih", to_string(draft.id)},
                                    {"pilih", to_string(draft.id) + ":"},
                                    {"pilih", to_string(draft.id) + ":1x"},
                                    {"pilih", to_string(draft.id) + ":99999999999"}});
    CHECK(office.post("/tanda-tangan", nonsense, office.head).status == 422);
    nonsense.all.emplace_back("pin", office.pin);
    CHECK(office.post("/tanda-tangan/mulai", nonsense, office.head).status == 422);
    // The same letter twice is one letter.
    const auto twice =
        office.post("/tanda-tangan/mulai", office.chosen({draft, draft}, office.pin), office.head);
    CHECK(twice.status == 303);
    office.rounds->wait();
    CHECK(office.site->desk()->letters().list({}).size() == 1);
    CHECK(location(office.get("/tanda-tangan", office.head)) == "/antrean");
    CHECK(location(office.get("/tanda-tangan/mulai", office.head)) == "/antrean");
}

TEST_CASE("a round that was left open waits on the head's page, to be gone on with or taken back") {
    Office office;
    const Draft one = office.queued(), two = office.queued();
    const LetterId id = make_letter_id(system_random());
    storage::Rounds(office.site->database())
        .start(
            id, "kadis", {{one.id, 1}, {two.id, 1}}, [](const Draft&) {}, office.clock.now());
    office.clock.pass(std::chrono::minutes(1));
    const std::string address = "/tanda-tangan/" + to_string(id);
    CHECK_THAT(office.get("/antrean", office.head).body,
               Contains("2 surat belum selesai ditandatangani") && Contains(address));
    const auto page = office.get(address, office.head);
    CHECK_THAT(plain(page.body), Contains("Penandatanganan terhenti") && Contains("0 dari 2 selesai") &&
                                     Contains("sekali dan bernomor sekali"));
    SECTION("gone on with") {
        const auto wrong = office.post(address + "/lanjut", Office::form({{"pin", "1"}}), office.head);
        CHECK(wrong.status == 422);
        CHECK_THAT(plain(wrong.body), Contains("PIN tanda tangan: salah"));
        CHECK(office.post(address + "/lanjut", Office::form({{"pin", office.pin}}), office.head).status ==
              303);
        office.rounds->wait();
        CHECK_THAT(office.get(address, office.head).body, Contains("2 surat terbit"));
    }
    SECTION("taken back") {
        CHECK(office.post(address + "/lepas", Office::form({}), office.head).status == 303);
        CHECK_THAT(plain(office.get(address, office.head).body), Contains("2 dikembalikan ke antrean"));
        CHECK_THAT(plain(office.get("/antrean", office.head).body), Contains("Ada 2 surat."));
    }
}

TEST_CASE("while a round runs its page tells how far it is, with a script and without") {
    Office office;
    const Draft draft = office.queued();
    const LetterId id = make_letter_id(system_random());
    storage::Rounds(office.site->database())
        .start(
            id, "kadis", {{draft.id, 1}}, [](const Draft&) {}, office.clock.now());  // another process's
    const std::string address = "/tanda-tangan/" + to_string(id);
    const auto page = office.get(address, office.head);
    CHECK_THAT(page.body, Contains("<noscript><meta http-equiv=\"refresh\" content=\"2\">") &&
                              Contains("<progress") && Contains("role=\"status\"") &&
                              Contains("0 dari 1 selesai"));
    auto asked = House::request("GET", address, office.head.cookie);
    asked.headers.all.emplace_back("hx-request", "true");
    const auto part = office.service->handle(asked);
    CHECK_THAT(part.body, Contains("<progress") && !Contains("<html"));
    CHECK(House::header(part, "HX-Refresh") == "");
    office.clock.pass(std::chrono::minutes(1));
    office.rounds->go_on(office.head.person, id, {office.pin, ""}, office.clock.now());
    office.rounds->wait();
    CHECK(House::header(office.service->handle(asked), "HX-Refresh") == "true");
}

TEST_CASE("the pages of checker and head speak English too") {
    Office office;
    const Draft draft = office.queued();
    const Draft sent = office.sent();
    const auto english = [&](const std::string& address, const House::SignedIn& who) {
        return plain(office.get(address, who.cookie + "; bahasa=en").body);
    };
    CHECK_THAT(english("/antrean", office.head), Contains("Waiting for you") && !Contains("Menunggu"));
    CHECK_THAT(english("/antrean/" + to_string(draft.id), office.head),
               Contains("Return for correction") && !Contains("Kembalikan"));
    CHECK_THAT(english(Office::of(sent), office.checker),
               Contains("Your decision") && !Contains("Keputusan Anda"));
}
