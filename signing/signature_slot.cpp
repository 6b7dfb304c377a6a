#include "signing/signature_slot.h"

#include <podofo/podofo.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdarg>
#include <cstdio>
#include <memory>
#include <optional>
#include <set>

#include "core/date.h"
#include "core/error.h"
#include "signing/field_tree.h"
#include "signing/pdf_file.h"

namespace naskah::signing {

namespace {

using PoDoFo::PdfData;
using PoDoFo::PdfDictionary;
using PoDoFo::PdfName;
using PoDoFo::PdfObject;
using PoDoFo::PdfReference;
using PoDoFo::PdfVariant;

// Four numbers of at most ten digits; the real ones are written over it when all offsets are known.
constexpr std::string_view byte_range_room = "[0 0000000000 0000000000 0000000000]";

// Lets PoDoFo append to the file in memory, and remembers where the two values went that are filled in later.
// Values of the file may look like them, but the signature is written last, and so the last of each is its
// own.
class Update final : public PoDoFo::PdfOutputDevice {
public:
    Update(Bytes& file, std::string_view contents) : file_(file), contents_(contents) {}

    void Write(const char* data, std::size_t size) override {
        const std::string_view written(data, size);
        if (written == contents_) contents_at_ = file_.size();
        if (written == byte_range_room) byte_range_at_ = file_.size();
        file_.insert(file_.end(), written.begin(), written.end());
    }
    void PrintV(const char* format, long size, va_list arguments) override {
        const auto at = file_.size(), length = static_cast<std::size_t>(size);
        file_.resize(at + length + 1);  // vsnprintf ends with a zero, which goes again
        std::vsnprintf(reinterpret_cast<char*>(file_.data() + at), length + 1, format, arguments);
        file_.resize(at + length);
    }
    std::size_t Tell() const override { return file_.size(); }

    std::size_t contents_at() const { return contents_at_; }
    std::size_t byte_range_at() const { return byte_range_at_; }

private:
    Bytes& file_;
    std::string_view contents_;
    std::size_t contents_at_ = 0, byte_range_at_ = 0;
};

// A value of the file, word for word.
PdfVariant verbatim(std::string_view value) { return PdfData(value.data(), value.size()); }

PdfReference to_podofo(Reference reference) { return {reference.number, reference.generation}; }

PdfDictionary verbatim_dictionary(const Dictionary& dictionary) {
    PdfDictionary copy;
    for (const auto& [key, value] : dictionary.entries) {
        if (key.find('\0') != std::string::npos) refuse_damaged("nama dengan karakter nol");
        copy.AddKey(PdfName(key), PdfObject(verbatim(value)));
    }
    return copy;
}

// The array with one more reference at its end.
PdfVariant appended(std::string_view array, const PdfReference& reference) {
    std::string longer(array.empty() ? "[" : array.substr(0, array.size() - 1));
    longer +=
        ' ' + std::to_string(reference.ObjectNumber()) + ' ' + std::to_string(reference.GenerationNumber());
    return verbatim(longer + " R]");
}

// A text string (ISO 32000-1 7.9.2.2): UTF-16 unless it is plain ASCII.
PoDoFo::PdfString text_string(const std::string& utf8) {
    const bool ascii = std::all_of(utf8.begin(), utf8.end(), [](char c) { return c >= ' ' && c <= '~'; });
    if (ascii) return PoDoFo::PdfString(utf8);
    return PoDoFo::PdfString(reinterpret_cast<const PoDoFo::pdf_utf8*>(utf8.data()),
                             static_cast<PoDoFo::pdf_long>(utf8.size()));
}

std::string pdf_date(Instant instant) {
    std::string date = "D:";  // 2026-03-26T06:05:00Z without its punctuation
    for (const char c : to_rfc3339(std::chrono::floor<std::chrono::seconds>(instant))) {
        if (c >= '0' && c <= '9') date += c;
    }
    return date + 'Z';
}

// The objects of the update. A changed object keeps its number; new ones are numbered on.
class Changes {
public:
    explicit Changes(const PdfFile& file) : file_(file), next_number_(file.size()) {
        objects_.SetAutoDelete(true);
    }

