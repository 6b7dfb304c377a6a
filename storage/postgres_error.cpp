#include "storage/postgres_error.h"

#include "storage/engine.h"

namespace naskah::storage {
namespace {

bool is_class(std::string_view sqlstate, std::string_view first) { return sqlstate.starts_with(first); }

}  // namespace

bool ends_connection(std::string_view sqlstate) {
    // 08: connection; 57P: the server goes down; 25P03: it lost patience with us; 25006: it became a standby.
    return sqlstate.empty() || is_class(sqlstate, "08") || is_class(sqlstate, "57P") || sqlstate == "25P03" ||
           sqlstate == "25006" || is_class(sqlstate, "XX");
}

bool refuses_for_good(std::string_view sqlstate) {
    return is_class(sqlstate, "28") || is_class(sqlstate, "3D") || is_class(sqlstate, "42");
}

void throw_postgres_error(std::string_view sqlstate, const std::string& message, const std::string& name) {
    const std::string detail =
        "(" + message + (sqlstate.empty() ? "" : (message.empty() ? "" : ", ") + std::string(sqlstate)) + ")";
    if (sqlstate == "40001" || sqlstate == "40P01")
        throw Undone(Error(Code::outside, "register terlalu ramai dipakai", name, "Ulangi sebentar lagi"));
    if (sqlstate == "55P03")
        throw Error(Code::outside, "register terlalu lama dipakai proses lain", name,
                    "Ulangi sebentar lagi; jika tetap, cari proses naskah yang macet");
    if (is_class(sqlstate, "28"))
        throw Error(Code::data, "server basis data menolak pengguna atau kata sandinya " + detail, name,
                    "Periksa pengguna pada alamat, berkas kata sandi (PGPASSFILE) dan pg_hba.conf server");
    if (is_class(sqlstate, "3D"))
        throw Error(Code::data, "basis data itu tidak ada pada server " + detail, name,
                    "Periksa alamatnya, atau buat dahulu dengan createdb");
    if (sqlstate == "53100")
        throw Error(Code::cannot_write, "disk server basis data penuh, register tidak dapat ditulis", name,
                    "Kosongkan ruang disk server lalu ulangi; tidak ada nomor yang terpakai");
    if (sqlstate == "42501")
        throw Error(Code::cannot_write, "pengguna basis data tidak berhak melakukan ini " + detail, name,
                    "Jadikan pengguna itu pemilik basis data, atau beri hak yang kurang");
    if (sqlstate == "57014")
        throw Error(Code::outside, "perintah dihentikan pengelola basis data", name, "Ulangi sebentar lagi");
    if (is_class(sqlstate, "XX") || is_class(sqlstate, "F0"))
        throw Error(Code::internal, "basis data rusak " + detail, name,
                    "Jangan tulis lagi; periksa server dan cadangannya");
    if (sqlstate == "58030" || is_class(sqlstate, "58"))
        throw Error(Code::cannot_write, "server gagal membaca atau menulis disknya " + detail, name,
                    "Periksa disk dan log server, lalu jalankan naskah register check");
    // The server has no room for one more just now, goes down, or is gone.
    if (ends_connection(sqlstate) || is_class(sqlstate, "53"))
        throw Undone(Error(Code::outside, "basis data tidak menjawab " + detail, name,
                           "Periksa server basis data dan jaringan, lalu ulangi"));
    // A text of the server may quote what was to be stored; these classes quote values.
    const bool quotes = is_class(sqlstate, "22");
    throw Error(Code::internal, "register menolak perintah " + (quotes ? std::string(sqlstate) : detail),
                name, "Laporkan kepada pengelola beserta pesan ini");
}

}  // namespace naskah::storage
