// Registration numbers: a pattern with named parts, printed and read back (domain notes 2.2).
//   {kode}/{urut:03}/{unit}-{bidang}/{romawi}/{tahun}   800.1.11.1/147/DPMPTSP-DALAK/IV/2026
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/date.h"

namespace naskah::numbering {

// What a number is made of. Texts may hold letters, digits, '.', '-' and blanks, never '/', '{' or '}'.
struct Parts {
    std::string sifat;       // prefix of the security class, such as "B/" or "T-"; usually empty
    std::string kode;        // classification code, kept as text ("500.16.6.5", "00.1.1")
    int urut = 0;            // 1, 2, 3 ... within the series of the year
    std::string sisipan;     // "", ".A": an inserted number
    std::string unit;        // "DPMPTSP"
    std::string bidang;      // "DALAK"
    int bulan = 0;           // 1..12, printed as {romawi} or {bulan:02}
    int tahun = 0;
    bool operator==(const Parts&) const = default;
};

class Pattern {
public:
    // Throws Error(data) naming the position: unknown part, missing {urut}, missing {tahun} (a series starts
    // anew each year, so a number without its year would come twice), a width that is no width.
    static Pattern parse(std::string_view text);

    // Throws Error(data) if a part that the pattern uses is empty or holds a forbidden character.
    std::string print(const Parts& parts) const;
    // The parts of a number that this pattern printed (parts that it does not use stay empty), or nothing.
    std::optional<Parts> read(std::string_view number) const;
    const std::string& text() const { return text_; }

private:
    struct Field {
        enum class Name { sifat, kode, urut, sisipan, unit, bidang, romawi, bulan, tahun } name;
        int width = 0;
    };
    std::string text_;
    std::vector<std::variant<std::string, Field>> pieces_;
};

}  // namespace naskah::numbering
