#include "verify/traces.h"

#include <cstring>

#include "verify/object.h"

namespace naskah::verify {

std::vector<std::size_t> find_traces(BytesView file, Budget& budget) {
    constexpr std::string_view name = "/ByteRange";
    std::vector<std::size_t> out;
    budget.spend(file.size() / 1024);
    std::size_t at = 0;
    while (at < file.size()) {
        const void* slash = std::memchr(file.data() + at, '/', file.size() - at);
        if (!slash) break;
        const auto begin = static_cast<std::size_t>(static_cast<const std::uint8_t*>(slash) - file.data());
        at = begin + 1;
        const BytesView rest = file.subspan(begin);
        // Most names differ in the first letter already; only a '#' makes it worth decoding one.
        if (rest.size() < name.size() || (rest[1] != 'B' && rest[1] != '#')) continue;
        const auto decoded = Parser(rest.first(std::min<std::size_t>(rest.size(), 40)), 0, budget).object();
        if (decoded && decoded->is_name(name.substr(1))) out.push_back(begin);
    }
    return out;
}

}  // namespace naskah::verify
