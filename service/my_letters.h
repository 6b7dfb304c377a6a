// The clerk's letters as a list, where each is and why; and how a new one begins.
#pragma once

#include "service/previews.h"
#include "service/site.h"

namespace naskah::service {

Response my_letters(Site& site, Previews& previews, Visit& visit);
// Kinds of letters; with ?jenis= the earlier letters of that kind to start from.
Response choose_kind(Site& site, Previews& previews, Visit& visit);
// Makes the draft, from nothing or from an earlier letter, and leads to it.
Response begin_letter(Site& site, Previews& previews, Visit& visit);

}  // namespace naskah::service
