#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <algorithm>

#include "core/error.h"
#include "core/file.h"
#include "core/text.h"
#include "verify/trust_store.h"

namespace naskah::verify {
namespace {

struct Free {
    void operator()(BIO* it) const { BIO_free(it); }
};

}  // namespace

Trust::Store::Store() : roots(X509_STORE_new(), X509_STORE_free) {}

Trust::Trust() : store_(std::make_unique<Store>()) {}
Trust::~Trust() = default;
Trust::Trust(Trust&&) noexcept = default;
Trust& Trust::operator=(Trust&&) noexcept = default;

void Trust::add(BytesView pem_or_der, const std::string& file) {
    std::size_t found = 0;
    auto take_certificate = [&](X509* raw) {
        Certificate certificate(raw, X509_free);
        ++found;
        const bool self_signed = X509_get_extension_flags(raw) & EXFLAG_SI;
        if (self_signed && X509_self_signed(raw, 1) == 1) {
            X509_STORE_add_cert(store_->roots.get(), raw);
        } else {
            store_->intermediates.push_back(std::move(certificate));
        }
    };
    auto take_crl = [&](X509_CRL* raw) {
        ++found;
        store_->crls.push_back({{raw, X509_CRL_free}, {}});
    };
    const std::unique_ptr<BIO, Free> in(
        BIO_new_mem_buf(pem_or_der.data(), static_cast<int>(pem_or_der.size())));
    if (as_text(pem_or_der).find("-----BEGIN ") != std::string_view::npos) {
        STACK_OF(X509_INFO)* infos = PEM_X509_INFO_read_bio(in.get(), nullptr, nullptr, nullptr);
        for (int i = 0; infos && i < sk_X509_INFO_num(infos); ++i) {
            X509_INFO* info = sk_X509_INFO_value(infos, i);
            if (info->x509) take_certificate(std::exchange(info->x509, nullptr));
            if (info->crl) take_crl(std::exchange(info->crl, nullptr));
        }
        sk_X509_INFO_pop_free(infos, X509_INFO_free);
    } else if (X509* certificate = d2i_X509_bio(in.get(), nullptr)) {
        take_certificate(certificate);
    } else {
        const unsigned char* at = pem_or_der.data();
        if (X509_CRL* crl = d2i_X509_CRL(nullptr, &at, static_cast<long>(pem_or_der.size()))) {
            take_crl(crl);
        } else if (auto answer = parse_ocsp(pem_or_der)) {
            ++found;
            store_->ocsps.push_back(std::move(*answer));
        }
    }
    ERR_clear_error();
    if (found == 0) {
        throw Error(Code::data, "tidak memuat sertifikat", file, "berikan berkas sertifikat PEM atau DER");
    }
}

void Trust::add_path(const std::filesystem::path& path) {
    constexpr std::size_t largest = 16u << 20;
    if (!std::filesystem::is_directory(path)) return add(read_file(path, largest), path.string());
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(path)) {
        if (entry.is_regular_file()) files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    std::size_t useful = 0;
    for (const std::filesystem::path& file : files) {
        try {
            add(read_file(file, largest), file.string());
            ++useful;
        } catch (const Error&) {
            // A note to the reader, a key that may not be read: not what was asked for.
        }
    }
    if (useful == 0)
        throw Error(Code::data, "tidak ada sertifikat di folder ini", path.string(),
                    "letakkan berkas sertifikat PEM atau DER di dalamnya");
}

}  // namespace naskah::verify
