// The check of a file that a stranger sent: in a child with bounded time and memory that can reach nothing,
// so that a file which breaks a parser breaks that child and no more.
#pragma once

#include <filesystem>

#include "verify/verify.h"

namespace naskah::service {

// What verify::check says, against the certificates in `trust` (the office's folder of that name). A file
// that exhausts the child or makes it fall is `failed`, too complex. Throws Error(outside) if no child can be
// had.
verify::Report check_apart(BytesView pdf, const std::filesystem::path& trust, Instant at);

// The report as verify::to_json wrote it in a child. Its verdicts are not read but computed again from the
// facts, and the digest is ours. Throws if it makes no sense.
verify::Report read_report(const Json& said, const Sha256& digest);

// What is said of a file whose child fell or was stopped: `failed`, too complex.
verify::Report fallen_report(const Sha256& digest);

// The child's side: what check_apart sends stands on standard input, the report goes to standard output.
void serve_check_apart();

}  // namespace naskah::service
