#include "workflow/reconcile.h"

#include <algorithm>
#include <set>

#include "core/file.h"
#include "workflow/answer.h"

namespace naskah::workflow {
namespace {

std::vector<std::string> series_of(const Office& office) {
    std::vector<std::string> names;
    for (const auto& [name, one] : office.settings().at("seri").items()) names.push_back(name);
    return names;
}

numbering::Pattern pattern_of(const Office& office, const std::string& series) {
    const Json& all = office.settings().at("seri");
    if (!all.contains(series)) {
        std::string known;
        for (const std::string& name : series_of(office)) known += (known.empty() ? "" : ", ") + name;
        throw Error(Code::data, "seri nomor \"" + series + "\" tidak ada", "--series",
                    "Pilih salah satu: " + known + ".");
    }
    return numbering::Pattern::parse(all.at(series).at("pola").get<std::string>());
}

// The classification codes that letters of this series bear when nobody chose another series for them.
std::set<std::string> codes_of(Desk& desk, const std::string& series) {
    std::set<std::string> codes;
    for (const std::string& kind : desk.templates().kinds()) {
        try {
            const auto own = desk.office().series_of(desk.templates().get(kind)->about(), kind, "");
            if (own.name == series) codes.insert(own.parts.kode);
        } catch (const Error&) {  // a kind that is not in order tells nothing
        }
    }
    return codes;
}

struct LastDay {
    Date first, last;
};

// The days on which a letter of that number can have been made out.
LastDay days_of(const numbering::Parts& parts) {
    using namespace std::chrono;
    const year y(parts.tahun);
    if (parts.bulan == 0) return {Date(y, January, day(1)), Date(y, December, day(31))};
    const month m(static_cast<unsigned>(parts.bulan));
    return {Date(y, m, day(1)), Date(sys_days(year_month_day_last(y, month_day_last(m))))};
}

// The title that a letter of ours carries in its metadata, where its number stands.
std::string title_of(BytesView pdf) {
    const std::string_view text = as_text(pdf);
    const std::size_t title = text.find("<dc:title>");
    if (title == std::string_view::npos) return {};
    const std::size_t end = text.find("</dc:title>", title);
    const std::size_t item = text.find("<rdf:li", title);
    const std::size_t begin = text.find('>', std::min(item, text.size()));
    if (end == std::string_view::npos || begin == std::string_view::npos || begin > end) return {};
    return std::string(text.substr(begin + 1, text.find('<', begin) - begin - 1));
}

std::optional<numbering::Parts> number_in(const std::string& title, const numbering::Pattern& pattern) {
    for (std::size_t begin = 0; begin < title.size();) {
        const std::size_t end = std::min(title.find_first_of(" ,;", begin), title.size());
        if (auto parts = pattern.read(title.substr(begin, end - begin))) return parts;
        begin = end + 1;
    }
    return std::nullopt;
}

struct Known {
    std::optional<numbering::Parts> last;
    std::vector<std::pair<numbering::Parts, LetterId>> files;  // letters that the register does not know
};

void raise(std::optional<numbering::Parts>& last, const numbering::Parts& parts) {
    if (!last || std::pair(parts.tahun, parts.urut) > std::pair(last->tahun, last->urut)) last = parts;
}

void read_letter_file(Desk& desk, const std::filesystem::path& file, const ReconcileRequest& request,
                      const numbering::Pattern& pattern, Known& known, ReconcileReport& report, Instant now) {
    const std::string name = file.filename().string();
    const Bytes pdf = read_file(file, std::size_t{32} << 20);
    const verify::Report verdict = verify::check(pdf, desk.office().trust(), now);
    if (verdict.verdict != verify::Verdict::passed)
        throw Error(Code::data, "berkas ini bukan surat yang sah: " + reasons(verdict), name,
                    "Sebutkan nomornya dengan --last bila suratnya pasti asli.");
    const auto id = claimed_id(pdf, desk.office());
    const auto parts = number_in(title_of(pdf), pattern);
    const auto codes = codes_of(desk, request.series);
    if (!id || !parts || (!parts->kode.empty() && !codes.empty() && !codes.contains(parts->kode)))
        throw Error(Code::data, "berkas ini bukan surat seri " + request.series + " kantor ini", name,
                    "Periksa serinya, atau sebutkan nomornya dengan --last.");
    raise(known.last, *parts);
    const auto letter = desk.letters().find(*id);
    if (!letter) {
        known.files.emplace_back(*parts, *id);
    } else if (letter->status == storage::Status::reserved && pattern.print(*parts) == letter->number) {
        storage::Reconciliation(desk.database()).readmit(*id, pdf, now, request.actor);
        report.readmitted.push_back(letter->number);
    }
}

}  // namespace

std::vector<std::string> pending_reconciliation(Desk& desk) {
    return storage::Reconciliation(desk.database()).pending(series_of(desk.office()));
}

std::vector<SeriesState> reconciliation_state(Desk& desk) {
    storage::Reconciliation reconciliation(desk.database());
    const auto waiting = pending_reconciliation(desk);
    std::vector<SeriesState> states;
    for (const std::string& series : series_of(desk.office())) {
        SeriesState state{.series = series, .last = {}, .date = {}, .pending = false};
        state.pending = std::find(waiting.begin(), waiting.end(), series) != waiting.end();
        if (const auto last = reconciliation.last_of(series)) {
            state.last = last->number;
            state.date = last->date;
        }
        states.push_back(std::move(state));
    }
    return states;
}

ReconcileReport reconcile(Desk& desk, const ReconcileRequest& request, Random& random, Instant now) {
    const numbering::Pattern pattern = pattern_of(desk.office(), request.series);
    const Date today = date_in(desk.office().zone(), now);
    ReconcileReport report;
    Known known;
    if (!request.last.empty()) {
        known.last = pattern.read(request.last);
        if (!known.last || !known.last->sisipan.empty())
            throw Error(Code::data, "\"" + request.last + "\" bukan nomor seri " + request.series, "--last",
                        "Tulis nomor seperti tercetak, menurut pola " + pattern.text() + ".");
        const auto codes = codes_of(desk, request.series);
        if (!known.last->kode.empty() && !codes.empty() && !codes.contains(known.last->kode))
            report.warnings.push_back({"kode " + known.last->kode + " bukan kode yang biasa bagi seri ini",
                                       "seri " + request.series, "Pastikan nomor itu milik seri ini."});
    }
    storage::Reconciliation reconciliation(desk.database());
    if (const auto waiting = reconciliation.pending({request.series}); waiting.empty())
        throw Error(Code::data, "seri ini tidak menunggu pencocokan", "seri " + request.series,
                    "Lihat keadaannya: naskah register reconcile");
    for (const auto& file : request.files) read_letter_file(desk, file, request, pattern, known, report, now);
    if (!known.last && !request.none)
        throw Error(Code::usage, "nomor terakhir belum disebut", "",
                    "Tambahkan --last NOMOR, --pdf BERKAS, atau --none bila belum pernah ada yang terbit.");
    if (known.last && request.none)
        throw Error(Code::usage, "--none tidak dapat dipakai bersama nomor terakhir", "--none",
                    "Pilih satu.");

    storage::LastKnown last;
    last.series = request.series;
    last.pattern = pattern.text();
    last.latest = today;
    if (request.missing) last.most = *request.missing;
    if (known.last) {
        const LastDay days = days_of(*known.last);
        if (days.first > today)
            throw Error(Code::data, "nomor itu dari masa yang belum tiba", "--last",
                        "Periksa nomor itu, serta jam dan tanggal komputer.");
        last.last = known.last;
        last.latest = std::min(days.last, today);
        report.last = pattern.print(*known.last);
        for (const auto& [parts, id] : known.files)
            if (parts.tahun == known.last->tahun) last.codes.emplace_back(parts.urut, id);
    }
    report.done = reconciliation.reconcile(last, random, now, request.actor);
    return report;
}

std::vector<std::string> reconcile_unchanged(Desk& desk, Random& random, Instant now,
                                             const std::string& actor) {
    storage::Reconciliation reconciliation(desk.database());
    std::vector<std::string> done;
    for (const std::string& series : pending_reconciliation(desk)) {
        storage::LastKnown known;
        known.series = series;
        known.unchanged = true;
        reconciliation.reconcile(known, random, now, actor);
        done.push_back(series);
    }
    return done;
}

}  // namespace naskah::workflow
