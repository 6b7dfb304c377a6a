// The only input and output of core: whole files, read bounded and written whole or not at all.
#pragma once

#include <filesystem>
#include <string>

#include "core/bytes.h"

namespace naskah {

// Throws Error(data) if it is missing, unreadable, not a regular file (or pipe), or larger than `limit`.
Bytes read_file(const std::filesystem::path& path, std::size_t limit = 256u << 20);
std::string read_text(const std::filesystem::path& path, std::size_t limit = 16u << 20);

// Writes beside the target, flushes to disk, renames, and flushes the folder: after a crash there is the old
// file or the new one. Throws Error(cannot_write) and leaves nothing behind. `mode` is the new file's
// permission.
void write_file(const std::filesystem::path& path, BytesView bytes, unsigned mode = 0644);

// Throws what write_file would throw now, and leaves nothing: asked before something that cannot be undone.
void require_writable(const std::filesystem::path& path);

}  // namespace naskah
