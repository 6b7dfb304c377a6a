// What pages and programs share when anyone has a letter checked: one lane for files, one count of how often.
#pragma once

#include "service/lane.h"
#include "service/public_check.h"
#include "service/rates.h"

namespace naskah::service {

struct Checking {
    static constexpr std::size_t most_bytes = 20u << 20;

    PublicCheck check;
    Rates uploads{20, std::chrono::seconds(6)}, unknown_codes{30, std::chrono::seconds(10)};
    Lane lane{1, 8};
};

}  // namespace naskah::service
