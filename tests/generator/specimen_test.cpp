// Letters of every kind from data that nobody typed: whatever its schema allows is set within the margins,
// nothing over anything else, and every word can be read out of the PDF again.
#include <catch2/catch.hpp>

#include <algorithm>
#include <functional>
#include <map>
#include <set>

#include "core/text.h"
#include "generator/layout.h"
#include "generator/lint.h"
#include "generator/markup.h"
#include "generator/package.h"
#include "generator/pdf.h"
#include "generator/picture.h"
#include "generator/specimen.h"
#include "tests/generator/shipped.h"
#include "tests/support/shell.h"

using namespace naskah;
using namespace naskah::generator;
using naskah::test::Folder;
using naskah::test::run;

namespace {

const FontLibrary& faces() {
    static const FontLibrary library;
    return library;
}

// A letter as the generator sees it between its stages.
struct Set {
    Markup markup;
    Document document;
};

Set set(const Package& package, const Json& data) {
    static const Surroundings around = surroundings();
    Json letter = around.letter;
    letter["konsep"] = false;
    Set made;
    made.markup = parse_markup(package.parts().letter->fill(
        {.data = data, .office = around.office, .letter = letter, .signer = around.signer}));
    made.document =
        lay_out(made.markup.letter,
                {.fonts = faces(), .url = around.url, .draft = false, .picture = [](const std::string&) {
                     return blank_picture();
                 }});
    return made;
}

// Where ink of a text may be: from its first pen position to its last, an x-height's worth above the line.
struct Ink {
    Length left, right, top, bottom;
    const Text* text;
};

std::vector<Ink> ink_of(const Page& page) {
    std::vector<Ink> inks;
    for (const Item& item : page.items) {
        const Text* text = std::get_if<Text>(&item.what);
        if (!text || text->glyphs.empty()) continue;
        const std::size_t last = text->text.find_last_not_of(' ');  // a blank at a line's end hangs outside
        if (last == std::string::npos) continue;
        Length width = 0;
        for (const Glyph& glyph : text->glyphs)
            if (glyph.cluster <= last) width += glyph.advance;
        inks.push_back({text->origin.x, text->origin.x + width, text->origin.y - text->size / 2,
                        text->origin.y - text->size / 20, text});
    }
    return inks;
}

// Text that leaves the paper's margins, or stands upon other text.
std::string misplaced(const Document& document, Length left, Length right) {
    for (std::size_t p = 0; p < document.pages.size(); ++p) {
        const Page& page = document.pages[p];
        std::vector<Ink> inks = ink_of(page);
        const std::string at = "halaman " + std::to_string(p + 1) + ": ";
        for (const Ink& ink : inks)
            if (ink.left < left - pt(0.5) || ink.right > page.size.width - right + pt(1.5) ||
                ink.top < mm(8) || ink.bottom > page.size.height - mm(9))
                return at + "di luar tepi: \"" + ink.text->text + "\" " + std::to_string(ink.left) + ".." +
                       std::to_string(ink.right) + ", " + std::to_string(ink.top) + ".." +
                       std::to_string(ink.bottom);
        std::sort(inks.begin(), inks.end(), [](const Ink& a, const Ink& b) { return a.top < b.top; });
        for (std::size_t i = 0; i < inks.size(); ++i)
            for (std::size_t k = i + 1; k < inks.size() && inks[k].top < inks[i].bottom; ++k)
                if (inks[k].left + pt(0.6) < inks[i].right && inks[i].left + pt(0.6) < inks[k].right)
                    return at + "bertumpang: " + inks[i].text->text + " | " + inks[k].text->text;
    }
    return {};
}

// Without what line breaks may change.
std::string squeezed(std::string_view text) {
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t start = at;
        const char32_t c = next_code_point(text, at);
        if (c > 0x20 && c != 0xA0 && c != 0xAD && c != 0x0C) out += text.substr(start, at - start);
    }
    return out;
}

void each_word(const Node& node, const std::function<void(const std::string&)>& see) {
    for (std::size_t at = 0; at < node.text.size();) {
        const std::size_t start = node.text.find_first_not_of(" \n\t", at);
        if (start == std::string::npos) break;
        const std::size_t end = std::min(node.text.find_first_of(" \n\t", start), node.text.size());
        if (const std::string word = squeezed(node.text.substr(start, end - start)); !word.empty()) see(word);
        at = end;
    }
    for (const Node& child : node.children) each_word(child, see);
}

