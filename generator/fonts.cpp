#include "generator/fonts.h"

#include <hb-ot.h>
#include <hb-subset.h>
#include <hb.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <list>
#include <mutex>
#include <unordered_map>

#include "core/error.h"
#include "core/file.h"
#include "core/text.h"
#include "generator/font_program.h"

namespace naskah::generator {
namespace {

struct FaceFile {
    const char* file;
    const char* name;  // PostScript name
    const char* package;
    int stem_v;  // no table of the face holds it; measured at the letter l
};

constexpr std::array<FaceFile, face_count> face_files{{
    {"LiberationSans-Regular.ttf", "LiberationSans", "fonts-liberation", 92},
    {"LiberationSans-Bold.ttf", "LiberationSans-Bold", "fonts-liberation", 137},
    {"LiberationSans-Italic.ttf", "LiberationSans-Italic", "fonts-liberation", 92},
    {"LiberationSans-BoldItalic.ttf", "LiberationSans-BoldItalic", "fonts-liberation", 137},
    {"texgyrebonum-regular.otf", "TeXGyreBonum-Regular", "fonts-texgyre", 84},
    {"texgyrebonum-bold.otf", "TeXGyreBonum-Bold", "fonts-texgyre", 140},
    {"texgyrebonum-italic.otf", "TeXGyreBonum-Italic", "fonts-texgyre", 80},
    {"texgyrebonum-bolditalic.otf", "TeXGyreBonum-BoldItalic", "fonts-texgyre", 132},
}};

// Where Debian 12 and 13 (and the older fonts-liberation2) put them.
const std::vector<std::filesystem::path> system_folders{
    "/usr/share/fonts/truetype/liberation",
    "/usr/share/fonts/truetype/liberation2",
    "/usr/share/texmf/fonts/opentype/public/tex-gyre",
    "/usr/share/fonts/opentype/tex-gyre",
};

// The prepared subsets, the small one first: what most lines of a letter are made of, and then all of ASCII,
// the letters and signs of Latin-1 that letters use, and the typographer's marks. Beside these come the
// ligatures that shaping makes of them. A glyph costs some 70 bytes in every file, and a subset made for one
// document costs its time.
constexpr std::array<std::u32string_view, 2> prepared_sets{
    U" \u00A0!\"%&'()+,-./"
    U"0123456789:;?ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz\u2013\u2018\u2019\u201C\u201D",
    U" \u00A0!\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~"
    U"\u00A7\u00A9\u00B0\u00B1\u00B2\u00B3\u00B7\u00BC\u00BD\u00C9\u00D7\u00E0\u00E7\u00E8\u00E9\u00EB\u00EF"
    U"\u00F1"
    U"\u00F6\u00FC\u2010\u2011\u2013\u2014\u2018\u2019\u201C\u201D\u2022\u2026\u2212"};
constexpr std::array<std::string_view, 5> ligatures{"fi", "fl", "ff", "ffi", "ffl"};

constexpr std::array<hb_tag_t, 16> dropped_tables{
    HB_TAG('n', 'a', 'm', 'e'), HB_TAG('O', 'S', '/', '2'), HB_TAG('p', 'o', 's', 't'),
    HB_TAG('c', 'm', 'a', 'p'), HB_TAG('G', 'S', 'U', 'B'), HB_TAG('G', 'P', 'O', 'S'),
    HB_TAG('G', 'D', 'E', 'F'), HB_TAG('k', 'e', 'r', 'n'), HB_TAG('g', 'a', 's', 'p'),
    HB_TAG('D', 'S', 'I', 'G'), HB_TAG('h', 'd', 'm', 'x'), HB_TAG('V', 'D', 'M', 'X'),
    HB_TAG('L', 'T', 'S', 'H'), HB_TAG('P', 'C', 'L', 'T'), HB_TAG('F', 'F', 'T', 'M'),
    HB_TAG('B', 'A', 'S', 'E')};

template <auto destroy>
struct Destroy {
    template <typename T>
    void operator()(T* object) const {
        destroy(object);
    }
};
using Blob = std::unique_ptr<hb_blob_t, Destroy<hb_blob_destroy>>;
using HbFace = std::unique_ptr<hb_face_t, Destroy<hb_face_destroy>>;
using HbFont = std::unique_ptr<hb_font_t, Destroy<hb_font_destroy>>;
using Buffer = std::unique_ptr<hb_buffer_t, Destroy<hb_buffer_destroy>>;
using SubsetInput = std::unique_ptr<hb_subset_input_t, Destroy<hb_subset_input_destroy>>;
using SubsetPlan = std::unique_ptr<hb_subset_plan_t, Destroy<hb_subset_plan_destroy>>;

bool is_bold(Face face) { return static_cast<unsigned>(face) % 2 == 1; }
bool is_italic(Face face) { return static_cast<unsigned>(face) % 4 >= 2; }

struct Word {
    std::vector<Glyph> glyphs;  // clusters count from the word's begin
    std::int64_t width = 0;
};

// Half away from zero, like every other rounding of a letter.
Length scale(std::int64_t units, Length size, int upem) {
    const std::int64_t product = units * size;
    return static_cast<Length>((product + (product < 0 ? -upem : upem) / 2) / upem);
}

int per_mille(std::int64_t units, int upem) { return static_cast<int>(scale(units, 1000, upem)); }

std::string utf8(char32_t code_point) {
    std::string text;
    append_utf8(text, code_point);
    return text;
}

// What a PDF reader should give back for a character: the letters of a ligature, and one kind of blank.
std::string plain_text(char32_t code_point) {
    if (code_point == 0xA0) return " ";
    if (code_point >= 0xFB00 && code_point <= 0xFB04)
        return std::array{"ff", "fi", "fl", "ffi", "ffl"}[static_cast<std::size_t>(code_point - 0xFB00)];
    return utf8(code_point);
}

bool shows_nothing(char32_t c) {
    return c == 0xAD || c == 0x200B || c == 0x200C || c == 0x200D || c == 0x2060 || c == 0xFEFF;
}

// Characters that steer a terminal or a reader instead of being read. A face may well have a glyph for them.
bool is_control(char32_t c) {
    return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x061C || c == 0x200E || c == 0x200F ||
           (c >= 0x2028 && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

bool runs_leftwards(char32_t c) {
    if (c < 0x590) return false;
    const hb_script_t script = hb_unicode_script(hb_unicode_funcs_get_default(), c);
    return hb_script_get_horizontal_direction(script) == HB_DIRECTION_RTL;
}

struct Loaded {
    Bytes file;
    HbFace face;
    HbFont font;  // scaled to its em: positions are font units
    int upem = 0;

    Word shape(Length size, std::string_view text) const {
        thread_local const Buffer buffer{hb_buffer_create()};
        hb_buffer_t* b = buffer.get();
        hb_buffer_reset(b);
        hb_buffer_set_flags(b, HB_BUFFER_FLAG_REMOVE_DEFAULT_IGNORABLES);
        const int length = static_cast<int>(text.size());
        hb_buffer_add_utf8(b, text.data(), length, 0, length);
        hb_buffer_guess_segment_properties(b);
        hb_buffer_set_direction(b, HB_DIRECTION_LTR);
        // A word of digits and marks alone has no script; it is kerned as the Latin text around it is.
        if (hb_buffer_get_script(b) == HB_SCRIPT_INVALID) hb_buffer_set_script(b, HB_SCRIPT_LATIN);
        // The guess takes the language from the environment, and a letter's bytes may not depend on that.
        static const hb_language_t indonesian = hb_language_from_string("id", -1);
        hb_buffer_set_language(b, indonesian);
        hb_shape(font.get(), b, nullptr, 0);

        unsigned count = 0;
        const hb_glyph_info_t* info = hb_buffer_get_glyph_infos(b, &count);
        const hb_glyph_position_t* position = hb_buffer_get_glyph_positions(b, nullptr);
        Word word;
        word.glyphs.reserve(count);
        for (unsigned i = 0; i < count; ++i) {
            word.glyphs.push_back({static_cast<std::uint16_t>(info[i].codepoint),
                                   scale(position[i].x_advance, size, upem),
                                   scale(position[i].x_offset, size, upem),
                                   -scale(position[i].y_offset, size, upem), info[i].cluster});
            word.width += word.glyphs.back().advance;
        }
        return word;
    }

    std::int64_t metric(hb_ot_metrics_tag_t tag) const {
        hb_position_t position = 0;
        hb_ot_metrics_get_position_with_fallback(font.get(), tag, &position);
        return position;
    }

    Metrics metrics(Length size) const {
        const auto get = [&](hb_ot_metrics_tag_t tag) { return scale(metric(tag), size, upem); };
        const Length thickness = get(HB_OT_METRICS_TAG_UNDERLINE_SIZE);
        return {.ascent = get(HB_OT_METRICS_TAG_HORIZONTAL_ASCENDER),
                .descent = -get(HB_OT_METRICS_TAG_HORIZONTAL_DESCENDER),
                .cap_height = get(HB_OT_METRICS_TAG_CAP_HEIGHT),
                .x_height = get(HB_OT_METRICS_TAG_X_HEIGHT),
                .underline_position = -get(HB_OT_METRICS_TAG_UNDERLINE_OFFSET) + thickness / 2,
                .underline_thickness = thickness};
    }

    int table_number(hb_tag_t tag, std::size_t at) const {  // a signed 16-bit number of a table
        const Blob blob{hb_face_reference_table(face.get(), tag)};
        unsigned length = 0;
        const char* data = hb_blob_get_data(blob.get(), &length);
        if (at + 2 > length) return 0;
        return static_cast<std::int16_t>((static_cast<unsigned char>(data[at]) << 8) |
                                         static_cast<unsigned char>(data[at + 1]));
    }
};

// Words shaped by this thread, and what it asked of each face and size. A letter's words recur by the hundred
// and so do those of the next letter; a cache of its own spares each thread the lock. It starts anew when
// full, which changes no result.
class WordCache {
public:
    static constexpr std::size_t most_words = 4096, longest_word = 64;

    const Word& get(std::uint64_t library, Face face, const Loaded& loaded, Length size,
                    std::string_view text) {
        Style& known = style(library, face, size);
        if (const auto found = known.words.find(text); found != known.words.end()) return found->second;
        ++count_;
        if (text.size() > longest_word) return long_word_ = loaded.shape(size, text);
        return known.words.emplace(text, loaded.shape(size, text)).first->second;
    }

    const Metrics& metrics(std::uint64_t library, Face face, const Loaded& loaded, Length size) {
        Style& known = style(library, face, size);
        if (!known.metrics) known.metrics = loaded.metrics(size);
        return *known.metrics;
    }

    static WordCache& of_this_thread() {
        thread_local WordCache cache;
        return cache;
    }

private:
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
    };
    struct Style {
        Face face;
        Length size;
        std::optional<Metrics> metrics;
        std::unordered_map<std::string, Word, Hash, std::equal_to<>> words;
    };

    Style& style(std::uint64_t library, Face face, Length size) {
        if (library != library_ || count_ >= most_words) {
            styles_.clear();
            library_ = library;
            count_ = last_ = 0;
        }
        const auto same = [&](const Style& known) { return known.face == face && known.size == size; };
        if (last_ < styles_.size() && same(styles_[last_])) return styles_[last_];
        const auto known = std::find_if(styles_.begin(), styles_.end(), same);
        last_ = static_cast<std::size_t>(known - styles_.begin());
        return known != styles_.end() ? *known : styles_.emplace_back(Style{face, size, {}, {}});
    }

    std::uint64_t library_ = 0;
    std::size_t count_ = 0;  // of words that were not known
    std::size_t last_ = 0;   // the style that was asked for last
    std::vector<Style> styles_;
    Word long_word_;
};

}  // namespace

struct FontLibrary::Impl {
    std::array<Loaded, face_count> faces;
    std::uint64_t serial;  // tells the libraries of a process apart in the threads' word caches

