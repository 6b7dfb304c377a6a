#include "verify/appended.h"

#include <algorithm>

#include "verify/budget.h"
#include "verify/changes.h"
#include "verify/finding.h"
#include "verify/history.h"

namespace naskah::verify {

namespace {

constexpr std::uint64_t steps = 20'000'000, bytes_per_step = 4;

std::vector<Finding> forbidden_in(BytesView before, BytesView after) {
    if (after.size() <= before.size() || !std::equal(before.begin(), before.end(), after.begin()))
        return {make_finding("changed_after_signing", "awal berkas")};
    Budget budget(steps + after.size() / bytes_per_step);
    History history(after, budget);
    if (!history.at(before.size()).revision || !history.last().revision)
        return {make_finding("update_malformed")};
    const Changes changes = find_changes(history, {.end = before.size()}, {.form_may_begin = true});
    if (changes.kind == "forbidden") return changes.findings;
    return {};
}

}  // namespace

std::vector<Finding> appended_changes(BytesView before, BytesView after) {
    try {
        return forbidden_in(before, after);
    } catch (const Exhausted&) {
        return {make_finding("too_complex")};
    } catch (const std::exception&) {  // out of memory, or a mistake of ours: never "nothing"
        return {make_finding("too_complex")};
    }
}

}  // namespace naskah::verify
