// The power fails while a head signs fifty letters, again and again: after the last restart all fifty are
// signed once and numbered once. With the real command, killed with SIGKILL.
#include <random>
#include <set>

#include "service/colleagues.h"
#include "service/flow.h"
#include "service/staff.h"
#include "serving.h"

using namespace naskah;
using Catch::Matchers::Contains;
using naskah::test::Serving;
using storage::Draft;
using storage::Stage;
using storage::Status;

namespace {

constexpr int letters = 50;

// The office that is served, opened beside the service, as an operator's command would.
class Beside {
public:
    explicit Beside(const std::filesystem::path& office)
        : desk(std::make_shared<workflow::Desk>(
              workflow::Office::open(office), system_clock(), system_random(),
              [](const std::string&) -> std::string { throw Error(Code::usage, "tidak ada"); })),
          drafts(desk->database()),
          staff(desk->database(), office, system_random()) {}

    workflow::Person person(const std::string& username) {
        return service::person_of(staff.accounts().find(username).value());
    }

    std::vector<Draft> queue() {
        workflow::Drafting acts(*desk, system_random(), [this] {
            std::vector<workflow::Person> all;
            for (const auto& account : staff.accounts().list()) all.push_back(service::person_of(account));
            return all;
        });
        const Instant now = system_clock().now();
        const Json data = workflow::example_of(desk->templates(), "surat-perintah-tugas",
                                               desk->office().root(), system_clock());
        std::vector<Draft> made;
        for (int i = 0; i < letters; ++i) {
            Draft draft = acts.create(person("staf"), "surat-perintah-tugas", data, now);
            draft = acts.send(person("staf"), draft.id, draft.revision, "pemeriksa", "", now);
            made.push_back(acts.approve(person("pemeriksa"), draft.id, 1, "", "", now));
        }
        return made;
    }

    // A session of the head's, as if signed in.
    std::string token() {
        const std::string token = service::make_token(system_random());
        const Instant now = system_clock().now();
        storage::Opening opening;
        opening.session = {.token = service::digest_of(token),
                           .username = "kadis",
                           .opened_at = now,
                           .seen_at = now,
                           .from = "127.0.0.1",
                           .agent = "uji"};
        opening.by = "password";
        REQUIRE(staff.sessions().open(opening, {.actor = "kadis", .at = now, .from = {}}));
        return token;
    }

    std::size_t issued() { return desk->letters().list({.status = Status::issued}).size(); }
    std::optional<storage::Round> round() { return storage::Rounds(desk->database()).newest_of("kadis"); }

    // At every moment, also right after the kill.
    void check_sound() {
        CHECK(desk->letters().check() == std::vector<Problem>{});
        CHECK(drafts.check() == std::vector<Problem>{});
    }

    void check_all_signed_once(const std::vector<Draft>& all) {
        CHECK(desk->letters().list({}).size() == letters);
        CHECK(issued() == letters);
        std::set<std::string> numbers, ids;
        for (const Draft& draft : all) {
            const Draft now = drafts.find(draft.id).value();
            CHECK(now.stage == Stage::issued);
            numbers.insert(now.number);
            ids.insert(to_string(now.letter.value()));
            const auto pdf = desk->letters().pdf(*now.letter).value();
            CHECK(verify::check(pdf, desk->office().trust(), system_clock().now()).verdict ==
                  verify::Verdict::passed);
        }
        CHECK(numbers.size() == letters);
        CHECK(ids.size() == letters);
        CHECK(round()->ended_at);
        CHECK(round()->count(storage::ItemState::signed_) == letters);
    }

