// Drafts as they would look now. The same data gives the same preview, so the last ones are kept: a save, the
// picture of its page and the PDF that somebody opens are set once.
#pragma once

#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "core/sha256.h"
#include "workflow/issue.h"

namespace naskah::service {

struct Preview {
    Bytes pdf;
    Sha256 digest;
    int pages = 0;
    bool cut = false;               // not everything is shown: too long
    std::vector<Problem> problems;  // why there is no PDF; empty if there is one
};

class Previews {
public:
    // Never throws for anything in the data. Safe from any thread.
    std::shared_ptr<const Preview> of(const std::shared_ptr<workflow::Desk>& desk, const std::string& kind,
                                      const Json& data, Instant now);

private:
    struct Kept {
        Sha256 key;
        std::weak_ptr<workflow::Desk> desk;  // of another office's data, or of another day: set anew
        std::shared_ptr<const Preview> preview;
    };
    std::mutex mutex_;
    std::list<Kept> kept_;  // the last used first
};

}  // namespace naskah::service