    void change(Reference reference, const PdfVariant& value) {
        // In a sound file the page, its annotations, the form and the catalog are different objects.
        if (!changed_.insert(reference).second) refuse_damaged("satu objek dipakai untuk dua keperluan");
        add(to_podofo(reference), value, true);
    }
    PdfReference reserve() { return PdfReference(next_number_++, 0); }
    void put(const PdfReference& reserved, const PdfVariant& value) { add(reserved, value, true); }

    // Appends the update to `out`, which holds the file.
    void write(Update& out) {
        PdfObject trailer;
        trailer.GetDictionary().AddKey("Root", *podofo_reference("Root"));
        if (const auto info = podofo_reference("Info")) {
            trailer.GetDictionary().AddKey("Info", *info);
            // The writer digests the information dictionary into the second half of the file identifier
            // (14.4), which shall differ from update to update. This stand-in is digested, but being clean it
            // is not written.
            PdfDictionary state;
            state.AddKey("Size", PdfVariant(static_cast<PoDoFo::pdf_int64>(out.Tell())));
            state.AddKey("ID",
                         verbatim(file_.trailer().find("ID").empty() ? "null" : file_.trailer().find("ID")));
            add(*info, state, false);
        }
        if (const auto id = file_.resolve(file_.trailer().find("ID")); is_array(id)) {
            PoDoFo::PdfArray identifiers;
            for (const auto half : to_array(id)) {
                const std::string octets = to_octets(half);
                identifiers.push_back(
                    PoDoFo::PdfString(octets.data(), static_cast<PoDoFo::pdf_long>(octets.size()), true));
            }
            trailer.GetDictionary().AddKey("ID", identifiers);
        }
        PoDoFo::PdfWriter writer(&objects_, &trailer);
        writer.SetWriteMode(PoDoFo::ePdfWriteMode_Clean);  // PDF/A: ISO 19005-2 6.1.9
        writer.SetPrevXRefOffset(static_cast<PoDoFo::pdf_int64>(file_.newest_table()));
        writer.WriteUpdate(&out, nullptr, false);
    }

private:
    std::optional<PdfReference> podofo_reference(std::string_view key) const {
        const auto reference = to_reference(file_.trailer().find(key));
        if (!reference) return {};
        return to_podofo(*reference);
    }
    void add(const PdfReference& reference, const PdfVariant& value, bool written) {
        // PoDoFo writes objects that changed since they were made; an assignment is a change.
        auto object = std::make_unique<PdfObject>(reference, written ? PdfVariant() : value);
        if (written) static_cast<PdfVariant&>(*object) = value;
        objects_.push_back(object.release());
    }

