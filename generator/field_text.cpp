#include "generator/field_text.h"

#include <algorithm>
#include <array>

#include "core/date.h"
#include "core/identity.h"
#include "core/text.h"

namespace naskah::generator {
namespace {

bool is_digits(std::string_view text, std::size_t count) {
    return text.size() == count &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

int number(std::string_view digits) {
    int value = 0;
    for (const char c : digits) value = value * 10 + (c - '0');
    return value;
}

// 16 digits: region, birth date (a woman's day plus 40), serial. Only the form is checked, never printed.
bool is_nik(std::string_view text) {
    if (!is_digits(text, 16)) return false;
    const int day = number(text.substr(6, 2)) % 40, month = number(text.substr(8, 2));
    return text[0] != '0' && day >= 1 && day <= 31 && month >= 1 && month <= 12 && text.substr(12) != "0000";
}

bool has_date_form(std::string_view text) {
    if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
    return is_digits(text.substr(0, 4), 4) && is_digits(text.substr(5, 2), 2) &&
           is_digits(text.substr(8, 2), 2);
}

// A file below the data's folder. Where it really leads (links) is for whoever opens it to check.
bool is_picture_name(std::string_view text) {
    if (text.empty() || text.front() == '/' || text.find(':') != std::string_view::npos ||
        text.find('\\') != std::string_view::npos)
        return false;
    for (std::size_t start = 0; start <= text.size();) {
        const std::size_t end = std::min(text.find('/', start), text.size());
        const std::string_view part = text.substr(start, end - start);
        if (part.empty() || part == "." || part == "..") return false;
        start = end + 1;
    }
    return true;
}

std::optional<std::string> form_flaw(std::string_view text, std::string_view format) {
    if (format == "date") {
        if (!has_date_form(text)) return "tulis tanggal sebagai TTTT-BB-HH, misalnya 2026-03-26";
        if (!parse_date(text)) return "tanggal itu tidak ada di kalender";
    } else if (format == "time") {
        if (!to_clock(text)) return "tulis jam sebagai JJ:MM antara 00:00 dan 23:59, misalnya 14:05";
    } else if (format == "nip") {
        if (!parse_nip(text))
            return "NIP terdiri atas 18 angka: tanggal lahir, bulan pengangkatan, jenis kelamin, nomor urut";
    } else if (format == "nib") {
        if (!parse_nib(text)) return "NIB terdiri atas 13 angka";
    } else if (format == "nik") {
        if (!is_nik(text)) return "NIK terdiri atas 16 angka menurut KTP";
    } else if (format == "kbli") {
        if (!is_digits(text, 5)) return "KBLI terdiri atas 5 angka";
    } else if (format == "gambar") {
        if (!is_picture_name(text))
            return "tulis nama berkas gambar di folder data atau di bawahnya, misalnya foto/1.jpg";
    }
    return std::nullopt;
}

}  // namespace

bool is_format(std::string_view name) {
    constexpr std::array<std::string_view, 8> known{"date", "time", "nip",  "nib",
                                                    "nik",  "kbli", "teks", "gambar"};
    return std::find(known.begin(), known.end(), name) != known.end();
}

std::optional<std::string> text_flaw(std::string_view text, std::string_view format) {
    if (is_plain_ascii(text)) return form_flaw(text, format);
    if (const auto bad = first_bad_utf8(text))
        return "teks rusak: bukan UTF-8 mulai bita ke-" + std::to_string(*bad + 1) + "; ketik ulang";
    for (std::size_t at = 0; at < text.size();) {
        const char32_t c = next_code_point(text, at);
        if (c == '\n' && format == "teks") continue;
        if (c == '\n') return "harus satu baris; hapus pindah barisnya";
        if (is_invisible(c))
            return "ada huruf yang tidak tampak (" + code_point_name(c) + "); hapus lalu ketik ulang";
    }
    return form_flaw(text, format);
}

}  // namespace naskah::generator
