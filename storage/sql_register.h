// The register over any engine. Connections are kept and lent to one call at a time: readers do not wait for
// a writer, and the writers of one process queue here rather than at the store's lock.
#pragma once

#include <memory>

#include "storage/engine.h"
#include "storage/register.h"

namespace naskah::storage {

// The schema must be the newest (schema.h, migrate); `first` is the connection that saw to that.
std::unique_ptr<Register> open_register(std::unique_ptr<Engine> engine, std::unique_ptr<Connection> first);

}  // namespace naskah::storage
