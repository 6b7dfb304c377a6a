#include "generator/template_source.h"

#include <algorithm>

#include "core/error.h"
#include "core/file.h"
#include "core/text.h"

namespace naskah::generator {
namespace {

constexpr std::size_t deepest_partial = 16, deepest_section = 64, most_tokens = 100'000;

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_name_part(char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '_'; }

[[noreturn]] void refuse(std::string what, const std::string& where, std::string remedy) {
    throw Error(Code::data, std::move(what), where, std::move(remedy));
}

std::vector<std::string> split(std::string_view text, char at) {
    std::vector<std::string> parts;
    for (std::size_t start = 0;;) {
        const std::size_t end = std::min(text.find(at, start), text.size());
        parts.emplace_back(text.substr(start, end - start));
        if (end == text.size()) return parts;
        start = end + 1;
    }
}

bool is_place(std::string_view name) {
    return name == "@nomor" || name == "@huruf" || name == "@romawi" || name == "@pertama" ||
           name == "@terakhir";
}

// Reads one file, and by calling itself the partials that it names.
class Reader {
public:
    Reader(Source source, const std::vector<std::filesystem::path>& folders,
           const std::function<std::string(const std::string&)>& translate)
        : source_(source), folders_(folders), translate_(translate) {}

    void read(std::string_view text, const std::string& name) {
        names_.push_back(name);
        const std::size_t outer = open_.size();
        std::size_t line = 1;
        for (std::size_t at = 0; at < text.size();) {
            const std::size_t tag = std::min(text.find("{{", at), text.size());
            add_text(text.substr(at, tag - at), line);
            if (tag == text.size()) break;
            const std::size_t end = text.find("}}", tag);
            const std::string where = place(line);
            if (end == std::string_view::npos) refuse("tanda {{ tidak ditutup", where, "Tutup dengan }}.");
            const std::string_view inside = text.substr(tag + 2, end - tag - 2);
            if (inside.starts_with('{') || inside.starts_with('&'))
                refuse("{{{…}}} dan {{&…}} tidak diterima: isi surat selalu dilindungi", where,
                       "Tulis {{nama}} dengan dua kurung.");
            add_tag(trim(inside), where, outer);
            line += static_cast<std::size_t>(std::count(inside.begin(), inside.end(), '\n'));
            at = end + 2;
        }
        if (open_.size() > outer)
            refuse("bagian {{#" + tokens_[open_.back()].text + "}} tidak ditutup",
                   tokens_[open_.back()].where, "Tambahkan {{/" + tokens_[open_.back()].text + "}}.");
        names_.pop_back();
    }

    std::vector<Token> take() { return std::move(tokens_); }

private:
    std::string place(std::size_t line) const { return names_.back() + ":" + std::to_string(line); }

    Token& add(Token::Type type, const std::string& where) {
        if (tokens_.size() >= most_tokens)
            refuse("templat terlalu besar", where, "Pecah templat, atau kurangi bagian yang berulang.");
        tokens_.emplace_back();
        tokens_.back().type = type;
        tokens_.back().where = where;
        return tokens_.back();
    }

    // Texts that follow each other (around a comment, at the seam of a partial) become one token.
    void add_text(std::string_view text, std::size_t& line) {
        if (text.empty()) return;
        if (tokens_.empty() || tokens_.back().type != Token::Type::text) add(Token::Type::text, place(line));
        std::string& out = tokens_.back().text;
        if (source_ != Source::markup) {
            line += static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
            out += text;
            return;
        }
        for (std::size_t i = 0; i < text.size();) {
            if (is_blank(text[i])) {
                for (; i < text.size() && is_blank(text[i]); ++i)
                    if (text[i] == '\n') ++line;
                if (out.empty() || out.back() != ' ') out += ' ';
                continue;
            }
            out += text[i++];
            if (text[i - 1] != '<' || i >= text.size() || !is_letter(text[i])) continue;
            while (i < text.size() && (is_name_part(text[i]) || text[i] == '-')) out += text[i++];
            out += " _l=\"" + place(line) + "\"";
        }
    }

    void add_tag(const std::string& inside, const std::string& where, std::size_t outer) {
        if (inside.empty()) refuse("tanda {{}} kosong", where, "Tulis sebuah nama di dalamnya.");
        const std::string rest = trim(std::string_view(inside).substr(1));
        switch (inside.front()) {
            case '!': return;
            case '=': refuse("pembatas {{=…=}} tidak diterima", where, "Pakai {{ dan }}.");
            case '>': return include(rest, where);
            case '#': return open(Token::Type::open, rest, where);
            case '^': return open(Token::Type::open_unless, rest, where);
            case '/': return close(rest, where, outer);
            default: read_name(add(Token::Type::value, where), inside);
        }
    }

