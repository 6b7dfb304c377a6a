// The web outside, as it is: core/web.h over libcurl. Signing services, timestamp authorities and revocation
// lists are asked through it; nothing else of Naskah opens a connection to others.
#pragma once

#include <filesystem>
#include <memory>

#include "core/web.h"

namespace naskah::workflow {

// http and https only. TLS from 1.2 on, the server's certificate and name proved against the system's
// authorities, or, if `authorities` names a PEM file, against those in it alone. Proxies as the environment
// says (http_proxy, HTTPS_PROXY, NO_PROXY). Each exchange has a connection of its own, so that nothing is
// ever sent twice over one that died. Throws Error(internal) if libcurl cannot be had.
std::unique_ptr<Web> make_web(const std::filesystem::path& authorities = {});

}  // namespace naskah::workflow
