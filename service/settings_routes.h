// The admin's pages of the office's data: office, officials, series, certificates, holidays.
#pragma once

#include "service/service.h"

namespace naskah::service {

void add_office_routes(Service& service, Site& site);        // /pengaturan/kantor, /sertifikat, /libur
void add_official_routes(Service& service, Site& site);      // /pengaturan/pejabat
void add_signing_rule_routes(Service& service, Site& site);  // /pengaturan/pejabat/aturan
void add_series_routes(Service& service, Site& site);        // /pengaturan/seri, /pengaturan/jenis

}  // namespace naskah::service
