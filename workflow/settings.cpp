#include "workflow/settings.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "core/file.h"
#include "core/text.h"
#include "storage/log.h"
#include "workflow/keys.h"

namespace naskah::workflow {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t most_changes = 40;

const char* name_of(SettingsFile file) { return file == SettingsFile::office ? "office.json" : "libur.json"; }

// Every value that is no object and no list, by its path. Empty ones count, so that nothing goes unseen.
void flatten(const Json& value, const std::string& path, std::map<std::string, Json>& into) {
    if (!value.is_structured() || value.empty()) {
        into[path] = value;
        return;
    }
    for (const auto& [name, item] : value.items())
        flatten(item, path + (value.is_array() ? "[" + name + "]" : (path.empty() ? "" : ".") + name), into);
}

Json short_of(const std::string& path, const Json& value) {
    if (path == "penyimpanan") return "…";
    if (value.is_string() && value.get<std::string>().size() > 200)
        return visible(value.get<std::string>(), 200);
    return value;
}

// "office.json: pejabat[1].nip" is "pejabat[1].nip" to whoever edits the file.
std::vector<Problem> without_file(std::vector<Problem> problems, const std::string& file) {
    for (Problem& problem : problems)
        if (problem.where.starts_with(file + ": ")) problem.where.erase(0, file.size() + 2);
    return problems;
}

bool is_inside(const fs::path& root, const std::string& name) {
    const fs::path plain = fs::path(name).lexically_normal();
    std::error_code failed;
    return !plain.is_absolute() && !plain.empty() && *plain.begin() != ".." &&
           fs::is_regular_file(root / plain, failed);
}

// A kind with what its numbers are made of.
struct Numbered {
    std::string kind, series;
    numbering::Pattern pattern;
    numbering::Parts parts;
};

std::vector<Numbered> numbered(const Office& office, const generator::Templates& templates) {
    std::vector<Numbered> all;
    for (const std::string& kind : templates.kinds()) {
        try {
            const Office::Series series = office.series_of(templates.get(kind)->about(), kind, "");
            all.push_back({kind, series.name, numbering::Pattern::parse(series.pattern), series.parts});
        } catch (const Error&) {  // a kind that is broken is told of elsewhere
        }
    }
    return all;
}

// Whether a kind's numbers may look like that: read back by its pattern, with its own code and unit.
std::optional<numbering::Parts> reads(const Numbered& one, const std::string& number) {
    auto parts = one.pattern.read(number);
    if (!parts) return std::nullopt;
    const auto fits = [](const std::string& read, const std::string& own) {
        return read.empty() || read == own;
    };
    if (!fits(parts->sifat, one.parts.sifat) || !fits(parts->kode, one.parts.kode) ||
        !fits(parts->unit, one.parts.unit) || !fits(parts->bidang, one.parts.bidang))
        return std::nullopt;
    return parts;
}

std::optional<std::string> printed(const Numbered& one, int urut, int month, int year) {
    numbering::Parts parts = one.parts;
    parts.urut = urut;
    parts.bulan = month;
    parts.tahun = year;
    try {
        return one.pattern.print(parts);
    } catch (const Error&) {
        return std::nullopt;
    }
}

// Numbers that a kind of a changed series might share with one of another series.
void find_shared(const std::vector<Numbered>& kinds, const std::set<std::string>& changed,
                 std::vector<Problem>& problems) {
    std::set<std::pair<std::string, std::string>> told;
    for (const Numbered& a : kinds)
        for (const Numbered& b : kinds) {
            if (a.series == b.series || told.contains({b.series, a.series})) continue;
            if (!changed.contains(a.series) && !changed.contains(b.series)) continue;
            for (const int urut : {1, 12, 123, 1234})
                for (const int month : {1, 5, 12}) {
                    const auto number = printed(a, urut, month, 2026);
                    if (!number || !reads(b, *number) || !told.insert({a.series, b.series}).second) continue;
                    problems.push_back({"nomor " + *number + " dapat keluar dua kali: dari seri " + a.series +
                                            " (" + a.kind + ") dan dari seri " + b.series + " (" + b.kind +
                                            ")",
                                        "seri." + (changed.contains(a.series) ? a : b).series + ".pola",
                                        "Bedakan polanya, misalnya dengan bidang atau kata tetap."});
                }
        }
}

struct Given {
    std::string series, number;
    std::int64_t year = 0, urut = 0;
};

// Numbers in the register that a changed series would print again, or would read as another.
void find_repeats(const std::vector<Numbered>& kinds, const std::set<std::string>& changed,
                  storage::Connections& database, std::vector<Problem>& problems) {
    std::map<std::pair<std::string, std::int64_t>, std::int64_t> last;
    std::vector<Given> all;
    database.read([&](storage::Connection& connection) {
        last.clear();
        all.clear();
        connection.run("SELECT series, number, year, urut FROM letters", {},
                       [&](const storage::Cells& cells) {
                           all.push_back({std::string(cells.text(0)), std::string(cells.text(1)),
                                          cells.integer(2), cells.integer(3)});
                           std::int64_t& greatest = last[{all.back().series, all.back().year}];
                           greatest = std::max(greatest, all.back().urut);
                       });
    });
    std::int64_t newest = 0;  // years before it are closed
    for (const Given& given : all) newest = std::max(newest, given.year);
    std::set<std::string> told;
    for (const Given& given : all)
        for (const Numbered& kind : kinds) {
            if (!changed.contains(kind.series) || told.contains(kind.series)) continue;
            const auto parts = reads(kind, given.number);
            if (!parts) continue;
            const auto known = last.find({kind.series, parts->tahun});
            const bool own = kind.series == given.series && parts->tahun == given.year;
            if (own && parts->urut == given.urut) continue;  // read as what it is
            const bool to_come =
                parts->tahun >= newest && (known == last.end() || parts->urut > known->second);
            if (!to_come && !own) continue;  // an older number of another series, never printed again
            told.insert(kind.series);
            problems.push_back(
                {to_come ? "nomor " + given.number + " sudah ada di register dan akan keluar lagi"
                         : "nomor " + given.number + " yang sudah ada akan terbaca sebagai nomor urut " +
                               std::to_string(parts->urut),
                 "seri." + kind.series + ".pola", "Pilih pola yang tidak menyerupai nomor lama."});
        }
}

}  // namespace

