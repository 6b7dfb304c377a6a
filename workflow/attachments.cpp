#include "workflow/attachments.h"

#include <algorithm>

#include "core/file.h"
#include "core/sha256.h"
#include "generator/picture.h"

namespace naskah::workflow {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t largest_picture = 20u << 20;

// Same bytes, same name: what is there already is not written again.
std::string keep(BytesView bytes, const fs::path& office) {
    const bool png = bytes.size() > 4 && bytes[0] == 0x89 && bytes[1] == 'P';
    const std::string kept = "lampiran/" + to_string(sha256(bytes)) + (png ? ".png" : ".jpg");
    try {
        if (!fs::exists(office / kept)) {
            fs::create_directories(office / "lampiran");
            write_file(office / kept, bytes);
        }
    } catch (const fs::filesystem_error& error) {
        throw Error(Code::cannot_write,
                    "folder lampiran/ kantor tidak dapat dibuat: " + error.code().message(), office.string(),
                    "Periksa izin dan sisa ruang folder kantor.");
    }
    return kept;
}

class PictureTaker {
public:
    PictureTaker(const Json& schema, fs::path images, fs::path office)
        : schema_(schema), images_(std::move(images)), office_(std::move(office)) {}

    void walk(const Json& schema, Json& value, const std::string& path) {
        if (!schema.is_object()) return;
        if (const auto reference = schema.find("$ref"); reference != schema.end()) {
            const std::string pointer = reference->get<std::string>();
            if (pointer.starts_with("#/"))
                walk(schema_.at(Json::json_pointer(pointer.substr(1))), value, path);
            return;
        }
        if (value.is_string() && schema.value("format", "") == "gambar") {
            take(value, path);
        } else if (value.is_object() && schema.contains("properties")) {
            for (const auto& [name, property] : schema.at("properties").items())
                if (const auto field = value.find(name); field != value.end())
                    walk(property, *field, path.empty() ? name : path + "." + name);
        } else if (value.is_array() && schema.contains("items")) {
            for (std::size_t i = 0; i < value.size(); ++i)
                walk(schema.at("items"), value[i], path + "[" + std::to_string(i) + "]");
        }
    }

    std::vector<Problem> problems;

private:
    void take(Json& value, const std::string& path) {
        const std::string name = value.get<std::string>();
        try {
            const Bytes bytes = read_file(generator::picture_file(images_, office_, name), largest_picture);
            value = keep(bytes, office_);
        } catch (const Error& error) {
            if (error.code() == Code::cannot_write) throw;
            for (Problem problem : error.problems()) {
                problem.where = path + " (" + name + ")";
                problems.push_back(std::move(problem));
            }
        }
    }

    const Json& schema_;
    fs::path images_, office_;
};

}  // namespace

Json take_pictures(const generator::Package& package, const Json& data, const fs::path& images,
                   const fs::path& office) {
    Json taken = data;
    PictureTaker taker(package.schema(), images, office);
    taker.walk(package.schema(), taken, "");
    if (!taker.problems.empty()) throw Error(Code::data, std::move(taker.problems));
    return taken;
}

std::string keep_picture(BytesView picture, const std::string& name, const fs::path& office) {
    generator::read_picture(picture, name);
    return keep(picture, office);
}

std::optional<fs::path> kept_picture(const std::string& name, const fs::path& office) {
    const std::size_t slash = name.find('/');
    if (slash == std::string::npos) return std::nullopt;
    const std::string folder = name.substr(0, slash), file = name.substr(slash + 1);
    if (folder != "lampiran" && folder != "foto") return std::nullopt;
    const bool plain = std::all_of(file.begin(), file.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
               c == '_' || c == '.';
    });
    const bool picture = file.ends_with(".jpg") || file.ends_with(".jpeg") || file.ends_with(".png");
    std::error_code failed;
    if (!plain || !picture || file.front() == '.' || fs::is_symlink(office / name, failed) ||
        !fs::is_regular_file(office / name, failed))
        return std::nullopt;
    return office / name;
}

}  // namespace naskah::workflow
