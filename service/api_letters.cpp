// Kinds of letters and the letters of the register, for programs.
#include "core/date.h"
#include "service/api.h"
#include "workflow/batch.h"

namespace naskah::service {
namespace {

using workflow::Role;

// Whoever works with letters; admins do not.
Access readers() { return Access::of({Role::staf, Role::pemeriksa, Role::kadis, Role::tata_usaha}); }

std::shared_ptr<const generator::Package> find_kind(workflow::Desk& desk, const std::string& kind) {
    const auto kinds = desk.templates().kinds();
    return std::find(kinds.begin(), kinds.end(), kind) == kinds.end() ? nullptr : desk.templates().get(kind);
}

Json kind_json(const generator::Package& package) {
    const Json& about = package.about();
    return {{"kind", package.kind()},
            {"title", about.value("judul", "")},
            {"series", about.value("seri", "")},
            {"paper", about.value("kertas", "A4")},
            {"signer", about.value("penandatangan", "")},
            {"public", about.value("publik", false)}};
}

}  // namespace

Json to_json(const storage::Letter& letter, const workflow::Office& office, bool whole) {
    const auto id_or_null = [](const std::optional<LetterId>& id) {
        return id ? Json(to_string(*id)) : Json(nullptr);
    };
    Json json = {{"id", to_string(letter.id)},
                 {"kind", letter.kind},
                 {"series", letter.series},
                 {"number", letter.number},
                 {"date", to_iso(letter.date)},
                 {"status", to_string(letter.status)},
                 {"subject", letter.subject},
                 {"reserved_at", to_rfc3339(letter.reserved_at)},
                 {"issued_at", letter.issued_at ? Json(to_rfc3339(*letter.issued_at)) : Json(nullptr)},
                 {"sha256", letter.sha256 ? Json(to_string(*letter.sha256)) : Json(nullptr)},
                 {"reason", letter.reason},
                 {"replaces", id_or_null(letter.replaces)},
                 {"replaced_by", id_or_null(letter.replaced_by)},
                 {"verify_url", office.verify_url(letter.id)}};
    if (whole) json["data"] = letter.data;
    return json;
}

void add_api_letters(Api& api) {
    Site& site = api.site();
    api.get("/kinds", Access::signed_in(), [&site](Visit& visit) {
        only_parameters(visit.request, {});
        const auto desk = site.desk();
        Json items = Json::array();
        for (const std::string& kind : desk->templates().kinds())
            items.push_back(kind_json(*desk->templates().get(kind)));
        return page_of(std::move(items), std::nullopt);
    });
    for (const char* what : {"", "/schema", "/example"})
        api.get(
            std::string("/kinds/{kind}") + what, Access::signed_in(),
            [&site, api, what = std::string(what)](Visit& visit) {
                const auto desk = site.desk();
                const auto package = find_kind(*desk, visit.names.at("kind"));
                if (!package) return api.problem(visit, 404, "Jenis surat ini tidak ada");
                if (what == "/schema") {
                    Response response = json_response(package->schema());
                    response.type = "application/schema+json";
                    return response;
                }
                if (what == "/example")
                    return json_response(
                        workflow::example_of(desk->templates(), package->kind(), site.root(), site.clock()));
                return json_response(kind_json(*package));
            },
            what == std::string("/schema") ? "application/schema+json" : "application/json");

    api.get("/letters", readers(), [&site](Visit& visit) {
        const Request& request = visit.request;
        only_parameters(request, {"series", "kind", "year", "status", "limit", "cursor"});
        storage::Filter filter;
        filter.series = request.query.get("series");
        filter.kind = request.query.get("kind");
        if (const std::string year(request.query.get("year")); !year.empty()) {
            const auto first = parse_date(year + "-01-01");
            if (!first) throw Error(Code::usage, "bukan tahun", "year", "Tulis empat angka, misalnya 2026.");
            filter.year = year_of(*first);
        }
        if (const auto status = request.query.get("status"); !status.empty()) {
            filter.status = storage::parse_status(status);
            if (!filter.status)
                throw Error(Code::usage, "status tidak dikenal", "status",
                            "Pilih reserved, issued, void, revoked atau superseded.");
        }
        filter.after = cursor_of(request);
        const int limit = limit_of(request);
        filter.limit = limit + 1;  // one more tells whether there is a next page
        const auto desk = site.desk();
        auto rows = desk->letters().list(filter);
        std::optional<std::int64_t> next;
        if (rows.size() > static_cast<std::size_t>(limit)) {
            rows.pop_back();
            next = rows.back().row;
        }
        Json items = Json::array();
        for (const storage::Row& row : rows) items.push_back(to_json(row.letter, desk->office(), false));
        return page_of(std::move(items), next);
    });
    const auto find_letter = [](workflow::Desk& desk, const Visit& visit) -> std::optional<storage::Letter> {
        const auto id = parse_letter_id(visit.names.at("id"));
        return id ? desk.letters().find(*id) : std::nullopt;
    };
    api.get("/letters/{id}", readers(), [&site, api, find_letter](Visit& visit) {
        const auto desk = site.desk();
        const auto letter = find_letter(*desk, visit);
        if (!letter) return api.problem(visit, 404, "Surat ini tidak ada");
        return json_response(to_json(*letter, desk->office(), true));
    });
    api.get(
        "/letters/{id}/pdf", readers(),
        [&site, api, find_letter](Visit& visit) {
            const auto desk = site.desk();
            const auto letter = find_letter(*desk, visit);
            const auto pdf = letter ? desk->letters().pdf(letter->id) : std::nullopt;
            if (!pdf)
                return api.problem(visit, 404, letter ? "Surat ini belum terbit" : "Surat ini tidak ada");
            return download(std::string(as_text(*pdf)), "application/pdf",
                            workflow::file_name_of(letter->number));
        },
        "application/pdf");
}

}  // namespace naskah::service
