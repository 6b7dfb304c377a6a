// The embedded store, and the only home of sqlite3.h.
//
// Write-ahead log with synchronous=FULL: a commit returns after fdatasync. One connection is used by one
// thread at a time (connections.h lends them), so SQLite's own mutexes are off. Writers take the lock at
// BEGIN IMMEDIATE and so never fail halfway; who finds it taken asks again soon, and the sooner the longer it
// has waited, so that nobody starves.
//
// Nothing else may open and close the file in this process: POSIX drops all locks of a process on a file when
// it closes any descriptor of it.
#include <sqlite3.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <map>
#include <random>
#include <thread>

#include "storage/engines.h"
#include "storage/schema.h"

namespace naskah::storage {
namespace {

using namespace std::chrono_literals;
using SteadyClock = std::chrono::steady_clock;

// Marks the file for file(1) and for us: "NSKH".
constexpr int application_id = 0x4e534b48;

// What a failure of SQLite means to the people of an office.
Error translate(int code, int system_error, const std::string& detail, const std::string& path) {
    const int primary = code & 0xff;
    const bool io = primary == SQLITE_IOERR || primary == SQLITE_CANTOPEN;
    const auto cannot_write = [&](const std::string& what, const std::string& remedy) {
        return Error(Code::cannot_write, what, path, remedy);
    };
    // SQLITE_IOERR_SHMSIZE: the index of the write-ahead log could not grow.
    if (primary == SQLITE_FULL || code == SQLITE_IOERR_SHMSIZE ||
        (io && (system_error == ENOSPC || system_error == EDQUOT)))
        return cannot_write("disk penuh, register tidak dapat ditulis",
                            "Kosongkan ruang disk lalu ulangi; tidak ada nomor yang terpakai");
    if (primary == SQLITE_READONLY || primary == SQLITE_PERM ||
        (io && (system_error == EROFS || system_error == EACCES || system_error == EPERM)))
        return cannot_write(
            "register tidak dapat ditulis: berkas atau foldernya hanya dapat dibaca",
            "Beri pengguna ini izin tulis pada folder kantor, atau jalankan sebagai pengguna yang berhak");
    if (primary == SQLITE_CANTOPEN)
        return cannot_write("register tidak dapat dibuka (" + detail + ")",
                            "Periksa bahwa folder kantor ada dan dapat ditulis");
    if (primary == SQLITE_BUSY || primary == SQLITE_LOCKED || primary == SQLITE_PROTOCOL)
        return Error(Code::outside, "register terlalu lama dipakai proses lain", path,
                     "Ulangi sebentar lagi; jika tetap, cari proses naskah yang macet");
    if (primary == SQLITE_NOTADB)
        return Error(Code::data, "berkas ini bukan basis data", path,
                     "Periksa letak kantor (--office) atau pulihkan register dari cadangan");
    if (primary == SQLITE_CORRUPT)
        return Error(Code::internal, "register rusak (" + detail + ")", path,
                     "Jangan tulis lagi; simpan salinan folder ini, lalu pulihkan register dari cadangan");
    if (primary == SQLITE_NOMEM)
        return Error(Code::internal, "memori tidak cukup", path, "Tutup program lain lalu ulangi");
    if (io)
        return Error(Code::cannot_write,
                     "disk gagal membaca atau menulis register (" + detail +
                         (system_error != 0 ? std::string(", ") + std::strerror(system_error) : "") + ")",
                     path,
                     "Periksa ruang disk, batas besar berkas (ulimit -f) dan keadaan disk, lalu jalankan "
                     "naskah register check");
    return Error(Code::internal, "register menolak perintah: " + detail, path,
                 "Laporkan kepada pengelola beserta pesan ini");
}

// Whether to ask again for a lock, after a nap.
class Patience {
public:
    explicit Patience(std::chrono::milliseconds limit) : limit_(limit), dice_(std::random_device{}()) {}