// A word stands in the text whole; or in parts, where a narrow column, a page or a row of a table ended
// within it. Parts of less than four letters would be found anywhere.
bool holds(const std::string& text, std::string_view word) {
    if (text.find(word) != std::string::npos) return true;
    if (word.find("wwwwwwwwwwwwwwwwwwww") != std::string::npos) return true;  // counted below
    for (std::size_t cut = 1; cut < word.size(); ++cut)
        if (text.find(word.substr(0, cut)) != std::string::npos &&
            text.find(word.substr(cut)) != std::string::npos)
            return true;
    for (std::size_t cut = word.size() - 1; cut >= 4; --cut)
        if (text.find(word.substr(0, cut)) != std::string::npos) return holds(text, word.substr(cut));
    return false;
}

std::string words_lost(const Set& letter) {
    const Folder folder;
    write_file(folder / "a.pdf", write_pdf(letter.document, faces(), Instant{}));
    const auto ran = run({"pdftotext", "-raw", (folder / "a.pdf").string(), "-"});
    if (ran.exit_code != 0 || !ran.err.empty()) return "pdftotext: " + ran.err;
    const std::string text = squeezed(ran.out);
    std::string lost;
    std::ptrdiff_t endless = 0;
    each_word(letter.markup.letter, [&](const std::string& word) {
        endless += std::count(word.begin(), word.end(), 'w');
        if (!holds(text, word) && lost.size() < 200) lost += word + " ";
    });
    if (std::count(text.begin(), text.end(), 'w') < endless) lost += "(huruf w)";
    return lost;
}

Length margin(const Node& letter, const char* side, double otherwise) {
    const std::string_view* said = letter.attribute(side);
    return mm(said ? std::stod(std::string(*said)) : otherwise);
}

void judge(const Package& package, const Json& data, const std::string& which) {
    CAPTURE(package.kind(), which);
    const Set letter = set(package, data);
    CHECK(misplaced(letter.document, margin(letter.markup.letter, "left", 30),
                    margin(letter.markup.letter, "right", 20)) == "");
    CHECK(words_lost(letter) == "");
}

bool text_is_free(const Json& schema) {
    return schema.is_object() && schema.value("type", "") == "string" && !schema.contains("enum") &&
           (!schema.contains("format") || schema.at("format") == "teks") &&
           schema.value("maxLength", 100) >= 30;
}

}  // namespace

TEST_CASE("whatever data a kind allows is set: inside the margins, nothing upon anything, no word lost") {
    const int letters = test::thorough() ? 300 : 3;
    for (const std::string& kind : templates().kinds()) {
        DYNAMIC_SECTION(kind) {
            const auto package = templates().get(kind);
            for (const Amount amount : {Amount::least, Amount::most, Amount::many})
                judge(*package, specimen(*package, amount, 7, today),
                      "amount " + std::to_string(static_cast<int>(amount)));
            for (int seed = 1; seed <= letters; ++seed)
                judge(*package, specimen(*package, Amount::random, static_cast<std::uint64_t>(seed), today),
                      "seed " + std::to_string(seed));
        }
    }
}

TEST_CASE("every free text that a kind asks for is printed by some letter of the kind") {
    for (const std::string& kind : templates().kinds()) {
        DYNAMIC_SECTION(kind) {
            const auto package = templates().get(kind);
            std::map<std::string, bool> printed;  // by path
            for (std::uint64_t seed = 1; seed <= 24; ++seed) {
                const Json data = specimen(*package, seed % 2 ? Amount::random : Amount::many, seed, today);
                std::string text;
                each_word(set(*package, data).markup.letter, [&](const std::string& word) { text += word; });
                const std::function<void(const Json&, const Json&, const std::string&)> look =
                    [&](const Json& schema, const Json& value, const std::string& path) {
                        if (value.is_object() && schema.contains("properties"))
                            for (const auto& [name, part] : value.items())
                                if (const Json& field = schema.at("properties").at(name);
                                    !field.value("$comment", "").starts_with("tidak dicetak"))
                                    look(field, part, path + "." + name);
                        if (value.is_array())
                            for (const Json& part : value) look(schema.at("items"), part, path + "[]");
                        if (!text_is_free(schema) || value.get_ref<const std::string&>().size() < 10) return;
                        const std::string line = value.get<std::string>();
                        const std::string wanted = squeezed(line.substr(0, line.find('\n')));
                        bool& seen = printed[path];
                        seen = seen || text.find(wanted) != std::string::npos ||
                               text.find(squeezed(to_upper(wanted))) != std::string::npos;
                    };
                look(package->schema(), data, "");
            }
            for (const auto& [path, seen] : printed) {
                CAPTURE(kind, path);
                CHECK(seen);
            }
        }
    }
}

