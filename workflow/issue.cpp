#include "workflow/issue.h"

#include <map>
#include <regex>

#include "core/file.h"
#include "workflow/attachments.h"
#include "workflow/rules.h"

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

}  // namespace

struct Desk::Keys {
    std::mutex mutex;
    std::map<std::filesystem::path, std::unique_ptr<signing::Key>> open;
};

Desk::Desk(Office office, const Clock& clock, Random& random, AskSecret ask)
    : office_(std::move(office)),
      clock_(clock),
      random_(random),
      ask_(std::move(ask)),
      templates_(office_.template_folders()),
      trust_(office_.trust()),
      keys_(std::make_shared<Keys>()) {}

storage::Register& Desk::letters() {
    std::call_once(register_opened_, [&] { letters_ = office_.open_register(); });
    return *letters_;
}

std::vector<Problem> Desk::check(const std::string& kind, const Json& data,
                                 std::vector<Problem>& warnings) const {
    const auto package = templates_.get(kind);
    std::vector<Problem> problems = generator::check(*package, data);
    if (!problems.empty()) return problems;  // rules read fields that the schema promises
    const Date today = date_in(office_.zone(), clock_.now());
    return check_rules(package->about().at("aturan"), data, today, office_.workdays(), warnings);
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
                       {"kunci", signer.key.lexically_relative(office_.root()).string()}};
    return letter;
}

Bytes Desk::rendered(const std::string& kind, const Json& data, const Json& snapshot, const LetterId& id,
                     const std::string& number, const std::string& code, Date date, Instant time) const {
    generator::Surroundings surroundings;
    surroundings.office = snapshot.at("kantor");
    surroundings.signer = snapshot.at("penandatangan");
    surroundings.letter = letter_names(office_, id, number, code, date);
    surroundings.url = office_.verify_url(id);
    surroundings.time = time;
    surroundings.images = surroundings.office_images = office_.root();
    return generator_.render(*templates_.get(kind), data, surroundings);
}

// Opens the signer's key once, and proves before any number is taken that what it signs will be found valid.
const signing::Key& Desk::key_of(const std::filesystem::path& file, BytesView rehearsal, Instant now) {
    const std::lock_guard lock(keys_->mutex);
    auto& key = keys_->open[file];
    if (!key) {
        auto opened = office_.open_key(file, ask_);
        signing::check_certificate(*opened, now);
        const Bytes signed_pdf = signing::sign(rehearsal, *opened, {}, now);
        const verify::Report report = verify::check(signed_pdf, trust_, now);
        if (report.verdict != verify::Verdict::passed)
            throw Error(
                Code::data,
                "tanda tangan percobaan dengan kunci ini tidak dinyatakan sah: " + reasons(report),
                file.filename().string(),
                "Periksa sertifikatnya, dan taruh sertifikat akar penerbitnya di folder trust/ kantor.");
        key = std::move(opened);
    }
    return *key;
}

Bytes Desk::draft(const std::string& kind, const Json& data, const std::filesystem::path& images) const {
    const auto package = templates_.get(kind);
    if (auto problems = generator::check(*package, data); !problems.empty())
        throw Error(Code::data, std::move(problems));
    const Date today = date_in(office_.zone(), clock_.now());
    const Json& about = package->about();
    generator::Surroundings surroundings;
    surroundings.office = office_.surroundings();
    surroundings.signer = office_.signer_of(about, kind, today).printed;
    const Office::Series series = office_.series_of(about, kind, "");
    surroundings.letter = letter_names(office_, LetterId{}, "…………", series.parts.kode, today);
    surroundings.draft = true;
    surroundings.time = midnight(today);
    surroundings.images = images;
    surroundings.office_images = office_.root();
    return generator_.render(*package, data, surroundings);
}

