#include "signing/validation_store.h"

#include <algorithm>
#include <array>
#include <map>

#include "core/error.h"
#include "signing/openssl.h"
#include "signing/pdf_file.h"
#include "signing/pdf_update.h"

namespace naskah::signing {

namespace {

constexpr std::size_t most_streams = 10'000;

// The three kinds, under their names in the DSS and in a VRI record.
struct Kind {
    const char* of_store;
    const char* of_record;
    std::vector<Bytes> ValidationData::*data;
};
constexpr std::array<Kind, 3> kinds{{{"Certs", "Cert", &ValidationData::certificates},
                                     {"OCSPs", "OCSP", &ValidationData::ocsp_responses},
                                     {"CRLs", "CRL", &ValidationData::revocation_lists}}};

std::string array_at(const PdfFile& file, std::string_view value) {
    const auto resolved = file.resolve(value);
    return is_array(resolved) ? std::string(resolved) : std::string();
}

// The streams that the store has already.
std::map<std::string, Reference, std::less<>> streams_in(const PdfFile& file, const Dictionary& store,
                                                         const Kind& kind) {
    std::map<std::string, Reference, std::less<>> found;
    const std::string array = array_at(file, store.find(kind.of_store));
    if (array.empty()) return found;
    for (const auto item : to_array(array)) {
        if (found.size() == most_streams) refuse_damaged("DSS-nya terlalu besar");
        const auto reference = to_reference(item);
        const auto octets = reference ? file.plain_stream(*reference) : std::nullopt;
        if (octets) found.emplace(as_text(*octets), *reference);
    }
    return found;
}

// The array with those of the references that it lacks.
std::string joined(std::string array, const std::vector<Reference>& more) {
    std::vector<Reference> known;
    if (!array.empty())
        for (const auto item : to_array(array))
            if (const auto reference = to_reference(item)) known.push_back(*reference);
    for (const Reference& one : more) {
        if (std::find(known.begin(), known.end(), one) != known.end()) continue;
        known.push_back(one);
        array = appended(array, one);
    }
    return array;
}

// The SHA-1 of the signature in capitals: a name, not a protection (ISO 32000-2 12.8.4.4).
std::string record_name(BytesView contents) {
    std::array<std::uint8_t, 20> digest{};
    require(EVP_Digest(contents.data(), contents.size(), digest.data(), nullptr, EVP_sha1(), nullptr) == 1,
            "SHA-1");
    std::string name = to_hex(digest);
    for (char& c : name)
        if (c >= 'a') c = static_cast<char>(c - 'a' + 'A');
    return name;
}

// ISO 32000-1 knows no DSS: ETSI's extension says that there is one (ETSI EN 319 142-1 5.4.2).
std::string with_extension(const PdfFile& file, const Dictionary& catalog) {
    NewDictionary extensions(file.dictionary_at(catalog.find("Extensions")));
    NewDictionary etsi;
    etsi.set("BaseVersion", "/1.7");
    etsi.set("ExtensionLevel", "1");
    extensions.set("ESIC", etsi.text());
    return extensions.text();
}

}  // namespace

bool has_validation_data(const PdfFile& file, BytesView contents) {
    const Dictionary catalog = file.dictionary_at(file.trailer().find("Root"));
    const Dictionary store = file.dictionary_at(catalog.find("DSS"));
    if (store.find("OCSPs").empty() && store.find("CRLs").empty()) return false;
    return store.find("VRI").empty() ||
           !file.dictionary_at(store.find("VRI")).find(record_name(contents)).empty();
}

Bytes add_validation_data(BytesView pdf, const std::vector<ValidationRecord>& records) {
    const PdfFile file(pdf);
    const auto root = *to_reference(file.trailer().find("Root"));
    const Dictionary catalog = to_dictionary(file.object(root));
    const auto place = to_reference(catalog.find("DSS"));
    const Dictionary store = file.dictionary_at(catalog.find("DSS"));
    const Dictionary index = file.dictionary_at(store.find("VRI"));

    PdfUpdate update(file);
    NewDictionary new_store(store), new_index(index);
    new_store.set("Type", "/DSS");
    std::vector<NewDictionary> entries;
    for (const ValidationRecord& record : records)
        entries.emplace_back(file.dictionary_at(index.find(record_name(record.contents))));
    for (const Kind& kind : kinds) {
        auto streams = streams_in(file, store, kind);
        std::vector<Reference> all;
        for (std::size_t i = 0; i < records.size(); ++i) {
            std::vector<Reference> own;
            for (const Bytes& octets : records[i].data.*kind.data) {
                auto found = streams.find(as_text(octets));
                if (found == streams.end()) {
                    const Reference made = update.reserve();
                    update.put_stream(made, octets);
                    found = streams.emplace(as_text(octets), made).first;
                }
                own.push_back(found->second);
            }
            const Dictionary before = file.dictionary_at(index.find(record_name(records[i].contents)));
            if (const auto array = joined(array_at(file, before.find(kind.of_record)), own); !array.empty())
                entries[i].set(kind.of_record, array);
            all.insert(all.end(), own.begin(), own.end());
        }
        if (const auto array = joined(array_at(file, store.find(kind.of_store)), all); !array.empty())
            new_store.set(kind.of_store, array);
    }
    for (std::size_t i = 0; i < records.size(); ++i) {
        const Reference made = update.reserve();
        update.put(made, entries[i].text());
        new_index.set(record_name(records[i].contents), to_pdf(made));
    }
    const Reference made = update.reserve();
    update.put(made, new_index.text());
    new_store.set("VRI", to_pdf(made));

    if (place && is_dictionary(file.object(*place))) {
        update.change(*place, new_store.text());
    } else {
        const Reference made_store = update.reserve();
        update.put(made_store, new_store.text());
        NewDictionary new_catalog(catalog);
        new_catalog.set("DSS", to_pdf(made_store));
        new_catalog.set("Extensions", with_extension(file, catalog));
        update.change(root, new_catalog.text());
    }
    Bytes longer(pdf.begin(), pdf.end());
    update.append_to(longer);
    return longer;
}

ValidationData read_validation_data(BytesView pdf) {
    const PdfFile file(pdf);
    const Dictionary catalog = file.dictionary_at(file.trailer().find("Root"));
    const Dictionary store = file.dictionary_at(catalog.find("DSS"));
    ValidationData data;
    for (const Kind& kind : kinds)
        for (const auto& [octets, reference] : streams_in(file, store, kind))
            (data.*kind.data).push_back(to_bytes(octets));
    return data;
}

}  // namespace naskah::signing
