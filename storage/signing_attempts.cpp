#include "storage/signing_attempts.h"

#include <algorithm>
#include <array>

#include "core/error.h"
#include "storage/log.h"

namespace naskah::storage {

namespace {

constexpr std::array names = {"open", "signed", "refused", "unsent", "unknown", "unfit"};

int number_in(const Json& detail, const char* member) {
    const auto found = detail.find(member);
    return found != detail.end() && found->is_number_integer() ? static_cast<int>(found->get<std::int64_t>())
                                                               : 0;
}

AttemptOutcome parse_outcome(const std::string& name) {
    const auto* const found = std::find(names.begin(), names.end(), name);
    return found == names.end() ? AttemptOutcome::unknown
                                : static_cast<AttemptOutcome>(found - names.begin());
}

std::vector<SigningAttempt> read(Connection& connection, const LetterId& letter) {
    std::vector<SigningAttempt> attempts;
    for (const StoredEntry& stored : entries_of(connection, to_string(letter))) {
        if (stored.action != "sign-asked" && stored.action != "sign-answered") continue;
        const auto entry = to_entry(stored);
        if (!entry) continue;  // the walk over the log tells of it
        const int number = number_in(entry->detail, "attempt");
        if (stored.action == "sign-asked") {
            SigningAttempt asked;
            asked.number = number;
            asked.asked_at = entry->at;
            asked.actor = entry->actor;
            asked.key = text_in(entry->detail, "key");
            asked.worker = text_in(entry->detail, "worker");
            asked.service = text_in(entry->detail, "service");
            asked.input = parse_sha256(text_in(entry->detail, "input")).value_or(Sha256{});
            attempts.push_back(std::move(asked));
            continue;
        }
        for (SigningAttempt& attempt : attempts) {
            if (attempt.number != number) continue;
            attempt.outcome = parse_outcome(text_in(entry->detail, "outcome"));
            attempt.code = number_in(entry->detail, "code");
            if (auto id = text_in(entry->detail, "reference"); !id.empty()) attempt.reference = std::move(id);
            attempt.output = parse_sha256(text_in(entry->detail, "output"));
        }
    }
    return attempts;
}

}  // namespace

std::string to_string(AttemptOutcome outcome) { return names[static_cast<std::size_t>(outcome)]; }

std::vector<SigningAttempt> SigningAttempts::of(const LetterId& letter) const {
    std::vector<SigningAttempt> attempts;
    database_->read([&](Connection& connection) { attempts = read(connection, letter); });
    return attempts;
}

std::optional<SigningAttempt> SigningAttempts::newest_of(const LetterId& letter) const {
    auto attempts = of(letter);
    if (attempts.empty()) return std::nullopt;
    return std::move(attempts.back());
}

int SigningAttempts::begin(const LetterId& letter, const SigningAttempt& attempt, int after) {
    int number = 0;
    database_->write([&](Connection& connection) {
        const auto before = read(connection, letter);
        const int newest = before.empty() ? 0 : before.back().number;
        if (newest != after)
            throw Error(Code::outside, "surat ini sedang ditandatangani oleh proses lain", to_string(letter),
                        "Tunggu sampai selesai");
        number = newest + 1;
        append(connection, {.at = attempt.asked_at,
                            .actor = attempt.actor,
                            .action = "sign-asked",
                            .letter = to_string(letter),
                            .detail = {{"attempt", number},
                                       {"key", attempt.key},
                                       {"service", attempt.service},
                                       {"worker", attempt.worker},
                                       {"input", to_string(attempt.input)}},
                            .previous = {},
                            .hash = {}});
    });
    return number;
}

void SigningAttempts::end(const LetterId& letter, const SigningAttempt& attempt, Instant now) {
    Json detail = {{"attempt", attempt.number}, {"outcome", to_string(attempt.outcome)}};
    if (attempt.code != 0) detail["code"] = attempt.code;
    if (!attempt.reference.empty()) detail["reference"] = attempt.reference;
    if (attempt.output) detail["output"] = to_string(*attempt.output);
    database_->write([&](Connection& connection) {
        append(connection, {.at = now,
                            .actor = attempt.actor,
                            .action = "sign-answered",
                            .letter = to_string(letter),
                            .detail = detail,
                            .previous = {},
                            .hash = {}});
    });
}

}  // namespace naskah::storage
