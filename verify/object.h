// PDF objects (ISO 32000-1 7.3) with the place of every one of them in the file, because a signature is about
// places: the gap of a ByteRange must be the very bytes of /Contents. Strict: what the standard does not
// allow does not parse.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/bytes.h"
#include "verify/budget.h"

namespace naskah::verify {

struct Ref {
    int number = 0;
    int generation = 0;
    auto operator<=>(const Ref&) const = default;
};

struct Object {
    enum class Kind : std::uint8_t {
        null,
        boolean,
        integer,
        real,
        string,
        name,
        array,
        dictionary,
        stream,
        ref
    };

    Kind kind = Kind::null;
    bool repeats_a_key = false;  // a dictionary that says one thing twice: readers disagree on which counts
    std::size_t begin = 0, end = 0;            // its bytes, in the buffer that it was parsed from
    std::size_t data_begin = 0, data_end = 0;  // of a stream
    std::int64_t integer = 0;                  // also 0 or 1 of a boolean
    Ref ref;
    std::string text;               // name or string, decoded; real number, as written
    std::vector<std::string> keys;  // of a dictionary or stream: keys[i] names items[i]
    std::vector<Object> items;

    bool is(Kind k) const { return kind == k; }
    bool has_keys() const { return kind == Kind::dictionary || kind == Kind::stream; }
    bool is_name(std::string_view name) const { return kind == Kind::name && text == name; }
    // The entry itself (a reference stays one), or nullptr. Of a repeated key: the first.
    const Object* find(std::string_view key) const;
};

// The items of an array, or none for nullptr.
const std::vector<Object>& items_of(const Object* array);

// What stands at an offset as "12 0 obj ... endobj".
struct IndirectObject {
    Ref ref;
    Object object;
    std::size_t begin = 0, end = 0;  // from the object number to behind "endobj"
};

// Reads one object after another out of `bytes`. Nothing is read past its end.
class Parser {
public:
    Parser(BytesView bytes, std::size_t at, Budget& budget) : bytes_(bytes), at_(at), budget_(&budget) {}

    using Length = std::function<std::optional<std::int64_t>(Ref)>;  // value of an indirect stream length

    std::optional<Object> object();  // nothing if there is no well-formed direct object
    std::optional<IndirectObject> indirect(const Length& length);
    std::optional<std::int64_t> integer();  // unsigned, at most 18 digits
    bool keyword(std::string_view word);    // stays before the word if another one stands there
    void skip_blanks();                     // white space and comments
    std::size_t at() const { return at_; }

private:
    std::optional<IndirectObject> indirect_here(const Length& length);
    bool literal_string(std::string& out);
    bool hex_string(std::string& out);
    bool name(std::string& out);
    bool dictionary(Object& out);
    bool array(Object& out);
    bool number(Object& out);
    std::optional<Ref> reference_tail(std::int64_t first);
    bool stream(Object& dictionary, const Length& length);
    bool ended() const { return at_ >= bytes_.size(); }
    unsigned char peek() const { return bytes_[at_]; }

    BytesView bytes_;
    std::size_t at_;
    Budget* budget_;
    int depth_ = 0;
};

bool is_blank(unsigned char c);      // ISO 32000-1 table 1
bool is_delimiter(unsigned char c);  // table 2

}  // namespace naskah::verify
