// Dates as PDF writes them (ISO 32000-1 7.9.4): "D:20260326140500+08'00'". Claims of the file, never proof.
#pragma once

#include <optional>

#include "core/world.h"
#include "verify/object.h"

namespace naskah::verify {

std::optional<Instant> claimed_time(const Object* date);  // nothing for nullptr or what is no date

}  // namespace naskah::verify