    void begin() { since_ = SteadyClock::now(); }
    bool nap() {
        const auto waited = SteadyClock::now() - since_;
        if (waited >= limit_) return false;
        // 4 ms at first, 0.4 ms after a second: whoever waited longer asks more often.
        const auto longest = 4ms / (1.0 + 9.0 * std::min(1.0, std::chrono::duration<double>(waited).count()));
        std::this_thread::sleep_for(longest * std::uniform_real_distribution<>(0.25, 1.0)(dice_));
        return true;
    }

private:
    std::chrono::milliseconds limit_;
    SteadyClock::time_point since_;
    std::minstd_rand dice_;
};

struct CloseStatement {
    void operator()(sqlite3_stmt* handle) const { sqlite3_finalize(handle); }
};
struct CloseDatabase {
    void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
};

class SqliteCells final : public Cells {
public:
    explicit SqliteCells(sqlite3_stmt* statement) : statement_(statement) {}
    bool is_null(int column) const override { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }
    std::int64_t integer(int column) const override { return sqlite3_column_int64(statement_, column); }
    std::string_view text(int column) const override {
        const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
        return data == nullptr
                   ? std::string_view()
                   : std::string_view(data,
                                      static_cast<std::size_t>(sqlite3_column_bytes(statement_, column)));
    }
    BytesView bytes(int column) const override {
        const auto* data = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_, column));
        return {data, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
    }

private:
    sqlite3_stmt* statement_;
};

class SqliteConnection final : public Connection {
public:
    // `address` is a file: URI or ":memory:", `name` what messages call it.
    SqliteConnection(const std::string& address, std::string name, int flags, std::chrono::milliseconds limit)
        : name_(std::move(name)), patience_(limit) {
        sqlite3* handle = nullptr;
        const int code =
            sqlite3_open_v2(address.c_str(), &handle,
                            flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI | SQLITE_OPEN_EXRESCODE, nullptr);
        database_.reset(handle);
        if (code != SQLITE_OK) fail(code);
        sqlite3_busy_handler(handle, &SqliteConnection::on_busy, this);
        sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
        sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
        run("PRAGMA foreign_keys = ON");
        run("PRAGMA synchronous = FULL");
        run("PRAGMA cell_size_check = ON");
        // The WAL shrinks back to this after a checkpoint; a reader that lingers may have let it grow.
        run("PRAGMA journal_size_limit = 16777216");
    }

    using Connection::run;
    void run(std::string_view sql, std::span<const Value> values, const Each& each) override {
        patience_.begin();
        Statement& statement = prepare(sql);
        const struct Reset {
            sqlite3_stmt* handle;
            ~Reset() {
                sqlite3_reset(handle);
                sqlite3_clear_bindings(handle);
            }
        } reset{statement.handle.get()};
        for (std::size_t i = 0; i < values.size(); ++i) bind(statement, i, values[i]);
        const SqliteCells cells(statement.handle.get());
        for (;;) {
            const int code = sqlite3_step(statement.handle.get());
            if (code == SQLITE_DONE) return;
            if (code == SQLITE_ROW) {
                if (each) each(cells);
            } else if (!waits_for_lock(code)) {
                fail(code);
            } else {
                sqlite3_reset(statement.handle.get());
            }
        }
    }

    void begin(Access access) override {
        run(access == Access::write ? "BEGIN IMMEDIATE" : "BEGIN DEFERRED");
    }
    void commit() override { run("COMMIT"); }
    void roll_back() noexcept override {
        try {
            if (sqlite3_get_autocommit(database_.get()) == 0) run("ROLLBACK");
        } catch (...) {
            usable_ = false;
        }
    }

    std::vector<std::string> tables() override {
        std::vector<std::string> names;
        run("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'", {},
            [&](const Cells& cells) { names.emplace_back(cells.text(0)); });
        return names;
    }
    std::vector<Column> columns(const std::string& table) override;
    const std::vector<std::string>& guards(const Migration& step) const override {
        return step.sqlite_guards;
    }
    std::vector<Problem> examine() override;
    bool usable() const override { return usable_; }

    // Properties of the file itself. They last, but a file restored from a dump has lost them. Outside of any
    // transaction.
    void settle() {
        if (sqlite3_db_readonly(database_.get(), "main") != 0) return;
        const auto says = [&](std::string_view pragma, std::string_view value) {
            bool same = false;
            run(pragma, {}, [&](const Cells& cells) { same = cells.text(0) == value; });
            return same;
        };
        const std::string mark = std::to_string(application_id);
        if (!says("PRAGMA journal_mode", "wal")) run("PRAGMA journal_mode = WAL");
        if (!says("PRAGMA application_id", mark)) run("PRAGMA application_id = " + mark);
    }

private:
    struct Statement {
        std::unique_ptr<sqlite3_stmt, CloseStatement> handle;
        std::vector<int> places;  // of $1, $2 ...: SQLite numbers them in order of appearance; 0 if absent
    };

