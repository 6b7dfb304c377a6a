// Small classic PDFs made object by object, so that a test says exactly what its input looks like.
#pragma once

#include <map>
#include <string>

#include "core/bytes.h"

namespace naskah::tests {

struct SmallPdf {
    std::string header = "%PDF-1.7\n%\xE2\xE3\xCF\xD3\n";
    std::string trailer =
        "/Root 1 0 R /Info 7 0 R /ID [<00112233445566778899AABBCCDDEEFF> <00112233445566778899AABBCCDDEEFF>]";
    std::string ending = "%%EOF\n";
    std::map<int, std::string> objects{
        {1, "<< /Type /Catalog /Pages 2 0 R /Lang (id-ID) >>"},
        {2, "<< /Type /Pages /Kids [3 0 R] /Count 1 >>"},
        {3,
         "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595.2755905 841.8897637] /Contents 4 0 R\n"
         "/Resources << /Font << /F1 5 0 R >> >> >>"},
        {4, "<< /Length 45 >>\nstream\nBT /F1 12 Tf 72 700 Td (Surat Perintah) Tj ET\nendstream"},
        {5, "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"},
        {7, "<< /Title (Contoh) /Producer (Naskah) >>"},
    };

    std::string str() const {
        std::string out = header;
        std::map<int, std::size_t> offsets;
        for (const auto& [number, body] : objects) {
            offsets[number] = out.size();
            out += std::to_string(number) + " 0 obj\n" + body + "\nendobj\n";
        }
        const auto table = out.size();
        const int last = objects.rbegin()->first;
        out += "xref\n0 " + std::to_string(last + 1) + "\n0000000000 65535 f \n";
        for (int number = 1; number <= last; ++number) {
            const auto found = offsets.find(number);
            std::string digits = std::to_string(found == offsets.end() ? 0 : found->second);
            out += std::string(10 - digits.size(), '0') + digits;
            out += found == offsets.end() ? " 65535 f \n" : " 00000 n \n";
        }
        out += "trailer\n<< /Size " + std::to_string(last + 1) + " " + trailer + " >>\nstartxref\n" +
               std::to_string(table) + "\n" + ending;
        return out;
    }
    Bytes bytes() const { return to_bytes(str()); }
};

}  // namespace naskah::tests
