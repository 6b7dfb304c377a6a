// Finding out what anyone may be told of a letter: by its code, or by a file that somebody brought. The
// register is asked each time, so that a letter withdrawn this second is withdrawn here; what the check of
// its PDF said is kept for a minute.
#pragma once

#include <memory>
#include <optional>

#include "service/kept.h"
#include "workflow/answer.h"
#include "workflow/issue.h"

namespace naskah::service {

class PublicCheck {
public:
    // What we issued, as far as it does not change.
    struct Original {
        verify::Report report;
        std::size_t size = 0;  // of the PDF
        int pages = 0;         // 0 if not known
        double height = 0;     // of its first page, in widths; 0 if not known
        std::string kind;      // its title
        bool is_public = false;
        std::string subject;  // as anyone may read it
    };
    struct Outcome {
        workflow::Answer answer = workflow::Answer::uncertain;
        workflow::Evidence evidence;
        std::shared_ptr<const Original> original;         // null if nothing was issued under the code
        std::optional<storage::Letter> withdrawn_by;      // the letter that corrects or revokes it
        std::shared_ptr<const Original> withdrawing_one;  // of that letter
    };

    // Never throw for what a register or a store does: then the answer is uncertain.
    Outcome by_code(workflow::Desk& desk, const LetterId& id, Instant now);
    // The file is checked in a process of its own; throws Error(outside) if there can be none.
    Outcome by_file(workflow::Desk& desk, BytesView pdf, Instant now);

    // The kind's title and whether the public may see such letters, from its about.json; a kind that is no
    // longer there is not public.
    static bool is_public(workflow::Desk& desk, const std::string& kind);
    static std::string title_of(workflow::Desk& desk, const std::string& kind);

private:
    struct Key {
        LetterId id;
        const workflow::Desk* desk;  // another desk has other roots and templates
        auto operator<=>(const Key&) const = default;
    };
    std::shared_ptr<const Original> original_of(workflow::Desk& desk, const storage::Letter& letter,
                                                Instant now);
    void add_withdrawal(workflow::Desk& desk, Outcome& outcome, Instant now);

    Kept<Key, Original> originals_{5000, std::chrono::seconds(60)};
};

}  // namespace naskah::service
