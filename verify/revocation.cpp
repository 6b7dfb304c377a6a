#include "verify/revocation.h"

#include <openssl/asn1t.h>
#include <openssl/err.h>
#include <openssl/ocsp.h>
#include <openssl/x509v3.h>

#include <algorithm>

#include "core/text.h"
#include "verify/path.h"

namespace naskah::verify {
namespace {

struct Free {
    void operator()(ASN1_OBJECT* it) const { ASN1_OBJECT_free(it); }
    void operator()(OCSP_CERTID* it) const { OCSP_CERTID_free(it); }
    void operator()(OCSP_REQUEST* it) const { OCSP_REQUEST_free(it); }
    void operator()(ISSUING_DIST_POINT* it) const { ISSUING_DIST_POINT_free(it); }
    void operator()(STACK_OF(DIST_POINT) * it) const { sk_DIST_POINT_pop_free(it, DIST_POINT_free); }
    void operator()(AUTHORITY_INFO_ACCESS* it) const { AUTHORITY_INFO_ACCESS_free(it); }
    void operator()(ASN1_GENERALIZEDTIME* it) const { ASN1_GENERALIZEDTIME_free(it); }
};
template <typename T>
using Held = std::unique_ptr<T, Free>;

constexpr std::uint64_t steps_per_signature = 2000;  // what checking one costs beside parsing
constexpr std::uint64_t bytes_per_step = 64;         // of a key whose digest is asked for
constexpr std::chrono::hours unsaid_freshness{24};   // of an answer that does not say when the next one comes

// What was revoked on a day that nobody can read was revoked before everything.
void note_revoked(const ASN1_TIME* day, Revocation& out) {
    const Instant when = to_instant(day).value_or(Instant::min());
    if (!out.revoked || when < *out.revoked) out.revoked = when;
}

// A certificate that has expired may be left out of later lists and answers (RFC 5280 3.3): what was issued
// after its end is silent about it, unless its issuer says how far back it remembers.
bool still_remembers(Instant issued, const X509* certificate, const ASN1_TIME* cutoff) {
    const auto end = to_instant(X509_get0_notAfter(certificate));
    if (!end || issued <= *end) return true;
    const auto remembered = to_instant(cutoff);
    return remembered && *remembered <= *end;
}

bool is_fresh(std::optional<Instant> issued, std::optional<Instant> next, Instant at) {
    if (!issued) return false;
    if (*issued >= at) return true;
    return next ? *next >= at : *issued + unsaid_freshness >= at;
}

bool may_answer(X509* certificate) {
    const auto purposes = purposes_of(certificate);
    return purposes && purposes->holds(NID_OCSP_sign);
}

// Checks a signature once, however many certificates and signatures ask about the same answer.
template <typename Check>
bool once(const Evidence& evidence, const void* item, const void* signer, Check check) {
    const auto known = evidence.checked().find({item, signer});
    if (known != evidence.checked().end()) return known->second;
    evidence.budget().spend(steps_per_signature);
    const bool good = check();
    ERR_clear_error();
    return evidence.checked()[{item, signer}] = good;
}

bool has_signed(X509* signer, OCSP_BASICRESP* response) {
    EVP_PKEY* key = X509_get0_pubkey(signer);
    return key && ASN1_item_verify(ASN1_ITEM_rptr(OCSP_RESPDATA), OCSP_resp_get0_tbs_sigalg(response),
                                   OCSP_resp_get0_signature(response),
                                   const_cast<OCSP_RESPDATA*>(OCSP_resp_get0_respdata(response)), key) == 1;
}

// RFC 6960 4.2.2.2: the issuer itself, or one whom the same issuer gave a certificate for just that.
bool is_authentic(const OcspEvidence& item, const RevocationQuestion& question, const Evidence& evidence) {
    OCSP_BASICRESP* response = item.response.get();
    const auto is_named = [&](X509* certificate) {
        const ASN1_OCTET_STRING* key_hash = nullptr;
        const X509_NAME* name = nullptr;
        if (OCSP_resp_get0_id(response, &key_hash, &name) != 1) return false;
        if (name) return X509_NAME_cmp(name, X509_get_subject_name(certificate)) == 0;
        unsigned char digest[EVP_MAX_MD_SIZE];
        unsigned size = 0;
        return X509_pubkey_digest(certificate, EVP_sha1(), digest, &size) == 1 && key_hash &&
               static_cast<unsigned>(ASN1_STRING_length(key_hash)) == size &&
               std::equal(digest, digest + size, ASN1_STRING_get0_data(key_hash));
    };
    if (is_named(question.issuer) &&
        once(evidence, response, question.issuer, [&] { return has_signed(question.issuer, response); }))
        return true;
    std::vector<X509*> candidates;
    for (const Certificate& it : item.certificates) candidates.push_back(it.get());
    for (const Certificate& it : evidence.certificates()) candidates.push_back(it.get());
    const auto produced = to_instant(OCSP_resp_get0_produced_at(response));
    for (X509* candidate : candidates) {
        const auto key_size = static_cast<std::uint64_t>(X509_get0_pubkey_bitstr(candidate)->length);
        evidence.budget().spend(1 + key_size / bytes_per_step);
        if (!is_named(candidate) || !may_answer(candidate)) continue;
        const auto begin = to_instant(X509_get0_notBefore(candidate));
        const auto end = to_instant(X509_get0_notAfter(candidate));
        if (!produced || !begin || !end || *produced < *begin || *produced > *end) continue;
        if (X509_NAME_cmp(X509_get_issuer_name(candidate), X509_get_subject_name(question.issuer)) != 0)
            continue;
        if (!once(evidence, candidate, question.issuer,
                  [&] { return has_issued(question.issuer, candidate); }))
            continue;
        if (once(evidence, response, candidate, [&] { return has_signed(candidate, response); })) return true;
    }
    return false;
}

void ask_ocsp(const OcspEvidence& item, const RevocationQuestion& question, const Evidence& evidence,
              Revocation& out) {
    OCSP_BASICRESP* response = item.response.get();
    for (int i = 0; i < std::min(OCSP_resp_count(response), 100); ++i) {
        evidence.budget().spend();
        OCSP_SINGLERESP* answer = OCSP_resp_get0(response, i);
        auto* id = const_cast<OCSP_CERTID*>(OCSP_SINGLERESP_get0_id(answer));
        ASN1_OBJECT* algorithm = nullptr;
        ASN1_INTEGER* serial = nullptr;
        OCSP_id_get0_info(nullptr, &algorithm, nullptr, &serial, id);
        if (!serial || ASN1_INTEGER_cmp(serial, X509_get0_serialNumber(question.certificate)) != 0) continue;
        const EVP_MD* hash = algorithm ? EVP_get_digestbyobj(algorithm) : nullptr;
        const Held<OCSP_CERTID> own(hash ? OCSP_cert_to_id(hash, question.certificate, question.issuer)
                                         : nullptr);
        if (!own || OCSP_id_cmp(own.get(), id) != 0) continue;
        if (!is_authentic(item, question, evidence)) {
            out.has_forgeries = true;
            return;
        }
        int reason = 0;
        ASN1_GENERALIZEDTIME *revoked = nullptr, *issued_at = nullptr, *next_at = nullptr;
        const int status = OCSP_single_get0_status(answer, &reason, &revoked, &issued_at, &next_at);
        if (status == V_OCSP_CERTSTATUS_UNKNOWN) continue;
        if (status == V_OCSP_CERTSTATUS_REVOKED) note_revoked(revoked, out);
        const Held<ASN1_GENERALIZEDTIME> cutoff(static_cast<ASN1_GENERALIZEDTIME*>(
            OCSP_SINGLERESP_get1_ext_d2i(answer, NID_id_pkix_OCSP_archiveCutoff, nullptr, nullptr)));
        const auto issued = to_instant(issued_at);
        const bool usable = issued && is_fresh(issued, to_instant(next_at), question.at) &&
                            (status == V_OCSP_CERTSTATUS_REVOKED ||
                             still_remembers(*issued, question.certificate, cutoff.get()));
        if (!usable) continue;
        const bool earlier = item.source.in_file && (!out.known_from_file || item.source.end < out.file_end);
        if (earlier) out.file_end = item.source.end;
        out.known = true;
        out.known_from_file |= item.source.in_file;
    }
    ERR_clear_error();
}

// Whether a list speaks about certificates of this kind and from this distribution point (RFC 5280 5.2.5).
bool is_in_scope(X509_CRL* crl, X509* certificate) {
    int critical = 0;
    const Held<ISSUING_DIST_POINT> scope(static_cast<ISSUING_DIST_POINT*>(
        X509_CRL_get_ext_d2i(crl, NID_issuing_distribution_point, &critical, nullptr)));
    if (!scope) return critical == -1;  // there is none; or one that cannot be read, or two
    const bool is_authority = X509_check_ca(certificate) > 0;
    if (scope->indirectCRL > 0 || scope->onlyattr > 0 || scope->onlysomereasons) return false;
    if ((scope->onlyuser > 0 && is_authority) || (scope->onlyCA > 0 && !is_authority)) return false;
    if (!scope->distpoint) return true;
    if (scope->distpoint->type != 0) return false;
    const Held<STACK_OF(DIST_POINT)> points(static_cast<STACK_OF(DIST_POINT)*>(
        X509_get_ext_d2i(certificate, NID_crl_distribution_points, nullptr, nullptr)));
    for (int i = 0; points && i < sk_DIST_POINT_num(points.get()); ++i) {
        const DIST_POINT* point = sk_DIST_POINT_value(points.get(), i);
        if (!point->distpoint || point->distpoint->type != 0) continue;
        for (int a = 0; a < sk_GENERAL_NAME_num(point->distpoint->name.fullname); ++a) {
            for (int b = 0; b < sk_GENERAL_NAME_num(scope->distpoint->name.fullname); ++b) {
                if (GENERAL_NAME_cmp(sk_GENERAL_NAME_value(point->distpoint->name.fullname, a),
                                     sk_GENERAL_NAME_value(scope->distpoint->name.fullname, b)) == 0)
                    return true;
            }
        }
    }
    return false;
}

void ask_crl(const CrlEvidence& item, const RevocationQuestion& question, const Evidence& evidence,
             Revocation& out) {
    X509_CRL* crl = item.crl.get();
    if (X509_NAME_cmp(X509_CRL_get_issuer(crl), X509_get_issuer_name(question.certificate)) != 0) return;
    EVP_PKEY* issuer_key = X509_get0_pubkey(question.issuer);
    const bool authentic =
        issuer_key && (X509_get_key_usage(question.issuer) & KU_CRL_SIGN) &&
        once(evidence, crl, question.issuer, [&] { return X509_CRL_verify(crl, issuer_key) == 1; });
    if (!authentic) {
        out.has_forgeries = true;
        return;
    }
    X509_REVOKED* entry = nullptr;
    if (X509_CRL_get0_by_cert(crl, &entry, question.certificate) == 1)
        note_revoked(X509_REVOKED_get0_revocationDate(entry), out);
    // A list of differences, or one of another scope, convicts but does not acquit.
    if (X509_CRL_get_ext_by_NID(crl, NID_delta_crl, -1) >= 0 || !is_in_scope(crl, question.certificate))
        return;
    const auto issued = to_instant(X509_CRL_get0_lastUpdate(crl));
    if (!is_fresh(issued, to_instant(X509_CRL_get0_nextUpdate(crl)), question.at)) return;
    // expiredCertsOnCRL (X.509 9.5.2.8): since when expired certificates stay on the list.
    static const Held<ASN1_OBJECT> expired_on_crl(OBJ_txt2obj("2.5.29.60", 1));
    Held<ASN1_GENERALIZEDTIME> since;
    if (const int at = X509_CRL_get_ext_by_OBJ(crl, expired_on_crl.get(), -1); at >= 0) {
        const ASN1_OCTET_STRING* data = X509_EXTENSION_get_data(X509_CRL_get_ext(crl, at));
        const unsigned char* octets = ASN1_STRING_get0_data(data);
        since.reset(d2i_ASN1_GENERALIZEDTIME(nullptr, &octets, ASN1_STRING_length(data)));
    }
    if (!entry && !still_remembers(*issued, question.certificate, since.get())) return;
    const bool earlier = item.source.in_file && (!out.known_from_file || item.source.end < out.file_end);
    if (earlier) out.file_end = item.source.end;
    out.known = true;
    out.known_from_file |= item.source.in_file;
}

void take_web_addresses(const GENERAL_NAMES* names, std::vector<std::string>& out) {
    for (int i = 0; i < sk_GENERAL_NAME_num(names) && out.size() < 4; ++i) {
        const GENERAL_NAME* name = sk_GENERAL_NAME_value(names, i);
        if (name->type != GEN_URI) continue;
        const ASN1_IA5STRING* text = name->d.uniformResourceIdentifier;
        std::string url(reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
                        static_cast<std::size_t>(ASN1_STRING_length(text)));
        const bool plain = std::all_of(url.begin(), url.end(), [](char c) { return c > 0x20 && c < 0x7f; });
        if (plain && url.size() < 1000 && (url.starts_with("http://") || url.starts_with("https://")))
            out.push_back(std::move(url));
    }
}

}  // namespace

Revocation find_revocation(const RevocationQuestion& question, const Evidence& evidence) {
    Revocation out;
    for (const OcspEvidence& item : evidence.ocsps()) ask_ocsp(item, question, evidence, out);
    for (const CrlEvidence& item : evidence.crls()) ask_crl(item, question, evidence, out);
    ERR_clear_error();
    return out;
}

bool needs_no_revocation(X509* certificate) {
    // By their dots: later OpenSSLs know some of these by name, earlier ones do not.
    static const Held<ASN1_OBJECT> no_revocation(OBJ_txt2obj("2.5.29.56", 1));
    static const Held<ASN1_OBJECT> short_term(OBJ_txt2obj("0.4.0.194121.2.1", 1));
    return X509_get_ext_by_OBJ(certificate, no_revocation.get(), -1) >= 0 ||
           X509_get_ext_by_OBJ(certificate, short_term.get(), -1) >= 0 ||
           (may_answer(certificate) && X509_get_ext_by_NID(certificate, NID_id_pkix_OCSP_noCheck, -1) >= 0);
}

RevocationPlaces revocation_places(X509* certificate) {
    RevocationPlaces out;
    const Held<AUTHORITY_INFO_ACCESS> access(static_cast<AUTHORITY_INFO_ACCESS*>(
        X509_get_ext_d2i(certificate, NID_info_access, nullptr, nullptr)));
    for (int i = 0; access && i < sk_ACCESS_DESCRIPTION_num(access.get()); ++i) {
        const ACCESS_DESCRIPTION* it = sk_ACCESS_DESCRIPTION_value(access.get(), i);
        if (OBJ_obj2nid(it->method) != NID_ad_OCSP) continue;
        GENERAL_NAMES* one = sk_GENERAL_NAME_new_null();
        sk_GENERAL_NAME_push(one, it->location);
        take_web_addresses(one, out.ocsp);
        sk_GENERAL_NAME_free(one);
    }
    const Held<STACK_OF(DIST_POINT)> points(static_cast<STACK_OF(DIST_POINT)*>(
        X509_get_ext_d2i(certificate, NID_crl_distribution_points, nullptr, nullptr)));
    for (int i = 0; points && i < sk_DIST_POINT_num(points.get()); ++i) {
        const DIST_POINT* point = sk_DIST_POINT_value(points.get(), i);
        if (point->distpoint && point->distpoint->type == 0)
            take_web_addresses(point->distpoint->name.fullname, out.crl);
    }
    ERR_clear_error();
    return out;
}

Bytes ocsp_request(X509* certificate, X509* issuer) {
    const Held<OCSP_REQUEST> request(OCSP_REQUEST_new());
    OCSP_CERTID* id = OCSP_cert_to_id(EVP_sha1(), certificate, issuer);  // what every responder understands
    if (!id || !OCSP_request_add0_id(request.get(), id)) return {};
    unsigned char* encoded = nullptr;
    const int size = i2d_OCSP_REQUEST(request.get(), &encoded);
    if (size < 0) return {};
    Bytes out(encoded, encoded + size);
    OPENSSL_free(encoded);
    return out;
}

}  // namespace naskah::verify
