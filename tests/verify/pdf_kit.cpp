#include "pdf_kit.h"

#include <openssl/cms.h>
#include <openssl/evp.h>
#include <openssl/ocsp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <cstdio>
#include <stdexcept>

#include "core/date.h"

namespace kit {
namespace {

std::string padded(std::size_t number) {
    std::string digits = std::to_string(number);
    return std::string(10 - digits.size(), '0') + digits;
}

std::time_t seconds(naskah::Instant at) {
    return std::chrono::duration_cast<std::chrono::seconds>(at.time_since_epoch()).count();
}

void must(bool good, const char* what) {
    if (!good) throw std::runtime_error(std::string("kit: ") + what);
}

constexpr const char* range_room = "[0000000000 0000000000 0000000000 0000000000]";

}  // namespace

PdfWriter::PdfWriter(std::string before) : text_(std::move(before)) {
    if (text_.empty()) {
        text_ = "%PDF-1.7\n%\xe2\xe3\xcf\xd3\n";
        return;
    }
    const std::size_t at = text_.rfind("startxref");
    previous_ = "/Prev " + std::to_string(std::stoul(text_.substr(at + 10))) + " ";
    if (text_.back() != '\n') text_ += '\n';
}

void PdfWriter::object(int number, const std::string& body) {
    offsets_[number] = text_.size();
    text_ += std::to_string(number) + " 0 obj\n" + body + "\nendobj\n";
}

void PdfWriter::stream(int number, const std::string& entries, const std::string& data) {
    object(number, "<< " + entries + " /Length " + std::to_string(data.size()) + " >>\nstream\n" + data +
                       "\nendstream");
}

std::string PdfWriter::finish(const std::string& more_trailer) {
    const std::size_t at = text_.size();
    text_ += "xref\n";
    if (!previous_.empty() && offsets_.empty() && freed_.empty()) text_ += "0 0\n";
    if (previous_.empty()) text_ += "0 1\n0000000000 65535 f \n";
    for (const auto& [number, offset] : offsets_) {
        text_ += std::to_string(number) + " 1\n" + padded(offset) + " 00000 n \n";
    }
    for (const int number : freed_) text_ += std::to_string(number) + " 1\n0000000000 00001 f \n";
    text_ += "trailer\n<< /Size 100 /Root 1 0 R " + previous_ + more_trailer + ">>\nstartxref\n" +
             std::to_string(at) + "\n%%EOF\n";
    return text_;
}

naskah::Instant now() { return *naskah::parse_rfc3339("2026-03-26T06:00:00Z"); }

Person make_person(const CertificateWishes& wishes) {
    Person out;
    EVP_PKEY* key = wishes.rsa ? EVP_RSA_gen(static_cast<unsigned>(wishes.rsa_bits)) : EVP_EC_gen("P-256");
    must(key != nullptr, "key");
    out.key.reset(key, EVP_PKEY_free);
    out.certificate.reset(X509_new(), X509_free);
    X509* certificate = out.certificate.get();
    static long serial = 1000;
    X509_set_version(certificate, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), ++serial);
    constexpr int day = 24 * 3600;
    ASN1_TIME_set(X509_getm_notBefore(certificate),
                  seconds(now()) - static_cast<long>(wishes.days_before) * day);
    ASN1_TIME_set(X509_getm_notAfter(certificate),
                  seconds(now()) + static_cast<long>(wishes.days_after) * day);
    X509_NAME* name = X509_get_subject_name(certificate);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(wishes.name.c_str()), -1, -1, 0);
    X509* issuer = wishes.issuer ? wishes.issuer->certificate.get() : certificate;
    X509_set_issuer_name(certificate, X509_get_subject_name(issuer));
    X509_set_pubkey(certificate, key);
    auto extend = [&](int nid, const std::string& value) {
        if (value.empty()) return;
        X509V3_CTX context;
        X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
        X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
        must(extension != nullptr, "extension");
        X509_add_ext(certificate, extension, -1);
        X509_EXTENSION_free(extension);
    };
    extend(NID_basic_constraints, wishes.is_ca ? "critical,CA:TRUE" : "critical,CA:FALSE");
    extend(NID_key_usage, wishes.key_usage);
    extend(NID_ext_key_usage, wishes.extended_key_usage);
    extend(NID_subject_key_identifier, "hash");
    if (wishes.needs_no_revocation) {
        ASN1_OBJECT* type = OBJ_txt2obj("2.5.29.56", 1);
        ASN1_OCTET_STRING* null = ASN1_OCTET_STRING_new();
        ASN1_OCTET_STRING_set(null, reinterpret_cast<const unsigned char*>("\5"), 2);
        X509_EXTENSION* extension = X509_EXTENSION_create_by_OBJ(nullptr, type, 0, null);
        X509_add_ext(certificate, extension, -1);
        X509_EXTENSION_free(extension);
        ASN1_OCTET_STRING_free(null);
        ASN1_OBJECT_free(type);
    }
    if (!wishes.ocsp_url.empty()) extend(NID_info_access, "OCSP;URI:" + wishes.ocsp_url);
    if (!wishes.crl_url.empty()) extend(NID_crl_distribution_points, "URI:" + wishes.crl_url);
    EVP_PKEY* signer = wishes.issuer ? wishes.issuer->key.get() : key;
    if (!wishes.pss_digest) {
        must(X509_sign(certificate, signer, EVP_sha256()) > 0, "sign certificate");
        return out;
    }
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    EVP_PKEY_CTX* padding = nullptr;
    must(EVP_DigestSignInit(context, &padding, EVP_get_digestbyname(wishes.pss_digest), nullptr, signer) ==
                 1 &&
             EVP_PKEY_CTX_set_rsa_padding(padding, RSA_PKCS1_PSS_PADDING) == 1 &&
             X509_sign_ctx(certificate, context) > 0,
         "sign certificate");
    EVP_MD_CTX_free(context);
    return out;
}

