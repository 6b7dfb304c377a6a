// The service for programs.
#include "programs.h"

using namespace naskah;
using namespace naskah::test;
using Catch::Matchers::Contains;

namespace {

const std::string kind = "surat-perintah-tugas";

Json example(House& house) { return Program(house, "staf").get("/kinds/" + kind + "/example").body; }

Said begin(House& house, const Json& data) {
    const Said made = Program(house, "staf").post("/drafts", {{"kind", kind}, {"data", data}});
    INFO(made.text);
    REQUIRE(made.status == 201);
    return made;
}

std::string path_of(const Said& draft) { return "/drafts/" + draft.body.at("id").get<std::string>(); }

}  // namespace

TEST_CASE("a program takes a letter from its author to the head's desk") {
    House house;
    const Program clerk(house, "staf"), checker(house, "pemeriksa"), head(house, "kadis");
    const Said made = clerk.post("/drafts", {{"kind", kind}, {"data", {{"jenis", "rutin"}}}});
    REQUIRE(made.status == 201);
    CHECK(made.header("Location") == "/api/v1" + path_of(made));
    CHECK(made.etag == "\"1\"");
    CHECK(made.body.at("stage") == "concept");
    CHECK(made.body.at("may") == Json({"edit", "send", "discard"}));

    // Half a letter is not sent; all that is missing is told at once.
    const Said half =
        clerk.post(path_of(made) + "/send", {{"checker", "pemeriksa"}}, {{"if-match", made.etag}});
    CHECK(half.status == 422);
    CHECK(half.body.at("problems").size() > 2);

    const Said saved = clerk.put(path_of(made), {{"data", example(house)}}, {{"if-match", made.etag}});
    REQUIRE(saved.status == 200);
    CHECK(saved.etag == "\"2\"");
    CHECK(saved.body.at("subject") != "");
    const Said sent =
        clerk.post(path_of(made) + "/send", {{"checker", "pemeriksa"}, {"note", "mohon diperiksa"}},
                   {{"if-match", saved.etag}});
    REQUIRE(sent.status == 200);
    CHECK(sent.body.at("stage") == "review");
    CHECK(sent.body.at("holder") == "pemeriksa");

    const Said seen = checker.get(path_of(made));
    CHECK(seen.body.at("may") == Json({"approve", "return"}));
    CHECK(seen.body.at("note") == "mohon diperiksa");
    const Said back =
        checker.post(path_of(made) + "/return", {{"note", "tanggalnya"}}, {{"if-match", seen.etag}});
    REQUIRE(back.status == 200);
    CHECK(back.body.at("stage") == "returned");
    const Said again =
        clerk.post(path_of(made) + "/send", {{"checker", "pemeriksa"}}, {{"if-match", back.etag}});
    REQUIRE(again.status == 200);
    const Said approved =
        checker.send("POST", "/drafts/" + made.body.at("id").get<std::string>() + "/approve", "",
                     {{"if-match", again.etag}});
    REQUIRE(approved.status == 200);
    CHECK(approved.body.at("stage") == "queue");
    CHECK(approved.body.at("initials") == Json({"pemeriksa"}));
    CHECK(head.get(path_of(made)).body.at("may") == Json({"return", "sign"}));

    const Said story = head.get(path_of(made) + "/steps");
    std::string acts;
    for (const Json& step : story.body.at("items")) acts += step.at("act").get<std::string>() + " ";
    CHECK(acts == "create send return send approve ");
    const Said pdf = head.get(path_of(made) + "/pdf");
    CHECK(pdf.type == "application/pdf");
    CHECK_THAT(pdf.text, Catch::Matchers::StartsWith("%PDF-"));
}

TEST_CASE("whoever did not see the last revision changes nothing") {
    House house;
    const Program clerk(house, "staf");
    const Said made = begin(house, Json::object());
    const Json data = {{"data", {{"jenis", "rutin"}}}};
    CHECK(clerk.put(path_of(made), data).status == 428);
    CHECK(clerk.put(path_of(made), data, {{"if-match", "*"}}).status == 428);
    CHECK(clerk.put(path_of(made), data, {{"if-match", "\"1\""}}).status == 200);
    const Said late =
        clerk.put(path_of(made), {{"data", {{"jenis", "insidental"}}}}, {{"if-match", "\"1\""}});
    CHECK(late.status == 412);
    CHECK(late.etag == "\"2\"");
    CHECK(clerk.post(path_of(made) + "/discard", Json::object(), {{"if-match", "\"1\""}}).status == 412);
    CHECK(clerk.get(path_of(made)).body.at("data") == data.at("data"));
    CHECK(clerk.post(path_of(made) + "/discard", Json::object(), {{"if-match", "\"2\""}}).status == 200);
}

