// Registration numbers: a pattern with named parts, printed and read back (domain notes 2.2).
//   {kode}/{urut:03}/{unit}-{bidang}/{romawi}/{tahun}   800.1.11.1/147/DPMPTSP-DALAK/IV/2026
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"

namespace naskah::numbering {

// What a number is made of. Texts hold letters, digits, '.', '-' and inner blanks, never '/', '{' or '}'.
struct Parts {
    std::string sifat;  // prefix of the security class: empty, or B, T, R or SR with '/' or '-' behind it
    std::string kode;   // classification code, kept as text ("500.16.6.5", "00.1.1")
    int urut = 0;       // 1, 2, 3 ... within the series of the year
    std::string
        sisipan;       // empty or, for an inserted number, a text that starts with no digit: ".A", ".1", "a"
    std::string unit;  // "DPMPTSP", or the unit's code "433.114"
    std::string bidang;  // "DALAK"
    int bulan = 0;       // 1..12, printed as {romawi} or {bulan:02}
    int tahun = 0;       // 1900..2999
    bool operator==(const Parts&) const = default;
};

// Printing and reading are each other's inverse: read(print(p)) == p on the parts that the pattern uses, and
// print(*read(s)) == s. So one number never stands for two letters, however the office writes its patterns.
class Pattern {
public:
    // {sifat} {kode} {urut} {urut:03} {sisipan} {unit} {bidang} {romawi} {bulan} {bulan:02} {tahun}, and any
    // other printable ASCII between them. A width is 0 and one digit: at least that many digits. Throws
    // Error(data) naming each position at fault: unknown part, part or month twice, missing {urut}, missing
    // {tahun} (a series starts anew each year, so a number without its year would come twice), a width that
    // is no width, and two parts whose border could not be found again.
    static Pattern parse(std::string_view text);

    // Throws Error(data) naming the part that the pattern uses and that is empty (sifat and sisipan may be),
    // out of range, holds a forbidden character, or could not be read back.
    std::string print(const Parts& parts) const;
    // The parts of a number that this pattern printed (parts that it does not use stay empty), or nothing.
    // Takes time in proportion to the length of the text.
    std::optional<Parts> read(std::string_view number) const;
    const std::string& text() const { return text_; }

private:
    enum class Field { literal, sifat, kode, urut, sisipan, unit, bidang, romawi, bulan, tahun };
    struct Piece {
        Field field = Field::literal;
        std::string literal;
        int width = 0;
        std::size_t position = 0;  // in the text, for messages
    };
    struct Rules;  // what is known of each field
    struct Parser;

    // The number as it would be, and what speaks against it.
    std::string compose(const Parts& parts, std::vector<Problem>& problems) const;

    std::string text_;
    std::vector<Piece> pieces_;
};

}  // namespace naskah::numbering
