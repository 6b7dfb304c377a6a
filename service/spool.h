// What is too much to hold in memory on its way to whoever asked: written to a file that has no name, sent
// piece by piece, gone with the last who holds it.
#pragma once

#include <cstdint>
#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace naskah::service {

class Spool {
public:
    // Takes pieces until an empty one comes. Throws Error(cannot_write) when there is no room, and what
    // `pieces` throws.
    explicit Spool(const std::function<std::string()>& pieces);

    std::uint64_t size() const { return size_; }
    // What stands at `offset`, at most 256 KB of it. Safe from any thread. Throws Error(internal).
    std::string piece(std::uint64_t offset) const;

private:
    struct Close {
        void operator()(std::FILE* file) const { std::fclose(file); }
    };
    std::unique_ptr<std::FILE, Close> file_;
    std::uint64_t size_ = 0;
};

}  // namespace naskah::service
