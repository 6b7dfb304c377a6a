#include "core/version.h"

namespace naskah {

const char* const version = NASKAH_VERSION;

}  // namespace naskah
