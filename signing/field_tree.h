// What a PDF's form and its signatures so far mean for one more signature.
#pragma once

#include <string>

#include "signing/pdf_file.h"

namespace naskah::signing {

// Throws Error(data) if `field` is taken, or if an earlier signature permits no further one: certified with
// P=1 (12.8.2.2), or a lock with P 1 (ISO 32000-2 12.7.5.5). Returns whether the file bears any signature.
bool is_signed_but_open(const PdfFile& file, const Dictionary& catalog, const std::string& field);

}  // namespace naskah::signing
