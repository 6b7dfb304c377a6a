// Which bytes a signature covers (ISO 32000-1 12.8.1): everything from the start of the file to the end of a
// revision, but for one gap, and the gap is the hexadecimal string of this signature's own /Contents.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "verify/object.h"
#include "verify/verify.h"

namespace naskah::verify {

struct Coverage {
    std::size_t gap_begin = 0, gap_end = 0;  // '<' to behind '>'
    std::size_t end = 0;
    std::array<BytesView, 2> pieces(BytesView file) const {
        return {file.first(gap_begin), file.subspan(gap_end, end - gap_end)};
    }
};

// `signature` is the signature dictionary as parsed from `file`. Nothing, with a finding, if any rule is
// broken.
std::optional<Coverage> read_coverage(const Object& signature, BytesView file, Budget& budget,
                                      std::vector<Finding>& findings);

}  // namespace naskah::verify
