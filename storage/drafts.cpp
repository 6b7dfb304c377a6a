#include "storage/drafts.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "core/sha256.h"
#include "core/text.h"
#include "storage/log.h"
#include "storage/rows.h"

namespace naskah::storage {
namespace {

constexpr std::array<std::pair<Stage, std::string_view>, 7> stage_names = {{
    {Stage::concept_, "concept"},
    {Stage::review, "review"},
    {Stage::returned, "returned"},
    {Stage::queue, "queue"},
    {Stage::signing, "signing"},
    {Stage::issued, "issued"},
    {Stage::discarded, "discarded"},
}};

const std::string columns =
    "id, kind, subject, data, stage, author, holder, revision, version, note, initials, created_at, "
    "changed_at, stage_since, due, letter, number, attempt, trouble";

Error damaged(const std::string& id, const char* column) {
    return Error(Code::internal, std::string("konsep rusak: kolom ") + column + " tidak terbaca", id,
                 "Jalankan naskah register check, lalu pulihkan basis data dari cadangan");
}

template <class T>
T sound(std::optional<T> value, const std::string& id, const char* column) {
    if (!value) throw damaged(id, column);
    return *std::move(value);
}

Json json_of(std::string_view text, const std::string& id, const char* column) {
    try {
        return parse_json(text, column);
    } catch (const Error&) {
        throw damaged(id, column);
    }
}

Draft read_draft(const Cells& cells) {
    const std::string id(cells.text(0));
    Draft draft;
    draft.id = sound(parse_letter_id(id), id, "id");
    draft.kind = cells.text(1);
    draft.subject = cells.text(2);
    draft.data = json_of(cells.text(3), id, "data");
    draft.stage = sound(parse_stage(cells.text(4)), id, "stage");
    draft.author = cells.text(5);
    draft.holder = cells.text(6);
    draft.revision = cells.integer(7);
    draft.version = static_cast<int>(cells.integer(8));
    draft.note = cells.text(9);
    for (const Json& name : json_of(cells.text(10), id, "initials")) {
        if (!name.is_string()) throw damaged(id, "initials");
        draft.initials.push_back(name.get<std::string>());
    }
    draft.created_at = from_millis(cells.integer(11));
    draft.changed_at = from_millis(cells.integer(12));
    draft.stage_since = from_millis(cells.integer(13));
    if (!cells.is_null(14)) draft.due = from_millis(cells.integer(14));
    if (!cells.is_null(15)) draft.letter = sound(parse_letter_id(cells.text(15)), id, "letter");
    draft.number = cells.text(16);
    draft.attempt = static_cast<int>(cells.integer(17));
    draft.trouble = cells.text(18);
    return draft;
}

std::optional<Draft> one_draft(Connection& connection, const std::string& condition,
                               std::initializer_list<Value> values) {
    std::optional<Draft> found;
    connection.run("SELECT " + columns + " FROM drafts " + condition, values,
                   [&](const Cells& cells) { found = read_draft(cells); });
    return found;
}

// A draft's values in the order of `columns`; keeps the texts that the values borrow.
struct Bound {
    std::string id, data, stage, initials, letter;
    std::vector<Value> values;

