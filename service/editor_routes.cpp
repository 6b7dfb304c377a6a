#include "service/editor_routes.h"

#include <algorithm>
#include <charconv>

#include "core/file.h"
#include "generator/demands.h"
#include "service/editor.h"
#include "service/form_input.h"
#include "service/my_letters.h"
#include "workflow/attachments.h"

namespace naskah::service {

using storage::Draft;
using storage::Stage;
using workflow::Role;

namespace {

constexpr std::size_t longest_message = 4000;

bool by_htmx(const Request& request) { return request.header("hx-request") == "true"; }

template <typename Number>
Number number_in(std::string_view text, Number otherwise) {
    Number number = otherwise;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
    return failed == std::errc{} && end == text.data() + text.size() ? number : otherwise;
}

// A form that was cut on its way would take away what it lost.
void require_whole(const Request& request) {
    if (request.form.get(control::end) != "1")
        throw Error(Code::data, "formulir ini tidak sampai seluruhnya", "",
                    "Kembali ke halaman sebelumnya dan simpan lagi.");
}

bool in_hand(const Draft& draft) { return draft.stage == Stage::concept_ || draft.stage == Stage::returned; }

// "isi petugas[1]": the chosen person's name, NIP, rank and post into the fields that are there for them.
// Gives back the row.
std::optional<FieldPath> fill_person(const Json& schema, Json& data, const Request& request,
                                     std::string_view path_text, const std::vector<Candidate>& people) {
    const auto path = parse_path(path_text);
    if (!path) return std::nullopt;
    const std::string_view key = request.form.get(std::string(control::person) + std::string(path_text));
    const auto person =
        std::find_if(people.begin(), people.end(), [&](const Candidate& one) { return one.key == key; });
    if (person == people.end()) return std::nullopt;
    // A row that is shown and was never stored begins now.
    for (std::size_t depth = 1; depth <= path->size(); ++depth) {
        FieldPath list(path->begin(), path->begin() + static_cast<std::ptrdiff_t>(depth));
        if (!list.back().item() || value_at(data, list)) continue;
        list.pop_back();
        change_rows(schema, data, {RowChange::What::add, list});
    }
    generator::Demands field(schema, data);
    Json* group = &data;
    for (const Step& step : *path) {
        if (step.item()) {
            if (!group->is_array() || step.index >= group->size()) return std::nullopt;
            group = &(*group)[step.index];
            field = field.item(*group);
        } else {
            field = field.member(step.name, Json());
            if (field.type() != "object" && field.type() != "array") return std::nullopt;
            if (!group->is_object()) return std::nullopt;
            if (!group->contains(step.name)) (*group)[step.name] = Json::object();
            group = &group->at(step.name);
        }
    }
    const auto fields = field.own().find("properties");
    if (fields == field.own().end() || !group->is_object()) return std::nullopt;
    const std::pair<const char*, const std::string&> values[] = {
        {"nama", person->name}, {"nip", person->nip}, {"pangkat", person->rank}, {"jabatan", person->post}};
    for (const auto& [name, value] : values) {
        if (!fields->contains(name)) continue;
        if (value.empty())
            group->erase(name);
        else
            (*group)[name] = value;
    }
    return path;
}

// The pictures that came along: each to its field, or as a new row of its list. What is no picture is a
// problem of that field.
void take_uploads(const Json& schema, Json& data, const Request& request, const std::filesystem::path& office,
                  std::vector<Problem>& problems, std::string& focus) {
    for (const Upload& upload : request.uploads) {
        std::string_view place = upload.field;
        if (!place.starts_with(control::upload) || upload.content.empty()) continue;
        place.remove_prefix(std::string_view(control::upload).size());
        const bool new_row = place.ends_with("[]");
        if (new_row) place.remove_suffix(2);
        auto path = parse_path(place);
        if (!path) continue;
        if (!new_row) {  // a name may say anything: only where a picture belongs does one go
            generator::Demands field(schema, data);
            for (const Step& step : *path)
                field = step.item() ? field.item(Json()) : field.member(step.name, Json());
            if (field.words("format") != "gambar") continue;
        }
        try {
            const std::string kept = workflow::keep_picture(as_bytes(upload.content), "gambar", office);
            if (new_row) {
                auto row = change_rows(schema, data, {RowChange::What::add, *path});
                if (!row) continue;
                generator::Demands field(schema, data);
                for (const Step& step : *row)
                    field = step.item() ? field.item(Json()) : field.member(step.name, Json());
                const auto fields = field.own().find("properties");
                if (fields == field.own().end()) continue;
                for (const auto& [name, unused] : fields->items())
                    if (field.member(name, Json()).words("format") == "gambar")
                        (*value_at(data, *row))[name] = kept;
                focus = to_string(*row);
                continue;
            }
            const std::string name = path->back().name;
            path->pop_back();
            if (Json* group = value_at(data, *path); group && group->is_object() && !name.empty()) {
                (*group)[name] = kept;
                focus = to_string(*path);
            }
        } catch (const Error& error) {
            if (error.code() != Code::data) throw;
            for (Problem problem : error.problems()) {
                problem.where = std::string(place);
                problems.push_back(std::move(problem));
            }
        }
    }
}

// The row that a page kept for bringing back. Whatever else it is, it is no row.
Json removed_row(const Request& request) {
    try {
        return parse_json(request.form.get(control::removed), "baris");
    } catch (const Error&) {
        return nullptr;
    }
}

// What the form says now, with what its button asked for; the row to look at goes into `look`.
Json typed(Editor& editor, const Draft& draft, const Visit& visit, const Site& site, Look& look) {
    const Request& request = visit.request;
    const Json& schema = editor.package_of(draft).schema();
    Json data = read_form(schema, request.form);
    const std::string_view action = request.form.get(control::action);
    if (action.starts_with("isi ")) {
        const Date today = date_in(editor.desk()->office().zone(), visit.now);
        if (const auto row = fill_person(schema, data, request, action.substr(4),
                                         candidates_of(editor.desk()->office(), today)))
            look.focus = to_string(*row);
    } else if (const auto change = RowChange::parse(action)) {
        if (change->what == RowChange::What::restore) look.removed = removed_row(request);
        const auto row = change_rows(schema, data, *change, &look.removed);
        if (row) look.focus = to_string(*row);
        if (row && change->what == RowChange::What::remove && !look.removed.empty())
            look.removed_row = to_string(change->path);
    }
    take_uploads(schema, data, request, site.root(), look.more, look.focus);
    look.page = number_in(request.form.get(control::page), 1);
    for (const std::string_view path : request.form.every(control::error))
        if (look.shown_errors.size() < 1000 && parse_path(path)) look.shown_errors.emplace_back(path);
    look.checker = request.form.get(control::checker);
    look.message = std::string(request.form.get(control::message).substr(0, longest_message));
    return data;
}

// Stores what was typed. What is stored already is not stored again, whoever stored it.
storage::Drafts::Saved store(Editor& editor, const Draft& draft, const Visit& visit, const Json& data) {
    if (in_hand(draft) && draft.author == visit.someone().username &&
        canonical_json(data) == canonical_json(draft.data))
        return {true, draft};
    const auto revision = number_in<std::int64_t>(visit.request.form.get(control::revision), 0);
    return editor.drafting().save(visit.someone(), draft.id, revision, data, visit.now);
}

Response save(Site& site, Previews& previews, Visit& visit) {
    Editor editor(site, visit, previews);
    require_whole(visit.request);
    const Draft seen = editor.draft();
    Look look;
    const Json data = typed(editor, seen, visit, site, look);
    const auto [stored, draft] = store(editor, seen, visit, data);
    if (!stored) {
        if (by_htmx(visit.request)) return editor.overtaken(draft);
        if (!in_hand(draft)) return redirect(editor.address_of(draft));
        return conflict_page(editor, site, visit, draft, data);
    }
    if (by_htmx(visit.request)) {
        const std::string_view action = visit.request.form.get(control::action);
        return editor.saved(draft, look, !action.empty() && action != "simpan");
    }
    if (!look.more.empty()) return editor.edit(draft, look, 422);
    if (visit.request.form.get(control::action) == "tutup") return redirect("/surat");
    std::string address = editor.address_of(draft);
    if (!look.focus.empty()) address += "?baris=" + encode_percent(look.focus) + "#" + element_id(look.focus);
    return redirect(address);
}

Response send(Site& site, Previews& previews, Visit& visit) {
    Editor editor(site, visit, previews);
    require_whole(visit.request);
    const Draft seen = editor.draft();
    Look look;
    const Json& schema = editor.package_of(seen).schema();
    const Json data = without_empty_rows(schema, typed(editor, seen, visit, site, look));
    const auto [stored, draft] = store(editor, seen, visit, data);
    if (!stored) {
        if (!in_hand(draft)) return redirect(editor.address_of(draft));
        return conflict_page(editor, site, visit, draft, data);
    }
    look.all_problems = true;
    std::vector<Problem> warnings;
    const bool passes = editor.problems_of(draft, warnings).empty();
    const auto checkers = editor.drafting().checkers_for(visit.someone(), draft);
    if (std::none_of(checkers.begin(), checkers.end(),
                     [&](const workflow::Person& one) { return one.username == look.checker; }))
        look.more.push_back({"Pilih pemeriksa yang akan membaca surat ini.", control::checker, ""});
    try {
        // What only setting the letter shows: characters without a glyph, a picture that is lost.
        if (passes) editor.desk()->draft(draft.kind, draft.data, site.root());
        if (passes && look.more.empty()) {
            editor.drafting().send(visit.someone(), draft.id, draft.revision, look.checker, look.message,
                                   visit.now);
            return redirect("/surat?terkirim=" + to_string(draft.id));
        }
    } catch (const Error& error) {
        if (error.code() != Code::data) throw;
        look.more.insert(look.more.end(), error.problems().begin(), error.problems().end());
    }
    return editor.edit(draft, look, 422);
}

// The choice between two windows' states, made on the conflict page.
Response settle(Site& site, Previews& previews, Visit& visit) {
    Editor editor(site, visit, previews);
    require_whole(visit.request);
    const Draft draft = editor.draft();
    if (!in_hand(draft)) return redirect(editor.address_of(draft));
    const Json& schema = editor.package_of(draft).schema();
    const Json mine = read_form(schema, visit.request.form);
    const auto revision = number_in<std::int64_t>(visit.request.form.get(control::revision), 0);
    if (revision != draft.revision) return conflict_page(editor, site, visit, draft, mine);
    const Json data = settled(schema, mine, draft.data, visit.request.form);
    const auto [stored, now] = store(editor, draft, visit, data);
    if (!stored) return conflict_page(editor, site, visit, now, mine);
    return redirect(editor.address_of(draft));
}

// The two states side by side, for a window whose save by script was refused.
Response compare(Site& site, Previews& previews, Visit& visit) {
    Editor editor(site, visit, previews);
    require_whole(visit.request);
    const Draft draft = editor.draft();
    Look look;
    const Json mine = typed(editor, draft, visit, site, look);
    if (!in_hand(draft) || canonical_json(mine) == canonical_json(draft.data))
        return redirect(editor.address_of(draft));
    return conflict_page(editor, site, visit, draft, mine);
}

Response show(Site& site, Previews& previews, Visit& visit) {
    Editor editor(site, visit, previews);
    const Draft draft = editor.draft();
    if (!editor.drafting().acts_of(visit.someone(), draft).edit) return editor.read(draft);
    Look look;
    look.page = number_in(visit.request.query.get("halaman"), 1);
    if (parse_path(visit.request.query.get("baris"))) look.focus = visit.request.query.get("baris");
    return editor.edit(draft, look);
}

// The PDF of a draft: the signed one once it is issued, else as it would look now.
Bytes pdf_of(Editor& editor, const Draft& draft) {
    if (draft.stage == Stage::issued && draft.letter)
        if (auto pdf = editor.desk()->letters().pdf(*draft.letter)) return *std::move(pdf);
    const auto preview = editor.preview_of(draft);
    if (!preview->problems.empty()) throw Error(Code::data, preview->problems);
    return preview->pdf;
}

Response bytes_response(BytesView bytes, const char* type) {
    Response response;
    response.type = type;
    response.body = as_text(bytes);
    return response;
}

Response page_picture(Site& site, Previews& previews, Visit& visit) {
    Editor editor(site, visit, previews);
    const Draft draft = editor.draft();
    const int page = number_in(std::string_view(visit.names.at("nomor")), 0);
    if (page < 1) return site.not_found(visit);
    const Bytes pdf = pdf_of(editor, draft);
    Response response = bytes_response(*site.pictures().of(pdf, page), "image/png");
    return response.with("Cache-Control", "private, max-age=600");
}

Response show_pdf(Site& site, Previews& previews, Visit& visit) {
    Editor editor(site, visit, previews);
    const Draft draft = editor.draft();
    const bool issued = draft.stage == Stage::issued;
    if (visit.request.path.ends_with("/surat.pdf") && !issued) return site.not_found(visit);
    Response response = bytes_response(pdf_of(editor, draft), "application/pdf");
    return response.with("Content-Disposition",
                         std::string("inline; filename=\"") + (issued ? "surat" : "konsep") + ".pdf\"");
}

// A picture of the draft's data: only one that the data names, and only from where pictures are kept.
Response show_upload(Site& site, Previews& previews, Visit& visit) {
    Editor editor(site, visit, previews);
    const Draft draft = editor.draft();
    const std::string name(visit.request.query.get("nama"));
    const auto file = workflow::kept_picture(name, site.root());
    if (!file || dump_json(draft.data).find('"' + name + '"') == std::string::npos)
        return site.not_found(visit);
    Response response =
        bytes_response(read_file(*file, 21u << 20), name.ends_with(".png") ? "image/png" : "image/jpeg");
    return response.with("Cache-Control", "private, max-age=86400, immutable");
}

Response discard(Site& site, Previews& previews, Visit& visit) {
    Editor editor(site, visit, previews);
    const Draft draft = editor.draft();
    if (visit.request.method == "POST") {
        editor.drafting().discard(visit.someone(), draft.id, visit.now);
        return redirect("/surat");
    }
    return site.page(visit, "surat-buang", {.title = "Buang konsep", .section = "/surat", .scripts = {}},
                     {{"judul", editor.title_of(draft)},
                      {"perihal", editor.subject_of(draft)},
                      {"alamat", editor.address_of(draft)}});
}

}  // namespace

void add_editor_routes(Service& service, Site& site) {
    const auto previews = std::make_shared<Previews>();
    Router& router = service.router();
    const Access clerk = Access::of({Role::staf});
    const Access reader = Access::of({Role::staf, Role::pemeriksa, Role::kadis, Role::tata_usaha});
    const auto with = [&site, previews](Response (*handler)(Site&, Previews&, Visit&)) {
        return [&site, previews, handler](Visit& visit) { return handler(site, *previews, visit); };
    };
    router.add({"GET", "/surat", clerk, with(my_letters)});
    router.add({"GET", "/surat/baru", clerk, with(choose_kind)});
    router.add({"POST", "/surat/baru", clerk, with(begin_letter)});
    router.add({"GET", "/surat/{id}", reader, with(show)});
    router.add({"POST", "/surat/{id}/simpan", clerk, with(save)});
    router.add({"POST", "/surat/{id}/unggah", clerk, with(save), Route::Takes::upload});
    router.add({"POST", "/surat/{id}/bandingkan", clerk, with(compare)});
    router.add({"POST", "/surat/{id}/gabung", clerk, with(settle)});
    router.add({"POST", "/surat/{id}/kirim", clerk, with(send)});
    router.add({"POST", "/surat/{id}/tarik", clerk, [&site, previews](Visit& visit) {
                    Editor editor(site, visit, *previews);
                    const Draft draft = editor.draft();
                    editor.drafting().withdraw(visit.someone(), draft.id, visit.now);
                    return redirect(editor.address_of(draft));
                }});
    router.add({"GET", "/surat/{id}/buang", clerk, with(discard)});
    router.add({"POST", "/surat/{id}/buang", clerk, with(discard)});
    router.add({"GET", "/surat/{id}/pratinjau", clerk, [&site, previews](Visit& visit) {
                    Editor editor(site, visit, *previews);
                    return editor.preview(editor.draft(),
                                          {.page = number_in(visit.request.query.get("halaman"), 1)});
                }});
    router.add({"GET", "/surat/{id}/halaman/{nomor}", reader, with(page_picture)});
    router.add({"GET", "/surat/{id}/konsep.pdf", reader, with(show_pdf)});
    router.add({"GET", "/surat/{id}/surat.pdf", reader, with(show_pdf)});
    router.add({"GET", "/surat/{id}/gambar", reader, with(show_upload)});
    // For a window whose session ended while it was open: what its form must send back from now on.
    router.add({"GET", "/surat/{id}/penanda", clerk, [&site, previews](Visit& visit) {
                    Editor editor(site, visit, *previews);
                    editor.draft();
                    return json_response({{"csrf", visit.session->csrf}});
                }});
}

}  // namespace naskah::service
