// Checks many files one after another in a child process that can reach nothing (decision 0041). What breaks
// a parser breaks that child: the file gets its finding, and the next file goes to a new child.
#pragma once

#include <chrono>
#include <memory>

#include "core/web.h"
#include "verify/verify.h"

namespace naskah::service {

struct CheckLimits {
    std::chrono::seconds processor{15};  // for one file
    std::chrono::seconds patience{120};  // by the clock, for one file: the machine may be busy
    std::size_t memory = 2u << 30;       // of the child, its code and the trust included
    std::size_t report = 8u << 20;
    int questions = 16;  // to the web for one file; the next ones are answered by silence
};

// For programs with one thread: the child is a copy of the process as it is at the first check, without its
// descriptors.
class FileChecker {
public:
    // `trust` and `web` outlive the checker. `web`: asked on the child's behalf, or nullptr: nobody is.
    FileChecker(const verify::Trust& trust, Instant at, Web* web, const CheckLimits& limits = {});
    ~FileChecker();
    FileChecker(const FileChecker&) = delete;
    FileChecker& operator=(const FileChecker&) = delete;

    // What verify::check says. A file that exhausts the child or makes it fall is `failed`, too_complex.
    // Throws Error(outside) if no child can be had.
    verify::Report check(BytesView pdf);
    int children() const { return children_; }  // started so far

private:
    class Child;
    const verify::Trust& trust_;
    Instant at_;
    Web* web_;
    CheckLimits limits_;
    int children_ = 0;
    std::unique_ptr<Child> child_;
};

}  // namespace naskah::service
