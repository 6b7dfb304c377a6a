// From a clerk's key to the page that shows it, without the browser: what `POST /surat/ID/simpan` and the
// picture after it take, for each kind, in a demo office of its own. usage: editor_bench [ROUNDS]
#include <unistd.h>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>

#include "service/assembly.h"
#include "service/form_input.h"
#include "storage/sessions.h"
#include "workflow/drafting.h"

using namespace naskah;
using namespace naskah::service;

namespace {

using Clock_ = std::chrono::steady_clock;

double milliseconds(Clock_::time_point since) {
    return std::chrono::duration<double, std::milli>(Clock_::now() - since).count();
}

struct Figures {
    std::vector<double> taken;
    void add(double time) { taken.push_back(time); }
    double at(double share) {
        std::sort(taken.begin(), taken.end());
        return taken.at(static_cast<std::size_t>(share * static_cast<double>(taken.size() - 1)));
    }
};

// The fields as a browser sends them: the form of the page, value by value.
void flatten(const Json& value, const std::string& path, Fields& out) {
    if (value.is_object())
        for (const auto& [name, part] : value.items())
            flatten(part, path.empty() ? name : path + "." + name, out);
    else if (value.is_array())
        for (std::size_t i = 0; i < value.size(); ++i)
            flatten(value[i], path + "[" + std::to_string(i) + "]", out);
    else if (value.is_boolean())
        out.all.emplace_back(path, value.get<bool>() ? "ya" : "tidak");
    else
        out.all.emplace_back(path, value.is_string() ? value.get<std::string>() : value.dump());
}

std::string word_after(const std::string& text, const std::string& start) {
    const std::size_t at = text.find(start);
    if (at == std::string::npos) return {};
    return text.substr(at + start.size(), text.find('"', at + start.size()) - at - start.size());
}

}  // namespace

int main(int count, char** words) {
    const int rounds = count > 1 ? std::atoi(words[1]) : 60;
    const std::filesystem::path root =
        std::filesystem::temp_directory_path() / ("naskah-editor-bench-" + std::to_string(::getpid()));
    workflow::make_office(root, true, system_clock());
    {
        Site site(root, system_clock(), system_random(), [](const std::string&) { return std::string(); });
        Service service(site);
        auto staff = std::make_shared<Staff>(site.database(), root, site.random(),
                                             Effort{.passes = 1, .memory = 8192});
        add_all_routes(service, site, {.staff = staff});
        make_demo_accounts(*staff, site.desk()->office(), system_clock());
        const std::string token = make_token(system_random());
        storage::Opening opening;
        opening.session = {.token = digest_of(token),
                           .username = "staf",
                           .opened_at = system_clock().now(),
                           .seen_at = system_clock().now(),
                           .from = "127.0.0.1",
                           .agent = "bench"};
        opening.by = "password";
        staff->sessions().open(opening, {.actor = "staf", .at = system_clock().now(), .from = {}});
        const workflow::Person clerk = person_of(staff->accounts().find("staf").value());
        const auto ask = [&](const std::string& method, const std::string& address, Fields form = {}) {
            Request request;
            request.method = method;
            const std::size_t mark = address.find('?');
            request.path = address.substr(0, mark);
            if (mark != std::string::npos) request.query = parse_query(address.substr(mark + 1));
            request.remote = "127.0.0.1";
            request.headers.all = {{"host", "localhost"}, {"hx-request", "true"}};
            request.cookies.all = {{"naskah", token}};
            request.form = std::move(form);
            request.form.all.emplace_back("csrf", csrf_of(token));
            return service.handle(request);
        };
        std::printf("%-30s %7s %22s %22s %22s\n", "kind", "fields", "save ms (p50 p95)",
                    "picture ms (p50 p95)", "both ms (p50 p95)");
        const auto desk = site.desk();
        for (const std::string& kind : desk->templates().kinds()) {
            Json data = workflow::example_of(desk->templates(), kind, root, system_clock());
            workflow::Drafting drafting(*desk, site.random(), {});
            const std::string address =
                "/surat/" + to_string(drafting.create(clerk, kind, data, system_clock().now()).id);
            std::string revision = word_after(ask("GET", address).body, "name=\":revisi\" value=\"");
            Figures save, picture, both;
            std::size_t fields = 0;
            // The first field that takes any text is the one that is typed in.
            Json::json_pointer typed;
            const Json flat = data.flatten();
            for (const auto& [name, value] : flat.items())
                if (typed.empty() && value.is_string() &&
                    value.get<std::string>().find(' ') != std::string::npos)
                    typed = Json::json_pointer(name);
            for (int round = 0; round < rounds + 3; ++round) {
                data[typed] = data.at(typed).get<std::string>() + (round % 2 ? "a" : "");
                Fields form{{{":akhir", "1"}, {":revisi", revision}}};
                flatten(data, "", form);
                fields = form.all.size() - 2;
                const auto begin = Clock_::now();
                const Response saved = ask("POST", address + "/simpan", std::move(form));
                const double save_time = milliseconds(begin);
                const auto middle = Clock_::now();
                const std::string address_of_picture = word_after(saved.body, "data-gambar=\"");
                const Response drawn = ask("GET", address_of_picture);
                const double picture_time = milliseconds(middle);
                revision = word_after(saved.body, "name=\":revisi\" value=\"");
                if (saved.status != 200 || drawn.type != "image/png") {
                    std::printf("%s: %d, %d\n", kind.c_str(), saved.status, drawn.status);
                    return 1;
                }
                if (round < 3) continue;
                save.add(save_time);
                picture.add(picture_time);
                both.add(save_time + picture_time);
            }
            std::printf("%-30s %7zu %11.1f %10.1f %11.1f %10.1f %11.1f %10.1f\n", kind.c_str(), fields,
                        save.at(0.5), save.at(0.95), picture.at(0.5), picture.at(0.95), both.at(0.5),
                        both.at(0.95));
        }
    }
    std::filesystem::remove_all(root);
    return 0;
}
