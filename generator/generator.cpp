#include "generator/generator.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <functional>
#include <list>
#include <mutex>
#include <optional>

#include "core/file.h"
#include "core/text.h"
#include "generator/blank.h"
#include "generator/citizens.h"
#include "generator/fonts.h"
#include "generator/layout.h"
#include "generator/markup.h"
#include "generator/package.h"
#include "generator/pdf.h"
#include "generator/picture.h"

namespace naskah::generator {

namespace fs = std::filesystem;

namespace {

// Pictures already decoded, the last used first: every letter shows the same emblem. A file that was replaced
// (another one, or of another size or time) is read anew.
class Pictures {
public:
    // `asked` is where the file should lie. Only `find` says where it does lie, or throws if it may not be
    // shown; what it found under the same name before, and is the same file still, needs no second look.
    std::shared_ptr<const Picture> get(const std::string& asked, const std::string& name,
                                       const std::function<fs::path()>& find) {
        if (auto known = lookup(asked)) return known;
        const std::string file = find();
        if (auto known = file == asked ? nullptr : lookup(file)) return known;
        const auto seen = identity(file);
        if (!seen)
            throw Error(Code::data, "gambar tidak ada atau tidak dapat dibaca", name,
                        "Periksa nama berkasnya.");
        auto picture = read_picture(read_file(file, largest), name);
        const std::lock_guard lock(mutex_);
        kept_.push_front({identity(asked) == seen ? asked : file, *seen, picture});
        std::size_t sum = 0;
        for (auto kept = kept_.begin(); kept != kept_.end();) {
            sum += kept->picture->compressed.size() + kept->picture->alpha.size();
            kept = sum > room && kept != kept_.begin() ? kept_.erase(kept) : std::next(kept);
        }
        return picture;
    }

private:
    static constexpr std::size_t largest = 20u << 20, room = 8u << 20;
    // Device, number, size, seconds and nanoseconds of the last change.
    using Identity = std::array<std::int64_t, 5>;
    struct Kept {
        std::string path;
        Identity identity;
        std::shared_ptr<const Picture> picture;
    };

    static std::optional<Identity> identity(const std::string& path) {
        struct stat file;
        if (::stat(path.c_str(), &file) != 0) return std::nullopt;
        return Identity{static_cast<std::int64_t>(file.st_dev), static_cast<std::int64_t>(file.st_ino),
                        file.st_size, file.st_mtim.tv_sec, file.st_mtim.tv_nsec};
    }

    std::shared_ptr<const Picture> lookup(const std::string& path) {
        const auto seen = identity(path);
        if (!seen) return nullptr;
        const std::lock_guard lock(mutex_);
        for (auto kept = kept_.begin(); kept != kept_.end(); ++kept) {
            if (kept->path != path || kept->identity != *seen) continue;
            kept_.splice(kept_.begin(), kept_, kept);
            return kept_.front().picture;
        }
        return nullptr;
    }

    std::mutex mutex_;
    std::list<Kept> kept_;
};

// The file that `name` means below `folder`. Throws if it would lead out of it, by ".." or by a link.
fs::path below(const fs::path& folder, const std::string& name) {
    const fs::path relative(name);
    std::error_code failed;
    const fs::path root = fs::weakly_canonical(folder.empty() ? fs::path(".") : folder, failed);
    const fs::path file = fs::weakly_canonical(root / relative, failed);
    const auto [end, unused] = std::mismatch(root.begin(), root.end(), file.begin(), file.end());
    if (name.empty() || relative.is_absolute() || failed || (end != root.end() && !end->empty()))
        throw Error(Code::data, "nama gambar menunjuk ke luar folder data", name,
                    "Taruh gambar di folder data atau di bawahnya.");
    return file;
}

// Calls `see` with every text of `value` and the path of its field.
void each_text(const Json& value, const std::string& path,
               const std::function<void(const std::string& text, const std::string& path)>& see) {
    if (value.is_string()) return see(value.get_ref<const std::string&>(), path);
    if (value.is_object())
        for (const auto& [name, part] : value.items())
            each_text(part, path.empty() ? name : path + "." + name, see);
    if (value.is_array())
        for (std::size_t i = 0; i < value.size(); ++i)
            each_text(value[i], path + "[" + std::to_string(i) + "]", see);
}

// Layout knows where in the template a character had no glyph; a clerk wants to know the field.
std::vector<Problem> unprintable(const Json& names, bool bookman, const FontLibrary& fonts) {
    const std::array<Face, 2> faces =
        bookman ? std::array{Face::bookman, Face::bookman_bold} : std::array{Face::sans, Face::sans_bold};
    std::vector<Problem> problems;
    each_text(names, "", [&](const std::string& text, const std::string& path) {
        std::string plain = text;
        std::erase(plain, '\n');
        for (const Face face : faces) {
            const char32_t character = fonts.missing(face, plain);
            if (character == 0) continue;
            problems.push_back(
                {"huruf " + code_point_name(character) + " tidak dapat dicetak: tidak ada di huruf surat",
                 path, "Ganti atau hapus huruf itu."});
            return;
        }
    });
    return problems;
}

// What the faces cannot print becomes a question mark, in a letter that is not finished.
void make_printable(Json& value, bool bookman, const FontLibrary& fonts) {
    if (value.is_structured())
        for (Json& part : value) make_printable(part, bookman, fonts);
    if (!value.is_string()) return;
    std::string& text = value.get_ref<std::string&>();
    const std::array<Face, 2> faces =
        bookman ? std::array{Face::bookman, Face::bookman_bold} : std::array{Face::sans, Face::sans_bold};
    std::string plain = text;
    std::erase(plain, '\n');
    bool printable = true;
    for (const Face face : faces) printable = printable && fonts.missing(face, plain) == 0;
    if (printable) return;
    std::string kept;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t from = at;
        next_code_point(text, at);
        const std::string one = text.substr(from, at - from);
        bool known = one == "\n";
        if (!known) known = fonts.missing(faces[0], one) == 0 && fonts.missing(faces[1], one) == 0;
        kept += known ? one : "?";
    }
    text = std::move(kept);
}

// The letter's own data, so that a machine never has to read the picture (docs/formats.md, data.json).
Attachment data_of(const Package& package, const Json& data, const Json& letter) {
    const Json content = {
        {"format", "naskah/1"},
        {"template",
         {{"kind", package.kind()},
          {"version", package.about().value("versi", "1")},
          {"sha256", to_string(package.parts().digest)}}},
        {"letter",
         {{"number", letter.value("nomor", "")},
          {"date", letter.value("tanggal", "")},
          {"place", letter.value("tempat", "")},
          {"code", letter.value("kode_periksa", "")}}},
    };
    std::string text = dump_json(content);
    text.back() = ',';  // in place of its last bracket: the data itself is not copied into it
    text += "\"data\":";
    text += dump_json(package.parts().names_citizens ? without_nik(data, package.schema()) : data);
    text += "}\n";
    return {"data.json", "application/json", "Data surat: " + package.about().at("judul").get<std::string>(),
            "Data", std::move(text)};
}

}  // namespace

