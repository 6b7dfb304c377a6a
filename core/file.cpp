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

[[noreturn]] void too_large(const fs::path& path, std::size_t limit) {
    throw Error(Code::data,
                "lebih besar dari " +
                    (limit < 1u << 20 ? std::to_string(limit) + " B" : std::to_string(limit >> 20) + " MB"),
                path.string(), "Perkecil berkas itu, atau pilih berkas yang benar.");
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
    ~Descriptor() {
        if (number_ >= 0) ::close(number_);
    }
    bool open() const { return number_ >= 0; }
    int number() const { return number_; }

private:
    int number_;
};

// A file that has no name until it is whole, so that it vanishes with the process that crashes. File systems
// that know no such files get a hidden name at once, which the destructor takes back.
class NewFile {
public:
    NewFile(int folder, unsigned mode) : folder_(folder) {
        Bytes random(8);
        system_random().fill(random);
        hidden_name_ = ".naskah-" + to_hex(random) + ".tmp";
        number_ = ::openat(folder_, ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, mode);
        if (number_ < 0 && (errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL)) {
            number_ = ::openat(folder_, hidden_name_.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, mode);
            has_name_ = number_ >= 0;
        }
    }
    NewFile(const NewFile&) = delete;
    NewFile& operator=(const NewFile&) = delete;
    ~NewFile() {
        if (number_ >= 0) ::close(number_);
        if (has_name_) ::unlinkat(folder_, hidden_name_.c_str(), 0);
    }

    // The steps return false and leave the reason in errno.
    bool open() const { return number_ >= 0; }
    bool write(BytesView bytes) {
        while (!bytes.empty()) {
            const ssize_t count = ::write(number_, bytes.data(), bytes.size());
            if (count < 0 && errno == EINTR) continue;
            if (count < 0) return false;
            bytes = bytes.subspan(static_cast<std::size_t>(count));
        }
        return ::fsync(number_) == 0;
    }
    bool take_place_of(const fs::path& name) {
        if (!has_name_) {
            // A link cannot replace a file, a renaming can: so the hidden name comes between, for an instant.
            const std::string self = "/proc/self/fd/" + std::to_string(number_);
            if (::linkat(AT_FDCWD, self.c_str(), folder_, hidden_name_.c_str(), AT_SYMLINK_FOLLOW) != 0)
                return false;
            has_name_ = true;
        }
        if (::renameat(folder_, hidden_name_.c_str(), folder_, name.c_str()) != 0) return false;
        has_name_ = false;
        return true;
    }

private:
    int folder_;
    int number_ = -1;
    bool has_name_ = false;
    std::string hidden_name_;
};

// The file that a name really stands for: a link is followed, and a device, pipe or folder is never replaced.
fs::path real_target(const fs::path& path) {
    std::error_code error;
    const fs::file_status status = fs::symlink_status(path, error);
    if (status.type() == fs::file_type::not_found) return path;
    if (error) cannot_write(path, reason(error.value()));
    const fs::path target = fs::canonical(path, error);
    if (!error && fs::is_directory(target, error)) cannot_write(path, reason(EISDIR));
    if (error || !fs::is_regular_file(target, error)) cannot_write(path, "bukan berkas biasa");
    return target;
}

// Where a new file goes.
class Place {
public:
    explicit Place(const fs::path& path)
        : target_(real_target(path)), folder_(open_folder(path, target_.parent_path())) {
        if (!target_.has_filename()) cannot_write(path, "bukan nama berkas");
    }
    int folder() const { return folder_.number(); }
    fs::path name() const { return target_.filename(); }

private:
    static Descriptor open_folder(const fs::path& path, const fs::path& parent) {
        const fs::path name = parent.empty() ? fs::path(".") : parent;
        const int number = ::open(name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (number < 0) cannot_write(path, "folder " + name.string() + " " + reason(errno));
        return Descriptor(number);
    }

    fs::path target_;
    Descriptor folder_;
};

}  // namespace

Bytes read_file(const fs::path& path, std::size_t limit) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) cannot_read(path, reason(errno));
    if (!S_ISREG(status.st_mode) && !S_ISFIFO(status.st_mode)) cannot_read(path, "bukan berkas biasa");
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
    if (!file.open()) cannot_read(path, reason(errno));
    if (::fstat(file.number(), &status) != 0) cannot_read(path, reason(errno));

    const auto expected = static_cast<std::size_t>(S_ISREG(status.st_mode) ? status.st_size : 0);
    if (expected > limit) too_large(path, limit);
    Bytes bytes(expected + 1);  // one more, to see the end of the file without growing
    std::size_t filled = 0;
    while (true) {
        if (filled == bytes.size()) bytes.resize(filled + (64u << 10));
        const ssize_t count = ::read(file.number(), bytes.data() + filled, bytes.size() - filled);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) cannot_read(path, reason(errno));
        if (count == 0) break;
        filled += static_cast<std::size_t>(count);
        if (filled > limit) too_large(path, limit);
    }
    bytes.resize(filled);
    return bytes;
}

std::string read_text(const fs::path& path, std::size_t limit) {
    const Bytes bytes = read_file(path, limit);
    return std::string(as_text(bytes));
}

void write_file(const fs::path& path, BytesView bytes, unsigned mode) {
    const Place place(path);
    NewFile file(place.folder(), mode);
    if (!file.open() || !file.write(bytes) || !file.take_place_of(place.name())) {
        cannot_write(path, reason(errno));
    }
    // The folder's own entry must reach the disk too, or the name is lost with the power.
    if (::fsync(place.folder()) != 0 && errno != EINVAL) cannot_write(path, reason(errno));
}

void require_writable(const fs::path& path) {
    const Place place(path);
    NewFile file(place.folder(), 0600);
    if (!file.open() || !file.write(Bytes(64 * 1024))) cannot_write(path, reason(errno));
}

}  // namespace naskah
