// One revision of a PDF: the file as it ends at one of its "%%EOF". Object numbers are looked up in the
// cross-reference table of that revision alone, so later bytes cannot change what an earlier signature meant.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>

#include "core/bytes.h"
#include "verify/object.h"
#include "verify/section.h"

namespace naskah::verify {

// Where a cross-reference entry says that an object is.
struct Place {
    bool compressed = false;
    std::size_t offset = 0;  // in the file, or the number of the object stream
    int index = 0;           // inside the object stream
    int generation = 0;
    bool operator==(const Place&) const = default;
};

class Revision {
public:
    enum class Trouble { none, malformed, encrypted };

    // `bytes` is the file up to the revision's end, and outlives the revision. Nothing is repaired: a table
    // that does not lead to a catalog is `malformed`. `encrypted`: it opens with a password or a key only.
    static std::unique_ptr<Revision> open(BytesView bytes, Budget& budget, Trouble& trouble);
    ~Revision();

    BytesView bytes() const { return bytes_; }
    const Closing& closing() const { return closing_; }
    const Section& section() const { return section_; }
    const Object& trailer() const { return section_.trailer; }
    const std::map<int, Place>& places() const { return places_; }
    bool is_encrypted() const { return trailer().find("Encrypt") != nullptr; }
    // Two generations of one object number are in use: readers disagree on which one a reference means.
    bool has_twin_objects() const { return twins_; }

    // The object that a reference names; null if the table has none; null, and remembered in broken(), if
    // what stands there is not that object. Valid as long as the revision.
    const Object& object(Ref ref);
    // Follows references to the object itself. nullptr stays nullptr.
    const Object* resolve(const Object* object);
    const Object* find(const Object* dictionary, std::string_view key);  // resolved; nullptr for null as well
    const Object* catalog();
    const std::set<int>& broken() const { return broken_; }
    // The extent in the file, "12 0 obj" to "endobj", of an object that is not compressed.
    std::optional<std::pair<std::size_t, std::size_t>> extent(int number);
    // What the stream `ref` unpacks to; nothing if it is no stream, cannot be unpacked, or unpacks to too
    // much.
    std::optional<Bytes> unpacked(Ref ref);
    // A text string (7.9.2.2) as UTF-8 without control characters.
    std::string text(const Object* string);
    // The same of an entry of the object `ref`, which may be encrypted (7.6).
    std::string text(Ref ref, const std::string& key);

private:
    struct Source;  // qpdf
    struct Slot {
        Object object;
        std::size_t begin = 0, end = 0;
    };
    Revision(BytesView bytes, Budget& budget);
    const Slot& slot(int number);
    bool load_plain(int number, const Place& place, Slot& slot);
    bool load_compressed(int number, const Place& place, Slot& slot);
    std::optional<std::int64_t> length(Ref ref);

    BytesView bytes_;
    Budget* budget_;
    Closing closing_;
    Section section_;
    bool twins_ = false;
    std::map<int, Place> places_;
    std::map<int, Slot> slots_;
    std::set<int> loading_, broken_;
    std::map<int, Bytes> object_streams_;
    std::unique_ptr<Source> source_;
};

}  // namespace naskah::verify
