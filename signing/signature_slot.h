// The place for a signature, or for a document timestamp, in a PDF: an incremental update that fills a
// signature field that waits for it (the letters of Naskah have one in their structure, generator/pdf.cpp),
// or adds an invisible one. ISO 32000-1 12.7.4.5 and 12.8, ETSI EN 319 142-1.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "core/bytes.h"
#include "core/sha256.h"
#include "core/world.h"

namespace naskah::signing {

struct SlotRequest {
    // An empty field name stands for the first free one of TandaTangan1, TandaTangan2 and so on.
    std::string field, field_tooltip, reason, location;  // UTF-8
    int certify = 0;                                     // DocMDP permission wished for, 0 for none
    std::vector<std::string> locked;                     // fields that nobody may change afterwards
    bool last = false;                                   // it locks all, in a field of its own
    std::size_t signature_size = 0;                      // bytes to keep free for the CMS
    Instant now;
    // A document timestamp (ISO 32000-2 12.8.5) in a field of its own; the empty name stands for
    // StempelWaktu1 and so on, and what people say of a signature stays empty.
    bool document_timestamp = false;
};

struct Slot {
    Bytes pdf;  // the given file, then the update; ByteRange is filled in, the signature is zeros
    std::size_t contents_at = 0, contents_size = 0;  // from '<' to '>'
    int certifies = 0;
    std::string field;
};

// Throws Error(data) as `prepare` does.
Slot open_slot(BytesView pdf, const SlotRequest& request);

// The digest of everything but the signature itself, which is what gets signed.
Sha256 digest_around(BytesView pdf, std::size_t contents_at, std::size_t contents_size);
// Puts the CMS into the slot. False, and nothing is written, if it does not fit.
bool fill_slot(Bytes& pdf, std::size_t contents_at, std::size_t contents_size, BytesView cms);

}  // namespace naskah::signing