    static int on_busy(void* self, int) {
        return static_cast<SqliteConnection*>(self)->patience_.nap() ? 1 : 0;
    }

    // Some locks (changing to WAL, recovery after a crash) do not ask the busy handler.
    bool waits_for_lock(int code) {
        const int primary = code & 0xff;
        return (primary == SQLITE_BUSY || primary == SQLITE_PROTOCOL) &&
               sqlite3_get_autocommit(database_.get()) != 0 && patience_.nap();
    }

    Statement& prepare(std::string_view sql) {
        const auto found = statements_.find(sql);
        if (found != statements_.end()) return found->second;
        sqlite3_stmt* handle = nullptr;
        for (;;) {
            const int code = sqlite3_prepare_v3(database_.get(), sql.data(), static_cast<int>(sql.size()),
                                                SQLITE_PREPARE_PERSISTENT, &handle, nullptr);
            if (code == SQLITE_OK) break;
            if (!waits_for_lock(code)) fail(code);
        }
        Statement statement;
        statement.handle.reset(handle);
        const int count = sqlite3_bind_parameter_count(handle);
        for (int i = 1; i <= count; ++i)
            statement.places.push_back(
                sqlite3_bind_parameter_index(handle, ("$" + std::to_string(i)).c_str()));
        return statements_.emplace(std::string(sql), std::move(statement)).first->second;
    }

    void bind(const Statement& statement, std::size_t index, const Value& value) {
        sqlite3_stmt* handle = statement.handle.get();
        const int place = index < statement.places.size() ? statement.places[index] : 0;
        int code = SQLITE_OK;
        // A null pointer would bind NULL, so empty texts and bytes point at something.
        if (const auto* number = std::get_if<std::int64_t>(&value))
            code = sqlite3_bind_int64(handle, place, *number);
        else if (const auto* text = std::get_if<std::string_view>(&value))
            code = sqlite3_bind_text64(handle, place, text->empty() ? "" : text->data(), text->size(),
                                       SQLITE_STATIC, SQLITE_UTF8);
        else if (const auto* bytes = std::get_if<BytesView>(&value))
            code = sqlite3_bind_blob64(handle, place,
                                       bytes->empty() ? static_cast<const void*>("") : bytes->data(),
                                       bytes->size(), SQLITE_STATIC);
        else
            code = sqlite3_bind_null(handle, place);
        if (code != SQLITE_OK) fail(code);
    }

    [[noreturn]] void fail(int code) {
        // Refused rows and locks leave the connection whole; after anything else it is not trusted again.
        const int primary = code & 0xff;
        if (primary != SQLITE_CONSTRAINT && primary != SQLITE_BUSY) usable_ = false;
        sqlite3* handle = database_.get();
        throw translate(code, handle == nullptr ? 0 : sqlite3_system_errno(handle),
                        handle == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(handle), name_);
    }

