// A short form of our own (not one made from a kind's schema): its fields, what stands in them and what is
// wrong with each, as web/pages/partials/bidang.mustache shows them. Everything in it is text for the page to
// escape.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/json.h"
#include "service/http.h"

namespace naskah::service {

struct PlainField {
    enum class Kind { text, lines, date, choice, radio, many, switch_ };
    std::string name, title, hint;  // said in the visit's language
    Kind kind = Kind::text;
    bool required = true;
    std::string value{};
    std::vector<std::string> values{};                           // of many
    std::vector<std::pair<std::string, std::string>> options{};  // of choice, radio and many: value and words
    std::vector<std::string> suggestions{};                      // of text
    std::size_t most = 500;                                      // characters that may be typed
    int rows = 3;                                                // of lines
    bool wide = false;
};

struct PlainForm {
    Json fields = Json::array();
    Json problems = Json::array();  // {"kata", "alamat"}: of all, each with the place that it is about
};

using Say = std::function<std::string(const std::string&)>;

// `problems` name their field in `where` by its name, or by one that begins with it and '[' or '.'; others
// stand in the summary alone.
PlainForm plain_form(const std::vector<PlainField>& fields, const std::vector<Problem>& problems,
                     const Say& say);

// Each field's value becomes what was sent, trimmed; line ends become \n.
void take_sent(std::vector<PlainField>& fields, const Fields& sent);
std::string sent_text(const Fields& sent, std::string_view name);

}  // namespace naskah::service