    struct Prepared {
        std::once_flag once;
        std::vector<std::uint16_t> glyphs;  // sorted
        std::shared_ptr<const FontProgram> program;
    };
    struct Programs {
        std::array<Prepared, prepared_sets.size()> prepared;
        std::once_flag texts_once;
        std::vector<std::string> texts;  // by face glyph id
        // Programs of other glyphs than the prepared ones, the last used first. Names recur within an office:
        // which are kept changes the time it takes, never the bytes.
        std::mutex mutex;
        std::list<std::pair<std::vector<std::uint16_t>, std::shared_ptr<const FontProgram>>> others;

        template <typename Make>
        std::shared_ptr<const FontProgram> kept(const std::vector<std::uint16_t>& glyphs, Make make) {
            constexpr std::size_t most = 8;
            {
                const std::lock_guard lock(mutex);
                for (auto at = others.begin(); at != others.end(); ++at) {
                    if (at->first != glyphs) continue;
                    others.splice(others.begin(), others, at);
                    return others.front().second;
                }
            }
            std::shared_ptr<const FontProgram> made = make();
            const std::lock_guard lock(mutex);
            others.emplace_front(glyphs, made);
            if (others.size() > most) others.pop_back();
            return made;
        }
    };
    mutable std::array<Programs, face_count> programs;

