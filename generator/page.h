// The seam between typography and PDF: items at fixed positions on pages, and the structure they belong to.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "core/bytes.h"
#include "core/sha256.h"
#include "generator/fonts.h"
#include "generator/length.h"

namespace naskah::generator {

// A grey or RGB colour, 0..255.
struct Color {
    std::uint8_t r = 0, g = 0, b = 0;
    bool operator==(const Color&) const = default;
};

// Part of one line in one face and size. The pen starts at `origin` (on the baseline). `text` is what the
// glyphs stand for; clusters index into it. Spaces are glyphs of their own, so that copied text has its words
// apart.
struct Text {
    Point origin;
    Face face = Face::sans;
    Length size = 0;
    Color color;
    std::vector<Glyph> glyphs;  // advances already justified
    std::string text;
    bool soft_hyphen = false;  // the last glyph is a hyphen that layout put in: its real text is U+00AD
    Length letter_space = 0;   // what justifying gave a letter on average, within its advance
};

struct Fill {  // a filled rectangle: rules, backgrounds
    Rect rect;
    Color color;
};

struct Stroke {  // an open or closed line through points: box, tick, dotted line
    std::vector<Point> points;
    bool closed = false;
    Length width = 0;
    std::vector<Length> dash;  // empty: solid
    bool round = false;        // round caps and joins
    Color color;
};

// A picture ready for the file, shared by all pages and letters that show it.
struct Picture {
    int width = 0, height = 0, channels = 3;  // as it is shown, orientation obeyed; 1 grey, 3 RGB
    // How the stored rows have to be turned, as Exif counts: 1 not at all, 6 a quarter clockwise; 5 to 8 are
    // stored with width and height exchanged.
    int orientation = 1;
    Bytes compressed;  // zlib of the samples; or the JPEG file without its metadata
    std::size_t uncompressed_size = 0;
    bool predicted = false;  // the samples went through PNG's row filters first
    bool jpeg = false;
    int colors = 0;  // not 0: a sample is a byte that names one of so many colours
    Bytes palette;   // zlib of their red, green, blue
    Bytes alpha;     // zlib of 8-bit alpha samples, empty if opaque
    std::size_t alpha_size = 0;
    Sha256 digest;  // of the file that it was read from
};

struct Image {
    Rect rect;
    std::shared_ptr<const Picture> picture;
};

struct QrCode {  // dark modules drawn as one path; `rect` is without the quiet zone
    Rect rect;
    int modules = 0;
    std::vector<std::uint8_t> dark;  // row by row, 1: dark
};

// Where the electronic signature will be: an empty field that shows nothing, over the QR code, so that a
// click there shows the signature; without size where a letter has no such place.
struct SignatureField {
    Rect rect;
};

struct Watermark {  // large grey text across the page, drawn first
    std::string text;
};

// Structure (ISO 32000-1 14.7, 14.8): element 0 is the Document, a parent stands before its children, and
// elements stand in reading order; an item with tag -1 is an artifact.
struct Element {
    std::string type;  // "P", "H1", "L", "LI", "Lbl", "LBody", "Table", "TR", "TH", "TD", "Figure", "Sect"
    int parent = -1;
    std::string alt;  // Figure
    int colspan = 1, rowspan = 1;
    std::string scope;      // TH: "Column" or "Row"
    std::string numbering;  // L: "Decimal", "LowerAlpha", "UpperRoman", "Disc", ...; empty: "None"
};

struct Item {
    std::variant<Text, Fill, Stroke, Image, QrCode, SignatureField, Watermark> what;
    int tag = -1;
};

struct Page {
    Size size;
    std::vector<Item> items;  // in reading order
};

// A file that travels inside the letter (PDF/A-3, ISO 19005-3 6.8).
struct Attachment {
    std::string name, type, description;  // "data.json", "application/json"
    std::string relationship;             // AFRelationship: "Data"
    std::string content;
};

struct Document {
    std::vector<Page> pages;
    std::vector<Element> structure;
    std::string title, language = "id-ID", author, subject;
    std::vector<Attachment> attachments;
};

}  // namespace naskah::generator
