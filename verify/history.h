// A file and its revisions, each opened once and on demand.
#pragma once

#include <map>
#include <memory>

#include "verify/form.h"
#include "verify/revision.h"

namespace naskah::verify {

class History {
public:
    History(BytesView file, Budget& budget) : file_(file), budget_(budget) {}

    struct Entry {
        std::unique_ptr<Revision> revision;  // nullptr if it could not be opened
        Revision::Trouble trouble = Revision::Trouble::none;
        Form form;
    };
    // The file up to `end`.
    Entry& at(std::size_t end);
    Entry& last() { return at(file_.size()); }
    BytesView file() const { return file_; }
    Budget& budget() { return budget_; }

private:
    BytesView file_;
    Budget& budget_;
    std::map<std::size_t, Entry> entries_;
};

}  // namespace naskah::verify
