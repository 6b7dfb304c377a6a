#include "storage/invariants.h"

#include <algorithm>
#include <tuple>

#include "storage/agenda.h"
#include "storage/log.h"
#include "storage/protections.h"
#include "storage/reconciliation.h"
#include "storage/rows.h"

namespace naskah::storage {
namespace {

constexpr int page = 500;

class Inspection {
public:
    explicit Inspection(Connection& connection) : connection_(connection) {}

    std::vector<Problem> run() {
        problems_ = connection_.examine();
        // A file so damaged that a walk cannot go on is itself a finding; the other walks may still say more.
        for (const auto walk : {&Inspection::walk_log, &Inspection::walk_letters,
                                &Inspection::look_for_strays, &Inspection::walk_agenda}) {
            try {
                (this->*walk)();
            } catch (const Error& error) {
                if (error.code() != Code::internal) throw;
                problems_.insert(problems_.end(), error.problems().begin(), error.problems().end());
            }
        }
        return std::move(problems_);
    }

private:
    void wrong(const std::string& what, const std::string& where) {
        problems_.push_back({what, where, disagreement_remedy});
    }

    void walk_agenda() {
        for (const auto check : {check_agenda, check_dispatches, check_restorations, check_protections}) {
            const std::vector<Problem> found = check(connection_);
            problems_.insert(problems_.end(), found.begin(), found.end());
        }
    }

    // Every entry follows the one before and hashes to what it says; the last one is the head.
    void walk_log() {
        LogHead last;
        for (;;) {
            const auto entries = entries_after(connection_, last.seq, page);
            if (entries.empty()) break;
            for (const StoredEntry& stored : entries) {
                const std::string where = "log " + std::to_string(stored.seq);
                if (stored.seq != last.seq + 1) wrong("catatan log sebelum ini hilang", where);
                const auto entry = to_entry(stored);
                if (!entry) wrong("catatan log tidak terbaca", where);
                if (entry && entry->previous != last.hash)
                    wrong("rantai log putus: tidak menyambung catatan sebelumnya", where);
                if (entry && hash_of(*entry) != entry->hash) wrong("isi catatan log diubah", where);
                last.seq = stored.seq;
                if (entry) last.hash = entry->hash;
            }
        }
        int heads = 0;
        connection_.run("SELECT seq, hash FROM log_head", {}, [&](const Cells& cells) {
            ++heads;
            if (cells.integer(0) != last.seq || cells.text(1) != to_string(last.hash))
                wrong("log tidak berakhir pada catatan yang tercatat sebagai ujungnya (" +
                          std::to_string(cells.integer(0)) + ")",
                      "log " + std::to_string(last.seq));
        });
        if (heads != 1) wrong("ujung log hilang atau ganda", "log_head");
    }

    // In order of series, year and number, so that a gap shows between two neighbours.
    void walk_letters() {
        static const std::string first =
            "SELECT " + letter_columns() + " FROM letters ORDER BY series, year, urut, sisipan LIMIT $1";
        static const std::string next =
            "SELECT " + letter_columns() +
            " FROM letters WHERE (series, year, urut, sisipan) > ($2, $3, $4, $5) "
            "ORDER BY series, year, urut, sisipan LIMIT $1";
        std::vector<StoredLetter> letters;
        StoredLetter previous;
        do {
            letters.clear();
            const auto keep = [&](const Cells& cells) { letters.push_back(read_letter(cells)); };
            const std::int64_t limit = page;
            if (previous.row == 0)
                connection_.run(first, {limit}, keep);
            else
                connection_.run(
                    next, {limit, previous.series, previous.year, previous.urut, previous.sisipan}, keep);
            for (StoredLetter& letter : letters) {
                check_place(previous, letter);
                check_letter(letter);
                previous = std::move(letter);
            }
        } while (!letters.empty());
    }

