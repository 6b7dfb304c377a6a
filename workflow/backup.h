// Safe keeping: an office as one file, made while it works, and an office made from such a file.
//
// The file is a tar (docs/backup.md): the register as an SQLite file whatever engine the office has, every
// file of the office's folder except its keys, and at the end a manifest with the SHA-256 of each. The
// register is taken first: whatever its letters need was in the folder before them.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "storage/copy.h"
#include "workflow/office.h"

namespace naskah::workflow {

struct BackupOptions {
    std::filesystem::path file;  // must not exist, and not lie in the office's folder
    bool with_keys = false;      // keys/ too: secrets, which then need the same care as the keys themselves
};

struct Backup {
    std::filesystem::path file;
    Json manifest;
    Sha256 sha256;                  // of the file
    std::vector<Problem> problems;  // of the register; the backup was made all the same
};

// Others go on issuing meanwhile. Error(cannot_write), and nothing is left behind.
Backup back_up(const Office& office, const BackupOptions& options, const Clock& clock);

// Makes `folder`/naskah-20261126T021500Z.tar and removes the oldest of that name beyond the newest `keep`
// (0: keeps all). Nothing is removed unless the new one is whole.
Backup back_up_into(const Office& office, const std::filesystem::path& folder, std::size_t keep,
                    bool with_keys, const Clock& clock);

// Reads all of a backup: each file against the manifest, the register against its own guarantees. Gives the
// manifest. Error(data) naming what is wrong: damaged, broken off, tampered with.
Json verify_backup(const std::filesystem::path& file);

struct Restored {
    std::filesystem::path folder;
    std::string
        storage;  // where the register is now: a file's name, or "server" (an address may hold a password)
    Json manifest;
    bool has_keys = false;
};

// Makes the office in `folder` (absent or empty), with its register at `storage` (empty: where office.json
// says; a file in the folder or an empty database of a server). Whole or not at all. The register waits to be
// reconciled (storage/reconciliation.h).
Restored restore(const std::filesystem::path& file, const std::filesystem::path& folder, std::string storage,
                 const Clock& clock, const std::string& actor);

}  // namespace naskah::workflow
