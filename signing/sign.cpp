#include "signing/sign.h"

#include <algorithm>

#include "core/date.h"
#include "core/error.h"
#include "core/text.h"
#include "signing/cms.h"
#include "signing/openssl.h"
#include "signing/signature_slot.h"

namespace naskah::signing {

namespace {

// Everything but the signature itself is signed.
Sha256 digest_around(BytesView pdf, std::size_t gap_at, std::size_t gap_size) {
    const auto before = pdf.first(gap_at), behind = pdf.subspan(gap_at + gap_size);
    DigestContextPtr context(EVP_MD_CTX_new());
    Sha256 digest;
    unsigned size = 0;
    require(context && EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) == 1 &&
                EVP_DigestUpdate(context.get(), before.data(), before.size()) == 1 &&
                EVP_DigestUpdate(context.get(), behind.data(), behind.size()) == 1 &&
                EVP_DigestFinal_ex(context.get(), digest.octets.data(), &size) == 1,
            "SHA-256");
    return digest;
}

void write_hex(BytesView bytes, std::uint8_t* out) {
    constexpr char digits[] = "0123456789abcdef";
    for (const auto byte : bytes) {
        *out++ = static_cast<std::uint8_t>(digits[byte >> 4]);
        *out++ = static_cast<std::uint8_t>(digits[byte & 15]);
    }
}

void check_options(const Options& options) {
    if (options.field.find('.') != std::string::npos) {
        throw Error(Code::usage, "nama isian tanda tangan memuat titik", options.field);
    }
    if (options.certify < 0 || options.certify > 3) {
        throw Error(Code::usage, "izin sertifikasi harus 0, 1, 2 atau 3", std::to_string(options.certify));
    }
    for (const auto* text : {&options.field, &options.field_tooltip, &options.reason, &options.location}) {
        if (first_bad_utf8(*text)) throw Error(Code::data, "teks tanda tangan bukan UTF-8 yang benar");
    }
}

std::string day_and_time(Instant instant) {
    return to_long(date_in(Zone::wita, instant)) + " pukul " + time_in(Zone::wita, instant);
}

}  // namespace

void check_certificate(const Chain& chain, Instant now) {
    const Certificate& signer = chain.signer();
    const std::string validity =
        "berlaku " + day_and_time(signer.not_before) + " sampai dengan " + day_and_time(signer.not_after);
    if (now < signer.not_before) {
        throw Error(Code::data, "sertifikat penanda tangan belum berlaku: " + validity, signer.common_name,
                    "Periksa jam komputer, atau tunggu sampai sertifikat berlaku");
    }
    if (now > signer.not_after) {
        throw Error(Code::data, "sertifikat penanda tangan sudah berakhir: " + validity, signer.common_name,
                    "Perbarui sertifikat pada penerbitnya");
    }
    if (!chain.may_sign_documents()) {
        throw Error(
            Code::data,
            "sertifikat ini tidak dibuat untuk menandatangani dokumen (keyUsage tanpa digitalSignature dan "
            "nonRepudiation); " +
                validity,
            signer.common_name, "Pakai sertifikat tanda tangan elektronik");
    }
}

Certificate describe(const Key& key) { return key.chain().signer(); }

Prepared prepare(BytesView pdf, const Key& key, const Options& options, Instant now) {
    check_options(options);
    Slot slot = open_slot(pdf, {.field = options.field,
                                .field_tooltip = options.field_tooltip,
                                .reason = options.reason,
                                .location = options.location,
                                .certify = options.certify,
                                .signature_size = largest_signed_data(key.chain()),
                                .now = now});
    const Sha256 document = digest_around(slot.pdf, slot.contents_at, slot.contents_size);
    Bytes attributes = encode_attributes(key.chain(), document);
    const Sha256 attributes_digest = sha256(attributes);
    return {.pdf = std::move(slot.pdf),
            .contents_at = slot.contents_at,
            .contents_size = slot.contents_size,
            .attributes = std::move(attributes),
            .attributes_digest = attributes_digest,
            .certifies = slot.certifies,
            .field = std::move(slot.field)};
}

Bytes embed(Prepared prepared, const Key& key, BytesView signature_value) {
    if (!key.chain().verifies(signature_value, prepared.attributes_digest)) {
        throw Error(Code::outside,
                    "pemegang kunci memberi tanda tangan yang tidak cocok dengan sertifikatnya",
                    key.chain().signer().common_name, "Periksa pasangan kunci dan sertifikat, lalu ulangi");
    }
    const Bytes cms = encode_signed_data(key.chain(), prepared.attributes, signature_value);
    if (2 * cms.size() + 2 > prepared.contents_size) {
        throw Error(Code::internal, "tanda tangan lebih besar daripada tempatnya");
    }
    write_hex(cms, prepared.pdf.data() + prepared.contents_at + 1);
    return std::move(prepared.pdf);
}

Bytes sign(BytesView pdf, const Key& key, const Options& options, Instant now) {
    Prepared prepared = prepare(pdf, key, options, now);
    const Bytes value = key.sign_digest(prepared.attributes_digest);
    return embed(std::move(prepared), key, value);
}

}  // namespace naskah::signing
