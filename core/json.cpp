#include "core/json.h"

#include <cmath>
#include <iterator>
#include <unordered_set>
#include <vector>

#include "core/error.h"
#include "core/text.h"

namespace naskah {
namespace {

constexpr std::size_t max_size = 16u << 20;
constexpr std::size_t max_depth = 64;

// Where the parser stands: it reads through this iterator, which notes how far it came.
class CountingIterator {
public:
    using iterator_category = std::input_iterator_tag;
    using value_type = char;
    using difference_type = std::ptrdiff_t;
    using pointer = const char*;
    using reference = const char&;

    CountingIterator(const char* at, const char** furthest) : at_(at), furthest_(furthest) {}
    reference operator*() const { return *at_; }
    CountingIterator& operator++() {
        *furthest_ = ++at_;
        return *this;
    }
    CountingIterator operator++(int) {
        CountingIterator old = *this;
        ++*this;
        return old;
    }
    bool operator==(const CountingIterator& other) const { return at_ == other.at_; }

private:
    const char* at_;
    const char** furthest_;
};

[[noreturn]] void refuse(std::string_view text, std::size_t offset, const std::string& file, std::string what,
                         std::string remedy) {
    std::size_t line = 1;
    std::size_t column = 1;
    for (char c : text.substr(0, offset)) {
        if (c == '\n') {
            ++line;
            column = 1;
        } else if ((static_cast<unsigned char>(c) & 0xC0) != 0x80) {
            ++column;
        }
    }
    throw Error(Code::data, std::move(what), file + ":" + std::to_string(line) + ":" + std::to_string(column),
                std::move(remedy));
}

// What the parser's complaint means for somebody who writes JSON by hand.
std::string explain(const std::string& complaint) {
    const auto says = [&](const char* words) { return complaint.find(words) != std::string::npos; };
    if (says("control character")) return "ada baris baru atau tab di dalam teks; tulislah \\n atau \\t";
    if (says("; expected end of input")) return "ada isi sesudah nilai JSON selesai";
    if (says("missing closing quote")) return "teks tidak ditutup dengan tanda kutip";
    if (says("object key - unexpected '}'") || says("value - unexpected ']'"))
        return "ada koma yang berlebih";
    if (says("unexpected end of input")) return "isi berhenti sebelum JSON selesai";
    if (says("object key")) return "di sini harus ada nama bidang dalam tanda kutip ganda";
    if (says("object separator")) return "di sini harus ada titik dua";
    if (says("while parsing object - ")) return "di sini harus ada koma atau '}'";
    if (says("while parsing array - ")) return "di sini harus ada koma atau ']'";
    return "ini bukan nilai JSON";
}

// Builds the value; the parser has already checked the grammar.
class Builder {
public:
    Builder(std::string_view text, const char* const* furthest, const std::string& file)
        : text_(text), furthest_(furthest), file_(file) {}

    bool null() { return put(nullptr); }
    bool boolean(bool value) { return put(value); }
    bool number_integer(Json::number_integer_t value) { return put(value); }
    bool number_unsigned(Json::number_unsigned_t value) { return put(value); }
    bool number_float(Json::number_float_t value, const std::string&) { return put(value); }
    bool string(std::string& value) { return put(std::move(value)); }
    bool binary(Json::binary_t&) { return false; }  // JSON text has none

    bool start_object(std::size_t) { return open(Json::object()); }
    bool start_array(std::size_t) { return open(Json::array()); }
    bool end_object() { return close(); }
    bool end_array() { return close(); }

    bool key(std::string& name) {
        Level& level = levels_.back();
        if (!level.names.insert(name).second) {
            refuse(text_, here() - 1, file_, "bidang \"" + name + "\" ditulis dua kali",
                   "Hapus salah satunya.");
        }
        level.name = std::move(name);
        return true;
    }

    bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception& error) {
        const std::size_t offset = position > 0 ? position - 1 : 0;
        if (error.id == 406) {
            refuse(text_, offset, file_, "angka terlalu besar",
                   "Tulis angka yang lebih kecil, atau sebagai teks.");
        }
        refuse(text_, offset, file_, "JSON tidak sah: " + explain(error.what()),
               "Perbaiki berkas pada baris dan kolom itu.");
    }

    Json take() { return std::move(root_); }

private:
    struct Level {
        Json* value;
        std::string name;                       // the member that comes next
        std::unordered_set<std::string> names;  // those that came
    };

    std::size_t here() const { return static_cast<std::size_t>(*furthest_ - text_.data()); }

