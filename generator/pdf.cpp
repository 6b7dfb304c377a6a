#include "generator/pdf.h"

#include <algorithm>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/sha256.h"
#include "generator/deflate.h"
#include "generator/pdf_content.h"
#include "generator/pdf_file.h"
#include "generator/pdf_metadata.h"
#include "generator/pdf_structure.h"
#include "generator/pdf_syntax.h"

namespace naskah::generator {
namespace {

// Level 5 would save 500 bytes of a page and cost a tenth of a letter's time; the fonts' level 12 is paid
// once a process.
constexpr int content_level = 1;

int add_font(PdfFile& file, const FontProgram& program) {
    const int embedded =
        program.cff
            ? file.add_stream("/Filter/FlateDecode/Subtype/CIDFontType0C", program.compressed)
            : file.add_stream("/Filter/FlateDecode/Length1 " + std::to_string(program.uncompressed_size),
                              program.compressed);
    std::string descriptor = "/Type/FontDescriptor/FontName/" + program.name + "/FontBBox[";
    for (const int edge : program.bbox) {
        if (descriptor.back() != '[') descriptor += ' ';
        append_int(descriptor, edge);
    }
    descriptor += "]/Flags " + std::to_string(program.flags) + "/ItalicAngle " +
                  std::to_string(program.italic_angle) + "/Ascent " + std::to_string(program.ascent) +
                  "/Descent " + std::to_string(program.descent) + "/CapHeight " +
                  std::to_string(program.cap_height) + "/StemV " + std::to_string(program.stem_v) +
                  (program.cff ? "/FontFile3 " : "/FontFile2 ") + reference(embedded);
    const std::string cid_font = std::string("/Type/Font/Subtype/") +
                                 (program.cff ? "CIDFontType0" : "CIDFontType2/CIDToGIDMap/Identity") +
                                 "/BaseFont/" + program.name +
                                 "/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>" +
                                 program.widths + "/FontDescriptor " + reference(file.add(descriptor));
    const int to_unicode = file.add_stream("/Filter/FlateDecode", program.to_unicode);
    // A composite font of CFF outlines carries the name of its encoding (ISO 32000-1 table 121).
    return file.add("/Type/Font/Subtype/Type0/BaseFont/" + program.name + (program.cff ? "-Identity-H" : "") +
                    "/Encoding/Identity-H/DescendantFonts[" + reference(file.add(cid_font)) + "]/ToUnicode " +
                    reference(to_unicode));
}

int add_picture(PdfFile& file, const Picture& picture) {
    const bool turned = picture.orientation >= 5;
    const int width = turned ? picture.height : picture.width,
              height = turned ? picture.width : picture.height;
    const std::string size = "/Type/XObject/Subtype/Image/Width " + std::to_string(width) + "/Height " +
                             std::to_string(height) + "/BitsPerComponent 8";
    std::string entries = size + "/ColorSpace";
    if (picture.colors == 0) {
        entries += picture.channels == 1 ? "/DeviceGray" : "/DeviceRGB";
    } else {
        entries += "[/Indexed/DeviceRGB " + std::to_string(picture.colors - 1) + " ";
        entries += reference(file.add_stream("/Filter/FlateDecode", picture.palette)) + "]";
    }
    entries += picture.jpeg ? "/Filter/DCTDecode" : "/Filter/FlateDecode";
    if (picture.predicted)
        entries += "/DecodeParms<</Predictor 15/Colors " + std::to_string(picture.channels) + "/Columns " +
                   std::to_string(width) + ">>";
    if (!picture.alpha.empty())
        entries += "/SMask " + reference(file.add_stream(size + "/ColorSpace/DeviceGray/Filter/FlateDecode",
                                                         picture.alpha));
    return file.add_stream(std::move(entries), picture.compressed);
}

int add_resources(PdfFile& file, const PdfResources& resources) {
    std::string entries;
    for (std::size_t face = 0; face < resources.programs.size(); ++face) {
        if (!resources.programs[face]) continue;
        entries += (entries.empty() ? "/Font<</F" : "/F") + std::to_string(face) + " ";
        entries += reference(add_font(file, *resources.programs[face]));
    }
    if (!entries.empty()) entries += ">>";
    for (std::size_t i = 0; i < resources.pictures.size(); ++i) {
        entries += (i == 0 ? "/XObject<</I" : "/I") + std::to_string(i) + " ";
        entries += reference(add_picture(file, *resources.pictures[i]));
    }
    if (!resources.pictures.empty()) entries += ">>";
    return file.add(std::move(entries));
}

// ISO 32000-1 7.11.4 and, for the relationship, ISO 19005-3 annex E. What the catalog says of them.
std::string add_attachments(PdfFile& file, const std::vector<Attachment>& attachments, Instant time) {
    if (attachments.empty()) return {};
    std::string associated = "/AF[", names = "/Names<</EmbeddedFiles<</Names[";
    for (const Attachment& attachment : attachments) {
        std::string type;
        for (const char c : attachment.type) type += c == '/' ? std::string("#2F") : std::string(1, c);
        const int embedded = file.add_stream(
            "/Type/EmbeddedFile/Subtype/" + type + "/Filter/FlateDecode/Params<</Size " +
                std::to_string(attachment.content.size()) + "/ModDate" + pdf_date(time) + ">>",
            deflate(as_bytes(attachment.content), content_level));
        const std::string name = text_string(attachment.name);
        const int specification =
            file.add("/Type/Filespec/F" + name + "/UF" + name + "/Desc" +
                     text_string(attachment.description) + "/AFRelationship/" + attachment.relationship +
                     "/EF<</F " + reference(embedded) + "/UF " + reference(embedded) + ">>");
        associated += reference(specification);
        names += name + reference(specification);
    }
    return associated + "]" + names + "]>>>>";
}

int add_profile(PdfFile& file) {
    static const Bytes profile = deflate(srgb_profile(), 12);
    return file.add_stream("/N 3/Filter/FlateDecode", profile);
}

// The field that signing will fill (ISO 32000-1 12.7.4.5): printed and locked, an appearance that shows
// nothing (ISO 19005-3 6.3.3), a description for those who can't see it (ISO 14289-1 7.18.1).
void set_field(PdfFile& file, const PdfStructure::Field& field, int page, std::size_t key) {
    const Rect& area = field.area;
    std::string entries =
        "/Type/Annot/Subtype/Widget/FT/Sig/T(TandaTangan1)/TU(Tanda tangan elektronik)/F 132/P " +
        reference(page) + "/StructParent " + std::to_string(key) + "/Rect[";
    append_rect(entries, area.x, area.y, area.x + area.width, area.y + area.height);
    entries += ']';
    if (area.width > 0 && area.height > 0) {
        std::string appearance = "/Type/XObject/Subtype/Form/Resources<<>>/BBox[";
        append_rect(appearance, 0, 0, area.width, area.height);
        entries += "/AP<</N " + reference(file.add_stream(appearance + "]", BytesView())) + ">>";
    }
    file.set(field.widget, std::move(entries));
}

}  // namespace

Bytes write_pdf(const Document& document, const FontLibrary& fonts, Instant time) {
    if (document.pages.empty()) throw Error(Code::internal, "Naskah tidak berhalaman");
    const PdfResources resources = collect_resources(document, fonts);
    PdfStructure structure(document.structure);
    PdfFile file;
    std::string seed;  // of the file's identity: everything that can differ between two letters
    const auto note = [&seed](const Sha256& digest) {
        seed.append(digest.octets.begin(), digest.octets.end());
    };

    const int shared = add_resources(file, resources);
    for (const auto& program : resources.programs)
        if (program) seed += program->name;
    for (const Picture* picture : resources.pictures) note(picture->digest);

    std::vector<int> pages;
    for (const Page& page : document.pages) {
        const int number = static_cast<int>(pages.size());
        const std::string content = page_content(page, number, resources, fonts, structure);
        Bytes compressed = deflate(as_bytes(content), content_level);
        note(sha256(compressed));
        std::string entries = "/MediaBox[";
        append_rect(entries, 0, 0, page.size.width, page.size.height);
        entries +=
            "]/Resources " + reference(shared) + "/StructParents " + std::to_string(number) + "/Tabs/S";
        if (auto& field = structure.field(); field && field->page == number) {
            field->widget = file.reserve();
            entries += "/Annots[" + reference(field->widget) + "]";
        }
        seed += entries;
        pages.push_back(file.add_page(std::move(compressed)));
        file.set(pages.back(), std::move(entries));
    }
    const int tree = structure.write(file, pages);
    std::string form;
    if (const auto& field = structure.field()) {
        set_field(file, *field, pages[static_cast<std::size_t>(field->page)], pages.size());
        form = "/AcroForm " + reference(file.add("/SigFlags 3/Fields[" + reference(field->widget) + "]"));
    }

    for (const Attachment& attachment : document.attachments) note(sha256(as_bytes(attachment.content)));
    const std::string xmp = xmp_packet(document, time);
    seed += xmp;
    file.set(file.info(), info_entries(document, time));
    file.set(file.catalog(),
             "/Lang" + text_string(document.language) + "/MarkInfo<</Marked true>>/StructTreeRoot " +
                 reference(tree) + "/ViewerPreferences<</DisplayDocTitle true>>/Metadata " +
                 reference(file.add_stream("/Type/Metadata/Subtype/XML", as_bytes(xmp))) +
                 "/OutputIntents[<</Type/OutputIntent/S/GTS_PDFA1/OutputConditionIdentifier(sRGB)"
                 "/Info(sRGB)/DestOutputProfile " +
                 reference(add_profile(file)) + ">>]" + add_attachments(file, document.attachments, time) +
                 form);

    const Sha256 digest = sha256(as_bytes(seed));
    std::array<std::uint8_t, 16> id;
    std::copy_n(digest.octets.begin(), id.size(), id.begin());
    return file.save(id);
}

}  // namespace naskah::generator
