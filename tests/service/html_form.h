// What a browser would send from a form of a page: the fields as HTML has them, read back from the page's own
// text, so that a value that was not escaped is lost here as it would be there.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "service/http.h"

namespace naskah::test {

struct Tag {
    std::string name;  // "input", "/select"
    std::vector<std::pair<std::string, std::string>> attributes;
    std::string text;  // what follows it, up to the next tag

    bool has(std::string_view attribute) const;
    std::string get(std::string_view attribute) const;
};
// Every tag of the page in order, entities of attributes and texts read.
std::vector<Tag> tags_of(std::string_view html);

// The successful controls of the page's (one) form, as if no button were pressed.
service::Fields sent_from(std::string_view html);
// The values of all buttons with that name.
std::vector<std::string> buttons_of(std::string_view html, std::string_view name = ":aksi");

}  // namespace naskah::test
