// What a PDF's form and its signatures so far mean for one more signature.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "signing/pdf_file.h"

namespace naskah::signing {

struct FormSoFar {
    bool is_signed = false;       // whether the file bears any signature
    std::set<std::string> names;  // of the top-level fields
    // Signature fields that wait for a signature, by name: one widget each, without conditions of their own
    // (seed values, locks), in a form that says already that it may only grow (SigFlags 3).
    std::map<std::string, Reference> waiting;
    // Why an earlier signature permits no further one; empty if none forbids it: certified with P=1
    // (12.8.2.2), or a lock with P 1 (ISO 32000-2 12.7.5.5).
    std::string closed;
    std::vector<Dictionary> signatures;  // their dictionaries, document timestamps among them
};

// Throws Error(data) for a form that is damaged.
FormSoFar look_at_form(const PdfFile& file, const Dictionary& catalog);

}  // namespace naskah::signing
