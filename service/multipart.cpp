#include "service/multipart.h"

#include "core/text.h"
#include "service/message.h"

namespace naskah::service {
namespace {

constexpr std::string_view line_end = "\r\n";

// "Name: value" lines, each with its end.
std::optional<Fields> read_fields(std::string_view text) {
    Fields fields;
    while (!text.empty()) {
        const std::string_view line = text.substr(0, text.find(line_end));
        text.remove_prefix(line.size() + line_end.size());
        const std::size_t colon = line.find(':');
        if (colon == std::string_view::npos || fields.all.size() == most_headers) return std::nullopt;
        const std::string_view name = line.substr(0, colon), value = line.substr(colon + 1);
        if (!is_token(name) || !is_field_value(value)) return std::nullopt;
        fields.all.emplace_back(lower(name), trim(value));
    }
    return fields;
}

// The value of a parameter: form-data; name="a"; filename="b \"c\".pdf"
std::optional<std::string> parameter(std::string_view text, std::string_view wanted) {
    std::size_t at = text.find(';');
    while (at < text.size()) {
        ++at;
        while (at < text.size() && (text[at] == ' ' || text[at] == '\t')) ++at;
        const std::size_t name_at = at;
        while (at < text.size() && is_token(text.substr(at, 1))) ++at;
        const std::string name = lower(text.substr(name_at, at - name_at));
        std::string value;
        if (at < text.size() && text[at] == '=') {
            ++at;
            if (at < text.size() && text[at] == '"') {
                for (++at; at < text.size() && text[at] != '"'; ++at) {
                    if (text[at] == '\\' && at + 1 < text.size()) ++at;
                    value += text[at];
                }
                if (at == text.size()) return std::nullopt;
                ++at;
            } else {
                while (at < text.size() && text[at] != ';') value += text[at++];
                value = trim(value);
            }
        }
        if (name == wanted) return value;
        at = text.find(';', at);
    }
    return std::nullopt;
}

}  // namespace

std::optional<std::vector<Part>> parse_multipart(std::string_view body, std::string_view content_type,
                                                 std::size_t most) {
    const auto boundary = parameter(content_type, "boundary");
    if (!boundary || boundary->empty() || boundary->size() > 70) return std::nullopt;
    const std::string opening = "--" + *boundary, delimiter = "\r\n" + opening;
    std::size_t at = 0;
    if (!body.starts_with(opening)) {
        at = body.find(delimiter);
        if (at == std::string_view::npos) return std::nullopt;
        at += 2;
    }
    at += opening.size();
    std::vector<Part> parts;
    for (;;) {
        if (body.substr(at).starts_with("--")) return parts;
        while (at < body.size() && (body[at] == ' ' || body[at] == '\t')) ++at;
        if (!body.substr(at).starts_with(line_end) || parts.size() == most) return std::nullopt;
        const std::string_view rest = body.substr(at + 2);
        // A part without headers is legal elsewhere; in a form it would have no name.
        const std::size_t blank = rest.substr(0, 8192).find("\r\n\r\n");
        if (blank == std::string_view::npos) return std::nullopt;
        const auto fields = read_fields(rest.substr(0, blank + 2));
        if (!fields) return std::nullopt;
        const std::string disposition(fields->get("content-disposition"));
        const auto name = parameter(disposition, "name");
        if (!name || !lower(disposition).starts_with("form-data")) return std::nullopt;
        const auto filename = parameter(disposition, "filename");
        const std::size_t content = at + 2 + blank + 4;
        // An empty content may share its line end with the headers.
        const std::size_t end = body.find(delimiter, content - 2);
        if (end == std::string_view::npos) return std::nullopt;
        parts.push_back({.name = *name,
                         .filename = filename.value_or(""),
                         .type = std::string(fields->get("content-type")),
                         .content = end < content ? std::string_view() : body.substr(content, end - content),
                         .is_file = filename.has_value()});
        parts.back().is_file = parts.back().is_file || !parts.back().type.empty();
        at = end + delimiter.size();
    }
}

}  // namespace naskah::service