TEST_CASE("the same key and the same request give the same answer, and nothing twice") {
    House house;
    const Program clerk(house, "staf"), other(house, "sekretaris");
    const Json body = {{"kind", kind}, {"data", {{"jenis", "rutin"}}}};
    const Said first = clerk.post("/drafts", body, {{"idempotency-key", "satu"}});
    REQUIRE(first.status == 201);
    CHECK(first.header("Idempotency-Replayed").empty());
    house.clock.pass(std::chrono::hours(23));
    const Program later(house, "staf");
    const Said second = later.post("/drafts", body, {{"idempotency-key", "satu"}});
    CHECK(second.status == 201);
    CHECK(second.header("Idempotency-Replayed") == "true");
    CHECK(second.text == first.text);
    CHECK(second.etag == first.etag);
    CHECK(second.header("Location") == first.header("Location"));
    CHECK(later.get("/drafts").body.at("items").size() == 1);

    const Said different =
        later.post("/drafts", {{"kind", kind}, {"data", Json::object()}}, {{"idempotency-key", "satu"}});
    CHECK(different.status == 422);
    CHECK_THAT(different.text, Contains("sudah dipakai untuk permintaan lain"));
    for (const std::string& bad : {std::string(200, 'x'), std::string("dua kata"), std::string("\xc3\xa9")})
        CHECK(later.post("/drafts", body, {{"idempotency-key", bad}}).status == 400);
    // What was refused did nothing, so the key is free for the corrected request.
    CHECK(
        later.post("/drafts", {{"kind", "tidak-ada"}, {"data", Json::object()}}, {{"idempotency-key", "dua"}})
            .status == 422);
    CHECK(later.post("/drafts", body, {{"idempotency-key", "dua"}}).status == 201);
    house.clock.pass(std::chrono::hours(2));
    CHECK(Program(house, "staf").post("/drafts", body, {{"idempotency-key", "satu"}}).body.at("id") !=
          first.body.at("id"));
}

TEST_CASE("a draft whose maker was killed before the answer is found again and not made twice") {
    House house;
    const Program clerk(house, "staf");
    const Json body = {{"kind", kind}, {"data", Json::object()}};
    const Said first = clerk.post("/drafts", body, {{"idempotency-key", "k"}});
    REQUIRE(first.status == 201);
    // As the kill left it: claimed, carried out, not answered.
    house.site->database()->write([](storage::Connection& connection) {
        connection.run("UPDATE replays SET status = 0, body = $1", {BytesView()});
    });
    const Said busy = clerk.post("/drafts", body, {{"idempotency-key", "k"}});
    CHECK(busy.status == 409);
    CHECK(busy.header("Retry-After") == "2");
    house.clock.pass(std::chrono::minutes(2));
    const Said again = clerk.post("/drafts", body, {{"idempotency-key", "k"}});
    CHECK(again.status == 201);
    CHECK(again.body.at("id") == first.body.at("id"));
    CHECK(clerk.get("/drafts").body.at("items").size() == 1);
}

TEST_CASE("what cannot be read is refused by its kind") {
    House house;
    const Program clerk(house, "staf");
    std::string deep,
        wide = R"({"kind":"surat-perintah-tugas","data":{"a":")" + std::string(17 << 20, 'x') + "\"}}";
    for (int i = 0; i < 5000; ++i) deep += R"({"data":)";
    const struct {
        std::string body;
        Program::Headers headers;
        int status;
        const char* says;
    } rows[] = {
        {"{}", {{"content-type", "text/plain"}}, 415, "isi permintaan harus JSON"},
        {"{}", {{"content-type", ""}}, 415, "isi permintaan harus JSON"},
        {"a=b", {{"content-type", "application/x-www-form-urlencoded"}}, 415, ""},
        {"{}", {{"accept", "text/html"}}, 406, ""},
        {"{}", {{"accept", "text/html, */*;q=0.1"}}, 422, "kind: wajib diisi"},
        {"{}", {{"content-type", "Application/JSON; charset=utf-8"}}, 422, "data: wajib diisi"},
        {"{", {}, 400, ""},
        {"[]", {}, 400, "isi permintaan harus objek JSON"},
        {"{} {}", {}, 400, ""},
        {R"({"kind":"a","kind":"b","data":{}})", {}, 400, ""},
        {"{\"kind\":\"\xff\",\"data\":{}}", {}, 400, ""},
        {deep, {}, 400, ""},
        {wide, {}, 400, ""},
        {R"({"kind":7,"data":[]})", {}, 422, "kind: harus berupa teks"},
        {R"({"kind":7,"data":[]})", {}, 422, "data: harus berupa objek"},
        {R"({"kind":"surat-perintah-tugas","data":{},"nomor":"1"})",
         {},
         422,
         "nomor: isian ini tidak dikenal"},
        {R"({"kind":"tidak-ada","data":{}})", {}, 422, ""},
        {R"({"from":"bukan kode"})", {}, 422, "from: bukan kode"},
        {R"({"from":"K7QM4XTR9HBD2WNC5F8JV3PY6C"})", {}, 422, "tidak ada"},
    };
    for (const auto& row : rows) {
        INFO(row.body.substr(0, 100));
        const Said said = clerk.send("POST", "/drafts", row.body, row.headers);
        CHECK(said.status == row.status);
        CHECK(said.type == "application/problem+json");
        CHECK_THAT(Program::problems(said), Contains(row.says));
    }
    CHECK(clerk.get("/drafts").body.at("items").empty());
}

