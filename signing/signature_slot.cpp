#include "signing/signature_slot.h"

#include <algorithm>
#include <optional>

#include "core/date.h"
#include "core/error.h"
#include "signing/field_tree.h"
#include "signing/pdf_file.h"
#include "signing/pdf_update.h"

namespace naskah::signing {

namespace {

// Four numbers of at most ten digits; the real ones are written over it when all offsets are known.
constexpr std::string_view byte_range_room = "[0 0000000000 0000000000 0000000000]";

std::string pdf_date(Instant instant) {
    std::string date = "D:";  // 2026-03-26T06:05:00Z without its punctuation
    for (const char c : to_rfc3339(std::chrono::floor<std::chrono::seconds>(instant))) {
        if (c >= '0' && c <= '9') date += c;
    }
    return date + 'Z';
}

struct Page {
    Reference reference;
    Dictionary dictionary;
};

// The first leaf of the page tree (7.7.3).
Page first_page(const PdfFile& file, const Dictionary& catalog) {
    auto reference = to_reference(catalog.find("Pages"));
    for (int level = 0; reference && level < 64; ++level) {
        const auto value = file.object(*reference);
        if (!is_dictionary(value)) break;
        Dictionary node = to_dictionary(value);
        const auto kids = file.resolve(node.find("Kids"));
        if (kids.empty()) return {*reference, std::move(node)};
        const auto pages = to_array(kids);
        reference = pages.empty() ? std::nullopt : to_reference(pages.front());
    }
    refuse_damaged("halaman pertamanya tidak ditemukan");
}

// What is locked, as a lock of the field (table 233) and as parameters of FieldMDP (table 256) say it.
void set_lock(NewDictionary& to, const SlotRequest& request) {
    to.set("Action", request.last ? "/All" : "/Include");
    if (request.last) return;
    std::string names;
    for (const std::string& name : request.locked) names += (names.empty() ? "" : " ") + to_pdf_string(name);
    to.set("Fields", '[' + names + ']');
}

std::string signature_reference(std::string_view method, NewDictionary parameters,
                                NewDictionary reference = {}) {
    parameters.set("V", "/1.2");
    reference.set("Type", "/SigRef");
    reference.set("TransformMethod", to_pdf_name(method));
    reference.set("TransformParams", parameters.text());
    return reference.text();
}

// The signature dictionary (table 252; of a document timestamp, ISO 32000-2 table 255), with what makes it a
// certification (12.8.2.2). ByteRange and Contents are filled in when all offsets are known.
std::string signature_dictionary(const SlotRequest& request, const std::string& contents, int certifies,
                                 Reference catalog) {
    NewDictionary signature;
    signature.set("Type", request.document_timestamp ? "/DocTimeStamp" : "/Sig");
    signature.set("Filter", "/Adobe.PPKLite");
    signature.set("SubFilter", request.document_timestamp ? "/ETSI.RFC3161" : "/ETSI.CAdES.detached");
    signature.set("ByteRange", std::string(byte_range_room));
    signature.set("Contents", contents);
    if (!request.document_timestamp) signature.set("M", to_pdf_string(pdf_date(request.now)));
    if (!request.reason.empty()) signature.set("Reason", to_pdf_string(request.reason));
    if (!request.location.empty()) signature.set("Location", to_pdf_string(request.location));
    std::string references;
    if (certifies != 0) {
        NewDictionary parameters;
        parameters.set("Type", "/TransformParams");
        parameters.set("P", std::to_string(certifies));
        references = signature_reference("DocMDP", std::move(parameters));
    }
    if (request.last || !request.locked.empty()) {
        NewDictionary parameters, reference;
        parameters.set("Type", "/TransformParams");
        set_lock(parameters, request);
        reference.set("Data", to_pdf(catalog));  // what the analysis is made upon (table 253)
        references += signature_reference("FieldMDP", std::move(parameters), std::move(reference));
    }
    if (!references.empty()) signature.set("Reference", '[' + references + ']');
    return signature.text();
}

// Field and widget in one: without size, so invisible and without appearance (12.7.4.5), printed and locked
// (PDF/A-2 6.3.2). It lies in the corner, outside of what a page shows, so PDF/UA-1 7.18.4 asks for no
// structure element.
std::string field_dictionary(const SlotRequest& request, const std::string& name, Reference signature,
                             Reference page, std::optional<Reference> lock) {
    NewDictionary field;
    field.set("Type", "/Annot");
    field.set("Subtype", "/Widget");
    field.set("FT", "/Sig");
    field.set("T", to_pdf_string(name));
    if (!request.field_tooltip.empty()) field.set("TU", to_pdf_string(request.field_tooltip));
    field.set("Rect", "[0 0 0 0]");
    field.set("F", "132");
    field.set("P", to_pdf(page));
    field.set("V", to_pdf(signature));
    if (lock) field.set("Lock", to_pdf(*lock));
    return field.text();
}

// Puts `field` into the array `key` of `owner`. If that array is an object of its own, only that object
// changes, and the answer is false: the owner stays as it is.
bool append_to(PdfUpdate& update, const PdfFile& file, const Dictionary& owner, std::string_view key,
               NewDictionary& owner_copy, Reference field) {
    const auto value = owner.find(key);
    const auto array = file.resolve(value);
    if (!array.empty() && array != "null" && !is_array(array))
        refuse_damaged(std::string(key) + " bukan larik");
    const std::string longer = appended(is_array(array) ? array : std::string_view(), field);
    if (const auto reference = to_reference(value); reference && is_array(array)) {
        update.change(*reference, longer);
        return false;
    }
    owner_copy.set(key, longer);
    return true;
}

void add_to_page(PdfUpdate& update, const PdfFile& file, const Page& page, Reference field, bool tagged) {
    NewDictionary copy(page.dictionary);
    if (!append_to(update, file, page.dictionary, "Annots", copy, field)) return;
    // A tagged page with annotations shall say its tab order (ISO 14289-1 7.18.3).
    if (tagged && page.dictionary.find("Tabs").empty()) copy.set("Tabs", "/S");
    update.change(page.reference, copy.text());
}

// Puts the new field into the form, with SigFlags 3: signatures exist, append only (table 219). A form that
// is an object of its own changes where it is; any other becomes one, and the answer is false: the catalog
// has to name it.
bool add_to_form(PdfUpdate& update, const PdfFile& file, const Dictionary& catalog,
                 NewDictionary& new_catalog, Reference field) {
    const auto value = catalog.find("AcroForm");
    const auto found = file.resolve(value);
    const Dictionary form = is_dictionary(found) ? to_dictionary(found) : Dictionary{};
    NewDictionary new_form(form);
    append_to(update, file, form, "Fields", new_form, field);
    new_form.set("SigFlags", "3");
    if (const auto reference = to_reference(value); reference && is_dictionary(found)) {
        update.change(*reference, new_form.text());
        return true;
    }
    const Reference made = update.reserve();
    update.put(made, new_form.text());
    new_catalog.set("AcroForm", to_pdf(made));
    return false;
}

// The field that waits for this signature: the one of that name, or any where none is wished for.
std::optional<std::pair<std::string, Reference>> waiting_field(const FormSoFar& form,
                                                               const std::string& wanted) {
    const auto found = wanted.empty() ? form.waiting.begin() : form.waiting.find(wanted);
    if (found == form.waiting.end()) return {};
    return *found;
}

std::string free_name(const FormSoFar& form, const SlotRequest& request) {
    const std::string& wanted = request.field;
    const std::string stem = request.document_timestamp ? "StempelWaktu" : "TandaTangan";
    if (!wanted.empty() && form.names.count(wanted) > 0) {
        throw Error(Code::data, "isian bernama " + wanted + " sudah ada dalam berkas ini", {},
                    "Pakai nama isian tanda tangan yang lain");
    }
    std::string name = wanted;
    for (int n = 1; name.empty() || form.names.count(name) > 0; ++n) name = stem + std::to_string(n);
    return name;
}

[[noreturn]] void refuse_closed(const std::string& why) {
    throw Error(Code::data, "berkas ini tidak boleh ditandatangani lagi: " + why, {},
                "Minta berkas yang belum dikunci kepada penanda tangan sebelumnya");
}

void write_over(Bytes& file, std::size_t at, std::string_view text) {
    std::copy(text.begin(), text.end(), file.begin() + static_cast<std::ptrdiff_t>(at));
}

std::string byte_range(std::size_t gap_begin, std::size_t gap_end, std::size_t size) {
    std::string text = "[0 " + std::to_string(gap_begin) + ' ' + std::to_string(gap_end) + ' ' +
                       std::to_string(size - gap_end);
    text.resize(byte_range_room.size() - 1, ' ');
    return text + ']';
}

}  // namespace

Slot open_slot(BytesView pdf, const SlotRequest& request) {
    const PdfFile file(pdf);
    const auto root = *to_reference(file.trailer().find("Root"));
    const Dictionary catalog = to_dictionary(file.object(root));

    Slot slot;
    const FormSoFar so_far = look_at_form(file, catalog);
    // A document timestamp changes nothing that anybody signed: it is welcome after any signature (ISO
    // 32000-2 12.8.2.2.2), and it takes no field that waits for a person.
    if (!so_far.closed.empty() && !request.document_timestamp) refuse_closed(so_far.closed);
    slot.certifies = so_far.is_signed || request.document_timestamp ? 0 : request.certify;
    const bool own_field = request.document_timestamp || request.last;
    const auto waiting = own_field ? std::nullopt : waiting_field(so_far, request.field);
    slot.field = waiting ? waiting->first : free_name(so_far, request);
    slot.contents_size = 2 * request.signature_size + 2;
    std::string contents(slot.contents_size, '0');
    contents.front() = '<';
    contents.back() = '>';

    PdfUpdate update(file);
    NewDictionary new_catalog(catalog);
    bool form_stays_in_place = true;
    // The signature has the greatest number of all, so it is written last.
    Reference signature;
    if (waiting) {
        NewDictionary field(to_dictionary(file.object(waiting->second)));
        signature = update.reserve();
        field.set("V", to_pdf(signature));
        update.change(waiting->second, field.text());
    } else {
        const Page page = first_page(file, catalog);
        const Reference field = update.reserve();
        add_to_page(update, file, page, field, !catalog.find("MarkInfo").empty());
        form_stays_in_place = add_to_form(update, file, catalog, new_catalog, field);
        std::optional<Reference> lock;
        if (request.last) {
            NewDictionary all;
            all.set("Type", "/SigFieldLock");
            set_lock(all, request);
            all.set("P", "1");  // ISO 32000-2 table 236: no change at all
            update.put(lock.emplace(update.reserve()), all.text());
        }
        signature = update.reserve();
        update.put(field, field_dictionary(request, slot.field, signature, page.reference, lock));
    }
    const std::string dictionary = signature_dictionary(request, contents, slot.certifies, root);
    update.put(signature, dictionary);
    if (slot.certifies != 0) {
        const auto permissions = file.resolve(catalog.find("Perms"));
        NewDictionary perms;
        if (is_dictionary(permissions)) perms = NewDictionary(to_dictionary(permissions));
        perms.set("DocMDP", to_pdf(signature));
        new_catalog.set("Perms", perms.text());
    }
    if (slot.certifies != 0 || !form_stays_in_place) update.change(root, new_catalog.text());

    slot.pdf.reserve(pdf.size() + slot.contents_size + 8192);
    slot.pdf.assign(pdf.begin(), pdf.end());
    const std::size_t at = update.append_to(slot.pdf);
    // The first of each in the dictionary: what people wrote (Reason, Location) stands behind them.
    const auto range_at = dictionary.find(byte_range_room), contents_at = dictionary.find(contents);
    if (at == 0 || range_at == std::string::npos || contents_at == std::string::npos)
        throw Error(Code::internal, "tempat tanda tangan tidak tertulis");
    slot.contents_at = at + contents_at;
    write_over(slot.pdf, at + range_at,
               byte_range(slot.contents_at, slot.contents_at + slot.contents_size, slot.pdf.size()));
    return slot;
}

Sha256 digest_around(BytesView pdf, std::size_t contents_at, std::size_t contents_size) {
    Sha256Sum sum;
    sum.add(pdf.first(contents_at));
    sum.add(pdf.subspan(contents_at + contents_size));
    return sum.finish();
}

bool fill_slot(Bytes& pdf, std::size_t contents_at, std::size_t contents_size, BytesView cms) {
    if (2 * cms.size() + 2 > contents_size) return false;
    write_over(pdf, contents_at + 1, to_hex(cms));
    return true;
}

}  // namespace naskah::signing
