#include "signing/sign.h"

#include "core/date.h"
#include "core/error.h"
#include "core/text.h"
#include "signing/cms.h"
#include "signing/field_tree.h"
#include "signing/openssl.h"
#include "signing/pdf_file.h"
#include "signing/signature_slot.h"

namespace naskah::signing {

namespace {

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
    for (const std::string& name : options.locked) {
        if (name.empty() || first_bad_utf8(name))
            throw Error(Code::usage, "nama isian yang dikunci kosong atau bukan UTF-8 yang benar");
    }
}

std::string day_and_time(Instant instant) {
    return to_long(date_in(Zone::wita, instant)) + " pukul " + time_in(Zone::wita, instant);
}

}  // namespace

std::string to_string(Level level) {
    constexpr const char* names[] = {"b", "t", "lt", "lta"};
    return names[static_cast<int>(level)];
}

std::string baseline_name(Level level) {
    constexpr const char* names[] = {"B-B", "B-T", "B-LT", "B-LTA"};
    return names[static_cast<int>(level)];
}

std::optional<Level> parse_level(std::string_view text) {
    for (const Level level : {Level::b, Level::t, Level::lt, Level::lta})
        if (to_string(level) == text) return level;
    return std::nullopt;
}

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

bool needs_rewriting(BytesView pdf) { return has_stream_tables(pdf); }

bool is_signed(BytesView pdf) {
    const PdfFile file(pdf);
    return look_at_form(file, to_dictionary(file.object(*to_reference(file.trailer().find("Root")))))
        .is_signed;
}

Certificate describe(const Key& key) { return key.chain().signer(); }

Prepared prepare(BytesView pdf, const Key& key, const Options& options, Instant now,
                 std::size_t timestamp_room) {
    check_options(options);
    if (options.level != Level::b && timestamp_room == 0)
        throw Error(Code::usage, "tingkat " + to_string(options.level) + " memerlukan otoritas waktu", {},
                    "Sebutkan alamat otoritas waktu, atau pakai tingkat b.");
    Slot slot = open_slot(pdf, {.field = options.field,
                                .field_tooltip = options.field_tooltip,
                                .reason = options.reason,
                                .location = options.location,
                                .certify = options.certify,
                                .locked = options.locked,
                                .last = options.last,
                                .signature_size = largest_signed_data(key.chain(), timestamp_room),
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
            .field = std::move(slot.field),
            .level = options.level,
            .timestamp_room = timestamp_room};
}

void check_value(const Prepared& prepared, const Key& key, BytesView signature_value) {
    if (key.chain().verifies(signature_value, prepared.attributes_digest)) return;
    throw Error(Code::outside, "pemegang kunci memberi tanda tangan yang tidak cocok dengan sertifikatnya",
                key.chain().signer().common_name, "Periksa pasangan kunci dan sertifikat, lalu ulangi");
}

Bytes embed(Prepared prepared, const Key& key, BytesView signature_value, BytesView timestamp) {
    check_value(prepared, key, signature_value);
    if ((prepared.level == Level::b) != timestamp.empty())
        throw Error(Code::internal, "tingkat tanda tangan dan stempel waktunya tidak sejalan");
    const Bytes cms = encode_signed_data(key.chain(), prepared.attributes, signature_value, timestamp);
    if (!fill_slot(prepared.pdf, prepared.contents_at, prepared.contents_size, cms))
        throw Error(Code::internal, "tanda tangan lebih besar daripada tempatnya");
    return std::move(prepared.pdf);
}

Bytes sign(BytesView pdf, const Key& key, const Options& options, Instant now) {
    Prepared prepared = prepare(pdf, key, options, now);
    const Bytes value = key.sign_digest(prepared.attributes_digest);
    return embed(std::move(prepared), key, value);
}

}  // namespace naskah::signing