std::string to_pem(const Person& person) {
    BIO* out = BIO_new(BIO_s_mem());
    PEM_write_bio_X509(out, person.certificate.get());
    char* data = nullptr;
    const long size = BIO_get_mem_data(out, &data);
    std::string text(data, static_cast<std::size_t>(size));
    BIO_free(out);
    return text;
}

std::string make_crl(const Person& issuer, const Person& revoked, naskah::Instant when, const char* day) {
    X509_CRL* crl = X509_CRL_new();
    X509_CRL_set_version(crl, X509_CRL_VERSION_2);
    X509_CRL_set_issuer_name(crl, X509_get_subject_name(issuer.certificate.get()));
    ASN1_TIME* time = ASN1_TIME_set(nullptr, seconds(when));
    X509_CRL_set1_lastUpdate(crl, time);
    X509_REVOKED* entry = X509_REVOKED_new();
    X509_REVOKED_set_serialNumber(entry, X509_get_serialNumber(revoked.certificate.get()));
    X509_REVOKED_set_revocationDate(entry, time);
    if (day) ASN1_STRING_set(const_cast<ASN1_TIME*>(X509_REVOKED_get0_revocationDate(entry)), day, -1);
    X509_CRL_add0_revoked(crl, entry);
    ASN1_TIME_free(time);
    must(X509_CRL_sign(crl, issuer.key.get(), EVP_sha256()) > 0, "sign crl");
    BIO* out = BIO_new(BIO_s_mem());
    PEM_write_bio_X509_CRL(out, crl);
    char* data = nullptr;
    const long size = BIO_get_mem_data(out, &data);
    std::string text(data, static_cast<std::size_t>(size));
    BIO_free(out);
    X509_CRL_free(crl);
    return text;
}

std::string crl_to_der(const std::string& pem) {
    BIO* in = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
    X509_CRL* crl = PEM_read_bio_X509_CRL(in, nullptr, nullptr, nullptr);
    unsigned char* data = nullptr;
    const int size = i2d_X509_CRL(crl, &data);
    std::string out(reinterpret_cast<char*>(data), static_cast<std::size_t>(size));
    OPENSSL_free(data);
    X509_CRL_free(crl);
    BIO_free(in);
    return out;
}

