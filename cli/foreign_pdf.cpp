#include "cli/foreign_pdf.h"

#include "core/error.h"
#include "service/child.h"
#include "signing/sign.h"

namespace naskah::cli {

Bytes signable(Bytes pdf) {
    if (!signing::needs_rewriting(pdf)) return pdf;
    // The program, not the library: what others made is parsed in a process of its own. It fails on a file
    // that it would have to mend.
    auto rewritten = service::run_child({"qpdf", "--object-streams=disable", "--stream-data=preserve",
                                         "--newline-before-endstream", "/dev/stdin", "-"},
                                        pdf, {.output = pdf.size() * 4 + (16u << 20)});
    if (!rewritten || rewritten->empty())
        throw Error(Code::data,
                    "berkas PDF ini rusak atau terkunci kata sandi, jadi tidak dapat ditandatangani", {},
                    "Buka dengan pembaca PDF, cetak ke PDF baru, lalu tanda tangani yang baru");
    if (signing::is_signed(*rewritten))
        throw Error(
            Code::data,
            "berkas PDF ini sudah ditandatangani dan menyimpan tabelnya dalam aliran (PDF 1.5): menulisnya "
            "ulang akan merusak tanda tangan yang ada",
            {},
            "Minta berkas sebelum ditandatangani, atau tambahkan tanda tangan dengan aplikasi pembuatnya");
    return std::move(*rewritten);
}

}  // namespace naskah::cli
