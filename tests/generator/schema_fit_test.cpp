// The quick look at a letter's data never passes what the schema refuses: judged by a stranger.
#include <catch2/catch.hpp>

#include <fstream>
#include <random>

#include "generator/schema_fit.h"
#include "generator/specimen.h"
#include "tests/generator/shipped.h"
#include "tests/support/shell.h"

using namespace naskah;
using namespace naskah::generator;

namespace {

// What somebody may send in place of a value.
const std::vector<Json>& strangers() {
    static const std::vector<Json> all{nullptr,
                                       true,
                                       0,
                                       -1,
                                       7,
                                       100000,
                                       2.5,
                                       "",
                                       "x",
                                       "é",
                                       std::string(12000, 'x'),
                                       "rutin",
                                       Json::array(),
                                       Json::object(),
                                       Json::array({"a", "b"}),
                                       Json{{"a", 1}}};
    return all;
}

std::size_t below(std::mt19937_64& chance, std::size_t end) {
    return static_cast<std::size_t>(chance() % end);
}

// Spoils one place of `data`, or leaves it as it is.
void spoil(Json& data, std::mt19937_64& chance) {
    Json* at = &data;
    while (at->is_structured() && !at->empty() && below(chance, 4) != 0) {
        const std::size_t member = below(chance, at->size());
        at = at->is_array() ? &at->at(member)
                            : &std::next(at->begin(), static_cast<std::ptrdiff_t>(member)).value();
    }
    switch (below(chance, 4)) {
        case 0: *at = strangers()[below(chance, strangers().size())]; return;
        case 1:
            if (at->is_object() && !at->empty())
                at->erase(
                    std::next(at->begin(), static_cast<std::ptrdiff_t>(below(chance, at->size()))).key());
            else if (at->is_array() && !at->empty())
                at->erase(below(chance, at->size()));
            return;
        case 2:
            if (at->is_object())
                (*at)["asing"] = "x";
            else if (at->is_array() && !at->empty())
                for (const Json first = at->front(); at->size() < 300;) at->push_back(first);
            return;
        default: return;
    }
}

}  // namespace

TEST_CASE("the quick look at data is sure of all that a kind's schema takes, and of nothing else") {
    const test::Folder folder;
    for (const std::string& kind : templates().kinds()) {
        const auto package = templates().get(kind);
        const SchemaFit fit(package->schema());
        std::ofstream(folder.path() / (kind + ".json")) << dump_json(package->schema());
        std::ofstream lines(folder.path() / (kind + ".ndjson"));
        std::mt19937_64 chance(7);
        for (std::uint64_t seed = 1; seed <= 120; ++seed) {
            Json data = specimen(*package, seed == 1 ? Amount::least : Amount::random, seed, today);
            for (std::size_t times = seed % 4; times > 0; --times) spoil(data, chance);
            lines << dump_json(Json::array({fit.surely(data), data})) << '\n';
        }
    }
    const test::Ran judged =
        test::run({"python3", NASKAH_SOURCE_DIR "/tests/schema_judge.py", folder.path().string()});
    CAPTURE(judged.out, judged.err);
    CHECK(judged.exit_code == 0);
    CHECK(std::count(judged.out.begin(), judged.out.end(), '\n') == 1);  // they agree on every line
    int count = 0, valid = 0, sure = 0;
    REQUIRE(std::sscanf(judged.out.c_str(), "%d lines, %d valid, %d sure", &count, &valid, &sure) == 3);
    CHECK(count == static_cast<int>(120 * templates().kinds().size()));
    CHECK(valid > count / 4);
    CHECK(valid < count * 3 / 4);
}

TEST_CASE("a schema with words that the quick look does not read is never settled by it") {
    const auto settles = [](const char* schema, const char* data) {
        return SchemaFit(parse_json(schema, "skema")).surely(parse_json(data, "data"));
    };
    CHECK(settles(R"({"type": "object", "properties": {"a": {"type": "string"}}})", R"({"a": "x", "b": 1})"));
    CHECK_FALSE(settles(R"({"type": "object", "properties": {"a": {"const": "x"}}})", R"({"a": "y"})"));
    CHECK_FALSE(settles(R"({"properties": {"a": {"type": "string"}}})", R"({"a": 1})"));
    CHECK_FALSE(settles(R"({"type": "object", "required": ["b"]})", R"({})"));
    CHECK_FALSE(settles(R"({"type": "array", "uniqueItems": true})", R"([1, 1])"));
    CHECK_FALSE(settles(R"({"type": "object", "additionalProperties": {"type": "string"}})", R"({"a": 1})"));
    CHECK_FALSE(settles(R"({"type": "integer", "exclusiveMinimum": 3})", "3"));
    CHECK_FALSE(settles(R"({"type": ["string", "null"]})", "1"));
    CHECK_FALSE(settles("true", "1"));
    CHECK_FALSE(settles(R"({"type": "string", "enum": ["a", 1]})", R"("b")"));
    CHECK_FALSE(settles(R"({"type": "string", "if": {"const": "a"}, "then": {"maxLength": 0}})", R"("a")"));
}

TEST_CASE("a schema may name itself") {
    const SchemaFit fit(parse_json(
        R"({"$ref": "#/definitions/simpul", "definitions": {"simpul": {"type": "object", "additionalProperties": false,
            "properties": {"anak": {"type": "array", "items": {"$ref": "#/definitions/simpul"}}}}}})",
        "skema"));
    CHECK(fit.surely(parse_json(R"({"anak": [{"anak": []}, {}]})", "data")));
    CHECK_FALSE(fit.surely(parse_json(R"({"anak": [{"anak": [{"lain": 1}]}]})", "data")));
}
