#include "verify/changes.h"

#include <algorithm>
#include <cstdlib>

#include "core/text.h"

#include "verify/dss_changes.h"
#include "verify/finding.h"
#include "verify/form_changes.h"
#include "verify/graph.h"
#include "verify/updates.h"
#include "verify/xmp.h"

namespace naskah::verify {
namespace {

using Kind = Object::Kind;

constexpr int max_depth = 60;
constexpr std::size_t max_named = 12;  // findings that name one change each; a file may hold thousands

class DocumentChanges {
public:
    DocumentChanges(Graph& graph, const Permissions& permissions)
        : graph_(graph), permissions_(permissions), form_(graph, permissions) {}

    void compare() {
        trailer();
        catalog();
        graph_.finish();
    }

private:
    void trailer() {
        const Object& then = graph_.then().trailer();
        const Object& now = graph_.now().trailer();
        // What belongs to a cross-reference section, and not to the document.
        const std::set<std::string_view> own = {"Size", "Prev", "XRefStm", "Root",   "Info",   "ID",
                                                "Type", "W",    "Index",   "Filter", "Length", "DecodeParms"};
        for (std::size_t i = 0; i < then.keys.size(); ++i) {
            if (own.contains(then.keys[i])) continue;
            graph_.require_same(&then.items[i], now.find(then.keys[i]), "trailer /" + then.keys[i]);
        }
        for (std::size_t i = 0; i < now.keys.size(); ++i) {
            if (own.contains(now.keys[i]) || then.find(now.keys[i])) continue;
            graph_.require_same(nullptr, &now.items[i], "trailer /" + now.keys[i]);
        }
        const Object* id = graph_.then().find(&then, "ID");
        const Object* id_now = graph_.now().find(&now, "ID");
        if (id && id->is(Kind::array) && !id->items.empty()) {
            const bool kept = id_now && id_now->is(Kind::array) && !id_now->items.empty();
            graph_.require_same(&id->items[0], kept ? &id_now->items[0] : nullptr, "trailer /ID");
        }
        information(then.find("Info"), now.find("Info"));
    }

    // The information dictionary (14.3.3): texts, dates and names that no page shows.
    void information(const Object* then, const Object* now) {
        if (graph_.are_same(then, now)) return;
        const Object* dictionary = graph_.now().resolve(now);
        bool sound = dictionary && dictionary->is(Kind::dictionary) && !dictionary->repeats_a_key;
        for (std::size_t i = 0; sound && i < dictionary->items.size(); ++i) {
            const Object* value = graph_.now().resolve(&dictionary->items[i]);
            sound = value->is(Kind::string) || value->is(Kind::name) || value->is(Kind::integer) ||
                    value->is(Kind::boolean) || value->is(Kind::null);
        }
        if (!sound) graph_.forbid("trailer /Info");
        graph_.permit("keterangan berkas: judul, penulis, tanggal");
        graph_.introduce(then, now, "trailer /Info");
    }

    void catalog() {
        const Object* then = graph_.then().catalog();
        const Object* now = graph_.now().catalog();
        const Object* root = graph_.then().trailer().find("Root");
        const Object* root_now = graph_.now().trailer().find("Root");
        if (root->is(Kind::ref) && root_now->is(Kind::ref)) graph_.entrust(root->ref, root_now->ref);
        form_.compare();
        compare_dss(graph_);
        pages(then->find("Pages"), now->find("Pages"), 0);
        std::set<std::string_view> ruled = {"AcroForm",   "DSS",     "Pages",   "Metadata",
                                            "Extensions", "Version", "MarkInfo"};
        // The first signature may certify (12.8.6), which restricts what comes later and shows nothing.
        if (permissions_.form_may_begin && !then->find("Perms")) ruled.insert("Perms");
        graph_.require_same_entries(then, now, ruled, "katalog");
        metadata(then->find("Metadata"), now->find("Metadata"));
        plain(then->find("Extensions"), now->find("Extensions"), "katalog /Extensions");
        plain(then->find("MarkInfo"), now->find("MarkInfo"), "katalog /MarkInfo");
        const Object* version = graph_.now().find(now, "Version");
        if (version && !version->is(Kind::name)) graph_.forbid("katalog /Version");
    }

