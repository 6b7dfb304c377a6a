#include "core/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "core/error.h"
#include "core/world.h"

namespace naskah {
namespace {

namespace fs = std::filesystem;

std::string reason(int error) {
    switch (error) {
        case ENOENT: return "tidak ada";
        case EACCES:
        case EPERM: return "tidak boleh diakses";
        case EISDIR: return "adalah folder";
        case ENOTDIR: return "foldernya bukan folder";
        case ENOSPC:
        case EDQUOT: return "ruang disk habis";
        case EROFS: return "disk hanya dapat dibaca";
        case ENAMETOOLONG: return "namanya terlalu panjang";
        case EMFILE:
        case ENFILE: return "terlalu banyak berkas terbuka";
        default: return std::generic_category().message(error);
    }
}

[[noreturn]] void cannot_read(const fs::path& path, const std::string& why) {
    throw Error(Code::data, "tidak dapat dibaca: " + why, path.string(), "Periksa nama dan izin berkas.");
}

[[noreturn]] void cannot_write(const fs::path& path, const std::string& why) {
    throw Error(Code::cannot_write, "tidak dapat ditulis: " + why, path.string(),
                "Periksa ruang disk dan izin folder, lalu ulangi.");
}

class Descriptor {
public:
    explicit Descriptor(int number) : number_(number) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() { close(); }

    int number() const { return number_; }
    bool open() const { return number_ >= 0; }
    int close() {
        const int result = open() ? ::close(number_) : 0;
        number_ = -1;
        return result;
    }

private:
    int number_;
};

// A name beside the target under which the new file stands until it is whole; removed unless `keep` is
// called.
class TemporaryName {
public:
    explicit TemporaryName(const fs::path& target) {
        Bytes random(8);
        system_random().fill(random);
        // Short of the longest name that a file system takes, whatever the target's.
        path_ = target.parent_path() / (".naskah-" + to_hex(random) + ".tmp");
    }
    TemporaryName(const TemporaryName&) = delete;
    TemporaryName& operator=(const TemporaryName&) = delete;
    ~TemporaryName() {
        if (!path_.empty()) ::unlink(path_.c_str());
    }
    const fs::path& path() const { return path_; }
    void keep() { path_.clear(); }

private:
    fs::path path_;
};

void write_all(int file, BytesView bytes, const fs::path& path) {
    while (!bytes.empty()) {
        const ssize_t count = ::write(file, bytes.data(), bytes.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) cannot_write(path, reason(errno));
        bytes = bytes.subspan(static_cast<std::size_t>(count));
    }
}

// The folder's own entry must reach the disk too, or the name is lost with the power.
void flush_folder(const fs::path& folder, const fs::path& path) {
    Descriptor descriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!descriptor.open() || ::fsync(descriptor.number()) != 0) cannot_write(path, reason(errno));
}

// The file that a name really stands for: a link is followed, and a device, pipe or folder is never replaced.
fs::path real_target(const fs::path& path) {
    std::error_code error;
    const fs::file_status status = fs::symlink_status(path, error);
    if (!fs::exists(status)) return fs::path(path).is_absolute() ? path : fs::absolute(path, error);
    const fs::path target = fs::canonical(path, error);
    if (error || !fs::is_regular_file(target, error)) cannot_write(path, "bukan berkas biasa");
    return target;
}

}  // namespace

Bytes read_file(const fs::path& path, std::size_t limit) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) cannot_read(path, reason(errno));
    if (!S_ISREG(status.st_mode) && !S_ISFIFO(status.st_mode)) cannot_read(path, "bukan berkas biasa");
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
    if (!file.open()) cannot_read(path, reason(errno));
    if (::fstat(file.number(), &status) != 0) cannot_read(path, reason(errno));

    const std::string too_large = "lebih besar dari " + std::to_string(limit >> 20) + " MB";
    const auto expected = static_cast<std::size_t>(S_ISREG(status.st_mode) ? status.st_size : 0);
    if (expected > limit) cannot_read(path, too_large);
    Bytes bytes;
    // One byte more than expected shows the end of the file without a second round.
    std::size_t room = expected + 1;
    std::size_t filled = 0;
    while (true) {
        bytes.resize(filled + room);
        const ssize_t count = ::read(file.number(), bytes.data() + filled, bytes.size() - filled);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) cannot_read(path, reason(errno));
        if (count == 0) break;
        filled += static_cast<std::size_t>(count);
        if (filled > limit) cannot_read(path, too_large);
        if (filled == bytes.size())
            room = 64u << 10;
        else
            room = bytes.size() - filled;
    }
    bytes.resize(filled);
    return bytes;
}

std::string read_text(const fs::path& path, std::size_t limit) {
    const Bytes bytes = read_file(path, limit);
    return std::string(as_text(bytes));
}

void write_file(const fs::path& path, BytesView bytes, unsigned mode) {
    const fs::path target = real_target(path);
    const fs::path folder = target.parent_path();
    TemporaryName temporary(target);

    // A file without a name vanishes with the process, so that a crash leaves nothing behind. File systems
    // that have no such files get a hidden name at once.
    Descriptor file(::open(folder.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, mode));
    const bool nameless = file.open();
    if (!nameless) {
        if (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL) cannot_write(path, reason(errno));
    }
    Descriptor named(
        nameless ? -1 : ::open(temporary.path().c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, mode));
    if (!nameless && !named.open()) cannot_write(path, reason(errno));
    Descriptor& output = nameless ? file : named;

    write_all(output.number(), bytes, path);
    if (::fsync(output.number()) != 0) cannot_write(path, reason(errno));
    if (nameless) {
        const std::string self = "/proc/self/fd/" + std::to_string(output.number());
        if (::linkat(AT_FDCWD, self.c_str(), AT_FDCWD, temporary.path().c_str(), AT_SYMLINK_FOLLOW) != 0) {
            cannot_write(path, reason(errno));
        }
    }
    if (output.close() != 0) cannot_write(path, reason(errno));
    if (::rename(temporary.path().c_str(), target.c_str()) != 0) cannot_write(path, reason(errno));
    temporary.keep();
    flush_folder(folder, path);
}

}  // namespace naskah
