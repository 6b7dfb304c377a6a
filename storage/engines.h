// The engines that there are, each a file that is the only home of its library; open_database() picks one.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "storage/connections.h"
#include "storage/schema.h"

namespace naskah::storage {

std::shared_ptr<Connections> sqlite_database(const std::string& path, bool create,
                                             std::chrono::milliseconds patience, const Fill& fill = {});

std::shared_ptr<Connections> postgres_database(const std::string& address, bool create,
                                               std::chrono::milliseconds patience, const Fill& fill = {});
// What is wrong with a postgresql:// address, without a word of it (it may hold a password).
std::optional<Problem> check_postgres_address(const std::string& address);

}  // namespace naskah::storage
