#include <algorithm>
#include <map>

#include "core/text.h"
#include "storage/database.h"
#include "storage/invariants.h"
#include "storage/log.h"
#include "storage/protections.h"
#include "storage/recorder.h"

namespace naskah::storage {
namespace {

const std::string select_letter = "SELECT " + letter_columns() + " FROM letters ";

Error no_such_letter(const LetterId& id) {
    return Error(Code::data, "surat tidak ada dalam register", to_string(id),
                 "Periksa kembali pengenal surat");
}

StoredLetter existing(Connection& connection, const LetterId& id) {
    auto letter = by_id(connection, to_string(id));
    if (!letter) throw no_such_letter(id);
    return *std::move(letter);
}

// Texts come from people and files; what is not text would be refused by one engine and kept by another.
void require_text(std::string_view text, const char* field, bool may_be_empty) {
    if (text.empty() && !may_be_empty) throw Error(Code::data, "tidak boleh kosong", field, "Isi dahulu");
    if (first_bad_utf8(text) || text.find('\0') != std::string_view::npos)
        throw Error(Code::data, "bukan teks UTF-8 yang sah", field, "Tulis ulang teks itu");
}

void require_sound(const NewLetter& letter) {
    require_text(letter.kind, "jenis surat", false);
    require_text(letter.series, "seri", false);
    require_text(letter.actor, "pelaku", false);
    require_text(letter.idempotency_key, "kunci idempotensi", true);
    require_text(letter.once, "penanda sekali", true);
    require_text(letter.subject, "hal", true);
    if (!letter.date.ok())
        throw Error(Code::data, "tanggal surat tidak ada dalam kalender", "tanggal", "Perbaiki tanggal");
    if (!letter.parts.sisipan.empty())
        throw Error(Code::data, "nomor sisipan tidak diberikan kepada surat bertanda tangan elektronik",
                    "sisipan", "Kosongkan bagian sisipan");
}

// What may be stored, and its digest.
std::string digest_to_issue(const SignedLetter& letter) {
    require_text(letter.actor, "pelaku", false);
    if (letter.pdf.empty())
        throw Error(Code::data, "PDF kosong", to_string(letter.id), "Buat dan tanda tangani PDF-nya dahulu");
    return to_string(sha256(letter.pdf));
}

void require_reserved(const StoredLetter& letter, const char* wish) {
    if (letter.status == "reserved") return;
    const std::string state = letter.status == "void"
                                  ? "BATAL" + (letter.reason.empty() ? "" : " (" + letter.reason + ")")
                                  : "sudah terbit";
    throw Error(Code::data, "surat nomor " + letter.number + " " + state + ", tidak dapat " + wish,
                letter.number,
                letter.status == "void" ? "Buat surat baru dengan nomor baru"
                                        : "Surat yang sudah terbit dicabut atau diganti dengan surat baru");
}

void require_in_force(const StoredLetter& letter, const char* wish) {
    if (letter.status == "issued") return;
    const std::string state = letter.status == "reserved"  ? "belum terbit"
                              : letter.status == "void"    ? "BATAL"
                              : letter.status == "revoked" ? "sudah dicabut"
                                                           : "sudah diganti";
    throw Error(Code::data, "surat nomor " + letter.number + " " + state + ", tidak dapat " + wish,
                letter.number, "Periksa keadaan surat itu di register");
}

StoredLetter last_of_chain(Connection& connection, StoredLetter letter) {
    while (letter.status == "void" && letter.replaced_by) {
        auto next = by_id(connection, *letter.replaced_by);
        if (!next || next->row <= letter.row)
            throw Error(Code::internal, "register rusak: pengganti surat tidak terbaca", letter.number,
                        "Jalankan naskah register check, lalu pulihkan register dari cadangan");
        letter = *std::move(next);
    }
    return letter;
}

// To BATAL.
void close(Connection& connection, StoredLetter& letter, const std::string& reason,
           const std::optional<std::string>& replaced_by) {
    letter.status = "void";
    letter.reason = reason;
    letter.replaced_by = replaced_by;
    connection.run(
        "UPDATE letters SET status = $1, reason = $2, replaced_by = $3 WHERE row_id = $4",
        {letter.status, reason, replaced_by ? Value(std::string_view(*replaced_by)) : Value(std::monostate{}),
         letter.row});
}

class SqlRegister final : public Register {
public:
    explicit SqlRegister(std::shared_ptr<Connections> database) : database_(std::move(database)) {}