TEST_CASE("no kind has a field that nothing reads, and no partial is left over") {
    std::vector<std::shared_ptr<const Package>> packages;
    for (const std::string& kind : templates().kinds()) {
        packages.push_back(templates().get(kind));
        for (const Problem& problem : lint(*packages.back())) FAIL_CHECK(to_string(problem));
    }
    for (const Problem& problem : orphan_partials(root, packages)) FAIL_CHECK(to_string(problem));
    CHECK(packages.size() >= 51);
}

TEST_CASE("all fifteen procedures of the office are set as SOP documents") {
    const auto package = templates().get("sop");
    int count = 0;
    for (const auto& file : std::filesystem::directory_iterator(NASKAH_SOURCE_DIR "/sop")) {
        if (file.path().extension() != ".json") continue;
        ++count;
        const Json data = parse_json(read_text(file.path()), file.path().filename().string());
        INFO(file.path().filename());
        for (const Problem& problem : check(*package, data)) FAIL_CHECK(to_string(problem));
        const Set letter = set(*package, data);
        judge(*package, data, file.path().filename().string());
        // A symbol for each actor of each step, a decision with its two words.
        std::size_t symbols = 0, wanted = 0, words = 0, decisions = 0;
        for (const Element& element : letter.document.structure)
            symbols += element.alt.starts_with("Simbol ") ? 1 : 0;
        for (const Page& page : letter.document.pages)
            for (const Item& item : page.items)
                if (const Text* text = std::get_if<Text>(&item.what); text && text->text == "Ya") ++words;
        for (const Json& step : data.at("langkah")) {
            wanted += step.at("pelaksana").size();
            decisions += step.at("simbol") == "keputusan" && !step.at("pelaksana").empty() ? 1 : 0;
        }
        CHECK(symbols == wanted);
        CHECK(words == decisions);
    }
    CHECK(count == 15);
}

TEST_CASE("an empty form asks what the form asks, and says nothing of its example") {
    static const Generator generator;
    static const Json office = parse_json(read_text(root + "/demo/office.json"), "office.json");
    int forms = 0;
    for (const std::string& kind : templates().kinds()) {
        const auto package = templates().get(kind);
        if (!package->about().contains("kosong")) {
            CHECK_THROWS_AS(blank_form(*package, today, Workdays()), Error);
            continue;
        }
        ++forms;
        CAPTURE(kind);
        Surroundings around = surroundings();
        around.blank = true;
        const Json data = blank_form(*package, today, Workdays());
        const Bytes pdf = generator.render(*package, data, around);
        CHECK(pdf == generator.render(*package, data, around));
        const Folder folder;
        write_file(folder / "a.pdf", pdf);
        CHECK(run({"qpdf", "--check", (folder / "a.pdf").string()}).exit_code == 0);
        const std::string text = squeezed(run({"pdftotext", "-raw", (folder / "a.pdf").string(), "-"}).out);
        CHECK(text.find("KONSEP") == std::string::npos);
        CHECK(text.find("…") == std::string::npos);
        CHECK(text.find("\xEE\x80\x80") == std::string::npos);
        // What stays is the form's; the rest of the example is gone.
        const Json example = example_for(*package, today, Workdays());
        const std::function<void(const Json&, const Json&, const Json&)> look = [&](const Json& schema,
                                                                                    const Json& kept,
                                                                                    const Json& value) {
            if (value.is_object())
                for (const auto& [name, part] : value.items())
                    look(schema.at("properties").at(name),
                         kept.is_object() ? kept.value(name, Json()) : Json(), part);
            if (value.is_array())
                for (std::size_t i = 0; i < value.size(); ++i)
                    look(schema.at("items"), kept.is_array() && i < kept.size() ? kept[i] : Json(), value[i]);
            if (!text_is_free(schema) || value.get_ref<const std::string&>().size() < 14) return;
            const std::string words = squeezed(value.get<std::string>());
            CAPTURE(words);
            const bool printed = text.find(words) != std::string::npos ||
                                 text.find(squeezed(to_upper(value.get<std::string>()))) != std::string::npos;
            if (kept == value)
                CHECK(printed);
            else
                CHECK_FALSE(printed);
        };
        look(package->schema(), data, example);
    }
    CHECK(forms >= 15);
}
