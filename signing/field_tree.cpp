#include "signing/field_tree.h"

#include <vector>

#include "core/error.h"

namespace naskah::signing {

namespace {

constexpr std::size_t most_fields = 10'000;

std::vector<std::string_view> array_at(const PdfFile& file, std::string_view value) {
    const auto resolved = file.resolve(value);
    return is_array(resolved) ? to_array(resolved) : std::vector<std::string_view>{};
}

// The DocMDP permission that this signature grants, 0 if it certifies nothing (12.8.2.2, P is 2 by default).
std::int64_t certified_permission(const PdfFile& file, const Dictionary& signature) {
    for (const auto item : array_at(file, signature.find("Reference"))) {
        const auto reference = file.dictionary_at(item);
        if (to_name(file.resolve(reference.find("TransformMethod"))) != "DocMDP") continue;
        const auto parameters = file.dictionary_at(reference.find("TransformParams"));
        return to_integer(file.resolve(parameters.find("P"))).value_or(2);
    }
    return 0;
}

}  // namespace

FormSoFar look_at_form(const PdfFile& file, const Dictionary& catalog) {
    FormSoFar form;
    const auto permissions = file.dictionary_at(catalog.find("Perms"));
    if (!permissions.find("DocMDP").empty()) {
        form.is_signed = true;
        if (certified_permission(file, file.dictionary_at(permissions.find("DocMDP"))) == 1) {
            form.closed = "sertifikasinya melarang setiap perubahan (DocMDP P=1)";
        }
    }

    const auto form_dictionary = file.dictionary_at(catalog.find("AcroForm"));
    const bool only_grows = to_integer(file.resolve(form_dictionary.find("SigFlags"))) == 3;
    struct Waiting {
        std::string_view field;
        std::string_view inherited_type;
        bool top;
    };
    std::vector<Waiting> waiting;
    std::set<Reference> seen;
    std::size_t visited = 0;
    for (const auto item : array_at(file, form_dictionary.find("Fields"))) {
        waiting.push_back({item, {}, true});
    }
    while (!waiting.empty()) {
        const auto [value, inherited_type, top] = waiting.back();
        waiting.pop_back();
        if (++visited > most_fields) refuse_damaged("formulirnya terlalu banyak isian");
        if (const auto reference = to_reference(value); reference && !seen.insert(*reference).second)
            continue;
        const auto node = file.dictionary_at(value);
        if (top) form.names.insert(to_text(file.resolve(node.find("T"))));
        const auto own_type = file.resolve(node.find("FT"));
        const auto type = own_type.empty() ? inherited_type : own_type;
        if (to_name(type) == "Sig" && is_dictionary(file.resolve(node.find("V")))) {
            form.is_signed = true;
            form.signatures.push_back(file.dictionary_at(node.find("V")));
            const auto lock = file.dictionary_at(node.find("Lock"));
            if (to_integer(file.resolve(lock.find("P"))) == 1)
                form.closed = "tanda tangan sebelumnya mengunci berkas";
        }
        if (const auto reference = to_reference(value); reference && top && only_grows) {
            const bool plain = node.find("Kids").empty() && node.find("Lock").empty() &&
                               node.find("SV").empty() && node.find("V").empty();
            if (plain && to_name(type) == "Sig" && to_name(file.resolve(node.find("Subtype"))) == "Widget")
                form.waiting.emplace(to_text(file.resolve(node.find("T"))), *reference);
        }
        for (const auto kid : array_at(file, node.find("Kids"))) waiting.push_back({kid, type, false});
    }
    return form;
}

}  // namespace naskah::signing