std::string to_der(const Person& person) {
    unsigned char* data = nullptr;
    const int size = i2d_X509(person.certificate.get(), &data);
    std::string out(reinterpret_cast<char*>(data), static_cast<std::size_t>(size));
    OPENSSL_free(data);
    return out;
}

std::string make_ocsp(const AnswerWishes& wishes) {
    const Person& responder = wishes.responder ? *wishes.responder : *wishes.issuer;
    OCSP_BASICRESP* basic = OCSP_BASICRESP_new();
    OCSP_CERTID* id =
        OCSP_cert_to_id(EVP_sha1(), wishes.subject->certificate.get(), wishes.issuer->certificate.get());
    ASN1_TIME* issued = ASN1_TIME_set(nullptr, seconds(wishes.issued));
    ASN1_TIME* next = ASN1_TIME_set(nullptr, seconds(wishes.next));
    ASN1_TIME* revoked = wishes.revoked ? ASN1_TIME_set(nullptr, seconds(*wishes.revoked)) : nullptr;
    must(OCSP_basic_add1_status(basic, id, revoked ? V_OCSP_CERTSTATUS_REVOKED : V_OCSP_CERTSTATUS_GOOD,
                                revoked ? OCSP_REVOKED_STATUS_KEYCOMPROMISE : 0, revoked, issued,
                                next) != nullptr,
         "ocsp status");
    ASN1_GENERALIZEDTIME* said = nullptr;
    OCSP_single_get0_status(OCSP_resp_get0(basic, 0), nullptr, &said, nullptr, nullptr);
    if (wishes.revoked_day) ASN1_STRING_set(said, wishes.revoked_day, -1);
    must(OCSP_basic_sign(basic, responder.certificate.get(), responder.key.get(), EVP_sha256(), nullptr, 0) ==
             1,
         "ocsp sign");
    OCSP_RESPONSE* response = OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic);
    unsigned char* data = nullptr;
    const int size = i2d_OCSP_RESPONSE(response, &data);
    std::string out(reinterpret_cast<char*>(data), static_cast<std::size_t>(size));
    OPENSSL_free(data);
    for (ASN1_TIME* time : {issued, next, revoked}) ASN1_TIME_free(time);
    OCSP_CERTID_free(id);
    OCSP_RESPONSE_free(response);
    OCSP_BASICRESP_free(basic);
    return out;
}

naskah::verify::Trust Office::trust() const {
    naskah::verify::Trust out;
    const std::string pem = to_pem(root);
    out.add(naskah::as_bytes(pem), "root.pem");
    return out;
}

const Office& office() {
    static const Office it = [] {
        Office out;
        out.root =
            make_person({.name = "CONTOH Akar", .is_ca = true, .key_usage = "critical,keyCertSign,cRLSign"});
        out.intermediate = make_person({.name = "CONTOH Antara",
                                        .issuer = &out.root,
                                        .is_ca = true,
                                        .key_usage = "critical,keyCertSign,cRLSign"});
        out.signer = make_person({.name = "CONTOH Kepala Dinas",
                                  .issuer = &out.intermediate,
                                  .key_usage = "critical,digitalSignature,nonRepudiation"});
        out.other = make_person({.name = "CONTOH Orang Lain",
                                 .issuer = &out.intermediate,
                                 .key_usage = "critical,digitalSignature,nonRepudiation"});
        return out;
    }();
    return it;
}

Bytes der(std::uint8_t tag, const Bytes& content) {
    Bytes out{tag};
    if (content.size() < 0x80) {
        out.push_back(static_cast<std::uint8_t>(content.size()));
    } else {
        out.push_back(content.size() < 0x100 ? 0x81 : 0x82);
        if (content.size() >= 0x100) out.push_back(static_cast<std::uint8_t>(content.size() >> 8));
        out.push_back(static_cast<std::uint8_t>(content.size()));
        must(content.size() < 0x10000, "der");
    }
    out.insert(out.end(), content.begin(), content.end());
    return out;
}

Bytes der(std::uint8_t tag, const std::vector<Bytes>& parts) {
    Bytes content;
    for (const Bytes& part : parts) content.insert(content.end(), part.begin(), part.end());
    return der(tag, content);
}

