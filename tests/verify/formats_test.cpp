// docs/formats.md is part of the contract: scripts rely on its names.
#include <catch2/catch.hpp>

#include <set>

#include "core/file.h"
#include "verify/finding.h"

using namespace naskah;

TEST_CASE("every finding is documented with its effect and its words, and no other") {
    const std::string text = read_text(std::string(NASKAH_SOURCE_DIR) + "/docs/formats.md");
    std::set<std::string> expected;
    for (const auto& kind : verify::finding_kinds()) {
        const char* effect = kind.effect == verify::Effect::fails       ? "fails"
                             : kind.effect == verify::Effect::unsettles ? "unsettles"
                                                                        : "informs";
        const bool fresh = expected
                               .insert("| `" + std::string(kind.name) + "` | " + effect + " | " +
                                       std::string(kind.text) + " |")
                               .second;
        CHECK(fresh);
    }
    std::set<std::string> found;
    std::size_t at = text.find("## Findings");
    REQUIRE(at != std::string::npos);
    const std::size_t end = text.find("\n## ", at + 1);
    while ((at = text.find("\n| `", at)) < end) {
        const std::size_t line_end = text.find('\n', at + 1);
        found.insert(text.substr(at + 1, line_end - at - 1));
        at = line_end;
    }
    CHECK(found == expected);
}
