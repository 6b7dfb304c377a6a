// Judges that know nothing of Naskah: command line tools run on files in a folder of the test's own.
#pragma once

#include <array>
#include <catch2/catch.hpp>
#include <cstdio>
#include <filesystem>
#include <string>

#include "core/bytes.h"
#include "core/file.h"
#include "tests/support/shell.h"

namespace naskah::tests {

class Folder : public test::Folder {
public:
    std::filesystem::path write(const std::string& name, BytesView bytes) const {
        write_file(path() / name, bytes);
        return path() / name;
    }
};

struct Answer {
    int exit_code;
    std::string text;  // standard output and error
    bool says(const std::string& words) const { return text.find(words) != std::string::npos; }
};

inline Answer run(const std::string& command) {
    FILE* pipe = popen((command + " 2>&1").c_str(), "r");
    REQUIRE(pipe != nullptr);
    Answer answer{};
    std::array<char, 4096> buffer{};
    while (const auto size = fread(buffer.data(), 1, buffer.size(), pipe))
        answer.text.append(buffer.data(), size);
    answer.exit_code = WEXITSTATUS(pclose(pipe));
    return answer;
}

// Runs it in `folder` and fails the test if it does not succeed.
inline Answer must(const Folder& folder, const std::string& command) {
    auto answer = run("cd " + (folder / "").string() + " && " + command);
    INFO(command << "\n" << answer.text);
    REQUIRE(answer.exit_code == 0);
    return answer;
}

}  // namespace naskah::tests