    const Loaded& loaded(Face face) const { return faces[static_cast<std::size_t>(face)]; }

    template <typename Use>
    void for_each_word(Face face, Length size, std::string_view text, Use use) const {
        WordCache& cache = WordCache::of_this_thread();
        for (std::size_t at = 0; at < text.size();) {
            const std::size_t end = text[at] == ' ' ? at + 1 : std::min(text.find(' ', at), text.size());
            use(cache.get(serial, face, loaded(face), size, text.substr(at, end - at)), at, end);
            at = end;
        }
    }

    const std::vector<std::string>& texts(Face face) const;
    std::vector<std::uint16_t> glyphs_of(Face face, std::u32string_view characters) const;
    std::shared_ptr<const FontProgram> make_program(Face face,
                                                    const std::vector<std::uint16_t>& glyphs) const;
};

// What each glyph of the face stands for: the lowest character that has it.
const std::vector<std::string>& FontLibrary::Impl::texts(Face face) const {
    Programs& cell = programs[static_cast<std::size_t>(face)];
    std::call_once(cell.texts_once, [&] {
        const Loaded& f = loaded(face);
        std::vector<std::string> result(hb_face_get_glyph_count(f.face.get()));
        const std::unique_ptr<hb_set_t, Destroy<hb_set_destroy>> characters{hb_set_create()};
        hb_face_collect_unicodes(f.face.get(), characters.get());
        hb_codepoint_t c = HB_SET_VALUE_INVALID, glyph = 0;
        while (hb_set_next(characters.get(), &c)) {
            // Private characters mean nothing outside this face.
            if (is_control(c) || (c >= 0xE000 && c <= 0xF8FF) || c >= 0xF0000) continue;
            if (!hb_font_get_nominal_glyph(f.font.get(), c, &glyph) || glyph >= result.size()) continue;
            if (result[glyph].empty()) result[glyph] = plain_text(c);
        }
        for (const std::string_view ligature : ligatures)
            if (const Word word = f.shape(f.upem, ligature); word.glyphs.size() == 1)
                result[word.glyphs[0].id] = ligature;
        cell.texts = std::move(result);
    });
    return cell.texts;
}

std::vector<std::uint16_t> FontLibrary::Impl::glyphs_of(Face face, std::u32string_view characters) const {
    const Loaded& f = loaded(face);
    std::vector<std::uint16_t> glyphs;
    hb_codepoint_t glyph = 0;
    for (const char32_t c : characters)
        if (hb_font_get_nominal_glyph(f.font.get(), c, &glyph))
            glyphs.push_back(static_cast<std::uint16_t>(glyph));
    for (const std::string_view ligature : ligatures)
        for (const Glyph& g : f.shape(f.upem, ligature).glyphs) glyphs.push_back(g.id);
    std::sort(glyphs.begin(), glyphs.end());
    glyphs.erase(std::unique(glyphs.begin(), glyphs.end()), glyphs.end());
    return glyphs;
}

std::shared_ptr<const FontProgram> FontLibrary::Impl::make_program(
    Face face, const std::vector<std::uint16_t>& glyphs) const {
    const Loaded& f = loaded(face);
    const FaceFile& file = face_files[static_cast<std::size_t>(face)];
    const SubsetInput input{hb_subset_input_create_or_fail()};
    if (!input) throw std::bad_alloc();
    for (const std::uint16_t glyph : glyphs) hb_set_add(hb_subset_input_glyph_set(input.get()), glyph);
    for (const hb_tag_t tag : dropped_tables)
        hb_set_add(hb_subset_input_set(input.get(), HB_SUBSET_SETS_DROP_TABLE_TAG), tag);
    hb_subset_input_set_flags(input.get(), HB_SUBSET_FLAGS_NO_HINTING);
    const SubsetPlan plan{hb_subset_plan_create_or_fail(f.face.get(), input.get())};
    const HbFace subset{plan ? hb_subset_plan_execute_or_fail(plan.get()) : nullptr};
    if (!subset)
        throw Error(Code::internal, std::string("HarfBuzz tidak dapat mengambil bagian huruf ") + file.name);

    auto program = std::make_shared<FontProgram>();
    const Blob cff{hb_face_reference_table(subset.get(), HB_TAG('C', 'F', 'F', ' '))};
    program->cff = hb_blob_get_length(cff.get()) > 0;
    const Blob whole{program->cff ? hb_blob_reference(cff.get()) : hb_face_reference_blob(subset.get())};
    unsigned length = 0;
    const char* data = hb_blob_get_data(whole.get(), &length);

    const unsigned face_glyphs = hb_face_get_glyph_count(f.face.get());
    const unsigned subset_glyphs = hb_face_get_glyph_count(subset.get());
    program->renumbered.assign(face_glyphs, 0xFFFF);
    program->width.assign(subset_glyphs, 0);
    program->text.assign(subset_glyphs, "");
    const hb_map_t* to_new = hb_subset_plan_old_to_new_glyph_mapping(plan.get());
    const std::vector<std::string>& face_texts = texts(face);
    for (unsigned old_id = 0; old_id < face_glyphs; ++old_id) {
        const hb_codepoint_t new_id = hb_map_get(to_new, old_id);
        if (new_id == HB_MAP_VALUE_INVALID || new_id >= subset_glyphs) continue;
        program->renumbered[old_id] = static_cast<std::uint16_t>(new_id);
        program->width[new_id] =
            static_cast<std::uint16_t>(per_mille(hb_font_get_glyph_h_advance(f.font.get(), old_id), f.upem));
        program->text[new_id] = face_texts[old_id];
    }

    program->ascent = per_mille(f.metric(HB_OT_METRICS_TAG_HORIZONTAL_ASCENDER), f.upem);
    program->descent = per_mille(f.metric(HB_OT_METRICS_TAG_HORIZONTAL_DESCENDER), f.upem);
    program->cap_height = per_mille(f.metric(HB_OT_METRICS_TAG_CAP_HEIGHT), f.upem);
    program->italic_angle = f.table_number(HB_TAG('p', 'o', 's', 't'), 4);
    program->stem_v = file.stem_v;
    constexpr int serif = 1 << 1, non_symbolic = 1 << 5, slanted = 1 << 6;
    program->flags =
        non_symbolic | (face >= Face::bookman ? serif : 0) | (program->italic_angle != 0 ? slanted : 0);
    for (std::size_t i = 0; i < 4; ++i)
        program->bbox[i] = per_mille(f.table_number(HB_TAG('h', 'e', 'a', 'd'), 36 + 2 * i), f.upem);
    finish_program(*program, {reinterpret_cast<const std::uint8_t*>(data), length}, file.name);
    return program;
}

FontLibrary::FontLibrary() : FontLibrary(system_folders) {}

FontLibrary::FontLibrary(const std::vector<std::filesystem::path>& folders)
    : impl_(std::make_unique<Impl>()) {
    static std::atomic<std::uint64_t> serial{0};
    impl_->serial = ++serial;
    std::vector<Problem> problems;
    for (std::size_t i = 0; i < face_files.size(); ++i) {
        const FaceFile& wanted = face_files[i];
        const auto folder = std::find_if(
            folders.begin(), folders.end(),
            [&](const std::filesystem::path& path) { return std::filesystem::exists(path / wanted.file); });
        if (folder == folders.end()) {
            problems.push_back({"Berkas huruf tidak ditemukan", wanted.file,
                                std::string("Pasang paket Debian ") + wanted.package});
            continue;
        }
        Loaded& loaded = impl_->faces[i];
        loaded.file = read_file(*folder / wanted.file, 16u << 20);
        const Blob blob{hb_blob_create(reinterpret_cast<const char*>(loaded.file.data()),
                                       static_cast<unsigned>(loaded.file.size()), HB_MEMORY_MODE_READONLY,
                                       nullptr, nullptr)};
        loaded.face.reset(hb_face_create(blob.get(), 0));
        loaded.upem = static_cast<int>(hb_face_get_upem(loaded.face.get()));
        loaded.font.reset(hb_font_create(loaded.face.get()));
        hb_font_set_scale(loaded.font.get(), loaded.upem, loaded.upem);
        // `missing` takes ASCII for granted.
        hb_codepoint_t glyph = 0;
        for (hb_codepoint_t c = 0x20; c < 0x7F; ++c)
            if (!hb_font_get_nominal_glyph(loaded.font.get(), c, &glyph)) {
                problems.push_back({"Berkas huruf rusak", (*folder / wanted.file).string(),
                                    std::string("Pasang ulang paket Debian ") + wanted.package});
                break;
            }
    }
    if (!problems.empty()) throw Error(Code::outside, std::move(problems));
}

FontLibrary::~FontLibrary() = default;

std::int64_t FontLibrary::shape(Face face, Length size, std::string_view text, std::vector<Glyph>& out,
                                std::uint32_t offset) const {
    std::int64_t width = 0;
    impl_->for_each_word(face, size, text, [&](const Word& word, std::size_t at, std::size_t) {
        const std::size_t first = out.size();
        out.insert(out.end(), word.glyphs.begin(), word.glyphs.end());
        const std::uint32_t begin = offset + static_cast<std::uint32_t>(at);
        for (std::size_t i = first; i < out.size(); ++i) out[i].cluster += begin;
        width += word.width;
    });
    return width;
}

char32_t FontLibrary::missing(Face face, std::string_view text) const {
    if (is_plain_ascii(text)) return 0;
    for (std::size_t at = 0; at < text.size();) {
        const char32_t c = next_code_point(text, at);
        if (is_control(c) || runs_leftwards(c)) return c;
    }
    char32_t found = 0;
    constexpr Length any_size = pt(11);
    impl_->for_each_word(face, any_size, text, [&](const Word& word, std::size_t at, std::size_t end) {
        if (found != 0) return;
        const auto bad =
            std::find_if(word.glyphs.begin(), word.glyphs.end(), [](const Glyph& g) { return g.id == 0; });
        if (bad == word.glyphs.end()) return;
        // The cluster may hold more characters than the one that is to blame.
        std::size_t place = at + bad->cluster;
        const std::size_t start = place;
        hb_codepoint_t glyph = 0;
        while (place < end) {
            const char32_t c = next_code_point(text, place);
            if (shows_nothing(c) || hb_font_get_nominal_glyph(impl_->loaded(face).font.get(), c, &glyph))
                continue;
            found = c;
            return;
        }
        place = start;
        found = next_code_point(text, place);
    });
    return found;
}

Metrics FontLibrary::metrics(Face face, Length size) const {
    return WordCache::of_this_thread().metrics(impl_->serial, face, impl_->loaded(face), size);
}

std::shared_ptr<const FontProgram> FontLibrary::program(Face face,
                                                        const std::vector<std::uint16_t>& glyphs) const {
    Impl::Programs& cell = impl_->programs[static_cast<std::size_t>(face)];
    // Italic is what the template says (the sentence at the foot, a foreign word), the same in each letter of
    // a kind: it gets just its glyphs.
    constexpr std::size_t few = 48;
    if (is_italic(face) && glyphs.size() <= few)
        return cell.kept(glyphs, [&] { return impl_->make_program(face, glyphs); });
    for (std::size_t i = 0; i < prepared_sets.size(); ++i) {
        Impl::Prepared& prepared = cell.prepared[i];
        std::call_once(prepared.once, [&] {
            std::u32string characters(prepared_sets[i]);
            // Addresses of mail stand in letterheads, which are not bold there.
            if (!is_bold(face)) characters += U"@_";
            prepared.glyphs = impl_->glyphs_of(face, characters);
            prepared.program = impl_->make_program(face, prepared.glyphs);
        });
        const auto covered = [&](std::uint16_t g) {
            return g < prepared.program->renumbered.size() && prepared.program->renumbered[g] != 0xFFFF;
        };
        if (std::all_of(glyphs.begin(), glyphs.end(), covered)) return prepared.program;
    }

    std::vector<std::uint16_t> wanted = cell.prepared.back().glyphs;
    wanted.insert(wanted.end(), glyphs.begin(), glyphs.end());
    std::sort(wanted.begin(), wanted.end());
    wanted.erase(std::unique(wanted.begin(), wanted.end()), wanted.end());
    return cell.kept(wanted, [&] { return impl_->make_program(face, wanted); });
}

}  // namespace naskah::generator
