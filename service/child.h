// A program run as a child: what it reads is in memory, what it writes is bounded, and so are its time and
// its memory. For work that hostile bytes could make long, and for programs that we never link.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/bytes.h"

namespace naskah::service {

struct ChildLimits {
    std::chrono::milliseconds patience = std::chrono::seconds(10);  // by the clock
    int cpu_seconds = 10;
    std::size_t memory = 512u << 20;
    std::size_t output = 64u << 20;
};

// What it wrote to its standard output, when it ended by itself with code 0; nothing else of it is believed.
// `input` stands on its standard input as a file that can be sought in; standard error is dropped. No other
// file of ours is open in it, and it can write none. `nothing` when it failed, took too long or wrote too
// much. Throws Error(outside) naming the program if it cannot be started.
std::optional<Bytes> run_child(const std::vector<std::string>& command, BytesView input,
                               const ChildLimits& limits = {});

// The command naskah itself: the running program, even where an upgrade has put another in its place since;
// or what stands beside it (a test).
std::filesystem::path own_command();

}  // namespace naskah::service
