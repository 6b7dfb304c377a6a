// Any bytes as the markup of a letter.
#include "core/error.h"
#include "generator/markup.h"

using namespace naskah;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    try {
        generator::parse_markup({reinterpret_cast<const char*>(data), size});
    } catch (const Error&) {
    }
    return 0;
}
