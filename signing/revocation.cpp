#include "signing/revocation.h"

#include <algorithm>
#include <chrono>

#include "core/date.h"
#include "core/sha256.h"
#include "core/text.h"
#include "signing/chain.h"
#include "signing/openssl.h"
#include "signing/timestamp.h"

namespace naskah::signing {

namespace {

using OcspRequestPtr = std::unique_ptr<OCSP_REQUEST, Freed<OCSP_REQUEST_free>>;
using OcspResponsePtr = std::unique_ptr<OCSP_RESPONSE, Freed<OCSP_RESPONSE_free>>;
using OcspBasicPtr = std::unique_ptr<OCSP_BASICRESP, Freed<OCSP_BASICRESP_free>>;
using OcspIdPtr = std::unique_ptr<OCSP_CERTID, Freed<OCSP_CERTID_free>>;

constexpr int most_addresses = 4;
constexpr std::size_t largest_ocsp = 256U << 10U;
constexpr std::size_t largest_list = 16U << 20U;
constexpr std::chrono::hours kept_for{1};
constexpr std::chrono::hours without_next{24};  // how long an answer counts that names no next one

enum class Answer { good, revoked, unknown, useless };

struct Judged {
    Answer answer = Answer::useless;
    std::string why;  // of useless; when, of revoked
    Instant until{};
    Bytes responder;  // whom the issuer charged with the answer, if it was not the issuer itself
};

bool is_weak(int signature_algorithm) {
    int digest = NID_undef;
    if (OBJ_find_sigid_algs(signature_algorithm, &digest, nullptr) != 1) return true;
    return digest == NID_sha1 || digest == NID_md5;
}

// Whether now lies between the two, as far as clocks agree.
bool is_in_force(const ASN1_TIME* from, const ASN1_TIME* next, Instant now, Instant& until,
                 std::string& why) {
    std::tm parts{};
    if (from == nullptr || ASN1_TIME_to_tm(from, &parts) != 1 ||
        (next != nullptr && ASN1_TIME_to_tm(next, &parts) != 1)) {
        why = "waktunya tidak terbaca";
        return false;
    }
    until = next != nullptr ? to_instant(next) : to_instant(from) + without_next;
    if (to_instant(from) > now + clock_tolerance) why = "baru berlaku " + to_rfc3339(to_instant(from));
    if (until + clock_tolerance < now) why = "sudah usang sejak " + to_rfc3339(until);
    return why.empty();
}

bool may_answer(X509* responder, X509* issuer, Instant now) {
    const PkeyPtr key(X509_get_pubkey(issuer));
    return X509_NAME_cmp(X509_get_issuer_name(responder), X509_get_subject_name(issuer)) == 0 && key &&
           X509_verify(responder, key.get()) == 1 && !is_weak(X509_get_signature_nid(responder)) &&
           (X509_get_extension_flags(responder) & EXFLAG_XKUSAGE) != 0 &&
           (X509_get_extended_key_usage(responder) & XKU_OCSP_SIGN) != 0 &&
           to_instant(X509_get0_notBefore(responder)) <= now &&
           now <= to_instant(X509_get0_notAfter(responder));
}

OcspBasicPtr read_ocsp(BytesView der, std::string& why) {
    const unsigned char* at = der.data();
    const OcspResponsePtr response(d2i_OCSP_RESPONSE(nullptr, &at, static_cast<long>(der.size())));
    if (!response || at != der.data() + der.size()) {
        why = "jawabannya bukan jawaban OCSP (RFC 6960)";
    } else if (const int status = OCSP_response_status(response.get()); status != 0) {
        why = std::string("OCSP menolak: ") + OCSP_response_status_str(status);
    } else {
        OcspBasicPtr basic(OCSP_response_get1_basic(response.get()));
        if (!basic) why = "jenis jawaban OCSP-nya tidak dikenal";
        return basic;
    }
    return nullptr;
}

// The answer about this certificate in any of the digests that name it.
OCSP_SINGLERESP* single_for(OCSP_BASICRESP* basic, X509* certificate, X509* issuer) {
    for (const EVP_MD* digest : {EVP_sha1(), EVP_sha256(), EVP_sha384(), EVP_sha512()}) {
        const OcspIdPtr id(OCSP_cert_to_id(digest, certificate, issuer));
        const int place = id ? OCSP_resp_find(basic, id.get(), -1) : -1;
        if (place >= 0) return OCSP_resp_get0(basic, place);
    }
    return nullptr;
}

Judged judge_ocsp(BytesView der, X509* certificate, X509* issuer, const std::optional<Instant>& now) {
    Judged found;
    const OcspBasicPtr basic = read_ocsp(der, found.why);
    if (!basic) return found;
    STACK_OF(X509)* helpers = sk_X509_new_null();
    sk_X509_push(helpers, issuer);
    X509* signer = nullptr;
    const bool is_signed = OCSP_basic_verify(basic.get(), helpers, nullptr, OCSP_NOVERIFY) == 1 &&
                           OCSP_resp_get0_signer(basic.get(), &signer, helpers) == 1;
    sk_X509_free(helpers);
    if (!is_signed || is_weak(OBJ_obj2nid(OCSP_resp_get0_tbs_sigalg(basic.get())->algorithm))) {
        found.why = "tanda tangan jawaban OCSP-nya tidak sah";
        return found;
    }
    OCSP_SINGLERESP* single = single_for(basic.get(), certificate, issuer);
    if (single == nullptr) {
        found.why = "jawaban OCSP-nya bukan tentang sertifikat ini";
        return found;
    }
    int reason = -1;
    ASN1_GENERALIZEDTIME *revoked_at = nullptr, *from = nullptr, *next = nullptr;
    const int status = OCSP_single_get0_status(single, &reason, &revoked_at, &from, &next);
    if (X509_cmp(signer, issuer) != 0) {
        std::tm parts{};
        const Instant at = now ? *now : ASN1_TIME_to_tm(from, &parts) == 1 ? to_instant(from) : Instant{};
        if (!may_answer(signer, issuer, at)) {
            found.why = "jawaban OCSP-nya dibuat oleh " +
                        visible(short_name(X509_get_subject_name(signer)), 80) +
                        ", yang tidak diberi kuasa oleh penerbit sertifikat";
            return found;
        }
        found.responder = to_der(signer, i2d_X509);
    }
    std::string late;
    const bool in_force = is_in_force(from, next, now.value_or(Instant{}), found.until, late);
    if (now && !in_force) {
        found.why = "jawaban OCSP-nya " + late;
        return found;
    }
    if (status == V_OCSP_CERTSTATUS_GOOD) found.answer = Answer::good;
    if (status == V_OCSP_CERTSTATUS_UNKNOWN) found.answer = Answer::unknown;
    if (status == V_OCSP_CERTSTATUS_REVOKED) {
        found.answer = Answer::revoked;
        std::tm parts{};
        if (revoked_at != nullptr && ASN1_TIME_to_tm(revoked_at, &parts) == 1)
            found.why = to_rfc3339(to_instant(revoked_at));
    }
    return found;
}

// Lets OpenSSL judge the list: whose it is, its signature, its scope (IDP), critical extensions.
Judged judge_list(X509_CRL* list, X509* certificate, X509* issuer, const std::optional<Instant>& now) {
    Judged found;
    std::string late;
    if (!is_in_force(X509_CRL_get0_lastUpdate(list), X509_CRL_get0_nextUpdate(list), now.value_or(Instant{}),
                     found.until, late) &&
        now) {
        found.why = "daftar pencabutannya " + late;
        return found;
    }
    if (is_weak(X509_CRL_get_signature_nid(list))) {
        found.why = "tanda tangan daftar pencabutannya memakai SHA-1 atau MD5";
        return found;
    }
    const StorePtr store(X509_STORE_new());
    const StoreContextPtr context(X509_STORE_CTX_new());
    require(store && context && X509_STORE_add_cert(store.get(), issuer) == 1 &&
                X509_STORE_add_crl(store.get(), list) == 1 &&
                X509_STORE_CTX_init(context.get(), store.get(), certificate, nullptr) == 1,
            "daftar pencabutan");
    X509_STORE_CTX_set_flags(context.get(), X509_V_FLAG_CRL_CHECK | X509_V_FLAG_PARTIAL_CHAIN);
    // Its own dates were looked at above, with the tolerance that clocks need.
    const Instant from = to_instant(X509_CRL_get0_lastUpdate(list));
    const Instant at = std::max(from, std::min(now.value_or(from), found.until - std::chrono::seconds(1)));
    X509_STORE_CTX_set_time(context.get(), 0, std::chrono::system_clock::to_time_t(at));
    const bool good = X509_verify_cert(context.get()) == 1;
    const int error = X509_STORE_CTX_get_error(context.get());
    if (good) {
        found.answer = Answer::good;
    } else if (error == X509_V_ERR_CERT_REVOKED) {
        found.answer = Answer::revoked;
        X509_REVOKED* entry = nullptr;
        if (X509_CRL_get0_by_cert(list, &entry, certificate) != 0 && entry != nullptr)
            found.why = to_rfc3339(to_instant(X509_REVOKED_get0_revocationDate(entry)));
    } else {
        found.why = std::string("daftar pencabutannya tidak sah untuk sertifikat ini (") +
                    X509_verify_cert_error_string(error) + ")";
    }
    return found;
}

CrlPtr read_list(BytesView der) {
    const unsigned char* at = der.data();
    CrlPtr list(d2i_X509_CRL(nullptr, &at, static_cast<long>(der.size())));
    ERR_clear_error();
    std::tm parts{};
    if (!list || at != der.data() + der.size() || X509_CRL_get0_nextUpdate(list.get()) == nullptr ||
        ASN1_TIME_to_tm(X509_CRL_get0_lastUpdate(list.get()), &parts) != 1)
        return nullptr;
    return list;
}

std::vector<std::string> ocsp_addresses(X509* certificate) {
    std::vector<std::string> urls;
    STACK_OF(OPENSSL_STRING)* found = X509_get1_ocsp(certificate);
    for (int i = 0; i < sk_OPENSSL_STRING_num(found) && i < most_addresses; ++i)
        urls.emplace_back(sk_OPENSSL_STRING_value(found, i));
    X509_email_free(found);
    return urls;
}

// Those that a client without a directory can ask (RFC 5280 4.2.1.13).
std::vector<std::string> list_addresses(X509* certificate) {
    std::vector<std::string> urls;
    auto* points = static_cast<CRL_DIST_POINTS*>(
        X509_get_ext_d2i(certificate, NID_crl_distribution_points, nullptr, nullptr));
    for (int i = 0; i < sk_DIST_POINT_num(points); ++i) {
        const DIST_POINT* point = sk_DIST_POINT_value(points, i);
        if (point->distpoint == nullptr || point->distpoint->type != 0) continue;
        const GENERAL_NAMES* names = point->distpoint->name.fullname;
        for (int n = 0; n < sk_GENERAL_NAME_num(names); ++n) {
            const GENERAL_NAME* name = sk_GENERAL_NAME_value(names, n);
            if (name->type != GEN_URI) continue;
            const ASN1_STRING* uri = name->d.uniformResourceIdentifier;
            std::string url(reinterpret_cast<const char*>(ASN1_STRING_get0_data(uri)),
                            static_cast<std::size_t>(ASN1_STRING_length(uri)));
            if (url.starts_with("http") && urls.size() < most_addresses) urls.push_back(std::move(url));
        }
    }
    CRL_DIST_POINTS_free(points);
    ERR_clear_error();
    return urls;
}

Bytes ocsp_question(X509* certificate, X509* issuer) {
    // SHA-1 names the certificate here, and protects nothing: it is what RFC 5019 2.1.1 has every responder
    // know.
    OcspIdPtr id(OCSP_cert_to_id(EVP_sha1(), certificate, issuer));
    const OcspRequestPtr request(OCSP_REQUEST_new());
    require(id && request && OCSP_request_add0_id(request.get(), id.get()) != nullptr, "permintaan OCSP");
    (void)id.release();  // the request's now
    return to_der(request.get(), i2d_OCSP_REQUEST);
}

[[noreturn]] void refuse_revoked(X509* certificate, const std::string& when) {
    throw Error(Code::data, "sertifikat ini sudah dicabut" + (when.empty() ? "" : " pada " + when),
                short_name(X509_get_subject_name(certificate)),
                "Pakai sertifikat lain; tanda tangan dengan sertifikat ini tidak berlaku lagi.");
}

}  // namespace

struct Revocations::Question {
    X509* certificate;
    X509* issuer;
    Instant now;
    bool lasting;  // about an authority, whose answer may be remembered
    bool may_ask_ocsp;
    std::vector<Problem>& refusals;
};

void add_once(std::vector<Bytes>& to, const Bytes& one) {
    if (std::find(to.begin(), to.end(), one) == to.end()) to.push_back(one);
}

void ValidationData::add(const ValidationData& more) {
    for (const Bytes& one : more.certificates) add_once(certificates, one);
    for (const Bytes& one : more.ocsp_responses) add_once(ocsp_responses, one);
    for (const Bytes& one : more.revocation_lists) add_once(revocation_lists, one);
}

bool is_answered(BytesView certificate, BytesView issuer, const ValidationData& data) {
    const X509Ptr subject = read_certificate(certificate), above = read_certificate(issuer);
    if (!subject || !above) return false;
    const auto good = [&](const Judged& judged) { return judged.answer == Answer::good; };
    bool found = std::any_of(data.ocsp_responses.begin(), data.ocsp_responses.end(), [&](const Bytes& der) {
        return good(judge_ocsp(der, subject.get(), above.get(), {}));
    });
    found = found ||
            std::any_of(data.revocation_lists.begin(), data.revocation_lists.end(), [&](const Bytes& der) {
                const CrlPtr list = read_list(der);
                return list && good(judge_list(list.get(), subject.get(), above.get(), {}));
            });
    ERR_clear_error();
    return found;
}

std::optional<Bytes> Revocations::kept(const std::string& key, Instant now) {
    const std::lock_guard lock(mutex_);
    const auto found = kept_.find(key);
    if (found == kept_.end()) return std::nullopt;
    if (found->second.until > now) return found->second.answer;
    kept_.erase(found);
    return std::nullopt;
}

void Revocations::keep(const std::string& key, const Bytes& answer, Instant until) {
    const std::lock_guard lock(mutex_);
    if (kept_.size() > 256) kept_.clear();
    kept_[key] = {answer, until};
}

bool Revocations::by_ocsp(const Question& question, ValidationData& data) {
    const Bytes asked = ocsp_question(question.certificate, question.issuer);
    const auto take = [&](const Bytes& answer, const Judged& judged) {
        if (!judged.responder.empty()) {
            // Whoever answers for an authority may have been revoked too, unless its certificate says that
            // nobody need ask, or names no list where one could (RFC 6960 4.2.2.2.1).
            const X509Ptr responder = read_certificate(judged.responder);
            const bool asks = X509_get_ext_by_NID(responder.get(), NID_id_pkix_OCSP_noCheck, -1) < 0 &&
                              !list_addresses(responder.get()).empty();
            if (asks) try {
                    prove_one(
                        {responder.get(), question.issuer, question.now, true, false, question.refusals},
                        data);
                } catch (const Error& error) {
                    question.refusals.push_back(
                        {"yang menjawab OCSP tidak terbukti belum dicabut: " + error.problems().front().what,
                         error.problems().front().where,
                         {}});
                    return false;
                }
            add_once(data.certificates, judged.responder);
        }
        add_once(data.ocsp_responses, answer);
        return true;
    };
    for (const std::string& url : ocsp_addresses(question.certificate)) {
        const std::string key = url + ' ' + to_string(sha256(asked));
        if (const auto known = question.lasting ? kept(key, question.now) : std::nullopt) {
            const Judged judged = judge_ocsp(*known, question.certificate, question.issuer, question.now);
            if (judged.answer == Answer::good && take(*known, judged)) return true;
        }
        const auto answer =
            ask_for(web_, url, largest_ocsp, question.refusals, "application/ocsp-request", asked);
        if (!answer) continue;
        const Judged judged = judge_ocsp(*answer, question.certificate, question.issuer, question.now);
        ERR_clear_error();
        if (judged.answer == Answer::revoked) refuse_revoked(question.certificate, judged.why);
        if (judged.answer == Answer::unknown)
            throw Error(Code::outside, "OCSP tidak mengenal sertifikat ini (unknown)",
                        short_name(X509_get_subject_name(question.certificate)) + " di " + visible(url, 200),
                        "Tanyakan kepada penerbit sertifikat.");
        if (judged.answer == Answer::good) {
            if (!take(*answer, judged)) continue;
            if (question.lasting) keep(key, *answer, std::min(judged.until, question.now + kept_for));
            return true;
        }
        question.refusals.push_back({judged.why, visible(url, 200), {}});
    }
    return false;
}

bool Revocations::by_list(const Question& question, ValidationData& data) {
    const auto settles = [&](const Bytes& der, const std::string& where, Instant* until) {
        const CrlPtr list = read_list(der);
        const Judged judged =
            list ? judge_list(list.get(), question.certificate, question.issuer, question.now) : Judged{};
        ERR_clear_error();
        if (judged.answer == Answer::revoked) refuse_revoked(question.certificate, judged.why);
        if (judged.answer == Answer::good) {
            add_once(data.revocation_lists, der);
            if (until != nullptr) *until = judged.until;
            return true;
        }
        if (!where.empty())
            question.refusals.push_back(
                {list ? judged.why : "jawabannya bukan daftar pencabutan", where, {}});
        return false;
    };
    for (const std::string& url : list_addresses(question.certificate)) {
        if (const auto known = kept(url, question.now); known && settles(*known, {}, nullptr)) return true;
        const auto file = ask_for(web_, url, largest_list, question.refusals);
        Instant until{};
        if (!file || !settles(*file, visible(url, 200), &until)) continue;
        keep(url, *file, until);
        return true;
    }
    return std::any_of(
        at_hand_.revocation_lists.begin(), at_hand_.revocation_lists.end(), [&](const Bytes& der) {
            const CrlPtr list = read_list(der);
            const X509_NAME* issuer = X509_get_subject_name(question.issuer);
            return list && X509_NAME_cmp(X509_CRL_get_issuer(list.get()), issuer) == 0 &&
                   settles(der, "daftar pencabutan di folder trust/: " + short_name(issuer), nullptr);
        });
}

void Revocations::prove_one(const Question& question, ValidationData& data) {
    if ((question.may_ask_ocsp && by_ocsp(question, data)) || by_list(question, data)) return;
    const std::string name = short_name(X509_get_subject_name(question.certificate));
    if (question.refusals.empty())
        throw Error(Code::data, "sertifikat ini tidak menyebut alamat OCSP maupun daftar pencabutan", name,
                    "Taruh daftar pencabutan penerbitnya di folder trust/ kantor (atau --trust), atau pakai "
                    "tingkat t.");
    std::vector<Problem> problems = question.refusals;
    problems.insert(problems.begin(),
                    {"tidak ada jawaban yang sah tentang pencabutan sertifikat ini", name, "Ulangi nanti."});
    throw Error(Code::outside, std::move(problems));
}

void Revocations::prove(const Path& path, Instant now, ValidationData& data, std::size_t first) {
    for (const Bytes& one : path) add_once(data.certificates, one);
    for (std::size_t i = first; i + 1 < path.size(); ++i) {
        const X509Ptr certificate = read_certificate(path[i]), issuer = read_certificate(path[i + 1]);
        std::vector<Problem> refusals;
        prove_one({certificate.get(), issuer.get(), now, i > 0, true, refusals}, data);
    }
}

}  // namespace naskah::signing
