// Hand-written PDFs and signatures for the tests of verify: every byte is ours, so that every byte can be
// wrong.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/bytes.h"
#include "core/world.h"
#include "verify/verify.h"

struct x509_st;
struct evp_pkey_st;

namespace kit {

using naskah::Bytes;
using naskah::BytesView;

// Appends objects and a classic cross-reference table to `text`, a new file or an incremental update.
class PdfWriter {
public:
    explicit PdfWriter(std::string before = {});
    void object(int number, const std::string& body);
    void stream(int number, const std::string& entries, const std::string& data);
    void raw(const std::string& bytes) { text_ += bytes; }
    void point(int number, std::size_t offset) {
        offsets_[number] = offset;
    }  // a table entry of one's own choosing
    void free(int number) { freed_.push_back(number); }
    std::size_t here() const { return text_.size(); }
    std::string finish(const std::string& more_trailer = {});

private:
    std::string text_;
    std::string previous_;  // "/Prev 123 "
    std::map<int, std::size_t> offsets_;
    std::vector<int> freed_;
};

struct Person {
    std::shared_ptr<x509_st> certificate;
    std::shared_ptr<evp_pkey_st> key;
};

struct CertificateWishes {
    std::string name;
    const Person* issuer = nullptr;  // nullptr: self-signed
    bool is_ca = false;
    std::string key_usage;  // as openssl.cnf writes it; empty: no such extension
    std::string extended_key_usage;
    int days_before = 30, days_after = 3650;  // of validity, around `now()`
    bool rsa = false;
    int rsa_bits = 2048;
    bool needs_no_revocation = false;  // says so (RFC 9608)
    std::string ocsp_url, crl_url;     // where the issuer says that it answers
    const char* pss_digest = nullptr;  // signed by RSASSA-PSS, with this digest
};
Person make_person(const CertificateWishes& wishes);
std::string to_pem(const Person& person);
// `day`: written as the day of revocation instead of `when`.
std::string make_crl(const Person& issuer, const Person& revoked, naskah::Instant when,
                     const char* day = nullptr);
std::string crl_to_der(const std::string& pem);

struct AnswerWishes {
    const Person* issuer = nullptr;     // of the certificate asked about
    const Person* subject = nullptr;    // that certificate
    const Person* responder = nullptr;  // who signs; default: the issuer
    std::optional<naskah::Instant> revoked;
    naskah::Instant issued, next;
    const char* revoked_day = nullptr;  // written instead of `revoked`
};
std::string make_ocsp(const AnswerWishes& wishes);  // an OCSPResponse, DER
std::string to_der(const Person& person);

naskah::Instant now();  // the tests' own: 2026-03-26T06:00:00Z

// A root, an intermediate and a signer, made once.
struct Office {
    Person root, intermediate, signer, other;
    naskah::verify::Trust trust() const;
};
const Office& office();

// A CMS SignedData written by hand, so that any part of it can be left out, doubled or wrong.
enum class Attributes { cades, plain, none };
struct CmsWishes {
    const Person* signer = nullptr;  // default: the office's
    const Person* names = nullptr;   // whose certificate the ESS attribute names; default: the signer's
    Attributes attributes = Attributes::cades;
    const char* digest = "SHA256";
    bool detached = true;
    bool with_certificates = true;
    bool sorted = true;  // attributes in DER order
    int signers = 1;
    // Gets the encoded attributes (content-type, message-digest, signing-certificate-v2) before they are
    // signed.
    std::function<void(std::vector<Bytes>&)> change_attributes;
    std::vector<Bytes> unsigned_attributes;
    std::function<Bytes(const Bytes&)> stamp;  // an unsigned attribute made from the signature's value
    std::string content_type = "1.2.840.113549.1.7.1";
    std::vector<const Person*> more_certificates;
};
Bytes make_cms(const std::string& message, const CmsWishes& wishes = {});
// A timestamp token of `message` (RFC 3161), and the unsigned attribute that carries one.
Bytes make_token(const Bytes& message, const Person& authority, naskah::Instant time);
Bytes make_token(const Bytes& message, const Person& authority, const std::string& generalized_time);
Bytes raw_signature(const Person& person, const char* hash, const Bytes& message);
Bytes stamp_attribute(const Bytes& token);
Bytes der(std::uint8_t tag, const Bytes& content);
Bytes der(std::uint8_t tag, const std::vector<Bytes>& parts);
Bytes der_oid(const std::string& dotted);
Bytes attribute(const std::string& oid, const Bytes& value);
// Whether OpenSSL finds this CMS to be a signature of `message` by somebody whom the office's root vouches
// for.
bool openssl_accepts(const Bytes& cms, const std::string& message);

struct SignWishes {
    std::string field = "Ttd";
    CmsWishes cms;
    std::string subfilter = "ETSI.CAdES.detached";
    std::string type = "/Type /Sig ";
    std::string dictionary_more;  // more entries of the signature dictionary
    std::string widget_more;      // and of the field
    int certify = 0;              // DocMDP P
    std::size_t room = 8192;      // octets of /Contents
    // Last chance to spoil what is written: the four numbers, the CMS, the text between '<' and '>'.
    std::function<std::string(std::size_t, std::size_t, std::size_t, std::size_t)> byte_range;
    std::function<Bytes(Bytes)> change_cms;
    std::function<std::string(std::string)> change_contents;
    const Person* authority = nullptr;  // makes it a document timestamp
    naskah::Instant stamped_at{};
    std::string stamped_text;   // instead, as a GeneralizedTime
    std::size_t leave_out = 0;  // octets at the end of the file not to cover
};

// One page, no form: objects 1 catalog, 2 pages, 3 page, 4 content.
std::string plain_pdf();
// The form of `plain_pdf` signed: objects 1 and 3 anew, 5 form, 6 field and widget, 7 signature; 10 a text
// field.
std::string sign(const std::string& pdf, const SignWishes& wishes = {});
// Puts numbers and CMS into a file with one placeholder, as `sign` writes it.
std::string fill(std::string pdf, const SignWishes& wishes);
std::string signature_object(const SignWishes& wishes);  // the dictionary with its placeholder
// A second signature: field object `first`, signature `first` + 1.
std::string sign_again(const std::string& pdf, const SignWishes& wishes, int first = 20);
// Validation data (DSS) and a document timestamp behind what `sign` wrote. `before`: fields that were added
// meanwhile.
struct Store {
    std::vector<std::string> certificates, crls, ocsps;  // DER
};
std::string add_store(const std::string& pdf, const Store& store, int first = 40);
std::string stamp_document(const std::string& pdf, const Person& authority, naskah::Instant time,
                           int first = 60, const std::string& before = {},
                           const std::string& generalized_time = {});

naskah::verify::Report check(const std::string& pdf);
bool found(const naskah::verify::Report& report, const std::string& finding);
std::string summary(const naskah::verify::Report& report);  // for a failing test

}  // namespace kit