    Reserved reserve(const NewLetter& letter, Instant now) override {
        require_sound(letter);
        const StoredLetter asked = to_stored(letter, now);
        Recorder::Taken taken;
        database_->write(
            [&](Connection& connection) { taken = Recorder(connection).reserve(asked, letter.actor); });
        return {to_letter(taken.letter), taken.fresh};
    }

    std::vector<Answer<Reserved>> reserve_all(std::span<const NewLetter> letters, Instant now) override {
        std::vector<Answer<Reserved>> answers(letters.size());
        std::vector<std::optional<StoredLetter>> asked(letters.size());
        for (std::size_t i = 0; i < letters.size(); ++i)
            answers[i].listen([&] {
                require_sound(letters[i]);
                asked[i] = to_stored(letters[i], now);
            });
        std::vector<Answer<Recorder::Taken>> taken;
        database_->write([&](Connection& connection) {
            taken.assign(letters.size(), {});
            Recorder recorder(connection);
            for (std::size_t i = 0; i < letters.size(); ++i)
                if (asked[i])
                    taken[i].listen([&] { taken[i].done = recorder.reserve(*asked[i], letters[i].actor); });
        });
        for (std::size_t i = 0; i < letters.size(); ++i) {
            if (taken[i].refused) answers[i].refused = taken[i].refused;
            if (taken[i].done)
                answers[i].done = Reserved{to_letter(taken[i].done->letter), taken[i].done->fresh};
        }
        return answers;
    }

    Letter issue(const LetterId& id, BytesView pdf, Instant now, const std::string& actor,
                 const std::optional<Protection>& protection) override {
        const std::string digest = digest_to_issue({.id = id, .pdf = pdf, .actor = actor});
        StoredLetter letter;
        database_->write([&](Connection& connection) {
            letter = existing(connection, id);
            if (letter.status != "reserved" && letter.status != "void") return;  // somebody was first
            require_reserved(letter, "diterbitkan");
            Recorder(connection).issue(letter, pdf, digest, now, actor, protection);
        });
        return to_letter(letter);
    }

    std::vector<Answer<Letter>> issue_all(std::span<const SignedLetter> letters, Instant now) override {
        std::vector<Answer<Letter>> answers(letters.size());
        std::vector<std::string> digests(letters.size());
        for (std::size_t i = 0; i < letters.size(); ++i)
            answers[i].listen([&] { digests[i] = digest_to_issue(letters[i]); });
        std::vector<Answer<StoredLetter>> stored;
        database_->write([&](Connection& connection) {
            stored.assign(letters.size(), {});
            for (std::size_t i = 0; i < letters.size(); ++i)
                connection.run_later(select_letter + "WHERE id = $1", {to_string(letters[i].id)},
                                     [&, i](const Cells& cells) { stored[i].done = read_letter(cells); });
            connection.flush();
            Recorder recorder(connection);
            std::map<LetterId, StoredLetter> before;  // one may come twice
            for (std::size_t i = 0; i < letters.size(); ++i) {
                if (digests[i].empty()) continue;
                auto& [letter, refused] = stored[i];
                stored[i].listen([&] {
                    if (!letter) throw no_such_letter(letters[i].id);
                    if (const auto known = before.find(letters[i].id); known != before.end())
                        letter = known->second;
                    if (letter->status != "reserved" && letter->status != "void") return;
                    require_reserved(*letter, "diterbitkan");
                    recorder.issue(*letter, letters[i].pdf, digests[i], now, letters[i].actor,
                                   letters[i].protection);
                    before.emplace(letters[i].id, *letter);
                });
            }
        });
        for (std::size_t i = 0; i < letters.size(); ++i) {
            if (digests[i].empty()) continue;
            answers[i].refused = stored[i].refused;
            if (!answers[i].refused) answers[i].done = to_letter(*stored[i].done);
        }
        return answers;
    }

    Letter make_void(const LetterId& id, const std::string& reason, Instant now,
                     const std::string& actor) override {
        require_text(actor, "pelaku", false);
        require_text(reason, "alasan", false);
        StoredLetter letter;
        database_->write([&](Connection& connection) {
            letter = existing(connection, id);
            require_reserved(letter, "dibatalkan");
            close(connection, letter, reason, std::nullopt);
            Recorder(connection).note(letter, "void", {{"reason", reason}}, now, actor);
        });
        return to_letter(letter);
    }