Bytes der_oid(const std::string& dotted) {
    ASN1_OBJECT* object = OBJ_txt2obj(dotted.c_str(), 1);
    unsigned char* data = nullptr;
    const int size = i2d_ASN1_OBJECT(object, &data);
    Bytes out(data, data + size);
    OPENSSL_free(data);
    ASN1_OBJECT_free(object);
    return out;
}

Bytes attribute(const std::string& oid, const Bytes& value) {
    return der(0x30, std::vector<Bytes>{der_oid(oid), der(0x31, value)});
}

namespace {

Bytes encoded(const Person& person) {
    unsigned char* data = nullptr;
    const int size = i2d_X509(person.certificate.get(), &data);
    Bytes out(data, data + size);
    OPENSSL_free(data);
    return out;
}

Bytes digest(const std::string& name, const Bytes& message) {
    Bytes out(EVP_MAX_MD_SIZE);
    unsigned size = 0;
    must(EVP_Digest(message.data(), message.size(), out.data(), &size, EVP_get_digestbyname(name.c_str()),
                    nullptr) == 1,
         "digest");
    out.resize(size);
    return out;
}

std::string ecdsa_oid(const std::string& digest) {
    if (digest == "SHA1") return "1.2.840.10045.4.1";
    if (digest == "SHA256") return "1.2.840.10045.4.3.2";
    if (digest == "SHA384") return "1.2.840.10045.4.3.3";
    if (digest == "SHA512") return "1.2.840.10045.4.3.4";
    return "1.2.840.10045.2.1";  // leaves the digest to digestAlgorithm
}

std::string digest_oid(const std::string& name) {
    if (name == "SHA1") return "1.3.14.3.2.26";
    if (name == "MD5") return "1.2.840.113549.2.5";
    if (name == "SHA384") return "2.16.840.1.101.3.4.2.2";
    if (name == "SHA512") return "2.16.840.1.101.3.4.2.3";
    return "2.16.840.1.101.3.4.2.1";
}

Bytes issuer_and_serial(const Person& person) {
    unsigned char* name = nullptr;
    const int size = i2d_X509_NAME(X509_get_issuer_name(person.certificate.get()), &name);
    Bytes issuer(name, name + size);
    OPENSSL_free(name);
    unsigned char* number = nullptr;
    const int number_size = i2d_ASN1_INTEGER(X509_get_serialNumber(person.certificate.get()), &number);
    Bytes serial(number, number + number_size);
    OPENSSL_free(number);
    return der(0x30, std::vector<Bytes>{issuer, serial});
}

Bytes signature_value(const Person& person, const char* hash, const Bytes& message) {
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    std::size_t size = 0;
    must(EVP_DigestSignInit(context, nullptr, EVP_get_digestbyname(hash), nullptr, person.key.get()) == 1,
         "sign init");
    must(EVP_DigestSign(context, nullptr, &size, message.data(), message.size()) == 1, "sign size");
    Bytes out(size);
    must(EVP_DigestSign(context, out.data(), &size, message.data(), message.size()) == 1, "sign");
    out.resize(size);
    EVP_MD_CTX_free(context);
    return out;
}

}  // namespace

Bytes raw_signature(const Person& person, const char* hash, const Bytes& message) {
    return signature_value(person, hash, message);
}

