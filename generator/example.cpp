// example.json holds dates relative to the day on which it is printed: "@-10" (calendar days), "@+3hk"
// (working days), "@0"; inside a text "@{-40|panjang}", with any pipe for dates.
#include <charconv>

#include "generator/package.h"
#include "generator/pipes.h"

namespace naskah::generator {
namespace {

struct Calendar {
    Date today;
    const Workdays& workdays;

    // "+3hk", "-10", "0h".
    Date at(std::string_view offset, const std::string& where) const {
        std::string_view digits = offset;
        if (digits.starts_with('+')) digits.remove_prefix(1);
        int days = 0;
        const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), days);
        const std::string_view unit(end, static_cast<std::size_t>(digits.data() + digits.size() - end));
        if (failed != std::errc{} || days > 4000 || days < -4000 ||
            !(unit.empty() || unit == "h" || unit == "hk"))
            throw Error(Code::data, "tanggal nisbi \"@" + std::string(offset) + "\" tidak terbaca", where,
                        "Tulis misalnya @0, @-10, atau @+3hk.");
        if (unit != "hk") return add_days(today, days);
        if (days >= 0) return workdays.add(today, days);
        Date date = today;
        for (; days < 0; ++days) date = workdays.on_or_before(add_days(date, -1));
        return date;
    }

    std::string moved(const std::string& text, const std::string& where) const {
        if (text.starts_with('@') && !text.starts_with("@{"))
            return to_iso(at(std::string_view(text).substr(1), where));
        std::string result;
        std::size_t from = 0;
        for (std::size_t mark; (mark = text.find("@{", from)) != std::string::npos;) {
            const std::size_t bar = text.find('|', mark), end = text.find('}', mark);
            const auto pipe = bar < end && end != std::string::npos
                                  ? Pipe::parse(text.substr(bar + 1, end - bar - 1))
                                  : std::nullopt;
            if (!pipe)
                throw Error(Code::data, "tanggal nisbi dalam teks tidak terbaca", where,
                            "Tulis misalnya @{-40|panjang}.");
            const Date date = at(std::string_view(text).substr(mark + 2, bar - mark - 2), where);
            const auto words = pipe->apply(to_iso(date));
            if (!words) throw Error(Code::data, "pipa |" + pipe->text() + " bukan untuk tanggal", where);
            result += text.substr(from, mark - from) + words->get<std::string>();
            from = end + 1;
        }
        return result + text.substr(from);
    }

    Json moved(const Json& value, const std::string& where) const {
        if (value.is_string()) return moved(value.get_ref<const std::string&>(), where);
        if (!value.is_structured()) return value;
        Json copy = value;
        for (auto& part : copy) part = moved(part, where);
        return copy;
    }
};

}  // namespace

Json example_for(const Package& package, Date today, const Workdays& workdays) {
    return Calendar{today, workdays}.moved(package.example(), package.kind() + "/example.json");
}

}  // namespace naskah::generator
