// What every page of the office's settings does alike: shows a form made from the file as it is, takes what
// was sent, and tells whoever was second that somebody was first.
#pragma once

#include <string>
#include <vector>

#include "service/plain_form.h"
#include "service/site.h"
#include "workflow/settings.h"

namespace naskah::service {

class SettingsDesk {
public:
    explicit SettingsDesk(Site& site) : site_(site) {}

    workflow::StoredSettings now(workflow::SettingsFile file = workflow::SettingsFile::office) const;

    // Writes what `apply` makes of the file, under the digest that the form brought along; the site works
    // with it from then on. Problems name fields by their paths below `prefix` ("pejabat[1].").
    using Apply = std::function<void(Json&)>;
    workflow::SettingsOutcome change(const Visit& visit, const Apply& apply, const std::string& prefix = {},
                                     workflow::SettingsFile file = workflow::SettingsFile::office) const;

    struct Sheet {
        const char* name;   // of the page
        std::string title;  // Indonesian
        std::vector<std::string> scripts{};
        Json page;  // what it shows beside the form
        std::vector<PlainField> fields;
        std::vector<Problem> problems{};
        Sha256 digest;  // of the file that the values come from
        // What the fields hold in the file, where somebody else changed it while this form was open.
        std::vector<PlainField> elsewhere{};
    };
    Response show(const Visit& visit, Sheet sheet) const;

    // A sheet that is a form and nothing else. All texts are Indonesian.
    struct Form {
        std::string title;
        const char* about;
        std::string action;  // where it is sent
        const char *button, *back, *back_words;
        const char* news = "";
        std::vector<PlainField> fields;
        std::vector<Problem> problems{};
        Sha256 digest;
        std::vector<PlainField> elsewhere{};
    };
    Response show_form(const Visit& visit, Form form) const;

    // The digest that a form brought along: what is wrong with it does not depend on what others did.
    static Sha256 sent_digest(const Visit& visit);

    std::string say(const Visit& visit, const std::string& text) const { return site_.say(visit, text); }
    Say sayer(const Visit& visit) const {
        return [this, &visit](const std::string& text) { return site_.say(visit, text); };
    }
    Site& site() const { return site_; }

private:
    Site& site_;
};

// Texts and lists of lines as fields hold them, and back.
std::string text_of(const Json& object, const std::string& name);
std::string lines_of(const Json& object, const std::string& name);
Json as_lines(const std::string& text);
// An empty text takes the member away.
void set_text(Json& object, const std::string& name, const std::string& text);

}  // namespace naskah::service
