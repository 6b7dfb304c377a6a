#include "generator/markup.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <pugixml.hpp>

#include "core/error.h"
#include "core/text.h"
#include "generator/vocabulary.h"

namespace naskah::generator {
namespace {

constexpr int deepest = 40;  // nesting beyond this is a template gone wrong
constexpr std::size_t most_problems = 50;
constexpr std::string_view see_docs = "Lihat docs/templates.md, bagian \"The markup\"";

bool is_blank(std::string_view text) { return text.find_first_not_of(" \t\r\n") == text.npos; }

class Reader {
public:
    explicit Reader(std::string_view xml) : xml_(xml) {}

    Markup read() {
        check_characters();
        pugi::xml_document document;
        // pugixml leaves what it read in the buffer, each name and text with a zero behind it. It takes the
        // string's own zero for the end, or would put one in place of the last character.
        std::string& buffer = markup_.keep(std::string(xml_));
        const pugi::xml_parse_result result =
            document.load_buffer_inplace(buffer.data(), buffer.size() + 1,
                                         pugi::parse_default | pugi::parse_ws_pcdata, pugi::encoding_utf8);
        if (!result)
            throw Error(Code::data,
                        result.status == pugi::status_end_element_mismatch
                            ? "penutup unsur tidak cocok dengan pembukanya"
                            : std::string("markup tidak tersusun benar (") + result.description() + ")",
                        place(static_cast<std::size_t>(result.offset)),
                        "Periksa tanda < > dan pasangan unsur di sekitar baris ini");
        const pugi::xml_node root = document.document_element();
        if (std::string_view(root.name()) != "letter")
            throw Error(Code::data, "markup harus dimulai dengan unsur <letter>", place(0),
                        std::string(see_docs));
        for (const pugi::xml_node& sibling : document.children())
            if (sibling != root &&
                (sibling.type() == pugi::node_element || sibling.type() == pugi::node_pcdata) &&
                !(sibling.type() == pugi::node_pcdata && is_blank(sibling.value())))
                problem("ada isi di luar unsur <letter>", where_of(sibling), "Pindahkan ke dalam <letter>");
        const Vocable* vocable = find_vocable("letter");
        read_element(root, *vocable, markup_.letter, 0);
        if (!problems_.empty()) throw Error(Code::data, std::move(problems_));
        return std::move(markup_);
    }

private:
    // What XML forbids or pugixml lets pass: broken UTF-8, control characters, entities that nobody declared.
    void check_characters() const {
        if (const auto bad = first_bad_utf8(xml_))
            throw Error(Code::data, "teks bukan UTF-8 yang sah", place(*bad), "Simpan berkas sebagai UTF-8");
        const auto is_control = [](char c) {
            return static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t' && c != '\r';
        };
        // Counted, for compilers do that sixteen bytes at a time, and there is hardly ever one.
        if (std::count_if(xml_.begin(), xml_.end(), is_control) != 0) {
            const auto at =
                static_cast<std::size_t>(std::find_if(xml_.begin(), xml_.end(), is_control) - xml_.begin());
            throw Error(Code::data,
                        "ada karakter kendali " + code_point_name(static_cast<unsigned char>(xml_[at])),
                        place(at), "Hapus karakter itu");
        }
        for (std::size_t at = xml_.find('&'); at != xml_.npos; at = xml_.find('&', at + 1)) check_entity(at);
    }

