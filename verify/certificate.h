// An X.509 certificate (RFC 5280) as verify passes it about.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/bytes.h"
#include "core/world.h"

struct x509_st;
struct X509_name_st;
struct evp_pkey_st;
struct asn1_string_st;

namespace naskah::verify {

using Certificate = std::shared_ptr<x509_st>;

Certificate parse_certificate(BytesView der);  // nullptr if it is none, or if bytes follow it
Certificate shared(x509_st* certificate);      // one owner more
std::string subject_name(
    const Certificate& certificate);  // common name, else organisation; no control characters
bool has_issuer_and_serial(const Certificate& certificate, BytesView issuer, BytesView serial);
bool has_subject_key(const Certificate& certificate, BytesView key_identifier);
evp_pkey_st* public_key(
    const Certificate& certificate);  // owned by the certificate; nullptr if it is of no known kind
Bytes to_der(const Certificate& certificate);

// Its extended key usages (RFC 5280 4.2.1.12), by OpenSSL's numbers; nothing if it has no such extension, or
// one that cannot be read.
struct Purposes {
    std::vector<int> ids;
    bool critical = false;
    bool holds(int id) const;
};
std::optional<Purposes> purposes_of(x509_st* certificate);

std::optional<Instant> to_instant(const asn1_string_st* time);  // nothing if there is none, or it is no time

}  // namespace naskah::verify
