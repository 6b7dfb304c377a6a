#include "storage/database.h"

#include "storage/engines.h"

namespace naskah::storage {

bool is_server_address(std::string_view address) {
    return address.starts_with("postgresql:") || address.starts_with("postgres:");
}

std::optional<Problem> check_address(const std::string& address) {
    if (is_server_address(address)) return check_postgres_address(address);
    if (address.find("://") != std::string::npos)
        return Problem{"jenis basis data ini tidak dikenal", "",
                       "Sebutkan nama berkas, misalnya naskah.db, atau alamat postgresql://..."};
    return {};
}

std::shared_ptr<Connections> open_database(const std::string& address, bool create,
                                           std::chrono::milliseconds patience) {
    if (is_server_address(address)) return postgres_database(address, create, patience);
    return sqlite_database(address, create, patience);
}

std::shared_ptr<Connections> make_database(const std::string& address, const Fill& fill) {
    constexpr std::chrono::seconds patience(60);
    if (is_server_address(address)) return postgres_database(address, true, patience, fill);
    return sqlite_database(address, true, patience, fill);
}

}  // namespace naskah::storage
