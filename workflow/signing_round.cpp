#include "workflow/signing_round.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <set>

#include "storage/log.h"
#include "workflow/keys.h"

namespace naskah::workflow {

using storage::Draft;
using storage::ItemState;
using storage::Round;
using storage::RoundItem;

namespace {

constexpr auto pauses = {1, 2, 4, 8, 15, 30};   // seconds between tries when somebody outside is silent
constexpr std::chrono::seconds silent_for{30};  // then nobody works on an open round any more

bool head_signs(const Desk& desk, const std::string& kind) {
    return desk.templates().get(kind)->about().value("penandatangan", "kepala") == "kepala";
}

Signer signer_of(const Desk& desk, const std::string& kind, Instant now) {
    const Office& office = desk.office();
    return office.signer_of(desk.templates().get(kind)->about(), kind, date_in(office.zone(), now));
}

void log(storage::Connections& database, const std::string& action, const std::string& who, Instant now) {
    database.write([&](storage::Connection& connection) {
        storage::append(connection, {.at = now,
                                     .actor = who,
                                     .action = action,
                                     .letter = "",
                                     .detail = Json::object(),
                                     .previous = {},
                                     .hash = {}});
    });
}

// Counted before the secret is tried, in the transaction that writes the try down: many tries at once, in any
// number of processes, cannot slip through between.
int count_try(storage::Connections& database, const Person& who, Instant now) {
    int tries = 0;
    database.write([&](storage::Connection& connection) {
        const std::int64_t since = (now - SigningRounds::lockout).time_since_epoch().count();
        connection.run(
            "SELECT SUM(CASE action WHEN 'pin-try' THEN 1 ELSE -1 END) FROM log_entries WHERE actor = $1 AND "
            "action IN ('pin-try', 'pin-unjudged') AND at > $2 AND seq > "
            "(SELECT COALESCE(MAX(seq), 0) FROM log_entries WHERE actor = $1 AND action = 'pin-right')",
            {who.username, since},
            [&](const storage::Cells& cells) { tries = static_cast<int>(cells.integer(0)); });
        if (tries >= SigningRounds::most_refusals)
            throw Error(Code::forbidden,
                        "PIN sudah salah " + std::to_string(tries) + " kali. Untuk keamanan, tunggu " +
                            std::to_string(SigningRounds::lockout.count()) + " menit",
                        pin_field, "Tidak ada surat yang berubah. Coba lagi nanti.");
        storage::append(connection, {.at = now,
                                     .actor = who.username,
                                     .action = "pin-try",
                                     .letter = "",
                                     .detail = Json::object(),
                                     .previous = {},
                                     .hash = {}});
    });
    return tries + 1;
}

// Opens one key with what was typed for it. The secret itself is in no message.
std::unique_ptr<signing::DocumentSigner> open_typed(Desk& desk, const std::string& key,
                                                    const std::string& secret, const std::string& field,
                                                    int tries, int letters, Instant now) {
    if (secret.empty())
        throw Error(Code::data, "belum diisi", field,
                    "Ketik lalu tanda tangani lagi. Tidak ada yang berubah.");
    try {
        auto signer = open_signer(
            desk.office(), key, [&](const std::string&) { return secret; }, desk.web(),
            desk.long_term_if_needed(), letters);
        if (signer->chain()) signing::check_certificate(*signer->chain(), now);
        signer->make_ready();
        return signer;
    } catch (const Error& error) {
        const Problem& problem = error.problems()[0];
        if (error.code() != Code::data || problem.what.find("salah") == std::string::npos) throw;
        // A token that counts down says how near it is to locking itself.
        const bool warns = problem.what.find("terkunci") != std::string::npos ||
                           problem.what.find("tinggal") != std::string::npos;
        const int left = SigningRounds::most_refusals - tries;
        throw Error(Code::data, warns ? problem.what : "salah", field,
                    warns ? problem.remedy
                          : "Belum ada surat yang ditandatangani. Ketik ulang; " +
                                (left > 0 ? "masih dapat dicoba " + std::to_string(left) + " kali."
                                          : "sesudah ini Anda perlu menunggu " +
                                                std::to_string(SigningRounds::lockout.count()) + " menit."));
    }
}

}  // namespace

Secrets::~Secrets() {
    wipe(pin);
    wipe(seal);
}

std::optional<Problem> not_signed_by(const Desk& desk, const Person& who, const Draft& draft, Instant now) {
    try {
        const Signer signer = signer_of(desk, draft.kind, now);
        const std::string official = signer.printed.value("id", "");
        if (!head_signs(desk, draft.kind) || who.official.empty() || who.official == official)
            return std::nullopt;
        return Problem{"surat ini ditandatangani " + signer.printed.at("nama").get<std::string>(), "",
                       "Biarkan di antrean untuk penanda tangannya."};
    } catch (const Error& error) {
        return error.problems().front();
    }
}

struct SigningRounds::Running {
    Round round;
    std::shared_ptr<Desk> desk;
    std::shared_ptr<SigningSession> keys;
    std::atomic<bool> stop = false, done = false;
    std::mutex mutex;
    std::condition_variable woken;
    std::thread thread;

