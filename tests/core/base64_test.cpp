#include "core/base64.h"

#include <catch2/catch.hpp>

using namespace naskah;

TEST_CASE("base64 goes there and back, and takes nothing that is not base64") {
    // RFC 4648 section 10
    for (const auto& [plain, coded] :
         std::initializer_list<std::pair<const char*, const char*>>{{"", ""},
                                                                    {"f", "Zg=="},
                                                                    {"fo", "Zm8="},
                                                                    {"foo", "Zm9v"},
                                                                    {"foob", "Zm9vYg=="},
                                                                    {"fooba", "Zm9vYmE="},
                                                                    {"foobar", "Zm9vYmFy"}}) {
        CHECK(to_base64(as_bytes(plain)) == coded);
        CHECK(parse_base64(coded) == to_bytes(plain));
    }
    CHECK(parse_base64("Zm9v\r\nYmFy\r\n") == to_bytes("foobar"));
    for (const char* bad : {"Z", "Zg", "Zg=", "Zg===", "Zm9=v", "=",
                            "====", "Zm9v=", "Zm9v====", "Zh==", "Zm9=", "Zm-v", "Zm v", "Zg==Zg=="})
        CHECK_FALSE(parse_base64(bad));
    Bytes all(256);
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<std::uint8_t>(255 - i);
    CHECK(parse_base64(to_base64(all)) == all);
}
