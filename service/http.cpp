#include "service/http.h"

#include <algorithm>

#include "core/text.h"

namespace naskah::service {

std::string_view Fields::get(std::string_view name) const {
    for (const auto& [key, value] : all)
        if (key == name) return value;
    return {};
}

bool Fields::has(std::string_view name) const {
    for (const auto& [key, value] : all)
        if (key == name) return true;
    return false;
}

std::vector<std::string_view> Fields::every(std::string_view name) const {
    std::vector<std::string_view> values;
    for (const auto& [key, value] : all)
        if (key == name) values.emplace_back(value);
    return values;
}

Response redirect(const std::string& to, int status) {
    Response response;
    response.status = status;
    response.headers.emplace_back("Location", to);
    return response;
}

Response json_response(const Json& value, int status) {
    Response response;
    response.status = status;
    response.type = "application/json";
    response.body = dump_json(value);
    return response;
}

Response download(std::string content, const std::string& type, const std::string& name) {
    std::string plain;
    for (const char c : name) {
        const bool safe = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                          c == '.' || c == '-' || c == '_';
        plain += safe ? c : '_';
    }
    Response response;
    response.type = type;
    response.body = std::move(content);
    response.headers.emplace_back("Content-Disposition", "attachment; filename=\"" + plain + "\"");
    return response;
}

Response download(std::shared_ptr<const Spool> content, const std::string& type, const std::string& name) {
    Response response = download(std::string(), type, name);
    response.spool = std::move(content);
    return response;
}

std::optional<std::string> decode_percent(std::string_view text, bool plus_is_blank) {
    const auto digit = [](char c) {
        if (c >= '0' && c <= '9') return c - '0';
        if (c >= 'a' && c <= 'f') return c - 'a' + 10;
        if (c >= 'A' && c <= 'F') return c - 'A' + 10;
        return -1;
    };
    std::string decoded;
    decoded.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%') {
            if (i + 2 >= text.size()) return std::nullopt;
            const int high = digit(text[i + 1]), low = digit(text[i + 2]);
            if (high < 0 || low < 0) return std::nullopt;
            decoded += static_cast<char>(high * 16 + low);
            i += 2;
        } else {
            decoded += plus_is_blank && text[i] == '+' ? ' ' : text[i];
        }
    }
    if (decoded.find('\0') != std::string::npos) return std::nullopt;
    return decoded;
}

std::string encode_percent(std::string_view text) {
    static constexpr char digits[] = "0123456789ABCDEF";
    std::string encoded;
    for (const char c : text) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                           c == '-' || c == '.' || c == '_' || c == '~';
        if (plain) {
            encoded += c;
        } else {
            const auto octet = static_cast<unsigned char>(c);
            encoded += {'%', digits[octet >> 4], digits[octet & 15]};
        }
    }
    return encoded;
}

Fields parse_query(std::string_view text, std::size_t most) {
    Fields fields;
    while (!text.empty() && fields.all.size() < most) {
        const std::string_view pair = text.substr(0, text.find('&'));
        text.remove_prefix(std::min(pair.size() + 1, text.size()));
        if (pair.empty()) continue;
        const std::size_t equals = std::min(pair.find('='), pair.size());
        auto name = decode_percent(pair.substr(0, equals), true);
        auto value = decode_percent(pair.substr(std::min(equals + 1, pair.size())), true);
        if (name && value) fields.all.emplace_back(*std::move(name), *std::move(value));
    }
    return fields;
}

Fields parse_cookies(std::string_view header) {
    Fields cookies;
    while (!header.empty() && cookies.all.size() < 50) {
        const std::string_view pair = header.substr(0, header.find(';'));
        header.remove_prefix(std::min(pair.size() + 1, header.size()));
        const std::size_t equals = pair.find('=');
        if (equals == std::string_view::npos) continue;
        cookies.all.emplace_back(trim(pair.substr(0, equals)), trim(pair.substr(equals + 1)));
    }
    return cookies;
}

std::string local_address(std::string_view asked, const std::string& otherwise) {
    const bool ours = asked.starts_with('/') && !asked.starts_with("//") && asked.size() <= 2000 &&
                      std::none_of(asked.begin(), asked.end(), [](char c) {
                          return c == '\\' || static_cast<unsigned char>(c) <= 0x20 || c == 0x7F;
                      });
    return ours ? std::string(asked) : otherwise;
}

}  // namespace naskah::service
