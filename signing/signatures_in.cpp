#include "signing/signatures_in.h"

#include <openssl/cms.h>

#include <algorithm>
#include <chrono>

#include "core/error.h"
#include "signing/field_tree.h"
#include "signing/openssl.h"
#include "signing/pdf_file.h"
#include "signing/validation_store.h"

namespace naskah::signing {

namespace {

using CmsPtr = std::unique_ptr<CMS_ContentInfo, Freed<CMS_ContentInfo_free>>;

[[noreturn]] void refuse(const std::string& what) {
    ERR_clear_error();
    throw Error(Code::data, "tanda tangan dalam berkas ini tidak terbaca: " + what, {},
                "Periksa berkasnya dengan naskah verify.");
}

// The DER value at the front of the contents; zeros pad it.
BytesView without_padding(BytesView contents) {
    const unsigned char* at = contents.data();
    long length = 0;
    int tag = 0, kind = 0;
    const int found = ASN1_get_object(&at, &length, &tag, &kind, static_cast<long>(contents.size()));
    if ((found & 0x80) != 0 || (found & 1) != 0) refuse("isinya bukan DER");
    return contents.first(static_cast<std::size_t>(at - contents.data()) + static_cast<std::size_t>(length));
}

void read_signature(BytesView der, SignatureFound& found) {
    const unsigned char* at = der.data();
    const CmsPtr cms(d2i_CMS_ContentInfo(nullptr, &at, static_cast<long>(der.size())));
    if (!cms || OBJ_obj2nid(CMS_get0_type(cms.get())) != NID_pkcs7_signed) refuse("isinya bukan CMS");
    STACK_OF(CMS_SignerInfo)* signers = CMS_get0_SignerInfos(cms.get());
    if (sk_CMS_SignerInfo_num(signers) != 1) refuse("penandatangannya bukan satu");
    CMS_SignerInfo* signer = sk_CMS_SignerInfo_value(signers, 0);
    const ASN1_OCTET_STRING* value = CMS_SignerInfo_get0_signature(signer);
    found.value.assign(ASN1_STRING_get0_data(value),
                       ASN1_STRING_get0_data(value) + ASN1_STRING_length(value));
    STACK_OF(X509)* certificates = CMS_get1_certs(cms.get());
    for (int i = 0; i < sk_X509_num(certificates) && i < 32; ++i) {
        X509* one = sk_X509_value(certificates, i);
        found.certificates.push_back(to_der(one, i2d_X509));
        if (CMS_SignerInfo_cert_cmp(signer, one) == 0) found.signer = found.certificates.back();
    }
    sk_X509_pop_free(certificates, X509_free);
    if (found.signer.empty()) refuse("sertifikat penandatangannya tidak ada");
    const int count = CMS_unsigned_get_attr_count(signer);
    for (int i = 0; i < count && i < 32; ++i) {
        X509_ATTRIBUTE* attribute = CMS_unsigned_get_attr(signer, i);
        if (OBJ_obj2nid(X509_ATTRIBUTE_get0_object(attribute)) != NID_id_smime_aa_timeStampToken) continue;
        for (int n = 0; n < X509_ATTRIBUTE_count(attribute); ++n) {
            const ASN1_TYPE* item = X509_ATTRIBUTE_get0_type(attribute, n);
            if (item == nullptr || item->type != V_ASN1_SEQUENCE) continue;
            const ASN1_STRING* token = item->value.sequence;
            found.timestamps.push_back(read_timestamp(
                {ASN1_STRING_get0_data(token), static_cast<std::size_t>(ASN1_STRING_length(token))}));
        }
    }
    ERR_clear_error();
}

std::string_view store_in(const PdfFile& file) {
    const Dictionary catalog = to_dictionary(file.resolve(file.trailer().find("Root")));
    return file.resolve(catalog.find("DSS"));
}

}  // namespace

std::vector<SignatureFound> signatures_in(BytesView pdf) {
    const PdfFile file(pdf);
    const Dictionary catalog = to_dictionary(file.resolve(file.trailer().find("Root")));
    std::vector<SignatureFound> all;
    for (const Dictionary& dictionary : look_at_form(file, catalog).signatures) {
        SignatureFound found;
        const std::string contents = to_octets(dictionary.find("Contents"));
        found.contents = to_bytes(contents);
        const auto range = file.resolve(dictionary.find("ByteRange"));
        const auto numbers = is_array(range) ? to_array(range) : std::vector<std::string_view>{};
        if (numbers.size() != 4 || contents.empty()) refuse("ByteRange atau Contents tidak ada");
        const auto from = to_integer(numbers[2]), size = to_integer(numbers[3]);
        if (!from || !size || *from < 0 || *size < 0 ||
            static_cast<std::uint64_t>(*from) + static_cast<std::uint64_t>(*size) > pdf.size())
            refuse("ByteRange menunjuk ke luar berkas");
        found.end = static_cast<std::size_t>(*from + *size);
        found.is_timestamp = to_name(dictionary.find("SubFilter")) == "ETSI.RFC3161";
        const BytesView der = without_padding(found.contents);
        if (found.is_timestamp) {
            Timestamp timestamp = read_timestamp(der);
            found.signer = timestamp.authority;
            found.certificates = timestamp.certificates;
            found.timestamps.push_back(std::move(timestamp));
            found.sees_store = is_dictionary(store_in(PdfFile(pdf.first(found.end))));
        } else {
            read_signature(der, found);
        }
        found.in_store = has_validation_data(file, found.contents);
        all.push_back(std::move(found));
    }
    if (all.empty())
        throw Error(Code::data, "berkas ini tidak bertanda tangan", {},
                    "Tandatangani dahulu dengan naskah sign.");
    std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.end < b.end; });
    return all;
}

Instant end_of_trust(BytesView certificate, bool weak) {
    using namespace std::chrono;
    const X509Ptr read = read_certificate(certificate);
    if (!read || weak) return Instant{};
    Instant end = to_instant(X509_get0_notAfter(read.get()));
    const PkeyPtr key(X509_get_pubkey(read.get()));
    if (key && EVP_PKEY_get_base_id(key.get()) == EVP_PKEY_RSA && EVP_PKEY_get_bits(key.get()) < 3000)
        end = std::min(end, Instant(sys_days(year{2031} / 1 / 1)));
    return end;
}

}  // namespace naskah::signing
