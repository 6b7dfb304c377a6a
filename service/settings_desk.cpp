#include "service/settings_desk.h"

#include "core/text.h"

namespace naskah::service {

using workflow::SettingsFile;
using workflow::SettingsOutcome;

workflow::StoredSettings SettingsDesk::now(SettingsFile file) const {
    return workflow::read_settings(site_.root(), file);
}

SettingsOutcome SettingsDesk::change(const Visit& visit, const Apply& apply, const std::string& prefix,
                                     SettingsFile file) const {
    const auto desk = site_.desk();
    SettingsOutcome outcome = workflow::change_settings(site_.root(),
                                                        {.file = file,
                                                         .seen = sent_digest(visit),
                                                         .actor = visit.someone().username,
                                                         .at = visit.now,
                                                         .apply = apply},
                                                        desk->templates(), *site_.database());
    for (Problem& problem : outcome.problems)
        if (problem.where.starts_with(prefix)) problem.where.erase(0, prefix.size());
    if (outcome.what == SettingsOutcome::What::saved) site_.reload();
    return outcome;
}

Response SettingsDesk::show(const Visit& visit, Sheet sheet) const {
    PlainForm form = plain_form(sheet.fields, sheet.problems, sayer(visit));
    sheet.page["bidang"] = std::move(form.fields);
    sheet.page["masalah"] = std::move(form.problems);
    sheet.page["sidik"] = to_string(sheet.digest);
    sheet.page["didahului"] = Json::array();
    for (const PlainField& there : sheet.elsewhere)
        for (const PlainField& here : sheet.fields)
            if (here.name == there.name && (here.value != there.value || here.values != there.values)) {
                std::string value = there.value;
                for (const std::string& one : there.values) value += (value.empty() ? "" : ", ") + one;
                sheet.page["didahului"].push_back(
                    {{"nama", say(visit, there.title)},
                     {"nilai", value.empty() ? say(visit, "(kosong)") : value}});
            }
    const bool overtaken = !sheet.elsewhere.empty();
    sheet.page["bentrok"] = overtaken;
    const bool wrong = !sheet.problems.empty();
    const std::string title = say(visit, sheet.title);
    return site_.page(visit, sheet.name,
                      {.title = wrong ? say(visit, "Perlu diperbaiki") + ": " + title : title,
                       .section = "/pengaturan",
                       .scripts = std::move(sheet.scripts)},
                      sheet.page,
                      overtaken ? 409
                      : wrong   ? 422
                                : 200);
}

Response SettingsDesk::show_form(const Visit& visit, Form form) const {
    Json page = {{"judul", say(visit, form.title)},
                 {"tentang", say(visit, form.about)},
                 {"kabar", say(visit, form.news)},
                 {"alamat", form.action},
                 {"kembali", form.back},
                 {"kata_kembali", say(visit, form.back_words)},
                 {"tombol", say(visit, form.button)}};
    return show(visit, {.name = "pengaturan-isian",
                        .title = form.title,
                        .page = std::move(page),
                        .fields = std::move(form.fields),
                        .problems = std::move(form.problems),
                        .digest = form.digest,
                        .elsewhere = std::move(form.elsewhere)});
}

Sha256 SettingsDesk::sent_digest(const Visit& visit) {
    return parse_sha256(visit.request.form.get("sidik")).value_or(Sha256{});
}

std::string text_of(const Json& object, const std::string& name) {
    const auto found = object.is_object() ? object.find(name) : object.end();
    return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

std::string lines_of(const Json& object, const std::string& name) {
    const auto found = object.is_object() ? object.find(name) : object.end();
    std::string text;
    if (found != object.end() && found->is_array())
        for (const Json& line : *found)
            if (line.is_string()) text += (text.empty() ? "" : "\n") + line.get<std::string>();
    return text;
}

Json as_lines(const std::string& text) {
    Json lines = Json::array();
    std::size_t start = 0;
    while (start <= text.size()) {
        const std::size_t end = std::min(text.find('\n', start), text.size());
        const std::string line = trim(text.substr(start, end - start));
        if (!line.empty()) lines.push_back(line);
        start = end + 1;
    }
    return lines;
}

void set_text(Json& object, const std::string& name, const std::string& text) {
    if (text.empty())
        object.erase(name);
    else
        object[name] = text;
}

}  // namespace naskah::service
