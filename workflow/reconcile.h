// A restored office finds out, series by series, which number is the last that left the house
// (storage/reconciliation.h): from what people know, and from signed letters that come back as files.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "storage/reconciliation.h"
#include "workflow/issue.h"

namespace naskah::workflow {

// The series of the office that wait for their last number. While there are any, the register does not know
// every letter that the office signed: what it does not know is not thereby forged.
std::vector<std::string> pending_reconciliation(Desk& desk);

struct SeriesState {
    std::string series, last;  // last number in the register, or empty
    std::optional<Date> date;
    bool pending = false;
};
std::vector<SeriesState> reconciliation_state(Desk& desk);

struct ReconcileRequest {
    std::string series;
    std::string last;                          // printed number; empty: see `none` and `files`
    bool none = false;                         // no letter of this series ever left the house
    std::vector<std::filesystem::path> files;  // signed letters of this series that are at hand
    std::optional<std::size_t> missing;        // how many numbers the caller expects to be missing
    std::string actor = "cli";
};
struct ReconcileReport {
    storage::Reconciled done;
    std::string last;                     // the number that was taken as the last, or empty
    std::vector<std::string> readmitted;  // letters that the backup held unsigned, issued by their files
    std::vector<Problem> warnings;
};

// Error(data): a number that is not of this series or of a day to come, a file that is no genuine letter of
// this office, what storage::Reconciliation refuses.
ReconcileReport reconcile(Desk& desk, const ReconcileRequest& request, Random& random, Instant now);

// Every series that waits is as it was in the backup: nothing was issued after it. Gives the series.
std::vector<std::string> reconcile_unchanged(Desk& desk, Random& random, Instant now,
                                             const std::string& actor);

}  // namespace naskah::workflow
