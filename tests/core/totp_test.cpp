#include "core/totp.h"

#include <catch2/catch.hpp>

using namespace naskah;

namespace {

const Bytes secret = to_bytes("12345678901234567890");

Instant at(std::int64_t seconds) { return Instant(std::chrono::seconds(seconds)); }

}  // namespace

TEST_CASE("one-time codes are those of RFC 6238, appendix B") {
    // Its eight digits end in our six.
    const struct {
        std::int64_t seconds;
        const char* code;
    } rows[] = {{59, "287082"},         {1111111109, "081804"}, {1111111111, "050471"},
                {1234567890, "005924"}, {2000000000, "279037"}, {20000000000, "353130"}};
    for (const auto& row : rows) {
        INFO(row.seconds);
        CHECK(totp_code(secret, totp_step(at(row.seconds))) == row.code);
    }
}

TEST_CASE("a code counts in its own half minute and the two beside it, and once") {
    const std::int64_t step = 37037036;  // of second 1111111080
    const std::string code = totp_code(secret, step);
    const struct {
        const char* what;
        std::int64_t seconds, after;
        bool counts;
    } rows[] = {
        {"at its start", step * 30, 0, true},
        {"one step early", (step - 1) * 30, 0, true},
        {"one step late, at its very end", (step + 2) * 30 - 1, 0, true},
        {"two steps late", (step + 2) * 30, 0, false},
        {"two steps early", (step - 1) * 30 - 1, 0, false},
        {"used already", step * 30, step, false},
        {"older than one that was used", step * 30, step + 1, false},
        {"newer than one that was used", step * 30, step - 1, true},
    };
    for (const auto& row : rows) {
        INFO(row.what);
        CHECK(totp_match(secret, code, at(row.seconds), row.after) ==
              (row.counts ? std::optional(step) : std::nullopt));
    }
}

TEST_CASE("what is no six digits never matches a code") {
    const Instant now = at(1111111109);
    CHECK(totp_match(secret, "081804", now, 0));
    CHECK(totp_match(secret, " 081 804 ", now, 0));
    for (const char* typed : {"", "81804", "0818040", "08180", "O81804", "081804\n", "-81804", "081805",
                              "x081804", "081804x", "999999999999999999999999"}) {
        INFO(typed);
        CHECK_FALSE(totp_match(secret, typed, now, 0));
    }
    CHECK_FALSE(totp_match(secret, std::string("081804\0", 7), now, 0));
}

TEST_CASE("a secret is typed in the Base32 of RFC 4648") {
    const struct {
        const char *plain, *text;
    } rows[] = {{"", ""},
                {"f", "MY"},
                {"fo", "MZXQ"},
                {"foo", "MZXW6"},
                {"foob", "MZXW6YQ"},
                {"fooba", "MZXW6YTB"},
                {"foobar", "MZXW6YTBOI"}};
    for (const auto& row : rows) CHECK(to_totp_text(to_bytes(row.plain)) == row.text);
    CHECK(totp_address("Naskah DPMPTSP", "kadis", secret) ==
          "otpauth://totp/Naskah%20DPMPTSP:kadis?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
          "&issuer=Naskah%20DPMPTSP");
}
