#include "signing/ecdsa_value.h"

#include <openssl/bn.h>
#include <openssl/ecdsa.h>

#include "signing/openssl.h"

namespace naskah::signing {

Bytes to_ecdsa_value(BytesView raw) {
    if (raw.empty() || raw.size() % 2 != 0 || raw.size() > 256)
        throw Error(Code::outside, "pemegang kunci memberi tanda tangan ECDSA yang tidak terbaca");
    const int half = static_cast<int>(raw.size() / 2);
    std::unique_ptr<ECDSA_SIG, Freed<ECDSA_SIG_free>> value(ECDSA_SIG_new());
    BIGNUM* r = BN_bin2bn(raw.data(), half, nullptr);
    BIGNUM* s = BN_bin2bn(raw.data() + half, half, nullptr);
    if (!value || !r || !s || ECDSA_SIG_set0(value.get(), r, s) != 1) {
        BN_free(r);
        BN_free(s);
        require(false, "nilai ECDSA");
    }
    return to_der(value.get(), i2d_ECDSA_SIG);
}

}  // namespace naskah::signing
