#include "core/bytes.h"

#include <catch2/catch.hpp>
#include <random>
#include <set>

#include "core/id.h"
#include "core/sha256.h"
#include "core/world.h"

using namespace naskah;

namespace {

Bytes random_bytes(std::mt19937& random, std::size_t size) {
    Bytes bytes(size);
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random());
    return bytes;
}

class CountingRandom final : public Random {
public:
    void fill(std::span<std::uint8_t> out) override {
        for (auto& byte : out) byte = next_++;
    }

private:
    std::uint8_t next_ = 0;
};

}  // namespace

TEST_CASE("bytes print as hex and Base32 and read back") {
    std::mt19937 random(1);
    for (std::size_t size = 0; size < 70; ++size) {
        for (int round = 0; round < 50; ++round) {
            const Bytes bytes = random_bytes(random, size);
            REQUIRE(parse_hex(to_hex(bytes)) == bytes);
            REQUIRE(parse_base32(to_base32(bytes), size) == bytes);
            REQUIRE(to_base32(bytes).size() == (size * 8 + 4) / 5);
        }
    }
    CHECK(to_hex(to_bytes("Naskah")) == "4e61736b6168");
    CHECK(parse_hex("4E61736B6168") == to_bytes("Naskah"));
    for (const char* text : {"4", "4g", "4 ", "0x"}) CHECK_FALSE(parse_hex(text));
    CHECK(to_base32(to_bytes("foobar")) == "CSQPYRK1E8");  // RFC 4648's "foobar" in Crockford's alphabet
}

TEST_CASE("Base32 forgives what people mistype, and nothing else") {
    const Bytes bytes = parse_base32("0123456789ABCDEF", 10).value();
    CHECK(parse_base32("oiz3456789abcdef", 10) == parse_base32("01Z3456789ABCDEF", 10));
    CHECK(parse_base32("OL23-4567-89AB-CDEF-", 10) == parse_base32("0123456789ABCDEF", 10));
    for (const char* text : {"0123456789ABCDE", "0123456789ABCDEF0", "0123456789ABCDEU", "0123456789ABCDE!",
                             "0123456789ABCDE ", "", "-"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_base32(text, 10));
    }
    CHECK_FALSE(parse_base32("01", 1));  // the padding bits must be zero, or two texts would name one value
    CHECK(parse_base32("04", 1) == Bytes{1});
    CHECK_FALSE(parse_base32(std::string(1 << 20, '0'), 16));
}

TEST_CASE("a letter's id is printed for machines and for people, and both read back") {
    CountingRandom random;
    const LetterId id = make_letter_id(random);
    CHECK(to_string(id) == "000G40R40M30E209185GR38E1W");
    CHECK(to_grouped(id) == "000G-40R4-0M30-E209-185G-R38E-1W");
    CHECK(parse_letter_id(to_string(id)) == id);
    CHECK(parse_letter_id(to_grouped(id)) == id);
    CHECK(parse_letter_id(" ooog 4or4-om3o e2o9 i85g r38e lw ") == id);
    CHECK(to_string(parse_letter_id("K7QM-4XTR-9HBD-2WNC-5F8J-V3PY-6C").value()) ==
          "K7QM4XTR9HBD2WNC5F8JV3PY6C");
    for (const char* text :
         {"", "000G40R40M30E209185GR38E1", "000G40R40M30E209185GR38E1WW", "000G40R40M30E209185GR38E1X",
          "000G40R40M30E209185GR38E1U", "../../../etc/passwd"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_letter_id(text));
    }
}

TEST_CASE("the system's randomness never repeats an id and has no fixed bit") {
    std::set<LetterId> ids;
    LetterId ones;
    LetterId zeros;
    for (int round = 0; round < 1000; ++round) {
        const LetterId id = make_letter_id(system_random());
        ids.insert(id);
        for (std::size_t i = 0; i < id.octets.size(); ++i) {
            ones.octets[i] |= id.octets[i];
            zeros.octets[i] = static_cast<std::uint8_t>(zeros.octets[i] | ~id.octets[i]);
        }
    }
    CHECK(ids.size() == 1000);
    for (std::uint8_t octet : ones.octets) CHECK(octet == 0xFF);
    for (std::uint8_t octet : zeros.octets) CHECK(octet == 0xFF);
}

TEST_CASE("SHA-256 gives the digests of FIPS 180-4") {
    CHECK(to_string(sha256(as_bytes(""))) ==
          "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK(to_string(sha256(as_bytes("abc"))) ==
          "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(to_string(sha256(as_bytes(std::string(1'000'000, 'a')))) ==
          "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    const Sha256 digest = sha256(as_bytes("abc"));
    CHECK(parse_sha256(to_string(digest)) == digest);
    CHECK_FALSE(parse_sha256("ba7816bf"));
    CHECK_FALSE(parse_sha256(std::string(64, 'g')));
    CHECK_FALSE(parse_sha256(std::string(66, 'a')));
}

TEST_CASE("a wiped secret is gone from its memory") {
    Bytes secret = to_bytes("sandi");
    wipe(secret);
    CHECK(secret == Bytes(5, 0));
    std::string text = "sandi yang cukup panjang untuk tumpukan memori";
    const char* memory = text.data();
    const std::size_t size = text.size();
    text.resize(5);  // the rest of the secret still stands behind the end
    wipe(text);
    CHECK(text.empty());
    REQUIRE(text.data() == memory);
    CHECK(std::all_of(memory, memory + text.capacity(), [](char c) { return c == 0; }));
    CHECK(text.capacity() >= size);
}