fs::path picture_file(const fs::path& images, const fs::path& office, const std::string& name) {
    const fs::path file = below(images, name);
    std::error_code failed;
    if (fs::exists(file, failed) || office.empty() || !name.starts_with("foto/")) return file;
    const fs::path kept = below(office / "foto", name.substr(5));
    return fs::exists(kept, failed) ? kept : file;
}

struct Generator::Shared {
    FontLibrary fonts;
    Pictures pictures;
};

Generator::Generator() : shared_(std::make_unique<Shared>()) {}
Generator::~Generator() = default;

Bytes Generator::render(const Package& package, const Json& data, const Surroundings& surroundings) const {
    Json letter = surroundings.letter;
    letter["konsep"] = surroundings.draft;
    if (surroundings.blank) {
        letter["konsep"] = true;  // it says nothing of a signature
        for (const char* name : {"nomor", "tanggal", "kode_periksa"}) letter[name] = by_hand;
    }
    const bool unfinished = surroundings.unfinished || surroundings.blank;
    Markup markup = parse_markup(package.parts().letter->fill({.data = data,
                                                               .office = surroundings.office,
                                                               .letter = letter,
                                                               .signer = surroundings.signer,
                                                               .unfinished = unfinished}));
    if (surroundings.blank) make_room(markup);

    const auto picture = [&](const std::string& src) {
        constexpr std::string_view of_office = "kantor:";
        if (src.starts_with(of_office)) {
            const std::string name = src.substr(of_office.size());
            const fs::path& folder =
                surroundings.office_images.empty() ? surroundings.images : surroundings.office_images;
            return shared_->pictures.get(folder.native() + '/' + name, name,
                                         [&] { return below(folder, name); });
        }
        try {
            return shared_->pictures.get(surroundings.images.native() + '/' + src, src, [&] {
                return picture_file(surroundings.images, surroundings.office_images, src);
            });
        } catch (const Error& error) {
            if (unfinished) return blank_picture();
            std::string field = src;
            each_text(data, "", [&](const std::string& text, const std::string& path) {
                if (text == src) field = path;
            });
            std::vector<Problem> problems = error.problems();
            for (Problem& problem : problems) problem.where = field + (field == src ? "" : " (" + src + ")");
            throw Error(error.code(), std::move(problems));
        }
    };
    try {
        Document document = lay_out(markup.letter, {.fonts = shared_->fonts,
                                                    .url = surroundings.url,
                                                    .draft = surroundings.draft,
                                                    .picture = picture});
        if (!surroundings.draft && !surroundings.blank)
            document.attachments = {data_of(package, data, letter)};
        return write_pdf(document, shared_->fonts, surroundings.time);
    } catch (const Error& error) {
        if (error.code() != Code::data) throw;
        const std::string_view* font = markup.letter.attribute("font");
        const bool bookman = font && *font == "bookman";
        if (unfinished) {
            Json printable = data;
            make_printable(printable, bookman, shared_->fonts);
            if (printable == data) throw;
            return render(package, printable, surroundings);
        }
        auto problems = unprintable(data, bookman, shared_->fonts);
        if (problems.empty()) throw;
        throw Error(Code::data, std::move(problems));
    }
}

}  // namespace naskah::generator
