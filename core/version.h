#pragma once

namespace naskah {

extern const char* const version;  // "0.1.0", as the root CMakeLists.txt says

}  // namespace naskah
