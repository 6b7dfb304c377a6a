#include "service/spool.h"

#include <unistd.h>

#include <algorithm>

#include "core/error.h"

namespace naskah::service {

Spool::Spool(const std::function<std::string()>& pieces) : file_(std::tmpfile()) {
    const auto no_room = [] {
        return Error(Code::cannot_write, "berkas unduhan tidak dapat dibuat", "folder sementara",
                     "Periksa izin dan sisa ruangnya.");
    };
    if (!file_) throw no_room();
    for (std::string piece = pieces(); !piece.empty(); piece = pieces()) {
        if (std::fwrite(piece.data(), 1, piece.size(), file_.get()) != piece.size()) throw no_room();
        size_ += piece.size();
    }
    if (std::fflush(file_.get()) != 0) throw no_room();
}

std::string Spool::piece(std::uint64_t offset) const {
    std::string bytes(std::min<std::uint64_t>(256u << 10, size_ - std::min(offset, size_)), '\0');
    std::size_t read = 0;
    while (read < bytes.size()) {
        const ssize_t got = ::pread(::fileno(file_.get()), bytes.data() + read, bytes.size() - read,
                                    static_cast<off_t>(offset + read));
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) throw Error(Code::internal, "berkas unduhan tidak terbaca kembali");
        read += static_cast<std::size_t>(got);
    }
    return bytes;
}

}  // namespace naskah::service