TEST_CASE("questions that cannot be understood are refused, and say which part") {
    House house;
    const Program clerk(house, "staf");
    const struct {
        const char *address, *says;
    } rows[] = {
        {"/letters?limit=0", "limit: "},     {"/letters?limit=201", "limit: "},
        {"/letters?limit=1x", "limit: "},    {"/letters?cursor=5", "cursor: "},
        {"/letters?cursor=c!", "cursor: "},  {"/letters?cursor=czzzzzzzzzzzz", "cursor: "},
        {"/letters?year=26", "year: "},      {"/letters?status=terbit", "status: "},
        {"/drafts?stage=konsep", "stage: "}, {"/drafts?halaman=2", "halaman: "},
        {"/kinds?a=b&c=d", "c: "},           {"/letters?limit=99999999999999999999", "limit: "},
    };
    for (const auto& row : rows) {
        INFO(row.address);
        const Said said = clerk.get(row.address);
        CHECK(said.status == 400);
        CHECK_THAT(Program::problems(said), Contains(row.says));
    }
    for (const char* nowhere :
         {"/drafts/x", "/drafts/K7QM4XTR9HBD2WNC5F8JV3PY6C", "/kinds/tidak-ada", "/kinds/../../etc/schema",
          "/letters/K7QM4XTR9HBD2WNC5F8JV3PY6C", "/tidak-ada", "/letters/K7QM4XTR9HBD2WNC5F8JV3PY6C/pdf"}) {
        INFO(nowhere);
        const Said said = clerk.get(nowhere);
        CHECK(said.status == 404);
        CHECK(said.type == "application/problem+json");
    }
}

TEST_CASE("lists come page by page") {
    House house;
    const Program clerk(house, "staf");
    std::vector<std::string> made, listed;
    for (int i = 0; i < 5; ++i) {
        made.push_back(begin(house, {{"jenis", "rutin"}}).body.at("id"));
        house.clock.pass(std::chrono::seconds(1));
    }
    std::string cursor;
    for (int pages = 0; pages < 10; ++pages) {
        const Said page = clerk.get("/drafts?limit=2" + (cursor.empty() ? "" : "&cursor=" + cursor));
        REQUIRE(page.status == 200);
        for (const Json& draft : page.body.at("items")) listed.push_back(draft.at("id"));
        if (page.body.at("next").is_null()) break;
        cursor = page.body.at("next");
    }
    std::reverse(made.begin(), made.end());
    CHECK(listed == made);
}