Bytes make_cms(const std::string& message, const CmsWishes& wishes) {
    const Person& signer = wishes.signer ? *wishes.signer : office().signer;
    const Person& named = wishes.names ? *wishes.names : signer;
    const Bytes body = naskah::to_bytes(message);
    const std::string& data_oid = wishes.content_type;
    const Bytes algorithm = der(0x30, der_oid(digest_oid(wishes.digest)));

    std::vector<Bytes> attributes;
    if (wishes.attributes != Attributes::none) {
        attributes.push_back(attribute("1.2.840.113549.1.9.3", der_oid(data_oid)));
        attributes.push_back(attribute("1.2.840.113549.1.9.4", der(0x04, digest(wishes.digest, body))));
        if (wishes.attributes == Attributes::cades) {
            const Bytes id = der(0x30, der(0x04, digest("SHA256", encoded(named))));
            attributes.push_back(attribute("1.2.840.113549.1.9.16.2.47", der(0x30, der(0x30, id))));
        }
        if (wishes.change_attributes) wishes.change_attributes(attributes);
        std::sort(attributes.begin(), attributes.end(),
                  [](const Bytes& a, const Bytes& b) { return naskah::as_text(a) < naskah::as_text(b); });
        if (!wishes.sorted) std::reverse(attributes.begin(), attributes.end());
    }
    const Bytes to_sign = attributes.empty() ? body : der(0x31, attributes);
    const bool rsa = EVP_PKEY_get_base_id(signer.key.get()) == EVP_PKEY_RSA;
    const Bytes key_algorithm =
        rsa ? der(0x30, std::vector<Bytes>{der_oid("1.2.840.113549.1.1.1"), Bytes{5, 0}})
            : der(0x30, der_oid(ecdsa_oid(wishes.digest)));
    std::vector<Bytes> info = {Bytes{2, 1, 1}, issuer_and_serial(signer), algorithm};
    if (!attributes.empty()) info.push_back(der(0xa0, attributes));
    info.push_back(key_algorithm);
    const Bytes value = signature_value(signer, wishes.digest, to_sign);
    info.push_back(der(0x04, value));
    std::vector<Bytes> unsigned_attributes = wishes.unsigned_attributes;
    if (wishes.stamp) unsigned_attributes.push_back(wishes.stamp(value));
    if (!unsigned_attributes.empty()) info.push_back(der(0xa1, unsigned_attributes));

    std::vector<Bytes> content = {der_oid(data_oid)};
    if (!wishes.detached) content.push_back(der(0xa0, der(0x04, body)));
    std::vector<Bytes> data = {Bytes{2, 1, 1}, der(0x31, algorithm), der(0x30, content)};
    if (wishes.with_certificates) {
        std::vector<Bytes> certificates = {encoded(signer), encoded(office().intermediate)};
        for (const Person* person : wishes.more_certificates) certificates.push_back(encoded(*person));
        data.push_back(der(0xa0, certificates));
    }
    data.push_back(der(0x31, std::vector<Bytes>(static_cast<std::size_t>(wishes.signers), der(0x30, info))));
    return der(0x30, std::vector<Bytes>{der_oid("1.2.840.113549.1.7.2"), der(0xa0, der(0x30, data))});
}

// TSTInfo (RFC 3161 2.4.2) as the content of a SignedData.
Bytes make_token(const Bytes& message, const Person& authority, naskah::Instant time) {
    ASN1_GENERALIZEDTIME* when = ASN1_GENERALIZEDTIME_set(nullptr, seconds(time));
    const std::string text(reinterpret_cast<const char*>(ASN1_STRING_get0_data(when)),
                           static_cast<std::size_t>(ASN1_STRING_length(when)));
    ASN1_GENERALIZEDTIME_free(when);
    return make_token(message, authority, text);
}

Bytes make_token(const Bytes& message, const Person& authority, const std::string& text) {
    const Bytes imprint = der(0x30, std::vector<Bytes>{der(0x30, der_oid(digest_oid("SHA256"))),
                                                       der(0x04, digest("SHA256", message))});
    const Bytes info = der(0x30, std::vector<Bytes>{Bytes{2, 1, 1}, der_oid("1.2.3.4"), imprint,
                                                    Bytes{2, 1, 7}, der(0x18, naskah::to_bytes(text))});
    return make_cms(std::string(naskah::as_text(info)),
                    {.signer = &authority, .detached = false, .content_type = "1.2.840.113549.1.9.16.1.4"});
}

Bytes stamp_attribute(const Bytes& token) { return attribute("1.2.840.113549.1.9.16.2.14", token); }

