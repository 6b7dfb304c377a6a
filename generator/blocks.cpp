// Paragraphs, headings, groups, the signature block, pictures and boxes.
#include <algorithm>

#include "core/error.h"
#include "generator/qr.h"
#include "generator/typesetter.h"

namespace naskah::generator {
namespace {

// Columns below this are hyphenated; the decisions of an SK are 125 mm wide.
constexpr Length narrow = mm(126);
constexpr Length thin = pt(0.5);
constexpr Color grey{89, 89, 89};

Length part(Length whole, double percent) { return static_cast<Length>(whole * percent / 100.0); }

Stroke frame_line(const Rect& r, Length width, std::vector<Length> dash, Color color) {
    return {{{r.x, r.y}, {r.x + r.width, r.y}, {r.x + r.width, r.y + r.height}, {r.x, r.y + r.height}},
            true,
            width,
            std::move(dash),
            false,
            color};
}

}  // namespace

Align align_of(const Node& node, std::string_view key, Align fallback) {
    const std::string_view* value = node.attribute(key);
    if (!value) return fallback;
    if (*value == "justify") return Align::justify;
    if (*value == "center") return Align::center;
    return *value == "right" ? Align::right : Align::left;
}

Length Typesetter::baseline(const Style& style, Length pitch) {
    const Metrics metrics = setter_.metrics(style);
    const Length descent = metrics.descent < 0 ? -metrics.descent : metrics.descent;
    return (pitch - metrics.ascent - descent) / 2 + metrics.ascent;
}

bool Typesetter::hyphenates(const Frame& frame, Align align) const {
    if (options_.hyphenate == Options::Hyphenate::automatic)
        return align == Align::justify && frame.width < narrow;
    return options_.hyphenate == Options::Hyphenate::yes && align == Align::justify;
}

Frame Typesetter::resized(const Node& node, const Frame& frame) const {
    Frame out = frame;
    if (const Length size = pt_of(node, "size", 0); size > 0) {
        out.pitch = static_cast<Length>(std::int64_t{frame.pitch} * size / frame.style.size);
        out.style.size = size;
    }
    out.pitch = pt_of(node, "pitch", out.pitch);
    return out;
}

Column Typesetter::blocks(const Node& parent, const Frame& frame) {
    Column out;
    for (std::size_t i = 0; i < parent.children.size(); ++i) {
        const Node& node = parent.children[i];
        if (node.is_text() || node.name == "letterhead" || node.name == "footer") continue;
        if (node.name == "signature") {
            std::size_t next = i + 1;
            while (next < parent.children.size() && parent.children[next].is_text()) ++next;
            const bool follows = next < parent.children.size() && parent.children[next].name == "beside";
            if (follows && options_.beside) i = next;
            signature(node, follows && options_.beside ? &parent.children[next] : nullptr, frame, out);
        } else if (node.name == "annex") {
            Frame inner = frame;
            inner.tag = structure_.add("Sect", frame.tag);
            out.break_page(yes(node, "head", true));
            out.append(blocks(node, inner), 0, 0);
        } else {
            block(node, frame, out);
        }
    }
    return out;
}

Column Typesetter::flow(const Node& parent, const Frame& frame, Align inline_align) {
    const auto& children = parent.children;
    const bool all_inline = std::all_of(children.begin(), children.end(), is_inline);
    if (!all_inline && std::none_of(children.begin(), children.end(), [](const Node& child) {
            return is_inline(child) &&
                   !(child.is_text() && child.text.find_first_not_of(" \t\r\n") == std::string::npos);
        }))
        return blocks(parent, frame);
    Column out;
    for (std::size_t i = 0; i < children.size();) {
        if (!is_inline(children[i])) {
            Node one;
            block(children[i++], frame, out);
            continue;
        }
        std::size_t end = i;
        while (end < children.size() && is_inline(children[end])) ++end;
        const RichText text = collect({children.data() + i, end - i}, frame.style);
        i = end;
        if (text.text.empty()) continue;
        Setting setting;
        setting.align = inline_align;
        setting.tag = all_inline ? frame.tag : structure_.add("P", frame.tag);
        set_lines(text, frame, setting, parent.where, out, 0);
    }
    return out;
}

void Typesetter::block(const Node& node, const Frame& frame, Column& out) {
    const std::string_view name = node.name;
    const std::size_t first = out.strips.size();
    if (name == "p")
        paragraph(node, frame, out);
    else if (name == "title")
        title(node, frame, out);
    else if (name == "h")
        heading(node, frame, out);
    else if (name == "kv")
        key_values(node, frame, out);
    else if (name == "ol" || name == "ul")
        list(node, frame, out);
    else if (name == "table")
        table(node, frame, out);
    else if (name == "columns")
        columns(node, frame, out);
    else if (name == "block")
        group(node, frame, out);
    else if (name == "signature")
        signature(node, nullptr, frame, out);
    else if (name == "beside") {
        Frame inner = frame;
        inner.prose = Align::left;
        out.append(flow(node, inner, Align::left), mm_of(node, "before", mm(4)), mm_of(node, "after", 0));
    } else if (name == "qr")
        qr(node, frame, out);
    else if (name == "img")
        image(node, frame, out);
    else if (name == "box")
        box(node, frame, out);
    else if (name == "line")
        rule(node, frame, out);
    else if (name == "space")
        out.space(mm_of(node, "mm", 0));
    else if (name == "pagebreak")
        out.break_page(true);
    else
        throw Error(Code::internal, "unsur <" + std::string(name) + "> belum dapat ditata",
                    std::string(node.where));

    const std::string_view keep = word_of(node, "keep", name == "block" ? "yes" : "no");
    if (keep == "yes") out.keep_together(first, Hold::keep, options_.page_room);
    if (keep == "next") out.hold_next(Hold::keep);
}

// Lines become strips; a paragraph is not broken behind its first line or before its last.
void Typesetter::set_lines(const RichText& text, const Frame& frame, Setting setting, std::string_view where,
                           Column& out, Length before) {
    setting.x = frame.x;
    setting.width = frame.width;
    setting.baseline = baseline(frame.style, frame.pitch);
    setting.hyphenate = setting.hyphenate || hyphenates(frame, setting.align);
    if (setting.width < frame.style.size / 2)
        throw Error(Code::data, "kolom lebih sempit daripada satu huruf", std::string(where),
                    "Lebarkan kolom");
    lines_.clear();
    setter_.set(text, setting, lines_);
    out.strips.reserve(out.strips.size() + lines_.size());
    for (std::size_t i = 0; i < lines_.size(); ++i) {
        Strip strip;
        strip.height = frame.pitch;
        strip.baseline = setting.baseline;
        strip.items = std::move(lines_[i].items);
        strip.where = where;
        if (i == 1 || (i > 0 && i + 1 == lines_.size())) strip.hold = Hold::widow;
        out.add(std::move(strip), i == 0 ? before : 0);
    }
}

Strip Typesetter::line(std::string_view words, const Frame& frame, Align align, std::string_view where) {
    Column column;
    Setting setting;
    setting.align = align;
    setting.tag = artifact;
    set_lines(plain(words, frame.style, where), frame, setting, where, column, 0);
    return stack(std::move(column));
}

void Typesetter::paragraph(const Node& node, const Frame& outer, Column& out) {
    Frame frame = resized(node, outer.inset(mm_of(node, "left", 0)));
    if (yes(node, "bold", false)) frame.style.face = with_bold(frame.style.face);
    if (word_of(node, "color", "") == "grey") frame.style.color = grey;
    Setting setting;
    setting.align = align_of(node, "align", frame.prose);
    setting.indent = mm_of(node, "indent", 0);
    setting.hyphenate = yes(node, "hyphenate", false);
    setting.tag = structure_.add("P", frame.tag);
    set_lines(collect(node.children, frame.style), frame, setting, node.where, out, mm_of(node, "before", 0));
    out.leave(mm_of(node, "after", 0));
}

void Typesetter::title(const Node& node, const Frame& outer, Column& out) {
    Frame frame = outer;
    frame.style.size = pt_of(node, "size", pt(12));
    frame.pitch = pt_of(node, "pitch",
                        static_cast<Length>(std::int64_t{outer.pitch} * frame.style.size / outer.style.size));
    if (yes(node, "bold", true)) frame.style.face = with_bold(frame.style.face);
    Setting setting;
    setting.align = Align::center;
    setting.tag = structure_.add(has_title_ ? "P" : "H1", frame.tag);
    has_title_ = true;
    set_lines(collect(node.children, frame.style), frame, setting, node.where, out, mm_of(node, "before", 0));
    out.leave(mm_of(node, "after", 0));
    out.hold_next(Hold::keep);
}

void Typesetter::heading(const Node& node, const Frame& outer, Column& out) {
    Frame frame = resized(node, outer.inset(mm_of(node, "left", 0)));
    frame.style.face = with_bold(frame.style.face);
    frame.prose = Align::left;
    frame.tag = structure_.add(has_title_ ? "H2" : "H1", outer.tag);
    has_title_ = true;
    Column inner;
    Setting setting;
    setting.align = Align::left;
    setting.tag = frame.tag;
    const std::string_view* mark = node.attribute("mark");
    const Length width = mm_of(node, "mark-width", mm(7));
    std::vector<SetLine> mark_lines;
    if (mark) {
        Setting marking = setting;
        marking.x = frame.x;
        marking.width = width;
        marking.baseline = baseline(frame.style, frame.pitch);
        setter_.set(plain(*mark, frame.style, node.where), marking, mark_lines);
    }
    const Frame text = mark ? frame.inset(width) : frame;
    set_lines(collect(node.children, frame.style), text, setting, node.where, inner, 0);
    hang(inner, std::move(mark_lines), text);
    inner.keep_together(0, Hold::keep, options_.page_room);
    out.append(std::move(inner), mm_of(node, "before", mm(3.5)), mm_of(node, "after", mm(0.8)));
    out.hold_next(Hold::keep);
}

void Typesetter::group(const Node& node, const Frame& outer, Column& out) {
    Frame frame = resized(node, outer.inset(mm_of(node, "left", 0)));
    frame.width = std::min(frame.width, mm_of(node, "width", frame.width));
    if (yes(node, "with-previous", false)) out.hold_next(Hold::keep);
    out.append(flow(node, frame, frame.prose), mm_of(node, "before", 0), mm_of(node, "after", 0));
}

void Typesetter::signature(const Node& node, const Node* beside, const Frame& outer, Column& out) {
    const Length left = part(outer.width, number_of(node, "left", 50));
    Frame frame = outer.inset(left);
    frame.prose = Align::left;
    Strip strip = stack(flow(node, frame, Align::left));
    strip.before = 0;
    if (beside) {
        Frame room = outer;
        room.width = left - mm(5);
        room.prose = Align::left;
        Strip other = stack(flow(*beside, room, Align::left));
        // The last lines of both stand level.
        const Length height = std::max(strip.height, other.height);
        for (Item& item : strip.items) shift(item, 0, height - strip.height);
        take_items(strip.items, other.items, height - other.height);
        strip.height = height;
    }
    strip.hold = Hold::never;
    strip.company = true;
    strip.clear = options_.signature_clear;
    strip.where = node.where;
    out.add(std::move(strip), mm_of(node, "before", mm(4.5)));
    out.leave(mm_of(node, "after", 0));
}

void Typesetter::qr(const Node& node, const Frame& outer, Column& out) {
    const Frame frame = outer.inset(mm_of(node, "left", 0));
    const Length size = mm_of(node, "size", mm(21));
    Strip strip;
    strip.height = size;
    strip.where = node.where;
    if (!input_.url.empty() && !input_.draft) {
        QrCode code = make_qr(input_.url);
        code.rect = {frame.x, 0, size, size};
        strip.items.push_back(
            {std::move(code),
             structure_.add("Figure", frame.tag, "Kode QR untuk memeriksa keaslian surat: " + input_.url)});
        if (!has_signature_field_ && frame.tag != artifact) {
            has_signature_field_ = true;
            strip.items.push_back(
                {SignatureField{{frame.x, 0, size, size}}, structure_.add("Form", frame.tag)});
        }
        if (const std::string_view* caption = node.attribute("caption")) {
            Frame beside = frame.inset(size + mm(3.3));
            beside.style.size = pt(8);
            beside.style.color = grey;
            beside.pitch = pt(11.2);
            beside.tag = structure_.add("P", frame.tag);
            Column column;
            Setting setting;
            setting.align = Align::left;
            setting.tag = beside.tag;
            for (std::size_t begin = 0; begin <= caption->size();) {
                const std::size_t end = std::min(caption->find('|', begin), caption->size());
                set_lines(plain(caption->substr(begin, end - begin), beside.style, node.where), beside,
                          setting, node.where, column, 0);
                begin = end + 1;
            }
            Strip words = stack(std::move(column));
            take_items(strip.items, words.items, (size - words.height) / 2);
        }
    }
    out.add(std::move(strip), mm_of(node, "before", mm(2.3)));
    out.leave(mm_of(node, "after", mm(2.3)));
}

// Fitted into the box of width and height, proportions kept; with one of them the other follows.
void Typesetter::image(const Node& node, const Frame& outer, Column& out) {
    const Frame frame = outer.inset(mm_of(node, "left", 0));
    const std::string_view* src = node.attribute("src");
    if (!src)
        throw Error(Code::data, "<img> tanpa src", std::string(node.where), "Sebutkan berkas gambarnya");
    const std::shared_ptr<const Picture> picture =
        input_.picture ? input_.picture(std::string(*src)) : nullptr;
    if (!picture)
        throw Error(Code::data, "gambar " + std::string(*src) + " tidak ada", std::string(node.where),
                    "Periksa nama berkas gambar");
    const std::int64_t across = std::max(1, picture->width), down = std::max(1, picture->height);
    Length width = mm_of(node, "width", 0), height = mm_of(node, "height", 0);
    if (width == 0 && height == 0) width = frame.width;
    if (width == 0) width = static_cast<Length>(height * across / down);
    if (height == 0) height = static_cast<Length>(width * down / across);
    if (width > frame.width) {
        height = static_cast<Length>(std::int64_t{height} * frame.width / width);
        width = frame.width;
    }
    Size fitted{width, static_cast<Length>(width * down / across)};
    if (fitted.height > height) fitted = {static_cast<Length>(height * across / down), height};

    const Align align = align_of(node, "align", Align::left);
    Length x = frame.x;
    if (align == Align::center) x += (frame.width - width) / 2;
    if (align == Align::right) x += frame.width - width;
    const Rect rect{x + (width - fitted.width) / 2, (height - fitted.height) / 2, fitted.width,
                    fitted.height};
    const int tag = structure_.add("Figure", frame.tag, std::string(word_of(node, "alt", "Gambar")));
    Strip strip;
    strip.height = height;
    strip.where = node.where;
    strip.items.push_back({Image{rect, picture}, tag});
    if (yes(node, "border", false)) strip.items.push_back({frame_line(rect, thin, {}, {}), artifact});
    out.add(std::move(strip), mm_of(node, "before", 0));
    out.leave(mm_of(node, "after", 0));
}

void Typesetter::box(const Node& node, const Frame& outer, Column& out) {
    const std::string_view border = word_of(node, "border", "solid");
    Frame frame = outer.inset(mm_of(node, "left", 0));
    frame.width = std::min(frame.width, mm_of(node, "width", frame.width));
    const Length x = frame.x, width = frame.width,
                 pad = mm_of(node, "pad", border == "dotted" ? mm(1.2) : mm(2.2));
    frame.style.size = border == "dotted" ? pt(6.5) : pt(9);
    frame.pitch = border == "dotted" ? pt(8.2) : pt(11.6);
    frame = resized(node, frame);
    if (word_of(node, "color", border == "dotted" ? "grey" : "black") == "grey") frame.style.color = grey;
    frame.x += pad;
    frame.width -= 2 * pad;
    frame.prose = Align::left;
    Column inner = flow(node, frame, align_of(node, "align", Align::left));
    const Length padding = border == "dotted" ? pad : std::min<Length>(pad, mm(1.4));
    Strip strip = stack(std::move(inner));
    for (Item& item : strip.items) shift(item, 0, padding);
    strip.before = 0;
    strip.baseline = 0;
    strip.hold = Hold::free;
    strip.height = std::max(strip.height + 2 * padding, mm_of(node, "height", 0));
    strip.where = node.where;
    const Rect rect{x, 0, width, strip.height};
    if (border == "solid") strip.items.push_back({frame_line(rect, thin, {}, {}), artifact});
    if (border == "dotted")
        strip.items.push_back({frame_line(rect, pt(0.6), {pt(0.8), pt(1.6)}, {115, 115, 115}), artifact});
    out.add(std::move(strip), mm_of(node, "before", 0));
    out.leave(mm_of(node, "after", 0));
}

void Typesetter::rule(const Node& node, const Frame& outer, Column& out) {
    const Frame frame = outer.inset(mm_of(node, "left", 0));
    Strip strip;
    strip.height = pt_of(node, "width", thin);
    strip.where = node.where;
    add_fill(strip.items, {frame.x, 0, frame.width, strip.height});
    out.add(std::move(strip), mm_of(node, "before", 0));
    out.leave(mm_of(node, "after", 0));
}

}  // namespace naskah::generator