StoredSettings read_settings(const fs::path& root, SettingsFile file) {
    std::error_code failed;
    const fs::path path = root / name_of(file);
    if (file == SettingsFile::holidays && !fs::exists(path, failed)) return {Json::object(), sha256({})};
    const Bytes bytes = read_file(path, 16u << 20);
    StoredSettings stored{parse_json(as_text(bytes), name_of(file)), sha256(bytes)};
    if (!stored.value.is_object()) throw Error(Code::data, "isi berkas bukan objek JSON", name_of(file));
    return stored;
}

std::vector<Problem> office_flaws(const fs::path& root, const Json& settings) {
    try {
        Office::from(root, settings, Json::object());
    } catch (const Error& error) {
        if (error.code() != Code::data) throw;
        return without_file(error.problems(), "office.json");
    }
    std::vector<Problem> problems;
    for (const char* name : {"lambang", "tanda_kaki"})
        if (const Json& head = settings.at("kop"); head.contains(name) && head.at(name).is_string() &&
                                                   !is_inside(root, head.at(name).get<std::string>()))
            problems.push_back({"berkas gambar ini tidak ada di folder kantor", std::string("kop.") + name,
                                "Taruh gambarnya di folder kantor, lalu pilih namanya."});
    const auto key = [&](const Json& holder, const std::string& path) {
        const std::string name = holder.value("kunci", "");
        if (!name.empty() && !is_named_key(settings, name) && !is_inside(root, name))
            problems.push_back(
                {"kunci ini tidak ada: bukan berkas di folder kantor, bukan pula nama dari "
                 "daftar kunci di office.json",
                 path + "kunci", "Taruh berkas .p12 di folder keys/ kantor lebih dahulu."});
    };
    const Json& officials = settings.at("pejabat");
    for (std::size_t i = 0; i < officials.size(); ++i)
        key(officials[i], "pejabat[" + std::to_string(i) + "].");
    return problems;
}

std::vector<Problem> holiday_flaws(const Json& holidays) {
    try {
        Workdays(holidays, "libur.json");
    } catch (const Error& error) {
        if (error.code() != Code::data) throw;
        return without_file(error.problems(), "libur.json");
    }
    return {};
}

