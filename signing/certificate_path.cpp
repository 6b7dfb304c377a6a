#include "signing/certificate_path.h"

#include <openssl/pem.h>

#include <algorithm>
#include <chrono>
#include <optional>

#include "core/date.h"
#include "core/text.h"
#include "signing/chain.h"
#include "signing/openssl.h"

namespace naskah::signing {

namespace {

constexpr std::size_t longest_path = 10;
constexpr int most_addresses = 4;
constexpr std::size_t largest_issuer_file = 1U << 20U;

bool is_self_issued(X509* certificate) {
    return X509_NAME_cmp(X509_get_subject_name(certificate), X509_get_issuer_name(certificate)) == 0;
}

bool issued(X509* issuer, X509* subject) {
    PkeyPtr key(X509_get_pubkey(issuer));
    const bool so =
        X509_check_issued(issuer, subject) == X509_V_OK && key && X509_verify(subject, key.get()) == 1;
    ERR_clear_error();
    return so;
}

// The certificates of a .cer or .p7c file.
std::vector<Bytes> issuers_in(BytesView file) {
    std::vector<Bytes> found;
    if (read_certificate(file)) {
        found.emplace_back(file.begin(), file.end());
        return found;
    }
    const unsigned char* at = file.data();
    const Pkcs7Ptr bundle(d2i_PKCS7(nullptr, &at, static_cast<long>(file.size())));
    ERR_clear_error();
    if (!bundle || !PKCS7_type_is_signed(bundle.get()) || bundle->d.sign == nullptr) return found;
    for (int i = 0; i < sk_X509_num(bundle->d.sign->cert) && i < 32; ++i)
        found.push_back(to_der(sk_X509_value(bundle->d.sign->cert, i), i2d_X509));
    return found;
}

std::vector<std::string> issuer_addresses(X509* certificate) {
    std::vector<std::string> urls;
    auto* access =
        static_cast<AUTHORITY_INFO_ACCESS*>(X509_get_ext_d2i(certificate, NID_info_access, nullptr, nullptr));
    for (int i = 0; i < sk_ACCESS_DESCRIPTION_num(access); ++i) {
        const ACCESS_DESCRIPTION* one = sk_ACCESS_DESCRIPTION_value(access, i);
        if (OBJ_obj2nid(one->method) != NID_ad_ca_issuers || one->location->type != GEN_URI) continue;
        const ASN1_STRING* uri = one->location->d.uniformResourceIdentifier;
        urls.emplace_back(reinterpret_cast<const char*>(ASN1_STRING_get0_data(uri)),
                          static_cast<std::size_t>(ASN1_STRING_length(uri)));
    }
    AUTHORITY_INFO_ACCESS_free(access);
    ERR_clear_error();
    return urls;
}

const Bytes* issuer_among(X509* certificate, const std::vector<Bytes>& some) {
    for (const Bytes& der : some)
        if (const X509Ptr candidate = read_certificate(der);
            candidate && issued(candidate.get(), certificate))
            return &der;
    return nullptr;
}

bool has_root(const AtHand& at_hand) {
    return std::any_of(at_hand.certificates.begin(), at_hand.certificates.end(), [](const Bytes& der) {
        const X509Ptr certificate = read_certificate(der);
        return certificate && is_self_issued(certificate.get());
    });
}

Bytes fetch_issuer(X509* certificate, Web& web) {
    std::vector<Problem> refusals;
    int asked = 0;
    for (const std::string& url : issuer_addresses(certificate)) {
        if (++asked > most_addresses) break;
        const auto file = ask_for(web, url, largest_issuer_file, refusals);
        if (!file) continue;
        const std::vector<Bytes> some = issuers_in(*file);
        if (const Bytes* found = issuer_among(certificate, some)) return *found;
        refusals.push_back({"isinya bukan sertifikat penerbitnya", visible(url, 200), {}});
    }
    const std::string name = short_name(X509_get_subject_name(certificate));
    if (refusals.empty())
        throw Error(Code::data,
                    "sertifikat penerbit " + short_name(X509_get_issuer_name(certificate)) + " tidak ada",
                    name, "Tambahkan sertifikat penerbit dan akarnya (--trust, atau folder trust/ kantor).");
    refusals.insert(
        refusals.begin(),
        {"sertifikat penerbit " + short_name(X509_get_issuer_name(certificate)) + " tidak dapat diambil",
         name, "Periksa jaringan lalu ulangi, atau tambahkan sertifikatnya."});
    throw Error(Code::outside, std::move(refusals));
}

// Signatures, dates, constraints and strength of the whole path.
void check_path(const Path& path, Instant at) {
    const X509Ptr leaf = read_certificate(path.front()), root = read_certificate(path.back());
    STACK_OF(X509)* between = sk_X509_new_null();
    for (std::size_t i = 1; i + 1 < path.size(); ++i)
        sk_X509_push(between, read_certificate(path[i]).release());
    const StorePtr store(X509_STORE_new());
    const StoreContextPtr context(X509_STORE_CTX_new());
    bool good = store && context && X509_STORE_add_cert(store.get(), root.get()) == 1 &&
                X509_STORE_CTX_init(context.get(), store.get(), leaf.get(), between) == 1;
    std::string why;
    if (good) {
        X509_VERIFY_PARAM* how = X509_STORE_CTX_get0_param(context.get());
        X509_VERIFY_PARAM_set_time(how, std::chrono::system_clock::to_time_t(at));
        X509_VERIFY_PARAM_set_auth_level(how, 2);  // 112 bits: no SHA-1, no RSA under 2048
        good = X509_verify_cert(context.get()) == 1;
        why = X509_verify_cert_error_string(X509_STORE_CTX_get_error(context.get()));
    }
    sk_X509_pop_free(between, X509_free);
    ERR_clear_error();
    if (good) return;
    const Certificate about = describe(leaf.get());
    throw Error(
        Code::data,
        "rantai sertifikat " + about.common_name + " tidak sah pada " + to_rfc3339(at) + " (" + why + ")",
        "berlaku " + to_rfc3339(about.not_before) + " sampai " + to_rfc3339(about.not_after),
        "Perbarui sertifikat yang tidak berlaku, atau pakai otoritas lain.");
}

}  // namespace

void AtHand::add(BytesView pem_or_der) {
    const std::size_t before = certificates.size() + revocation_lists.size();
    BIO* memory = BIO_new_mem_buf(pem_or_der.data(), static_cast<int>(pem_or_der.size()));
    require(memory != nullptr, "PEM");
    char *name = nullptr, *header = nullptr;
    unsigned char* data = nullptr;
    long size = 0;
    while (PEM_read_bio(memory, &name, &header, &data, &size) == 1) {
        const std::string kind = name;
        if (kind == PEM_STRING_X509) certificates.emplace_back(data, data + size);
        if (kind == PEM_STRING_X509_CRL) revocation_lists.emplace_back(data, data + size);
        OPENSSL_free(name);
        OPENSSL_free(header);
        OPENSSL_free(data);
    }
    BIO_free(memory);
    ERR_clear_error();
    if (certificates.size() + revocation_lists.size() > before) return;
    if (read_certificate(pem_or_der))
        return certificates.emplace_back(pem_or_der.begin(), pem_or_der.end()), void();
    const unsigned char* at = pem_or_der.data();
    if (const CrlPtr list{d2i_X509_CRL(nullptr, &at, static_cast<long>(pem_or_der.size()))})
        return revocation_lists.emplace_back(pem_or_der.begin(), pem_or_der.end()), void();
    ERR_clear_error();
    throw Error(Code::data, "berkas ini tidak memuat sertifikat atau daftar pencabutan", {},
                "Minta berkas PEM atau DER yang utuh");
}

bool is_web_address(std::string_view url) {
    const std::size_t scheme = url.starts_with("https://") ? 8 : url.starts_with("http://") ? 7 : 0;
    if (scheme == 0 || url.size() > 2000 || url.size() == scheme) return false;
    if (std::any_of(url.begin(), url.end(), [](char c) { return c <= ' ' || c > '~'; })) return false;
    const auto host = url.substr(scheme, url.find_first_of("/?#", scheme) - scheme);
    return !host.empty() && host.find('@') == std::string_view::npos;
}

std::optional<Bytes> ask_for(Web& web, const std::string& url, std::size_t largest,
                             std::vector<Problem>& refusals, const std::string& type, BytesView body) {
    const std::string where = visible(url, 200);
    if (!is_web_address(url)) {
        refusals.push_back({"alamat ini bukan alamat web yang dapat ditanya", where, {}});
        return std::nullopt;
    }
    WebRequest request;
    request.url = url;
    request.largest_answer = largest;
    if (!type.empty()) {
        request.method = "POST";
        request.headers = {{"Content-Type", type}};
        request.body.assign(body.begin(), body.end());
    }
    try {
        WebAnswer answer = web.ask(request);
        if (answer.status == 200 && answer.body.size() <= largest && !answer.body.empty())
            return std::move(answer.body);
        refusals.push_back({answer.status != 200  ? "menjawab dengan status " + std::to_string(answer.status)
                            : answer.body.empty() ? "jawabannya kosong"
                                                  : "jawabannya terlalu besar",
                            where,
                            {}});
    } catch (const WebTrouble& trouble) {
        refusals.push_back({trouble.what.empty() ? "tidak menjawab" : trouble.what, where, {}});
    }
    return std::nullopt;
}

Path find_path(BytesView certificate, const std::vector<Bytes>& with, const AtHand& at_hand, Web& web,
               Instant at) {
    Path path{Bytes(certificate.begin(), certificate.end())};
    for (;;) {
        const X509Ptr last = read_certificate(path.back());
        if (!last) throw Error(Code::data, "sertifikat tidak terbaca");
        if (is_self_issued(last.get())) break;
        if (path.size() == longest_path)
            throw Error(Code::data, "rantai sertifikat terlalu panjang",
                        short_name(X509_get_subject_name(last.get())));
        const Bytes* issuer = issuer_among(last.get(), at_hand.certificates);
        if (issuer == nullptr) issuer = issuer_among(last.get(), with);
        Bytes next = issuer != nullptr ? *issuer : fetch_issuer(last.get(), web);
        if (std::find(path.begin(), path.end(), next) != path.end())
            throw Error(Code::data, "rantai sertifikat berputar",
                        short_name(X509_get_subject_name(last.get())));
        path.push_back(std::move(next));
    }
    const auto& known = at_hand.certificates;
    if (has_root(at_hand) && std::find(known.begin(), known.end(), path.back()) == known.end())
        throw Error(
            Code::data,
            "sertifikat akar " + short_name(X509_get_subject_name(read_certificate(path.back()).get())) +
                " tidak termasuk yang dipercaya",
            short_name(X509_get_subject_name(read_certificate(path.front()).get())),
            "Taruh sertifikat akar itu di folder trust/ kantor (atau --trust) bila memang dipercaya.");
    check_path(path, at);
    return path;
}

}  // namespace naskah::signing
