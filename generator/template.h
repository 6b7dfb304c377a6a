// Mustache, made strict (docs/templates.md). The home of kainjow mustache.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/json.h"
#include "core/sha256.h"

namespace naskah::generator {

// What the names of a template stand for.
struct Names {
    const Json& data;            // the clerk's: plain names at the top, and {{isian...}} anywhere
    const Json& office;          // {{kantor...}}
    const Json& letter;          // {{surat...}}
    const Json& signer;          // {{penandatangan...}}
    const Json* page = nullptr;  // {{halaman...}}: of a page of the service, what surrounds its content
    // The letter is not finished (gaps.h): what is missing, or cannot be computed, is no error but a gap.
    bool unfinished = false;
};

// A parsed template with its partials. Immutable; safe from any thread.
class Template {
public:
    // `folders` are searched for partials/NAME.mustache in order. Throws Error(data) with file and line:
    // syntax, triple braces, a missing partial, partials that include each other, an unknown pipe. Its values
    // are escaped for XML.
    static std::shared_ptr<const Template> load(const std::filesystem::path& file,
                                                const std::vector<std::filesystem::path>& folders);
    // One line of plain text, such as `hal` in about.json: nothing is escaped.
    static std::shared_ptr<const Template> plain(std::string_view text, const std::string& where);

    // A page of the service: HTML, whose white space stays. `translate` is given the text of the file and of
    // each partial before it is read.
    using Translate = std::function<std::string(const std::string&)>;
    static std::shared_ptr<const Template> page(const std::filesystem::path& file,
                                                const std::vector<std::filesystem::path>& folders,
                                                const Translate& translate);

    virtual ~Template() = default;

    // Throws Error(data): a name that is missing or cannot be printed, with file and line.
    virtual std::string fill(const Names& names) const = 0;

    // Of everything that the template says, its partials included.
    virtual Sha256 digest() const = 0;

    // Every name that `schema` (of the clerk's data) and the office's names do not know, each with file and
    // line. A misspelt section would otherwise be silently empty.
    virtual std::vector<Problem> unknown_names(const Json& schema) const = 0;

    // The fields of `schema`, its nodes under "properties", that the template prints or asks about.
    virtual void mark_used(const Json& schema, std::set<const Json*>& used) const = 0;
    // The partials that it includes, directly or through others.
    virtual std::set<std::string> partials() const = 0;
};

}  // namespace naskah::generator