    Json& place(Json value) {
        if (levels_.empty()) return root_ = std::move(value);
        Level& level = levels_.back();
        if (level.value->is_array()) {
            return level.value->get_ref<Json::array_t&>().emplace_back(std::move(value));
        }
        // Appends without the linear search of ordered_map::emplace: `names` knows that the member is new.
        return level.value->get_ref<Json::object_t&>()
            .emplace_back(std::move(level.name), std::move(value))
            .second;
    }
    bool put(Json value) {
        place(std::move(value));
        return true;
    }
    bool open(Json container) {
        if (levels_.size() == max_depth) {
            refuse(text_, here() - 1, file_, "JSON bersarang lebih dari 64 tingkat",
                   "Sederhanakan susunannya.");
        }
        // The address stays good: a container grows only at its end, after its last child is closed.
        Json& value = place(std::move(container));
        levels_.push_back({&value, {}, {}});
        return true;
    }
    bool close() {
        levels_.pop_back();
        return true;
    }

    std::string_view text_;
    const char* const* furthest_;
    const std::string& file_;
    Json root_;
    std::vector<Level> levels_;
};

nlohmann::json sorted(const Json& value) {
    if (value.is_object()) {
        nlohmann::json object = nlohmann::json::object();
        for (const auto& [name, member] : value.items()) object.emplace(name, sorted(member));
        return object;
    }
    if (value.is_array()) {
        nlohmann::json array = nlohmann::json::array();
        for (const Json& item : value) array.push_back(sorted(item));
        return array;
    }
    if (value.is_string()) return value.get_ref<const std::string&>();
    if (value.is_boolean()) return value.get<bool>();
    if (value.is_number_unsigned()) return value.get<Json::number_unsigned_t>();
    if (value.is_number_integer()) return value.get<Json::number_integer_t>();
    if (value.is_number_float()) {
        // 1.0 and 1 are equal values, so they are written alike as far as doubles count whole numbers
        // exactly.
        const double number = value.get<double>();
        if (std::trunc(number) == number && std::fabs(number) <= 9007199254740992.0) {
            return static_cast<Json::number_integer_t>(number);
        }
        return number;
    }
    return nullptr;
}

template <typename AnyJson>
std::string dump(const AnyJson& value, int indent) {
    try {
        return value.dump(indent);
    } catch (const typename AnyJson::type_error& error) {
        throw Error(Code::internal, std::string("teks bukan UTF-8 yang benar: ") + error.what(), "JSON");
    }
}

void write_text(std::string& out, const std::string& text) {
    if (const auto bad = first_bad_utf8(text))
        throw Error(Code::internal, "teks bukan UTF-8 yang benar di bita " + std::to_string(*bad), "JSON");
    out += '"';
    std::size_t begin = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char c = text[at];
        if (static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\') continue;
        out.append(text, begin, at - begin);
        begin = at + 1;
        constexpr std::string_view named = "\"\\\b\f\n\r\t", names = "\"\\bfnrt";
        out += '\\';
        if (const std::size_t known = named.find(c); known != named.npos) {
            out += names[known];
        } else {
            constexpr char digits[] = "0123456789abcdef";
            out += "u00";
            out += digits[static_cast<unsigned char>(c) >> 4];
            out += digits[c & 15];
        }
    }
    out.append(text, begin);
    out += '"';
}

// As nlohmann/json writes it on one line, which it does letter by letter: every letter holds its data.
void write(std::string& out, const Json& value) {
    if (value.is_string()) return write_text(out, value.get_ref<const std::string&>());
    if (!value.is_structured()) {
        out += dump(value, -1);
        return;
    }
    const bool object = value.is_object();
    out += object ? '{' : '[';
    bool first = true;
    for (auto at = value.begin(); at != value.end(); ++at) {
        if (!first) out += ',';
        first = false;
        if (object) {
            write_text(out, at.key());
            out += ':';
        }
        write(out, *at);
    }
    out += object ? '}' : ']';
}

}  // namespace

Json parse_json(std::string_view text, const std::string& file) {
    if (text.size() > max_size) {
        throw Error(Code::data, "JSON lebih besar dari 16 MB", file, "Bagi menjadi beberapa berkas.");
    }
    if (const auto bad = first_bad_utf8(text)) {
        refuse(text, *bad, file, "teks bukan UTF-8 yang benar", "Simpan ulang berkas sebagai UTF-8.");
    }
    // The parser takes a zero byte for the end of the text, and would not see what stands behind it.
    if (const std::size_t zero = text.find('\0'); zero != std::string_view::npos) {
        refuse(text, zero, file, "JSON tidak sah: ada byte nol", "Simpan ulang berkas sebagai teks UTF-8.");
    }
    const char* furthest = text.data();
    Builder builder(text, &furthest, file);
    const CountingIterator first(text.data(), &furthest);
    const CountingIterator last(text.data() + text.size(), &furthest);
    Json::sax_parse(first, last, &builder);
    return builder.take();
}

std::string dump_json(const Json& value) {
    std::string out;
    write(out, value);
    return out;
}
std::string dump_json_pretty(const Json& value) { return dump(value, 2); }
std::string canonical_json(const Json& value) { return dump(sorted(value), -1); }

}  // namespace naskah
