#include "verify/object.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace naskah::verify {
namespace {

constexpr int max_depth =
    100;  // PDF/A allows 28 nested q operators; real files nest dictionaries less than 20 deep

bool is_digit(unsigned char c) { return c >= '0' && c <= '9'; }

int hex_value(unsigned char c) {
    if (is_digit(c)) return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

}  // namespace

bool is_blank(unsigned char c) {
    return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\f' || c == '\0';
}

bool is_delimiter(unsigned char c) {
    return c == '(' || c == ')' || c == '<' || c == '>' || c == '[' || c == ']' || c == '{' || c == '}' ||
           c == '/' || c == '%';
}

const Object* Object::find(std::string_view key) const {
    for (std::size_t i = 0; i < keys.size(); ++i) {
        if (keys[i] == key) return &items[i];
    }
    return nullptr;
}

const std::vector<Object>& items_of(const Object* array) {
    static const std::vector<Object> none;
    return array ? array->items : none;
}

void Parser::skip_blanks() {
    while (!ended()) {
        if (is_blank(peek())) {
            ++at_;
        } else if (peek() == '%') {
            while (!ended() && peek() != '\n' && peek() != '\r') ++at_;
        } else {
            return;
        }
    }
}

bool Parser::keyword(std::string_view word) {
    skip_blanks();
    if (bytes_.size() - std::min(at_, bytes_.size()) < word.size()) return false;
    if (as_text(bytes_.subspan(at_, word.size())) != word) return false;
    const std::size_t behind = at_ + word.size();
    if (behind < bytes_.size() && !is_blank(bytes_[behind]) && !is_delimiter(bytes_[behind])) return false;
    at_ = behind;
    return true;
}

std::optional<std::int64_t> Parser::integer() {
    skip_blanks();
    const std::size_t start = at_;
    std::int64_t value = 0;
    while (!ended() && is_digit(peek()) && at_ - start < 18) value = value * 10 + (bytes_[at_++] - '0');
    const bool whole = at_ > start && (ended() || is_blank(peek()) || is_delimiter(peek()));
    if (whole) return value;
    at_ = start;
    return std::nullopt;
}

std::optional<Object> Parser::object() {
    budget_->spend();
    skip_blanks();
    if (ended() || depth_ >= max_depth) return std::nullopt;
    ++depth_;
    Object out;
    out.begin = at_;
    const unsigned char c = peek();
    bool good = false;
    if (c == '(') {
        out.kind = Object::Kind::string;
        good = literal_string(out.text);
    } else if (c == '<') {
        if (at_ + 1 < bytes_.size() && bytes_[at_ + 1] == '<') {
            good = dictionary(out);
        } else {
            out.kind = Object::Kind::string;
            good = hex_string(out.text);
        }
    } else if (c == '/') {
        out.kind = Object::Kind::name;
        good = name(out.text);
    } else if (c == '[') {
        good = array(out);
    } else if (is_digit(c) || c == '+' || c == '-' || c == '.') {
        good = number(out);
    } else if (keyword("null")) {
        good = true;
    } else if (keyword("true")) {
        out.kind = Object::Kind::boolean;
        out.integer = 1;
        good = true;
    } else if (keyword("false")) {
        out.kind = Object::Kind::boolean;
        good = true;
    }
    --depth_;
    if (!good) return std::nullopt;
    out.end = at_;
    return out;
}

bool Parser::number(Object& out) {
    const std::size_t start = at_;
    if (peek() == '+' || peek() == '-') ++at_;
    std::size_t digits = 0;
    std::size_t points = 0;
    while (!ended() && (is_digit(peek()) || peek() == '.')) {
        if (peek() == '.') {
            ++points;
        } else {
            ++digits;
        }
        ++at_;
    }
    if (digits == 0 || points > 1) return false;
    if (!ended() && !is_blank(peek()) && !is_delimiter(peek())) return false;
    out.text = std::string(as_text(bytes_.subspan(start, at_ - start)));
    if (points == 1) {
        out.kind = Object::Kind::real;
        return true;
    }
    if (digits > 18) return false;
    out.kind = Object::Kind::integer;
    const char* first = out.text.data() + (out.text[0] == '+' ? 1 : 0);
    std::from_chars(first, out.text.data() + out.text.size(), out.integer);
    const bool plain = is_digit(static_cast<unsigned char>(out.text[0]));
    out.text.clear();
    if (!plain) return true;
    if (const auto ref = reference_tail(out.integer)) {
        out.kind = Object::Kind::ref;
        out.ref = *ref;
        out.integer = 0;
    }
    return true;
}

// Behind the integer `first`: " 0 R" makes it a reference. Otherwise nothing is consumed.
std::optional<Ref> Parser::reference_tail(std::int64_t first) {
    const std::size_t back = at_;
    if (first > 0 && first <= 0x7fffffff) {
        const auto generation = integer();
        if (generation && *generation <= 65535 && keyword("R")) {
            return Ref{static_cast<int>(first), static_cast<int>(*generation)};
        }
    }
    at_ = back;
    return std::nullopt;
}

bool Parser::literal_string(std::string& out) {
    ++at_;
    int open = 1;
    while (!ended()) {
        const unsigned char c = bytes_[at_++];
        if (c == '(') {
            ++open;
        } else if (c == ')') {
            if (--open == 0) return true;
        } else if (c == '\\') {
            if (ended()) return false;
            const unsigned char escaped = bytes_[at_++];
            switch (escaped) {
                case 'n': out += '\n'; break;
                case 'r': out += '\r'; break;
                case 't': out += '\t'; break;
                case 'b': out += '\b'; break;
                case 'f': out += '\f'; break;
                case '\n': break;
                case '\r':
                    if (!ended() && peek() == '\n') ++at_;
                    break;
                default:
                    if (escaped >= '0' && escaped <= '7') {
                        int value = escaped - '0';
                        for (int i = 0; i < 2 && !ended() && peek() >= '0' && peek() <= '7'; ++i) {
                            value = value * 8 + (bytes_[at_++] - '0');
                        }
                        out += static_cast<char>(value & 0xff);
                    } else {
                        out += static_cast<char>(escaped);
                    }
            }
            continue;
        }
        out += static_cast<char>(c);
    }
    return false;
}

namespace {

constexpr auto hex_table = [] {
    std::array<std::int8_t, 256> table{};
    for (std::int8_t& value : table) value = -1;
    for (std::int8_t i = 0; i < 10; ++i) table[static_cast<std::size_t>('0' + i)] = i;
    for (std::int8_t i = 10; i < 16; ++i) {
        table[static_cast<std::size_t>('a' + i - 10)] = i;
        table[static_cast<std::size_t>('A' + i - 10)] = i;
    }
    return table;
}();

}  // namespace

bool Parser::hex_string(std::string& out) {
    ++at_;
    // Most of a signed file is the hexadecimal string of its signatures: whole pairs of digits are taken by
    // table.
    const std::uint8_t* from = bytes_.data() + at_;
    const std::size_t pairs = (bytes_.size() - at_) / 2;
    std::size_t plain = 0;
    while (plain < pairs && hex_table[from[2 * plain]] >= 0 && hex_table[from[2 * plain + 1]] >= 0) ++plain;
    out.resize(plain);
    for (std::size_t i = 0; i < plain; ++i)
        out[i] = static_cast<char>(hex_table[from[2 * i]] << 4 | hex_table[from[2 * i + 1]]);
    at_ += 2 * plain;
    int high = -1;
    while (!ended()) {
        const unsigned char c = bytes_[at_++];
        if (c == '>') {
            if (high >= 0) out += static_cast<char>(high << 4);
            return true;
        }
        if (is_blank(c)) continue;
        const int value = hex_value(c);
        if (value < 0) return false;
        if (high < 0) {
            high = value;
        } else {
            out += static_cast<char>(high << 4 | value);
            high = -1;
        }
    }
    return false;
}

bool Parser::name(std::string& out) {
    ++at_;
    while (!ended() && !is_blank(peek()) && !is_delimiter(peek())) {
        unsigned char c = bytes_[at_++];
        if (c == '#' && at_ + 1 < bytes_.size()) {
            const int high = hex_value(bytes_[at_]);
            const int low = hex_value(bytes_[at_ + 1]);
            if (high >= 0 && low >= 0) {
                c = static_cast<unsigned char>(high << 4 | low);
                at_ += 2;
            }
        }
        out += static_cast<char>(c);
    }
    return true;
}

bool Parser::array(Object& out) {
    out.kind = Object::Kind::array;
    ++at_;
    while (true) {
        skip_blanks();
        if (ended()) return false;
        if (peek() == ']') {
            ++at_;
            return true;
        }
        auto item = object();
        if (!item) return false;
        out.items.push_back(std::move(*item));
    }
}

bool Parser::dictionary(Object& out) {
    out.kind = Object::Kind::dictionary;
    at_ += 2;
    while (true) {
        skip_blanks();
        if (ended()) return false;
        if (peek() == '>') {
            if (at_ + 1 >= bytes_.size() || bytes_[at_ + 1] != '>') return false;
            at_ += 2;
            break;
        }
        if (peek() != '/') return false;
        std::string key;
        name(key);
        auto value = object();
        if (!value) return false;
        out.keys.push_back(std::move(key));
        out.items.push_back(std::move(*value));
    }
    if (out.keys.size() > 1) {
        budget_->spend(out.keys.size());
        std::vector<std::string_view> sorted(out.keys.begin(), out.keys.end());
        std::sort(sorted.begin(), sorted.end());
        out.repeats_a_key = std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end();
    }
    return true;
}

std::optional<IndirectObject> Parser::indirect(const Length& length) {
    const std::size_t start = at_;
    auto out = indirect_here(length);
    budget_->spend((at_ - start) / 64);  // many table entries may name one huge object
    return out;
}

std::optional<IndirectObject> Parser::indirect_here(const Length& length) {
    skip_blanks();
    IndirectObject out;
    out.begin = at_;
    const auto number = integer();
    if (!number || *number <= 0 || *number > 0x7fffffff) return std::nullopt;
    const auto generation = integer();
    if (!generation || *generation > 65535 || !keyword("obj")) return std::nullopt;
    out.ref = {static_cast<int>(*number), static_cast<int>(*generation)};
    auto value = object();
    if (!value) return std::nullopt;
    out.object = std::move(*value);
    if (out.object.is(Object::Kind::dictionary) && keyword("stream")) {
        if (!stream(out.object, length)) return std::nullopt;
    }
    if (!keyword("endobj")) return std::nullopt;
    out.end = at_;
    return out;
}

// Behind the word "stream" (7.3.8.1): a line end, as many bytes as /Length says, and "endstream".
bool Parser::stream(Object& dictionary, const Length& length) {
    if (ended()) return false;
    if (peek() == '\r') ++at_;
    if (!ended() && peek() == '\n') ++at_;
    const Object* entry = dictionary.find("Length");
    if (!entry) return false;
    std::int64_t size = -1;
    if (entry->is(Object::Kind::integer)) {
        size = entry->integer;
    } else if (entry->is(Object::Kind::ref)) {
        size = length(entry->ref).value_or(-1);
    }
    if (size < 0 || static_cast<std::uint64_t>(size) > bytes_.size() - at_) return false;
    dictionary.kind = Object::Kind::stream;
    dictionary.data_begin = at_;
    at_ += static_cast<std::size_t>(size);
    dictionary.data_end = at_;
    while (!ended() && is_blank(peek())) ++at_;
    return keyword("endstream");
}

}  // namespace naskah::verify
