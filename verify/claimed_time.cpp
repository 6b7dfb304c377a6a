#include "verify/claimed_time.h"

namespace naskah::verify {
namespace {

// Takes `digits` digits; -1 if there are none, so that the rest of the date takes its defaults.
int take(std::string_view& text, std::size_t digits) {
    if (text.size() < digits) return -1;
    int value = 0;
    for (std::size_t i = 0; i < digits; ++i) {
        if (text[i] < '0' || text[i] > '9') return -1;
        value = value * 10 + (text[i] - '0');
    }
    text.remove_prefix(digits);
    return value;
}

}  // namespace

std::optional<Instant> claimed_time(const Object* date) {
    if (!date || !date->is(Object::Kind::string)) return std::nullopt;
    std::string_view text = date->text;
    if (text.starts_with("D:")) text.remove_prefix(2);
    const int year = take(text, 4);
    if (year < 0) return std::nullopt;
    int part[5] = {1, 1, 0, 0, 0};
    for (int& value : part) {
        const int taken = take(text, 2);
        if (taken < 0) break;
        value = taken;
    }
    const auto [month, day, hour, minute, second] = part;
    if (hour > 23 || minute > 59 || second > 59) return std::nullopt;
    int offset = 0;
    if (!text.empty() && (text[0] == '+' || text[0] == '-')) {
        const int sign = text[0] == '+' ? 1 : -1;
        text.remove_prefix(1);
        const int hours = take(text, 2);
        if (text.starts_with("'")) text.remove_prefix(1);
        const int minutes = take(text, 2);
        if (hours < 0 || hours > 23 || minutes > 59) return std::nullopt;
        offset = sign * (hours * 60 + (minutes < 0 ? 0 : minutes));
    }
    using namespace std::chrono;
    const year_month_day ymd{std::chrono::year{year}, std::chrono::month{static_cast<unsigned>(month)},
                             std::chrono::day{static_cast<unsigned>(day)}};
    if (!ymd.ok()) return std::nullopt;
    return Instant(sys_days(ymd)) + hours(hour) + minutes(minute - offset) + seconds(second);
}

}  // namespace naskah::verify
