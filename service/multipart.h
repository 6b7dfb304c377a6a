// The parts of multipart/form-data (RFC 7578), as hostile as any body.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace naskah::service {

struct Part {
    std::string name, filename, type;
    std::string_view content;  // of the body
    bool is_file = false;      // names a file, or has a type of its own
};

// Nothing if the body is malformed, has no end, or has more parts than that. One pass: the time is in
// proportion to the body.
std::optional<std::vector<Part>> parse_multipart(std::string_view body, std::string_view content_type,
                                                 std::size_t most = 10'000);

}  // namespace naskah::service
