#include "verify/appended.h"

#include <algorithm>

#include "verify/budget.h"
#include "verify/changes.h"
#include "verify/finding.h"
#include "verify/history.h"

namespace naskah::verify {

namespace {

constexpr std::uint64_t steps = 20'000'000, bytes_per_step = 4;

std::vector<Finding> found_in(BytesView before, BytesView after) {
    if (after.size() <= before.size() || !std::equal(before.begin(), before.end(), after.begin()))
        return {make_finding("changed_after_signing", "awal berkas")};
    Budget budget(steps + after.size() / bytes_per_step);
    History history(after, budget);
    if (!history.at(before.size()).revision || !history.last().revision)
        return {make_finding("update_malformed")};
    Changes changes = find_changes(history, {.end = before.size()}, {.form_may_begin = true});
    // Nor may the new signature show anything over the page.
    std::erase_if(changes.findings, [](const Finding& it) { return it.name == "permitted_change"; });
    return std::move(changes.findings);
}

}  // namespace

std::vector<Finding> appended_changes(BytesView before, BytesView after) {
    try {
        return found_in(before, after);
    } catch (const Exhausted&) {
        return {make_finding("too_complex")};
    } catch (const std::exception&) {  // out of memory, or a mistake of ours: never "nothing"
        return {make_finding("too_complex")};
    }
}

}  // namespace naskah::verify