bool openssl_accepts(const Bytes& octets, const std::string& message) {
    const unsigned char* at = octets.data();
    CMS_ContentInfo* cms = d2i_CMS_ContentInfo(nullptr, &at, static_cast<long>(octets.size()));
    X509_STORE* store = X509_STORE_new();
    X509_STORE_add_cert(store, office().root.certificate.get());
    X509_VERIFY_PARAM_set_time(X509_STORE_get0_param(store), seconds(now()));
    X509_VERIFY_PARAM_set_purpose(X509_STORE_get0_param(store), X509_PURPOSE_ANY);
    BIO* in = BIO_new_mem_buf(message.data(), static_cast<int>(message.size()));
    const bool good = cms && CMS_verify(cms, nullptr, store, in, nullptr, CMS_BINARY) == 1;
    BIO_free(in);
    X509_STORE_free(store);
    CMS_ContentInfo_free(cms);
    return good;
}

std::string plain_pdf() {
    PdfWriter pdf;
    pdf.object(1, "<< /Type /Catalog /Pages 2 0 R >>");
    pdf.object(2, "<< /Type /Pages /Kids [3 0 R] /Count 1 >>");
    pdf.object(3,
               "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << "
               "/F1 << /Type "
               "/Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>");
    pdf.stream(4, "", "BT /F1 12 Tf 72 720 Td (Surat Perintah Tugas) Tj ET");
    return pdf.finish();
}

std::string signature_object(const SignWishes& wishes) {
    std::string reference;
    if (wishes.certify > 0) {
        reference =
            "/Reference [<< /Type /SigRef /TransformMethod /DocMDP /TransformParams << /Type "
            "/TransformParams /V "
            "/1.2 /P " +
            std::to_string(wishes.certify) + " >> >>] ";
    }
    return "<< " + wishes.type + "/Filter /Adobe.PPKLite /SubFilter /" + wishes.subfilter + " /ByteRange " +
           range_room + " /M (D:20260326130000+07'00') " + reference + wishes.dictionary_more +
           "/Contents <" + std::string(wishes.room * 2, '0') + "> >>";
}

std::string fill(std::string pdf, const SignWishes& wishes) {
    const std::size_t range_at = pdf.rfind(range_room);
    must(range_at != std::string::npos, "no placeholder");
    const std::size_t open = pdf.find("/Contents <00000000", range_at) + 10;
    const std::size_t close = pdf.find('>', open) + 1;
    const std::size_t end = pdf.size() - wishes.leave_out;
    std::string range =
        "[0 " + std::to_string(open) + " " + std::to_string(close) + " " + std::to_string(end - close) + "]";
    if (wishes.byte_range) range = wishes.byte_range(0, open, close, end - close);
    range.resize(std::string(range_room).size(), ' ');
    pdf.replace(range_at, range.size(), range);
    const std::string message = pdf.substr(0, open) + pdf.substr(close, end - close);
    const Bytes body = naskah::to_bytes(message);
    Bytes cms = !wishes.authority             ? make_cms(message, wishes.cms)
                : wishes.stamped_text.empty() ? make_token(body, *wishes.authority, wishes.stamped_at)
                                              : make_token(body, *wishes.authority, wishes.stamped_text);
    if (wishes.change_cms) cms = wishes.change_cms(std::move(cms));
    std::string hex = naskah::to_hex(cms);
    must(hex.size() <= close - open - 2, "room");
    hex.resize(close - open - 2, '0');
    if (wishes.change_contents) hex = wishes.change_contents(hex);
    return pdf.replace(open + 1, close - open - 2, hex);
}

std::string sign(const std::string& pdf, const SignWishes& wishes) {
    PdfWriter update(pdf);
    const std::string permissions = wishes.certify > 0 ? "/Perms << /DocMDP 7 0 R >> " : "";
    update.object(1, "<< /Type /Catalog /Pages 2 0 R /AcroForm 5 0 R " + permissions + ">>");
    update.object(3,
                  "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Annots [6 0 R 10 0 "
                  "R] /Resources "
                  "<< /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>");
    update.object(5, "<< /Fields [6 0 R 10 0 R] /SigFlags 3 >>");
    update.object(6, "<< /Type /Annot /Subtype /Widget /FT /Sig /T (" + wishes.field +
                         ") /F 132 /Rect [0 0 0 0] /P 3 0 R /V 7 0 R " + wishes.widget_more + ">>");
    update.object(7, signature_object(wishes));
    update.object(
        10,
        "<< /Type /Annot /Subtype /Widget /FT /Tx /T (Catatan) /F 4 /Rect [50 50 200 70] /P 3 0 R /V (awal) "
        "/AP << /N 11 0 R >> >>");
    update.stream(11, "/Type /XObject /Subtype /Form /BBox [0 0 150 20]", "BT /F1 10 Tf (awal) Tj ET");
    return fill(update.finish(), wishes);
}

