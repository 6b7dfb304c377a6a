// A CMS SignedData (RFC 5652) as values: what is in it, nothing about whether it is true.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/bytes.h"
#include "verify/der.h"

namespace naskah::verify {

namespace oid {
constexpr const char* data = "1.2.840.113549.1.7.1";
constexpr const char* signed_data = "1.2.840.113549.1.7.2";
constexpr const char* tst_info = "1.2.840.113549.1.9.16.1.4";
constexpr const char* content_type = "1.2.840.113549.1.9.3";
constexpr const char* message_digest = "1.2.840.113549.1.9.4";
constexpr const char* signing_time = "1.2.840.113549.1.9.5";
constexpr const char* algorithm_protection = "1.2.840.113549.1.9.52";
constexpr const char* signing_certificate = "1.2.840.113549.1.9.16.2.12";
constexpr const char* timestamp_token = "1.2.840.113549.1.9.16.2.14";
constexpr const char* certificate_values = "1.2.840.113549.1.9.16.2.23";
constexpr const char* revocation_values = "1.2.840.113549.1.9.16.2.24";
constexpr const char* adobe_revocation = "1.2.840.113583.1.1.8";
constexpr const char* ocsp_response = "1.3.6.1.5.5.7.16.2";  // in SignedData.crls (RFC 5940)
constexpr const char* signing_certificate_v2 = "1.2.840.113549.1.9.16.2.47";
}  // namespace oid

// Views point into the octets that were parsed.
struct Algorithm {
    std::string oid;
    BytesView parameters;  // whole element, empty if absent
    BytesView content;     // of the AlgorithmIdentifier, for comparing two of them
};

struct Attribute {
    std::string oid;
    std::vector<Element> values;
};

struct SignerInfo {
    BytesView issuer, serial;  // DER Name and content of the INTEGER, or
    BytesView subject_key;     // the subject key identifier
    Algorithm digest, signature;
    bool has_signed_attributes = false;
    Bytes signed_attributes;  // as encoded, but with the tag of a SET OF: what was signed (5.4)
    Bytes sorted_attributes;  // the same in DER order, for signers who signed that but stored another order
    std::vector<Attribute> signed_, unsigned_;
    Bytes value;

    const Attribute* find_signed(std::string_view oid) const;  // the first of that type
    const Attribute* find_unsigned(std::string_view oid) const;
    std::size_t count_signed(std::string_view oid) const;
};

struct SignedData {
    std::size_t size = 0;  // octets of the whole ContentInfo; what follows is not CMS
    std::string content_type;
    std::optional<Bytes> content;  // absent when detached
    std::vector<Algorithm> digests;
    std::vector<BytesView> certificates;  // X.509 ones only
    std::vector<BytesView> crls;
    std::vector<BytesView> ocsps;  // OCSPResponse
    std::vector<SignerInfo> signers;
};

// Nothing if it is not a well-formed SignedData.
std::optional<SignedData> parse_signed_data(BytesView der);
std::optional<Algorithm> parse_algorithm(const Element& sequence);

}  // namespace naskah::verify
