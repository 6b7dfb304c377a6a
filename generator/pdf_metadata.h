// What a PDF says about itself: document information, XMP (ISO 16684-1), and the colours that it means.
#pragma once

#include <string>

#include "core/bytes.h"
#include "core/world.h"
#include "generator/page.h"

namespace naskah::generator {

// The same statements twice, as PDF/A demands: the Info dictionary's entries and the XMP packet.
std::string info_entries(const Document& document, Instant time);
std::string xmp_packet(const Document& document, Instant time);

std::string pdf_date(Instant time);  // "(D:20260326060500Z)"

// An ICC profile (ISO 15076-1, version 4.2) of sRGB, made of its published numbers.
Bytes srgb_profile();

}  // namespace naskah::generator
