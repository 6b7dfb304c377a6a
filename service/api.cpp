#include "service/api.h"

#include <algorithm>
#include <charconv>

#include "core/text.h"
#include "service/colleagues.h"

namespace naskah::service {
namespace {

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return out;
}

// The media type without its parameters.
std::string media_type(std::string_view header) { return lower(trim(header.substr(0, header.find(';')))); }

// Whether what we would answer is among what is wanted.
bool accepts(std::string_view header, std::string_view type) {
    if (header.empty()) return true;
    const std::string range = std::string(type.substr(0, type.find('/'))) + "/*";
    while (!header.empty()) {
        const std::string_view item = header.substr(0, header.find(','));
        header.remove_prefix(std::min(item.size() + 1, header.size()));
        const std::string wanted = media_type(item);
        if (wanted == "*/*" || wanted == range || wanted == type) return true;
    }
    return false;
}

bool is_key(std::string_view text) {
    return !text.empty() && text.size() <= 128 &&
           std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

// Of all that was asked, but for secrets: a digest of a body with a PIN in it would give the PIN away to
// whoever reads the database and tries them all.
Sha256 digest_of(const Request& request) {
    std::string body = request.body;
    try {
        Json asked = parse_json(body, "isi");
        if (asked.is_object())
            for (const char* secret : {"pin", "seal_pin"}) asked.erase(secret);
        body = canonical_json(asked);
    } catch (const Error&) {  // it will be refused
    }
    std::string all;
    // Lengths in front, so that no two requests read the same.
    for (const std::string_view part :
         {std::string_view(request.method), std::string_view(request.path), request.header("if-match"),
          request.header("content-type"), std::string_view(body)})
        all.append(std::to_string(part.size())).append(":").append(part);
    return sha256(as_bytes(all));
}

const char* const kept_headers[] = {"ETag", "Location"};

}  // namespace

Members::Members(const Request& request) {
    if (request.body.empty() && request.uploads.empty() && request.form.all.empty()) return;
    if (media_type(request.header("content-type")) != "application/json") {
        status = 415;
        problems_ = {{"isi permintaan harus JSON", "Content-Type", "Kirim sebagai application/json."}};
        return;
    }
    try {
        json_ = parse_json(request.body, "isi");
        if (json_.is_object()) return;
        problems_ = {{"isi permintaan harus objek JSON", "isi", "Tulis { ... }."}};
    } catch (const Error& error) {
        problems_ = error.problems();
    }
    status = 400;
    json_ = Json::object();
}

const Json* Members::take(const char* name, bool required, bool (Json::*is)() const noexcept,
                          const char* type) {
    taken_.emplace_back(name);
    const auto found = json_.find(name);
    if (found == json_.end() || found->is_null()) {
        if (required) problems_.push_back({"wajib diisi", name, ""});
        return nullptr;
    }
    if ((*found.*is)()) return &*found;
    problems_.push_back({std::string("harus berupa ") + type, name, ""});
    return nullptr;
}

std::string Members::text(const char* name, bool required) {
    const Json* value = take(name, required, &Json::is_string, "teks");
    return value ? value->get<std::string>() : std::string();
}

std::int64_t Members::number(const char* name) {
    const Json* value = take(name, true, &Json::is_number_integer, "bilangan bulat");
    return value ? value->get<std::int64_t>() : 0;
}

Json Members::object(const char* name) {
    const Json* value = take(name, true, &Json::is_object, "objek");
    return value ? *value : Json::object();
}

Json Members::list(const char* name, std::size_t most) {
    const Json* value = take(name, true, &Json::is_array, "daftar");
    if (value && value->size() > most)
        problems_.push_back({"paling banyak " + std::to_string(most) + " butir", name, ""});
    return value ? *value : Json::array();
}

void Members::done() const {
    std::vector<Problem> problems = problems_;
    for (const auto& [name, value] : json_.items())
        if (std::find(taken_.begin(), taken_.end(), name) == taken_.end())
            problems.push_back({"isian ini tidak dikenal", visible(name), "Hapus, atau periksa ejaannya."});
    if (!problems.empty()) throw Error(Code::data, std::move(problems));
}

Api::Api(Service& service, Site& site)
    : service_(service), site_(site), replays_(std::make_shared<storage::Replays>(site.database())) {
    site.background().every(
        "replays", std::chrono::hours(1),
        [replays = replays_, &site](const std::stop_token&) { replays->forget_old(site.clock().now()); });
}

workflow::Drafting Api::drafting(workflow::Desk& desk, Random& random) const {
    return {desk, random, directory_of(site_)};
}

void Api::get(const std::string& pattern, Access access, Handler handler, const std::string& type) {
    service_.router().add({.method = "GET",
                           .pattern = "/api/v1" + pattern,
                           .access = std::move(access),
                           .handler =
                               [api = *this, type, handler = std::move(handler)](Visit& visit) {
                                   if (accepts(visit.request.header("accept"), type)) return handler(visit);
                                   return api.problem(visit, 406, "Jawaban tidak tersedia dalam bentuk itu");
                               },
                           .heavy = type == "application/pdf"});
}

void Api::post(const std::string& pattern, Access access, Posted handler) {
    service_.router().add({.method = "POST",
                           .pattern = "/api/v1" + pattern,
                           .access = std::move(access),
                           .handler = [api = *this, handler = std::move(handler)](Visit& visit) {
                               return api.once(visit, handler);
                           }});
}

void Api::put(const std::string& pattern, Access access, Put handler) {
    service_.router().add({.method = "PUT",
                           .pattern = "/api/v1" + pattern,
                           .access = std::move(access),
                           .handler = [api = *this, handler = std::move(handler)](Visit& visit) {
                               return api.read(visit, handler);
                           }});
}

Response Api::read(Visit& visit, const Put& handler) const {
    if (!accepts(visit.request.header("accept"), "application/json"))
        return problem(visit, 406, "Jawaban tidak tersedia dalam bentuk itu");
    Members members(visit.request);
    if (members.status != 0)
        return problem(visit, members.status, "Isi permintaan tidak dapat dibaca", members.problems());
    return handler(visit, members);
}

Response Api::once(Visit& visit, const Posted& handler) const {
    const Request& request = visit.request;
    Once once;
    const auto carry_out = [&] {
        return read(visit, [&](Visit& asked, Members& members) { return handler(asked, members, once); });
    };
    if (!request.headers.has("idempotency-key") || !visit.session) return carry_out();
    const std::string key(request.header("idempotency-key"));
    if (!is_key(key))
        return problem(
            visit, 400, "Permintaan tidak dapat dipahami",
            {{"Idempotency-Key harus 1 sampai 128 huruf ASCII tanpa spasi", "Idempotency-Key", ""}});
    const std::string& username = visit.someone().username;
    using Kind = storage::Replays::Claim::Kind;
    const auto claim = replays_->claim(username, key, digest_of(request), visit.now);
    switch (claim.kind) {
        case Kind::done: {
            Response response;
            response.status = claim.reply.status;
            response.type = claim.reply.type;
            response.body = claim.reply.body;
            for (const auto& [name, value] : claim.reply.headers.items())
                response.with(name, value.get<std::string>());
            return response.with("Idempotency-Replayed", "true");
        }
        case Kind::busy:
            return problem(visit, 409, "Permintaan dengan kunci ini sedang dikerjakan",
                           {{"jawabannya belum ada", "Idempotency-Key", "Ulangi beberapa saat lagi."}})
                .with("Retry-After", "2");
        case Kind::other:
            return problem(visit, 422, "Kunci ini sudah dipakai untuk permintaan lain",
                           {{"isi permintaan berbeda dari yang pertama", "Idempotency-Key",
                             "Pakai kunci baru untuk permintaan baru."}});
        case Kind::again: once.again = true; break;
        case Kind::fresh: break;
    }
    once.seed = username + "\n" + key + "\n" + std::to_string(claim.first_at.time_since_epoch().count());
    // What changed nothing, or may have been cut off inside, may be asked again with the same key.
    Response response;
    try {
        response = carry_out();
    } catch (...) {
        replays_->release(username, key);
        throw;
    }
    if (response.status >= 400) {
        replays_->release(username, key);
        return response;
    }
    storage::Reply reply{.status = response.status, .type = response.type, .body = response.body};
    for (const auto& [name, value] : response.headers)
        for (const char* kept : kept_headers)
            if (name == kept) reply.headers[name] = value;
    replays_->keep(username, key, reply);
    return response;
}

int limit_of(const Request& request, int most, int usual) {
    const std::string_view text = request.query.get("limit");
    if (text.empty()) return usual;
    int limit = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), limit);
    if (error != std::errc() || end != text.data() + text.size() || limit < 1 || limit > most)
        throw Error(Code::usage, "harus bilangan dari 1 sampai " + std::to_string(most), "limit");
    return limit;
}

