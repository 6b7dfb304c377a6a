// The certificates above one, up to a self-signed root (RFC 5280 6): from what came with it, from what is at
// hand, and for want of both from the address that the certificate names (AIA caIssuers, 4.2.2.1).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/bytes.h"
#include "core/error.h"
#include "core/web.h"
#include "core/world.h"

namespace naskah::signing {

// What an office has of certificates and revocation lists besides its keys.
struct AtHand {
    // DER. If any of them is self-signed, a path must end in one of these; without one, any root will do, and
    // who reads the file decides about trust.
    std::vector<Bytes> certificates;
    std::vector<Bytes> revocation_lists;

    void add(BytesView pem_or_der);  // throws Error(data) if that is neither
};

using Path = std::vector<Bytes>;  // DER, each issued by the next one; the last is self-signed

// `with`: certificates that came along. Every signature and date is checked, as of `at`. Throws Error(data)
// for a certificate that is damaged, not valid then, or not of a known root; Error(outside), naming each
// address, if one in between cannot be had.
Path find_path(BytesView certificate, const std::vector<Bytes>& with, const AtHand& at_hand, Web& web,
               Instant at);

// GET or, with a body, POST of `type`. Gives nothing, and says why in `refusals`, for anything but a whole
// answer of status 200.
std::optional<Bytes> ask_for(Web& web, const std::string& url, std::size_t largest,
                             std::vector<Problem>& refusals, const std::string& type = {},
                             BytesView body = {});

// A web address as a certificate or a setting gives it: http or https, no user, nothing unprintable.
bool is_web_address(std::string_view url);

}  // namespace naskah::signing