    void ask_to_stop() {
        stop = true;
        const std::lock_guard lock(mutex);
        woken.notify_all();
    }
    // False if it was told to stop meanwhile.
    bool pause(std::chrono::milliseconds time) {
        std::unique_lock lock(mutex);
        woken.wait_for(lock, time, [&] { return stop.load(); });
        return !stop;
    }
};

SigningRounds::SigningRounds(DeskNow desk, const Clock& clock, Random& random, Told told)
    : desk_(std::move(desk)), clock_(clock), random_(random), told_(std::move(told)) {}

SigningRounds::~SigningRounds() { stop(std::chrono::milliseconds(0)); }

storage::Rounds SigningRounds::rounds() const { return storage::Rounds(desk_()->database()); }

SigningRounds::Needs SigningRounds::needs_of(const std::vector<Draft>& drafts) const {
    const auto desk = desk_();
    Needs needs;
    for (const Draft& draft : drafts) (head_signs(*desk, draft.kind) ? needs.pin : needs.seal) = true;
    if (desk->office().demo()) needs.seal = false;  // the demo's seal opens without asking
    for (const Draft& draft : drafts)
        if (head_signs(*desk, draft.kind)) try {
                needs.pin_name = secret_name(desk->office(), signer_of(*desk, draft.kind, clock_.now()).key);
                break;
            } catch (const Error&) {
                continue;  // nobody signs it today: said when it is tried
            }
    return needs;
}

void SigningRounds::request_code(const std::vector<Draft>& drafts) const {
    const auto desk = desk_();
    std::map<std::string, int> letters;
    for (const Draft& draft : drafts)
        if (head_signs(*desk, draft.kind)) ++letters[signer_of(*desk, draft.kind, clock_.now()).key];
    for (const auto& [key, count] : letters) workflow::request_code(desk->office(), key, *desk->web(), count);
}

std::shared_ptr<SigningSession> SigningRounds::open_keys(Desk& desk, const Person& who,
                                                         const std::vector<Draft>& drafts,
                                                         const Secrets& secrets, Instant now) {
    std::set<std::string> own, seals;
    for (const Draft& draft : drafts)
        (head_signs(desk, draft.kind) ? own : seals).insert(signer_of(desk, draft.kind, now).key);
    if (own.size() > 1)
        throw Error(Code::data, "surat-surat ini ditandatangani pejabat yang berbeda", "",
                    "Pilih surat dari satu penanda tangan, lalu ulangi untuk yang lain.");
    auto session = std::make_shared<SigningSession>([](const std::string&) -> std::string {
        throw Error(Code::data, "kunci ini meminta kata sandi", "",
                    "Tandatangani dari halaman Antrean, yang menanyakannya.");
    });
    const bool typed_seal = !seals.empty() && !desk.office().demo();
    if (own.empty() && !typed_seal) return session;
    storage::Connections& database = *desk.database();
    const int tries = count_try(database, who, now);
    try {
        const int letters = static_cast<int>(drafts.size());
        for (const auto& key : own)
            session->give(key, open_typed(desk, key, secrets.pin, pin_field, tries, letters, now));
        for (const auto& key : seals)
            if (typed_seal)
                session->give(key, open_typed(desk, key, secrets.seal, seal_field, tries, letters, now));
    } catch (const Error& error) {
        // Whoever was not reached has judged nothing: that is no wrong PIN, and locks nobody out.
        const bool judged = error.code() != Code::outside && error.code() != Code::unknown;
        log(database, judged ? "pin-wrong" : "pin-unjudged", who.username, now);
        throw;
    }
    // A service says only with the first letter whether the secret is right: work() notes it then.
    if (!session->is_unproven()) log(database, "pin-right", who.username, now);
    return session;
}

Round SigningRounds::start(const Person& who, const std::vector<storage::Rounds::Pick>& picks,
                           const Secrets& secrets, Instant now) {
    if (!who.is(Role::kadis))
        throw Error(Code::forbidden, "hanya penanda tangan yang dapat menandatangani", "",
                    "Mintalah kepada penanda tangannya.");
    if (picks.empty() || picks.size() > most_letters)
        throw Error(Code::data,
                    "pilih 1 sampai " + std::to_string(most_letters) + " surat; sekarang " +
                        std::to_string(picks.size()),
                    "", "Kembali ke antrean dan pilih lagi.");
    const auto desk = desk_();
    storage::Drafts drafts(desk->database());
    std::vector<Draft> chosen;
    for (const auto& pick : picks)
        if (auto draft = drafts.find(pick.draft);
            draft && draft->stage == storage::Stage::queue && !not_signed_by(*desk, who, *draft, now))
            chosen.push_back(*std::move(draft));
    // With nothing left to sign no PIN is looked at; Rounds::start says why for each letter.
    std::shared_ptr<SigningSession> keys;
    if (!chosen.empty()) keys = open_keys(*desk, who, chosen, secrets, now);
    const Round round = rounds().start(
        make_letter_id(random_), who.username, picks,
        [&](const Draft& draft) {
            if (auto problem = not_signed_by(*desk, who, draft, now))
                throw Error(Code::data, {*std::move(problem)});
        },
        now);
    run(round, desk, std::move(keys));
    return round;
}

Round SigningRounds::go_on(const Person& who, const LetterId& id, const Secrets& secrets, Instant now) {
    auto round = find(id);
    if (!round || round->actor != who.username || !who.is(Role::kadis))
        throw Error(Code::forbidden, "putaran ini bukan milik Anda", "", "Kembali ke antrean.");
    if (round->ended_at || is_running(id)) return *round;
    const auto desk = desk_();
    storage::Drafts drafts(desk->database());
    std::vector<Draft> waiting;
    for (const RoundItem& item : round->items)
        if (item.state == ItemState::waiting)
            if (auto draft = drafts.find(item.draft)) waiting.push_back(*std::move(draft));
    run(*round, desk, open_keys(*desk, who, waiting, secrets, now));
    return *round;
}

Round SigningRounds::release(const Person& who, const LetterId& id, Instant now) {
    auto round = find(id);
    if (!round || !who.is(Role::kadis))
        throw Error(Code::forbidden, "putaran ini bukan milik Anda", "", "Kembali ke antrean.");
    if (!round->ended_at && !is_left_open(*round, now))
        throw Error(Code::data, "putaran ini sedang berjalan", "", "Tunggu sampai selesai.");
    std::vector<LetterId> waiting;
    for (const RoundItem& item : round->items)
        if (item.state == ItemState::waiting) waiting.push_back(item.draft);
    for (const LetterId& draft : waiting)
        round = rounds().settle(
            id, draft, ItemState::released,
            {{"dikembalikan ke antrean sebelum ditandatangani", "", "Tanda tangani lagi dari antrean."}},
            who.username, now);
    return *round;
}

std::optional<Round> SigningRounds::find(const LetterId& round) const { return rounds().find(round); }

bool SigningRounds::is_running(const LetterId& round) const {
    const std::lock_guard lock(mutex_);
    const auto found = running_.find(round);
    return found != running_.end() && !found->second->done;
}

std::optional<Round> SigningRounds::newest_of(const Person& who) const {
    return rounds().newest_of(who.username);
}

bool SigningRounds::is_left_open(const Round& round, Instant now) const {
    return !round.ended_at && !is_running(round.id) && now - round.seen_at >= silent_for;
}

std::optional<Round> SigningRounds::left_open(const Person& who, Instant now) const {
    for (Round& round : rounds().unfinished())
        if (round.actor == who.username && is_left_open(round, now)) return std::move(round);
    return std::nullopt;
}

void SigningRounds::run(const Round& round, std::shared_ptr<Desk> desk,
                        std::shared_ptr<SigningSession> keys) {
    reap();
    const std::lock_guard lock(mutex_);
    if (stopping_ || running_.contains(round.id)) return;  // it stays open, for the next start
    auto running = std::make_shared<Running>();
    running->round = round;
    running->desk = std::move(desk);
    running->keys = std::move(keys);
    running_[round.id] = running;
    running->thread = std::thread([this, running] {
        try {
            work(*running);
        } catch (const std::exception&) {
            // The store is away for good: the round stays open, and the next start or the head goes on.
        }
        running->keys.reset();
        running->desk.reset();
        running->done = true;
    });
}

// Letters are given to the desk together, so that their numbers are taken together. Where somebody outside is
// silent, what is left is tried again after a while.
void SigningRounds::work(Running& running) {
    struct Stopped {};
    storage::Rounds store(running.desk->database());
    storage::Drafts drafts(running.desk->database());
    const LetterId id = running.round.id;
    const std::string actor = running.round.actor;
    // What has become of a letter is written down as soon as the store can be reached.
    const auto settle = [&](const LetterId& draft, ItemState otherwise,
                            const std::vector<Problem>& problems) {
        for (;;) {
            try {
                running.round = store.settle(id, draft, otherwise, problems, actor, clock_.now());
                if (told_)
                    for (const RoundItem& item : running.round.items)
                        if (item.draft == draft) told_(running.round, item);
                return;
            } catch (const Error& error) {
                if (error.code() != Code::outside && error.code() != Code::cannot_write) throw;
            }
            if (!running.pause(std::chrono::seconds(2))) throw Stopped{};
        }
    };
    const unsigned jobs = std::clamp(std::thread::hardware_concurrency(), 1u, 4u);
    try {
        for (auto pause = pauses.begin();;) {
            std::vector<LetterId> places;
            std::vector<Request> requests;
            for (const RoundItem& item : running.round.items) {
                if (item.state != ItemState::waiting) continue;
                const auto draft = drafts.find(item.draft);
                if (!draft) throw Error(Code::internal, "konsep hilang", to_string(item.draft));
                places.push_back(item.draft);
                requests.push_back({.kind = draft->kind,
                                    .data = draft->data,
                                    .key = draft->key(),
                                    .series = {},
                                    .actor = actor,
                                    .images = running.desk->office().root(),
                                    .session = running.keys});
            }
            if (requests.empty()) return;
            // Where a secret is judged with the first signature only, one letter goes ahead: the others take
            // no number for a secret that is wrong.
            const bool alone = running.keys->is_unproven();
            if (alone) requests.resize(1);
            const int waiting = running.round.count(ItemState::waiting);
            running.desk->issue_all(
                requests, static_cast<int>(jobs), [&](std::size_t place, Outcome outcome) {
                    const bool silent = outcome.code == Code::outside || outcome.code == Code::cannot_write;
                    const bool unsure = outcome.code == Code::unknown;
                    if (outcome.issued || !silent || pause == pauses.end())
                        settle(places[place], silent || unsure ? ItemState::unknown : ItemState::failed,
                               outcome.problems);
                    if (running.stop) throw Stopped{};
                });
            if (alone && !running.keys->is_unproven())
                log(*running.desk->database(), "pin-right", actor, clock_.now());
            if (running.round.count(ItemState::waiting) == 0) return;
            if (running.round.count(ItemState::waiting) < waiting && alone) continue;
            if (!running.pause(std::chrono::seconds(*pause))) return;
            ++pause;
        }
    } catch (const Stopped&) {
        // What is still waiting stays so.
    }
}

void SigningRounds::reap() {
    std::vector<std::shared_ptr<Running>> ended;
    {
        const std::lock_guard lock(mutex_);
        std::erase_if(running_, [&](const auto& entry) {
            if (!entry.second->done) return false;
            ended.push_back(entry.second);
            return true;
        });
    }
    for (const auto& running : ended) running->thread.join();
}

void SigningRounds::resume() {
    const auto desk = desk_();
    rounds().take_over_issued(clock_.now());
    if (!desk->office().demo()) return;  // the keys ask for their secrets: the head's page does
    for (const Round& round : rounds().unfinished())
        run(round, desk, std::make_shared<SigningSession>([](const std::string&) -> std::string {
                throw Error(Code::data, "kunci ini meminta kata sandi");
            }));
}

void SigningRounds::wait() {
    for (;;) {
        reap();
        {
            const std::lock_guard lock(mutex_);
            if (running_.empty()) return;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
}

void SigningRounds::stop(std::chrono::milliseconds patience) {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    const auto until = std::chrono::steady_clock::now() + patience;
    for (;;) {
        reap();
        {
            const std::lock_guard lock(mutex_);
            if (running_.empty()) break;
            if (std::chrono::steady_clock::now() >= until)
                for (auto& [id, running] : running_) running->ask_to_stop();
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
}

}  // namespace naskah::workflow
