#include "numbering/pattern.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/words.h"

namespace naskah::numbering {
namespace {

constexpr std::size_t longest_number = 200;
constexpr std::array<std::string_view, 8> security_prefixes = {"B/", "T/", "R/", "SR/",
                                                               "B-", "T-", "R-", "SR-"};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_text(char c) { return is_digit(c) || is_letter(c) || c == '.' || c == '-' || c == ' '; }

std::string padded(int number, int width) {
    const std::string digits = std::to_string(number);
    const auto size = static_cast<std::size_t>(width);
    return digits.size() < size ? std::string(size - digits.size(), '0') + digits : digits;
}

// The number at the front of `rest`, written as `padded` writes it; at most nine digits, so that it fits an
// int.
std::optional<int> take_number(std::string_view& rest) {
    const auto count =
        static_cast<std::size_t>(std::find_if_not(rest.begin(), rest.end(), is_digit) - rest.begin());
    if (count == 0 || count > 9) return std::nullopt;
    int number = 0;
    for (char c : rest.substr(0, count)) number = number * 10 + (c - '0');
    rest.remove_prefix(count);
    return number;
}

std::string_view take_prefix(std::string_view& rest) {
    for (std::string_view prefix : security_prefixes) {
        if (rest.starts_with(prefix)) {
            rest.remove_prefix(prefix.size());
            return prefix;
        }
    }
    return {};
}

// Why `value` cannot be a text part that ends before `stop` (0: at the end of the number).
std::string text_flaw(std::string_view value, char stop) {
    if (value.empty()) return "kosong";
    if (value.front() == ' ' || value.back() == ' ') return "diawali atau diakhiri spasi";
    if (!std::all_of(value.begin(), value.end(), is_text)) {
        return "hanya boleh memuat huruf, angka, titik, tanda hubung dan spasi";
    }
    if (stop != 0 && value.find(stop) != std::string_view::npos) {
        return std::string("tidak boleh memuat '") + stop + "', yang menutup bagian ini di pola nomor";
    }
    return {};
}

std::string_view take_text(std::string_view& rest, char stop) {
    std::size_t count = 0;
    while (count < rest.size() && is_text(rest[count]) && (stop == 0 || rest[count] != stop)) ++count;
    const std::string_view value = rest.substr(0, count);
    rest.remove_prefix(count);
    return value;
}

}  // namespace

struct Pattern::Rules {
    static constexpr std::array<std::pair<std::string_view, Field>, 9> names = {{{"sifat", Field::sifat},
                                                                                 {"kode", Field::kode},
                                                                                 {"urut", Field::urut},
                                                                                 {"sisipan", Field::sisipan},
                                                                                 {"unit", Field::unit},
                                                                                 {"bidang", Field::bidang},
                                                                                 {"romawi", Field::romawi},
                                                                                 {"bulan", Field::bulan},
                                                                                 {"tahun", Field::tahun}}};

    static std::string name(Field field) {
        for (const auto& [text, known] : names) {
            if (known == field) return std::string(text);
        }
        return {};
    }

    static std::optional<Field> find(std::string_view name) {
        for (const auto& [text, field] : names) {
            if (text == name) return field;
        }
        return std::nullopt;
    }

    static bool is_number(Field field) {
        return field == Field::urut || field == Field::bulan || field == Field::tahun;
    }
    static bool is_month(Field field) { return field == Field::romawi || field == Field::bulan; }

    // The text parts share their grammar; which one is meant is a matter of the member.
    template <typename AnyParts>
    static auto* text_of(AnyParts& parts, Field field) {
        switch (field) {
            case Field::kode: return &parts.kode;
            case Field::sisipan: return &parts.sisipan;
            case Field::unit: return &parts.unit;
            default: return &parts.bidang;
        }
    }

    // The character that ends a text piece: the first of the literal behind it.
    static char stop_after(const std::vector<Piece>& pieces, std::size_t at) {
        return at + 1 < pieces.size() && pieces[at + 1].field == Field::literal ? pieces[at + 1].literal[0]
                                                                                : '\0';
    }

    // May `right` stand directly behind `left`, so that a reader finds the border between them?
    static bool border_is_clear(const Piece& left, const Piece& right) {
        if (left.field == Field::literal || left.field == Field::sifat) return true;
        if (right.field != Field::literal) return left.field == Field::urut && right.field == Field::sisipan;
        const char next = right.literal[0];
        // An inserted number is mostly absent, so that what follows it follows the serial number.
        if (is_number(left.field) || left.field == Field::sisipan) return !is_digit(next);
        if (left.field == Field::romawi) return std::string_view("IVX").find(next) == std::string_view::npos;
        return true;
    }
};

// Reads a pattern and notes everything that is wrong with it.
struct Pattern::Parser {
    std::string_view text;
    std::vector<Piece> pieces{};
    std::vector<Problem> problems{};

