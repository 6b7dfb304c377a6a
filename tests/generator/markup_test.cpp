#include "generator/markup.h"

#include <catch2/catch.hpp>

#include "core/error.h"

using namespace naskah;
using namespace naskah::generator;

namespace {

std::vector<Problem> problems_of(const std::string& xml) {
    try {
        parse_markup(xml);
    } catch (const Error& error) {
        CHECK(error.code() == Code::data);
        return error.problems();
    }
    return {};
}

}  // namespace

TEST_CASE("markup becomes a tree with places, and blanks between blocks vanish") {
    const Markup markup = parse_markup(
        "<letter size=\"11\" _l=\"a.mustache:1\">\n  <p _l=\"a.mustache:2\">satu <b "
        "_l=\"a.mustache:2\">dua</b> &amp; tiga</p>\n</letter>");
    const Node& letter = markup.letter;
    CHECK(letter.where == "a.mustache:1");
    REQUIRE(letter.attribute("size"));
    CHECK(*letter.attribute("size") == "11");
    CHECK_FALSE(letter.attribute("_l"));
    REQUIRE(letter.children.size() == 1);
    const Node& p = letter.children[0];
    CHECK(p.where == "a.mustache:2");
    REQUIRE(p.children.size() == 3);
    CHECK(p.children[0].text == "satu ");
    CHECK(p.children[1].name == "b");
    CHECK(p.children[2].text == " & tiga");
}

TEST_CASE("what the vocabulary does not know is refused with file and line") {
    struct Row {
        const char *xml, *what, *where;
    };
    const Row row = GENERATE(
        Row{"<letter><p _l=\"x:3\"><foo/></p></letter>", "<foo> tidak dikenal", "markup:1"},
        Row{"<letter>\n<foo _l=\"x:3\"/></letter>", "<foo> tidak dikenal", "x:3"},
        Row{"<letter><p colour=\"red\" _l=\"x:7\">a</p></letter>", "colour tidak dikenal", "x:7"},
        Row{"<letter><p align=\"centre\" _l=\"x:7\">a</p></letter>", "align=\"centre\"", "x:7"},
        Row{"<letter><p size=\"besar\" _l=\"x:7\">a</p></letter>", "size=\"besar\"", "x:7"},
        Row{"<letter><p size=\"0\" _l=\"x:7\">a</p></letter>", "size=\"0\"", "x:7"},
        Row{"<letter><p before=\"-3\" _l=\"x:7\">a</p></letter>", "before=\"-3\"", "x:7"},
        Row{"<letter><p size=\"9\" size=\"8\" _l=\"x:7\">a</p></letter>", "dua kali", "x:7"},
        Row{"<letter><table cols=\"10 x\" _l=\"x:7\"><tr><td/></tr></table></letter>", "cols=\"10 x\"",
            "x:7"},
        Row{"<letter _l=\"x:1\">teks</letter>", "teks langsung", "x:1"},
        Row{"<letter><p><p _l=\"x:9\">a</p></p></letter>", "<p> tidak boleh berada dalam <p>", "x:9"},
        Row{"<letter><td _l=\"x:9\">a</td></letter>", "<td> tidak boleh berada dalam <letter>", "x:9"},
        Row{"<letter><kv><li _l=\"x:9\">a</li></kv></letter>", "<li> tidak boleh berada dalam <kv>", "x:9"},
        Row{"<letter _l=\"x:1\"><", "markup tidak tersusun benar", "x:1"},
        Row{"<letter><p _l=\"x:4\">a & b</p></letter>", "tanda &", "x:4"},
        Row{"<letter><p _l=\"x:4\">a&nbsp;b</p></letter>", "tanda &", "x:4"},
        Row{"<letter><p _l=\"x:4\">a&#0;b</p></letter>", "tanda &", "x:4"},
        Row{"<letter><p _l=\"x:4\">a&#xD800;b</p></letter>", "tanda &", "x:4"},
        Row{"<letter><p _l=\"x:4\">a</q></letter>", "tidak cocok", "x:4"},
        Row{"<letter><p _l=\"x:4\">a", "tidak cocok", "x:4"}, Row{"<surat/>", "<letter>", "markup:1"},
        Row{"", "tidak tersusun benar", "markup:1"}, Row{"<letter/>\n<letter/>", "di luar", "markup:2"},
        Row{"<letter><p _l=\"x:4\">a\x01</p></letter>", "U+0001", "x:4"},
        Row{"<letter><p _l=\"x:4\">\xC3(</p></letter>", "UTF-8", "x:4"});
    CAPTURE(row.xml);
    const auto problems = problems_of(row.xml);
    REQUIRE(problems.size() == 1);
    CHECK_THAT(problems[0].what, Catch::Contains(row.what));
    CHECK(problems[0].where == row.where);
    CHECK_FALSE(problems[0].remedy.empty());
}

TEST_CASE("all problems of a template are told at once") {
    CHECK(problems_of("<letter><foo/><p x=\"1\" y=\"2\">a</p><bar/></letter>").size() == 4);
}

TEST_CASE("elements nested without end are refused, not followed") {
    std::string xml = "<letter>";
    for (int i = 0; i < 5000; ++i) xml += "<block>";
    for (int i = 0; i < 5000; ++i) xml += "</block>";
    xml += "</letter>";
    REQUIRE(problems_of(xml).size() == 1);
    CHECK_THAT(problems_of(xml)[0].what, Catch::Contains("tingkat"));
}

TEST_CASE("every start tag cut short gives an error and no crash") {
    const std::string xml =
        "<letter _l=\"x:1\"><kv label=\"3\"><row label=\"a\">b &amp; c</row></kv></letter>";
    for (std::size_t end = 0; end < xml.size(); ++end) {
        CAPTURE(end);
        CHECK_FALSE(problems_of(xml.substr(0, end)).empty());
    }
    CHECK(problems_of(xml).empty());
}
