// A letter on its way, as the pages of checker and head show it.
#pragma once

#include "service/previews.h"
#include "service/site.h"
#include "workflow/drafting.h"

namespace naskah::service {

// One request's look at letters: the desk as it is now, what may be done, in the visitor's language.
class LetterView {
public:
    LetterView(const Site& site, Visit& visit, Previews& previews);

    workflow::Drafting& drafting() { return drafting_; }
    workflow::Desk& desk() { return *desk_; }
    const workflow::Office& office() const { return desk_->office(); }

    // The letter of the route's {id}, if there is one that this person may see.
    bool finds_letter() const;
    storage::Draft asked() const;  // Error(data) if not

    // "Surat Perintah Tugas": the kind's title.
    std::string kind_title(const storage::Draft& draft) const;
    // What a list and a heading call it: the subject, or the kind's title while there is none.
    std::string title(const storage::Draft& draft) const;

    // Names that pages use, see web/pages/partials.
    Json tag(const storage::Draft& draft) const;       // {{> tenggat}}
    Json row(const storage::Draft& draft) const;       // one letter of a list
    Json story(const storage::Draft& draft) const;     // {{> riwayat-surat}}: who did what, what they said
    Json initials(const storage::Draft& draft) const;  // who has put their paraf on this version, and when
    Json facts(const storage::Draft& draft) const;     // the letter's data in groups
    // Its pages as pictures, at addresses below `base`; or why it cannot be shown.
    Json pictures(const storage::Draft& draft, const std::string& base) const;
    // What the rules say of it today: problems and warnings.
    Json findings(const storage::Draft& draft) const;

    // One page of the letter, for the route's {n}.
    Response picture(const storage::Draft& draft);

    std::string say(const std::string& indonesian) const { return site_.say(visit_, indonesian); }
    std::string moment(Instant at) const;
    // A name, with the post if it is known.
    std::string person(const std::string& username) const;

private:
    // As it was signed, or as it would look now.
    std::shared_ptr<const Preview> look(const storage::Draft& draft) const;

    const Site& site_;
    Visit& visit_;
    Previews& previews_;
    std::shared_ptr<workflow::Desk> desk_;
    workflow::Drafting drafting_;
};

// The letter has moved on since this page was made: nothing changed; here is where to look.
Response moved_on(const Site& site, const Visit& visit, const Error& error, const std::string& back);

}  // namespace naskah::service