    const PdfFile& file_;
    std::uint32_t next_number_;
    std::set<Reference> changed_;
    PoDoFo::PdfVecObjects objects_;
};

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

// The signature dictionary (table 252), and what makes it a certification (12.8.2.2).
PdfDictionary signature_dictionary(const SlotRequest& request, const std::string& contents, int certifies) {
    PdfDictionary signature;
    signature.AddKey("Type", PdfName("Sig"));
    signature.AddKey("Filter", PdfName("Adobe.PPKLite"));
    signature.AddKey("SubFilter", PdfName("ETSI.CAdES.detached"));
    signature.AddKey("ByteRange", verbatim(byte_range_room));
    signature.AddKey("Contents", verbatim(contents));
    signature.AddKey("M", PoDoFo::PdfString(pdf_date(request.now)));
    if (!request.reason.empty()) signature.AddKey("Reason", text_string(request.reason));
    if (!request.location.empty()) signature.AddKey("Location", text_string(request.location));
    if (certifies != 0) {
        PdfDictionary parameters, reference;
        parameters.AddKey("Type", PdfName("TransformParams"));
        parameters.AddKey("V", PdfName("1.2"));
        parameters.AddKey("P", PdfVariant(static_cast<PoDoFo::pdf_int64>(certifies)));
        reference.AddKey("Type", PdfName("SigRef"));
        reference.AddKey("TransformMethod", PdfName("DocMDP"));
        reference.AddKey("TransformParams", parameters);
        PoDoFo::PdfArray references;
        references.push_back(PdfVariant(reference));
        signature.AddKey("Reference", references);
    }
    return signature;
}

// Field and widget in one: without size, so invisible and without appearance (12.7.4.5), printed and locked
// (PDF/A-2 6.3.2). It lies in the corner, outside of what a page shows, so PDF/UA-1 7.18.4 asks for no
// structure element.
PdfDictionary field_dictionary(const SlotRequest& request, const std::string& name,
                               const PdfReference& signature, Reference page) {
    PdfDictionary field;
    field.AddKey("Type", PdfName("Annot"));
    field.AddKey("Subtype", PdfName("Widget"));
    field.AddKey("FT", PdfName("Sig"));
    field.AddKey("T", text_string(name));
    if (!request.field_tooltip.empty()) field.AddKey("TU", text_string(request.field_tooltip));
    field.AddKey("Rect", verbatim("[0 0 0 0]"));
    field.AddKey("F", PdfVariant(static_cast<PoDoFo::pdf_int64>(132)));
    field.AddKey("P", to_podofo(page));
    field.AddKey("V", signature);
    return field;
}

// Puts `field` into the array `key` of `owner`. If that array is an object of its own, only that object
// changes, and the answer is false: the owner stays as it is.
bool append_to(Changes& changes, const PdfFile& file, const Dictionary& owner, std::string_view key,
               PdfDictionary& owner_copy, const PdfReference& field) {
    const auto value = owner.find(key);
    const auto array = file.resolve(value);
    if (!array.empty() && array != "null" && !is_array(array))
        refuse_damaged(std::string(key) + " bukan larik");
    const PdfVariant longer = appended(is_array(array) ? array : std::string_view(), field);
    if (const auto reference = to_reference(value); reference && is_array(array)) {
        changes.change(*reference, longer);
        return false;
    }
    owner_copy.AddKey(PdfName(std::string(key)), PdfObject(longer));
    return true;
}

void add_to_page(Changes& changes, const PdfFile& file, const Page& page, const PdfReference& field,
                 bool tagged) {
    PdfDictionary copy = verbatim_dictionary(page.dictionary);
    if (!append_to(changes, file, page.dictionary, "Annots", copy, field)) return;
    // A tagged page with annotations shall say its tab order (ISO 14289-1 7.18.3).
    if (tagged && page.dictionary.find("Tabs").empty()) copy.AddKey("Tabs", PdfName("S"));
    changes.change(page.reference, copy);
}

// Puts the new field into the form, with SigFlags 3: signatures exist, append only (table 219). A form that
// is an object of its own changes where it is; any other becomes one, and the answer is false: the catalog
// has to name it.
bool add_to_form(Changes& changes, const PdfFile& file, const Dictionary& catalog, PdfDictionary& new_catalog,
                 const PdfReference& field) {
    const auto value = catalog.find("AcroForm");
    const auto found = file.resolve(value);
    const Dictionary form = is_dictionary(found) ? to_dictionary(found) : Dictionary{};
    PdfDictionary new_form = verbatim_dictionary(form);
    append_to(changes, file, form, "Fields", new_form, field);
    new_form.AddKey("SigFlags", PdfVariant(static_cast<PoDoFo::pdf_int64>(3)));
    if (const auto reference = to_reference(value); reference && is_dictionary(found)) {
        changes.change(*reference, new_form);
        return true;
    }
    const PdfReference made = changes.reserve();
    changes.put(made, new_form);
    new_catalog.AddKey("AcroForm", made);
    return false;
}

// The field that waits for this signature: the one of that name, or any where none is wished for.
std::optional<std::pair<std::string, Reference>> waiting_field(const FormSoFar& form,
                                                               const std::string& wanted) {
    const auto found = wanted.empty() ? form.waiting.begin() : form.waiting.find(wanted);
    if (found == form.waiting.end()) return {};
    return *found;
}

std::string free_name(const FormSoFar& form, const std::string& wanted) {
    if (!wanted.empty() && form.names.count(wanted) > 0) {
        throw Error(Code::data, "isian bernama " + wanted + " sudah ada dalam berkas ini", {},
                    "Pakai nama isian tanda tangan yang lain");
    }
    std::string name = wanted;
    for (int n = 1; name.empty() || form.names.count(name) > 0; ++n) name = "TandaTangan" + std::to_string(n);
    return name;
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

Slot open_slot(BytesView pdf, const SlotRequest& request) try {
    const PdfFile file(pdf);
    const auto root = *to_reference(file.trailer().find("Root"));
    const Dictionary catalog = to_dictionary(file.object(root));

    Slot slot;
    const FormSoFar so_far = look_at_form(file, catalog);
    slot.certifies = so_far.is_signed ? 0 : request.certify;
    const auto waiting = waiting_field(so_far, request.field);
    slot.field = waiting ? waiting->first : free_name(so_far, request.field);
    slot.contents_size = 2 * request.signature_size + 2;
    std::string contents(slot.contents_size, '0');
    contents.front() = '<';
    contents.back() = '>';

    Changes changes(file);
    PdfDictionary new_catalog = verbatim_dictionary(catalog);
    bool form_stays_in_place = true;
    // The signature has the greatest number of all, so it is written last.
    PdfReference signature;
    if (waiting) {
        PdfDictionary field = verbatim_dictionary(to_dictionary(file.object(waiting->second)));
        signature = changes.reserve();
        field.AddKey("V", signature);
        changes.change(waiting->second, field);
    } else {
        const Page page = first_page(file, catalog);
        const PdfReference field = changes.reserve();
        add_to_page(changes, file, page, field, !catalog.find("MarkInfo").empty());
        form_stays_in_place = add_to_form(changes, file, catalog, new_catalog, field);
        signature = changes.reserve();
        changes.put(field, field_dictionary(request, slot.field, signature, page.reference));
    }
    changes.put(signature, signature_dictionary(request, contents, slot.certifies));
    if (slot.certifies != 0) {
        const auto permissions = file.resolve(catalog.find("Perms"));
        PdfDictionary perms;
        if (is_dictionary(permissions)) perms = verbatim_dictionary(to_dictionary(permissions));
        perms.AddKey("DocMDP", signature);
        new_catalog.AddKey("Perms", perms);
    }
    if (slot.certifies != 0 || !form_stays_in_place) changes.change(root, new_catalog);

    slot.pdf.reserve(pdf.size() + slot.contents_size + 8192);
    slot.pdf.assign(pdf.begin(), pdf.end());
    if (!as_text(pdf).ends_with('\n') && !as_text(pdf).ends_with('\r')) slot.pdf.push_back('\n');
    Update update(slot.pdf, contents);
    changes.write(update);

    slot.contents_at = update.contents_at();
    if (slot.contents_at == 0 || update.byte_range_at() == 0) {
        throw Error(Code::internal, "tempat tanda tangan tidak tertulis");
    }
    write_over(slot.pdf, update.byte_range_at(),
               byte_range(slot.contents_at, slot.contents_at + slot.contents_size, slot.pdf.size()));
    return slot;
} catch (const PoDoFo::PdfError& error) {
    // PoDoFo's error is no std::exception; left alone it would pass every handler above.
    throw Error(Code::internal, std::string("PoDoFo gagal menyiapkan tanda tangan: ") +
                                    PoDoFo::PdfError::ErrorName(error.GetError()));
}

}  // namespace naskah::signing
