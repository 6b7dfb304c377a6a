#include "generator/pdf_content.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <optional>

#include "core/error.h"
#include "generator/pdf_syntax.h"
#include "generator/pdf_text.h"

namespace naskah::generator {
namespace {

constexpr Face watermark_face = Face::sans_bold;
constexpr Color watermark_color{235, 235, 235};
constexpr int other_text = -2;  // in place of an element: its glyphs stand for other text

// The stream of one page. What the graphics state holds is remembered, so that it is set only when it
// changes.
class Content {
public:
    Content(const Page& page, int number, const PdfResources& resources, const FontLibrary& fonts,
            PdfStructure& structure)
        : page_(page), number_(number), resources_(resources), fonts_(fonts), structure_(structure) {}

    std::string run() {
        out_.reserve(16u << 10);
        for (const Item& item : page_.items)  // behind everything else
            if (const auto* watermark = std::get_if<Watermark>(&item.what)) draw(*watermark);
        for (const Item& item : page_.items) {
            if (std::holds_alternative<Watermark>(item.what)) continue;
            if (const auto* field = std::get_if<SignatureField>(&item.what)) {
                const Rect& rect = field->rect;
                const bool seen = rect.width > 0 && rect.height > 0;
                structure_.place_field(
                    item.tag, number_,
                    seen ? Rect{rect.x, up(rect.y + rect.height), rect.width, rect.height} : Rect{});
                continue;
            }
            const bool text = std::holds_alternative<Text>(item.what);
            if (text)
                begin_text();
            else
                end_text();
            enter(item.tag);
            std::visit([this](const auto& what) { draw(what); }, item.what);
        }
        end_text();
        leave();
        return std::move(out_);
    }

private:
    // Marked content: one piece for as long as the items belong to one element. A text object holds whole
    // pieces and none is nested, since readers of the structure (poppler) lose their place otherwise.
    void enter(int tag) {
        if (open_ == tag) return;
        leave();
        open_ = tag;
        if (tag < 0) {
            out_ += "/Artifact BMC\n";
        } else {
            out_ += '/';
            out_ += structure_.type(tag);
            open_mark();
            out_ += ">>BDC\n";
        }
    }

    void open_mark() {
        out_ += "<</MCID ";
        append_int(out_, structure_.mark(*open_, number_));
    }

    void leave() {
        if (open_) out_ += "EMC\n";
        open_.reset();
    }

    void begin_text() {
        if (in_text_) return;
        leave();
        out_ += "BT\n";
        in_text_ = true;
        line_ = {0, 0};
    }

    void end_text() {
        if (!in_text_) return;
        leave();
        out_ += "ET\n";
        in_text_ = false;
    }

    // The element's content goes on with glyphs that stand for other text than they show, or again with plain
    // ones.
    void actual_text(int tag, std::string_view meant) {
        leave();
        if (meant.empty()) {
            enter(tag);
        } else if (tag < 0) {  // what is no content needs no text either
            out_ += "/Artifact<</ActualText" + text_string(meant) + ">>BDC\n";
            open_ = other_text;
        } else {
            open_ = tag;
            out_ += "/Span";
            open_mark();
            out_ += "/ActualText" + text_string(meant) + ">>BDC\n";
            open_ = other_text;
        }
    }

    Length up(Length y) const { return page_.size.height - y; }

    void number(Length value) {
        append_length(out_, value);
        out_ += ' ';
    }

    void color(const Color& color, bool stroke) {
        std::optional<Color>& current = stroke ? stroke_color_ : fill_color_;
        if (current == color) return;
        current = color;
        const auto part = [this](std::uint8_t value) { number((value * 1000 + 127) / 255); };
        part(color.r);
        if (color.r == color.g && color.g == color.b) {
            out_ += stroke ? "G\n" : "g\n";
        } else {
            part(color.g);
            part(color.b);
            out_ += stroke ? "RG\n" : "rg\n";
        }
    }

    void font(Face face, Length size) {
        if (font_ == std::pair(face, size)) return;
        font_ = {face, size};
        out_ += "/F";
        append_int(out_, static_cast<int>(face));
        out_ += ' ';
        number(size);
        out_ += "Tf\n";
    }

    const FontProgram& program(Face face) const {
        const auto& program = resources_.programs[static_cast<std::size_t>(face)];
        if (!program) throw Error(Code::internal, "Huruf tidak disiapkan");
        return *program;
    }

    void draw(const Text& text) {
        if (text.glyphs.empty()) return;
        color(text.color, false);
        font(text.face, text.size);
        if (letter_space_ != text.letter_space) {
            letter_space_ = text.letter_space;
            number(letter_space_);
            out_ += "Tc\n";
        }
        const Point origin{text.origin.x, up(text.origin.y)};
        number(origin.x - line_.x);
        number(origin.y - line_.y);
        out_ += "Td\n";
        line_ = origin;
        const int tag = open_.value_or(-1);
        append_glyphs(out_, text, program(text.face),
                      [&](std::string_view meant) { actual_text(tag, meant); });
    }