    void check_place(const StoredLetter& previous, const StoredLetter& letter) {
        const bool same_series = previous.row != 0 && previous.series == letter.series;
        const std::int64_t before = same_series && previous.year == letter.year ? previous.urut : 0;
        if (letter.sisipan.empty() && letter.urut != before + 1)
            wrong("nomor urut " + std::to_string(before + 1) +
                      (letter.urut > before + 2 ? " sampai " + std::to_string(letter.urut - 1) : "") +
                      " seri " + letter.series + " tahun " + std::to_string(letter.year) + " hilang",
                  name(letter));
        if (same_series && letter.sisipan.empty() && letter.date < previous.date)
            wrong("tanggal surat mendahului nomor sebelumnya (" + previous.number + ")", name(letter));
        if (same_series && letter.sisipan.empty() && letter.row < previous.row)
            wrong("nomor diambil sebelum nomor yang mendahuluinya (" + previous.number + ")", name(letter));
    }

    void check_letter(const StoredLetter& letter) {
        check_number(letter);
        try {
            to_letter(letter);
        } catch (const Error& error) {
            problems_.insert(problems_.end(), error.problems().begin(), error.problems().end());
        }
        check_history(letter);
        check_pdf(letter);
        if (letter.replaces) check_link(letter, *letter.replaces, "replaced_by");
        if (letter.replaced_by && letter.status == "void")
            check_link(letter, *letter.replaced_by, "replaces");
        if (letter.status == "revoked" || letter.status == "superseded") check_withdrawal(letter);
    }

    void check_number(const StoredLetter& letter) {
        const auto parts = parts_of(letter);
        if (!parts || parts->tahun != letter.year) {
            wrong("tanggal surat tidak cocok dengan tahun serinya", name(letter));
            return;
        }
        try {
            if (numbering::Pattern::parse(letter.pattern).print(*parts) != letter.number)
                wrong("nomor tercetak tidak cocok dengan bagian-bagiannya", name(letter));
        } catch (const Error&) {
            wrong("pola atau bagian nomor tidak terbaca", name(letter));
        }
    }

    // The state of a letter follows from its entries in the log; a row that says something else was edited,
    // or its entries were cut off.
    void check_history(const StoredLetter& letter) {
        std::vector<LogEntry> entries;
        for (const StoredEntry& stored : entries_of(connection_, letter.id))
            if (auto entry = is_step(stored.action) ? to_entry(stored) : std::nullopt)
                entries.push_back(*std::move(entry));
        if (entries.empty() || entries.front().action != "reserve") {
            wrong("surat tidak tercatat dalam log", name(letter));
            return;
        }
        const auto says = [](const LogEntry& entry, const char* member) {
            const auto found = entry.detail.is_object() ? entry.detail.find(member) : entry.detail.end();
            return found != entry.detail.end() && found->is_string() ? found->get<std::string>()
                                                                     : std::string();
        };
        const LogEntry& reservation = entries.front();
        if (reservation.seq != letter.row || to_millis(reservation.at) != letter.reserved_at ||
            says(reservation, "record") != to_string(record_digest(letter)))
            wrong("isi surat diubah setelah dicatat", name(letter));

        std::string status = "reserved", reason, sha256, by;
        std::optional<std::int64_t> issued_at;
        for (auto entry = entries.begin() + 1; entry != entries.end(); ++entry) {
            const std::string next = after(status, entry->action);
            if (next.empty()) {
                wrong("catatan log \"" + entry->action + "\" tidak mungkin bagi surat ini", name(letter));
                return;
            }
            status = next;
            reason = says(*entry, "reason");
            by = says(*entry, "by");
            if (entry->action == "issue") sha256 = says(*entry, "sha256");
            if (entry->action == "issue") issued_at = to_millis(entry->at);
        }
        if (std::tie(status, reason) != std::tie(letter.status, letter.reason) ||
            sha256 != letter.sha256.value_or("") || by != letter.replaced_by.value_or("") ||
            issued_at != letter.issued_at)
            wrong("keadaan surat (" + letter.status + ") tidak sesuai log (" + status + ")", name(letter));
    }

