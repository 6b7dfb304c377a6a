#include <qrcodegen.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdlib>
#include <limits>
#include <mutex>

#include "core/error.h"
#include "generator/qr.h"

namespace naskah::generator {
namespace {

constexpr int masks = 8;
constexpr int largest_weighed = 11;  // the last version whose rows fit into a word

// A symbol by lines: bit x of row y, bit y of column x.
struct Symbol {
    int modules = 0;
    std::array<std::uint64_t, 64> rows{}, columns{};
};

Symbol operator^(const Symbol& a, const Symbol& b) {
    Symbol out;
    out.modules = a.modules;
    for (std::size_t i = 0; i < out.rows.size(); ++i) {
        out.rows[i] = a.rows[i] ^ b.rows[i];
        out.columns[i] = a.columns[i] ^ b.columns[i];
    }
    return out;
}

// What qrcodegen made, and its room to work.
class Writer {
public:
    bool write(const std::string& text, int smallest, int largest, int mask) {
        constexpr long utf8 = 26;  // an ECI assignment
        std::array<std::uint8_t, 4> eci;
        std::array<qrcodegen_Segment, 2> segments;
        std::size_t count = 0;
        // An address is ASCII; naming a character set would cost room and confuse old readers.
        if (std::any_of(text.begin(), text.end(), [](char c) { return (c & 0x80) != 0; }))
            segments[count++] = qrcodegen_makeEci(utf8, eci.data());
        if (text.size() > octets_.size()) return false;
        segments[count++] = qrcodegen_makeBytes(reinterpret_cast<const std::uint8_t*>(text.data()),
                                                text.size(), octets_.data());
        return qrcodegen_encodeSegmentsAdvanced(segments.data(), count, qrcodegen_Ecc_QUARTILE, smallest,
                                                largest, static_cast<qrcodegen_Mask>(mask), false,
                                                work_.data(), code_.data());
    }

    int modules() const { return qrcodegen_getSize(code_.data()); }
    int version() const { return (modules() - 17) / 4; }
    bool dark(int x, int y) const { return qrcodegen_getModule(code_.data(), x, y); }

    Symbol symbol() const {
        Symbol out;
        out.modules = modules();
        for (int y = 0; y < out.modules; ++y)
            for (int x = 0; x < out.modules; ++x) {
                const std::uint64_t bit = dark(x, y) ? 1 : 0;
                out.rows[static_cast<std::size_t>(y)] |= bit << x;
                out.columns[static_cast<std::size_t>(x)] |= bit << y;
            }
        return out;
    }

private:
    std::array<std::uint8_t, qrcodegen_BUFFER_LEN_MAX> octets_, work_, code_;
};

// In what the symbols of a version differ from that with the first mask: the same whatever they say.
const std::array<Symbol, masks>& differences(int version) {
    static std::array<std::once_flag, largest_weighed + 1> once;
    static std::array<std::array<Symbol, masks>, largest_weighed + 1> known;
    const auto at = static_cast<std::size_t>(version);
    std::call_once(once[at], [&] {
        Writer writer;
        for (int mask = 0; mask < masks; ++mask) {
            if (!writer.write("", version, version, mask)) throw Error(Code::internal, "Kode QR tidak jadi");
            known[at][static_cast<std::size_t>(mask)] = writer.symbol();
        }
        const Symbol first = known[at][0];
        for (Symbol& symbol : known[at]) symbol = symbol ^ first;
    });
    return known[at];
}

// ISO/IEC 18004 7.8.3.1 in one line: runs of five modules and more, and what looks like a finder pattern
// beside four light modules; outside of the symbol all is light.
int line_penalty(std::uint64_t line, std::uint64_t inner) {
    const std::uint64_t same = ~(line ^ (line >> 1)) & inner;
    const std::uint64_t five = same & (same >> 1) & (same >> 2) & (same >> 3);
    const std::uint64_t finder = line & ~(line >> 1) & (line >> 2) & (line >> 3) & (line >> 4) &
                                 ~(line >> 5) & (line >> 6) & ~(line >> 7) & ~(line << 1);
    int penalty = 0;
    if (five) penalty += std::popcount(five) + 2 * std::popcount(five & ~(five << 1));
    if (finder)  // hardly ever
        penalty += 40 * (std::popcount(finder & ~((line << 2) | (line << 3) | (line << 4))) +
                         std::popcount(finder & ~((line >> 8) | (line >> 9) | (line >> 10))));
    return penalty;
}

// Of the symbol that differs from `first` so. From `enough` on it need not be exact.
int penalty(const Symbol& first, const Symbol& difference, int enough) {
    const std::uint64_t inner = (std::uint64_t{1} << (first.modules - 1)) - 1;  // that have a neighbour
    const auto modules = static_cast<std::size_t>(first.modules);
    int total = 0, dark = 0;
    std::uint64_t row = first.rows[0] ^ difference.rows[0];
    for (std::size_t i = 0; i < modules && total < enough; ++i) {
        const std::uint64_t column = first.columns[i] ^ difference.columns[i];
        total += line_penalty(row, inner) + line_penalty(column, inner);
        dark += std::popcount(row);
        if (i + 1 == modules) break;
        const std::uint64_t below = first.rows[i + 1] ^ difference.rows[i + 1], as_below = ~(row ^ below);
        total += 3 * std::popcount(~(row ^ (row >> 1)) & as_below & (as_below >> 1) & inner);
        row = below;
    }
    const int all = first.modules * first.modules;
    return total + 10 * ((std::abs(20 * dark - 10 * all) + all - 1) / all - 1);
}

}  // namespace

QrCode make_qr(const std::string& text) {
    Writer writer;
    const auto give = [&](const auto& dark) {
        QrCode qr;
        qr.modules = writer.modules();
        qr.dark.reserve(static_cast<std::size_t>(qr.modules) * static_cast<std::size_t>(qr.modules));
        for (int y = 0; y < qr.modules; ++y)
            for (int x = 0; x < qr.modules; ++x) qr.dark.push_back(dark(x, y) ? 1 : 0);
        return qr;
    };
    if (writer.write(text, qrcodegen_VERSION_MIN, largest_weighed, 0)) {
        const Symbol first = writer.symbol();
        const Symbol* best = nullptr;
        int lowest = std::numeric_limits<int>::max();
        for (const Symbol& difference : differences(writer.version())) {
            const int weight = penalty(first, difference, lowest);
            if (weight >= lowest) continue;
            lowest = weight;
            best = &difference;
        }
        return give([&](int x, int y) {
            const auto row = static_cast<std::size_t>(y);
            return ((first.rows[row] ^ best->rows[row]) >> x & 1) != 0;
        });
    }
    if (!writer.write(text, qrcodegen_VERSION_MIN, qrcodegen_VERSION_MAX, qrcodegen_Mask_AUTO))
        throw Error(Code::data, "Alamat tidak muat dalam kode QR: " + std::to_string(text.size()) + " huruf",
                    {}, "Pendekkan alamat publik kantor");
    return give([&](int x, int y) { return writer.dark(x, y); });
}

}  // namespace naskah::generator
