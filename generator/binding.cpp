#include "generator/binding.h"

#include <algorithm>
#include <array>

namespace naskah::generator {
namespace {

// A few words, asked for several times at each blank of a letter. Most others differ in how they begin and
// how long they are.
template <std::size_t count>
class Words {
public:
    constexpr explicit Words(const std::array<std::string_view, count>& words) : words_(words) {
        for (const std::string_view word : words) begun_[key(word)] = true;
    }
    constexpr bool has(std::string_view word) const {
        return !word.empty() && begun_[key(word)] &&
               std::find(words_.begin(), words_.end(), word) != words_.end();
    }

private:
    static constexpr std::size_t key(std::string_view word) {
        return (static_cast<unsigned char>(word.front()) * 4u + word.size()) % 256;
    }
    std::array<std::string_view, count> words_;
    std::array<bool, 256> begun_{};
};

// Behind these stands the number, letter or numeral that they announce.
constexpr Words announcers(std::to_array<std::string_view>(
    {"Nomor",    "nomor",    "NOMOR",    "No.",    "Tahun",  "tahun", "TAHUN",    "Pasal",
     "pasal",    "PASAL",    "ayat",     "Ayat",   "huruf",  "Huruf", "angka",    "Angka",
     "Diktum",   "diktum",   "DIKTUM",   "Bab",    "BAB",    "bab",   "Triwulan", "triwulan",
     "Semester", "semester", "Lampiran", "Tahap",  "Gambar", "Foto",  "Tabel",    "Rp",
     "NIP",      "NIB",      "NPWP",     "KBLI",   "RT",     "RW",    "RT.",      "RW.",
     "halaman",  "pukul",    "butir",    "lantai", "Lantai", "Blok",  "Km",       "KM"}));
constexpr Words titles(std::to_array<std::string_view>({"PT",   "CV",   "UD",    "PD",   "Fa",    "PT.",
                                                        "CV.",  "Yth.", "Dr.",   "Ir.",  "H.",    "Hj.",
                                                        "Drs.", "Dra.", "Prof.", "Sdr.", "Sdri.", "KH.",
                                                        "Tn.",  "Ny.",  "a.n.",  "u.b.", "Plt.",  "Plh."}));
constexpr Words months(std::to_array<std::string_view>(
    {"Januari",   "Februari", "Maret",    "April",    "Mei",       "Juni",     "Juli",     "Agustus",
     "September", "Oktober",  "November", "Desember", "JANUARI",   "FEBRUARI", "MARET",    "APRIL",
     "MEI",       "JUNI",     "JULI",     "AGUSTUS",  "SEPTEMBER", "OKTOBER",  "NOVEMBER", "DESEMBER"}));
constexpr Words units(std::to_array<std::string_view>({"ha", "m", "m2", "m²", "km", "kg", "cm", "mm", "%",
                                                       "WITA", "WIB", "WIT", "ton", "km2", "km²", "kWh",
                                                       "liter"}));
constexpr Words number_words(std::to_array<std::string_view>(
    {"nol",     "satu",    "dua",     "tiga",   "empat", "lima",  "enam",  "tujuh", "delapan", "sembilan",
     "sepuluh", "sebelas", "seratus", "seribu", "belas", "puluh", "ratus", "ribu",  "juta",    "miliar"}));
constexpr Words name_openers(std::to_array<std::string_view>(
    {"PT",       "CV",    "UD",  "PT.",  "CV.",  "Kabupaten", "Kota", "Kecamatan", "Kelurahan", "Desa",
     "Provinsi", "Jalan", "Jl.", "Yth.", "Sdr.", "KABUPATEN", "KOTA", "PROVINSI",  "KECAMATAN", "Pulau"}));

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_capital(char c) { return c >= 'A' && c <= 'Z'; }
bool is_letter(char c) { return is_capital(c) || (c >= 'a' && c <= 'z'); }

std::string_view without_opening(std::string_view word) {
    while (!word.empty() && (word.front() == '(' || word.front() == '"' || word.front() == '\''))
        word.remove_prefix(1);
    return word;
}

std::string_view without_closing(std::string_view word) {
    while (!word.empty() && std::string_view(",;:.)\"'").find(word.back()) != std::string_view::npos)
        word.remove_suffix(1);
    return word;
}

bool is_number(std::string_view word) {
    return !word.empty() && is_digit(word.front()) &&
           std::all_of(word.begin(), word.end(), [](char c) { return is_digit(c) || c == '.' || c == ','; });
}

bool is_day(std::string_view word) {
    return !word.empty() && word.size() <= 2 && std::all_of(word.begin(), word.end(), is_digit);
}

// What may follow an announcer: digits, a numeral or ordinal in capitals, a letter of a list.
bool is_announced(std::string_view word) {
    word = without_closing(without_opening(word));
    if (word.empty()) return false;
    if (is_digit(word.front())) return true;
    if (word.size() == 1) return is_letter(word.front());
    return word.size() <= 12 && std::all_of(word.begin(), word.end(), is_capital);
}

// "S.H.,", "M.Si.", "A.Md."
bool is_degree(std::string_view word) {
    while (!word.empty() && (word.back() == ',' || word.back() == ';')) word.remove_suffix(1);
    if (word.size() < 3 || word.size() > 9 || !is_capital(word.front())) return false;
    const std::size_t dot = word.find('.');
    return dot != word.npos && dot + 1 < word.size() && is_capital(word[dot + 1]) &&
           std::all_of(word.begin(), word.end(), [](char c) { return is_letter(c) || c == '.'; });
}

// "30 (tiga puluh)": the first and the last pair of a number's words hold together; a long sum parts in its
// middle.
bool within_number_words(std::string_view left, std::string_view right) {
    return number_words.has(without_opening(left)) && number_words.has(without_closing(right)) &&
           (left.front() == '(' || right.find(')') != right.npos);
}

}  // namespace

bool bound(std::string_view left, std::string_view right) {
    if (left.empty() || right.empty()) return false;
    if (right == "s.d." || left == "s.d.") return true;
    if (right == "-" || right == "–" || right == "—") return true;
    if (within_number_words(left, right)) return true;
    const char first = right.front();
    left = without_opening(left);
    if (left.empty()) return false;
    if (is_digit(left.front())) {
        if (first == '(' && right.size() > 1 && is_letter(right[1])) return is_number(left);
        const std::string_view bare = without_closing(right);
        return (is_day(left) && months.has(bare)) || (is_number(left) && units.has(bare));
    }
    if (announcers.has(left)) return is_announced(right);
    if (is_digit(first)) return without_closing(right).size() == 4 && months.has(left);
    if (titles.has(left)) return true;
    return left.back() == ',' && is_degree(right);
}

bool opens_name(std::string_view word) { return name_openers.has(without_opening(word)); }

bool NameWatch::next(std::string_view word) {
    const std::string_view bare = without_opening(word);
    const bool part = within_ && !bare.empty() && is_capital(bare.front());
    const char end = word.empty() ? ' ' : word.back();
    within_ = opens_name(word) || (part && end != ',' && end != ';' && end != '.' && end != ')');
    return part;
}

}  // namespace naskah::generator
