// One draft in its author's browser: the form, the preview beside it, what a save answers, what two windows
// that wrote at once are asked. The routes are in editor_routes.cpp.
#pragma once

#include "service/colleagues.h"
#include "service/form.h"
#include "service/previews.h"

namespace naskah::service {

// Names of what a form sends beside the letter's fields. A field's name never begins with a colon.
namespace control {
inline constexpr const char *action = ":aksi", *revision = ":revisi", *end = ":akhir", *page = ":halaman",
                            *checker = ":pemeriksa", *message = ":pesan", *error = ":galat",
                            *removed = ":terhapus";
inline constexpr const char *person = "orang:", *upload = "berkas:", *choice = "pilih:";
}  // namespace control

// How a draft is to be looked at.
struct Look {
    bool all_problems = false;  // sending was tried
    std::string focus;          // path of the row to begin with
    int page = 1;               // of the preview
    std::string checker, message;
    std::vector<Problem> more;              // beyond what the check of the data says
    std::string removed_row;                // path of a row that was just removed
    Json removed;                           // and what stood in it
    std::vector<std::string> shown_errors;  // paths whose errors the page shows now
};

class Editor {
public:
    Editor(const Site& site, const Visit& visit, Previews& previews);

    workflow::Drafting& drafting() { return drafting_; }
    const std::shared_ptr<workflow::Desk>& desk() const { return desk_; }
    // The draft that the address names. Throws Error(data) if there is none that this person may see.
    storage::Draft draft();
    const generator::Package& package_of(const storage::Draft& draft);

    // Every problem of the data, schema and rules; `warnings` gains what may be ignored.
    std::vector<Problem> problems_of(const storage::Draft& draft, std::vector<Problem>& warnings);

    Response edit(const storage::Draft& draft, const Look& look, int status = 200);
    // What a save of htmx gets back: the state of the fields, and the preview or, with `sheet`, the form
    // anew.
    Response saved(const storage::Draft& draft, const Look& look, bool sheet);
    Response preview(const storage::Draft& draft, const Look& look);
    // The draft is somewhere else than this window believes: another window wrote, or it was sent.
    Response overtaken(const storage::Draft& draft);
    Response read(const storage::Draft& draft);

    std::shared_ptr<const Preview> preview_of(const storage::Draft& draft);
    std::string address_of(const storage::Draft& draft) const;
    std::string say(const std::string& text) const { return site_.say(visit_, text); }
    std::string title_of(const storage::Draft& draft);  // of its kind
    std::string subject_of(const storage::Draft& draft);
    std::string moment(Instant at) const;
    Json stage_of(const storage::Draft& draft) const;
    Json story_of(const storage::Draft& draft);

private:
    Json content(const storage::Draft& draft, const Look& look);
    Json preview_content(const storage::Draft& draft, int page);
    Json checkers(const storage::Draft& draft, const std::string& chosen);

    const Site& site_;
    const Visit& visit_;
    Previews& previews_;
    std::shared_ptr<workflow::Desk> desk_;
    workflow::Drafting drafting_;
    std::map<std::string, std::shared_ptr<const generator::Package>> packages_;
};

// The choice between what this window holds and what another stored, field by field (conflict.cpp).
Response conflict_page(Editor& editor, const Site& site, const Visit& visit, const storage::Draft& draft,
                       const Json& mine);
// `mine` with the fields of `stored` that the visitor chose to take instead.
Json settled(const Json& schema, const Json& mine, const Json& stored, const Fields& choices);

}  // namespace naskah::service