    std::shared_ptr<workflow::Desk> desk;
    storage::Drafts drafts;
    service::Staff staff;
};

std::string post(const std::string& address, const std::string& token, const std::string& form) {
    const std::string body = form + "&csrf=" + service::encode_percent(service::csrf_of(token));
    return "POST " + address + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\nCookie: naskah=" + token +
           "\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: " +
           std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string form_of(const std::vector<Draft>& all, const std::string& pin) {
    std::string form = "pin=" + pin;
    for (const Draft& draft : all) form += "&pilih=" + to_string(draft.id) + "%3A1";
    return form;
}

// Lets the service work until so many are signed, and a moment more, then pulls the plug.
void kill_after(Serving& serving, Beside& beside, std::size_t count, int microseconds) {
    while (beside.issued() < count) ::usleep(1000);
    ::usleep(static_cast<useconds_t>(microseconds));
    CHECK(serving.stop(SIGKILL) == 128 + SIGKILL);
}

// A service with fifty letters before its head.
struct Fifty {
    Serving serving;
    std::filesystem::path office = serving.folder() / "kantor";
    Beside beside{office};
    std::vector<Draft> all = beside.queue();
    std::string token = beside.token();
    std::string pin = test::slurp(office / "keys/kepala.sandi");
};

}  // namespace

TEST_CASE("killed again and again while fifty letters are signed, the service signs and numbers each once") {
    Fifty fifty;
    auto& [serving, office, beside, all, token, pin] = fifty;
    std::mt19937 dice(std::random_device{}());
    const auto up_to = [&](int most) { return std::uniform_int_distribution<int>(0, most)(dice); };

    // The first time before, while or after the round is recorded.
    {
        test::Line line(serving.port());
        line.send(post("/tanda-tangan/mulai", token, form_of(all, pin)));
        ::usleep(static_cast<useconds_t>(up_to(60'000)));
        CHECK(serving.stop(SIGKILL) == 128 + SIGKILL);
    }
    beside.check_sound();
    serving.begin({});
    if (!beside.round()) {  // nothing had happened yet: the head tries again
        CHECK(beside.issued() == 0);
        CHECK_THAT(serving.ask(post("/tanda-tangan/mulai", token, form_of(all, pin))), Contains(" 303 "));
    }
    const int kills = test::thorough() ? 12 : 4;
    int halfway = 0;
    for (int kill = 0; kill < kills && beside.issued() < letters; ++kill) {
        const std::size_t count = std::min<std::size_t>(letters, beside.issued() + 1 + up_to(letters / 4));
        INFO("kill " << kill << " after " << count);
        kill_after(serving, beside, count, up_to(40'000));
        halfway += beside.issued() < letters ? 1 : 0;
        beside.check_sound();
        serving.begin({});
    }
    CHECK(halfway > 0);
    while (!beside.round()->ended_at) ::usleep(10'000);
    beside.check_sound();
    beside.check_all_signed_once(all);
    CHECK(serving.stop() == 0);
}

TEST_CASE(
    "in a real office the head gives the PIN once more after the kill, and each letter is signed once") {
    Serving serving;
    const std::filesystem::path office = serving.folder() / "kantor";
    const std::string pin = test::slurp(office / "keys/kepala.sandi");
    CHECK(serving.stop() == 0);
    Json settings = parse_json(test::slurp(office / "office.json"), "office.json");
    settings["contoh"] = false;  // from here on keys ask
    test::spit(office / "office.json", dump_json(settings));
    std::filesystem::remove(office / "keys/kepala.sandi");
    Beside beside(office);
    const auto all = beside.queue();
    const std::string token = beside.token();
    serving.begin({});
    REQUIRE_THAT(serving.ask(post("/tanda-tangan/mulai", token, form_of(all, pin))), Contains(" 303 "));
    kill_after(serving, beside, letters / 3, 5000);
    beside.check_sound();
    serving.begin({});
    const std::size_t left = beside.issued();
    CHECK(left < letters);
    const std::string address = "/tanda-tangan/" + to_string(beside.round()->id);
    CHECK_THAT(serving.ask(post(address + "/lanjut", token, "pin=salah")), Contains(" 422 "));
    CHECK(beside.issued() == left);  // it does not go on by itself
    CHECK_THAT(serving.ask(post(address + "/lanjut", token, "pin=" + pin)), Contains(" 303 "));
    while (!beside.round()->ended_at) ::usleep(10'000);
    beside.check_sound();
    beside.check_all_signed_once(all);
    // Told to stop, it stops; nothing of the PIN is in its log.
    CHECK(serving.stop() == 0);
    CHECK(serving.log().find(pin) == std::string::npos);
}

TEST_CASE("told to stop while it signs, the service finishes what it has begun") {
    Fifty fifty;
    auto& [serving, office, beside, all, token, pin] = fifty;
    REQUIRE_THAT(serving.ask(post("/tanda-tangan/mulai", token, form_of(all, pin))), Contains(" 303 "));
    CHECK(serving.stop() == 0);
    beside.check_sound();
    // No letter has a number without a signature, unless the service had to be cut off.
    CHECK(beside.desk->letters().unfinished().empty());
    serving.begin({});
    while (!beside.round()->ended_at) ::usleep(10'000);
    beside.check_all_signed_once(all);
}