    Letter replace(const LetterId& old, const NewLetter& letter, const std::string& reason,
                   Instant now) override {
        require_sound(letter);
        require_text(reason, "alasan", false);
        const StoredLetter asked = to_stored(letter, now);
        StoredLetter result;
        database_->write([&](Connection& connection) {
            StoredLetter before = existing(connection, old);
            if (before.status == "void" && before.replaced_by) {  // somebody was first
                result = last_of_chain(connection, before);
                return;
            }
            require_reserved(before, "diganti");
            if (before.kind != asked.kind)
                throw Error(Code::data, "surat " + before.kind + " tidak dapat diganti dengan " + asked.kind,
                            before.number, "Ganti dengan surat yang sejenis");
            result = asked;
            result.key = before.key;
            result.once = before.once;
            result.replaces = before.id;
            Recorder recorder(connection);
            recorder.take_number(result);
            close(connection, before, reason, result.id);
            recorder.note(before, "replace", {{"reason", reason}, {"by", result.id}}, now, letter.actor);
            recorder.record(result, letter.actor);
        });
        return to_letter(result);
    }

    Letter withdraw(const LetterId& id, Status to, const LetterId& by, const std::string& reason, Instant now,
                    const std::string& actor) override {
        if (to != Status::revoked && to != Status::superseded)
            throw Error(Code::usage, "surat hanya dapat dicabut atau diganti", to_string(to));
        require_text(actor, "pelaku", false);
        require_text(reason, "alasan", false);
        StoredLetter letter;
        database_->write([&](Connection& connection) {
            letter = existing(connection, id);
            const StoredLetter other = existing(connection, by);
            const std::string status = to_string(to);
            if (letter.status == status && letter.replaced_by == other.id) return;  // asked once more
            require_in_force(letter, "dicabut atau diubah");
            require_in_force(other, "mencabut atau mengubah surat lain");
            if (letter.id == other.id)
                throw Error(Code::data, "surat tidak dapat mencabut atau mengubah dirinya sendiri",
                            letter.number, "Sebutkan surat yang mencabut atau mengubahnya");
            letter.status = status;
            letter.reason = reason;
            letter.replaced_by = other.id;
            connection.run("UPDATE letters SET status = $1, reason = $2, replaced_by = $3 WHERE row_id = $4",
                           {letter.status, reason, other.id, letter.row});
            Recorder(connection)
                .note(letter, to == Status::revoked ? "revoke" : "supersede",
                      {{"reason", reason}, {"by", other.id}}, now, actor);
        });
        return to_letter(letter);
    }

    std::optional<Letter> find(const LetterId& id) override {
        return as_letter(read_one("WHERE id = $1", {to_string(id)}));
    }
    std::optional<Letter> find_number(const std::string& number) override {
        return as_letter(read_one("WHERE number = $1", {number}));
    }
    std::optional<Letter> find_key(const std::string& idempotency_key) override {
        return as_letter(read_one(with_key, {idempotency_key}));
    }
    std::optional<Letter> find_sha256(const Sha256& digest) override {
        const std::string text = to_string(digest);
        auto found = read_one("WHERE sha256 = $1 AND sha256 IS NOT NULL", {text});
        if (!found)
            found = read_one("WHERE row_id = (SELECT letter_row FROM protections WHERE sha256 = $1)", {text});
        return as_letter(std::move(found));
    }

    std::optional<Bytes> pdf(const LetterId& id) override {
        std::optional<Bytes> content;
        std::string digest, number;
        std::int64_t row = 0;
        bool sound = false, grown = false;
        database_->read([&](Connection& connection) {
            content.reset();
            connection.run(
                "SELECT p.content, l.sha256, l.number, l.row_id FROM letters l "
                "JOIN pdfs p ON p.letter_row = l.row_id WHERE l.id = $1",
                {to_string(id)}, [&](const Cells& cells) {
                    const BytesView bytes = cells.bytes(0);
                    content.emplace(bytes.begin(), bytes.end());
                    digest = cells.text(1);
                    number = cells.text(2);
                    row = cells.integer(3);
                });
            if (!content) return;
            sound = to_string(sha256(*content)) == digest;
            const Bytes added = sound ? added_to(connection, row, digest) : Bytes{};
            content->insert(content->end(), added.begin(), added.end());
            grown = !added.empty();
        });
        if (content && grown) sound = to_string(sha256(*content)) == digest;
        if (content && !sound)
            throw Error(
                Code::internal, "PDF surat nomor " + number + " dalam register bukan yang diterbitkan",
                number,
                "Jangan pakai PDF itu; jalankan naskah register check dan pulihkan register dari cadangan");
        return content;
    }

