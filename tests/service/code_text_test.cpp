#include "service/code_text.h"

#include <catch2/catch.hpp>

using namespace naskah;
using service::CodeText;

namespace {

constexpr const char* office = "https://periksa.contohprov.example";
constexpr const char* code = "K7QM4XTR9HBD2WNC5F8JV3PY6C";

}  // namespace

TEST_CASE("an address is ours only if its host is, to the letter") {
    using enum CodeText::Kind;
    const std::string path = std::string("/v/") + code;
    const struct {
        std::string text;
        CodeText::Kind kind;
        const char* host;
    } rows[] = {
        {code, ours, ""},
        {"k7qm-4xtr-9hbd-2wnc-5f8j-v3py-6c", ours, ""},
        {office + path, ours, "periksa.contohprov.example"},
        {office + path + "?dari=qr", ours, "periksa.contohprov.example"},
        {office + path + "#atas", ours, "periksa.contohprov.example"},
        {office + path + "/", ours, "periksa.contohprov.example"},
        {"HTTPS://PERIKSA.ContohProv.EXAMPLE" + path, ours, "periksa.contohprov.example"},
        {"http://periksa.contohprov.example:80" + path, ours, "periksa.contohprov.example"},
        {"https://periksa.contohprov.example.:443" + path, ours, "periksa.contohprov.example."},
        {"https:\\\\periksa.contohprov.example\\v\\" + std::string(code), ours, "periksa.contohprov.example"},
        {"https://siapa@periksa.contohprov.example" + path, ours, "periksa.contohprov.example"},
        {office + std::string("/v/%4B7QM4XTR9HBD2WNC5F8JV3PY6C"), ours, "periksa.contohprov.example"},
        {"https://periksa-contohprov.example" + path, elsewhere, "periksa-contohprov.example"},
        {"https://periksa.contohprov.example@jahat.example" + path, elsewhere, "jahat.example"},
        {"https://periksa.contohprov.example%2F@jahat.example" + path, elsewhere, "jahat.example"},
        {"https://periksa.contohprov.example:444" + path, elsewhere, "periksa.contohprov.example:444"},
        {"https://periksa.c\xD0\xBEntohprov.example" + path, elsewhere, "periksa.c\xD0\xBEntohprov.example"},
        {"https://jahat.example/periksa.contohprov.example" + path, elsewhere, "jahat.example"},
        {"https://jahat.example?" + path, other, "jahat.example"},
        {office + std::string("/v/") + "PENDEK", other, "periksa.contohprov.example"},
        {office + std::string("/masuk"), other, "periksa.contohprov.example"},
        {"ftp://periksa.contohprov.example" + path, other, ""},
        {"javascript:alert(1)", other, ""},
        {"https://", other, ""},
        {"", other, ""},
        {std::string(100'000, 'A'), other, ""},
    };
    for (const auto& row : rows) {
        INFO(row.text.substr(0, 100));
        const CodeText read = service::read_code_text(row.text, office);
        CHECK(read.kind == row.kind);
        if (row.kind != other) CHECK(read.id == parse_letter_id(code));
        if (std::string_view(row.host).ends_with('.'))
            CHECK(read.kind == ours);
        else
            CHECK(read.host == row.host);
    }
}

TEST_CASE("codes anywhere in a foreign address are found, so that the register can be asked") {
    for (const std::string& text : {std::string("https://jahat.example/cek?id=") + code,
                                    std::string("https://jahat.example/") + code + ".pdf",
                                    std::string("https://") + code + ".jahat.example/",
                                    std::string("https://jahat.example/#") + code}) {
        INFO(text);
        const CodeText read = service::read_code_text(text, office);
        CHECK(read.kind == CodeText::Kind::other);
        REQUIRE(read.perhaps.size() == 1);
        CHECK(read.perhaps[0] == parse_letter_id(code));
    }
    CHECK(service::read_code_text("https://jahat.example/" + std::string(3000, 'A'), office).perhaps.empty());
}

TEST_CASE("the part of a host that differs from the official one is marked") {
    const struct {
        const char *given, *alike, *differs, *rest;
    } rows[] = {
        {"periksa-contoh.example", "periksa", "-", "contoh.example"},
        {"periksa.contoh.com", "periksa.contoh.", "com", ""},
        {"jahat.test", "", "jahat.test", ""},
        {"periksa.contoh.example.jahat.test", "periksa.contoh.example", ".jahat.test", ""},
        {"periksa.contoh.exampl", "periksa.contoh.examp", "l", ""},
        {"periksa.c\xD0\xBEntoh.example", "periksa.c", "\xD0\xBE", "ntoh.example"},
        {"", "", "", ""},
    };
    for (const auto& row : rows) {
        INFO(row.given);
        const auto difference = service::compare_hosts(row.given, "periksa.contoh.example");
        CHECK(difference.alike == row.alike);
        CHECK(difference.differs == row.differs);
        CHECK(difference.rest == row.rest);
    }
}
