#include "generator/pdf_file.h"

#include <hpdf.h>
#include <hpdf_conf.h>
#include <hpdf_consts.h>
#include <hpdf_doc.h>
#include <hpdf_objects.h>
#include <hpdf_pages.h>
#include <hpdf_streams.h>

#include <utility>
#include <vector>

#include "core/error.h"

namespace naskah::generator {
namespace {

// Unwinds through libharu's C frames, which keep no state outside the document that is then given up.
[[noreturn]] void throw_error(HPDF_STATUS error, HPDF_STATUS detail, void*) {
    throw Error(Code::internal, "libharu gagal menulis PDF (kode " + std::to_string(error) + ", " +
                                    std::to_string(detail) + ")");
}

int number_of(const HPDF_Obj_Header& header) { return static_cast<int>(header.obj_id & 0x00FFFFFF); }

void check(HPDF_STATUS status) {
    if (status != HPDF_OK) throw_error(status, 0, nullptr);
}

template <typename T>
T* check(T* made) {
    if (!made) throw_error(HPDF_FAILD_TO_ALLOC_MEM, 0, nullptr);
    return made;
}

void fill(HPDF_Stream stream, BytesView data) {
    if (data.empty()) return;
    // One block for the data rather than a chain of 4 KB blocks; a full block is what makes libharu begin the
    // next.
    auto* blocks = static_cast<HPDF_MemStreamAttr>(stream->attr);
    blocks->buf_siz = blocks->w_pos = static_cast<HPDF_UINT>(data.size());
    check(HPDF_Stream_Write(stream, data.data(), static_cast<HPDF_UINT>(data.size())));
}

}  // namespace

struct PdfFile::Haru {
    HPDF_Doc doc = nullptr;
    std::vector<std::string> entries;  // by object number

    // libharu calls this when it has written its own entries of a dictionary.
    static HPDF_STATUS write_entries(HPDF_Dict dict, HPDF_Stream stream) {
        const auto& self = *static_cast<const Haru*>(dict->error->user_data);
        const std::string& text = self.entries[static_cast<std::size_t>(number_of(dict->header))];
        if (text.empty()) return HPDF_OK;
        return HPDF_Stream_Write(stream, reinterpret_cast<const HPDF_BYTE*>(text.data()),
                                 static_cast<HPDF_UINT>(text.size()));
    }

    int adopt(HPDF_Dict dict) {
        dict->write_fn = write_entries;
        const int number = number_of(dict->header);
        if (entries.size() <= static_cast<std::size_t>(number))
            entries.resize(static_cast<std::size_t>(number) + 1);
        return number;
    }

    ~Haru() {
        if (doc) HPDF_Free(doc);
    }
};

PdfFile::PdfFile() : haru_(std::make_unique<Haru>()) {
    haru_->doc = check(HPDF_NewEx(throw_error, nullptr, nullptr, 0, haru_.get()));
    haru_->doc->pdf_version = HPDF_VER_17;
    HPDF_Dict_RemoveElement(haru_->doc->info, "Producer");
    haru_->adopt(haru_->doc->catalog);
    haru_->adopt(haru_->doc->info);
}

PdfFile::~PdfFile() = default;

int PdfFile::catalog() const { return number_of(haru_->doc->catalog->header); }
int PdfFile::info() const { return number_of(haru_->doc->info->header); }

int PdfFile::reserve() {
    HPDF_Dict dict = check(HPDF_Dict_New(haru_->doc->mmgr));
    check(HPDF_Xref_Add(haru_->doc->xref, dict));
    return haru_->adopt(dict);
}

void PdfFile::set(int object, std::string entries) {
    haru_->entries.at(static_cast<std::size_t>(object)) = std::move(entries);
}

int PdfFile::add(std::string entries) {
    const int object = reserve();
    set(object, std::move(entries));
    return object;
}

int PdfFile::add_stream(std::string entries, BytesView data) {
    HPDF_Dict dict = check(HPDF_DictStream_New(haru_->doc->mmgr, haru_->doc->xref));
    fill(dict->stream, data);
    const int object = haru_->adopt(dict);
    set(object, std::move(entries));
    return object;
}

int PdfFile::add_page(BytesView content) {
    HPDF_Page page = check(HPDF_AddPage(haru_->doc));
    check(HPDF_Dict_RemoveElement(page, "MediaBox"));
    check(HPDF_Dict_RemoveElement(page, "Resources"));
    const auto* attributes = static_cast<HPDF_PageAttr>(page->attr);
    fill(attributes->stream, content);
    set(haru_->adopt(attributes->contents), "/Filter/FlateDecode");
    return haru_->adopt(page);
}

Bytes PdfFile::save(const std::array<std::uint8_t, 16>& id) {
    HPDF_Doc doc = haru_->doc;
    HPDF_Array ids = check(HPDF_Array_New(doc->mmgr));
    check(HPDF_Dict_Add(doc->trailer, "ID", ids));
    for (int i = 0; i < 2; ++i) {
        auto octets = id;
        check(HPDF_Array_Add(ids, check(HPDF_Binary_New(doc->mmgr, octets.data(), octets.size()))));
    }
    check(HPDF_SaveToStream(doc));

    Bytes file;
    file.reserve(doc->stream->size);
    for (HPDF_UINT i = 0; i < HPDF_MemStream_GetBufCount(doc->stream); ++i) {
        HPDF_UINT length = 0;
        const HPDF_BYTE* block = HPDF_MemStream_GetBufPtr(doc->stream, i, &length);
        file.insert(file.end(), block, block + length);
    }
    if (file.size() != doc->stream->size)
        throw Error(Code::internal, "libharu menulis PDF yang tidak lengkap");
    return file;
}

}  // namespace naskah::generator
