#include "verify/updates.h"

#include <vector>

namespace naskah::verify {
namespace {

struct Update {
    Section section;
    Closing closing;
};

// The closing must follow its section at once, so that a "startxref" inside a stream is never taken for one.
std::optional<Update> read_update(BytesView file, std::size_t section_at, Budget& budget) {
    auto section = read_section(file, section_at, budget);
    if (!section) return std::nullopt;
    Parser behind(file, section->end, budget);
    behind.skip_blanks();
    auto closing = next_closing(file, behind.at(), budget);
    if (!closing || closing->begin != behind.at() || closing->section != section_at) return std::nullopt;
    return Update{std::move(*section), *closing};
}

// Only objects that the update's table places exactly here may stand between two revisions.
bool holds_only_its_objects(BytesView file, std::size_t begin, const Update& update, Revision& revision,
                            Budget& budget) {
    Parser parser(file.first(update.closing.end), begin, budget);
    while (true) {
        parser.skip_blanks();
        if (parser.at() == update.section.begin) return true;
        if (parser.at() > update.section.begin) return false;
        const std::size_t at = parser.at();
        const auto object = parser.indirect([&](Ref ref) -> std::optional<std::int64_t> {
            const Object& length = revision.object(ref);
            return length.is(Object::Kind::integer) ? std::optional(length.integer) : std::nullopt;
        });
        if (!object) return false;
        const auto place = revision.places().find(object->ref.number);
        if (place == revision.places().end() || place->second.compressed || place->second.offset != at ||
            place->second.generation != object->ref.generation) {
            return false;
        }
    }
}

// The second table of a hybrid file (7.5.8.4), which some readers heed and others do not: it must stand among
// the update's objects and say nothing that the update's own first one does not say. (What it is for, to show
// some readers objects that are hidden from others, nobody may do to a signed file.)
bool says_the_same(BytesView file, std::size_t begin, const Update& update, const Object& second,
                   Revision& revision, Budget& budget) {
    if (!second.is(Object::Kind::integer) || second.integer < 0) return false;
    const auto at = static_cast<std::size_t>(second.integer);
    if (at < begin || at >= update.section.begin) return false;
    const auto stream =
        Parser(file, at, budget).indirect([](Ref) -> std::optional<std::int64_t> { return std::nullopt; });
    if (!stream || stream->begin != at || !stream->object.is(Object::Kind::stream)) return false;
    // The rows are unpacked by the object's number: its place must be here, or they are another object's.
    const auto place = revision.places().find(stream->ref.number);
    if (place == revision.places().end() ||
        !(place->second == Place{.offset = at, .generation = stream->ref.generation}))
        return false;
    // Not the revision's places: those have the second table's rows among them already.
    const auto first_table = read_table(file, update.section.begin, budget);
    if (!first_table) return false;
    const Object& table = stream->object;
    const Object* type = table.find("Type");
    const Object* widths = table.find("W");
    const Object* size = table.find("Size");
    const Object* index = table.find("Index");
    const auto rows = revision.unpacked(stream->ref);
    if (!type || !type->is_name("XRef") || !size || !rows || items_of(widths).size() != 3) return false;
    const auto is_small = [](const Object& it, std::int64_t most) {
        return it.is(Object::Kind::integer) && it.integer >= 0 && it.integer <= most;
    };
    for (const Object& width : widths->items) {
        if (!is_small(width, 7)) return false;
    }
    std::vector<std::int64_t> parts;
    for (const Object& part : items_of(index)) {
        if (!is_small(part, 1 << 30)) return false;
        parts.push_back(part.integer);
    }
    if (!index && is_small(*size, 1 << 30)) parts = {0, size->integer};
    if (parts.empty() || parts.size() % 2 != 0) return false;
    std::size_t read = 0;
    const auto field = [&](std::size_t column, std::int64_t missing) {
        const auto width = static_cast<std::size_t>(widths->items[column].integer);
        std::int64_t value = width == 0 ? missing : 0;
        for (std::size_t i = 0; i < width; ++i) value = value << 8 | (*rows)[read++];
        return value;
    };
    std::size_t row = 0;
    for (const Object& width : widths->items) row += static_cast<std::size_t>(width.integer);
    for (std::size_t part = 0; part < parts.size(); part += 2) {
        for (std::int64_t i = 0; i < parts[part + 1]; ++i) {
            budget.spend();
            if (row == 0 || rows->size() - read < row) return false;
            const std::int64_t kind = field(0, 1), first = field(1, 0), last = field(2, 0);
            const auto said = first_table->find(parts[part] + i);
            if (said == first_table->end() || kind > 1 || said->second.in_use != (kind == 1)) return false;
            if (kind == 1 && !(said->second == TableRow{first, last, true})) return false;
        }
    }
    return read == rows->size();
}

}  // namespace

bool are_whole_updates(History& history, Revision& signed_revision) {
    const BytesView file = history.file();
    Revision& last = *history.last().revision;
    std::vector<Update> updates;  // the newest first
    std::size_t at = last.closing().section;
    const std::size_t base = signed_revision.closing().section;
    while (at != base) {
        if (at < signed_revision.closing().end || updates.size() > 1000) return false;
        auto update = read_update(file, at, history.budget());
        if (!update) return false;
        const Object* previous = update->section.trailer.find("Prev");
        if (!previous || !previous->is(Object::Kind::integer) || previous->integer < 0) return false;
        const auto before = static_cast<std::size_t>(previous->integer);
        if (before >= at) return false;
        updates.push_back(std::move(*update));
        at = before;
    }
    std::size_t begin = signed_revision.closing().end;
    for (auto update = updates.rbegin(); update != updates.rend(); ++update) {
        History::Entry& entry = history.at(update->closing.end);
        if (!entry.revision || entry.revision->has_twin_objects()) return false;
        if (!holds_only_its_objects(file, begin, *update, *entry.revision, history.budget())) return false;
        const Object* second = update->section.trailer.find("XRefStm");
        if (second && !says_the_same(file, begin, *update, *second, *entry.revision, history.budget()))
            return false;
        begin = update->closing.end;
    }
    for (std::size_t i = begin; i < file.size(); ++i) {
        if (!is_blank(file[i])) return false;
    }
    return true;
}

}  // namespace naskah::verify