    void complain(std::size_t at, std::string what, std::string remedy) {
        problems.push_back({std::move(what),
                            "pola nomor \"" + std::string(text) + "\", huruf ke-" + std::to_string(at + 1),
                            std::move(remedy)});
    }

    void read_pieces() {
        for (std::size_t at = 0; at < text.size();) {
            if (text[at] == '{') {
                const std::size_t end = text.find('}', at);
                if (end == std::string_view::npos) return complain(at, "'{' tidak ditutup", "Tambahkan '}'.");
                read_field(at, text.substr(at + 1, end - at - 1));
                at = end + 1;
            } else {
                const std::size_t end = std::min(text.find('{', at), text.size());
                read_literal(at, text.substr(at, end - at));
                at = end;
            }
        }
    }

    void read_literal(std::size_t position, std::string_view literal) {
        const auto bad = std::find_if(literal.begin(), literal.end(),
                                      [](char c) { return c < ' ' || c > '~' || c == '}'; });
        if (bad != literal.end()) {
            complain(position + static_cast<std::size_t>(bad - literal.begin()),
                     *bad == '}' ? "'}' tanpa '{'" : "tanda ini tidak boleh ada di nomor",
                     "Pakai huruf, angka dan tanda baca biasa.");
        }
        pieces.push_back({Field::literal, std::string(literal), 0, position});
    }

    void read_field(std::size_t position, std::string_view inside) {
        const std::size_t colon = inside.find(':');
        const std::string name(inside.substr(0, colon));
        const std::optional<Field> field = Rules::find(name);
        if (!field) {
            return complain(position, "bagian {" + name + "} tidak dikenal",
                            "Bagian yang ada: {sifat} {kode} {urut:03} {sisipan} {unit} {bidang} {romawi} "
                            "{bulan:02} {tahun}.");
        }
        int width = 0;
        if (colon != std::string_view::npos) {
            const std::string_view digits = inside.substr(colon + 1);
            if (digits.size() == 2 && digits[0] == '0' && digits[1] >= '1' && digits[1] <= '9' &&
                (*field == Field::urut || *field == Field::bulan)) {
                width = digits[1] - '0';
            } else {
                complain(position, "lebar \"" + std::string(digits) + "\" tidak berlaku untuk {" + name + "}",
                         "Lebar hanya ada pada {urut} dan {bulan}, ditulis seperti {urut:03}.");
            }
        }
        pieces.push_back({*field, {}, width, position});
    }

    void require(Field field) {
        if (std::any_of(pieces.begin(), pieces.end(),
                        [&](const Piece& piece) { return piece.field == field; })) {
            return;
        }
        complain(text.size(), "{" + Rules::name(field) + "} tidak ada",
                 "Tanpa bagian itu dua surat dapat bernomor sama; tambahkan.");
    }

    void refuse_repetition() {
        for (auto piece = pieces.begin(); piece != pieces.end(); ++piece) {
            const auto earlier = std::find_if(pieces.begin(), piece, [&](const Piece& other) {
                return other.field == piece->field ||
                       (Rules::is_month(other.field) && Rules::is_month(piece->field));
            });
            if (piece->field == Field::literal || earlier == piece) continue;
            complain(piece->position,
                     "{" + Rules::name(piece->field) + "} mengulang {" + Rules::name(earlier->field) + "}",
                     "Pakai setiap bagian satu kali saja.");
        }
    }

