// Typesetting: a checked tree of markup becomes pages of items at fixed positions.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "generator/fonts.h"
#include "generator/markup.h"
#include "generator/page.h"

namespace naskah::generator {

struct LayoutInput {
    const FontLibrary& fonts;
    std::string url;  // of the QR code, empty in a draft
    bool draft = false;
    // Gives the picture of an `img` or emblem. Throws Error(data) naming it.
    std::function<std::shared_ptr<const Picture>(const std::string& src)> picture;
};

// Throws Error(data) with the place in the template for what cannot be laid out: a character that no face
// has, a column narrower than a letter, a block higher than a page.
Document lay_out(const Node& letter, const LayoutInput& input);

}  // namespace naskah::generator
