#include "signing/timestamp.h"

#include <openssl/cms.h>
#include <openssl/ts.h>

#include <algorithm>
#include <array>
#include <chrono>

#include "core/date.h"
#include "core/text.h"
#include "signing/certificate_path.h"
#include "signing/openssl.h"

namespace naskah::signing {

namespace {

using RequestPtr = std::unique_ptr<TS_REQ, Freed<TS_REQ_free>>;
using ResponsePtr = std::unique_ptr<TS_RESP, Freed<TS_RESP_free>>;
using ImprintPtr = std::unique_ptr<TS_MSG_IMPRINT, Freed<TS_MSG_IMPRINT_free>>;
using AlgorithmPtr = std::unique_ptr<X509_ALGOR, Freed<X509_ALGOR_free>>;
using NumberPtr = std::unique_ptr<ASN1_INTEGER, Freed<ASN1_INTEGER_free>>;
using BigNumberPtr = std::unique_ptr<BIGNUM, Freed<BN_free>>;
using VerifyPtr = std::unique_ptr<TS_VERIFY_CTX, Freed<TS_VERIFY_CTX_free>>;
using InfoPtr = std::unique_ptr<TS_TST_INFO, Freed<TS_TST_INFO_free>>;
using CmsPtr = std::unique_ptr<CMS_ContentInfo, Freed<CMS_ContentInfo_free>>;

constexpr std::size_t largest_answer = 256U << 10U;

[[noreturn]] void refuse(const std::string& why) {
    ERR_clear_error();
    throw Error(Code::data, why);
}

struct Request {
    Bytes der;
    NumberPtr nonce;
};

Request make_request(const Sha256& imprint, Random& random) {
    std::array<std::uint8_t, 8> octets{};
    random.fill(octets);
    octets[0] = static_cast<std::uint8_t>(0x40 | (octets[0] & 0x3F));  // positive and of one length, always
    const BigNumberPtr number(BN_bin2bn(octets.data(), static_cast<int>(octets.size()), nullptr));
    Request made{{}, NumberPtr(number ? BN_to_ASN1_INTEGER(number.get(), nullptr) : nullptr)};
    const RequestPtr request(TS_REQ_new());
    const ImprintPtr message(TS_MSG_IMPRINT_new());
    const AlgorithmPtr algorithm(X509_ALGOR_new());
    require(request && message && algorithm && made.nonce, "permintaan stempel waktu");
    Sha256 digest = imprint;
    require(X509_ALGOR_set0(algorithm.get(), OBJ_nid2obj(NID_sha256), V_ASN1_NULL, nullptr) == 1 &&
                TS_MSG_IMPRINT_set_algo(message.get(), algorithm.get()) == 1 &&
                TS_MSG_IMPRINT_set_msg(message.get(), digest.octets.data(),
                                       static_cast<int>(digest.octets.size())) == 1 &&
                TS_REQ_set_version(request.get(), 1) == 1 &&
                TS_REQ_set_msg_imprint(request.get(), message.get()) == 1 &&
                TS_REQ_set_nonce(request.get(), made.nonce.get()) == 1 &&
                TS_REQ_set_cert_req(request.get(), 1) == 1,
            "permintaan stempel waktu");
    made.der = to_der(request.get(), i2d_TS_REQ);
    return made;
}

std::string status_of(TS_RESP* response) {
    static constexpr std::array<const char*, 6> words = {
        "granted", "grantedWithMods", "rejection", "waiting", "revocationWarning", "revocationNotification"};
    const TS_STATUS_INFO* info = TS_RESP_get_status_info(response);
    const long status = ASN1_INTEGER_get(TS_STATUS_INFO_get0_status(info));
    std::string text = status >= 0 && status < 6 ? words[static_cast<std::size_t>(status)] : "tidak dikenal";
    const STACK_OF(ASN1_UTF8STRING)* said = TS_STATUS_INFO_get0_text(info);
    if (said != nullptr && sk_ASN1_UTF8STRING_num(said) > 0) {
        const ASN1_UTF8STRING* first = sk_ASN1_UTF8STRING_value(said, 0);
        text += ": " + visible({reinterpret_cast<const char*>(ASN1_STRING_get0_data(first)),
                                static_cast<std::size_t>(ASN1_STRING_length(first))},
                               120);
    }
    return text;
}

bool is_granted(TS_RESP* response) {
    const long status = ASN1_INTEGER_get(TS_STATUS_INFO_get0_status(TS_RESP_get_status_info(response)));
    return status == TS_STATUS_GRANTED || status == TS_STATUS_GRANTED_WITH_MODS;
}

// The token as the authority encoded it: written anew, what it signed might come out otherwise.
Bytes token_of(BytesView response, PKCS7* token) {
    const unsigned char* at = response.data();
    const unsigned char* end = at + response.size();
    long length = 0;
    int tag = 0, kind = 0;
    const bool whole = ASN1_get_object(&at, &length, &tag, &kind, end - at) == V_ASN1_CONSTRUCTED &&
                       ASN1_get_object(&at, &length, &tag, &kind, end - at) == V_ASN1_CONSTRUCTED;
    ERR_clear_error();
    if (!whole || length >= end - at) return to_der(token, i2d_PKCS7);  // of indefinite length
    return {at + length, end};
}

// Imprint, nonce and the authority's signature, whose certificate serves as the anchor: who issued it is
// asked when its path is found (certificate_path.h).
void check_response(TS_RESP* response, const Request& request, const Timestamp& found) {
    const X509Ptr authority = read_certificate(found.authority);
    StorePtr store(X509_STORE_new());
    const VerifyPtr context(TS_VERIFY_CTX_new());
    require(authority && store && context && X509_STORE_add_cert(store.get(), authority.get()) == 1 &&
                X509_STORE_set_flags(store.get(), X509_V_FLAG_PARTIAL_CHAIN) == 1,
            "pemeriksaan stempel waktu");
    X509_VERIFY_PARAM* how = X509_STORE_get0_param(store.get());
    X509_VERIFY_PARAM_set_time(how, std::chrono::system_clock::to_time_t(found.time));
    X509_VERIFY_PARAM_set_auth_level(how, 2);
    const RequestPtr asked([&] {
        const unsigned char* at = request.der.data();
        return d2i_TS_REQ(nullptr, &at, static_cast<long>(request.der.size()));
    }());
    require(asked && TS_REQ_to_TS_VERIFY_CTX(asked.get(), context.get()) != nullptr,
            "pemeriksaan stempel waktu");
    TS_VERIFY_CTX_add_flags(context.get(), TS_VFY_SIGNATURE);
    TS_VERIFY_CTX_set_store(context.get(), store.release());  // which the context frees
    const bool good = TS_RESP_verify_response(context.get(), response) == 1;
    if (good) return;
    const char* reason = ERR_reason_error_string(ERR_peek_last_error());
    refuse("stempel waktunya tidak cocok dengan yang diminta, atau tanda tangannya tidak sah (" +
           std::string(reason != nullptr ? reason : "tanpa keterangan") + ")");
}

}  // namespace

Timestamp read_timestamp(BytesView token) {
    Timestamp found;
    found.token.assign(token.begin(), token.end());
    const unsigned char* at = token.data();
    const CmsPtr cms(d2i_CMS_ContentInfo(nullptr, &at, static_cast<long>(token.size())));
    if (!cms || at != token.data() + token.size()) refuse("stempel waktunya tidak terbaca");
    if (OBJ_obj2nid(CMS_get0_type(cms.get())) != NID_pkcs7_signed ||
        OBJ_obj2nid(CMS_get0_eContentType(cms.get())) != NID_id_smime_ct_TSTInfo)
        refuse("jawabannya bukan stempel waktu");
    ASN1_OCTET_STRING** content = CMS_get0_content(cms.get());
    if (content == nullptr || *content == nullptr) refuse("stempel waktunya kosong");
    const unsigned char* inside = ASN1_STRING_get0_data(*content);
    const InfoPtr info(d2i_TS_TST_INFO(nullptr, &inside, ASN1_STRING_length(*content)));
    if (!info || TS_TST_INFO_get_time(info.get()) == nullptr) refuse("isi stempel waktunya tidak terbaca");
    std::tm parts{};
    if (ASN1_TIME_to_tm(TS_TST_INFO_get_time(info.get()), &parts) != 1) refuse("waktunya tidak terbaca");
    found.time = to_instant(TS_TST_INFO_get_time(info.get()));

    STACK_OF(CMS_SignerInfo)* signers = CMS_get0_SignerInfos(cms.get());
    if (sk_CMS_SignerInfo_num(signers) != 1) refuse("stempel waktunya tidak bertanda tangan satu");
    CMS_SignerInfo* signer = sk_CMS_SignerInfo_value(signers, 0);
    X509_ALGOR* digest = nullptr;
    CMS_SignerInfo_get0_algs(signer, nullptr, nullptr, &digest, nullptr);
    const ASN1_OBJECT* algorithm = nullptr;
    X509_ALGOR_get0(&algorithm, nullptr, nullptr, digest);
    found.weak = OBJ_obj2nid(algorithm) == NID_sha1 || OBJ_obj2nid(algorithm) == NID_md5;
    STACK_OF(X509)* certificates = CMS_get1_certs(cms.get());
    for (int i = 0; i < sk_X509_num(certificates) && i < 32; ++i) {
        X509* one = sk_X509_value(certificates, i);
        found.certificates.push_back(to_der(one, i2d_X509));
        if (found.authority.empty() && CMS_SignerInfo_cert_cmp(signer, one) == 0) {
            found.authority = found.certificates.back();
            const PkeyPtr key(X509_get_pubkey(one));
            const int longest = key ? EVP_PKEY_get_size(key.get()) : 0;
            const int signature = ASN1_STRING_length(CMS_SignerInfo_get0_signature(signer));
            const int serial = ASN1_STRING_length(TS_TST_INFO_get_serial(info.get()));
            // Each of eight lengths on the way in may need one octet more.
            found.largest = token.size() + 8 + 7 +
                            static_cast<std::size_t>(std::max(longest - signature, 0)) +
                            static_cast<std::size_t>(std::max(21 - serial, 0));
        }
    }
    sk_X509_pop_free(certificates, X509_free);
    if (found.authority.empty()) refuse("stempel waktunya tanpa sertifikat otoritasnya");
    ERR_clear_error();
    return found;
}

Timestamp ask_timestamp(Web& web, const std::string& url, const Sha256& imprint, Random& random,
                        Instant now) try {
    const Request request = make_request(imprint, random);
    std::vector<Problem> refusals;
    const auto answer =
        ask_for(web, url, largest_answer, refusals, "application/timestamp-query", request.der);
    if (!answer) throw Error(Code::outside, std::move(refusals));
    const unsigned char* at = answer->data();
    const ResponsePtr response(d2i_TS_RESP(nullptr, &at, static_cast<long>(answer->size())));
    if (!response || at != answer->data() + answer->size())
        refuse("jawabannya bukan jawaban stempel waktu (RFC 3161)");
    if (!is_granted(response.get())) refuse("permintaan ditolak: " + status_of(response.get()));
    PKCS7* token = TS_RESP_get_token(response.get());
    if (token == nullptr) refuse("jawabannya tanpa stempel waktu");
    Timestamp found = read_timestamp(token_of(*answer, token));
    if (found.time > now + clock_tolerance || found.time < now - clock_tolerance)
        refuse("waktunya " + to_rfc3339(found.time) + ", sedangkan jam komputer ini " + to_rfc3339(now) +
               "; periksa jam komputer");
    if (found.weak) refuse("stempel waktunya memakai SHA-1 atau MD5");
    check_response(response.get(), request, found);
    return found;
} catch (const Error& error) {
    if (error.code() == Code::outside) throw;
    throw Error(Code::outside, error.problems().front().what, visible(url, 200),
                error.problems().front().remedy);
}

}  // namespace naskah::signing