std::string sign_again(const std::string& pdf, const SignWishes& wishes, int first) {
    PdfWriter update(pdf);
    const std::string field = std::to_string(first) + " 0 R";
    update.object(
        3,
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Annots [6 0 R 10 0 R " +
            field +
            "] /Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>");
    update.object(5, "<< /Fields [6 0 R 10 0 R " + field + "] /SigFlags 3 >>");
    update.object(first, "<< /Type /Annot /Subtype /Widget /FT /Sig /T (" + wishes.field +
                             ") /F 132 /Rect [0 0 0 0] /P 3 0 R /V " + std::to_string(first + 1) + " 0 R " +
                             wishes.widget_more + ">>");
    update.object(first + 1, signature_object(wishes));
    return fill(update.finish(), wishes);
}

std::string add_store(const std::string& pdf, const Store& store, int first) {
    PdfWriter update(pdf);
    const auto catalog = pdf.rfind("/Type /Catalog");
    const auto end = pdf.find(">>\nendobj", catalog);
    std::string body = pdf.substr(catalog, end - catalog);
    if (const auto old = body.find("/DSS "); old != std::string::npos) body.resize(old);
    update.object(1, "<< " + body + "/DSS " + std::to_string(first) + " 0 R >>");
    int number = first;
    const auto write = [&](const std::vector<std::string>& items) {
        std::string array;
        for (const std::string& item : items) {
            update.stream(++number, "", item);
            array += std::to_string(number) + " 0 R ";
        }
        return "[" + array + "]";
    };
    const std::string certificates = write(store.certificates), crls = write(store.crls),
                      ocsps = write(store.ocsps);
    update.object(first,
                  "<< /Type /DSS /Certs " + certificates + " /CRLs " + crls + " /OCSPs " + ocsps + " >>");
    return update.finish();
}

std::string stamp_document(const std::string& pdf, const Person& authority, naskah::Instant time, int first,
                           const std::string& before, const std::string& generalized_time) {
    SignWishes wishes;
    wishes.authority = &authority;
    wishes.stamped_at = time;
    wishes.stamped_text = generalized_time;
    wishes.subfilter = "ETSI.RFC3161";
    wishes.type = "/Type /DocTimeStamp ";
    PdfWriter update(pdf);
    const std::string field = before + std::to_string(first) + " 0 R";
    update.object(
        3,
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Annots [6 0 R 10 0 R " +
            field +
            "] /Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>");
    update.object(5, "<< /Fields [6 0 R 10 0 R " + field + "] /SigFlags 3 >>");
    update.object(first, "<< /Type /Annot /Subtype /Widget /FT /Sig /T (Stempel" + std::to_string(first) +
                             ") /F 132 /Rect [0 0 0 0] /P 3 0 R /V " + std::to_string(first + 1) + " 0 R >>");
    update.object(first + 1, signature_object(wishes));
    return fill(update.finish(), wishes);
}

naskah::verify::Report check(const std::string& pdf) {
    static const naskah::verify::Trust trust = office().trust();
    return naskah::verify::check(naskah::as_bytes(pdf), trust, now());
}

bool found(const naskah::verify::Report& report, const std::string& finding) {
    const auto named = [&](const naskah::verify::Finding& it) { return it.name == finding; };
    if (std::any_of(report.findings.begin(), report.findings.end(), named)) return true;
    return std::any_of(report.signatures.begin(), report.signatures.end(), [&](const auto& signature) {
        return std::any_of(signature.findings.begin(), signature.findings.end(), named);
    });
}

std::string summary(const naskah::verify::Report& report) {
    return naskah::dump_json_pretty(to_json(report, "berkas.pdf"));
}

}  // namespace kit
