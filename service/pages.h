// Pages and their assets: web/pages/NAME.mustache in both languages, web/assets/* under an address that
// changes with their content; vendor/* are the scripts of others that web/vendor.sh fetched. Read once at
// start; safe from many threads.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include "generator/template.h"
#include "service/http.h"
#include "service/words.h"

namespace naskah::service {

class Pages {
public:
    // `web`: the folder with pages/, assets/ and english.json. Throws Error(data) naming file and line.
    explicit Pages(const std::filesystem::path& web);

    // `content` is what a page's plain names mean, `frame` is {{halaman...}}, `office` {{kantor...}}. Throws
    // Error(internal) for a name that a page uses and nobody gave.
    std::string render(const std::string& name, Language language, const Json& content, const Json& frame,
                       const Json& office) const;

    const Words& words() const { return words_; }
    const std::string& asset_root() const { return asset_root_; }  // "/aset/1f3a9c04"
    // A page does without a vendor's script that is not installed.
    bool has_asset(const std::string& name) const { return assets_.contains(name); }
    // The asset at an address below /aset/, cacheable for good; 404 without a page if there is none.
    Response asset(const Request& request) const;

private:
    void read_assets(const std::filesystem::path& folder, const std::string& prefix);

    Words words_;
    std::map<std::pair<std::string, Language>, std::shared_ptr<const generator::Template>> pages_;
    struct Asset {
        std::string type, content;
    };
    std::map<std::string, Asset> assets_;
    std::string asset_root_;
};

// Where the shipped pages are: NASKAH_WEB, or beside the program (../share/naskah/web when installed, the
// source tree when built there). Throws Error(internal) if nowhere.
std::filesystem::path shipped_web();

}  // namespace naskah::service
