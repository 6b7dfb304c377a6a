#include "workflow/drafting.h"

#include <algorithm>

#include "core/text.h"
#include "workflow/rules.h"
#include "workflow/working_time.h"

namespace naskah::workflow {

using storage::Draft;
using storage::Stage;

namespace {

constexpr std::size_t longest_note = 4000;

bool in(const std::vector<std::string>& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

bool in_hand(const Draft& draft) { return draft.stage == Stage::concept_ || draft.stage == Stage::returned; }

// What a page calls the draft in a sentence.
std::string name_of_letter(const Draft& draft) {
    return draft.subject.empty() ? "surat ini" : "“" + draft.subject + "”";
}

Error forbidden(const std::string& what, const Draft& draft, const std::string& remedy) {
    return Error(Code::forbidden, what, name_of_letter(draft), remedy);
}

// Where the letter is now, as the reason why an act is too late.
Error moved_on(const Draft& draft, const std::string& wish) {
    std::string what = "surat ini sekarang berstatus " + stage_word(draft.stage);
    if (draft.stage == Stage::issued) what += " dengan nomor " + draft.number;
    return Error(Code::data, what + ", tidak dapat " + wish, name_of_letter(draft),
                 "Muat ulang halamannya untuk melihat keadaan terbaru. Tidak ada yang berubah.");
}

void require_author(const Person& who, const Draft& draft, const std::string& wish) {
    if (who.username != draft.author)
        throw forbidden("hanya pembuat surat yang dapat " + wish, draft, "Mintalah kepada pembuatnya.");
}

void require_version(const Draft& draft, int version) {
    if (draft.version != version)
        throw Error(Code::data,
                    "surat ini sudah berubah: sekarang versi " + std::to_string(draft.version) +
                        ", yang Anda baca versi " + std::to_string(version),
                    name_of_letter(draft),
                    "Baca versi terbarunya, lalu putuskan lagi. Tidak ada yang berubah.");
}

std::string checked_note(const std::string& note, bool needed) {
    const std::string text = trim(note);
    if (text.empty() && needed)
        throw Error(Code::data, "catatan wajib diisi bila surat dikembalikan", "Catatan",
                    "Tulis apa yang perlu diperbaiki.");
    if (text.size() > longest_note)
        throw Error(Code::data, "catatan terlalu panjang", "Catatan",
                    "Ringkas menjadi paling banyak " + std::to_string(longest_note) + " huruf.");
    return text;
}

}  // namespace

std::string stage_word(Stage stage) {
    switch (stage) {
        case Stage::concept_: return "Konsep";
        case Stage::review: return "Diperiksa";
        case Stage::returned: return "Dikembalikan";
        case Stage::queue: return "Menunggu tanda tangan";
        case Stage::signing: return "Sedang ditandatangani";
        case Stage::issued: return "Terbit";
        case Stage::discarded: return "Dibuang";
    }
    return {};
}

Drafting::Drafting(Desk& desk, Random& random, Directory people)
    : desk_(desk), random_(random), people_(std::move(people)), drafts_(desk.database()) {}

storage::Drafts::Typed Drafting::typed(const std::string& kind, const Json& data) const {
    const auto package = desk_.templates().get(kind);
    storage::Drafts::Typed typed{.data = data, .subject = {}, .due = {}};
    if (generator::check(*package, data).empty()) typed.subject = generator::subject(*package, data);
    const Office& office = desk_.office();
    if (const auto day = last_day(package->about().at("aturan"), data, office.workdays()))
        typed.due = end_of_work(office, *day);
    return typed;
}

void Drafting::require_passing(const Draft& draft) const {
    std::vector<Problem> warnings;
    if (auto problems = desk_.check(draft.kind, draft.data, warnings); !problems.empty())
        throw Error(Code::data, std::move(problems));
}

Draft Drafting::create(const Person& who, const std::string& kind, const Json& data, Instant now) {
    if (!who.is(Role::staf))
        throw Error(Code::forbidden, "peran Anda tidak mencakup pembuatan surat", "",
                    "Mintalah kepada staf, atau minta peran itu kepada admin kantor.");
    if (!data.is_object()) throw Error(Code::data, "data surat harus berupa isian bernama", "data");
    auto fields = typed(kind, data);
    return drafts_.create({.id = make_letter_id(random_),
                           .kind = kind,
                           .subject = std::move(fields.subject),
                           .data = std::move(fields.data),
                           .author = who.username,
                           .due = fields.due},
                          now);
}

Draft Drafting::create_from(const Person& who, const LetterId& earlier, Instant now) {
    if (const auto draft = drafts_.find(earlier); draft && may_see(who, *draft))
        return create(who, draft->kind, draft->data, now);
    // Issued letters stand in the register, which everyone who writes letters reads.
    if (const auto letter = desk_.letters().find(earlier))
        return create(who, letter->kind, letter->data, now);
    throw Error(Code::data, "surat yang hendak dipakai ulang tidak ada", to_string(earlier),
                "Pilih lagi dari daftar surat.");
}

storage::Drafts::Saved Drafting::save(const Person& who, const LetterId& id, std::int64_t revision,
                                      const Json& data, Instant now) {
    const Draft draft = open(who, id);
    require_author(who, draft, "mengubahnya");
    if (!data.is_object()) throw Error(Code::data, "data surat harus berupa isian bernama", "data");
    return drafts_.save(id, revision, typed(draft.kind, data), now);
}

Person Drafting::checker(const std::string& username) const {
    for (Person& person : people_())
        if (person.username == username && person.is(Role::pemeriksa)) return std::move(person);
    throw Error(Code::data, "pemeriksa itu tidak ada", "Pemeriksa", "Pilih pemeriksa dari daftar.");
}

Draft Drafting::send(const Person& who, const LetterId& id, std::int64_t revision,
                     const std::string& checker_name, const std::string& note, Instant now) {
    require_author(who, open(who, id), "mengirimnya");
    const Person to = checker(checker_name);
    if (to.username == who.username)
        throw Error(Code::forbidden, "surat tidak diperiksa oleh pembuatnya sendiri", "Pemeriksa",
                    "Pilih pemeriksa lain.");
    const std::string said = checked_note(note, false);
    return drafts_.act(id, {"send", who.username, said}, now, [&](Draft& draft) {
        if (!in_hand(draft)) throw moved_on(draft, "dikirim lagi");
        if (draft.revision != revision)
            throw Error(Code::data, "surat ini sudah diubah di jendela atau gawai lain",
                        name_of_letter(draft), "Muat ulang, periksa isinya, lalu kirim lagi.");
        require_passing(draft);
        const auto fields = typed(draft.kind, draft.data);
        draft.subject = fields.subject;
        draft.due = fields.due;
        draft.stage = Stage::review;
        draft.version += 1;
        draft.holder = to.username;
        draft.note = said;
        draft.initials.clear();
        draft.trouble.clear();
    });
}

Draft Drafting::withdraw(const Person& who, const LetterId& id, Instant now) {
    require_author(who, open(who, id), "menariknya kembali");
    return drafts_.act(id, {"withdraw", who.username, ""}, now, [&](Draft& draft) {
        if (draft.stage != Stage::review) throw moved_on(draft, "ditarik kembali");
        if (!draft.initials.empty())
            throw Error(
                Code::data,
                "surat ini sudah diparaf " + name_of(draft.initials.back()) + ", tidak dapat ditarik kembali",
                name_of_letter(draft), "Mintalah pemeriksanya mengembalikan surat ini.");
        draft.stage = Stage::concept_;
        draft.holder = draft.author;
        draft.note.clear();
    });
}

Draft Drafting::discard(const Person& who, const LetterId& id, Instant now) {
    require_author(who, open(who, id), "membuangnya");
    return drafts_.act(id, {"discard", who.username, ""}, now, [&](Draft& draft) {
        if (!in_hand(draft)) throw moved_on(draft, "dibuang");
        draft.stage = Stage::discarded;
        draft.holder.clear();
    });
}

Draft Drafting::approve(const Person& who, const LetterId& id, int version, const std::string& next,
                        const std::string& note, Instant now) {
    const Draft seen = open(who, id);
    if (!who.is(Role::pemeriksa))
        throw forbidden("hanya pemeriksa yang dapat memaraf", seen, "Mintalah kepada pemeriksanya.");
    if (who.username == seen.author)
        throw forbidden("surat tidak diperiksa oleh pembuatnya sendiri", seen,
                        "Mintalah pemeriksa lain memeriksanya.");
    std::string to;
    if (!next.empty()) to = checker(next).username;
    if (to == seen.author)
        throw forbidden("surat tidak diperiksa oleh pembuatnya sendiri", seen, "Pilih pemeriksa lain.");
    const std::string said = checked_note(note, false);
    return drafts_.act(id, {"approve", who.username, said}, now, [&](Draft& draft) {
        if (draft.stage != Stage::review) throw moved_on(draft, "diparaf");
        require_version(draft, version);
        if (draft.holder != who.username)
            throw forbidden("surat ini sedang di tangan " + name_of(draft.holder), draft,
                            "Yang memegang surat yang memarafnya. Tidak ada yang berubah.");
        if (!to.empty() && (to == who.username || in(draft.initials, to)))
            throw Error(Code::data, name_of(to) + " sudah memaraf versi ini", "Teruskan kepada",
                        "Pilih pemeriksa lain, atau teruskan kepada penanda tangan.");
        require_passing(draft);
        draft.initials.push_back(who.username);
        draft.holder = to;
        draft.note = said;
        if (to.empty()) draft.stage = Stage::queue;
    });
}

Draft Drafting::send_back(const Person& who, const LetterId& id, int version, const std::string& note,
                          Instant now) {
    const Draft seen = open(who, id);
    const auto may = [&](const Draft& draft) {
        if (draft.stage == Stage::queue && who.is(Role::kadis)) return true;
        return who.is(Role::pemeriksa) && who.username != draft.author &&
               (draft.holder == who.username || in(draft.initials, who.username));
    };
    const std::string said = checked_note(note, true);
    const auto decide = [&](const Draft& draft) {
        if (draft.stage != Stage::review && draft.stage != Stage::queue)
            throw moved_on(draft, "dikembalikan");
        require_version(draft, version);
        if (!may(draft))
            throw forbidden("surat ini tidak melewati Anda", draft,
                            "Yang memegang, yang sudah memaraf, dan penanda tangan dapat mengembalikannya.");
    };
    decide(seen);
    // The number belongs to what the letter says now. It is given up first: if the power fails in between,
    // the letter waits in the queue without a number, and the next signing takes a new one.
    const auto numbered = desk_.letters().find_key(seen.key());
    if (numbered && numbered->status == storage::Status::reserved)
        desk_.letters().make_void(numbered->id, "dikembalikan sebelum ditandatangani: " + said, now,
                                  who.username);
    return drafts_.act(id, {"return", who.username, said}, now, [&](Draft& draft) {
        decide(draft);
        if (const auto letter = desk_.letters().find_key(draft.key())) {
            if (letter->status != storage::Status::void_)
                throw Error(Code::data,
                            "surat ini sudah bernomor " + letter->number + ", tidak dapat dikembalikan",
                            name_of_letter(draft), "Muat ulang halamannya. Tidak ada yang berubah.");
            draft.letter.reset();
            draft.number.clear();
            draft.attempt += 1;
        }
        draft.stage = Stage::returned;
        draft.holder = draft.author;
        draft.note = said;
        draft.initials.clear();
        draft.trouble.clear();
    });
}

bool Drafting::may_see(const Person& who, const Draft& draft) const {
    if (who.username == draft.author) return true;
    if (draft.version == 0) return false;  // its author's own until it is sent
    return who.is(Role::pemeriksa) || who.is(Role::kadis) || who.is(Role::tata_usaha);
}

Draft Drafting::open(const Person& who, const LetterId& id) const {
    auto draft = drafts_.find(id);
    // Whoever may not see it is not told whether it is there.
    if (!draft || !may_see(who, *draft))
        throw Error(Code::data, "surat ini tidak ada, atau bukan untuk Anda", "",
                    "Kembali ke daftar surat dan buka lagi dari sana.");
    return *std::move(draft);
}

Drafting::Acts Drafting::acts_of(const Person& who, const Draft& draft) const {
    const bool author = who.username == draft.author;
    const bool checks = who.is(Role::pemeriksa) && !author;
    Acts acts;
    acts.edit = acts.send = acts.discard = author && in_hand(draft);
    acts.withdraw = author && draft.stage == Stage::review && draft.initials.empty();
    acts.approve = checks && draft.stage == Stage::review && draft.holder == who.username;
    acts.send_back = (draft.stage == Stage::queue && who.is(Role::kadis)) ||
                     (checks && (draft.stage == Stage::review || draft.stage == Stage::queue) &&
                      (draft.holder == who.username || in(draft.initials, who.username)));
    acts.sign = draft.stage == Stage::queue && who.is(Role::kadis);
    return acts;
}

std::vector<Person> Drafting::checkers_for(const Person& who, const Draft& draft) const {
    std::vector<Person> checkers;
    for (Person& person : people_())
        if (person.is(Role::pemeriksa) && person.username != who.username &&
            person.username != draft.author && !in(draft.initials, person.username))
            checkers.push_back(std::move(person));
    return checkers;
}

std::string Drafting::name_of(const std::string& username) const {
    for (const Person& person : people_())
        if (person.username == username) return person.name;
    return username;
}

std::vector<FieldChange> Drafting::changes(const Draft& draft, int from, int to) const {
    const auto before = drafts_.version_data(draft.id, from), after = drafts_.version_data(draft.id, to);
    if (!before || !after) return {};
    return changed_fields(desk_.templates().get(draft.kind)->schema(), *before, *after);
}

std::vector<FilledField> Drafting::facts(const Draft& draft) const {
    return filled_fields(desk_.templates().get(draft.kind)->schema(), draft.data);
}

}  // namespace naskah::workflow
