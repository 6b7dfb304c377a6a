#include "verify/history.h"

namespace naskah::verify {

History::Entry& History::at(std::size_t end) {
    // Line ends behind "%%EOF" belong to no revision: with and without them it is the same one.
    while (end > 0 && is_blank(file_[end - 1])) --end;
    const auto [found, fresh] = entries_.try_emplace(end);
    Entry& entry = found->second;
    if (!fresh) return entry;
    entry.revision = Revision::open(file_.first(end), budget_, entry.trouble);
    if (entry.revision) entry.form = read_form(*entry.revision, budget_);
    return entry;
}

}  // namespace naskah::verify