std::vector<Problem> numbering_flaws(const fs::path& root, const Json& before, const Json& after,
                                     const generator::Templates& templates, storage::Connections& database) {
    // What numbers are made of; nothing else can change them.
    bool same = true;
    for (const char* name : {"seri", "jenis", "kode", "unit", "bidang"})
        same = same && before.value(name, Json()) == after.value(name, Json());
    if (same) return {};
    const std::vector<Numbered> kinds = numbered(Office::from(root, after, Json::object()), templates);
    std::vector<Problem> problems;
    std::set<std::string> changed;
    const std::vector<Numbered> earlier = numbered(Office::from(root, before, Json::object()), templates);
    for (const Numbered& one : kinds)
        if (std::none_of(earlier.begin(), earlier.end(), [&](const Numbered& old) {
                return old.kind == one.kind && old.series == one.series &&
                       old.pattern.text() == one.pattern.text() && old.parts == one.parts;
            }))
            changed.insert(one.series);
    find_shared(kinds, changed, problems);
    if (problems.empty()) find_repeats(kinds, changed, database, problems);
    return problems;
}

Json example_number(const std::string& pattern, const numbering::Parts& fixed, Date day, int urut) {
    try {
        numbering::Parts parts = fixed;
        parts.urut = urut;
        parts.bulan = static_cast<int>(static_cast<unsigned>(day.month()));
        parts.tahun = year_of(day);
        return {{"nomor", numbering::Pattern::parse(pattern).print(parts)}};
    } catch (const Error& error) {
        const Problem& problem = error.problems().front();
        return {{"galat", problem.what + (problem.remedy.empty() ? "" : ". " + problem.remedy)}};
    }
}

Json differences(const Json& before, const Json& after) {
    std::map<std::string, Json> was, is;
    flatten(before, "", was);
    flatten(after, "", is);
    std::set<std::string> paths;
    for (const auto* side : {&was, &is})
        for (const auto& [path, value] : *side) paths.insert(path);
    Json found = Json::array();
    for (const std::string& path : paths) {
        const auto old = was.find(path), fresh = is.find(path);
        if (old != was.end() && fresh != is.end() && old->second == fresh->second) continue;
        found.push_back({{"field", path},
                         {"from", old == was.end() ? Json() : short_of(path, old->second)},
                         {"to", fresh == is.end() ? Json() : short_of(path, fresh->second)}});
    }
    return found;
}

SettingsOutcome change_settings(const fs::path& root, const SettingsChange& change,
                                const generator::Templates& templates, storage::Connections& database) {
    using What = SettingsOutcome::What;
    const bool office = change.file == SettingsFile::office;
    // First without the lock, for what is slow: the look at all numbers.
    const StoredSettings before = read_settings(root, change.file);
    SettingsOutcome outcome{.what = What::conflict, .problems = {}, .now = before};
    if (before.digest != change.seen) return outcome;
    Json wanted = before.value;
    change.apply(wanted);
    outcome.what = What::unchanged;
    if (wanted == before.value) return outcome;
    outcome.problems = office ? office_flaws(root, wanted) : holiday_flaws(wanted);
    if (outcome.problems.empty() && office)
        outcome.problems = numbering_flaws(root, before.value, wanted, templates, database);
    if (!outcome.problems.empty()) return outcome;

    const std::string text = dump_json_pretty(wanted) + "\n";
    const Sha256 digest = sha256(as_bytes(text));
    Json changes = differences(before.value, wanted);
    Json detail = {{"file", name_of(change.file)}, {"sha256", to_string(digest)}};
    if (changes.size() > most_changes) {
        detail["more"] = changes.size() - most_changes;
        changes.erase(changes.begin() + most_changes, changes.end());
    }
    detail["changes"] = std::move(changes);
    database.write([&](storage::Connection& connection) {
        outcome.what = What::conflict;
        const StoredSettings present = read_settings(root, change.file);
        // When the store undid this and asks again, the file is written already.
        if (present.digest != change.seen && present.digest != digest) {
            outcome.now = present;
            return;
        }
        storage::append(connection, {.at = change.at,
                                     .actor = change.actor,
                                     .action = office ? "settings" : "holidays",
                                     .letter = "",
                                     .detail = detail,
                                     .previous = {},
                                     .hash = {}});
        // Whoever may read it may go on reading it.
        const fs::path path = root / name_of(change.file);
        std::error_code failed;
        const auto mode = static_cast<unsigned>(fs::status(path, failed).permissions() & fs::perms::mask);
        write_file(path, as_bytes(text), failed ? 0644 : mode & 0666);
        outcome.what = What::saved;
        outcome.now = {wanted, digest};
    });
    return outcome;
}

}  // namespace naskah::workflow
