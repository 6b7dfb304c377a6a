// Writing QR codes (ISO/IEC 18004:2015), level Q, bytes only: that is all that an address needs. ZXing's
// writer gives the same symbols in ten times the time, most of it spent on trying masks; its reader judges
// ours in the tests.
#include <algorithm>
#include <array>
#include <bitset>
#include <cstdlib>

#include "core/error.h"
#include "generator/qr.h"

namespace naskah::generator {
namespace {

constexpr int versions = 40;

// Table 9, level Q, by version: check bytes of a block, and blocks.
constexpr std::array<std::uint8_t, versions + 1> check_bytes{
    0,  13, 22, 18, 26, 18, 24, 18, 22, 20, 24, 28, 26, 24, 20, 30, 24, 28, 28, 26, 30,
    28, 30, 30, 30, 30, 28, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30};
constexpr std::array<std::uint8_t, versions + 1> block_counts{
    0,  1,  1,  2,  2,  4,  4,  6,  6,  8,  8,  8,  10, 12, 16, 12, 17, 16, 18, 21, 20,
    23, 23, 25, 27, 29, 34, 34, 35, 38, 40, 43, 45, 48, 51, 53, 56, 59, 62, 65, 68};

int side(int version) { return 17 + 4 * version; }

// Centres of the alignment patterns (annex E): evenly spaced from 6 to the far side, but for one version.
std::vector<int> alignment_centres(int version) {
    if (version == 1) return {};
    const int count = version / 7 + 2;
    const int step = version == 32 ? 26 : (version * 4 + count * 2 + 1) / (count * 2 - 2) * 2;
    std::vector<int> centres{6};
    for (int i = count - 2; i >= 0; --i) centres.push_back(side(version) - 7 - i * step);
    return centres;
}

// Bytes of a symbol, data and check together: what the patterns leave free.
int capacity(int version) {
    const int across = version / 7 + 2;
    int modules = (16 * version + 128) * version + 64;
    if (version >= 2) modules -= (25 * across - 10) * across - 55;
    if (version >= 7) modules -= 36;
    return modules / 8;
}

int data_bytes(int version) {
    const auto v = static_cast<std::size_t>(version);
    return capacity(version) - check_bytes[v] * block_counts[v];
}

// The field of 256 elements over x^8 + x^4 + x^3 + x^2 + 1 (7.5.2).
struct Field {
    std::array<std::uint8_t, 512> power{};
    std::array<std::uint8_t, 256> exponent{};
    constexpr Field() {
        unsigned value = 1;
        for (unsigned i = 0; i < 255; ++i) {
            power[i] = power[i + 255] = static_cast<std::uint8_t>(value);
            exponent[value] = static_cast<std::uint8_t>(i);
            value <<= 1;
            if (value & 0x100) value ^= 0x11D;
        }
    }
    constexpr std::uint8_t times(std::uint8_t a, std::uint8_t b) const {
        if (a == 0 || b == 0) return 0;
        return power[static_cast<std::size_t>(exponent[a]) + exponent[b]];
    }
};
constexpr Field field;

Bytes generator_polynomial(std::size_t degree) {  // without its leading 1, highest power first
    Bytes polynomial(degree, 0);
    polynomial.back() = 1;
    for (std::size_t root = 0; root < degree; ++root)
        for (std::size_t i = 0; i < degree; ++i) {
            polynomial[i] = field.times(polynomial[i], field.power[root]);
            if (i + 1 < degree) polynomial[i] ^= polynomial[i + 1];
        }
    return polynomial;
}

Bytes remainder(BytesView data, const Bytes& polynomial) {
    Bytes rest(polynomial.size(), 0);
    for (const std::uint8_t byte : data) {
        const auto factor = static_cast<std::uint8_t>(byte ^ rest.front());
        std::rotate(rest.begin(), rest.begin() + 1, rest.end());
        rest.back() = 0;
        for (std::size_t i = 0; i < rest.size(); ++i) rest[i] ^= field.times(polynomial[i], factor);
    }
    return rest;
}

// Mode, length and text as bits (7.4), padded to what the version holds.
class Bits {
public:
    void put(unsigned value, int count) {
        for (int bit = count - 1; bit >= 0; --bit, ++length_) {
            if (length_ % 8 == 0) bytes_.push_back(0);
            if (value >> bit & 1u) bytes_.back() |= static_cast<std::uint8_t>(0x80u >> length_ % 8);
        }
    }
    Bytes padded(std::size_t size) && {
        put(0, static_cast<int>(std::min<std::size_t>(4, 8 * size - length_)));
        bool other = false;
        for (bytes_.reserve(size); bytes_.size() < size; other = !other)
            bytes_.push_back(other ? 0x11 : 0xEC);
        return std::move(bytes_);
    }

private:
    Bytes bytes_;
    std::size_t length_ = 0;
};

// The blocks one byte of each after the other, first the data, then the check bytes (7.6).
Bytes interleaved(const Bytes& data, int version) {
    const std::size_t count = block_counts[static_cast<std::size_t>(version)];
    const std::size_t shorter = data.size() / count, longer = data.size() % count;
    const Bytes polynomial = generator_polynomial(check_bytes[static_cast<std::size_t>(version)]);
    std::vector<BytesView> blocks;
    std::vector<Bytes> checks;
    BytesView rest = data;
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t size = shorter + (i >= count - longer ? 1 : 0);
        blocks.push_back(rest.first(size));
        checks.push_back(remainder(blocks.back(), polynomial));
        rest = rest.subspan(size);
    }
    Bytes all;
    all.reserve(static_cast<std::size_t>(capacity(version)));
    for (std::size_t at = 0; at <= shorter; ++at)
        for (const BytesView block : blocks)
            if (at < block.size()) all.push_back(block[at]);
    for (std::size_t at = 0; at < polynomial.size(); ++at)
        for (const Bytes& check : checks) all.push_back(check[at]);
    return all;
}

// Remainder of a binary polynomial division, as format (15, 5) and version (18, 6) information have it.
unsigned with_check_bits(unsigned value, unsigned polynomial, int degree) {
    unsigned rest = value;
    for (int i = 0; i < degree; ++i) rest = (rest << 1) ^ ((rest >> (degree - 1) & 1u) ? polynomial : 0u);
    return value << degree | (rest & ((1u << degree) - 1));
}

constexpr bool masked(int mask, int row, int column) {  // table 10
    switch (mask) {
        case 0: return (row + column) % 2 == 0;
        case 1: return row % 2 == 0;
        case 2: return column % 3 == 0;
        case 3: return (row + column) % 3 == 0;
        case 4: return (row / 2 + column / 3) % 2 == 0;
        case 5: return row * column % 2 + row * column % 3 == 0;
        case 6: return (row * column % 2 + row * column % 3) % 2 == 0;
        default: return ((row + column) % 2 + row * column % 3) % 2 == 0;
    }
}

constexpr std::size_t longest_side = 177;
using Line = std::bitset<longest_side>;  // a row or column, all modules at once

// What each mask flips, by row and by column: all of them repeat after twelve.
struct Masks {
    std::array<std::array<Line, 12>, 8> rows, columns;
    Masks() {
        for (std::size_t mask = 0; mask < 8; ++mask)
            for (std::size_t i = 0; i < 12; ++i)
                for (std::size_t j = 0; j < longest_side; ++j) {
                    const int here = static_cast<int>(i), there = static_cast<int>(j);
                    rows[mask][i][j] = masked(static_cast<int>(mask), here, there);
                    columns[mask][i][j] = masked(static_cast<int>(mask), there, here);
                }
    }
};

class Symbol {
public:
    explicit Symbol(int version)
        : version_(version), side_(side(version)), dark_(area(), 0), fixed_(area(), 0) {
        for (int i = 0; i < side_; ++i) {
            set(6, i, i % 2 == 0);
            set(i, 6, i % 2 == 0);
        }
        const int far = side_ - 4;
        for (const auto& [row, column] : {std::pair{3, 3}, {3, far}, {far, 3}}) finder(row, column);
        const std::vector<int> centres = alignment_centres(version);
        for (const int row : centres)
            for (const int column : centres)
                if (!(row == 6 && column == 6) && !(row == 6 && column == side_ - 7) &&
                    !(row == side_ - 7 && column == 6))
                    alignment(row, column);
        format(0, [this](int row, int column, bool dark) { set(row, column, dark); });  // keeps its place
        if (version >= 7) write_version();
    }

