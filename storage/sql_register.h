// The register over any engine: the statements, and their order, that keep what register.h promises.
#pragma once

#include <memory>

#include "storage/engine.h"
#include "storage/register.h"

namespace naskah::storage {

// The schema must be the newest (schema.h, migrate); `first` is the connection that saw to that.
std::unique_ptr<Register> open_register(std::unique_ptr<Engine> engine, std::unique_ptr<Connection> first);

}  // namespace naskah::storage
