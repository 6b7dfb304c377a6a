// Holds the drafts against the log, the versions and the register.
#include <algorithm>
#include <map>

#include "core/sha256.h"
#include "storage/drafts.h"
#include "storage/log.h"
#include "storage/rounds.h"

namespace naskah::storage {
namespace {

constexpr int page = 500;

struct Stored {
    std::string id, stage, author, holder, letter, number, kind;
    std::int64_t version = 0;
    std::int64_t attempt = 0;
};

class Inspection {
public:
    explicit Inspection(Connection& connection) : connection_(connection) {}

    std::vector<Problem> run() {
        std::string last;
        std::vector<Stored> drafts;
        do {
            drafts.clear();
            connection_.run(
                "SELECT id, stage, author, holder, letter, number, kind, version, attempt FROM drafts "
                "WHERE id > $1 ORDER BY id LIMIT $2",
                {last, std::int64_t{page}}, [&](const Cells& cells) {
                    drafts.push_back({std::string(cells.text(0)), std::string(cells.text(1)),
                                      std::string(cells.text(2)), std::string(cells.text(3)),
                                      std::string(cells.text(4)), std::string(cells.text(5)),
                                      std::string(cells.text(6)), cells.integer(7), cells.integer(8)});
                });
            for (const Stored& draft : drafts) {
                check_story(draft);
                check_letter(draft);
                last = draft.id;
            }
        } while (!drafts.empty());
        look_for_strays();
        return std::move(problems_);
    }

private:
    void wrong(const std::string& what, const std::string& id) {
        problems_.push_back({what, "konsep " + id, disagreement_remedy});
    }

    // The log tells each act; replayed, it must lead to what the row says.
    void check_story(const Stored& draft) {
        std::map<int, std::string> digests;
        std::string author, holder;
        std::optional<Stage> stage;
        int version = 0;
        for (const StoredEntry& stored : entries_of(connection_, draft.id)) {
            if (!stored.action.starts_with("draft-")) continue;
            const auto entry = to_entry(stored);
            if (!entry) {
                wrong("catatan log " + std::to_string(stored.seq) + " tidak terbaca", draft.id);
                return;
            }
            const std::string act = entry->action.substr(6);
            const auto next = parse_stage(text_in(entry->detail, "stage"));
            if (!next || !is_draft_step(act, stage, *next)) {
                wrong("langkah \"" + act + "\" tidak mungkin pada keadaan itu", draft.id);
                return;
            }
            if (act == "create") author = entry->actor;
            stage = next;
            version = entry->detail.value("version", 0);
            holder = text_in(entry->detail, "holder");
            if (const std::string digest = text_in(entry->detail, "data"); !digest.empty())
                digests[version] = digest;
        }
        if (!stage) {
            wrong("konsep tidak tercatat dalam log", draft.id);
            return;
        }
        if (to_string(*stage) != draft.stage || version != draft.version || author != draft.author ||
            holder != draft.holder)
            wrong("keadaan konsep (" + draft.stage + ", versi " + std::to_string(draft.version) +
                      ") tidak sesuai log (" + to_string(*stage) + ", versi " + std::to_string(version) + ")",
                  draft.id);
        std::map<int, std::string> kept;
        connection_.run(
            "SELECT version, data FROM draft_versions WHERE draft = $1", {draft.id}, [&](const Cells& cells) {
                kept[static_cast<int>(cells.integer(0))] = to_string(sha256(as_bytes(cells.text(1))));
            });
        if (kept != digests) wrong("isi yang dikirim bukan yang tersimpan", draft.id);
        if (kept.size() != static_cast<std::size_t>(draft.version)) wrong("versi hilang", draft.id);
    }

    void check_letter(const Stored& draft) {
        if (draft.letter.empty()) return;
        std::string status, key, number, kind;
        connection_.run("SELECT status, idempotency_key, number, kind FROM letters WHERE id = $1",
                        {draft.letter}, [&](const Cells& cells) {
                            status = cells.text(0);
                            key = cells.text(1);
                            number = cells.text(2);
                            kind = cells.text(3);
                        });
        if (status.empty()) {
            wrong("suratnya tidak ada dalam register", draft.id);
            return;
        }
        if (key != "konsep:" + draft.id + ":" + std::to_string(draft.attempt) || number != draft.number ||
            kind != draft.kind)
            wrong("surat nomor " + number + " bukan surat dari konsep ini", draft.id);
        if (draft.stage == "issued" && status != "issued" && status != "revoked" && status != "superseded")
            wrong("konsep tercatat terbit, tetapi surat nomor " + number + " belum", draft.id);
    }

    void look_for_strays() {
        const auto each = [&](const char* sql, const std::string& what) {
            connection_.run(sql, {}, [&](const Cells& cells) { wrong(what, std::string(cells.text(0))); });
        };
        each(
            "SELECT DISTINCT letter FROM log_entries WHERE action = 'draft-create' AND NOT EXISTS "
            "(SELECT 1 FROM drafts WHERE drafts.id = log_entries.letter)",
            "konsep tercatat dalam log tetapi barisnya hilang");
        each("SELECT letter FROM drafts WHERE letter IS NOT NULL GROUP BY letter HAVING COUNT(*) > 1",
             "surat ini milik dua konsep");
        each(
            "SELECT draft FROM draft_versions WHERE NOT EXISTS "
            "(SELECT 1 FROM drafts WHERE drafts.id = draft_versions.draft)",
            "versi tanpa konsep");
    }

    Connection& connection_;
    std::vector<Problem> problems_;
};

}  // namespace

std::vector<Problem> Drafts::check() const {
    std::vector<Problem> problems;
    database_->read_picture([&](Connection& connection) {
        problems = Inspection(connection).run();
        const std::vector<Problem> more = check_rounds(connection);
        problems.insert(problems.end(), more.begin(), more.end());
    });
    return problems;
}

}  // namespace naskah::storage
