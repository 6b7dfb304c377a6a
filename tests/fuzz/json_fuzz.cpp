// Any bytes as a clerk's data: what is read can be written, and reads the same again.
#include <cstdlib>

#include "core/error.h"
#include "core/json.h"

using namespace naskah;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    Json value;
    try {
        value = parse_json(text, "data.json");
    } catch (const Error&) {
        return 0;
    }
    if (parse_json(dump_json(value), "lagi") != value) std::abort();
    const std::string canonical = canonical_json(value);
    if (canonical_json(parse_json(canonical, "baku")) != canonical) std::abort();
    return 0;
}
