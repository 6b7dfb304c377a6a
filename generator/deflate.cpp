#include "generator/deflate.h"

#include <libdeflate.h>

#include <array>
#include <memory>

#include "core/error.h"

namespace naskah::generator {

Bytes deflate(BytesView bytes, int level) {
    struct Free {
        void operator()(libdeflate_compressor* compressor) const { libdeflate_free_compressor(compressor); }
    };
    // A compressor holds up to a megabyte of tables; each thread keeps its own of each level.
    thread_local std::array<std::unique_ptr<libdeflate_compressor, Free>, 13> compressors;
    auto& compressor = compressors.at(static_cast<std::size_t>(level));
    if (!compressor) compressor.reset(libdeflate_alloc_compressor(level));
    if (!compressor) throw Error(Code::internal, "libdeflate tidak dapat dimulai");
    const std::size_t room = libdeflate_zlib_compress_bound(compressor.get(), bytes.size());
    const auto out = std::make_unique_for_overwrite<std::uint8_t[]>(room);
    const std::size_t size =
        libdeflate_zlib_compress(compressor.get(), bytes.data(), bytes.size(), out.get(), room);
    if (size == 0) throw Error(Code::internal, "libdeflate gagal");
    return Bytes(out.get(), out.get() + size);
}

}  // namespace naskah::generator
