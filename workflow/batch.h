// Many letters from a file of JSON lines. Numbers follow the order of the lines, whatever the number of jobs;
// a line that is refused takes none. Run again on the same file, it goes on where it stopped: each line has
// an idempotency key made of its content and of how often that content came before it.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "workflow/issue.h"

namespace naskah::workflow {

struct BatchOptions {
    std::string kind;
    std::filesystem::path input;  // JSON lines, one letter each; blank lines are passed over
    std::filesystem::path out;    // folder, made if missing
    int jobs = 1;
    std::string key;  // set apart from an earlier run over equal lines; usually empty
    std::string series;
    std::string actor = "cli";
};

struct BatchLine {
    std::size_t line = 0;           // 1-based line of the input
    std::string number, id, file;   // file: name in `out`; number and id are empty for drafts
    std::vector<Problem> problems;  // empty: done
    Code code = Code::data;         // of the problems
};

// One call at a time, in the order of completion. `total` is the number of lines with a letter.
using BatchReport = std::function<void(const BatchLine& line, std::size_t done, std::size_t total)>;

void issue_batch(Desk& desk, const BatchOptions& options, const BatchReport& report);
void draft_batch(const Desk& desk, const BatchOptions& options, const BatchReport& report);

// "800.1.11.1/147/DPMPTSP-DALAK/IV/2026" as a file name: 800.1.11.1_147_DPMPTSP-DALAK_IV_2026.pdf
std::string file_name_of(const std::string& number);

}  // namespace naskah::workflow
