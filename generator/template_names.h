// Which names a template may use: those of its schema, and those that every office gives.
#pragma once

#include <set>
#include <vector>

#include "core/error.h"
#include "core/json.h"
#include "generator/template_source.h"

namespace naskah::generator {

// JSON Schema of what surrounds the data: {"kantor": {...}, "surat": {...}, "penandatangan": {...}}
// (docs/office.md).
const Json& surroundings_schema();

// The schema of a field, its "$ref" followed; null if it leads nowhere.
const Json& resolved(const Json& schema, const Json& root);

// One problem for each name of the template that stands for nothing in `schema`, at its file and line.
std::vector<Problem> find_unknown_names(const std::vector<Token>& tokens, const Json& schema);

// The fields of `schema` (its nodes under "properties") that the template prints or asks about.
void find_used_fields(const std::vector<Token>& tokens, const Json& schema, std::set<const Json*>& used);

}  // namespace naskah::generator