    // In columns of two from the right, upwards and downwards in turn (7.7.3).
    void write_data(const Bytes& bytes) {
        std::size_t bit = 0;
        for (int right = side_ - 1; right >= 1; right -= 2) {
            if (right == 6) right = 5;
            for (int step = 0; step < side_; ++step)
                for (const int column : {right, right - 1}) {
                    const int row = (right + 1) & 2 ? step : side_ - 1 - step;
                    if (fixed_[at(row, column)] || bit >= bytes.size() * 8) continue;
                    dark_[at(row, column)] = bytes[bit / 8] >> (7 - bit % 8) & 1u;
                    ++bit;
                }
        }
    }

    // Takes the mask that leaves the least penalty (7.8).
    std::vector<std::uint8_t> finished() {
        static const Masks masks;
        const auto side = static_cast<std::size_t>(side_);
        std::vector<Line> rows(side), columns(side), free_rows(side), free_columns(side), best;
        for (std::size_t row = 0; row < side; ++row)
            for (std::size_t column = 0; column < side; ++column) {
                const std::size_t here = row * side + column;
                rows[row][column] = columns[column][row] = dark_[here];
                free_rows[row][column] = free_columns[column][row] = !fixed_[here];
            }
        std::size_t least = SIZE_MAX;
        for (std::size_t mask = 0; mask < 8; ++mask) {
            std::vector<Line> across = rows, down = columns;
            for (std::size_t i = 0; i < side; ++i) {
                across[i] ^= free_rows[i] & masks.rows[mask][i % 12];
                down[i] ^= free_columns[i] & masks.columns[mask][i % 12];
            }
            format(static_cast<unsigned>(mask), [&](int row, int column, bool dark) {
                const auto y = static_cast<std::size_t>(row), x = static_cast<std::size_t>(column);
                across[y][x] = down[x][y] = dark;
            });
            const std::size_t worth = penalty(across, down);
            if (worth >= least) continue;
            least = worth;
            best = std::move(across);
        }
        for (std::size_t row = 0; row < side; ++row)
            for (std::size_t column = 0; column < side; ++column)
                dark_[row * side + column] = best[row][column];
        return std::move(dark_);
    }

