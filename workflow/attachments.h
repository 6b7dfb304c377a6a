// Pictures of letters. A letter's data names files of the clerk; before its number is taken they are copied
// into the office, named by their SHA-256, and the data names the copies: a letter can't lose its pictures.
#pragma once

#include <filesystem>
#include <optional>

#include "generator/generator.h"

namespace naskah::workflow {

// `data` with every field of the schema's format "gambar" pointing into `office`/lampiran/. Reads below
// `images` only: a name that leads out of it is refused. Throws Error(data) naming the field;
// Error(cannot_write).
Json take_pictures(const generator::Package& package, const Json& data, const std::filesystem::path& images,
                   const std::filesystem::path& office);

// Keeps a picture that was uploaded, and gives back the name that a letter's data holds:
// "lampiran/<sha256>.jpg". Throws Error(data) naming `name` for what is no picture that a letter can print;
// Error(cannot_write).
std::string keep_picture(BytesView picture, const std::string& name, const std::filesystem::path& office);
// The file of such a name, or of one in the office's own foto/; nothing for any other name, or if it is not
// there.
std::optional<std::filesystem::path> kept_picture(const std::string& name,
                                                  const std::filesystem::path& office);

}  // namespace naskah::workflow