    void check_entity(std::size_t at) const {
        const std::string_view rest = xml_.substr(at + 1, 12);
        const std::size_t end = rest.find(';');
        const std::string_view name = rest.substr(0, end == rest.npos ? 0 : end);
        if (name == "amp" || name == "lt" || name == "gt" || name == "quot" || name == "apos") return;
        if (name.size() > 1 && name[0] == '#') {
            const bool hex = name[1] == 'x';
            const std::string_view digits = name.substr(hex ? 2 : 1);
            std::uint32_t value = 0;
            const auto [stop, error] =
                std::from_chars(digits.data(), digits.data() + digits.size(), value, hex ? 16 : 10);
            const bool control = value < 0x20 && value != '\n' && value != '\t';
            const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
            if (error == std::errc{} && stop == digits.data() + digits.size() && !control && !surrogate &&
                value <= 0x10FFFF)
                return;
        }
        throw Error(Code::data, "tanda & yang bukan bagian dari &amp; &lt; &gt; &quot; &apos; atau &#angka;",
                    place(at), "Tulis &amp; untuk tanda &");
    }

    // "letter.mustache:14" of the start tag at or before `offset`; else the line in the filled markup.
    std::string place(std::size_t offset) const {
        offset = std::min(offset, xml_.size());
        constexpr std::string_view key = "_l=\"";
        const std::size_t found = xml_.substr(0, offset).rfind(key);
        if (found != xml_.npos) {
            const std::size_t begin = found + key.size();
            const std::size_t end = xml_.find('"', begin);
            if (end != xml_.npos && end - begin < 200) return std::string(xml_.substr(begin, end - begin));
        }
        return "markup:" +
               std::to_string(
                   1 + std::count(xml_.begin(), xml_.begin() + static_cast<std::ptrdiff_t>(offset), '\n'));
    }

    std::string_view where_of(const pugi::xml_node& node) {
        if (const pugi::xml_attribute line = node.attribute("_l")) return line.value();
        // Nodes come in document order, so lines are counted once over the whole text.
        const std::size_t offset = static_cast<std::size_t>(std::max<std::ptrdiff_t>(0, node.offset_debug()));
        if (offset < counted_) return markup_.keep("markup:" + std::to_string(line_));
        line_ +=
            static_cast<std::size_t>(std::count(xml_.begin() + static_cast<std::ptrdiff_t>(counted_),
                                                xml_.begin() + static_cast<std::ptrdiff_t>(offset), '\n'));
        counted_ = offset;
        return markup_.keep("markup:" + std::to_string(line_));
    }

    void problem(std::string what, std::string_view where, std::string remedy) {
        if (problems_.size() < most_problems)
            problems_.push_back({std::move(what), std::string(where), std::move(remedy)});
    }

    void read_element(const pugi::xml_node& from, const Vocable& vocable, Node& to, int depth) {
        to.name = from.name();
        to.where = where_of(from);
        if (depth > deepest)
            throw Error(Code::data, "unsur bertumpuk lebih dari " + std::to_string(deepest) + " tingkat",
                        std::string(to.where), "Sederhanakan susunan unsur");
        read_attributes(from, vocable, to);
        const bool holds_text = vocable.content == Content::inlines || vocable.content == Content::flow;
        std::size_t count = 0;
        for (auto child = from.first_child(); child; child = child.next_sibling()) ++count;
        to.children.reserve(count);
        for (auto child = from.first_child(); child; child = child.next_sibling()) {
            if (child.type() == pugi::node_pcdata || child.type() == pugi::node_cdata) {
                if (holds_text) {
                    to.children.emplace_back().text = child.value();
                    to.children.back().where = to.where;
                } else if (!is_blank(child.value())) {
                    problem("<" + std::string(to.name) + "> tidak boleh berisi teks langsung (\"" +
                                excerpt(child.value()) + "\")",
                            to.where, "Letakkan teks dalam <p>");
                }
            } else if (child.type() == pugi::node_element) {
                read_child(child, vocable, to, depth);
            }
        }
    }

    void read_child(const pugi::xml_node& child, const Vocable& parent, Node& to, int depth) {
        const Vocable* vocable = find_vocable(child.name());
        if (!vocable) {
            problem("unsur <" + std::string(child.name()) + "> tidak dikenal", where_of(child),
                    std::string(see_docs));
            return;
        }
        if (!allowed(parent, *vocable)) {
            problem("unsur <" + std::string(child.name()) + "> tidak boleh berada dalam <" +
                        std::string(to.name) + ">",
                    where_of(child), std::string(see_docs));
            return;
        }
        read_element(child, *vocable, to.children.emplace_back(), depth + 1);
    }