    explicit Bound(const Draft& draft)
        : id(to_string(draft.id)),
          data(canonical_json(draft.data)),
          stage(to_string(draft.stage)),
          initials(canonical_json(Json(draft.initials))),
          letter(draft.letter ? to_string(*draft.letter) : "") {
        values = {id,
                  draft.kind,
                  draft.subject,
                  data,
                  stage,
                  draft.author,
                  draft.holder,
                  draft.revision,
                  std::int64_t{draft.version},
                  draft.note,
                  initials,
                  to_millis(draft.created_at),
                  to_millis(draft.changed_at),
                  to_millis(draft.stage_since),
                  draft.due ? Value(to_millis(*draft.due)) : Value(),
                  draft.letter ? Value(std::string_view(letter)) : Value(),
                  draft.number,
                  std::int64_t{draft.attempt},
                  draft.trouble};
    }
    Bound(const Bound&) = delete;
    Bound& operator=(const Bound&) = delete;
};

void update_draft(Connection& connection, const Draft& draft) {
    static const std::string sql =
        "UPDATE drafts SET (" + columns +
        ") = ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19) "
        "WHERE id = $1";
    const Bound bound(draft);
    connection.run(sql, bound.values, {});
}

// Texts come from people; what is not text would be refused by one engine and kept by another.
void require_text(std::string_view text, const char* field, bool may_be_empty) {
    if (text.empty() && !may_be_empty) throw Error(Code::data, "tidak boleh kosong", field, "Isi dahulu");
    if (first_bad_utf8(text) || text.find('\0') != std::string_view::npos)
        throw Error(Code::data, "bukan teks UTF-8 yang sah", field, "Tulis ulang teks itu");
}

void require_text(const Draft& draft) {
    require_text(draft.kind, "jenis surat", false);
    require_text(draft.author, "pembuat", false);
    require_text(draft.holder, "pemegang", true);
    require_text(draft.subject, "hal", true);
    require_text(draft.note, "catatan", true);
    require_text(draft.trouble, "masalah", true);
}

void note_step(Connection& connection, const Draft& draft, const Drafts::Act& act, Instant now,
               bool new_version) {
    Json detail = {{"version", draft.version}, {"stage", to_string(draft.stage)}};
    if (!act.note.empty()) detail["note"] = act.note;
    if (!draft.holder.empty()) detail["holder"] = draft.holder;
    if (draft.letter) detail["by"] = to_string(*draft.letter);
    if (draft.letter) detail["number"] = draft.number;
    if (new_version) detail["data"] = to_string(sha256(as_bytes(canonical_json(draft.data))));
    append(connection, {.at = now,
                        .actor = act.actor,
                        .action = "draft-" + act.name,
                        .letter = to_string(draft.id),
                        .detail = std::move(detail),
                        .previous = {},
                        .hash = {}});
}

// A LIKE pattern that finds the text itself, whatever it holds.
std::string pattern_of(const std::string& text) {
    std::string pattern = "%";
    for (const char c : text) {
        if (c == '%' || c == '_' || c == '\\') pattern += '\\';
        pattern += c;
    }
    return pattern + "%";
}

// The WHERE clause of a filter and the values that it borrows from here.
struct Condition {
    std::string sql, pattern, initialled;
    std::vector<Value> values;