    std::string name_;
    Patience patience_;
    bool usable_ = true;
    std::unique_ptr<sqlite3, CloseDatabase> database_;
    std::map<std::string, Statement, std::less<>> statements_;  // closed before the database
};

std::vector<Column> SqliteConnection::columns(const std::string& table) {
    static const std::map<std::string_view, Column::Type> types = {{"INTEGER", Column::Type::integer},
                                                                   {"BIGINT", Column::Type::integer},
                                                                   {"TEXT", Column::Type::text},
                                                                   {"BYTEA", Column::Type::bytes}};
    std::vector<Column> found;
    run("SELECT name, type, pk FROM pragma_table_info($1)", {table}, [&](const Cells& cells) {
        const auto type = types.find(cells.text(1));
        if (type == types.end())
            throw Error(Code::internal, "kolom berjenis yang tidak dikenal: " + std::string(cells.text(1)),
                        table + "." + std::string(cells.text(0)), "Laporkan kepada pengembang");
        found.push_back({std::string(cells.text(0)), type->second, static_cast<int>(cells.integer(2))});
    });
    return found;
}

std::map<std::string, std::string> schema_texts(Connection& connection) {
    std::map<std::string, std::string> texts;
    connection.run("SELECT type || ' ' || name, sql FROM sqlite_master WHERE sql IS NOT NULL", {},
                   [&](const Cells& cells) { texts.emplace(cells.text(0), cells.text(1)); });
    return texts;
}

std::vector<Problem> SqliteConnection::examine() {
    std::vector<Problem> problems;
    const std::string remedy = "Pulihkan register dari cadangan";
    run("PRAGMA integrity_check(20)", {}, [&](const Cells& cells) {
        if (cells.text(0) != "ok")
            problems.push_back({"berkas rusak: " + std::string(cells.text(0)), name_, remedy});
    });
    run("PRAGMA foreign_key_check", {}, [&](const Cells& cells) {
        problems.push_back({"baris menunjuk ke surat yang tidak ada",
                            "tabel " + std::string(cells.text(0)) + " baris " + std::string(cells.text(1)),
                            remedy});
    });
    // A guard that somebody dropped or rewrote is found by making the same schema afresh beside it.
    SqliteConnection fresh(":memory:", ":memory:", SQLITE_OPEN_READWRITE, 0ms);
    migrate(fresh, true, ":memory:");
    const auto expected = schema_texts(fresh);
    const auto found = schema_texts(*this);
    for (const auto& [object, text] : expected) {
        const auto it = found.find(object);
        if (it == found.end())
            problems.push_back({"penjaga atau tabel hilang", object, remedy});
        else if (it->second != text)
            problems.push_back({"penjaga atau tabel diubah", object, remedy});
    }
    for (const auto& [object, text] : found)
        if (!expected.contains(object)) problems.push_back({"isi skema yang tidak dikenal", object, remedy});
    return problems;
}

// The path as a URI, since only a URI can say `immutable`.
std::string to_uri(const std::string& path, std::string_view query) {
    static constexpr char digits[] = "0123456789ABCDEF";
    std::string uri = "file:";
    for (const char c : std::filesystem::absolute(path).string()) {
        if (c == '%' || c == '?' || c == '#') {
            const auto octet = static_cast<unsigned char>(c);
            uri += {'%', digits[octet >> 4], digits[octet & 15]};
        } else {
            uri += c;
        }
    }
    return uri.append(query);
}

class SqliteEngine final : public Engine {
public:
    SqliteEngine(std::string path, std::chrono::milliseconds patience)
        : path_(std::move(path)), patience_(patience) {}

    std::unique_ptr<Connection> connect() override { return attach(); }

    std::unique_ptr<SqliteConnection> attach() {
        try {
            return open(SQLITE_OPEN_READWRITE);
        } catch (const Error& error) {
            // A folder that cannot be written has no room for the WAL index. Without a WAL nobody is writing,
            // and the file can be read as it lies there; whatever wants to write is refused as read-only.
            std::error_code ignored;
            const auto wal = std::filesystem::file_size(path_ + "-wal", ignored);
            if (error.code() != Code::cannot_write || (!ignored && wal > 0)) throw;
            return open(SQLITE_OPEN_READONLY, "?immutable=1");
        }
    }

    // Makes the file if it is not there. What people told the office is not for the eyes of others.
    std::unique_ptr<SqliteConnection> create() {
        std::error_code ignored;
        const bool made = !std::filesystem::exists(path_, ignored);
        auto connection = open(SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
        if (made)
            std::filesystem::permissions(path_, std::filesystem::perms::others_all,
                                         std::filesystem::perm_options::remove, ignored);
        return connection;
    }

private:
    std::unique_ptr<SqliteConnection> open(int flags, std::string_view query = "") {
        auto connection = std::make_unique<SqliteConnection>(to_uri(path_, query), path_, flags, patience_);
        connection->tables();  // the first look into the file, which needs the index of its WAL
        return connection;
    }

    std::string path_;
    std::chrono::milliseconds patience_;
};

}  // namespace

std::shared_ptr<Connections> sqlite_database(const std::string& path, bool create,
                                             std::chrono::milliseconds patience, const Fill& fill) {
    auto engine = std::make_unique<SqliteEngine>(path, patience);
    struct stat about {};
    const bool there = ::stat(path.c_str(), &about) == 0;
    if (there && !S_ISREG(about.st_mode))
        throw Error(Code::data, "register harus sebuah berkas", path, "Periksa letak kantor (--office)");
    if (!there && !create && (errno == ENOENT || errno == ENOTDIR))
        throw Error(Code::data, "register tidak ada", path,
                    "Buat kantor dengan naskah init, atau periksa --office");
    auto connection = create ? engine->create() : engine->attach();
    migrate(*connection, create, path, fill);
    // Only now is it certain that the file is ours to change.
    connection->settle();
    return std::make_shared<Connections>(std::move(engine), std::move(connection), patience);
}

}  // namespace naskah::storage
