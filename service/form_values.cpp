#include "service/form_values.h"

#include <array>
#include <charconv>
#include <optional>

#include "core/date.h"
#include "core/text.h"
#include "core/words.h"

namespace naskah::service {
namespace {

bool is_digits(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// "1.250.000": the first group has one to three digits and is no zero, the others have three.
std::optional<std::string> ungrouped(std::string_view text) {
    std::string digits;
    for (bool first = true;; first = false) {
        const std::string_view group = text.substr(0, text.find('.'));
        if (!is_digits(group) || (first ? group.size() > 3 || group == "0" : group.size() != 3))
            return std::nullopt;
        digits += group;
        if (group.size() == text.size()) return digits;
        text.remove_prefix(group.size() + 1);
    }
}

std::string fixed(double number) {
    std::array<char, 800> room{};
    const auto [end, failed] =
        std::to_chars(room.data(), room.data() + room.size(), number, std::chars_format::fixed);
    return failed == std::errc{} ? std::string(room.data(), end) : std::string();
}

std::string without_idle_zeros(std::string text) {
    if (text.find('.') != std::string::npos) {
        while (text.ends_with('0')) text.pop_back();
        if (text.ends_with('.')) text.pop_back();
    }
    return text;
}

std::optional<Json> number_from(std::string_view text) {
    if (text.starts_with("Rp")) text.remove_prefix(2);
    while (text.starts_with(' ')) text.remove_prefix(1);
    const bool negative = text.starts_with('-');
    if (negative) text.remove_prefix(1);
    std::string whole, fraction;
    const std::size_t comma = text.find(',');
    if (comma != std::string_view::npos) {
        fraction = text.substr(comma + 1);
        if (!is_digits(fraction)) return std::nullopt;
        text = text.substr(0, comma);
    }
    if (is_digits(text)) {
        whole = text;
    } else if (auto digits = ungrouped(text)) {
        whole = *std::move(digits);
    } else {  // "12.5": one point, and no group of thousands
        const std::size_t point = text.find('.');
        if (comma != std::string_view::npos || point == std::string_view::npos ||
            !is_digits(text.substr(0, point)) || !is_digits(text.substr(point + 1)))
            return std::nullopt;
        whole = text.substr(0, point);
        fraction = text.substr(point + 1);
    }
    whole.erase(0, std::min(whole.find_first_not_of('0'), whole.size() - 1));
    const std::string digits = without_idle_zeros(fraction.empty() ? whole : whole + "." + fraction);
    const std::string plain = (negative ? "-" : "") + digits;
    const char* const end = plain.data() + plain.size();
    if (digits.size() <= 18 && is_digits(digits)) {
        std::int64_t number = 0;
        std::from_chars(plain.data(), end, number);
        return number;
    }
    double number = 0;
    const auto [stop, failed] = std::from_chars(plain.data(), end, number);
    // A number that would not come back as it was typed stays text.
    if (failed != std::errc{} || stop != end || without_idle_zeros(fixed(number)) != plain)
        return std::nullopt;
    return number;
}

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return out;
}

std::optional<int> month_of(std::string_view text) {
    int number = 0;
    if (is_digits(text) && text.size() <= 2) {
        std::from_chars(text.data(), text.data() + text.size(), number);
        return number;
    }
    for (unsigned month = 1; month <= 12; ++month) {
        const Date any{std::chrono::year(2026), std::chrono::month(month), std::chrono::day(1)};
        if (lower(text) == lower(month_name(any))) return static_cast<int>(month);
    }
    return std::nullopt;
}

std::string two_digits(std::string_view text) { return (text.size() < 2 ? "0" : "") + std::string(text); }

// "26/03/2026", "26-3-2026", "26 Maret 2026".
std::optional<Date> date_from(std::string_view text) {
    if (const auto date = parse_date(text)) return date;
    for (const char between : {'/', '-', '.', ' '}) {
        const std::size_t first = text.find(between);
        const std::size_t second = first == std::string_view::npos ? first : text.find(between, first + 1);
        if (second == std::string_view::npos) continue;
        const std::string_view day = text.substr(0, first), year = text.substr(second + 1);
        const auto month = month_of(text.substr(first + 1, second - first - 1));
        if (!month || !is_digits(day) || day.size() > 2 || year.size() != 4) continue;
        return parse_date(std::string(year) + "-" + two_digits(std::to_string(*month)) + "-" +
                          two_digits(day));
    }
    return std::nullopt;
}

std::optional<std::string> time_from(std::string_view text) {
    std::string padded = text.size() == 4 ? "0" + std::string(text) : std::string(text);
    auto time = to_clock(padded);
    if (time) (*time)[2] = ':';
    return time;
}

std::string one_line(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c != '\n' && c != '\r')
            out += c;
        else if (!out.empty() && out.back() != ' ')
            out += ' ';
    }
    return trim(out);
}

std::string many_lines(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\r')
            out += text[i];
        else if (i + 1 == text.size() || text[i + 1] != '\n')
            out += '\n';
    }
    return trim(out);
}

// A text that is no UTF-8 could not be stored: what is broken in it shows as U+FFFD.
std::string mended(std::string_view text) {
    std::string out;
    for (;;) {
        const auto bad = first_bad_utf8(text);
        out += text.substr(0, bad.value_or(text.size()));
        if (!bad) return out;
        out += "\xEF\xBF\xBD";
        text.remove_prefix(*bad + 1);
    }
}

}  // namespace

Input input_of(const Json& schema) {
    const std::string type = schema.value("type", Json("string")).is_string() ? schema.value("type", "string")
                                                                              : std::string("string");
    const std::string format = schema.value("format", "");
    if (schema.contains("enum")) return Input::choice;
    if (type == "boolean") return Input::truth;
    if (type == "integer") return Input::integer;
    if (type == "number") return Input::number;
    if (format == "date") return Input::date;
    if (format == "time") return Input::time;
    if (format == "teks") return Input::lines;
    if (format == "gambar") return Input::picture;
    return Input::text;
}

std::string shown(const Json& value) {
    if (value.is_string()) return value.get<std::string>();
    if (value.is_boolean()) return value.get<bool>() ? "ya" : "tidak";
    if (value.is_number_unsigned() && value.get<std::uint64_t>() > std::uint64_t{1} << 62)
        return std::to_string(value.get<std::uint64_t>());
    if (value.is_number_integer()) return thousands(value.get<std::int64_t>());
    if (!value.is_number()) return {};
    std::string text = without_idle_zeros(fixed(value.get<double>()));
    const std::size_t point = std::min(text.find('.'), text.size());
    const std::size_t sign = text.starts_with('-') ? 1 : 0;
    if (point < text.size()) text[point] = ',';
    for (std::size_t at = point; at > sign + 3;) text.insert(at -= 3, ".");
    return text;
}

Json value_from(std::string_view typed, Input input) {
    const std::string text = mended(input == Input::lines ? many_lines(typed) : one_line(typed));
    if (text.empty()) return nullptr;
    switch (input) {
        case Input::truth:
            if (text == "ya" || text == "tidak") return text == "ya";
            break;
        case Input::integer:
        case Input::number:
            if (auto number = number_from(text)) return *number;
            break;
        case Input::date:
            if (const auto date = date_from(text)) return to_iso(*date);
            break;
        case Input::time:
            if (const auto time = time_from(text)) return *time;
            break;
        default: break;
    }
    return text;
}

}  // namespace naskah::service