    explicit Condition(const DraftFilter& filter) {
        const auto add = [&](const std::string& before, Value value, const std::string& after = "") {
            values.push_back(value);
            sql += (sql.empty() ? "WHERE " : " AND ") + before + "$" + std::to_string(values.size()) + after;
        };
        if (!filter.author.empty()) add("author = ", filter.author);
        if (!filter.holder.empty()) add("holder = ", filter.holder);
        if (!filter.initialled_by.empty()) {
            initialled = pattern_of(dump_json(Json(filter.initialled_by)));
            add("initials LIKE ", initialled, " ESCAPE '\\'");
        }
        if (!filter.text.empty()) {
            pattern = pattern_of(filter.text);
            add("lower(subject || ' ' || kind || ' ' || number) LIKE lower(", pattern, ") ESCAPE '\\'");
        }
        std::string stages;
        for (const Stage stage : all_stages) {
            const bool wanted = filter.stages.empty() ? stage != Stage::discarded
                                                      : std::find(filter.stages.begin(), filter.stages.end(),
                                                                  stage) != filter.stages.end();
            if (wanted) stages += (stages.empty() ? "'" : ", '") + to_string(stage) + "'";
        }
        sql += (sql.empty() ? "WHERE " : " AND ") + ("stage IN (" + stages + ")");
    }
    Condition(const Condition&) = delete;
    Condition& operator=(const Condition&) = delete;
};

std::string order_of(DraftFilter::Order order) {
    switch (order) {
        case DraftFilter::Order::newest: return " ORDER BY changed_at DESC, id";
        case DraftFilter::Order::oldest: return " ORDER BY created_at, id";
        // What has no deadline comes last.
        case DraftFilter::Order::urgent:
            return " ORDER BY CASE WHEN due IS NULL THEN 1 ELSE 0 END, due, created_at, id";
    }
    return {};
}

}  // namespace

std::string to_string(Stage stage) {
    for (const auto& [value, name] : stage_names)
        if (value == stage) return std::string(name);
    return {};
}

std::optional<Stage> parse_stage(std::string_view text) {
    for (const auto& [value, name] : stage_names)
        if (name == text) return value;
    return std::nullopt;
}

std::string Draft::key() const { return "konsep:" + to_string(id) + ":" + std::to_string(attempt); }

bool is_draft_step(std::string_view act, std::optional<Stage> from, Stage to) {
    struct Step {
        std::string_view act;
        std::optional<Stage> from;
        Stage to;
    };
    static const Step steps[] = {
        {"create", std::nullopt, Stage::concept_},
        {"send", Stage::concept_, Stage::review},
        {"send", Stage::returned, Stage::review},
        {"withdraw", Stage::review, Stage::concept_},
        {"approve", Stage::review, Stage::review},
        {"approve", Stage::review, Stage::queue},
        {"return", Stage::review, Stage::returned},
        {"return", Stage::queue, Stage::returned},
        {"discard", Stage::concept_, Stage::discarded},
        {"discard", Stage::returned, Stage::discarded},
        {"sign", Stage::queue, Stage::signing},
        {"unsigned", Stage::signing, Stage::queue},
        {"issued", Stage::signing, Stage::issued},
        // Somebody else finished its letter meanwhile: the command `naskah resume`.
        {"issued", Stage::queue, Stage::issued},
    };
    return std::any_of(std::begin(steps), std::end(steps), [&](const Step& step) {
        return step.act == act && step.from == from && step.to == to;
    });
}

Draft present_draft(Connection& connection, const LetterId& id) {
    auto draft = one_draft(connection, "WHERE id = $1", {to_string(id)});
    if (!draft)
        throw Error(Code::data, "konsep surat ini tidak ada", to_string(id),
                    "Kembali ke daftar surat dan buka lagi dari sana");
    return *std::move(draft);
}

Draft change_draft(Connection& connection, const LetterId& id, const Drafts::Act& act, Instant now,
                   const Drafts::Decide& decide) {
    require_text(act.actor, "pelaku", false);
    require_text(act.note, "catatan", true);
    const Draft before = present_draft(connection, id);
    Draft draft = before;
    decide(draft);
    require_text(draft);
    const bool new_version = draft.version != before.version;
    if (draft.id != before.id || draft.kind != before.kind || draft.author != before.author ||
        draft.created_at != before.created_at || draft.version < before.version ||
        draft.version > before.version + 1 || !is_draft_step(act.name, before.stage, draft.stage))
        throw Error(Code::internal, "langkah ini mengubah yang tidak boleh berubah: " + act.name,
                    to_string(id));
    draft.revision = before.revision + 1;
    draft.changed_at = now;
    if (draft.stage != before.stage) draft.stage_since = now;
    update_draft(connection, draft);
    if (new_version)
        connection.run(
            "INSERT INTO draft_versions (draft, version, data, subject, sent_at, sender) "
            "VALUES ($1, $2, $3, $4, $5, $6)",
            {to_string(id), std::int64_t{draft.version}, canonical_json(draft.data), draft.subject,
             to_millis(now), act.actor});
    note_step(connection, draft, act, now, new_version);
    return draft;
}

Draft Drafts::create(const NewDraft& asked, Instant now) {
    Draft draft{.id = asked.id,
                .kind = asked.kind,
                .subject = asked.subject,
                .data = asked.data,
                .author = asked.author,
                .holder = asked.author,
                .created_at = now,
                .changed_at = now,
                .stage_since = now,
                .due = asked.due};
    require_text(draft);
    database_->write([&](Connection& connection) {
        static const std::string sql = "INSERT INTO drafts (" + columns +
                                       ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, "
                                       "$14, $15, $16, $17, $18, $19)";
        const Bound bound(draft);
        connection.run(sql, bound.values, {});
        note_step(connection, draft, {"create", draft.author, ""}, now, false);
    });
    return draft;
}

std::optional<Draft> Drafts::find(const LetterId& id) const {
    std::optional<Draft> found;
    database_->read(
        [&](Connection& connection) { found = one_draft(connection, "WHERE id = $1", {to_string(id)}); });
    return found;
}

std::optional<Draft> Drafts::find_by_letter(const LetterId& letter) const {
    std::optional<Draft> found;
    database_->read([&](Connection& connection) {
        found = one_draft(connection, "WHERE letter = $1", {to_string(letter)});
    });
    return found;
}

std::vector<Draft> Drafts::list(const DraftFilter& filter) const {
    Condition where(filter);
    where.values.push_back(std::int64_t{std::max(filter.limit, 0)});
    where.values.push_back(std::int64_t{std::max(filter.offset, 0)});
    const std::string sql = "SELECT " + columns + " FROM drafts " + where.sql + order_of(filter.order) +
                            " LIMIT $" + std::to_string(where.values.size() - 1) + " OFFSET $" +
                            std::to_string(where.values.size());
    std::vector<Draft> drafts;
    database_->read([&](Connection& connection) {
        drafts.clear();
        connection.run(sql, where.values, [&](const Cells& cells) { drafts.push_back(read_draft(cells)); });
    });
    return drafts;
}

std::int64_t Drafts::count(const DraftFilter& filter) const {
    const Condition where(filter);
    std::int64_t number = 0;
    database_->read([&](Connection& connection) {
        connection.run("SELECT COUNT(*) FROM drafts " + where.sql, where.values,
                       [&](const Cells& cells) { number = cells.integer(0); });
    });
    return number;
}

Drafts::Saved Drafts::save(const LetterId& id, std::int64_t revision, const Typed& typed, Instant now) {
    std::optional<Saved> result;
    database_->write([&](Connection& connection) {
        result.reset();
        Draft draft = present_draft(connection, id);
        const bool in_hand = draft.stage == Stage::concept_ || draft.stage == Stage::returned;
        if (draft.revision == revision && in_hand) {
            draft.data = typed.data;
            draft.subject = typed.subject;
            draft.due = typed.due;
            draft.revision += 1;
            draft.changed_at = now;
            require_text(draft);
            update_draft(connection, draft);
            result = Saved{true, std::move(draft)};
        } else {
            result = Saved{false, std::move(draft)};
        }
    });
    return *std::move(result);
}

Draft Drafts::act(const LetterId& id, const Act& act, Instant now, const Decide& decide) {
    std::optional<Draft> result;
    database_->write(
        [&](Connection& connection) { result = change_draft(connection, id, act, now, decide); });
    return *std::move(result);
}

std::vector<DraftStep> Drafts::steps(const LetterId& id) const {
    std::vector<StoredEntry> entries;
    database_->read([&](Connection& connection) { entries = entries_of(connection, to_string(id)); });
    std::vector<DraftStep> steps;
    for (const StoredEntry& stored : entries) {
        const auto entry = to_entry(stored);
        if (!entry || !entry->action.starts_with("draft-")) continue;
        const Json& detail = entry->detail;
        steps.push_back({.at = entry->at,
                         .actor = entry->actor,
                         .act = entry->action.substr(6),
                         .note = text_in(detail, "note"),
                         .version = detail.is_object() ? detail.value("version", 0) : 0,
                         .stage = parse_stage(text_in(detail, "stage")).value_or(Stage::concept_),
                         .holder = text_in(detail, "holder"),
                         .number = text_in(detail, "number")});
    }
    return steps;
}

std::optional<Json> Drafts::version_data(const LetterId& id, int version) const {
    std::optional<Json> data;
    database_->read([&](Connection& connection) {
        connection.run("SELECT data FROM draft_versions WHERE draft = $1 AND version = $2",
                       {to_string(id), std::int64_t{version}}, [&](const Cells& cells) {
                           data = json_of(cells.text(0), to_string(id), "data versi");
                       });
    });
    return data;
}

}  // namespace naskah::storage
