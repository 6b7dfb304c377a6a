// What the answer's page shows, as its template takes it: web/pages/hasil.mustache.
#pragma once

#include "service/public_check.h"
#include "service/site.h"

namespace naskah::service {

// `id`: the code that was asked, if it was one.
Json result_content(const Site& site, const Visit& visit, const workflow::Office& office,
                    const PublicCheck::Outcome& outcome, const std::optional<LetterId>& id);

// How to reach the office: {"telepon", "tautan_telepon"} (empty if the letterhead names none) and its
// official host, as "resmi".
Json contact_of(const workflow::Office& office);

}  // namespace naskah::service
