// The people of the office for its pages: those with accounts, who act, and those whom letters name.
#pragma once

#include "service/form.h"
#include "service/site.h"
#include "workflow/drafting.h"

namespace naskah::service {

// Everyone with an account in use, as the database has them when it is called.
workflow::Directory directory_of(const Site& site);

// Officials in office on that day and the staff of office.json, by name: whom a form offers to fill in.
std::vector<Candidate> candidates_of(const workflow::Office& office, Date day);

}  // namespace naskah::service
