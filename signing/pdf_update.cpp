#include "signing/pdf_update.h"

#include <podofo/podofo.h>

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <optional>
#include <set>

#include "core/error.h"
#include "core/text.h"

namespace naskah::signing {

namespace {

using PoDoFo::PdfData;
using PoDoFo::PdfName;
using PoDoFo::PdfObject;
using PoDoFo::PdfReference;
using PoDoFo::PdfVariant;

// Lets PoDoFo append to the file in memory, and remembers where a value went. Values of the file may look
// like it, but the one that counts is written last.
class Output final : public PoDoFo::PdfOutputDevice {
public:
    Output(Bytes& file, std::string_view value) : file_(file), value_(value) {}

    void Write(const char* data, std::size_t size) override {
        const std::string_view written(data, size);
        if (!value_.empty() && written == value_) value_at_ = file_.size();
        file_.insert(file_.end(), written.begin(), written.end());
    }
    void PrintV(const char* format, long size, va_list arguments) override {
        const auto at = file_.size(), length = static_cast<std::size_t>(size);
        file_.resize(at + length + 1);  // vsnprintf ends with a zero, which goes again
        std::vsnprintf(reinterpret_cast<char*>(file_.data() + at), length + 1, format, arguments);
        file_.resize(at + length);
    }
    std::size_t Tell() const override { return file_.size(); }

    std::size_t value_at() const { return value_at_; }

private:
    Bytes& file_;
    std::string_view value_;
    std::size_t value_at_ = 0;
};

PdfVariant verbatim(std::string_view value) { return PdfData(value.data(), value.size()); }

PdfReference to_podofo(Reference reference) { return {reference.number, reference.generation}; }

// PoDoFo's error is no std::exception; left alone it would pass every handler above.
template <class Act>
auto guarded(Act&& act) try {
    return act();
} catch (const PoDoFo::PdfError& error) {
    throw Error(Code::internal, std::string("PoDoFo gagal menulis pembaruan PDF: ") +
                                    PoDoFo::PdfError::ErrorName(error.GetError()));
}

}  // namespace

NewDictionary::NewDictionary(const Dictionary& copied) {
    for (const auto& [key, value] : copied.entries) {
        if (key.find('\0') != std::string::npos) refuse_damaged("nama dengan karakter nol");
        set(key, std::string(value));
    }
}

void NewDictionary::set(std::string_view key, std::string value) {
    for (auto& [known, old] : entries_)
        if (known == key) {
            old = std::move(value);
            return;
        }
    entries_.emplace_back(key, std::move(value));
}

std::string NewDictionary::text() const {
    std::string text = "<<\n";
    for (const auto& [key, value] : entries_) text += to_pdf_name(key) + ' ' + value + '\n';
    return text + ">>";
}

std::string to_pdf(Reference reference) {
    return std::to_string(reference.number) + ' ' + std::to_string(reference.generation) + " R";
}

std::string to_pdf_name(std::string_view name) {
    constexpr char digits[] = "0123456789ABCDEF";
    std::string text = "/";
    for (const char c : name) {
        const bool plain =
            c > ' ' && c <= '~' && std::string_view("()<>[]{}/%#").find(c) == std::string::npos;
        const auto octet = static_cast<unsigned char>(c);
        if (plain)
            text += c;
        else
            text += {'#', digits[octet >> 4], digits[octet & 15]};
    }
    return text;
}

std::string to_pdf_string(const std::string& utf8) {
    if (is_plain_ascii(utf8)) {
        std::string text = "(";
        for (const char c : utf8) {
            if (c == '(' || c == ')' || c == '\\') text += '\\';
            text += c;
        }
        return text + ')';
    }
    return guarded([&] {
        const PoDoFo::PdfString string(reinterpret_cast<const PoDoFo::pdf_utf8*>(utf8.data()),
                                       static_cast<PoDoFo::pdf_long>(utf8.size()));
        std::string text;
        PdfVariant(string).ToString(text, PoDoFo::ePdfWriteMode_Compact);
        return text;
    });
}

std::string appended(std::string_view array, Reference reference) {
    std::string longer(array.empty() ? "[" : array.substr(0, array.size() - 1));
    return longer + ' ' + to_pdf(reference) + ']';
}

struct PdfUpdate::Objects {
    explicit Objects(const PdfFile& the_file) : file(the_file), next_number(the_file.size()) {
        all.SetAutoDelete(true);
    }

