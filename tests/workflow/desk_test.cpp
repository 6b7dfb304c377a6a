// Crashes, midnights and clocks that run backwards, seen from inside: the test holds the clock, and a crash
// is an exception thrown between a letter's number and its signature.
#include <atomic>

#include "tests/workflow/demo_office.h"
#include "workflow/issue.h"

using namespace naskah;
using namespace naskah::test;

namespace {

class HandClock final : public Clock {
public:
    Instant now() const override { return now_; }
    void move(std::chrono::milliseconds by) { now_ = now_.load() + by; }

private:
    std::atomic<Instant> now_ = system_clock().now();
};

struct Crash {};

constexpr auto day = std::chrono::hours(24);
const std::string kind = "rekomendasi-video-dokumenter";  // no rule of it refuses the next day

class Scene {
public:
    workflow::Desk desk() {
        return {workflow::Office::open(demo.office()), clock, system_random(),
                [](const std::string&) { return std::string(); }};
    }
    workflow::Request request(const std::string& key = "") const {
        return {.kind = kind, .data = data, .key = key, .images = demo.office()};
    }
    // Takes a number for a letter and dies.
    void crash(const std::string& key = "") {
        workflow::Desk now = desk();
        REQUIRE_THROWS_AS(now.issue(request(key), {.wait = [] {}, .pass = [] { throw Crash(); }}), Crash);
    }
    std::vector<workflow::Desk::Resumed> resume() {
        std::vector<workflow::Desk::Resumed> all;
        workflow::Desk now = desk();
        now.resume([&](const workflow::Desk::Resumed& one) { all.push_back(one); });
        return all;
    }

    DemoOffice demo;
    Json data = demo.example(kind);
    HandClock clock;
};

std::string statuses(const Scene& scene) {
    std::string text;
    for (const Json& row : scene.demo.rows()) text += row.at("status").get<std::string>() + " ";
    return text;
}

}  // namespace

TEST_CASE("a letter of yesterday is void and issued anew today, once, whoever resumes") {
    Scene scene;
    scene.crash("kunci");
    scene.clock.move(day);
    const auto resumed = scene.resume();
    REQUIRE(resumed.size() == 1);
    CHECK(resumed[0].problems.empty());
    CHECK_FALSE(resumed[0].replaced.empty());
    CHECK(scene.resume().empty());
    CHECK(scene.desk().issue(scene.request("kunci")).letter.number == resumed[0].letter.number);
    CHECK(statuses(scene) == "void issued ");
    scene.demo.check_register();
}

TEST_CASE("while a key is missing, resuming day after day uses up no number") {
    Scene scene;
    scene.crash();
    const fs::path key = scene.demo.office() / "keys/kepala.p12";
    fs::rename(key, key.string() + ".lain");
    for (int i = 0; i < 3; ++i) {
        scene.clock.move(day);
        const auto resumed = scene.resume();
        REQUIRE(resumed.size() == 1);
        CHECK_FALSE(resumed[0].problems.empty());
        CHECK(statuses(scene) == "reserved ");
    }
    fs::rename(key.string() + ".lain", key);
    CHECK(scene.resume().at(0).problems.empty());
    CHECK(statuses(scene) == "void issued ");
    scene.demo.check_register();
}

TEST_CASE("a letter that cannot be drawn for a while keeps its number and is finished later") {
    Scene scene;
    scene.crash();
    const fs::path emblem = scene.demo.office() / "emblem.png";
    fs::rename(emblem, emblem.string() + ".lain");
    CHECK_FALSE(scene.resume().at(0).problems.empty());
    CHECK(statuses(scene) == "reserved ");
    fs::rename(emblem.string() + ".lain", emblem);
    CHECK(scene.resume().at(0).problems.empty());
    CHECK(statuses(scene) == "issued ");
}

TEST_CASE("a clock that runs backwards finishes no letter and voids none") {
    Scene scene;
    scene.crash();
    scene.clock.move(-day);
    const auto resumed = scene.resume();
    REQUIRE(resumed.size() == 1);
    REQUIRE(resumed[0].problems.size() == 1);
    CHECK(resumed[0].problems[0].remedy.find("jam") != std::string::npos);
    CHECK_THROWS_AS(scene.desk().issue(scene.request()), Error);
    CHECK(statuses(scene) == "reserved ");
    scene.clock.move(day);
    CHECK(scene.resume().at(0).problems.empty());
    CHECK(statuses(scene) == "issued ");
}

TEST_CASE("a letter whose turn comes after midnight bears the new day and takes one number") {
    Scene scene;
    workflow::Desk desk = scene.desk();
    const auto issued = desk.issue(scene.request(), {.wait = [&] { scene.clock.move(day); }, .pass = [] {}});
    CHECK(issued.letter.date == date_in(Zone::wita, scene.clock.now()));
    CHECK(statuses(scene) == "issued ");
}

