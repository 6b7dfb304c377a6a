#include "workflow/issue.h"

#include <algorithm>
#include <map>
#include <regex>

#include "core/file.h"
#include "generator/gaps.h"
#include "workflow/attachments.h"
#include "workflow/correction.h"
#include "workflow/rules.h"
#include "workflow/web.h"

namespace naskah::workflow {

namespace {

// A number that is as wide as any that the series will see this year, for the rehearsal.
std::string rehearsal_number(const storage::NewLetter& letter) {
    numbering::Parts parts = letter.parts;
    parts.urut = 9999;
    parts.bulan = static_cast<int>(static_cast<unsigned>(letter.date.month()));
    parts.tahun = year_of(letter.date);
    return numbering::Pattern::parse(letter.pattern).print(parts);
}

Json letter_names(const Office& office, const LetterId& id, const std::string& number,
                  const std::string& code, Date date) {
    return {{"nomor", number}, {"tanggal", to_iso(date)},        {"tempat", office.settings().at("tempat")},
            {"kode", code},    {"kode_periksa", to_grouped(id)}, {"alamat_periksa", office.verify_url(id)}};
}

void append(std::vector<Problem>& to, std::vector<Problem> from) {
    to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

// The moment that a draft of a day carries: its midnight, so that the same draft is the same bytes all day.
Instant midnight(Date date) { return Instant(std::chrono::sys_days(date).time_since_epoch()); }

// Texts that a letter may have only once among those that are not void, such as the licence that it revokes:
// the fields that about.json names under `sekali`.
std::string once_of(const Json& about, const std::string& kind, const Json& data) {
    if (!about.contains("sekali")) return {};
    Json values = Json::array({kind});
    for (const Json& field : about.at("sekali")) {
        const Json::json_pointer pointer(
            "/" + std::regex_replace(field.get<std::string>(), std::regex("\\."), "/"));
        values.push_back(data.contains(pointer) ? data.at(pointer) : Json());
    }
    return canonical_json(values);
}

std::vector<std::string> correcting_kinds(const generator::Templates& templates) {
    std::vector<std::string> kinds;
    for (const std::string& kind : templates.kinds()) try {
            if (templates.get(kind)->about().contains("mengoreksi")) kinds.push_back(kind);
        } catch (const Error&) {
            continue;  // a broken kind has no letters of today
        }
    return kinds;
}

}  // namespace

Desk::Desk(Office office, const Clock& clock, Random& random, AskSecret ask,
           std::shared_ptr<storage::Connections> database, std::shared_ptr<Web> web)
    : office_(std::move(office)),
      clock_(clock),
      random_(random),
      templates_(office_.template_folders()),
      bases_(LegalBases::load(shipped_templates(), office_.root())),
      database_(std::move(database)),
      trust_(office_.trust()),
      web_(web ? std::move(web) : make_web(office_.tls_authorities())),
      own_keys_(std::make_shared<SigningSession>(std::move(ask))) {}

void Desk::open_register() {
    std::call_once(register_opened_, [&] {
        if (!database_) database_ = office_.open_database();
        letters_ = storage::open_register(database_);
    });
}

storage::Register& Desk::letters() {
    open_register();
    return *letters_;
}

std::shared_ptr<storage::Connections> Desk::database() {
    open_register();
    return database_;
}

std::vector<Problem> Desk::check(const std::string& kind, const Json& data,
                                 std::vector<Problem>& warnings) const {
    const auto package = templates_.get(kind);
    std::vector<Problem> problems = generator::check(*package, data);
    if (!problems.empty()) return problems;  // rules read fields that the schema promises
    const Date today = date_in(office_.zone(), clock_.now());
    problems = check_rules(package->about().at("aturan"), data, today, office_.workdays(), warnings);
    append(warnings, bases_.not_in_force(data, today));
    return problems;
}

storage::NewLetter Desk::prepare(const Request& request, std::vector<Problem>& warnings) {
    const auto package = templates_.get(request.kind);
    const Json& about = package->about();
    storage::NewLetter letter;
    letter.id = make_letter_id(random_);
    letter.kind = request.kind;
    letter.date = date_in(office_.zone(), clock_.now());
    const Office::Series series = office_.series_of(about, request.kind, request.series);
    letter.series = series.name;
    letter.pattern = series.pattern;
    letter.parts = series.parts;
    letter.idempotency_key = request.key;
    letter.once = once_of(about, request.kind, request.data);
    letter.subject = generator::subject(*package, request.data);
    letter.data = request.data;
    letter.actor = request.actor;
    Signer signer = office_.signer_of(about, request.kind, letter.date);
    append(warnings, std::move(signer.warnings));
    letter.snapshot = {{"kantor", office_.surroundings()},
                       {"penandatangan", signer.printed},
                       {"kunci", signer.key},
                       {"agenda", generator::agenda_columns(*package, request.data)}};
    letter.snapshot["agenda"]["jenis"] = about.at("judul");
    return letter;
}

Bytes Desk::rendered(const std::string& kind, const Json& data, const Json& snapshot, const LetterId& id,
                     const std::string& number, const std::string& code, Date date, Instant time,
                     const std::filesystem::path& images) const {
    generator::Surroundings surroundings;
    surroundings.office = snapshot.at("kantor");
    surroundings.signer = snapshot.at("penandatangan");
    surroundings.letter = letter_names(office_, id, number, code, date);
    surroundings.url = office_.verify_url(id);
    surroundings.time = time;
    surroundings.images = images;
    surroundings.office_images = office_.root();
    return generator_.render(*templates_.get(kind), data, surroundings);
}

// Everything that may refuse the letter is asked here, before it has a number.
storage::NewLetter Desk::ready(const Request& asked, std::vector<Problem>& warnings) {
    if (auto problems = check(asked.kind, asked.data, warnings); !problems.empty())
        throw Error(Code::data, std::move(problems));
    const auto package = templates_.get(asked.kind);
    if (package->about().contains("mengoreksi"))
        if (auto problems = check_corrected(package->about(), asked.data, letters(), warnings);
            !problems.empty())
            throw Error(Code::data, std::move(problems));
    storage::NewLetter letter = prepare(asked, warnings);
    rehearse(letter, asked.images,
             session_of(asked));  // a picture that is refused stays where the clerk has it
    letter.data = with_pictures(asked).data;
    return letter;
}

// Asked once more with the key of a letter that is there: `reserve` compares kind and data with what the key
// stands for, and gives that letter back unchanged.
storage::NewLetter Desk::repeated(const Request& asked, const storage::Letter& known) const {
    const Request request = with_pictures(asked);
    storage::NewLetter letter;
    letter.id = known.id;
    letter.kind = request.kind;
    letter.data = request.data;
    letter.idempotency_key = request.key;
    letter.series = known.series;
    letter.date = known.date;
    letter.pattern =
        office_.series_of(templates_.get(request.kind)->about(), request.kind, known.series).pattern;
    letter.parts = known.parts;
    letter.actor = request.actor;
    return letter;
}

// Pictures become part of the office, so that a crash later on can't separate a letter from them.
Request Desk::with_pictures(Request request) const {
    request.data = take_pictures(*templates_.get(request.kind), request.data, request.images, office_.root());
    return request;
}

void Desk::rehearse(const storage::NewLetter& letter, const std::filesystem::path& images,
                    SigningSession& keys) {
    const Instant now = clock_.now();
    const Bytes pdf = rendered(letter.kind, letter.data, letter.snapshot, letter.id, rehearsal_number(letter),
                               letter.parts.kode, letter.date, now, images);
    signer_of(keys, letter.snapshot, pdf, now);
}

generator::Surroundings Desk::of_draft(const generator::Package& package) const {
    const Date today = date_in(office_.zone(), clock_.now());
    const Json& about = package.about();
    generator::Surroundings surroundings;
    surroundings.office = office_.surroundings();
    surroundings.signer = office_.signer_of(about, package.kind(), today).printed;
    const Office::Series series = office_.series_of(about, package.kind(), "");
    surroundings.letter = letter_names(office_, LetterId{}, "…………", series.parts.kode, today);
    surroundings.draft = true;
    surroundings.time = midnight(today);
    surroundings.office_images = office_.root();
    return surroundings;
}

Bytes Desk::draft(const std::string& kind, const Json& data, const std::filesystem::path& images) const {
    const auto package = templates_.get(kind);
    if (auto problems = generator::check(*package, data); !problems.empty())
        throw Error(Code::data, std::move(problems));
    generator::Surroundings surroundings = of_draft(*package);
    surroundings.images = images;
    return generator_.render(*package, data, surroundings);
}

Bytes Desk::blank(const std::string& kind) const {
    const auto package = templates_.get(kind);
    const Date today = date_in(office_.zone(), clock_.now());
    generator::Surroundings surroundings = of_draft(*package);
    surroundings.draft = false;
    surroundings.blank = true;
    return generator_.render(*package, generator::blank_form(*package, today, office_.workdays()),
                             surroundings);
}

Bytes Desk::preview(const std::string& kind, const Json& data, bool& cut) const {
    const auto package = templates_.get(kind);
    generator::Surroundings surroundings = of_draft(*package);
    surroundings.images = office_.root();
    surroundings.unfinished = true;
    return generator_.render(*package, generator::with_gaps(package->schema(), data, cut), surroundings);
}

Issued Desk::issue(const Request& asked, const Turn& turn) {
    std::vector<Problem> warnings;
    std::optional<storage::Letter> known;
    if (!asked.key.empty()) known = letters().find_key(asked.key);
    storage::NewLetter letter = known ? repeated(asked, *known) : ready(asked, warnings);
    turn.wait();
    if (!known && date_in(office_.zone(), clock_.now()) != letter.date) {  // its turn came after midnight
        warnings.clear();
        letter = ready(asked, warnings);
    }
    const storage::Letter reserved = letters().reserve(letter, clock_.now()).letter;
    turn.pass();
    Issued result = finish(reserved, asked.actor, session_of(asked));
    append(result.warnings, std::move(warnings));
    return result;
}

Issued Desk::finish(storage::Letter letter, const std::string& actor, SigningSession& keys) {
    Issued done = end_of(std::move(letter), actor, keys);
    done.warnings = linked(done.letter, actor);
    return done;
}

// A letter that corrects another is linked to it as soon as it is there. A crash just before leaves it
// without: the same key, or `resume`, links it later.
std::vector<Problem> Desk::linked(const storage::Letter& letter, const std::string& actor) {
    std::shared_ptr<const generator::Package> package;
    try {
        package = templates_.get(letter.kind);
    } catch (const Error&) {
        return {};  // a kind that is there no more: its letters are as they are
    }
    return link_corrected(package->about(), letter, letters(), clock_.now(), actor);
}

Issued Desk::end_of(storage::Letter letter, const std::string& actor, SigningSession& keys) {
    while (letter.status == storage::Status::reserved) {
        try {
            Bytes signed_pdf;
            letter = advance(letter, actor, keys, signed_pdf);
            if (letter.sha256 && letter.sha256 == sha256(signed_pdf))
                return {letter, std::move(signed_pdf), office_.verify_url(letter.id), {}};
        } catch (const Error&) {
            letter = overtaken(letter);
        }
    }
    return kept(letter);
}

// After a failure: another process may have issued or replaced the letter meanwhile, and then that is what
// counts; else the failure that is being handled.
storage::Letter Desk::overtaken(const storage::Letter& letter) {
    storage::Letter now = present(letter.id);
    if (now.id == letter.id && now.status != storage::Status::issued) throw;
    return now;
}

// A letter that is at its end, with what the register keeps of it.
Issued Desk::kept(const storage::Letter& letter) {
    if (letter.status == storage::Status::void_)
        throw Error(Code::data, "nomor " + letter.number + " sudah batal: " + letter.reason, letter.kind,
                    "Terbitkan surat baru dengan kunci lain.");
    auto pdf = letters().pdf(letter.id);
    if (!pdf) throw Error(Code::internal, "surat terbit tanpa berkas di register", letter.number);
    return {letter, std::move(*pdf), office_.verify_url(letter.id), {}};
}

// One durable step: the reserved letter is issued, or replaced by a reserved one of today. What refuses the
// step leaves the letter as it is, to be finished by `resume` once the cause is mended.
storage::Letter Desk::advance(const storage::Letter& letter, const std::string& actor, SigningSession& keys,
                              Bytes& signed_pdf) {
    const Instant now = clock_.now();
    const Date today = date_in(office_.zone(), now);
    if (today < letter.date)
        throw Error(Code::data,
                    "surat bertanggal " + to_long(letter.date) + ", tetapi menurut komputer hari ini " +
                        to_long(today),
                    letter.number,
                    "Periksa jam dan tanggal komputer, lalu jalankan naskah resume; nomornya tersimpan.");
    if (today != letter.date) {
        // A letter that may be signed already, out there, does not get a second number.
        if (auto found = remote_signing().found_again(letter, keys, [&] { return draw(letter); })) {
            signed_pdf = checked(raised(*std::move(found), now), letter, now);
            return stored(letter, signed_pdf, actor, keys, now);
        }
        return letters().replace(letter.id, successor(letter, keys),
                                 "tidak sempat ditandatangani pada tanggal suratnya", now);
    }
    signed_pdf = draw_and_sign(letter, actor, keys, now);
    return stored(letter, signed_pdf, actor, keys, now);
}

storage::Letter Desk::stored(const storage::Letter& letter, BytesView signed_pdf, const std::string& actor,
                             SigningSession& keys, Instant now) {
    const storage::Letter issued =
        letters().issue(letter.id, signed_pdf, now, actor, protection_of(signed_pdf));
    RemoteSigning::forget(keys, letter.id);
    return issued;
}

Bytes Desk::draw(const storage::Letter& letter) const {
    return rendered(letter.kind, letter.data, letter.snapshot, letter.id, letter.number, letter.parts.kode,
                    letter.date, letter.reserved_at, office_.root());
}

// The letter itself as it is now, or the one that stands in its place.
storage::Letter Desk::present(const LetterId& id) {
    auto letter = letters().find(id);
    while (letter && letter->status == storage::Status::void_ && letter->replaced_by)
        letter = letters().find(*letter->replaced_by);
    if (!letter) throw Error(Code::internal, "surat hilang dari register", to_string(id));
    return *std::move(letter);
}

// The letter that takes the place of one whose day has passed: same data, today's date, today's signer, same
// rules.
storage::NewLetter Desk::successor(const storage::Letter& letter, SigningSession& keys) {
    std::vector<Problem> warnings;
    if (auto problems = check(letter.kind, letter.data, warnings); !problems.empty()) {
        const Error error(Code::data, std::move(problems));
        letters().make_void(letter.id, error.what(), clock_.now(), "resume");
        throw error;
    }
    storage::NewLetter next = prepare({.kind = letter.kind,
                                       .data = letter.data,
                                       .key = letter.idempotency_key,
                                       .series = letter.series,
                                       .actor = "resume",
                                       .images = {}},
                                      warnings);
    next.subject = letter.subject;
    next.once = letter.once;
    rehearse(next, office_.root(), keys);  // or a key that is missing for days would use up a number each day
    return next;
}

void Desk::resume(const std::function<void(const Resumed&)>& report) {
    for (const storage::Letter& letter : letters().unfinished()) {
        Resumed resumed{letter, {}, {}};
        try {
            resumed.letter = finish(letter, "resume", *own_keys_).letter;
            if (resumed.letter.number != letter.number) resumed.replaced = letter.number;
        } catch (const Error& error) {
            resumed.problems = error.problems();
            resumed.code = error.code();
            if (auto now = letters().find(letter.id)) resumed.letter = *now;
        } catch (const std::exception& error) {  // one letter must not stop the others
            resumed.problems = {{error.what(), letter.number, "Laporkan kepada pengembang."}};
            resumed.code = Code::internal;
        }
        report(resumed);
    }
    for (const std::string& kind : correcting_kinds(templates_)) {
        storage::Filter filter;
        filter.kind = kind;
        for (auto rows = letters().list(filter); !rows.empty(); rows = letters().list(filter)) {
            for (const storage::Row& row : rows)
                if (row.letter.status == storage::Status::issued) linked(row.letter, "resume");
            filter.after = rows.back().row;
        }
    }
}

}  // namespace naskah::workflow
