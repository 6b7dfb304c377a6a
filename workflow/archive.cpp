// The home of libarchive.
#include "workflow/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "core/error.h"
#include "core/text.h"

namespace naskah::workflow {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t block = std::size_t{1} << 18;
constexpr const char* broken =
    "Ambil lagi berkas cadangan itu dari tempat simpannya, atau pakai cadangan lain.";

class Descriptor {
public:
    explicit Descriptor(int number = -1) : number_(number) {}
    ~Descriptor() {
        if (number_ >= 0) ::close(number_);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    int number() const { return number_; }
    bool open() const { return number_ >= 0; }

private:
    int number_;
};

[[noreturn]] void cannot_write(const fs::path& path, int reason) {
    throw Error(Code::cannot_write, std::string("tidak dapat ditulis: ") + std::strerror(reason),
                path.string(), "Periksa ruang disk dan izin folder, lalu ulangi.");
}

bool write_all(int to, const void* data, std::size_t size) {
    const char* at = static_cast<const char*>(data);
    while (size > 0) {
        const ssize_t count = ::write(to, at, size);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return false;
        at += count;
        size -= static_cast<std::size_t>(count);
    }
    return true;
}

}  // namespace

bool is_safe_name(const std::string& name) {
    if (name.empty() || name.size() > 1000 || first_bad_utf8(name)) return false;
    std::size_t parts = 0;
    for (std::size_t begin = 0; begin <= name.size(); ++parts) {
        const std::size_t end = std::min(name.find('/', begin), name.size());
        const std::string_view part(name.data() + begin, end - begin);
        if (part.empty() || part.starts_with('.') || part.size() > 255) return false;
        for (const char c : part)
            if (c == '\\' || static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return false;
        begin = end + 1;
    }
    return parts <= 16;
}

struct ArchiveWriter::Inside {
    fs::path target, hidden;
    int out = -1;
    int error = 0;  // of the last write that failed
    Sha256Sum sum;
    struct archive* tar = nullptr;

    // Also when the constructor around it throws.
    ~Inside() {
        if (tar != nullptr) {
            archive_write_fail(tar);
            archive_write_free(tar);
        }
        if (out >= 0) ::close(out);
        if (!hidden.empty()) ::unlink(hidden.c_str());
    }

    static la_ssize_t write(struct archive*, void* self, const void* data, std::size_t size) {
        auto& inside = *static_cast<Inside*>(self);
        if (!write_all(inside.out, data, size)) {
            inside.error = errno;
            return -1;
        }
        inside.sum.add({static_cast<const std::uint8_t*>(data), size});
        return static_cast<la_ssize_t>(size);
    }

    const char* why() const {
        const char* said = archive_error_string(tar);
        return said == nullptr ? "" : said;
    }

    void need(la_ssize_t result) {
        if (result >= ARCHIVE_OK) return;
        if (error != 0) cannot_write(target, error);
        throw Error(Code::internal, std::string("cadangan tidak dapat disusun: ") + why(), target.string());
    }

    void begin(const std::string& name, std::uint64_t size, std::int64_t seconds) {
        if (!is_safe_name(name))
            throw Error(Code::data, "nama berkas ini tidak dapat dicadangkan", name,
                        "Ganti namanya: tanpa titik di depan, garis miring terbalik, dan karakter kendali.");
        const std::unique_ptr<struct archive_entry, decltype(&archive_entry_free)> entry(archive_entry_new(),
                                                                                         &archive_entry_free);
        archive_entry_set_pathname(entry.get(), name.c_str());
        archive_entry_set_filetype(entry.get(), AE_IFREG);
        archive_entry_set_perm(entry.get(), 0600);
        archive_entry_set_size(entry.get(), static_cast<la_int64_t>(size));
        archive_entry_set_mtime(entry.get(), seconds, 0);
        need(archive_write_header(tar, entry.get()));
    }
};

ArchiveWriter::ArchiveWriter(const fs::path& target) : inside_(std::make_unique<Inside>()) {
    Inside& inside = *inside_;
    inside.target = fs::absolute(target);
    std::error_code ignored;
    if (fs::symlink_status(inside.target, ignored).type() != fs::file_type::not_found)
        throw Error(Code::data, "berkas ini sudah ada", target.string(),
                    "Cadangan tidak menimpa apa pun. Sebutkan nama lain.");
    Bytes random(8);
    system_random().fill(random);
    inside.hidden = inside.target.parent_path() / (".naskah-" + to_hex(random) + ".tmp");
    inside.out = ::open(inside.hidden.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
    if (inside.out < 0) cannot_write(target, errno);
    inside.tar = archive_write_new();
    archive_write_set_format_pax_restricted(inside.tar);
    // Names are octets: libarchive would want the locale to turn them into what they are already.
    archive_write_set_format_option(inside.tar, "pax", "hdrcharset", "BINARY");
    inside.need(archive_write_open(inside.tar, &inside, nullptr, &Inside::write, nullptr));
}

ArchiveWriter::~ArchiveWriter() = default;

Archived ArchiveWriter::add(const std::string& name, const fs::path& file) {
    const Descriptor in(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    struct stat about {};
    if (!in.open() || ::fstat(in.number(), &about) != 0 || !S_ISREG(about.st_mode))
        throw Error(Code::data, "tidak dapat dibaca", file.string(), "Periksa nama dan izin berkas.");
    auto left = static_cast<std::uint64_t>(about.st_size);
    inside_->begin(name, left, about.st_mtime);
    Archived archived{.name = name, .size = left, .sha256 = {}};
    Sha256Sum sum;
    Bytes buffer(block);
    while (left > 0) {
        const ssize_t count =
            ::read(in.number(), buffer.data(), std::min<std::uint64_t>(left, buffer.size()));
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0)
            throw Error(Code::data, "berkas berubah selagi dicadangkan", file.string(),
                        "Ulangi pencadangan.");
        const auto size = static_cast<std::size_t>(count);
        inside_->need(archive_write_data(inside_->tar, buffer.data(), size));
        sum.add({buffer.data(), size});
        left -= size;
    }
    archived.sha256 = sum.finish();
    return archived;
}

Archived ArchiveWriter::add(const std::string& name, BytesView content, Instant changed) {
    inside_->begin(name, content.size(),
                   std::chrono::floor<std::chrono::seconds>(changed).time_since_epoch().count());
    inside_->need(archive_write_data(inside_->tar, content.data(), content.size()));
    return {name, content.size(), sha256(content)};
}

Sha256 ArchiveWriter::finish() {
    Inside& inside = *inside_;
    inside.need(archive_write_close(inside.tar));
    if (::fsync(inside.out) != 0) cannot_write(inside.target, errno);
    // A link, unlike a renaming, never takes the place of a file that somebody put there meanwhile.
    if (::link(inside.hidden.c_str(), inside.target.c_str()) != 0) cannot_write(inside.target, errno);
    const Descriptor folder(::open(inside.target.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!folder.open() || (::fsync(folder.number()) != 0 && errno != EINVAL))
        cannot_write(inside.target, errno);
    return inside.sum.finish();
}

struct ArchiveReader::Inside {
    fs::path file;
    int in = -1;
    struct archive* tar = nullptr;
    struct archive_entry* entry = nullptr;

    ~Inside() {
        if (tar != nullptr) archive_read_free(tar);
        if (in >= 0) ::close(in);
    }

    [[noreturn]] void refuse(const std::string& what, const std::string& where = {}) const {
        throw Error(Code::data, what, file.string() + (where.empty() ? "" : ": " + where), broken);
    }
};

ArchiveReader::ArchiveReader(const fs::path& file) : inside_(std::make_unique<Inside>()) {
    Inside& inside = *inside_;
    inside.file = file;
    inside.in = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat about {};
    if (inside.in < 0 || ::fstat(inside.in, &about) != 0 || !S_ISREG(about.st_mode))
        throw Error(Code::data, "cadangan tidak dapat dibaca", file.string(),
                    "Periksa nama dan izin berkas.");
    inside.tar = archive_read_new();
    archive_read_support_format_tar(inside.tar);  // and no other format, no compression
    if (archive_read_open_fd(inside.tar, inside.in, block) != ARCHIVE_OK)
        inside.refuse("berkas ini bukan cadangan");
}

ArchiveReader::~ArchiveReader() = default;

std::optional<std::string> ArchiveReader::next() {
    Inside& inside = *inside_;
    const int result = archive_read_next_header(inside.tar, &inside.entry);
    if (result == ARCHIVE_EOF) return std::nullopt;
    if (result != ARCHIVE_OK) inside.refuse("cadangan rusak atau terpotong");
    const char* raw = archive_entry_pathname(inside.entry);
    const std::string name = raw == nullptr ? "" : raw;
    if (!is_safe_name(name)) inside.refuse("cadangan memuat nama berkas yang tidak diizinkan");
    if (archive_entry_filetype(inside.entry) != AE_IFREG || archive_entry_hardlink(inside.entry) != nullptr ||
        archive_entry_symlink(inside.entry) != nullptr || archive_entry_sparse_count(inside.entry) > 0 ||
        archive_entry_size_is_set(inside.entry) == 0)
        inside.refuse("cadangan memuat sesuatu yang bukan berkas biasa", name);
    return name;
}

Archived ArchiveReader::extract(const fs::path& to, unsigned mode) {
    Inside& inside = *inside_;
    const std::string name = archive_entry_pathname(inside.entry);
    const Descriptor out(::open(to.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, mode));
    if (!out.open()) {
        if (errno == EEXIST) inside.refuse("cadangan memuat berkas yang sama dua kali", name);
        cannot_write(to, errno);
    }
    Archived archived{.name = name, .size = 0, .sha256 = {}};
    Sha256Sum sum;
    Bytes buffer(block);
    for (;;) {
        const la_ssize_t count = archive_read_data(inside.tar, buffer.data(), buffer.size());
        if (count == 0) break;
        if (count < 0) inside.refuse("cadangan rusak atau terpotong", name);
        const auto size = static_cast<std::size_t>(count);
        if (!write_all(out.number(), buffer.data(), size)) cannot_write(to, errno);
        sum.add({buffer.data(), size});
        archived.size += size;
    }
    if (archived.size != static_cast<std::uint64_t>(archive_entry_size(inside.entry)))
        inside.refuse("cadangan rusak atau terpotong", name);
    if (::fsync(out.number()) != 0) cannot_write(to, errno);
    archived.sha256 = sum.finish();
    return archived;
}

}  // namespace naskah::workflow
