#include "signing/long_term.h"

#include <algorithm>

#include "core/text.h"
#include "signing/openssl.h"
#include "signing/signature_slot.h"
#include "signing/signatures_in.h"
#include "signing/validation_store.h"

namespace naskah::signing {

namespace {

constexpr int most_tries = 3;  // for a token that came larger than any before it

Bytes contents_of(const Prepared& prepared, BytesView pdf) {
    return *parse_hex(as_text(pdf.subspan(prepared.contents_at + 1, prepared.contents_size - 2)));
}

// For a message: whoever writes a password into an address shall not read it in a log.
std::string without_user(const std::string& url) {
    const auto at = url.rfind('@');
    return visible(at == std::string::npos ? url : "…" + url.substr(at), 80);
}

// The file with a document timestamp over all of it (ETSI EN 319 142-1 5.5).
Bytes with_document_timestamp(BytesView pdf, LongTerm& long_term, Instant now) {
    for (int tries = 1;; ++tries) {
        Slot slot = open_slot(pdf, {.field_tooltip = "Stempel waktu dokumen",
                                    .signature_size = long_term.timestamp_room(now),
                                    .now = now,
                                    .document_timestamp = true});
        const Timestamp timestamp =
            long_term.timestamp(digest_around(slot.pdf, slot.contents_at, slot.contents_size), now);
        if (fill_slot(slot.pdf, slot.contents_at, slot.contents_size, timestamp.token))
            return std::move(slot.pdf);
        if (tries == most_tries)
            throw Error(Code::outside, "stempel waktunya bertambah besar setiap kali", {}, "Ulangi nanti.");
    }
}

// First of all a proof that the signatures exist, if one has none.
Bytes with_proof_of_time(BytesView pdf, LongTerm& long_term, Instant now) {
    const std::vector<SignatureFound> all = signatures_in(pdf);
    const bool proven = std::all_of(all.begin(), all.end(), [&](const SignatureFound& one) {
        return one.is_timestamp || !one.timestamps.empty() ||
               std::any_of(all.begin(), all.end(), [&](const SignatureFound& other) {
                   return other.is_timestamp && other.end > one.end;
               });
    });
    return proven ? Bytes(pdf.begin(), pdf.end()) : with_document_timestamp(pdf, long_term, now);
}

// What proves the signatures and timestamps and is not in the file yet. About the newest timestamp it is
// asked anew: as long as that is good, so is what it proves.
Bytes with_proof(BytesView pdf, LongTerm& long_term, Instant now) {
    const std::vector<SignatureFound> all = signatures_in(pdf);
    const ValidationData stored = read_validation_data(pdf);
    std::vector<ValidationRecord> records;
    for (std::size_t i = 0; i < all.size(); ++i) {
        const SignatureFound& one = all[i];
        ValidationRecord record{one.contents, {}};
        const auto prove = [&](const Bytes& certificate, const std::vector<Bytes>& with, Instant then,
                               bool anew) {
            std::vector<Bytes> others = with;
            others.insert(others.end(), stored.certificates.begin(), stored.certificates.end());
            // Certificates may have ended since: their path is looked at as of when they were used.
            const Path path = find_path(certificate, others, long_term.at_hand(), long_term.web(), then);
            bool known = !anew;
            for (std::size_t n = 0; known && n + 1 < path.size(); ++n)
                known = is_answered(path[n], path[n + 1], stored);
            if (!known) long_term.revocations().prove(path, now, record.data);
        };
        if (!one.is_timestamp) {
            // Without a timestamp of its own the next document timestamp says when.
            const auto later =
                std::find_if(all.begin() + static_cast<std::ptrdiff_t>(i), all.end(),
                             [](const SignatureFound& other) { return !other.timestamps.empty(); });
            prove(one.signer, one.certificates, later == all.end() ? now : later->timestamps.front().time,
                  false);
        }
        for (const Timestamp& timestamp : one.timestamps)
            prove(timestamp.authority, timestamp.certificates, timestamp.time, i + 1 == all.size());
        if (!record.data.empty()) records.push_back(std::move(record));
    }
    return records.empty() ? Bytes(pdf.begin(), pdf.end()) : add_validation_data(pdf, records);
}

// From a signature with its timestamp to the level wished for.
Bytes completed(Bytes pdf, const Prepared& prepared, const Key& key, const Timestamp& timestamp,
                LongTerm& long_term, Instant now) {
    if (prepared.level == Level::t) return pdf;
    ValidationRecord record{contents_of(prepared, pdf), {}};
    const auto& chain = key.chain().certificates();
    record.data = long_term.proof_of(chain.front(), chain, now);
    record.data.add(long_term.proof_of(timestamp.authority, timestamp.certificates, now));
    pdf = add_validation_data(pdf, {record});
    return prepared.level == Level::lt ? pdf : with_document_timestamp(pdf, long_term, now);
}

// Nothing if the token does not fit; the room is known then.
std::optional<Bytes> finished(Prepared prepared, const Key& key, BytesView value, LongTerm& long_term,
                              Instant now) {
    if (prepared.level == Level::b) return embed(std::move(prepared), key, value);
    check_value(prepared, key, value);
    const Timestamp timestamp = long_term.timestamp(sha256(value), now);
    if (timestamp.token.size() > prepared.timestamp_room) return std::nullopt;
    Bytes pdf = embed(prepared, key, value, timestamp.token);
    return completed(std::move(pdf), prepared, key, timestamp, long_term, now);
}

}  // namespace

LongTerm::LongTerm(Web& web, std::vector<std::string> authorities, AtHand at_hand, Random& random)
    : web_(web),
      authorities_(std::move(authorities)),
      at_hand_(std::move(at_hand)),
      random_(random),
      revocations_(web, at_hand_) {
    for (const std::string& url : authorities_)
        if (!is_web_address(url))
            throw Error(Code::usage, "alamat otoritas waktu bukan alamat web", without_user(url),
                        "Tulis alamat http:// atau https:// tanpa nama pengguna dan kata sandi.");
}

Timestamp LongTerm::timestamp(const Sha256& imprint, Instant now) {
    if (authorities_.empty())
        throw Error(Code::usage, "belum ada otoritas waktu", {},
                    "Sebutkan --tsa ALAMAT, atau isi signing.timestamp_authorities di office.json.");
    std::vector<Problem> refusals;
    for (const std::string& url : authorities_) try {
            Timestamp found = ask_timestamp(web_, url, imprint, random_, now);
            // A stranger's timestamp proves nothing to those who know their roots.
            find_path(found.authority, found.certificates, at_hand_, web_, now);
            const std::lock_guard lock(mutex_);
            std::size_t& largest = largest_[url];
            largest = std::max(largest, found.largest);
            return found;
        } catch (const Error& error) {
            for (Problem problem : error.problems()) {
                if (problem.where != url)
                    problem.where = visible(url, 200) + (problem.where.empty() ? "" : ": ") + problem.where;
                refusals.push_back(std::move(problem));
            }
        }
    refusals.insert(refusals.begin(),
                    {"tidak ada otoritas waktu yang memberi stempel waktu yang sah",
                     std::to_string(authorities_.size()) + " alamat ditanya",
                     "Periksa jaringan lalu ulangi; tingkat tanda tangan tidak diturunkan."});
    throw Error(Code::outside, std::move(refusals));
}

std::size_t LongTerm::timestamp_room(Instant now) {
    const auto learned = [this] {
        const std::lock_guard lock(mutex_);
        std::size_t room = 0;
        for (const auto& [url, size] : largest_) room = std::max(room, size);
        return room;
    };
    if (const std::size_t room = learned(); room > 0) return room;
    Sha256 trial;
    random_.fill(trial.octets);
    timestamp(trial, now);
    return learned();
}

ValidationData LongTerm::proof_of(BytesView certificate, const std::vector<Bytes>& with, Instant now) {
    ValidationData data;
    revocations_.prove(find_path(certificate, with, at_hand_, web_, now), now, data);
    return data;
}

Prepared prepare(BytesView pdf, const Key& key, const Options& options, LongTerm& long_term, Instant now) {
    return prepare(pdf, key, options, now, options.level == Level::b ? 0 : long_term.timestamp_room(now));
}

Bytes embed(Prepared prepared, const Key& key, BytesView signature_value, LongTerm& long_term, Instant now) {
    if (auto pdf = finished(std::move(prepared), key, signature_value, long_term, now))
        return *std::move(pdf);
    throw Error(Code::outside, "stempel waktunya lebih besar daripada tempat yang disediakan", {},
                "Ulangi penandatanganan; tempatnya kini cukup.");
}

Bytes sign(BytesView pdf, const Key& key, const Options& options, LongTerm& long_term, Instant now) {
    for (int tries = 0; tries < most_tries; ++tries) {
        Prepared prepared = prepare(pdf, key, options, long_term, now);
        const Bytes value = key.sign_digest(prepared.attributes_digest);
        if (auto signed_pdf = finished(std::move(prepared), key, value, long_term, now))
            return *std::move(signed_pdf);
    }
    throw Error(Code::outside, "stempel waktunya bertambah besar setiap kali", {}, "Ulangi nanti.");
}

Protection protection_of(BytesView pdf) {
    const std::vector<SignatureFound> all = signatures_in(pdf);
    Protection found{Level::lta, Instant::max()};
    std::optional<Instant> newest, first_end;
    std::size_t newest_end = 0;
    for (const SignatureFound& one : all) {
        for (const Timestamp& timestamp : one.timestamps)
            if (!newest || one.end >= newest_end) {
                newest = end_of_trust(timestamp.authority, timestamp.weak);
                newest_end = one.end;
            }
        if (one.is_timestamp) continue;
        const auto stamped_behind = [&](bool with_store) {
            return std::any_of(all.begin(), all.end(), [&](const SignatureFound& other) {
                return other.is_timestamp && other.end > one.end && (!with_store || other.sees_store);
            });
        };
        const bool has_time = !one.timestamps.empty() || stamped_behind(false);
        const bool is_proven = has_time && one.in_store;
        const Level level = is_proven && stamped_behind(true) ? Level::lta
                            : is_proven                       ? Level::lt
                            : has_time                        ? Level::t
                                                              : Level::b;
        found.level = std::min(found.level, level);
        const Instant end = end_of_trust(one.signer, false);
        first_end = first_end ? std::min(*first_end, end) : end;
    }
    found.until = newest ? *newest : first_end.value_or(Instant{});
    // Without proof in the file the signer's own certificate has to be there still to be asked about.
    if (found.level < Level::lt && first_end) found.until = std::min(found.until, *first_end);
    return found;
}

Bytes raise(BytesView pdf, Level level, LongTerm& long_term, Instant now) {
    if (protection_of(pdf).level >= level) return {pdf.begin(), pdf.end()};
    Bytes longer = with_proof_of_time(pdf, long_term, now);
    if (level >= Level::lt) longer = with_proof(longer, long_term, now);
    return level == Level::lta ? with_document_timestamp(longer, long_term, now) : longer;
}

Bytes extend(BytesView pdf, LongTerm& long_term, Instant now) {
    const Bytes in_time = with_proof_of_time(pdf, long_term, now);
    return with_document_timestamp(with_proof(in_time, long_term, now), long_term, now);
}

}  // namespace naskah::signing