    void refuse_unclear_borders() {
        for (std::size_t at = 1; at < pieces.size(); ++at) {
            if (Rules::border_is_clear(pieces[at - 1], pieces[at])) continue;
            complain(pieces[at].position, "batas dengan bagian sebelumnya tidak dapat dikenali lagi",
                     "Sisipkan tanda pemisah seperti '/'.");
        }
    }
};

Pattern Pattern::parse(std::string_view text) {
    Parser parser{text};
    parser.read_pieces();
    parser.require(Field::urut);
    parser.require(Field::tahun);
    parser.refuse_repetition();
    parser.refuse_unclear_borders();
    if (!parser.problems.empty()) throw Error(Code::data, std::move(parser.problems));
    Pattern pattern;
    pattern.text_ = std::string(text);
    pattern.pieces_ = std::move(parser.pieces);
    return pattern;
}

std::string Pattern::compose(const Parts& parts, std::vector<Problem>& problems) const {
    const auto complain = [&](Field field, std::string what) {
        problems.push_back({"bagian nomor {" + Rules::name(field) + "} " + std::move(what),
                            {},
                            "Perbaiki pengaturan seri atau data surat (pola " + text_ + ")."});
    };
    std::string number;
    std::size_t behind_empty_prefix = std::string::npos;
    for (std::size_t at = 0; at < pieces_.size(); ++at) {
        const Piece& piece = pieces_[at];
        switch (piece.field) {
            case Field::literal: number += piece.literal; break;
            case Field::sifat:
                if (parts.sifat.empty()) {
                    behind_empty_prefix = number.size();
                } else if (std::find(security_prefixes.begin(), security_prefixes.end(), parts.sifat) ==
                           security_prefixes.end()) {
                    complain(piece.field,
                             "harus kosong, atau B, T, R atau SR dengan '/' atau '-' di belakangnya");
                }
                number += parts.sifat;
                break;
            case Field::urut:
                if (parts.urut < 1 || parts.urut > 999'999'999) complain(piece.field, "harus 1 atau lebih");
                number += padded(parts.urut, piece.width);
                break;
            case Field::romawi:
            case Field::bulan:
                if (parts.bulan < 1 || parts.bulan > 12) complain(piece.field, "harus bulan 1 sampai 12");
                number +=
                    piece.field == Field::romawi ? to_roman(parts.bulan) : padded(parts.bulan, piece.width);
                break;
            case Field::tahun:
                if (parts.tahun < 1900 || parts.tahun > 2999) complain(piece.field, "harus 1900 sampai 2999");
                number += padded(parts.tahun, 4);
                break;
            case Field::sisipan:
            case Field::kode:
            case Field::unit:
            case Field::bidang: {
                const std::string& value = *Rules::text_of(parts, piece.field);
                number += value;
                if (piece.field == Field::sisipan && value.empty()) break;
                if (std::string what = text_flaw(value, Rules::stop_after(pieces_, at)); !what.empty()) {
                    complain(piece.field, std::move(what));
                } else if (piece.field == Field::sisipan && is_digit(value[0])) {
                    complain(piece.field, "tidak boleh diawali angka");
                }
                break;
            }
        }
    }
    if (behind_empty_prefix != std::string::npos) {
        std::string_view rest = std::string_view(number).substr(behind_empty_prefix);
        if (!take_prefix(rest).empty())
            complain(Field::sifat, "kosong, tetapi nomornya terbaca seakan-akan ada");
    }
    if (number.size() > longest_number) {
        problems.push_back({"nomor lebih panjang dari 200 huruf", {}, "Persingkat bagian-bagiannya."});
    }
    return number;
}

std::string Pattern::print(const Parts& parts) const {
    std::vector<Problem> problems;
    std::string number = compose(parts, problems);
    if (!problems.empty()) throw Error(Code::data, std::move(problems));
    return number;
}

std::optional<Parts> Pattern::read(std::string_view number) const {
    Parts parts;
    std::string_view rest = number;
    for (std::size_t at = 0; at < pieces_.size(); ++at) {
        const Piece& piece = pieces_[at];
        switch (piece.field) {
            case Field::literal:
                if (!rest.starts_with(piece.literal)) return std::nullopt;
                rest.remove_prefix(piece.literal.size());
                break;
            case Field::sifat: parts.sifat = std::string(take_prefix(rest)); break;
            case Field::urut:
            case Field::bulan:
            case Field::tahun: {
                const std::optional<int> value = take_number(rest);
                if (!value) return std::nullopt;
                (piece.field == Field::urut    ? parts.urut
                 : piece.field == Field::bulan ? parts.bulan
                                               : parts.tahun) = *value;
                break;
            }
            case Field::romawi: {
                const std::size_t count = std::min(rest.find_first_not_of("IVX"), rest.size());
                const std::optional<int> month = parse_roman(rest.substr(0, count));
                if (!month) return std::nullopt;
                parts.bulan = *month;
                rest.remove_prefix(count);
                break;
            }
            case Field::sisipan:
            case Field::kode:
            case Field::unit:
            case Field::bidang:
                *Rules::text_of(parts, piece.field) =
                    std::string(take_text(rest, Rules::stop_after(pieces_, at)));
                break;
        }
    }
    if (!rest.empty()) return std::nullopt;
    // What the parts may be is written once, in compose; a text is a number only if it is composed just so.
    std::vector<Problem> problems;
    if (compose(parts, problems) != number || !problems.empty()) return std::nullopt;
    return parts;
}

}  // namespace naskah::numbering