    int modules() const { return side_; }

private:
    std::size_t area() const { return static_cast<std::size_t>(side_) * static_cast<std::size_t>(side_); }
    std::size_t at(int row, int column) const { return static_cast<std::size_t>(row * side_ + column); }

    void set(int row, int column, bool dark) {
        dark_[at(row, column)] = dark;
        fixed_[at(row, column)] = 1;
    }

    void finder(int row, int column) {  // with the light edge around it
        for (int r = row - 4; r <= row + 4; ++r)
            for (int c = column - 4; c <= column + 4; ++c) {
                if (r < 0 || c < 0 || r >= side_ || c >= side_) continue;
                const int ring = std::max(std::abs(r - row), std::abs(c - column));
                set(r, c, ring != 2 && ring != 4);
            }
    }

    void alignment(int row, int column) {
        for (int r = -2; r <= 2; ++r)
            for (int c = -2; c <= 2; ++c) set(row + r, column + c, std::max(std::abs(r), std::abs(c)) != 1);
    }

    template <typename Set>
    void format(unsigned mask, Set set_module) const {  // 7.9, twice
        constexpr unsigned level_q = 3, pattern = 0x5412;
        const unsigned bits = with_check_bits(level_q << 3 | mask, 0x537, 10) ^ pattern;
        for (int i = 0; i < 15; ++i) {
            const bool dark = bits >> i & 1u;
            const int along = i < 6 ? i : i + 1;  // past the timing pattern
            if (i < 8) {
                set_module(along, 8, dark);
                set_module(8, side_ - 1 - i, dark);
            } else {
                set_module(8, i == 8 ? 7 : 14 - i, dark);
                set_module(side_ - 15 + i, 8, dark);
            }
        }
        set_module(side_ - 8, 8, true);
    }