Issued Desk::issue(const Request& asked, const Turn& turn) {
    Issued result;
    Request request = asked;
    // Pictures become part of the office first, so that a crash later on can't separate a letter from them.
    request.data = take_pictures(*templates_.get(request.kind), asked.data, asked.images, office_.root());
    if (!request.key.empty()) {
        if (auto known = letters().find_key(request.key)) {
            turn.wait();
            // `reserve` compares kind and data with what the key stands for, and gives the letter back
            // unchanged.
            storage::NewLetter again;
            again.id = known->id;
            again.kind = request.kind;
            again.data = request.data;
            again.idempotency_key = request.key;
            again.series = known->series;
            again.date = known->date;
            again.pattern =
                office_.series_of(templates_.get(request.kind)->about(), request.kind, known->series).pattern;
            again.parts = known->parts;
            again.actor = request.actor;
            const storage::Letter letter = letters().reserve(again, clock_.now()).letter;
            turn.pass();
            return finish(letter, request.actor);
        }
    }
    if (auto problems = check(request.kind, request.data, result.warnings); !problems.empty())
        throw Error(Code::data, std::move(problems));
    const storage::NewLetter letter = prepare(request, result.warnings);
    const Instant now = clock_.now();
    const Bytes rehearsal = rendered(letter.kind, letter.data, letter.snapshot, letter.id,
                                     rehearsal_number(letter), letter.parts.kode, letter.date, now);
    key_of(office_.root() / letter.snapshot.at("kunci").get<std::string>(), rehearsal, now);
    turn.wait();
    const storage::Letter reserved = letters().reserve(letter, clock_.now()).letter;
    turn.pass();
    std::vector<Problem> warnings = std::move(result.warnings);
    result = finish(reserved, request.actor);
    result.warnings = std::move(warnings);
    return result;
}

Issued Desk::finish(storage::Letter letter, const std::string& actor) {
    while (letter.status == storage::Status::reserved) {
        const Instant now = clock_.now();
        if (date_in(office_.zone(), now) != letter.date) {
            letter = letters().replace(letter.id, successor(letter),
                                       "tidak sempat ditandatangani pada tanggal suratnya", now);
            continue;
        }
        Bytes pdf;
        try {
            pdf = rendered(letter.kind, letter.data, letter.snapshot, letter.id, letter.number,
                           letter.parts.kode, letter.date, letter.reserved_at);
        } catch (const Error& error) {
            if (error.code() == Code::data) letters().make_void(letter.id, error.what(), now, actor);
            throw;
        }
        const auto file = office_.root() / letter.snapshot.at("kunci").get<std::string>();
        const signing::Key& key = key_of(file, pdf, now);
        signing::check_certificate(key, now);
        signing::Options options;
        options.location = office_.settings().at("tempat").get<std::string>();
        Bytes signed_pdf = signing::sign(pdf, key, options, now);
        const verify::Report report = verify::check(signed_pdf, trust_, now);
        if (report.verdict != verify::Verdict::passed)
            throw Error(Code::internal,
                        "surat yang baru ditandatangani tidak lolos pemeriksaan sendiri: " + reasons(report),
                        letter.number, "Nomornya tersimpan. Perbaiki sebabnya, lalu jalankan naskah resume.");
        letter = letters().issue(letter.id, signed_pdf, now, actor);
        if (letter.sha256 == report.sha256)
            return {letter, std::move(signed_pdf), office_.verify_url(letter.id), {}};
    }
    if (letter.status == storage::Status::void_)
        throw Error(Code::data, "nomor " + letter.number + " sudah batal: " + letter.reason, letter.kind,
                    "Terbitkan surat baru dengan kunci lain.");
    auto pdf = letters().pdf(letter.id);
    if (!pdf) throw Error(Code::internal, "surat terbit tanpa berkas di register", letter.number);
    return {letter, std::move(*pdf), office_.verify_url(letter.id), {}};
}

// The letter that takes the place of one whose day has passed: same data, today's date, today's signer, same
// rules.
storage::NewLetter Desk::successor(const storage::Letter& letter) {
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
    return next;
}

void Desk::resume(const std::function<void(const Resumed&)>& report) {
    for (const storage::Letter& letter : letters().unfinished()) {
        Resumed resumed{letter, {}, {}};
        try {
            resumed.letter = finish(letter, "resume").letter;
            if (resumed.letter.number != letter.number) resumed.replaced = letter.number;
        } catch (const Error& error) {
            resumed.problems = error.problems();
            resumed.code = error.code();
            if (auto now = letters().find(letter.id)) resumed.letter = *now;
        }
        report(resumed);
    }
}

}  // namespace naskah::workflow