    void metadata(const Object* then, const Object* now) {
        if (graph_.are_same(then, now)) return;
        const Object* stream = graph_.now().resolve(now);
        bool sound = now && now->is(Kind::ref) && stream->is(Kind::stream);
        const Object* type = graph_.now().find(stream, "Type");
        const Object* subtype = graph_.now().find(stream, "Subtype");
        sound = sound && (!type || type->is_name("Metadata")) && (!subtype || subtype->is_name("XML"));
        const auto text = sound ? graph_.now().unpacked(now->ref) : std::nullopt;
        if (!text || !is_plain_xmp(as_text(*text))) graph_.forbid("katalog /Metadata");
        graph_.permit("metadata berkas");
        graph_.introduce(then, now, "katalog /Metadata");
    }

    // Dictionaries of names, numbers and texts that tell a program about the file: they may grow and change.
    void plain(const Object* then, const Object* now, const std::string& where) {
        if (graph_.are_same(then, now)) return;
        const Object* value = graph_.now().resolve(now);
        if (!value || !value->is(Kind::dictionary) || !is_plain(*value, 0)) graph_.forbid(where);
        graph_.permit(where);
        graph_.introduce(then, now, where);
    }

    bool is_plain(const Object& entry, int depth) {
        const Object& value = *graph_.now().resolve(&entry);
        if (depth > 4 || value.is(Kind::stream) || value.repeats_a_key) return false;
        return std::all_of(value.items.begin(), value.items.end(),
                           [&](const Object& item) { return is_plain(item, depth + 1); });
    }

    void pages(const Object* then_entry, const Object* now_entry, int depth) {
        const Object* then = graph_.then().resolve(then_entry);
        const Object* now = graph_.now().resolve(now_entry);
        if (!then || !now || !then->is(Kind::dictionary) || !now->is(Kind::dictionary) || depth > max_depth) {
            graph_.forbid("susunan halaman");
            return;
        }
        if (then_entry->is(Kind::ref) != now_entry->is(Kind::ref)) graph_.forbid("susunan halaman");
        if (then_entry->is(Kind::ref) && now_entry->is(Kind::ref)) {
            if (then_entry->ref != now_entry->ref || !met_.insert(then_entry->ref.number).second) {
                graph_.forbid("susunan halaman");
                return;
            }
            graph_.entrust(then_entry->ref, now_entry->ref);
        }
        const Object* kids = graph_.then().find(then, "Kids");
        if (!kids) {
            page(then, now);
            return;
        }
        graph_.require_same_entries(then, now, {"Kids"}, "susunan halaman");
        const Object* kids_now = graph_.now().find(now, "Kids");
        if (!kids->is(Kind::array) || !kids_now || !kids_now->is(Kind::array) ||
            kids->items.size() != kids_now->items.size()) {
            graph_.forbid("susunan halaman");
            return;
        }
        for (std::size_t i = 0; i < kids->items.size(); ++i)
            pages(&kids->items[i], &kids_now->items[i], depth + 1);
    }

    void page(const Object* then, const Object* now) {
        const std::string where = "halaman " + std::to_string(++page_number_);
        graph_.require_same_entries(then, now, {"Annots"}, where);
        const Object* annotations = graph_.then().find(then, "Annots");
        const Object* annotations_now = graph_.now().find(now, "Annots");
        if ((annotations && !annotations->is(Kind::array)) ||
            (annotations_now && !annotations_now->is(Kind::array))) {
            graph_.require_same(annotations, annotations_now, where);
            return;
        }
        if (permissions_.level >= 3) {
            with_annotations(annotations, annotations_now, where);
            return;
        }
        const bool kept = pair_grown(
            graph_, annotations, annotations_now,
            [&](const Object& a, const Object& b) { graph_.require_same(&a, &b, where + " anotasi"); },
            [&](const Object& added) { added_annotation(added, where); });
        if (!kept) graph_.forbid(where + " anotasi hilang");
    }

    void added_annotation(const Object& added, const std::string& where) {
        if (added.is(Kind::ref) && form_.new_widgets().contains(added.ref.number)) {
            graph_.permit("tanda tangan pada " + where);
            if (has_area(added) && graph_.now().find(&added, "AP"))
                graph_.cover("tanda tangan pada " + where);
        } else {
            graph_.forbid(where + " anotasi baru");
        }
    }