    PdfObject& add(const PdfReference& reference, const PdfVariant& value, bool written) {
        // PoDoFo writes objects that changed since they were made; an assignment is a change.
        auto object = std::make_unique<PdfObject>(reference, written ? PdfVariant() : value);
        if (written) static_cast<PdfVariant&>(*object) = value;
        all.push_back(object.get());
        return *object.release();
    }
    std::optional<PdfReference> in_trailer(std::string_view key) const {
        const auto reference = to_reference(file.trailer().find(key));
        if (!reference) return {};
        return to_podofo(*reference);
    }
    PdfObject trailer(std::size_t size) {
        PdfObject made;
        made.GetDictionary().AddKey("Root", *in_trailer("Root"));
        if (const auto info = in_trailer("Info")) {
            made.GetDictionary().AddKey("Info", *info);
            // The writer digests the information dictionary into the second half of the file identifier
            // (14.4), which shall differ from update to update. This stand-in is digested, but being clean it
            // is not written.
            PoDoFo::PdfDictionary state;
            state.AddKey("Size", PdfVariant(static_cast<PoDoFo::pdf_int64>(size)));
            const auto id = file.trailer().find("ID");
            state.AddKey("ID", verbatim(id.empty() ? "null" : id));
            add(*info, state, false);
        }
        if (const auto id = file.resolve(file.trailer().find("ID")); is_array(id)) {
            PoDoFo::PdfArray identifiers;
            for (const auto half : to_array(id)) {
                const std::string octets = to_octets(half);
                identifiers.push_back(
                    PoDoFo::PdfString(octets.data(), static_cast<PoDoFo::pdf_long>(octets.size()), true));
            }
            made.GetDictionary().AddKey("ID", identifiers);
        }
        return made;
    }

    const PdfFile& file;
    std::uint32_t next_number;
    std::set<Reference> changed;
    std::string last_value;  // of the object with the greatest number
    Reference last;
    PoDoFo::PdfVecObjects all;
};

PdfUpdate::PdfUpdate(const PdfFile& file)
    : objects_(guarded([&] { return std::make_unique<Objects>(file); })) {}
PdfUpdate::~PdfUpdate() = default;

void PdfUpdate::change(Reference reference, const std::string& value) {
    if (!objects_->changed.insert(reference).second) refuse_damaged("satu objek dipakai untuk dua keperluan");
    guarded([&] { objects_->add(to_podofo(reference), verbatim(value), true); });
}

Reference PdfUpdate::reserve() { return {objects_->next_number++, 0}; }

void PdfUpdate::put(Reference reserved, const std::string& value) {
    if (objects_->last < reserved) {
        objects_->last = reserved;
        objects_->last_value = value;
    }
    guarded([&] { objects_->add(to_podofo(reserved), verbatim(value), true); });
}

void PdfUpdate::put_stream(Reference reserved, BytesView octets) {
    guarded([&] {
        PdfObject& object = objects_->add(to_podofo(reserved), PoDoFo::PdfDictionary(), true);
        object.GetStream()->Set(reinterpret_cast<const char*>(octets.data()),
                                static_cast<PoDoFo::pdf_long>(octets.size()), PoDoFo::TVecFilters{});
    });
}

std::size_t PdfUpdate::append_to(Bytes& pdf) {
    if (!as_text(pdf).ends_with('\n') && !as_text(pdf).ends_with('\r')) pdf.push_back('\n');
    return guarded([&] {
        Output out(pdf, objects_->last_value);
        PdfObject trailer = objects_->trailer(pdf.size());
        PoDoFo::PdfWriter writer(&objects_->all, &trailer);
        writer.SetWriteMode(PoDoFo::ePdfWriteMode_Clean);  // PDF/A: ISO 19005-2 6.1.9
        writer.SetPrevXRefOffset(static_cast<PoDoFo::pdf_int64>(objects_->file.newest_table()));
        writer.WriteUpdate(&out, nullptr, false);
        return out.value_at();
    });
}

}  // namespace naskah::signing
