// The tables of drafts.h and their guards.
#include <iterator>

#include "storage/drafts.h"

namespace naskah::storage {
namespace {

// Times are milliseconds since 1970 UTC. `initials`: JSON array of usernames.
const char* const drafts_table = R"sql(
CREATE TABLE drafts (
    id TEXT PRIMARY KEY CHECK (length(id) = 26),
    kind TEXT NOT NULL CHECK (kind <> ''),
    subject TEXT NOT NULL,
    data TEXT NOT NULL,
    stage TEXT NOT NULL CHECK (stage IN
        ('concept', 'review', 'returned', 'queue', 'signing', 'issued', 'discarded')),
    author TEXT NOT NULL CHECK (author <> ''),
    holder TEXT NOT NULL,
    revision BIGINT NOT NULL CHECK (revision >= 1),
    version INTEGER NOT NULL CHECK (version >= 0),
    note TEXT NOT NULL,
    initials TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    stage_since BIGINT NOT NULL,
    due BIGINT,
    letter TEXT UNIQUE REFERENCES letters (id),
    number TEXT NOT NULL,
    attempt INTEGER NOT NULL CHECK (attempt >= 1),
    trouble TEXT NOT NULL,
    CHECK ((letter IS NULL) = (number = '')),
    CHECK (stage <> 'issued' OR letter IS NOT NULL),
    CHECK (letter IS NULL OR stage IN ('queue', 'signing', 'issued'))
))sql";

const char* const versions_table = R"sql(
CREATE TABLE draft_versions (
    draft TEXT NOT NULL REFERENCES drafts (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    data TEXT NOT NULL,
    subject TEXT NOT NULL,
    sent_at BIGINT NOT NULL,
    sender TEXT NOT NULL,
    PRIMARY KEY (draft, version)
))sql";

}  // namespace

std::vector<std::string> draft_tables() {
    return {
        drafts_table,
        versions_table,
        "CREATE INDEX drafts_author ON drafts (author, changed_at)",
        "CREATE INDEX drafts_holder ON drafts (holder, stage)",
        "CREATE INDEX drafts_stage ON drafts (stage, due)",
    };
}

std::vector<std::string> draft_guards(Dialect dialect) {
    std::vector<std::string> guards;
    const struct {
        const char *table, *verb;
    } kept[] = {{"drafts", "DELETE"}, {"draft_versions", "UPDATE"}, {"draft_versions", "DELETE"}};
    for (const auto& [table, verb] : kept)
        for (std::string& guard : keeps_everything(dialect, table, verb)) guards.push_back(std::move(guard));
    return guards;
}

}  // namespace naskah::storage
