#include "service/pages.h"

#include <cstdlib>

#include "core/file.h"
#include "core/sha256.h"

namespace naskah::service {

namespace fs = std::filesystem;

namespace {

std::string type_of(const fs::path& file) {
    static const std::map<std::string, std::string> types = {{".css", "text/css; charset=utf-8"},
                                                             {".js", "text/javascript; charset=utf-8"},
                                                             {".mjs", "text/javascript; charset=utf-8"},
                                                             {".svg", "image/svg+xml"},
                                                             {".png", "image/png"},
                                                             {".wasm", "application/wasm"},
                                                             {".txt", "text/plain; charset=utf-8"}};
    const auto found = types.find(file.extension().string());
    return found == types.end() ? "application/octet-stream" : found->second;
}

}  // namespace

Pages::Pages(const fs::path& web) : words_(web / "english.json") {
    for (const auto& entry : fs::directory_iterator(web / "pages")) {
        if (entry.path().extension() != ".mustache") continue;
        for (const Language language : {Language::indonesian, Language::english})
            pages_[{entry.path().stem().string(), language}] = generator::Template::page(
                entry.path(), {web / "pages"},
                [&](const std::string& text) { return words_.page(language, text); });
    }
    read_assets(web / "assets", "");
    // Installed beside our own, or in the build tree beside the program.
    std::error_code failed;
    const fs::path program = fs::read_symlink("/proc/self/exe", failed).parent_path();
    if (!fs::is_directory(web / "assets/vendor", failed) &&
        fs::is_directory(program / "../web/vendor", failed))
        read_assets(program / "../web/vendor", "vendor/");
    std::string all;
    for (const auto& [name, asset] : assets_) all += name + to_string(sha256(as_bytes(asset.content)));
    asset_root_ = "/aset/" + to_string(sha256(as_bytes(all))).substr(0, 12);
}

void Pages::read_assets(const fs::path& folder, const std::string& prefix) {
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
        if (!entry.is_regular_file() || entry.path().filename().string().starts_with('.')) continue;
        const Bytes content = read_file(entry.path(), 16u << 20);
        assets_[prefix + entry.path().lexically_relative(folder).generic_string()] = {
            type_of(entry.path()), std::string(as_text(content))};
    }
}

std::string Pages::render(const std::string& name, Language language, const Json& content, const Json& frame,
                          const Json& office) const {
    const auto page = pages_.find({name, language});
    if (page == pages_.end()) throw Error(Code::internal, "halaman tidak ada: " + name, "web/pages");
    static const Json nothing = Json::object();
    try {
        return page->second->fill(
            {.data = content, .office = office, .letter = nothing, .signer = nothing, .page = &frame});
    } catch (const Error& error) {
        throw Error(Code::internal, error.problems());
    }
}

Response Pages::asset(const Request& request) const {
    const std::string_view path = request.path;
    Response response;
    response.type = "text/plain; charset=utf-8";
    // An older address still finds what the file is now, but not for good.
    const std::size_t start = path.find('/', std::string_view("/aset/").size());
    const auto found =
        start == std::string_view::npos ? assets_.end() : assets_.find(std::string(path.substr(start + 1)));
    if (found == assets_.end()) {
        response.status = 404;
        return response;
    }
    response.type = found->second.type;
    response.body = found->second.content;
    response.with("Cache-Control",
                  path.starts_with(asset_root_ + "/") ? "public, max-age=31536000, immutable" : "no-cache");
    return response;
}

fs::path shipped_web() {
    if (const char* named = std::getenv("NASKAH_WEB")) return named;
    std::error_code failed;
    const fs::path program = fs::read_symlink("/proc/self/exe", failed).parent_path();
    for (const fs::path& folder : {program / "../share/naskah/web", program / "../../web"})
        if (fs::is_directory(folder / "pages", failed)) return fs::canonical(folder);
    throw Error(Code::internal, "halaman bawaan tidak ditemukan", program.string(),
                "Isi NASKAH_WEB dengan foldernya.");
}

}  // namespace naskah::service