    bool has_area(const Object& annotation) {
        const Object* box = graph_.now().find(&annotation, "Rect");
        if (!box || !box->is(Kind::array) || box->items.size() != 4) return true;
        const auto number = [&](std::size_t i) {
            const Object& item = *graph_.now().resolve(&box->items[i]);
            if (item.is(Kind::integer)) return static_cast<double>(item.integer);
            return item.is(Kind::real) ? std::strtod(item.text.c_str(), nullptr)
                                       : 1e9 * static_cast<double>(i);
        };
        return number(0) != number(2) && number(1) != number(3);
    }

    // DocMDP 3: comments may come, go and change; widgets follow the form's rules all the same.
    void with_annotations(const Object* then, const Object* now, const std::string& where) {
        for (const Object& item : items_of(then)) {
            if (is_comment(graph_.then(), item)) continue;
            const bool kept =
                now && std::any_of(now->items.begin(), now->items.end(), [&](const Object& other) {
                    return item.is(Kind::ref) && other.is(Kind::ref) ? item.ref == other.ref
                                                                     : graph_.are_same(&item, &other);
                });
            if (!kept) graph_.forbid(where + " anotasi hilang");
        }
        for (const Object& item : items_of(now)) {
            const Object* before = nullptr;
            for (const Object& other : items_of(then)) {
                const bool same = item.is(Kind::ref) && other.is(Kind::ref) ? item.ref == other.ref
                                                                            : graph_.are_same(&other, &item);
                if (same) before = &other;
            }
            if (is_comment(graph_.now(), item) && (!before || is_comment(graph_.then(), *before))) {
                if (before && graph_.are_same(before, &item)) continue;
                const Object* subtype = graph_.now().find(&item, "Subtype");
                const std::string what = "catatan " + visible(subtype->text) + " pada " + where;
                graph_.permit(what);
                if (has_area(item)) graph_.cover(what);
                graph_.introduce(before, &item, where);
            } else if (before) {
                graph_.require_same(before, &item, where + " anotasi");
            } else {
                added_annotation(item, where);
            }
        }
    }

    // Markup annotations (12.5.6.2) and their pop-ups, without actions.
    bool is_comment(Revision& revision, const Object& entry) {
        const Object* annotation = revision.resolve(&entry);
        const Object* subtype = revision.find(annotation, "Subtype");
        if (!subtype || !subtype->is(Kind::name)) return false;
        if (annotation->find("A") || annotation->find("AA") || annotation->find("FT") ||
            annotation->repeats_a_key) {
            return false;
        }
        static const std::set<std::string_view> comments = {
            "Text",      "FreeText", "Line",      "Square", "Circle", "Polygon", "PolyLine", "Highlight",
            "Underline", "Squiggly", "StrikeOut", "Stamp",  "Caret",  "Ink",     "Popup"};
        return comments.contains(subtype->text);
    }

    Graph& graph_;
    const Permissions& permissions_;
    FormChanges form_;
    std::set<int> met_;
    int page_number_ = 0;
};

bool only_a_line_end_follows(BytesView file, std::size_t at) {
    BytesView rest = file.subspan(at);
    if (file[at - 1] == 'F' && !rest.empty() && rest[0] == '\r') rest = rest.subspan(1);
    if (file[at - 1] != '\n' && !rest.empty() && rest[0] == '\n') rest = rest.subspan(1);
    return rest.empty();
}

}  // namespace

Changes find_changes(History& history, const Coverage& coverage, const Permissions& permissions) {
    if (only_a_line_end_follows(history.file(), coverage.end)) return {};
    Revision& then = *history.at(coverage.end).revision;
    Revision& now = *history.last().revision;
    if (!are_whole_updates(history, then)) {
        return {"forbidden", {make_finding("changed_after_signing"), make_finding("update_malformed")}};
    }
    Graph graph(then, now, history.budget());
    DocumentChanges(graph, permissions).compare();
    Changes out;
    std::size_t named = 0;
    for (const std::string& where : graph.differences()) {
        if (named++ < max_named) out.findings.push_back(make_finding("changed_after_signing", where));
    }
    out.kind = out.findings.empty() ? "permitted" : "forbidden";
    for (const std::string& what : graph.covering()) {
        if (named++ < max_named) out.findings.push_back(make_finding("page_covered", what));
    }
    for (const std::string& what : graph.permitted()) {
        if (named++ < max_named) out.findings.push_back(make_finding("permitted_change", what));
    }
    return out;
}

}  // namespace naskah::verify
