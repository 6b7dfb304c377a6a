// Runs programs as a user would and keeps what they say.
#pragma once

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace naskah::test {

namespace fs = std::filesystem;

struct Ran {
    int exit_code = -1;  // 128 + signal if it was killed
    std::string out, err;
};

// A folder of its own, gone with the object.
class Folder {
public:
    Folder() {
        std::string pattern = (fs::temp_directory_path() / "naskah-test-XXXXXX").string();
        if (!::mkdtemp(pattern.data())) std::abort();
        path_ = pattern;
    }
    ~Folder() {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    operator const fs::path&() const { return path_; }
    fs::path operator/(const std::string& name) const { return path_ / name; }
    const fs::path& path() const { return path_; }

private:
    fs::path path_;
};

inline std::string slurp(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

inline void spit(const fs::path& file, const std::string& text) {
    std::ofstream(file, std::ios::binary | std::ios::trunc) << text;
}

// Starts a program without a shell; standard output and error go to files. Returns its pid.
inline pid_t start(const std::vector<std::string>& command, const fs::path& out, const fs::path& err,
                   const std::string& in = "/dev/null") {
    std::vector<char*> arguments;
    for (const std::string& argument : command) arguments.push_back(const_cast<char*>(argument.c_str()));
    arguments.push_back(nullptr);
    const pid_t child = ::fork();
    if (child == 0) {
        const int from = ::open(in.c_str(), O_RDONLY);
        const int to = ::open(out.c_str(), O_CREAT | O_WRONLY | O_TRUNC, 0600);
        const int errors = ::open(err.c_str(), O_CREAT | O_WRONLY | O_TRUNC, 0600);
        ::dup2(from, 0);
        ::dup2(to, 1);
        ::dup2(errors, 2);
        ::setenv("NASKAH_TEMPLATES", NASKAH_SOURCE_DIR "/templates", 0);
        ::unsetenv("NASKAH_OFFICE");
        ::execvp(arguments[0], arguments.data());
        ::_exit(127);
    }
    return child;
}

inline int wait_for(pid_t child) {
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

inline Ran run(const std::vector<std::string>& command, const std::string& in = "/dev/null") {
    const Folder folder;
    const pid_t child = start(command, folder / "out", folder / "err", in);
    Ran ran;
    ran.exit_code = wait_for(child);
    ran.out = slurp(folder / "out");
    ran.err = slurp(folder / "err");
    return ran;
}

// The command naskah of this build.
inline Ran naskah_command(std::vector<std::string> arguments, const std::string& in = "/dev/null") {
    arguments.insert(arguments.begin(), NASKAH_COMMAND);
    return run(arguments, in);
}

inline bool thorough() { return std::getenv("NASKAH_TEST_ALL") != nullptr; }

#if defined(__SANITIZE_ADDRESS__)
inline constexpr bool sanitized = true;
#else
inline constexpr bool sanitized = false;
#endif

}  // namespace naskah::test
