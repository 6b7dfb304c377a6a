#include "signing/cms.h"

#include <array>

#include "signing/der.h"

namespace naskah::signing {

namespace {

// Object identifiers and constants, already in DER.
constexpr std::array<std::uint8_t, 11> id_data{0x06, 0x09, 0x2A, 0x86, 0x48, 0x86,
                                               0xF7, 0x0D, 0x01, 0x07, 0x01};
constexpr std::array<std::uint8_t, 11> id_signed_data{0x06, 0x09, 0x2A, 0x86, 0x48, 0x86,
                                                      0xF7, 0x0D, 0x01, 0x07, 0x02};
constexpr std::array<std::uint8_t, 11> id_content_type{0x06, 0x09, 0x2A, 0x86, 0x48, 0x86,
                                                       0xF7, 0x0D, 0x01, 0x09, 0x03};
constexpr std::array<std::uint8_t, 11> id_message_digest{0x06, 0x09, 0x2A, 0x86, 0x48, 0x86,
                                                         0xF7, 0x0D, 0x01, 0x09, 0x04};
constexpr std::array<std::uint8_t, 13> id_signing_certificate_v2{0x06, 0x0B, 0x2A, 0x86, 0x48, 0x86, 0xF7,
                                                                 0x0D, 0x01, 0x09, 0x10, 0x02, 0x2F};
constexpr std::array<std::uint8_t, 13> id_timestamp_token{0x06, 0x0B, 0x2A, 0x86, 0x48, 0x86, 0xF7,
                                                          0x0D, 0x01, 0x09, 0x10, 0x02, 0x0E};
// AlgorithmIdentifiers: SHA-256 and ECDSA without parameters (RFC 5754), RSA with NULL.
constexpr std::array<std::uint8_t, 13> sha256_algorithm{0x30, 0x0B, 0x06, 0x09, 0x60, 0x86, 0x48,
                                                        0x01, 0x65, 0x03, 0x04, 0x02, 0x01};
constexpr std::array<std::uint8_t, 15> rsa_algorithm{0x30, 0x0D, 0x06, 0x09, 0x2A, 0x86, 0x48, 0x86,
                                                     0xF7, 0x0D, 0x01, 0x01, 0x01, 0x05, 0x00};
constexpr std::array<std::uint8_t, 12> ecdsa_algorithm{0x30, 0x0A, 0x06, 0x08, 0x2A, 0x86,
                                                       0x48, 0xCE, 0x3D, 0x04, 0x03, 0x02};
constexpr std::array<std::uint8_t, 3> version_1{0x02, 0x01, 0x01};

constexpr std::uint8_t explicit_0 = 0xA0;      // [0] EXPLICIT or IMPLICIT SET OF
constexpr std::uint8_t implicit_1 = 0xA1;      // [1] IMPLICIT SET OF
constexpr std::uint8_t directory_name = 0xA4;  // GeneralName [4]

Bytes attribute(BytesView type, BytesView value) {
    return der::sequence({type, der::element(0x31, {value})});
}

// SigningCertificateV2 (RFC 5035): one ESSCertIDv2 with the digest and the issuer and serial number of the
// signer's certificate. The hash algorithm is left out because SHA-256 is its DEFAULT, which DER does not
// write.
Bytes signing_certificate(const Chain& chain) {
    const Bytes issuer_serial =
        der::sequence({der::sequence({der::element(directory_name, {chain.issuer()})}), chain.serial()});
    const Bytes certificate_id =
        der::sequence({der::octet_string(chain.signer_sha256().octets), issuer_serial});
    return der::sequence({der::sequence({certificate_id})});
}

}  // namespace

Bytes encode_attributes(const Chain& chain, const Sha256& document) {
    return der::set_of({attribute(id_content_type, id_data),
                        attribute(id_message_digest, der::octet_string(document.octets)),
                        attribute(id_signing_certificate_v2, signing_certificate(chain))});
}

Bytes encode_signed_data(const Chain& chain, BytesView attributes, BytesView signature_value,
                         BytesView timestamp) {
    // Inside the SignerInfo the attributes carry the tag [0] IMPLICIT in place of SET OF.
    Bytes tagged(attributes.begin(), attributes.end());
    tagged.front() = explicit_0;
    const BytesView algorithm =
        chain.key_type() == KeyType::rsa ? BytesView(rsa_algorithm) : BytesView(ecdsa_algorithm);
    const Bytes unsigned_attributes =
        timestamp.empty() ? Bytes{} : der::element(implicit_1, {attribute(id_timestamp_token, timestamp)});
    const Bytes signer_info =
        der::sequence({version_1, chain.issuer_and_serial(), sha256_algorithm, tagged, algorithm,
                       der::octet_string(signature_value), unsigned_attributes});
    Bytes certificates = der::set_of(chain.certificates());
    certificates.front() = explicit_0;
    const Bytes signed_data =
        der::sequence({version_1, der::element(0x31, {sha256_algorithm}), der::sequence({id_data}),
                       certificates, der::element(0x31, {signer_info})});
    return der::sequence({id_signed_data, der::element(explicit_0, {signed_data})});
}

std::size_t largest_signed_data(const Chain& chain, std::size_t timestamp_size) {
    const Bytes attributes = encode_attributes(chain, Sha256{});
    return encode_signed_data(chain, attributes, Bytes(chain.largest_signature()), Bytes(timestamp_size))
        .size();
}

}  // namespace naskah::signing
