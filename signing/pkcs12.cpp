// Keys from PKCS#12 files (RFC 7292).
#include <openssl/provider.h>
#include <openssl/rsa.h>

#include "core/error.h"
#include "signing/openssl.h"
#include "signing/sign.h"

namespace naskah::signing {

namespace {

class Pkcs12Key final : public Key {
public:
    Pkcs12Key(PkeyPtr key, Chain chain) : key_(std::move(key)), chain_(std::move(chain)) {}

    const Chain& chain() const override { return chain_; }

    Bytes sign_digest(const Sha256& digest) const override {
        PkeyContextPtr context(EVP_PKEY_CTX_new(key_.get(), nullptr));
        require(context && EVP_PKEY_sign_init(context.get()) == 1, "persiapan tanda tangan");
        if (chain_.key_type() == KeyType::rsa) {
            require(EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING) == 1, "padding");
        }
        require(EVP_PKEY_CTX_set_signature_md(context.get(), EVP_sha256()) == 1, "digest");
        Bytes value(chain_.largest_signature());
        std::size_t size = value.size();
        require(EVP_PKEY_sign(context.get(), value.data(), &size, digest.octets.data(),
                              digest.octets.size()) == 1,
                "tanda tangan");
        value.resize(size);
        return value;
    }

private:
    PkeyPtr key_;
    Chain chain_;
};

struct Contents {
    PkeyPtr key;
    X509Ptr certificate;
    std::vector<Bytes> others;
};

// Older tools encrypt with RC2 and others that OpenSSL 3 keeps in its legacy provider. That provider is
// loaded into a context of its own, so that nothing else of the process can come to use it.
struct LegacyContext {
    LegacyContext() : context(OSSL_LIB_CTX_new()) {
        require(context != nullptr, "konteks");
        defaults = OSSL_PROVIDER_load(context, "default");
        legacy = OSSL_PROVIDER_load(context, "legacy");
    }
    ~LegacyContext() {
        if (legacy) OSSL_PROVIDER_unload(legacy);
        if (defaults) OSSL_PROVIDER_unload(defaults);
        OSSL_LIB_CTX_free(context);
    }
    LegacyContext(const LegacyContext&) = delete;
    LegacyContext& operator=(const LegacyContext&) = delete;

    OSSL_LIB_CTX* context;
    OSSL_PROVIDER *defaults = nullptr, *legacy = nullptr;
};

Pkcs12Ptr decode(BytesView file, OSSL_LIB_CTX* context) {
    PKCS12* empty = PKCS12_init_ex(NID_pkcs7_data, context, nullptr);
    const unsigned char* at = file.data();
    PKCS12* decoded = d2i_PKCS12(&empty, &at, static_cast<long>(file.size()));
    if (!decoded) {
        ERR_clear_error();
        throw Error(Code::data, "berkas PKCS#12 rusak, terpotong, atau bukan PKCS#12", {},
                    "Salin ulang berkas .p12 dari asalnya");
    }
    return Pkcs12Ptr(decoded);
}

// Whether the contents could be decrypted; the passphrase is right already.
bool parse(PKCS12* file, const std::string& passphrase, Contents& contents) {
    EVP_PKEY* key = nullptr;
    X509* certificate = nullptr;
    STACK_OF(X509)* others = nullptr;
    const bool parsed = PKCS12_parse(file, passphrase.c_str(), &key, &certificate, &others) == 1;
    contents.key.reset(key);
    contents.certificate.reset(certificate);
    for (int i = 0; i < sk_X509_num(others); ++i)
        contents.others.push_back(to_der(sk_X509_value(others, i), i2d_X509));
    sk_X509_pop_free(others, X509_free);
    ERR_clear_error();
    return parsed;
}

// The key as one of the default context, where it outlives the legacy provider.
PkeyPtr to_default_context(PkeyPtr key) {
    Bytes der = to_der(key.get(), i2d_PrivateKey);
    const unsigned char* at = der.data();
    PkeyPtr copy(d2i_AutoPrivateKey(nullptr, &at, static_cast<long>(der.size())));
    wipe(der);
    require(copy != nullptr, "penyalinan kunci");
    return copy;
}

Contents read(BytesView file, const std::string& passphrase) {
    Contents contents;
    const Pkcs12Ptr decoded = decode(file, nullptr);
    if (PKCS12_mac_present(decoded.get()) != 1) {
        throw Error(Code::data, "berkas PKCS#12 tidak dilindungi kode pengaman (MAC)", {},
                    "Ekspor ulang kuncinya dengan kata sandi");
    }
    const bool right =
        PKCS12_verify_mac(decoded.get(), passphrase.data(), static_cast<int>(passphrase.size())) == 1;
    ERR_clear_error();
    if (right && parse(decoded.get(), passphrase, contents)) return contents;

    const LegacyContext legacy;
    const Pkcs12Ptr again = decode(file, legacy.context);
    if (!right &&
        PKCS12_verify_mac(again.get(), passphrase.data(), static_cast<int>(passphrase.size())) != 1) {
        ERR_clear_error();
        throw Error(Code::data, "kata sandi berkas PKCS#12 salah", {}, "Ketik ulang kata sandinya");
    }
    Contents old;
    if (!parse(again.get(), passphrase, old)) {
        throw Error(Code::data, "berkas PKCS#12 terkunci dengan cara yang tidak didukung", {},
                    "Ekspor ulang kuncinya dengan AES-256");
    }
    if (old.key) old.key = to_default_context(std::move(old.key));
    return old;
}

}  // namespace

std::unique_ptr<Key> open_pkcs12(BytesView file, const std::string& passphrase) {
    Contents contents = read(file, passphrase);
    if (!contents.key) {
        throw Error(Code::data, "berkas PKCS#12 tidak memuat kunci privat", {},
                    "Ekspor lagi beserta kunci privatnya");
    }
    if (!contents.certificate) {
        // PKCS12_parse only hands out a certificate whose public key is that of the private key.
        throw Error(Code::data, "berkas PKCS#12 tidak memuat sertifikat untuk kunci privatnya", {},
                    "Ekspor lagi beserta sertifikatnya");
    }
    std::vector<Bytes> certificates{to_der(contents.certificate.get(), i2d_X509)};
    certificates.insert(certificates.end(), contents.others.begin(), contents.others.end());
    return std::make_unique<Pkcs12Key>(std::move(contents.key), Chain(certificates));
}

}  // namespace naskah::signing
