// What the service runs as children of its own (service/child.h): hostile bytes are read here and nowhere
// else in it.
#include "cli/commands.h"
#include "cli/terminal.h"
#include "core/file.h"
#include "core/text.h"
#include "generator/picture.h"
#include "generator/qr.h"
#include "service/confine.h"
#include "service/file_check.h"

namespace naskah::cli {

int read_qr() {
    constexpr std::size_t enough_pixels = 3'000'000;
    const Bytes picture = read_file("/dev/stdin");
    service::confine();
    Json said = Json::object();
    try {
        const auto pixels = generator::read_grey(picture, "foto", enough_pixels);
        said["texts"] = Json::array();
        for (const std::string& text : generator::read_qr(pixels))
            said["texts"].push_back(first_bad_utf8(text) ? visible(text) : text);
    } catch (const Error& error) {
        if (error.code() != Code::data) throw;
        said["problem"] = error.problems().front().what + ". " + error.problems().front().remedy + ".";
    }
    print(dump_json(said));
    return 0;
}

int check_file() {
    service::serve_check_apart();
    return 0;
}

}  // namespace naskah::cli
