#include "signing/document_signer.h"

namespace naskah::signing {

namespace {

class KeySigner final : public DocumentSigner {
public:
    KeySigner(std::unique_ptr<Key> key, LongTerm* long_term) : key_(std::move(key)), long_term_(long_term) {}

    const Chain* chain() const override { return &key_->chain(); }
    std::string service() const override { return key_->is_remote() ? "csc-v2" : ""; }
    void make_ready() override { key_->make_ready(); }
    Bytes sign(BytesView pdf, const Options& options, Instant now, Trail&) override {
        if (options.level == Level::b || !long_term_) return signing::sign(pdf, *key_, options, now);
        return signing::sign(pdf, *key_, options, *long_term_, now);
    }
    // A signature value that was lost can be asked for by nobody.
    std::optional<Bytes> recover(const std::string&) override { return std::nullopt; }

private:
    std::unique_ptr<Key> key_;
    LongTerm* long_term_;
};

}  // namespace

std::unique_ptr<DocumentSigner> make_document_signer(std::unique_ptr<Key> key, LongTerm* long_term) {
    return std::make_unique<KeySigner>(std::move(key), long_term);
}

}  // namespace naskah::signing
