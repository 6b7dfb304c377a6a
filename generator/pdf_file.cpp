#include "generator/pdf_file.h"

#include <hpdf.h>
#include <hpdf_conf.h>
#include <hpdf_consts.h>
#include <hpdf_doc.h>
#include <hpdf_objects.h>
#include <hpdf_pages.h>
#include <hpdf_streams.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <memory_resource>
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

HPDF_STATUS write(HPDF_Stream out, BytesView bytes) {
    return HPDF_Stream_Write(out, bytes.data(), static_cast<HPDF_UINT>(bytes.size()));
}

// libharu asks for four small pieces of memory an object and gives hardly one back before the end. They are
// laid end to end, for as long as a thread has a document. (libharu's own pool aligns to four bytes only.)
class Pieces {
public:
    static Pieces& of_this_thread() {
        thread_local Pieces pieces;
        return pieces;
    }
    static void* take(HPDF_UINT size) { return of_this_thread().memory_.allocate(size); }
    static void leave(void*) {}

    void open() { ++documents_; }
    void close() {
        if (--documents_ == 0) memory_.release();
    }

private:
    static constexpr std::size_t of_one_page = 64u << 10;
    std::unique_ptr<std::byte[]> first_ = std::make_unique<std::byte[]>(of_one_page);
    std::pmr::monotonic_buffer_resource memory_{first_.get(), of_one_page};
    std::size_t documents_ = 0;
};

}  // namespace

struct PdfFile::Haru {
    struct Object {
        HPDF_Dict dict = nullptr;
        std::string entries;
        BytesView data;
        Bytes own_data;  // what `data` shows, where the file keeps it
    };
    HPDF_Doc doc = nullptr;
    std::vector<Object> objects;  // by number
    Bytes file;

    static Haru& of(HPDF_Error error) { return *static_cast<Haru*>(error->user_data); }
    Object& at(int number) { return objects.at(static_cast<std::size_t>(number)); }

    // libharu calls this when it has written its own entries of a dictionary,
    static HPDF_STATUS write_entries(HPDF_Dict dict, HPDF_Stream out) {
        const Object& object = of(dict->error).at(number_of(dict->header));
        return object.entries.empty() ? HPDF_OK : write(out, as_bytes(object.entries));
    }
    // and this behind the dictionary. libharu's own streams would be copied three times, byte by byte, and
    // have an object each for their length.
    static HPDF_STATUS write_stream(HPDF_Dict dict) {
        Haru& self = of(dict->error);
        const Object& object = self.at(number_of(dict->header));
        HPDF_Stream out = self.doc->stream;
        HPDF_STATUS status = write(out, as_bytes("\nstream\r\n"));
        if (status == HPDF_OK) status = write(out, object.data);
        return status == HPDF_OK ? write(out, as_bytes("\nendstream")) : status;
    }
    static HPDF_STATUS append(HPDF_Stream out, const HPDF_BYTE* bytes, HPDF_UINT size) {
        Bytes& file = of(out->error).file;
        file.insert(file.end(), bytes, bytes + size);
        return HPDF_OK;
    }

    int adopt(HPDF_Dict dict) {
        dict->write_fn = write_entries;
        const int number = number_of(dict->header);
        if (objects.size() <= static_cast<std::size_t>(number))
            objects.resize(static_cast<std::size_t>(number) + 1);
        at(number).dict = dict;
        return number;
    }
    void show(int number, BytesView data) {
        at(number).data = data;
        at(number).dict->after_write_fn = write_stream;
    }
    void keep(int number, Bytes&& data) {
        show(number, data);
        at(number).own_data = std::move(data);  // its bytes stay where they are
    }

    Haru() { Pieces::of_this_thread().open(); }
    Haru(const Haru&) = delete;
    Haru& operator=(const Haru&) = delete;
    ~Haru() {
        if (doc) HPDF_Free(doc);
        Pieces::of_this_thread().close();
    }
};

PdfFile::PdfFile() : haru_(std::make_unique<Haru>()) {
    haru_->objects.reserve(128);  // a letter of one page
    haru_->doc = check(HPDF_NewEx(throw_error, Pieces::take, Pieces::leave, 0, haru_.get()));
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
    // The list of objects doubles instead of growing by a thousand: what it leaves behind is not used again.
    HPDF_List objects = haru_->doc->xref->entries;
    objects->items_per_block = std::max(objects->items_per_block, objects->count);
    check(HPDF_Xref_Add(haru_->doc->xref, dict));
    return haru_->adopt(dict);
}

void PdfFile::set(int object, std::string entries) { haru_->at(object).entries = std::move(entries); }

int PdfFile::add(std::string entries) {
    const int object = reserve();
    set(object, std::move(entries));
    return object;
}

int PdfFile::add_stream(std::string entries, BytesView data) {
    const int object = add(std::move(entries) + "/Length " + std::to_string(data.size()));
    haru_->show(object, data);
    return object;
}

int PdfFile::add_stream(std::string entries, Bytes&& data) {
    const int object = add_stream(std::move(entries), BytesView(data));
    haru_->keep(object, std::move(data));
    return object;
}

int PdfFile::add_page(Bytes&& content) {
    HPDF_Page page = check(HPDF_AddPage(haru_->doc));
    for (const char* entry : {"MediaBox", "Resources"}) check(HPDF_Dict_RemoveElement(page, entry));
    auto* attributes = static_cast<HPDF_PageAttr>(page->attr);
    HPDF_Dict contents = attributes->contents;
    auto* length = check(static_cast<HPDF_Number>(HPDF_Dict_GetItem(contents, "Length", HPDF_OCLASS_NUMBER)));
    length->value = static_cast<HPDF_INT32>(content.size());
    HPDF_Stream_Free(contents->stream);
    contents->stream = attributes->stream = nullptr;
    const int object = haru_->adopt(contents);
    set(object, "/Filter/FlateDecode");
    haru_->keep(object, std::move(content));
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
    doc->stream = check(HPDF_MemStream_New(doc->mmgr, HPDF_STREAM_BUF_SIZ));
    doc->stream->write_fn = Haru::append;
    std::size_t size = 4096;
    for (const Haru::Object& object : haru_->objects) size += object.entries.size() + object.data.size() + 64;
    haru_->file.reserve(size);
    check(HPDF_SaveToStream(doc));
    if (haru_->file.size() != doc->stream->size)
        throw Error(Code::internal, "libharu menulis PDF yang tidak lengkap");
    return std::move(haru_->file);
}

}  // namespace naskah::generator
