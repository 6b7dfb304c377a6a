#include "html_form.h"

#include <map>

namespace naskah::test {
namespace {

std::string plain(std::string_view text) {
    static const std::map<std::string, std::string> entities = {
        {"amp", "&"}, {"lt", "<"}, {"gt", ">"}, {"quot", "\""}, {"#39", "'"}, {"#x27", "'"}, {"apos", "'"}};
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const std::size_t end = text[i] == '&' ? text.find(';', i) : std::string_view::npos;
        const auto known = end == std::string_view::npos
                               ? entities.end()
                               : entities.find(std::string(text.substr(i + 1, end - i - 1)));
        if (known == entities.end()) {
            out += text[i];
        } else {
            out += known->second;
            i = end;
        }
    }
    return out;
}

bool is_blank(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }

}  // namespace

bool Tag::has(std::string_view attribute) const {
    for (const auto& [key, value] : attributes)
        if (key == attribute) return true;
    return false;
}

std::string Tag::get(std::string_view attribute) const {
    for (const auto& [key, value] : attributes)
        if (key == attribute) return value;
    return {};
}

std::vector<Tag> tags_of(std::string_view html) {
    std::vector<Tag> tags;
    for (std::size_t at = 0; (at = html.find('<', at)) != std::string_view::npos;) {
        Tag tag;
        ++at;
        while (at < html.size() && !is_blank(html[at]) && html[at] != '>') tag.name += html[at++];
        while (at < html.size() && html[at] != '>') {
            if (is_blank(html[at]) || html[at] == '/') {
                ++at;
                continue;
            }
            std::string name;
            while (at < html.size() && html[at] != '=' && html[at] != '>' && !is_blank(html[at]))
                name += html[at++];
            std::string value;
            if (at < html.size() && html[at] == '=') {
                const char quote = html[at + 1];
                const std::size_t end = html.find(quote, at + 2);
                if (end == std::string_view::npos) return tags;
                value = plain(html.substr(at + 2, end - at - 2));
                at = end + 1;
            }
            tag.attributes.emplace_back(std::move(name), std::move(value));
        }
        const std::size_t next = std::min(html.find('<', at), html.size());
        if (at < html.size()) tag.text = plain(html.substr(at + 1, next - at - 1));
        tags.push_back(std::move(tag));
    }
    return tags;
}

service::Fields sent_from(std::string_view html) {
    service::Fields sent;
    std::string select;
    std::string chosen;
    bool any = false;
    for (const Tag& tag : tags_of(html)) {
        const std::string type = tag.get("type");
        if (tag.name == "input" && type != "file" && !tag.get("name").empty()) {
            const bool box = type == "checkbox" || type == "radio";
            if (!box || tag.has("checked")) sent.all.emplace_back(tag.get("name"), tag.get("value"));
        } else if (tag.name == "textarea") {
            std::string text = tag.text;
            for (std::size_t at = 0; (at = text.find('\n', at)) != std::string::npos; at += 2)
                text.replace(at, 1, "\r\n");
            sent.all.emplace_back(tag.get("name"), text);
        } else if (tag.name == "select") {
            select = tag.get("name");
            chosen.clear();
            any = false;
        } else if (tag.name == "option") {
            if (!any || tag.has("selected")) chosen = tag.get("value");
            any = true;
        } else if (tag.name == "/select") {
            sent.all.emplace_back(select, chosen);
        }
    }
    return sent;
}

std::vector<std::string> buttons_of(std::string_view html, std::string_view name) {
    std::vector<std::string> values;
    for (const Tag& tag : tags_of(html))
        if (tag.name == "button" && tag.get("name") == name) values.push_back(tag.get("value"));
    return values;
}

}  // namespace naskah::test
