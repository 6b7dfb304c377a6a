// PDFs that others made, brought into the form in which Naskah can sign them.
#pragma once

#include "core/bytes.h"

namespace naskah::cli {

// `pdf` itself, or the same pages written anew by qpdf where its cross-reference tables are streams. Throws
// Error(data) saying why not: damaged, encrypted, or signed already, for then every byte has to stay;
// Error(outside) if qpdf is not installed.
Bytes signable(Bytes pdf);

}  // namespace naskah::cli
