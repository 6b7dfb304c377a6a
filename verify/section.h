// The marks of a revision in the bytes of a file (ISO 32000-1 7.5.4 to 7.5.8): where its cross-reference
// section starts and ends, its trailer, and the "startxref ... %%EOF" that closes it. Read by ourselves and
// strictly: a reader that repairs what it finds hides exactly what an attacker appended.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "core/bytes.h"
#include "verify/object.h"

namespace naskah::verify {

// "startxref 1234 %%EOF"
struct Closing {
    std::size_t begin = 0;     // of the word startxref
    std::size_t section = 0;   // the offset that it names
    std::size_t end = 0;       // behind %%EOF
    std::size_t line_end = 0;  // behind at most one line end after it
};

// The last closing in `bytes`, or nothing if the last "startxref" is not followed by a number and "%%EOF".
std::optional<Closing> last_closing(BytesView bytes, Budget& budget);
// The first closing whose "startxref" stands at or behind `from`.
std::optional<Closing> next_closing(BytesView bytes, std::size_t from, Budget& budget);

struct Section {
    std::size_t begin = 0, end = 0;  // to behind the trailer dictionary or "endobj"
    bool is_stream = false;
    Object trailer;  // the trailer dictionary, or the dictionary of the cross-reference stream
};

std::optional<Section> read_section(BytesView bytes, std::size_t at, Budget& budget);

// A row of a classic cross-reference table (7.5.4).
struct TableRow {
    std::int64_t offset = 0, generation = 0;
    bool in_use = false;
    bool operator==(const TableRow&) const = default;
};
// The rows of the classic table that starts at `at`, by object number. Nothing if there is none, or if it
// lists an object twice.
std::optional<std::map<std::int64_t, TableRow>> read_table(BytesView bytes, std::size_t at, Budget& budget);

}  // namespace naskah::verify
