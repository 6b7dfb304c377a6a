#include "core/id.h"

#include <algorithm>

#include "core/bytes.h"
#include "core/world.h"

namespace naskah {

LetterId make_letter_id(Random& random) {
    LetterId id;
    random.fill(id.octets);
    return id;
}

std::string to_string(const LetterId& id) { return to_base32(id.octets); }

std::string to_grouped(const LetterId& id) {
    const std::string digits = to_string(id);
    std::string grouped;
    for (std::size_t at = 0; at < digits.size(); ++at) {
        if (at > 0 && at % 4 == 0) grouped += '-';
        grouped += digits[at];
    }
    return grouped;
}

std::optional<LetterId> parse_letter_id(std::string_view text) {
    std::string digits;
    for (char c : text) {
        if (c != ' ') digits += c;
    }
    LetterId id;
    const std::optional<Bytes> bytes = parse_base32(digits, id.octets.size());
    if (!bytes) return std::nullopt;
    std::copy(bytes->begin(), bytes->end(), id.octets.begin());
    return id;
}

}  // namespace naskah
