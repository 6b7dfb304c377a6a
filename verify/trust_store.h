// What Trust holds, for those in verify who search in it.
#pragma once

#include <memory>
#include <vector>

#include "verify/certificate.h"
#include "verify/evidence.h"
#include "verify/verify.h"

struct x509_store_st;

namespace naskah::verify {

struct Trust::Store {
    Store();
    std::shared_ptr<x509_store_st> roots;
    std::vector<Certificate> intermediates;
    std::vector<CrlEvidence> crls;
    std::vector<OcspEvidence> ocsps;
};

}  // namespace naskah::verify
