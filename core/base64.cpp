#include "core/base64.h"

#include <openssl/evp.h>

#include <algorithm>

namespace naskah {

std::string to_base64(BytesView bytes) {
    std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');  // with the final zero that OpenSSL writes
    EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes.data(),
                    static_cast<int>(bytes.size()));
    text.pop_back();
    return text;
}

std::optional<Bytes> parse_base64(std::string_view text) {
    std::string joined;
    joined.reserve(text.size());
    std::copy_if(text.begin(), text.end(), std::back_inserter(joined),
                 [](char c) { return c != '\r' && c != '\n'; });
    if (joined.size() % 4 != 0) return std::nullopt;
    Bytes bytes(joined.size() / 4 * 3);
    if (EVP_DecodeBlock(bytes.data(), reinterpret_cast<const unsigned char*>(joined.data()),
                        static_cast<int>(joined.size())) < 0)
        return std::nullopt;
    const auto padding = static_cast<std::size_t>(std::count(joined.begin(), joined.end(), '='));
    bytes.resize(bytes.size() - std::min<std::size_t>({padding, 2, bytes.size()}));
    // OpenSSL lets through padding in the middle, blanks, and bits that mean nothing.
    if (to_base64(bytes) != joined) return std::nullopt;
    return bytes;
}

}  // namespace naskah
