// The buku agenda as its pages show it: what an address asks for, and rows and words out of what the store
// answers.
#pragma once

#include <map>
#include <string>

#include "service/site.h"
#include "storage/accounts.h"
#include "workflow/agenda.h"

namespace naskah::service {

// What a page of the agenda is asked for by its address. What cannot be read is as if it were not there.
struct AgendaQuery {
    storage::AgendaFilter filter;
    storage::AgendaOrder order = storage::AgendaOrder::newest;
    std::int64_t after = 0, before = 0;
    bool filtered() const;
    std::string text(bool with_place = false) const;  // "?cari=...", or empty
    static AgendaQuery parse(const Fields& query);
};

// Names of people by their usernames, each asked for once.
class Names {
public:
    explicit Names(std::shared_ptr<storage::Connections> database) : accounts_(std::move(database)) {}
    std::string of(const std::string& username);

private:
    storage::Accounts accounts_;
    std::map<std::string, std::string> known_;
};

// Letters that are Rahasia open to the head, the agenda's keeper and who made them.
bool may_read(const workflow::Person& person, const storage::AgendaRow& row);

// {"kata", "dipesan", "terbit", ...}: for web/pages/partials/tag-keadaan.mustache.
Json state_tag(const Site& site, const Visit& visit, storage::Status status);
// What web/pages/agenda.mustache shows.
Json agenda_page(const Site& site, const Visit& visit, const AgendaQuery& query, storage::Agenda& agenda);
// What web/pages/agenda-surat.mustache shows.
Json letter_page(Site& site, const Visit& visit, const storage::AgendaRow& row);
// Title and value of what tells letters apart, for pages that act on one.
Json short_facts(const Site& site, const Visit& visit, const storage::AgendaRow& row);

std::string letter_address(const LetterId& id);  // "/agenda/K7QM..."
// "1.218"
std::string thousands(std::int64_t number);

}  // namespace naskah::service