TEST_CASE("a process that is overtaken by resume at midnight gives back the letter that was issued instead") {
    Scene scene;
    workflow::Desk desk = scene.desk();
    std::string number;
    const auto overtaken = desk.issue(scene.request(), {.wait = [] {},
                                                        .pass =
                                                            [&] {
                                                                scene.clock.move(day);
                                                                number = scene.resume().at(0).letter.number;
                                                                scene.clock.move(-day);
                                                            }});
    CHECK(overtaken.letter.number == number);
    CHECK(statuses(scene) == "void issued ");
    scene.demo.check_register();
}

TEST_CASE("a refused letter leaves no picture behind in the office") {
    Scene scene;
    Json data = scene.demo.example("berita-acara-pemeriksaan");
    data.erase("tim");
    CHECK_THROWS_AS(
        scene.desk().issue({.kind = "berita-acara-pemeriksaan", .data = data, .images = scene.demo.office()}),
        Error);
    CHECK_FALSE(fs::exists(scene.demo.office() / "lampiran"));
}

TEST_CASE(
    "many letters at once: numbers in the order of asking, each with its own outcome, two flushes' worth") {
    Scene scene;
    workflow::Desk desk = scene.desk();
    std::vector<workflow::Request> requests;
    for (int i = 0; i < 150; ++i) requests.push_back(scene.request("kunci " + std::to_string(i)));
    const auto known = desk.issue(requests[7]);
    requests[20].data.erase(requests[20].data.begin().key());  // refused by the schema
    requests[21].kind = "tidak-ada";
    requests[22].series = "tidak-ada";
    requests[31].key = requests[30].key;  // the same letter once more
    requests[32].key = requests[30].key;
    requests[32].data["perihal_tambahan"] = "lain";  // another letter under that key
    const std::set<std::size_t> refused = {20, 21, 22, 32};
    std::map<std::size_t, workflow::Outcome> outcomes;
    desk.issue_all(requests, 3, [&](std::size_t place, workflow::Outcome outcome) {
        REQUIRE(outcomes.emplace(place, std::move(outcome)).second);
    });
    REQUIRE(outcomes.size() == requests.size());
    int last = 1;
    for (const auto& [place, outcome] : outcomes) {
        INFO(place << (outcome.problems.empty() ? "" : ": " + outcome.problems.front().what));
        REQUIRE(outcome.issued.has_value() == !refused.contains(place));
        CHECK(outcome.problems.empty() == !refused.contains(place));
        if (!outcome.issued) continue;
        const storage::Letter& letter = outcome.issued->letter;
        CHECK(letter.status == storage::Status::issued);
        CHECK(letter.sha256 == sha256(outcome.issued->pdf));
        if (place == 7)
            CHECK(letter.id == known.letter.id);
        else if (place == 31)
            CHECK(letter.id == outcomes.at(30).issued->letter.id);
        else
            CHECK(letter.parts.urut == ++last);
    }
    CHECK(desk.letters().unfinished().empty());
    scene.demo.check_register();
}

TEST_CASE("when nobody listens any more, letters that have numbers are finished and no other is begun") {
    Scene scene;
    workflow::Desk desk = scene.desk();
    const std::vector<workflow::Request> requests(300, scene.request());
    int heard = 0;
    REQUIRE_THROWS_AS(desk.issue_all(requests, 2,
                                     [&](std::size_t, const workflow::Outcome&) {
                                         if (++heard == 5) throw Crash();
                                     }),
                      Crash);
    CHECK(heard == 5);
    const auto rows = desk.letters().list({});
    CHECK(rows.size() == workflow::Desk::most_together);
    for (const auto& row : rows) CHECK(row.letter.status == storage::Status::issued);
}

TEST_CASE(
    "letters whose day ends between their number and their signature are issued under the new day's date") {
    Scene scene;
    workflow::Desk desk = scene.desk();
    const std::vector<workflow::Request> requests(6, scene.request());
    // The day ends when the first of them is told; the others, still unsigned perhaps, are of yesterday then.
    std::vector<workflow::Outcome> outcomes(requests.size());
    bool moved = false;
    desk.issue_all(requests, 1, [&](std::size_t place, workflow::Outcome outcome) {
        if (!moved) scene.clock.move(day);
        moved = true;
        outcomes[place] = std::move(outcome);
    });
    for (const workflow::Outcome& outcome : outcomes) {
        REQUIRE(outcome.issued);
        CHECK(outcome.issued->letter.status == storage::Status::issued);
    }
    scene.demo.check_register();
}