    static bool allowed(const Vocable& parent, const Vocable& child) {
        if (child.in_line) return parent.content == Content::inlines || parent.content == Content::flow;
        if (child.block) return parent.content == Content::flow || parent.content == Content::blocks;
        for (std::string_view names = parent.children; !names.empty();) {
            const std::size_t end = std::min(names.find(' '), names.size());
            if (names.substr(0, end) == child.name) return true;
            names.remove_prefix(std::min(end + 1, names.size()));
        }
        return false;
    }

    void read_attributes(const pugi::xml_node& from, const Vocable& vocable, Node& to) {
        for (const pugi::xml_attribute& attribute : from.attributes()) {
            const std::string_view name = attribute.name();
            if (name == "_l") continue;
            const auto known =
                std::find_if(vocable.attributes.begin(), vocable.attributes.end(),
                             [&](const Attribute& candidate) { return candidate.name == name; });
            if (known == vocable.attributes.end()) {
                problem("atribut " + std::string(name) + " tidak dikenal pada <" + std::string(to.name) + ">",
                        to.where, std::string(see_docs));
            } else if (to.attribute(name)) {
                problem(
                    "atribut " + std::string(name) + " tertulis dua kali pada <" + std::string(to.name) + ">",
                    to.where, "Hapus salah satu");
            } else if (const std::string wish = misfit(*known, attribute.value()); !wish.empty()) {
                problem("atribut " + std::string(name) + "=\"" + excerpt(attribute.value()) + "\" pada <" +
                            std::string(to.name) + "> bukan nilai yang sah",
                        to.where, "Isilah " + wish);
            } else {
                to.attributes.emplace_back(name, attribute.value());
            }
        }
    }

    // The first few words, cut between characters.
    static std::string excerpt(std::string_view text) {
        std::string out = trim(text.substr(0, std::min<std::size_t>(text.size(), 400)));
        if (out.size() <= 40) return out;
        std::size_t end = 40;
        while (end > 0 && (static_cast<unsigned char>(out[end]) & 0xC0) == 0x80) --end;
        return out.substr(0, end) + "...";
    }

    std::string_view xml_;
    Markup markup_;
    std::vector<Problem> problems_;
    std::size_t counted_ = 0, line_ = 1;
};

}  // namespace

const std::string_view* Node::attribute(std::string_view key) const {
    for (const auto& [known, value] : attributes)
        if (known == key) return &value;
    return nullptr;
}

Markup parse_markup(std::string_view xml) { return Reader(xml).read(); }

double number_of(const Node& node, std::string_view key, double fallback) {
    const std::string_view* value = node.attribute(key);
    if (!value) return fallback;
    double number = fallback;
    std::from_chars(value->data(), value->data() + value->size(), number, std::chars_format::fixed);
    return number;
}

Length mm_of(const Node& node, std::string_view key, Length fallback) {
    return node.attribute(key) ? mm(number_of(node, key, 0)) : fallback;
}

Length pt_of(const Node& node, std::string_view key, Length fallback) {
    return node.attribute(key) ? pt(number_of(node, key, 0)) : fallback;
}

bool yes(const Node& node, std::string_view key, bool fallback) {
    const std::string_view* value = node.attribute(key);
    return value ? *value == "yes" : fallback;
}

std::string_view word_of(const Node& node, std::string_view key, std::string_view fallback) {
    const std::string_view* value = node.attribute(key);
    return value ? *value : fallback;
}

bool is_inline(const Node& node) {
    if (node.is_text()) return true;
    const Vocable* vocable = find_vocable(node.name);
    return vocable && vocable->in_line;
}

}  // namespace naskah::generator