    // The state that a step leads to, or nothing if it is not possible there.
    static std::string after(const std::string& status, const std::string& action) {
        if (status == "reserved")
            return action == "issue" ? "issued" : action == "void" || action == "replace" ? "void" : "";
        if (status == "issued")
            return action == "revoke" ? "revoked" : action == "supersede" ? "superseded" : "";
        return {};
    }

    void check_pdf(const StoredLetter& letter) {
        std::optional<std::pair<std::string, std::string>> digests;
        connection_.run("SELECT sha256, content FROM pdfs WHERE letter_row = $1", {letter.row},
                        [&](const Cells& cells) {
                            digests.emplace(cells.text(0), to_string(naskah::sha256(cells.bytes(1))));
                        });
        if (digests.has_value() != letter.sha256.has_value())
            wrong(digests ? "ada PDF padahal surat tidak terbit" : "PDF surat hilang", name(letter));
        else if (digests && (digests->first != *letter.sha256 || digests->second != *letter.sha256))
            wrong("PDF bukan yang diterbitkan", name(letter));
    }

    void check_link(const StoredLetter& letter, const std::string& other, const std::string& way_back) {
        bool found = false;
        connection_.run("SELECT 1 FROM letters WHERE id = $1 AND " + way_back + " = $2", {other, letter.id},
                        [&](const Cells&) { found = true; });
        if (!found) wrong("surat pengganti dan yang diganti tidak saling menunjuk", name(letter));
    }

    // A letter is withdrawn by another one that was issued by then.
    void check_withdrawal(const StoredLetter& letter) {
        bool found = false;
        connection_.run(
            "SELECT 1 FROM letters WHERE id = $1 AND id <> $2 AND status IN ('issued', 'revoked', "
            "'superseded')",
            {letter.replaced_by.value_or(""), letter.id}, [&](const Cells&) { found = true; });
        if (!found) wrong("surat yang mencabut atau mengubahnya tidak ada atau tidak terbit", name(letter));
    }

    // What belongs to no letter, and what indexes should have refused.
    void look_for_strays() {
        const auto each = [&](const char* sql, const std::string& what) {
            connection_.run(sql, {}, [&](const Cells& cells) { wrong(what, std::string(cells.text(0))); });
        };
        each(
            "SELECT DISTINCT letter FROM log_entries WHERE "
            "action IN ('reserve', 'issue', 'void', 'replace', 'revoke', 'supersede') AND NOT EXISTS "
            "(SELECT 1 FROM letters WHERE letters.id = log_entries.letter)",
            "surat tercatat dalam log tetapi barisnya hilang");
        each("SELECT letter_row FROM pdfs WHERE NOT EXISTS (SELECT 1 FROM letters WHERE row_id = letter_row)",
             "PDF tanpa surat");
        each("SELECT number FROM letters GROUP BY number HAVING COUNT(*) > 1", "nomor dipakai dua kali");
        each("SELECT id FROM letters GROUP BY id HAVING COUNT(*) > 1", "pengenal dipakai dua kali");
        each(
            "SELECT idempotency_key FROM letters WHERE idempotency_key <> '' AND (status <> 'void' OR "
            "replaced_by IS NULL) "
            "GROUP BY idempotency_key HAVING COUNT(*) > 1",
            "kunci idempotensi dipakai dua kali");
        each(
            "SELECT once FROM letters WHERE once <> '' AND status <> 'void' GROUP BY once HAVING COUNT(*) > "
            "1",
            "surat yang hanya boleh sekali ada dua");
    }

    static std::string name(const StoredLetter& letter) {
        return letter.number.empty() ? letter.id : letter.number;
    }

    Connection& connection_;
    std::vector<Problem> problems_;
};

}  // namespace

std::vector<Problem> check_invariants(Connection& connection) { return Inspection(connection).run(); }

}  // namespace naskah::storage
