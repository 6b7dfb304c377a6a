#include "storage/database.h"

#include "storage/engines.h"

namespace naskah::storage {

std::shared_ptr<Connections> open_database(const std::string& address, bool create,
                                           std::chrono::milliseconds patience) {
    return sqlite_database(address, create, patience);
}

}  // namespace naskah::storage
