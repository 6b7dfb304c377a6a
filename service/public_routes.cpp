// What anyone may see without an account.
#include "service/service.h"

namespace naskah::service {

void add_public_routes(Service& service, Site& site) {
    Router& router = service.router();
    router.add({"GET", "/", Access::anyone(),
                [](Visit& visit) { return redirect(visit.session ? "/beranda" : "/periksa"); }});
    router.add({"GET", "/periksa", Access::anyone(), [&site](Visit& visit) {
                    return site.page(visit, "periksa", {.title = "Periksa keaslian surat"}, Json::object());
                }});
    router.add({"GET", "/bahasa/{bahasa}", Access::anyone(), [](Visit& visit) {
                    // Only a place of ours: "//elsewhere" and "/\elsewhere" are other hosts to a browser.
                    std::string back(visit.request.query.get("kembali"));
                    if (!back.starts_with('/') || back.starts_with("//") ||
                        back.find_first_of("\\\r\n") != std::string::npos)
                        back = "/";
                    const bool english = visit.names.at("bahasa") == "en";
                    return redirect(back).with("Set-Cookie", std::string("bahasa=") +
                                                                 (english ? "en" : "id") +
                                                                 "; Path=/; Max-Age=31536000; SameSite=Lax");
                }});
}

}  // namespace naskah::service
