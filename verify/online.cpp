#include "verify/online.h"

#include "verify/revocation.h"

namespace naskah::verify {
namespace {

constexpr std::size_t largest_response = 1u << 20;
constexpr std::size_t largest_list = 16u << 20;

std::optional<Bytes> answer_of(Web& web, const WebRequest& request) {
    try {
        WebAnswer answer = web.ask(request);
        if (answer.status != 200 || answer.body.empty()) return std::nullopt;
        return std::move(answer.body);
    } catch (const WebTrouble&) {
        return std::nullopt;
    }
}

}  // namespace

bool ask_for_revocation(Web& web, x509_st* certificate, x509_st* issuer, Evidence& evidence) {
    if (!evidence.may_ask(shared(certificate))) return false;
    const RevocationPlaces places = revocation_places(certificate);
    for (const std::string& url : places.ocsp) {
        const auto body = answer_of(web, {.method = "POST",
                                          .url = url,
                                          .headers = {{"Content-Type", "application/ocsp-request"}},
                                          .body = ocsp_request(certificate, issuer),
                                          .limit = std::chrono::seconds(10),
                                          .largest_answer = largest_response});
        if (body && evidence.add_ocsp(*body, {})) return true;
    }
    for (const std::string& url : places.crl) {
        const auto body = answer_of(web, {.url = url, .largest_answer = largest_list});
        if (body && evidence.add_crl(*body, {})) return true;
    }
    return false;
}

}  // namespace naskah::verify
