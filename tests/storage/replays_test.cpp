#include "storage/replays.h"
#include "fixture.h"

namespace naskah::storage {

using Kind = Replays::Claim::Kind;

TEST_CASE("a key that was answered gives the same answer, to its own request and its owner only") {
    const Folder folder;
    const std::string path = folder.file("naskah.db");
    const Sha256 one = sha256(as_bytes("one")), two = sha256(as_bytes("two"));
    {
        Replays replays(open_database(path, true));
        CHECK(replays.claim("dimas", "k", one, moment()).kind == Kind::fresh);
        CHECK(replays.claim("dimas", "k", one, moment(1)).kind == Kind::busy);
        CHECK(replays.claim("dimas", "k", two, moment(1)).kind == Kind::other);
        CHECK(replays.claim("siti", "k", two, moment(1)).kind == Kind::fresh);
        replays.keep("dimas", "k", {201, "application/json", R"({"a":"é"})", {{"ETag", "\"1\""}}});
    }
    Replays replays(open_database(path, false));  // after a restart
    const auto claim = replays.claim("dimas", "k", one, moment(100'000));
    REQUIRE(claim.kind == Kind::done);
    CHECK(claim.reply.status == 201);
    CHECK(claim.reply.type == "application/json");
    CHECK(claim.reply.body == R"({"a":"é"})");
    CHECK(claim.reply.headers == Json({{"ETag", "\"1\""}}));
    CHECK(replays.claim("dimas", "k", two, moment(100'000)).kind == Kind::other);
}

TEST_CASE("what was cut off may be carried out again, by one, and is still the same request") {
    const Folder folder;
    Replays replays(open_database(folder.file("naskah.db"), true));
    const Sha256 digest = sha256(as_bytes("x"));
    const auto abandoned = std::chrono::milliseconds(replay_abandoned).count() + 1;
    CHECK(replays.claim("dimas", "k", digest, moment()).first_at == moment());
    const auto again = replays.claim("dimas", "k", digest, moment(abandoned));
    CHECK(again.kind == Kind::again);
    CHECK(again.first_at == moment());
    CHECK(replays.claim("dimas", "k", digest, moment(abandoned + 1)).kind == Kind::busy);
    replays.release("dimas", "k");
    const auto fresh = replays.claim("dimas", "k", digest, moment(abandoned + 2));
    CHECK(fresh.kind == Kind::fresh);
    CHECK(fresh.first_at == moment(abandoned + 2));
}

TEST_CASE("an answer is kept for a day and then forgotten") {
    const Folder folder;
    Replays replays(open_database(folder.file("naskah.db"), true));
    const Sha256 digest = sha256(as_bytes("x"));
    const auto day = std::chrono::milliseconds(replay_kept).count();
    replays.claim("dimas", "k", digest, moment());
    replays.keep("dimas", "k", {});
    replays.forget_old(moment(day));
    CHECK(replays.claim("dimas", "k", digest, moment(day)).kind == Kind::done);
    CHECK(replays.claim("dimas", "k", sha256(as_bytes("y")), moment(day + 1)).kind == Kind::fresh);
    replays.keep("dimas", "k", {});
    replays.forget_old(moment(2 * day + 2));
    CHECK(replays.claim("dimas", "k", digest, moment(2 * day + 2)).kind == Kind::fresh);
}

TEST_CASE("of many who ask with one key at once, one carries it out") {
    const Folder folder;
    const std::string path = folder.file("naskah.db");
    open_database(path, true);
    const auto kinds = in_processes(6, [&](int) {
        Replays replays(open_database(path, false));
        return replays.claim("dimas", "k", sha256(as_bytes("x")), moment()).kind == Kind::fresh ? "fresh"
                                                                                                : "busy";
    });
    CHECK(std::count(kinds.begin(), kinds.end(), "fresh") == 1);
}

}  // namespace naskah::storage
