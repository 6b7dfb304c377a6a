// A tar file (POSIX pax): written whole or not at all, read entry by entry. What is read may have been made
// by anybody: an entry is a regular file with a harmless name, or the archive is refused.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "core/bytes.h"
#include "core/sha256.h"
#include "core/world.h"

namespace naskah::workflow {

// What an archive may hold: "templates/sk/letter.mustache". No part is empty, hidden, "." or ".."; no
// backslash, no control character; at most 16 parts and 1,000 octets.
bool is_safe_name(const std::string& name);

struct Archived {
    std::string name;
    std::uint64_t size = 0;
    Sha256 sha256;
};

class ArchiveWriter {
public:
    // Begins beside `target`, readable by its owner only. Error(data) if `target` exists: no archive is ever
    // overwritten; Error(cannot_write).
    explicit ArchiveWriter(const std::filesystem::path& target);
    ~ArchiveWriter();  // takes back what was not finished
    ArchiveWriter(const ArchiveWriter&) = delete;
    ArchiveWriter& operator=(const ArchiveWriter&) = delete;

    // The file as it is when it is opened. Error(data) if it is no regular file, or shrinks meanwhile.
    Archived add(const std::string& name, const std::filesystem::path& file);
    Archived add(const std::string& name, BytesView content, Instant changed);
    // On disk and in its place when this returns. The digest is that of the whole archive.
    Sha256 finish();

private:
    struct Inside;
    std::unique_ptr<Inside> inside_;
};

class ArchiveReader {
public:
    // Error(data) if it cannot be read or is no tar file.
    explicit ArchiveReader(const std::filesystem::path& file);
    ~ArchiveReader();
    ArchiveReader(const ArchiveReader&) = delete;
    ArchiveReader& operator=(const ArchiveReader&) = delete;

    // The name of the next entry; nothing at the end. Error(data): a name that is not safe, an entry that is
    // no regular file, an archive that breaks off.
    std::optional<std::string> next();
    // The content of that entry, into a new file of that mode, flushed to disk.
    Archived extract(const std::filesystem::path& to, unsigned mode);

private:
    struct Inside;
    std::unique_ptr<Inside> inside_;
};

}  // namespace naskah::workflow
