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
        // A second, hidden table for some readers only has no honest use in an update.
        if (update->section.trailer.find("XRefStm")) return false;
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
        begin = update->closing.end;
    }
    for (std::size_t i = begin; i < file.size(); ++i) {
        if (!is_blank(file[i])) return false;
    }
    return true;
}

}  // namespace naskah::verify