    void open(Token::Type type, const std::string& name, const std::string& where) {
        if (open_.size() >= deepest_section)
            refuse("bagian bersarang terlalu dalam", where, "Sederhanakan templat.");
        Token& token = add(type, where);
        read_name(token, name);
        open_.push_back(tokens_.size() - 1);
    }

    void close(const std::string& name, const std::string& where, std::size_t outer) {
        if (open_.size() == outer)
            refuse("{{/" + name + "}} menutup bagian yang tidak dibuka", where,
                   "Hapus, atau buka dengan {{#…}}.");
        const std::size_t opened = open_.back();
        const std::string& expected = tokens_[opened].text;
        if (name != expected && name != std::string_view(expected).substr(0, expected.find('|')))
            refuse("{{/" + name + "}} menutup {{#" + expected + "}} dari baris " + tokens_[opened].where,
                   where, "Tutup bagian yang terakhir dibuka lebih dulu.");
        open_.pop_back();
        Token& token = add(Token::Type::close, where);
        token.text = name;
        token.partner = opened;
        tokens_[opened].partner = tokens_.size() - 1;
    }

    static void read_name(Token& token, const std::string& text) {
        std::vector<std::string> parts = split(text, '|');
        token.text = text;
        const std::string name = trim(parts.front());
        if (name == "." || is_place(name)) {
            token.path = {name};
        } else {
            token.path = split(name, '.');
            for (const std::string& part : token.path)
                if (part.empty() || !std::all_of(part.begin(), part.end(), is_name_part))
                    refuse("\"" + name + "\" bukan nama", token.where,
                           "Nama terdiri atas huruf, angka, dan garis bawah, dipisah titik.");
        }
        for (std::size_t i = 1; i < parts.size(); ++i) {
            auto pipe = Pipe::parse(trim(parts[i]));
            if (!pipe)
                refuse("pipa \"|" + trim(parts[i]) + "\" tidak dikenal", token.where,
                       "Daftar pipa ada di docs/templates.md.");
            token.pipes.push_back(std::move(*pipe));
        }
    }

    void include(const std::string& name, const std::string& where) {
        if (name.empty() ||
            !std::all_of(name.begin(), name.end(), [](char c) { return is_name_part(c) || c == '-'; }))
            refuse("\"" + name + "\" bukan nama potongan", where, "Tulis {{> kop}}.");
        const std::string file = "partials/" + name + ".mustache";
        if (std::find(names_.begin(), names_.end(), file) != names_.end())
            refuse("potongan " + file + " memuat dirinya sendiri", where, "Putuskan lingkaran itu.");
        if (names_.size() > deepest_partial)
            refuse("potongan bersarang terlalu dalam", where, "Sederhanakan templat.");
        for (const auto& folder : folders_) {
            if (!std::filesystem::exists(folder / file)) continue;
            const std::string text = read_text(folder / file, std::size_t{1} << 20);
            if (const auto bad = first_bad_utf8(text))
                refuse("berkas bukan UTF-8 (bita ke-" + std::to_string(*bad) + ")", file,
                       "Simpan ulang sebagai UTF-8.");
            return read(translate_ ? translate_(text) : text, file);
        }
        refuse("potongan " + file + " tidak ada", where, "Buat berkas itu, atau perbaiki namanya.");
    }

    Source source_;
    const std::vector<std::filesystem::path>& folders_;
    const std::function<std::string(const std::string&)>& translate_;
    std::vector<std::string> names_;  // files being read, the innermost last
    std::vector<std::size_t> open_;   // tokens of sections not closed yet
    std::vector<Token> tokens_;
};

}  // namespace

std::vector<Token> read_template(std::string_view text, const std::string& name, Source source,
                                 const std::vector<std::filesystem::path>& folders,
                                 const std::function<std::string(const std::string&)>& translate) {
    if (const auto bad = first_bad_utf8(text))
        refuse("berkas bukan UTF-8 (bita ke-" + std::to_string(*bad) + ")", name,
               "Simpan ulang sebagai UTF-8.");
    Reader reader(source, folders, translate);
    reader.read(translate ? translate(std::string(text)) : text, name);
    return reader.take();
}

}  // namespace naskah::generator
