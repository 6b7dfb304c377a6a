#include "generator/pdf_metadata.h"

#include <array>

#include "core/date.h"
#include "generator/pdf_syntax.h"

namespace naskah::generator {
namespace {

constexpr const char* product = "Naskah";
constexpr const char* producer = "Naskah (libharu)";

// PDF dates and XMP dates have to agree, and PDF knows no milliseconds.
Instant whole_seconds(Instant time) { return std::chrono::floor<std::chrono::seconds>(time); }

}  // namespace

std::string pdf_date(Instant time) {
    std::string digits = "D:";
    for (const char c : to_rfc3339(whole_seconds(time)))  // 2026-03-26T06:05:00Z
        if (c >= '0' && c <= '9') digits += c;
    return "(" + digits + "Z)";
}

namespace {

// Characters that XML 1.0 cannot hold are left out: they show nothing.
std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) switch (c) {
            case '&': out += "&amp;"; break;
            case '<': out += "&lt;"; break;
            case '>': out += "&gt;"; break;
            default:
                if (static_cast<unsigned char>(c) >= 0x20) out += c;
        }
    return out;
}

std::string in_default_language(const char* name, std::string_view text) {
    return std::string("<dc:") + name + "><rdf:Alt><rdf:li xml:lang=\"x-default\">" + escaped(text) +
           "</rdf:li></rdf:Alt></dc:" + name + ">\n";
}

// Big-endian numbers, as ICC profiles are made of.
void put(std::string& out, std::uint32_t number) {
    for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(number >> shift);
}

std::string element(std::string_view type, std::initializer_list<std::uint32_t> numbers) {
    std::string out(type);
    put(out, 0);
    for (const std::uint32_t number : numbers) put(out, number);
    return out;
}

std::string words(std::string_view text) {  // multiLocalizedUnicodeType with one entry
    std::string out = element("mluc", {1, 12});
    out += "enUS";
    put(out, static_cast<std::uint32_t>(2 * text.size()));
    put(out, 28);
    for (const char c : text) {
        out += '\0';
        out += c;
    }
    out.resize((out.size() + 3) / 4 * 4);
    return out;
}

}  // namespace

std::string info_entries(const Document& document, Instant time) {
    std::string out = "/Title" + text_string(document.title);
    if (!document.author.empty()) out += "/Author" + text_string(document.author);
    if (!document.subject.empty()) out += "/Subject" + text_string(document.subject);
    out += std::string("/Creator(") + product + ")/Producer" + text_string(producer);
    return out + "/CreationDate" + pdf_date(time) + "/ModDate" + pdf_date(time);
}

