// What a package's folder becomes when it is loaded.
#pragma once

#include <map>

#include "generator/generator.h"
#include "generator/schema.h"
#include "generator/template.h"

namespace naskah::generator {

struct Package::Parts {
    std::string kind;
    std::filesystem::path folder;
    Json about, schema, example;
    bool names_citizens = false;  // some field is a NIK
    Sha256 digest;                // of all that decides how a letter of the kind looks and what it may hold
    std::unique_ptr<const Schema> checker;
    std::shared_ptr<const Template> letter, subject;
    std::map<std::string, std::shared_ptr<const Template>> agenda;  // by column
};

// Throws Error(data): a file that is missing or wrong; every flaw at once where that is possible.
std::shared_ptr<const Package> load_package(const std::filesystem::path& folder,
                                            const std::vector<std::filesystem::path>& partials);

}  // namespace naskah::generator
