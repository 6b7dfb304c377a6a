#include "generator/pipes.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <utility>

#include "core/date.h"
#include "core/identity.h"
#include "core/text.h"
#include "core/words.h"

namespace naskah::generator {

struct PipeRow {
    std::string_view name;
    std::string_view wants;
    std::optional<Json> (*apply)(const Json& value, const std::string& argument, double number);
};

namespace {

using Result = std::optional<Json>;

std::optional<Date> date_of(const Json& value) {
    return value.is_string() ? parse_date(value.get_ref<const std::string&>()) : std::nullopt;
}

template <std::string (*print)(Date)>
Result of_date(const Json& value, const std::string&, double) {
    const auto date = date_of(value);
    return date ? Result(print(*date)) : Result();
}

std::string long_with_day(Date date) { return day_name(date) + ", " + to_long(date); }
std::string year_text(Date date) { return std::to_string(year_of(date)); }

struct Range {
    Date first, last;
};

std::optional<Range> range_of(const Json& value) {
    if (!value.is_object()) return std::nullopt;
    const auto first = value.find("mulai");
    const auto last = value.find("selesai");
    if (first == value.end() || last == value.end()) return std::nullopt;
    const auto from = date_of(*first), to = date_of(*last);
    if (!from || !to || *to < *from) return std::nullopt;
    return Range{*from, *to};
}

Result range(const Json& value, const std::string&, double) {
    const auto span = range_of(value);
    return span ? Result(to_range(span->first, span->last)) : Result();
}

Result length_of_range(const Json& value, const std::string&, double) {
    const auto span = range_of(value);
    return span ? Result(with_words(days_between(span->first, span->last) + 1)) : Result();
}

Result clock(const Json& value, const std::string&, double) {
    if (!value.is_string()) return {};
    const auto time = to_clock(value.get_ref<const std::string&>());
    return time ? Result(*time) : Result();
}

// A number without fraction that can be counted with: JSON's go further, and would come out negative.
std::optional<std::int64_t> count_in(const Json& value) {
    if (!value.is_number_integer()) return std::nullopt;
    if (value.is_number_unsigned() && !std::in_range<std::int64_t>(value.get<std::uint64_t>()))
        return std::nullopt;
    return value.get<std::int64_t>();
}

// Whole numbers only: "2,5 (dua koma lima)" is no count.
template <std::string (*print)(std::int64_t)>
Result of_whole(const Json& value, const std::string&, double) {
    const auto number = count_in(value);
    return number ? Result(print(*number)) : Result();
}

std::string decision(std::int64_t number) { return ordinal_decision(static_cast<int>(number)); }
std::string letter(std::int64_t number) { return list_letter(static_cast<int>(number)); }

Result roman(const Json& value, const std::string&, double) {
    if (const auto date = date_of(value)) return month_roman(*date);
    const auto number = count_in(value);
    return number && *number > 0 && *number < 4000 ? Result(to_roman(static_cast<int>(*number))) : Result();
}

// A number as whole hundredths: sen of a rupiah, hundredths of a percent.
std::optional<std::int64_t> hundredths(const Json& value) {
    constexpr std::int64_t most = std::int64_t{90'000'000'000'000'000};
    if (value.is_number_integer()) {
        const auto units = count_in(value);
        if (!units || *units > most || *units < -most) return std::nullopt;
        return *units * 100;
    }
    if (!value.is_number()) return std::nullopt;
    const double amount = value.get<double>() * 100;
    return std::abs(amount) < 9e15 ? std::optional<std::int64_t>(std::llround(amount)) : std::nullopt;
}

std::string with_two_decimals(std::int64_t parts) {
    const std::int64_t size = parts < 0 ? -parts : parts;
    const std::string cents = std::to_string(size % 100);
    return (parts < 0 ? "-" : "") + thousands(size / 100) + "," + (cents.size() < 2 ? "0" : "") + cents;
}

std::string rupiah(std::int64_t sen) { return to_string(Rupiah{sen}); }
std::string rupiah_words(std::int64_t sen) { return to_words(Rupiah{sen}); }
std::string dollar(std::int64_t cents) { return "US$" + with_two_decimals(cents); }
std::string percent(std::int64_t parts) { return with_two_decimals(parts) + "%"; }

template <std::string (*print)(std::int64_t)>
Result of_amount(const Json& value, const std::string&, double) {
    const auto parts = hundredths(value);
    return parts ? Result(print(*parts)) : Result();
}

Result grouped(const Json& value, const std::string&, double) {
    if (const auto number = count_in(value)) return thousands(*number);
    if (!value.is_number() || value.is_number_integer()) return {};
    std::string text = *printed(value);
    const std::size_t comma = text.find(',');
    std::int64_t whole = 0;
    const auto [end, failed] =
        std::from_chars(text.data(), text.data() + std::min(comma, text.size()), whole);
    if (failed != std::errc{} || (comma == std::string::npos ? *end != '\0' : *end != ',')) return text;
    const std::string sign = text.starts_with("-0") ? "-" : "";
    return sign + thousands(whole) + (comma == std::string::npos ? "" : text.substr(comma));
}

Result capitals(const Json& value, const std::string&, double) {
    return value.is_string() ? Result(to_upper(value.get_ref<const std::string&>())) : Result();
}

Result nip(const Json& value, const std::string&, double) {
    const auto number = value.is_string() ? parse_nip(value.get_ref<const std::string&>()) : std::nullopt;
    return number ? Result(to_string(*number)) : Result();
}

Result nib(const Json& value, const std::string&, double) {
    const auto number = value.is_string() ? parse_nib(value.get_ref<const std::string&>()) : std::nullopt;
    return number ? Result(to_string(*number)) : Result();
}

Result count(const Json& value, const std::string&, double) {
    if (value.is_null()) return 0;
    return value.is_array() ? Result(static_cast<std::int64_t>(value.size())) : Result();
}

Result lines(const Json& value, const std::string&, double) {
    if (!value.is_string()) return {};
    const std::string& text = value.get_ref<const std::string&>();
    Json list = Json::array();
    for (std::size_t start = 0; start <= text.size();) {
        const std::size_t end = std::min(text.find('\n', start), text.size());
        if (std::string line = trim(std::string_view(text).substr(start, end - start)); !line.empty())
            list.push_back(std::move(line));
        start = end + 1;
    }
    return list;
}

// Two items a row, each told its place in the whole list: photographs side by side.
Result paired(const Json& value, const std::string&, double) {
    if (!value.is_array()) return {};
    Json rows = Json::array();
    for (std::size_t i = 0; i < value.size(); ++i) {
        if (!value[i].is_object()) return {};
        if (i % 2 == 0) rows.push_back(Json::object());
        Json& item = rows.back()[i % 2 == 0 ? "kiri" : "kanan"] = value[i];
        item["nomor"] = i + 1;
    }
    return rows;
}

// "a", "a dan b", "a, b, dan c".
Result joined(const Json& value, const std::string&, double) {
    if (!value.is_array()) return {};
    std::string text;
    for (std::size_t i = 0; i < value.size(); ++i) {
        const auto item = printed(value[i]);
        if (!item) return {};
        if (i > 0) text += i + 1 < value.size() ? ", " : value.size() == 2 ? " dan " : ", dan ";
        text += *item;
    }
    return text;
}

// Is the field of an item present and not empty?
bool item_has(const Json& item, const std::string& field) {
    const auto found = item.is_object() ? item.find(field) : item.end();
    return item.is_object() && found != item.end() && is_filled(*found);
}

template <bool wanted>
Result those_that(const Json& value, const std::string& field, double) {
    if (!value.is_array()) return {};
    Json kept = Json::array();
    for (const Json& item : value)
        if (item_has(item, field) == wanted) kept.push_back(item);
    return kept;
}

Result filled(const Json& value, const std::string&, double) { return is_filled(value); }
Result empty(const Json& value, const std::string&, double) { return !is_filled(value); }

// One object that holds the sum of each number that the list's items have.
Result sum(const Json& value, const std::string&, double) {
    if (!value.is_array()) return {};
    Json total = Json::object();
    for (const Json& item : value) {
        if (!item.is_object()) return {};
        for (const auto& [name, part] : item.items()) {
            if (!part.is_number()) continue;
            Json& so_far = total[name];
            if (so_far.is_null()) so_far = 0;
            if (so_far.is_number_integer() && part.is_number_integer()) {
                const auto more = count_in(part);
                std::int64_t both = 0;
                if (!more || __builtin_add_overflow(so_far.get<std::int64_t>(), *more, &both)) return {};
                so_far = both;
            } else {
                so_far = so_far.get<double>() + part.get<double>();
            }
        }
    }
    return total;
}

// What share of the plan is done; a dash where nothing was planned.
Result achieved(const Json& value, const std::string&, double) {
    if (!value.is_object()) return {};
    const auto plan = value.find("rencana"), done = value.find("realisasi");
    if (plan == value.end() || done == value.end() || !plan->is_number() || !done->is_number()) return {};
    const double whole = plan->get<double>();
    if (whole == 0) return "–";
    const double share = done->get<double>() / whole * 10000;
    return std::abs(share) < 9e15 ? Result(percent(std::llround(share))) : Result();
}

bool equals(const Json& value, const std::string& argument) {
    if (value.is_boolean()) return argument == (value.get<bool>() ? "ya" : "tidak");
    return printed(value) == argument;
}

Result is_equal(const Json& value, const std::string& argument, double) { return equals(value, argument); }
Result is_different(const Json& value, const std::string& argument, double) {
    return !equals(value, argument);
}

Result is_more(const Json& value, const std::string&, double number) {
    return value.is_number() ? Result(value.get<double>() > number) : Result();
}
Result is_less(const Json& value, const std::string&, double number) {
    return value.is_number() ? Result(value.get<double>() < number) : Result();
}

constexpr std::string_view a_date = "tanggal (TTTT-BB-HH)", a_range = "isian dengan mulai dan selesai",
                           a_whole = "bilangan bulat", a_number = "angka", a_text = "teks", a_list = "daftar",
                           anything = "apa saja";

constexpr std::array table{
    PipeRow{"panjang", a_date, of_date<to_long>},
    PipeRow{"hari", a_date, of_date<day_name>},
    PipeRow{"hari_panjang", a_date, of_date<long_with_day>},
    PipeRow{"berita_acara", a_date, of_date<to_words>},
    PipeRow{"angka", a_date, of_date<to_numeric>},
    PipeRow{"tahun", a_date, of_date<year_text>},
    PipeRow{"bulan", a_date, of_date<month_name>},
    PipeRow{"romawi", "tanggal atau bilangan bulat", roman},
    PipeRow{"rentang", a_range, range},
    PipeRow{"lama", a_range, length_of_range},
    PipeRow{"jam", "jam (14:05)", clock},
    PipeRow{"terbilang", a_whole, of_whole<terbilang>},
    PipeRow{"dengan_huruf", a_whole, of_whole<with_words>},
    PipeRow{"diktum", a_whole, of_whole<decision>},
    PipeRow{"huruf", a_whole, of_whole<letter>},
    PipeRow{"ribuan", a_number, grouped},
    PipeRow{"rupiah", a_number, of_amount<rupiah>},
    PipeRow{"rupiah_huruf", a_number, of_amount<rupiah_words>},
    PipeRow{"dolar", a_number, of_amount<dollar>},
    PipeRow{"uang", a_number, of_amount<with_two_decimals>},
    PipeRow{"persen", a_number, of_amount<percent>},
    PipeRow{"kapital", a_text, capitals},
    PipeRow{"nip", "NIP 18 angka", nip},
    PipeRow{"nib", "NIB 13 angka", nib},
    PipeRow{"banyak", a_list, count},
    PipeRow{"baris", a_text, lines},
    PipeRow{"pasangan", "daftar isian bertingkat", paired},
    PipeRow{"gabung", "daftar teks", joined},
    PipeRow{"jumlah", "daftar isian dengan angka", sum},
    PipeRow{"capaian", "isian dengan rencana dan realisasi", achieved},
    PipeRow{"ada", anything, filled},
    PipeRow{"kosong", anything, empty},
    PipeRow{"hanya:", a_list, those_that<true>},
    PipeRow{"tanpa:", a_list, those_that<false>},
    PipeRow{"=", anything, is_equal},
    PipeRow{"!=", anything, is_different},
    PipeRow{">", a_number, is_more},
    PipeRow{"<", a_number, is_less},
};

const PipeRow* row_named(std::string_view name) {
    for (const PipeRow& row : table)
        if (row.name == name) return &row;
    return nullptr;
}

}  // namespace

std::optional<Pipe> Pipe::parse(std::string_view text) {
    Pipe pipe;
    pipe.text_ = text;
    // What stands before the argument: a sign, or a name with its colon.
    std::size_t sign = std::min(text.find(':'), text.size());
    sign = sign < text.size() ? sign + 1 : 0;
    if (text.starts_with('=') || text.starts_with('>') || text.starts_with('<')) sign = 1;
    if (text.starts_with("!=")) sign = 2;
    pipe.row_ = row_named(sign > 0 ? text.substr(0, sign) : text);
    if (!pipe.row_) return std::nullopt;
    pipe.argument_ = text.substr(sign);
    if (pipe.row_->name.ends_with(':') && pipe.argument_.empty()) return std::nullopt;
    if (pipe.row_->wants == a_number && sign > 0) {
        const char* const end = text.data() + text.size();
        const auto [stop, failed] = std::from_chars(text.data() + sign, end, pipe.number_);
        if (failed != std::errc{} || stop != end) return std::nullopt;
    }
    return pipe;
}

std::optional<Json> Pipe::apply(const Json& value) const { return row_->apply(value, argument_, number_); }
std::string_view Pipe::wants() const { return row_->wants; }
bool Pipe::takes_missing() const { return row_->wants == anything || row_->apply == count; }

Pipe::Gives Pipe::gives() const {
    if (row_->apply == lines) return Gives::lines;
    if (row_->apply == sum) return Gives::item;
    if (row_->apply == those_that<true> || row_->apply == those_that<false>) return Gives::list;
    return row_->apply == paired ? Gives::pairs : Gives::plain;
}

std::optional<std::string> printed(const Json& value) {
    if (value.is_string()) return value.get<std::string>();
    if (value.is_number_unsigned()) return std::to_string(value.get<std::uint64_t>());
    if (value.is_number_integer()) return std::to_string(value.get<std::int64_t>());
    if (!value.is_number()) return std::nullopt;
    std::array<char, 400> room{};
    const auto [end, failed] =
        std::to_chars(room.data(), room.data() + room.size(), value.get<double>(), std::chars_format::fixed);
    if (failed != std::errc{}) return std::nullopt;
    std::string text(room.data(), end);
    if (const std::size_t point = text.find('.'); point != std::string::npos) text[point] = ',';
    return text;
}

bool is_filled(const Json& value) {
    if (value.is_string()) return !value.get_ref<const std::string&>().empty();
    if (value.is_boolean()) return value.get<bool>();
    if (value.is_array() || value.is_object()) return !value.empty();
    return !value.is_null();
}

}  // namespace naskah::generator
