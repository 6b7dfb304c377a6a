#include "signing/certificate_file.h"

#include <openssl/pem.h>

#include "core/error.h"
#include "signing/openssl.h"

namespace naskah::signing {

namespace {

using BioPtr = std::unique_ptr<BIO, Freed<BIO_free>>;

RevocationList describe_list(const X509_CRL* list) {
    RevocationList found;
    found.issuer = short_name(X509_CRL_get_issuer(list));
    found.issued = to_instant(X509_CRL_get0_lastUpdate(list));
    if (const ASN1_TIME* next = X509_CRL_get0_nextUpdate(list)) found.next = to_instant(next);
    return found;
}

}  // namespace

std::string to_pem(const std::vector<Bytes>& certificates) {
    BioPtr memory(BIO_new(BIO_s_mem()));
    require(memory != nullptr, "PEM");
    for (const Bytes& der : certificates) {
        const unsigned char* at = der.data();
        const X509Ptr certificate(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
        require(certificate && PEM_write_bio_X509(memory.get(), certificate.get()) == 1, "PEM");
    }
    char* text = nullptr;
    const long size = BIO_get_mem_data(memory.get(), &text);
    return {text, static_cast<std::size_t>(size)};
}

std::vector<Bytes> certificates_in(BytesView pem_or_der) {
    std::vector<Bytes> found;
    const BioPtr memory(BIO_new_mem_buf(pem_or_der.data(), static_cast<int>(pem_or_der.size())));
    require(memory != nullptr, "PEM");
    while (const X509Ptr certificate{PEM_read_bio_X509(memory.get(), nullptr, nullptr, nullptr)})
        found.push_back(to_der(certificate.get(), i2d_X509));
    const unsigned char* at = pem_or_der.data();
    if (found.empty())
        if (const X509Ptr certificate{d2i_X509(nullptr, &at, static_cast<long>(pem_or_der.size()))})
            found.push_back(to_der(certificate.get(), i2d_X509));
    ERR_clear_error();
    if (found.empty())
        throw Error(Code::data, "berkas ini tidak memuat sertifikat", {},
                    "Minta berkas PEM atau DER yang utuh");
    return found;
}

CertificateFile read_certificates(BytesView pem_or_der) {
    CertificateFile file;
    const BioPtr memory(BIO_new_mem_buf(pem_or_der.data(), static_cast<int>(pem_or_der.size())));
    require(memory != nullptr, "PEM");
    for (;;) {
        char *name = nullptr, *header = nullptr;
        unsigned char* data = nullptr;
        long size = 0;
        if (PEM_read_bio(memory.get(), &name, &header, &data, &size) != 1) break;
        const std::string kind = name;
        const unsigned char* at = data;
        if (kind == PEM_STRING_X509) {
            if (const X509Ptr certificate{d2i_X509(nullptr, &at, size)})
                file.certificates.push_back(describe(certificate.get()));
        } else if (kind == PEM_STRING_X509_CRL) {
            if (const CrlPtr list{d2i_X509_CRL(nullptr, &at, size)})
                file.revocations.push_back(describe_list(list.get()));
        }
        OPENSSL_free(name);
        OPENSSL_free(header);
        OPENSSL_free(data);
    }
    if (file.certificates.empty() && file.revocations.empty()) {
        const auto size = static_cast<long>(pem_or_der.size());
        const unsigned char* at = pem_or_der.data();
        if (const X509Ptr certificate{d2i_X509(nullptr, &at, size)})
            file.certificates.push_back(describe(certificate.get()));
        at = pem_or_der.data();
        if (const CrlPtr list{d2i_X509_CRL(nullptr, &at, size)})
            file.revocations.push_back(describe_list(list.get()));
    }
    ERR_clear_error();
    if (file.certificates.empty() && file.revocations.empty())
        throw Error(Code::data, "berkas ini tidak memuat sertifikat atau daftar pencabutan", {},
                    "Minta berkas PEM atau DER yang utuh");
    return file;
}

}  // namespace naskah::signing
