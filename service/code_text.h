// What somebody typed, or what a QR code holds: a letter's code, an address of ours, an address that only
// looks like ours, or something else.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/id.h"

namespace naskah::service {

struct CodeText {
    enum class Kind {
        ours,       // `id`: a code alone, or an address at our host
        elsewhere,  // an address at another host that leads to /v/ and a code, as ours do
        other,
    } kind = Kind::other;
    std::optional<LetterId> id;
    std::string host;               // of an address; empty if it is none
    std::string path;               // the start of it, for comparing
    std::vector<LetterId> perhaps;  // well-formed codes anywhere in an address that is not ours
};

// `public_address`: "https://periksa.contohprov.go.id".
CodeText read_code_text(std::string_view text, std::string_view public_address);

// Why a text is no code: told to whoever typed it. Empty if it is one.
std::string code_flaw(std::string_view typed);

// The two hosts, parted into what is alike and what differs: for marking. `alike` + `differs` + `rest` is
// `given`.
struct HostDifference {
    std::string alike, differs, rest;
};
HostDifference compare_hosts(const std::string& given, const std::string& official);

std::string host_of(std::string_view address);  // "periksa.contohprov.go.id", with its port if it has one

}  // namespace naskah::service