TEST_CASE("the register is read by program, and anyone may ask of a code or a file") {
    House house;
    const Program clerk(house, "staf"), stranger(house, "");
    std::vector<workflow::Issued> issued;
    for (int i = 0; i < 3; ++i)
        issued.push_back(house.site->desk()->issue({.kind = kind, .data = example(house), .actor = "staf"}));
    const Said page = clerk.get("/letters?series=spt&limit=2");
    REQUIRE(page.status == 200);
    REQUIRE(page.body.at("items").size() == 2);
    CHECK(page.body.at("items")[0].at("number") == issued[0].letter.number);
    CHECK_FALSE(page.body.at("items")[0].contains("data"));
    const Said rest =
        clerk.get("/letters?series=spt&limit=2&cursor=" + page.body.at("next").get<std::string>());
    CHECK(rest.body.at("items").size() == 1);
    CHECK(rest.body.at("next").is_null());
    CHECK(clerk.get("/letters?status=void").body.at("items").empty());

    const std::string id = to_string(issued[0].letter.id);
    const Said letter = clerk.get("/letters/" + id);
    CHECK(letter.body.at("status") == "issued");
    CHECK(letter.body.at("data") == issued[0].letter.data);
    const Said pdf = clerk.get("/letters/" + id + "/pdf");
    CHECK(to_string(sha256(as_bytes(pdf.text))) == letter.body.at("sha256"));
    CHECK(pdf.header("Content-Disposition").find(".pdf\"") != std::string::npos);

    const Said known = stranger.get("/register/" + to_grouped(issued[0].letter.id));
    REQUIRE(known.status == 200);
    CHECK(known.body.at("answer") == "valid");
    CHECK(known.body.at("number") == issued[0].letter.number);
    CHECK_FALSE(known.body.contains("data"));
    CHECK(stranger.get("/register/K7QM4XTR9HBD2WNC5F8JV3PY6C").status == 404);
    CHECK(stranger.get("/register/x").status == 404);

    const auto verify = [&](const std::string& file, const std::string& type = "application/pdf") {
        return stranger.send("POST", "/verify", file, {{"content-type", type}});
    };
    const Said good = verify(pdf.text);
    REQUIRE(good.status == 200);
    CHECK(good.body.at("verdict") == "passed");
    CHECK(good.body.at("answer") == "valid");
    CHECK(good.body.at("register").at("same_bytes") == true);
    std::string changed = pdf.text;
    changed[changed.size() / 2] ^= 1;
    const Said bad = verify(changed);
    REQUIRE(bad.status == 200);
    CHECK(bad.body.at("answer") == "altered");
    CHECK(verify("bukan pdf").body.at("verdict") == "failed");
    CHECK(verify(pdf.text, "application/json").status == 415);
    CHECK(verify(std::string((20 << 20) + 1, 'x')).status == 413);
}

TEST_CASE("a program is told by name who may, and others are told no") {
    House house;
    const Said anonymous = Program(house, "").get("/letters");
    CHECK(anonymous.status == 401);
    CHECK(anonymous.header("WWW-Authenticate") == "Bearer");
    CHECK(Program(house, "admin").get("/letters").status == 403);
    CHECK(Program(house, "admin").get("/whoami").body.at("roles") == Json({"admin"}));
    CHECK(Program(house, "kadis").post("/drafts", {{"kind", kind}, {"data", Json::object()}}).status == 403);
    // A browser's session changes nothing without its token; a program's bearer token needs none.
    CHECK(Program(house, "staf")
              .post("/drafts", {{"kind", kind}, {"data", Json::object()}}, {{"x-csrf-token", ""}})
              .status == 403);
    const std::string token = service::make_token(system_random());
    house.staff->sessions().make_token({.id = "t1",
                                        .username = "staf",
                                        .label = "uji",
                                        .made_at = house.clock.now(),
                                        .ends_at = house.clock.now() + std::chrono::hours(1)},
                                       service::digest_of(token), {.actor = "staf", .at = house.clock.now()});
    const Program::Headers bearer = {{"authorization", "Bearer " + token}};
    CHECK(Program(house, "").post("/drafts", {{"kind", kind}, {"data", Json::object()}}, bearer).status ==
          201);
    house.clock.pass(std::chrono::hours(2));
    CHECK(Program(house, "").get("/whoami", bearer).status == 401);
}

TEST_CASE("programs choose their language as they prefer it") {
    House house;
    const Program stranger(house, "");
    const struct {
        const char *wanted, *title;
    } rows[] = {{"en", "You need to sign in again"},
                {"en-GB,en;q=0.9", "You need to sign in again"},
                {"id;q=0.3, en;q=0.8", "You need to sign in again"},
                {"fr, en;q=0.5", "You need to sign in again"},
                {"", "Anda perlu masuk lagi"},
                {"id", "Anda perlu masuk lagi"},
                {"id, en", "Anda perlu masuk lagi"},
                {"en;q=0.1, id;q=0.2", "Anda perlu masuk lagi"},
                {"en;q=0", "Anda perlu masuk lagi"},
                {"fr", "Anda perlu masuk lagi"},
                {";;;q=q,,", "Anda perlu masuk lagi"}};
    for (const auto& row : rows) {
        INFO(row.wanted);
        CHECK(stranger.get("/whoami", {{"accept-language", row.wanted}}).body.at("title") == row.title);
    }
}
