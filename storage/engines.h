// The engines that there are, each a file that is the only home of its library; open_database() picks one.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "storage/connections.h"

namespace naskah::storage {

std::shared_ptr<Connections> sqlite_database(const std::string& path, bool create,
                                             std::chrono::milliseconds patience);

}  // namespace naskah::storage