    void draw(const Fill& fill) {
        color(fill.color, false);
        append_rect(out_, fill.rect.x, up(fill.rect.y + fill.rect.height), fill.rect.width, fill.rect.height);
        out_ += " re f\n";
    }

    void draw(const Stroke& stroke) {
        if (stroke.points.size() < 2) return;
        color(stroke.color, true);
        if (line_width_ != stroke.width) {
            line_width_ = stroke.width;
            number(stroke.width);
            out_ += "w\n";
        }
        if (dash_ != stroke.dash) {
            dash_ = stroke.dash;
            out_ += '[';
            for (const Length length : dash_) number(length);
            out_ += "] 0 d\n";
        }
        if (round_ != stroke.round) {
            round_ = stroke.round;
            out_ += round_ ? "1 J 1 j\n" : "0 J 0 j\n";
        }
        for (std::size_t i = 0; i < stroke.points.size(); ++i) {
            number(stroke.points[i].x);
            number(up(stroke.points[i].y));
            out_ += i == 0 ? "m " : "l ";
        }
        out_ += stroke.closed ? "s\n" : "S\n";
    }

    void draw(const Image& image) {
        const auto& pictures = resources_.pictures;
        const auto at = std::find(pictures.begin(), pictures.end(), image.picture.get());
        const Rect& rect = image.rect;
        // The unit square of the picture onto the rectangle, turned as Exif's orientation says: a row is
        // (from x, from y, start) for the new x and y.
        struct Turn {
            int xx, xy, x, yx, yy, y;
        };
        static constexpr std::array<Turn, 8> turns{{{1, 0, 0, 0, 1, 0},
                                                    {-1, 0, 1, 0, 1, 0},
                                                    {-1, 0, 1, 0, -1, 1},
                                                    {1, 0, 0, 0, -1, 1},
                                                    {0, -1, 1, -1, 0, 1},
                                                    {0, 1, 0, -1, 0, 1},
                                                    {0, 1, 0, 1, 0, 0},
                                                    {0, -1, 1, 1, 0, 0}}};
        const Turn& turn = turns.at(static_cast<std::size_t>(image.picture->orientation - 1));
        out_ += "q ";
        number(turn.xx * rect.width);
        number(turn.yx * rect.height);
        number(turn.xy * rect.width);
        number(turn.yy * rect.height);
        number(rect.x + turn.x * rect.width);
        number(up(rect.y + rect.height) + turn.y * rect.height);
        out_ += "cm /I";
        append_int(out_, at - pictures.begin());
        out_ += " Do Q\n";
        cover(rect);
    }

    // One path of all dark modules, a rectangle for each run of a row and the equal runs below it: no seam
    // can show between them.
    void draw(const QrCode& qr) {
        if (qr.modules <= 0 ||
            qr.dark.size() != static_cast<std::size_t>(qr.modules) * static_cast<std::size_t>(qr.modules))
            throw Error(Code::internal, "Kode QR tidak lengkap");
        color({}, false);
        // In units of a module, rows downwards: small whole numbers.
        out_ += "q ";
        number(qr.rect.width / qr.modules);
        out_ += "0 0 ";
        number(-qr.rect.height / qr.modules);
        number(qr.rect.x);
        number(up(qr.rect.y));
        out_ += "cm\n";
        // With a light module on every side, so that nobody has to ask whether there is a neighbour.
        const auto side = static_cast<std::size_t>(qr.modules) + 2;
        std::vector<std::uint8_t> grid(side * side);
        for (std::size_t row = 0; row + 2 < side; ++row)
            std::copy_n(qr.dark.begin() + static_cast<std::ptrdiff_t>(row * (side - 2)), side - 2,
                        grid.begin() + static_cast<std::ptrdiff_t>((row + 1) * side + 1));
        const auto dark = [&](int row, int column) {
            return grid[static_cast<std::size_t>(row + 1) * side + static_cast<std::size_t>(column + 1)] != 0;
        };
        const auto is_run = [&](int row, int first, int end) {
            if (dark(row, first - 1) || dark(row, end)) return false;
            while (first < end && dark(row, first)) ++first;
            return first == end;
        };
        for (int row = 0; row < qr.modules; ++row)
            for (int first = 0, end = 0; first < qr.modules; first = end + 1) {
                for (end = first; dark(row, end);) ++end;
                if (end == first || is_run(row - 1, first, end)) continue;
                int below = row + 1;
                while (below < qr.modules && is_run(below, first, end)) ++below;
                // Numbers of at most three digits: a code is a thousand of them.
                char line[20], *at = line;
                for (const int value : {first, row, end - first, below - row}) {
                    if (value >= 100) *at++ = static_cast<char>('0' + value / 100);
                    if (value >= 10) *at++ = static_cast<char>('0' + value / 10 % 10);
                    *at++ = static_cast<char>('0' + value % 10);
                    *at++ = ' ';
                }
                for (const char c : {'r', 'e', '\n'}) *at++ = c;
                out_.append(line, at);
            }
        out_ += "f Q\n";
        cover(qr.rect);
    }

