#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>

// LeakSanitizer: what a vendor's PKCS#11 module keeps until the process ends is not ours. Named by the module
// alone, so that a leak of ours that passes through no frame of it is still seen.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() { return "leak:libsofthsm2\n"; }