    void write_version() {  // 7.10, twice
        const unsigned bits = with_check_bits(static_cast<unsigned>(version_), 0x1F25, 12);
        for (int i = 0; i < 18; ++i) {
            const bool dark = bits >> i & 1u;
            set(side_ - 11 + i % 3, i / 3, dark);
            set(i / 3, side_ - 11 + i % 3, dark);
        }
    }

    // Table 11: long runs, blocks of two by two, what looks like a finder, and an uneven share of dark.
    static std::size_t penalty(const std::vector<Line>& rows, const std::vector<Line>& columns) {
        const std::size_t side = rows.size();
        Line pairs;  // places that have a neighbour behind
        for (std::size_t i = 0; i + 1 < side; ++i) pairs.set(i);
        std::size_t sum = 0, dark = 0;
        for (std::size_t i = 0; i < side; ++i) {
            sum += line_penalty(rows[i], pairs) + line_penalty(columns[i], pairs);
            dark += rows[i].count();
            if (i + 1 == side) break;
            const Line &here = rows[i], &below = rows[i + 1];
            sum += 3 * (pairs & ~(here ^ below) & ~(here ^ here >> 1) & ~(below ^ below >> 1)).count();
        }
        const std::size_t area = side * side, twice = 2 * dark;
        return sum + 10 * (10 * (twice > area ? twice - area : area - twice) / area);
    }

    static std::size_t line_penalty(const Line& line, const Line& pairs) {
        // Five modules alike are four pairs alike in a row: 3, and 1 for each that follows.
        const Line alike = pairs & ~(line ^ line >> 1);
        const Line two = alike & alike >> 1, five = two & two >> 2;
        const std::size_t runs = (five & ~(five << 1)).count();
        // 1:1:3:1:1 with four light modules on a side; the quiet zone is light.
        const Line finder =
            line & ~(line >> 1) & line >> 2 & line >> 3 & line >> 4 & ~(line >> 5) & line >> 6;
        const Line light = ~line, both = light & light >> 1, four = both & both >> 2;
        const Line behind = four >> 7;
        Line before = four << 4;
        for (std::size_t i = 0; i < 4; ++i) before[i] = (line & Line((1u << i) - 1)).none();
        return five.count() + 2 * runs + 40 * ((finder & behind).count() + (finder & before).count());
    }

    int version_, side_;
    std::vector<std::uint8_t> dark_, fixed_;
};

}  // namespace

QrCode make_qr(const std::string& text) {
    // An address is ASCII; naming a character set would cost room and confuse old readers.
    const bool ascii =
        std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
    const auto needed = [&](int version) {
        return (ascii ? 4 : 16) + (version < 10 ? 8 : 16) + 8 * static_cast<std::int64_t>(text.size());
    };
    int version = 1;
    while (version <= versions && needed(version) > 8 * data_bytes(version)) ++version;
    if (version > versions)
        throw Error(Code::data, "Alamat tidak muat dalam kode QR: " + std::to_string(text.size()) + " huruf",
                    {}, "Pendekkan alamat publik kantor");
    Bits bits;
    constexpr unsigned extended = 7, utf8 = 26, bytes = 4;
    if (!ascii) {
        bits.put(extended, 4);
        bits.put(utf8, 8);
    }
    bits.put(bytes, 4);
    bits.put(static_cast<unsigned>(text.size()), version < 10 ? 8 : 16);
    for (const char c : text) bits.put(static_cast<unsigned char>(c), 8);

    Symbol symbol(version);
    symbol.write_data(
        interleaved(std::move(bits).padded(static_cast<std::size_t>(data_bytes(version))), version));
    QrCode qr;
    qr.modules = symbol.modules();
    qr.dark = symbol.finished();
    return qr;
}

}  // namespace naskah::generator
