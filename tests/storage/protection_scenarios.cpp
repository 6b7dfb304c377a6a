#include "protection_scenarios.h"

#include "storage/copy.h"
#include "storage/protections.h"

namespace naskah::storage {
namespace {

using Catch::Matchers::StartsWith;
using std::chrono::days;

Bytes joined(Bytes file, const std::string& more) {
    file.insert(file.end(), more.begin(), more.end());
    return file;
}

Letter issued(Register& reg, int n, const std::optional<Protection>& protection = {}) {
    const LetterId id = reg.reserve(a_letter(), moment(n)).letter.id;
    return reg.issue(id, a_pdf(std::to_string(n)), moment(n), "kepala", protection);
}

void every_form_is_the_letter(const Store& store) {
    const auto reg = store.open();
    Protections protections(store.database());
    const Letter letter = issued(*reg, 1, Protection{"B-LTA", moment() + days(100)});
    const auto record = reg->find(letter.id);
    CHECK(protections.of(letter.id) == Protection{"B-LTA", moment() + days(100)});
    std::vector<Bytes> forms{*reg->pdf(letter.id)};
    for (int n = 1; n <= 3; ++n) {
        const Bytes longer = joined(forms.back(), "pembaruan " + std::to_string(n));
        const Protection gained{"B-LTA", moment() + days(100 + 365 * n)};
        protections.extend(letter.id, longer, gained, moment(10 + n), "extend");
        CHECK(protections.of(letter.id) == gained);
        CHECK(reg->pdf(letter.id) == longer);
        forms.push_back(longer);
    }
    for (const Bytes& form : forms) {
        const auto found = reg->find_sha256(sha256(form));
        REQUIRE(found);
        CHECK(found->id == letter.id);
        CHECK(found->sha256 == record->sha256);  // what was issued does not change
    }
    CHECK_FALSE(reg->find_sha256(sha256(joined(forms.back(), "x"))));
    const auto log = reg->log_of(letter.id);
    REQUIRE(log.size() == 5);
    CHECK(log[1].detail.at("level") == "B-LTA");
    CHECK(log[4].action == "extend");
    CHECK(log[4].detail.at("sha256") == to_string(sha256(forms.back())));
    CHECK(reg->withdraw(letter.id, Status::revoked, issued(*reg, 2).id, "keliru", moment(50), "tu").status ==
          Status::revoked);
    CHECK(reg->pdf(letter.id) == forms.back());
}

void only_a_continuation_is_taken(const Store& store) {
    const auto reg = store.open();
    Protections protections(store.database());
    const Letter letter = issued(*reg, 1);
    const LetterId reserved = reg->reserve(a_letter(), moment(2)).letter.id;
    const Bytes file = *reg->pdf(letter.id);
    const Protection gained{"B-LTA", moment() + days(400)};
    Bytes shorter = file, other = joined(file, "tambahan");
    shorter.pop_back();
    other[7] ^= 1;
    const std::size_t entries = reg->log(0, 100).size();
    for (const Bytes& wrong : {shorter, other, Bytes{}})
        CHECK_THAT(refusal([&] { protections.extend(letter.id, wrong, gained, moment(3), "extend"); }),
                   StartsWith("65 "));
    for (const LetterId& none : {reserved, a_letter().id})
        CHECK_THAT(refusal([&] { protections.extend(none, file, gained, moment(3), "extend"); }),
                   StartsWith("65 "));
    CHECK(reg->log(0, 100).size() == entries);
    CHECK_FALSE(protections.of(letter.id));
    // The file as it is, of which nothing was noted: noted once.
    for (int i = 0; i < 2; ++i)
        protections.extend(letter.id, file, {"B-B", moment() + days(9)}, moment(4), "extend");
    CHECK(reg->log(0, 100).size() == entries + 1);
    CHECK(reg->pdf(letter.id) == file);
    protections.extend(letter.id, joined(file, "tambahan"), gained, moment(5), "extend");
    CHECK(protections.of(letter.id) == gained);
}

void letters_are_due_while_their_proof_ends_soon(const Store& store) {
    const auto reg = store.open();
    Protections protections(store.database());
    const Letter soon = issued(*reg, 1, Protection{"B-LTA", moment() + days(30)});
    issued(*reg, 2, Protection{"B-LTA", moment() + days(3000)});
    const Letter never_noted = issued(*reg, 3);
    reg->reserve(a_letter(), moment(4));
    const auto due = [&](Instant before, std::int64_t after = 0, int limit = 10) {
        std::vector<LetterId> ids;
        for (const auto& one : protections.due(before, after, limit)) ids.push_back(one.letter);
        return ids;
    };
    CHECK(due(moment() + days(90)) == std::vector<LetterId>{soon.id, never_noted.id});
    CHECK(due(moment() + days(90), 0, 1) == std::vector<LetterId>{soon.id});
    CHECK(due(moment() + days(90), protections.due(moment() + days(90), 0, 1)[0].row) ==
          std::vector<LetterId>{never_noted.id});
    CHECK(due(moment() + days(20)) == std::vector<LetterId>{never_noted.id});
    protections.extend(soon.id, joined(*reg->pdf(soon.id), "baru"), {"B-LTA", moment() + days(900)},
                       moment(5), "extend");
    CHECK(due(moment() + days(90)) == std::vector<LetterId>{never_noted.id});
}

void many_are_issued_with_their_protection(const Store& store) {
    const auto reg = store.open();
    std::vector<NewLetter> wishes;
    for (int n = 0; n < 5; ++n) wishes.push_back(a_letter());
    const auto reserved = reg->reserve_all(wishes, moment());
    std::vector<Bytes> files;
    std::vector<SignedLetter> letters;
    for (int n = 0; n < 5; ++n) files.push_back(a_pdf(std::to_string(n)));
    for (std::size_t n = 0; n < 5; ++n)
        letters.push_back({reserved[n].done->letter.id, files[n], "kepala",
                           n % 2 == 0 ? std::optional(Protection{"B-T", moment() + days(9)}) : std::nullopt});
    reg->issue_all(letters, moment(1));
    Protections protections(store.database());
    for (std::size_t n = 0; n < 5; ++n) CHECK(protections.of(letters[n].id) == letters[n].protection);
}

}  // namespace

const std::vector<Scenario>& protection_scenarios() {
    static const std::vector<Scenario> all = {
        {"every form that a letter's file had is that letter, and what was issued does not change",
         every_form_is_the_letter},
        {"a letter's file only grows", only_a_continuation_is_taken},
        {"letters are due while their proof ends soon", letters_are_due_while_their_proof_ends_soon},
        {"many letters are issued with what protects them", many_are_issued_with_their_protection},
    };
    return all;
}

}  // namespace naskah::storage