    // Along the page's diagonal from bottom left to top right, over 60 % of its length.
    void draw(const Watermark& watermark) {
        const double width = page_.size.width, height = page_.size.height;
        const double diagonal = std::sqrt(width * width + height * height);
        Text text;
        text.face = watermark_face;
        text.size = 100000;
        text.color = watermark_color;
        text.text = watermark.text;
        fonts_.shape(text.face, text.size, text.text, text.glyphs);
        std::int64_t natural = 0;
        for (const Glyph& glyph : text.glyphs) natural += glyph.advance;
        if (natural <= 0) return;
        text.size = static_cast<Length>(
            std::min(0.6 * diagonal * 100000.0 / static_cast<double>(natural), 0.25 * width));
        text.glyphs.clear();
        fonts_.shape(text.face, text.size, text.text, text.glyphs);
        natural = 0;
        for (const Glyph& glyph : text.glyphs) natural += glyph.advance;

        // The baseline's middle stands half a capital's height beside the middle of the page.
        const double cosine = width / diagonal, sine = height / diagonal;
        const double along = -static_cast<double>(natural) / 2;
        const double beside = -static_cast<double>(fonts_.metrics(text.face, text.size).cap_height) / 2;
        out_ += "/Artifact<</Type/Pagination/Subtype/Watermark>>BDC\n/Span<</ActualText" +
                text_string(watermark.text) + ">>BDC\nBT\n";
        color(text.color, false);
        font(text.face, text.size);
        for (const double part : {cosine, sine, -sine, cosine})
            number(static_cast<Length>(std::lround(part * 1000)));
        number(static_cast<Length>(std::lround(width / 2 + along * cosine - beside * sine)));
        number(static_cast<Length>(std::lround(height / 2 + along * sine + beside * cosine)));
        out_ += "Tm\n";
        append_glyphs(out_, text, program(text.face), [](std::string_view) {});
        out_ += "ET\nEMC\nEMC\n";
    }

    void draw(const SignatureField&) {}  // an annotation, no content

    void cover(const Rect& rect) {
        if (open_.value_or(-1) >= 0)
            structure_.cover(*open_, {rect.x, up(rect.y + rect.height), rect.width, rect.height});
    }

    const Page& page_;
    int number_;
    const PdfResources& resources_;
    const FontLibrary& fonts_;
    PdfStructure& structure_;
    std::string out_;
    std::optional<int> open_;  // the element whose marked content is open; -1: an artifact; or `other_text`
    bool in_text_ = false;
    Point line_;  // where the text line matrix stands
    std::optional<std::pair<Face, Length>> font_;
    std::optional<Color> fill_color_ = Color{}, stroke_color_ = Color{};
    Length letter_space_ = 0, line_width_ = 1000;
    std::vector<Length> dash_;
    bool round_ = false;
};

}  // namespace

PdfResources collect_resources(const Document& document, const FontLibrary& fonts) {
    // Bit g of word w: glyph 64 w + g of the face is used.
    std::array<std::vector<std::uint64_t>, face_count> used;
    const auto use = [&](Face face, const std::vector<Glyph>& glyphs) {
        auto& words = used[static_cast<std::size_t>(face)];
        words.reserve(64);
        for (const Glyph& glyph : glyphs) {
            if (words.size() <= glyph.id / 64u) words.resize(glyph.id / 64u + 1);
            words[glyph.id / 64u] |= std::uint64_t{1} << glyph.id % 64u;
        }
    };
    PdfResources resources;
    std::vector<Glyph> glyphs;
    for (const Page& page : document.pages)
        for (const Item& item : page.items) {
            if (const auto* text = std::get_if<Text>(&item.what)) {
                if (!text->glyphs.empty()) use(text->face, text->glyphs);
            } else if (const auto* watermark = std::get_if<Watermark>(&item.what)) {
                glyphs.clear();
                fonts.shape(watermark_face, 1000, watermark->text, glyphs);
                use(watermark_face, glyphs);
            } else if (const auto* image = std::get_if<Image>(&item.what)) {
                if (!image->picture) throw Error(Code::internal, "Gambar tanpa isi");
                auto& pictures = resources.pictures;
                if (std::find(pictures.begin(), pictures.end(), image->picture.get()) == pictures.end())
                    pictures.push_back(image->picture.get());
            }
        }
    for (std::size_t face = 0; face < used.size(); ++face) {
        if (used[face].empty()) continue;
        std::vector<std::uint16_t> ids;
        for (std::size_t word = 0; word < used[face].size(); ++word)
            for (std::uint64_t rest = used[face][word]; rest != 0; rest &= rest - 1)
                ids.push_back(
                    static_cast<std::uint16_t>(64 * word + static_cast<unsigned>(std::countr_zero(rest))));
        resources.programs[face] = fonts.program(static_cast<Face>(face), ids);
    }
    return resources;
}

std::string page_content(const Page& page, int number, const PdfResources& resources,
                         const FontLibrary& fonts, PdfStructure& structure) {
    return Content(page, number, resources, fonts, structure).run();
}

}  // namespace naskah::generator
