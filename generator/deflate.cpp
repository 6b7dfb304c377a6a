#include "generator/deflate.h"

#include <zlib.h>

#include <array>
#include <limits>
#include <memory>

#include "core/error.h"

namespace naskah::generator {
namespace {

// zlib clears a quarter of a megabyte for each new stream; a stream kept by its thread and level is only
// reset.
class Deflater {
public:
    explicit Deflater(int level) {
        if (deflateInit(&stream_, level) != Z_OK) throw Error(Code::internal, "zlib tidak dapat dimulai");
    }
    Deflater(const Deflater&) = delete;
    Deflater& operator=(const Deflater&) = delete;
    ~Deflater() { deflateEnd(&stream_); }

    Bytes run(BytesView bytes) {
        if (bytes.size() > std::numeric_limits<uInt>::max() / 2)
            throw Error(Code::internal, "data terlalu besar untuk dimampatkan");
        deflateReset(&stream_);
        Bytes out(deflateBound(&stream_, static_cast<uLong>(bytes.size())));
        stream_.next_in = const_cast<Bytef*>(bytes.data());
        stream_.avail_in = static_cast<uInt>(bytes.size());
        stream_.next_out = out.data();
        stream_.avail_out = static_cast<uInt>(out.size());
        if (::deflate(&stream_, Z_FINISH) != Z_STREAM_END) throw Error(Code::internal, "zlib gagal");
        out.resize(out.size() - stream_.avail_out);
        out.shrink_to_fit();
        return out;
    }

private:
    z_stream stream_{};
};

}  // namespace

Bytes deflate(BytesView bytes, int level) {
    thread_local std::array<std::unique_ptr<Deflater>, 10> deflaters;
    auto& deflater = deflaters.at(static_cast<std::size_t>(level));
    if (!deflater) deflater = std::make_unique<Deflater>(level);
    return deflater->run(bytes);
}

}  // namespace naskah::generator
