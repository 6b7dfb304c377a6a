// Mustache, made strict (docs/templates.md). The home of kainjow mustache.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/json.h"

namespace naskah::generator {

// A parsed template with its partials. Immutable; safe from any thread.
class Template {
public:
    // `folders` are searched for partials/NAME.mustache in order. Throws Error(data) with file and line: syntax, triple
    // braces, a missing partial, partials that include each other, an unknown pipe.
    static std::shared_ptr<const Template> load(const std::filesystem::path& file,
                                                const std::vector<std::filesystem::path>& partials);
    virtual ~Template() = default;
    // `top` holds the clerk's data at its top and under "isian", and "kantor", "surat", "penandatangan".
    // Throws Error(data): a missing name, with file and line.
    virtual std::string fill(const Json& top) const = 0;
};

}  // namespace naskah::generator