std::string xmp_packet(const Document& document, Instant time) {
    const std::string date = to_rfc3339(whole_seconds(time));
    std::string out =
        "<?xpacket begin=\"\xEF\xBB\xBF\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n"
        "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF "
        "xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n"
        "<rdf:Description rdf:about=\"\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" "
        "xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\" xmlns:pdf=\"http://ns.adobe.com/pdf/1.3/\" "
        "xmlns:pdfaid=\"http://www.aiim.org/pdfa/ns/id/\" xmlns:pdfuaid=\"http://www.aiim.org/pdfua/ns/id/\" "
        "xmlns:pdfaExtension=\"http://www.aiim.org/pdfa/ns/extension/\" "
        "xmlns:pdfaSchema=\"http://www.aiim.org/pdfa/ns/schema#\" "
        "xmlns:pdfaProperty=\"http://www.aiim.org/pdfa/ns/property#\">\n";
    out += in_default_language("title", document.title);
    if (!document.author.empty())
        out +=
            "<dc:creator><rdf:Seq><rdf:li>" + escaped(document.author) + "</rdf:li></rdf:Seq></dc:creator>\n";
    if (!document.subject.empty()) out += in_default_language("description", document.subject);
    out += std::string("<xmp:CreatorTool>") + product + "</xmp:CreatorTool>\n";
    out += "<xmp:CreateDate>" + date + "</xmp:CreateDate><xmp:ModifyDate>" + date + "</xmp:ModifyDate>\n";
    out += std::string("<pdf:Producer>") + producer + "</pdf:Producer>\n";
    // What the file claims to be: PDF/A-3a (ISO 19005-3 6.6.4) and PDF/UA-1 (ISO 14289-1 5). The latter's
    // property is none that PDF/A knows, so it is described (6.6.2.3).
    out +=
        "<pdfaid:part>3</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance>"
        "<pdfuaid:part>1</pdfuaid:part>\n"
        "<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType=\"Resource\">"
        "<pdfaSchema:schema>PDF/UA identification</pdfaSchema:schema>"
        "<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>"
        "<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>"
        "<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType=\"Resource\">"
        "<pdfaProperty:name>part</pdfaProperty:name><pdfaProperty:valueType>Integer</pdfaProperty:valueType>"
        "<pdfaProperty:category>internal</pdfaProperty:category>"
        "<pdfaProperty:description>Part of ISO 14289</pdfaProperty:description></rdf:li></rdf:Seq>"
        "</pdfaSchema:property></rdf:li></rdf:Bag></pdfaExtension:schemas>\n";
    return out + "</rdf:Description></rdf:RDF></x:xmpmeta>\n<?xpacket end=\"r\"?>";
}

Bytes srgb_profile() {
    // Numbers are s15Fixed16: IEC 61966-2-1 primaries adapted to D50, its curve, and the adaptation
    // (Bradford).
    struct Tag {
        const char* name;
        std::string data;  // empty: that of the tag before
    };
    const std::array<Tag, 10> tags{{
        {"desc", words("sRGB")},
        {"cprt", words("CC0")},
        {"wtpt", element("XYZ ", {0x0000F6D6, 0x00010000, 0x0000D32D})},
        {"chad", element("sf32", {0x00010C42, 0x000005DE, 0xFFFFF325, 0x00000793, 0x0000FD90, 0xFFFFFBA1,
                                  0xFFFFFDA2, 0x000003DC, 0x0000C06E})},
        {"rXYZ", element("XYZ ", {0x00006FA2, 0x000038F5, 0x00000390})},
        {"gXYZ", element("XYZ ", {0x00006299, 0x0000B785, 0x000018DA})},
        {"bXYZ", element("XYZ ", {0x000024A0, 0x00000F84, 0x0000B6CF})},
        {"rTRC", element("para", {3u << 16, 0x00026666, 0x0000F2A7, 0x00000D59, 0x000013D0, 0x00000A5B})},
        {"gTRC", {}},
        {"bTRC", {}},
    }};
    const std::size_t start = 128 + 4 + 12 * tags.size();
    std::string table, data;
    put(table, static_cast<std::uint32_t>(tags.size()));
    std::size_t offset = 0, length = 0;
    for (const Tag& tag : tags) {
        if (!tag.data.empty()) {
            offset = start + data.size();
            length = tag.data.size();
            data += tag.data;
        }
        table += tag.name;
        put(table, static_cast<std::uint32_t>(offset));
        put(table, static_cast<std::uint32_t>(length));
    }
    std::string profile;
    put(profile, static_cast<std::uint32_t>(start + data.size()));
    put(profile, 0);
    put(profile, 0x04200000);
    profile += "mntrRGB XYZ ";
    for (const std::uint32_t part : {0x07EA0001u, 0x00010000u, 0x00000000u})
        put(profile, part);  // 2026-01-01
    profile += "acsp";
    profile.resize(68);  // no platform, flags, maker, model, attributes; perceptual intent
    for (const std::uint32_t part : {0x0000F6D6u, 0x00010000u, 0x0000D32Du}) put(profile, part);
    profile.resize(128);
    return to_bytes(profile + table + data);
}

}  // namespace naskah::generator
