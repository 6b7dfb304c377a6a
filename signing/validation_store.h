// The document security store of a PDF (DSS, ISO 32000-2 12.8.4.3; ETSI EN 319 142-1 5.4): all that proves
// its signatures good, carried along in the file.
#pragma once

#include <string>
#include <vector>

#include "core/bytes.h"
#include "signing/pdf_file.h"
#include "signing/revocation.h"

namespace naskah::signing {

// What proves one signature.
struct ValidationRecord {
    Bytes contents;  // of its signature dictionary, as it stands in the file, padding included
    ValidationData data;
};

// `pdf` gains an incremental update with a DSS, or with a DSS that has more in it: what is there stays. Each
// record is named by its signature as well (VRI). Throws Error(data) for a damaged file.
Bytes add_validation_data(BytesView pdf, const std::vector<ValidationRecord>& records);

// Whether the file has something about the certificates of that signature: under its name, or, where the file
// keeps no such index, at all.
bool has_validation_data(const PdfFile& file, BytesView contents);

// What the file carries of it in streams without filters, as Naskah writes them.
ValidationData read_validation_data(BytesView pdf);

}  // namespace naskah::signing