    std::vector<Letter> unfinished() override {
        return letters_where("WHERE status = 'reserved' ORDER BY row_id", {});
    }
    std::vector<Letter> withdrawn_by(const LetterId& id) override {
        return letters_where(
            "WHERE replaced_by = $1 AND replaced_by IS NOT NULL AND "
            "status IN ('revoked', 'superseded') ORDER BY row_id",
            {to_string(id)});
    }

    std::vector<Row> list(const Filter& filter) override;

    std::vector<LogEntry> log(std::int64_t after, int limit) override {
        return entries(
            [&](Connection& connection) { return entries_after(connection, after, std::max(limit, 0)); });
    }
    std::vector<LogEntry> log_of(const LetterId& id) override {
        return entries([&](Connection& connection) { return entries_of(connection, to_string(id)); });
    }
    std::vector<LogEntry> newest_log(const LogFilter& filter) override {
        return entries([&](Connection& connection) { return newest_entries(connection, filter); });
    }

    std::vector<Problem> check() override {
        std::vector<Problem> problems;
        database_->read_picture([&](Connection& connection) { problems = check_invariants(connection); });
        return problems;
    }

private:
    std::optional<StoredLetter> read_one(std::string_view condition, std::initializer_list<Value> values) {
        std::optional<StoredLetter> found;
        database_->read([&](Connection& connection) { found = one_letter(connection, condition, values); });
        return found;
    }

    std::vector<Letter> letters_where(const std::string& condition, std::initializer_list<Value> values) {
        std::vector<Letter> letters;
        database_->read([&](Connection& connection) {
            letters.clear();
            connection.run(select_letter + condition, values,
                           [&](const Cells& cells) { letters.push_back(to_letter(read_letter(cells))); });
        });
        return letters;
    }

    std::vector<LogEntry> entries(const std::function<std::vector<StoredEntry>(Connection&)>& fetch) {
        std::vector<StoredEntry> all;
        database_->read([&](Connection& connection) { all = fetch(connection); });
        std::vector<LogEntry> read;
        for (const StoredEntry& stored : all) {
            auto entry = to_entry(stored);
            if (!entry)
                throw Error(Code::internal, "catatan log tidak terbaca", "log " + std::to_string(stored.seq),
                            "Jalankan naskah register check, lalu pulihkan register dari cadangan");
            read.push_back(*std::move(entry));
        }
        return read;
    }

    static std::optional<Letter> as_letter(const std::optional<StoredLetter>& stored) {
        if (!stored) return std::nullopt;
        return to_letter(*stored);
    }

    std::shared_ptr<Connections> database_;
};

std::vector<Row> SqlRegister::list(const Filter& filter) {
    std::string sql = select_letter;
    std::vector<Value> values;
    const std::string status = filter.status ? to_string(*filter.status) : "";
    const char* glue = "WHERE ";
    const auto where = [&](const std::string& condition, Value value) {
        values.push_back(value);
        sql += glue + condition + "$" + std::to_string(values.size());
        glue = " AND ";
    };
    if (!filter.series.empty()) where("series = ", filter.series);
    if (!filter.kind.empty()) where("kind = ", filter.kind);
    if (filter.year) where("year = ", std::int64_t{*filter.year});
    if (filter.status) where("status = ", status);
    if (filter.after != 0) {
        where(
            "(series, year, urut, sisipan) > (SELECT series, year, urut, sisipan FROM letters WHERE row_id "
            "= ",
            filter.after);
        sql += ")";
    }
    values.push_back(std::int64_t{std::max(filter.limit, 0)});
    sql += " ORDER BY series, year, urut, sisipan LIMIT $" + std::to_string(values.size());

    std::vector<Row> rows;
    database_->read([&](Connection& connection) {
        rows.clear();
        connection.run(sql, values, [&](const Cells& cells) {
            const StoredLetter stored = read_letter(cells);
            rows.push_back({stored.row, to_letter(stored)});
        });
    });
    return rows;
}

}  // namespace

std::unique_ptr<Register> open_register(std::shared_ptr<Connections> database) {
    return std::make_unique<SqlRegister>(std::move(database));
}

}  // namespace naskah::storage