namespace {
constexpr std::uint64_t cursor_veil = 0x6e61736b6168;  // so that nobody counts with it
}

std::string to_cursor(std::int64_t position) {
    char text[20];
    const auto end =
        std::to_chars(text, text + sizeof text, static_cast<std::uint64_t>(position) ^ cursor_veil, 36).ptr;
    return "c" + std::string(text, end);
}

std::int64_t cursor_of(const Request& request) {
    const std::string_view text = request.query.get("cursor");
    if (text.empty()) return 0;
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data() + 1, text.data() + text.size(), value, 36);
    value ^= cursor_veil;
    if (text.front() != 'c' || error != std::errc() || end != text.data() + text.size() ||
        value > (1ull << 53))
        throw Error(Code::usage, "bukan penanda halaman dari kami", "cursor",
                    "Pakai nilai next dari jawaban sebelumnya, apa adanya.");
    return static_cast<std::int64_t>(value);
}

Response page_of(Json items, std::optional<std::int64_t> next) {
    return json_response(
        {{"items", std::move(items)}, {"next", next ? Json(to_cursor(*next)) : Json(nullptr)}});
}

void only_parameters(const Request& request, const std::vector<std::string>& known) {
    std::vector<Problem> problems;
    for (const auto& [name, value] : request.query.all)
        if (std::find(known.begin(), known.end(), name) == known.end())
            problems.push_back({"parameter ini tidak dikenal", visible(name, 60), ""});
    if (!problems.empty()) throw Error(Code::usage, std::move(problems));
}

std::optional<std::int64_t> if_match(const Request& request) {
    std::string_view text = request.header("if-match");
    if (text.size() < 3 || text.front() != '"' || text.back() != '"') return std::nullopt;
    text = text.substr(1, text.size() - 2);
    std::int64_t revision = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), revision);
    if (error != std::errc() || end != text.data() + text.size() || revision < 1) return std::nullopt;
    return revision;
}

void add_api_routes(Service& service, Site& site, const std::shared_ptr<Checking>& checking,
                    const std::shared_ptr<workflow::SigningRounds>& rounds) {
    Api api(service, site);
    api.get("/whoami", Access::signed_in(), [](Visit& visit) {
        const workflow::Person& person = visit.someone();
        Json roles = Json::array();
        for (const workflow::Role role : person.roles) roles.push_back(to_string(role));
        return json_response(
            {{"username", person.username}, {"name", person.name}, {"post", person.post}, {"roles", roles}});
    });
    add_api_letters(api);
    add_api_drafts(api);
    add_api_rounds(api, rounds);
    add_api_public(api, checking);
}

}  // namespace naskah::service
