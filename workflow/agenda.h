// The buku agenda: the register as an office keeps it and as other systems take it over (domain: columns of
// the agenda surat keluar; docs/glossary.md).
#pragma once

#include <functional>
#include <string>

#include "workflow/office.h"

namespace naskah::workflow {

std::string status_word(storage::Status status);  // "Dipesan", "Terbit", "BATAL", "Dicabut", "Diganti"

// All letters that the filter lets through, page by page, in the order of series, year and number.
void each_letter(storage::Register& letters, storage::Filter filter,
                 const std::function<void(const storage::Letter&)>& visit);

Json agenda_json(storage::Register& letters, const storage::Filter& filter, const Office& office);
// RFC 4180, UTF-8. A cell that a spreadsheet would run as a formula is disarmed with an apostrophe.
std::string agenda_csv(storage::Register& letters, const storage::Filter& filter, const Office& office);

}  // namespace naskah::workflow
