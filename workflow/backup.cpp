#include "workflow/backup.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <map>

#include "core/file.h"
#include "core/version.h"
#include "storage/reconciliation.h"
#include "workflow/archive.h"

namespace naskah::workflow {

namespace fs = std::filesystem;

namespace {

constexpr const char* manifest_name = "manifest.json";
constexpr const char* register_name = "register.db";
constexpr int format_version = 1;

// A folder of ours that goes away with its object unless it is kept under another name.
class Workshop {
public:
    explicit Workshop(const fs::path& parent) {
        Bytes random(8);
        system_random().fill(random);
        path_ = parent / (".naskah-" + to_hex(random));
        std::error_code failed;
        fs::create_directories(parent, failed);
        if (!fs::create_directory(path_, failed) || failed) cannot_write(failed);
        fs::permissions(path_, fs::perms::owner_all, failed);
    }
    ~Workshop() {
        std::error_code ignored;
        if (!path_.empty()) fs::remove_all(path_, ignored);
    }
    Workshop(const Workshop&) = delete;
    Workshop& operator=(const Workshop&) = delete;
    const fs::path& path() const { return path_; }

    void become(const fs::path& place) {
        const int all = ::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (all >= 0) {
            ::syncfs(all);
            ::close(all);
        }
        std::error_code failed;
        fs::permissions(path_, fs::perms::owner_all | fs::perms::group_read | fs::perms::group_exec, failed);
        fs::rename(path_, place, failed);
        if (failed) cannot_write(failed);
        path_.clear();
        const int parent = ::open(place.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (parent >= 0) {
            ::fsync(parent);
            ::close(parent);
        }
    }

private:
    [[noreturn]] void cannot_write(const std::error_code& why) const {
        throw Error(Code::cannot_write, "folder tidak dapat dibuat: " + why.message(),
                    path_.parent_path().string(), "Periksa izin dan sisa ruang.");
    }
    fs::path path_;
};

fs::path whole_path(const fs::path& path) {
    const fs::path whole = fs::absolute(path).lexically_normal();
    return whole.has_filename() ? whole : whole.parent_path();
}

bool lies_in(const fs::path& path, const fs::path& folder) {
    const fs::path real = fs::weakly_canonical(path);
    return std::mismatch(folder.begin(), folder.end(), real.begin(), real.end()).first == folder.end();
}

bool hidden(const fs::path& path) { return path.filename().string().starts_with('.'); }

// Where the office's register lies as a file; empty if a server holds it.
fs::path register_file(const Office& office) {
    const std::string address = office.database_address();
    return storage::is_server_address(address) ? fs::path() : fs::path(address);
}

// Keys, and the passwords of a demo office's accounts.
bool is_secret(const fs::path& relative) { return relative == "keys" || relative == "akun-contoh.txt"; }

// Every file of the office, by its name in the archive: links are followed, hidden files are nobody's.
std::map<std::string, fs::path> files_of(const Office& office, bool with_keys) {
    std::map<std::string, fs::path> files;
    const fs::path database = register_file(office);
    const auto is_database = [&](const fs::path& path) {
        if (database.empty()) return false;
        const std::string name = path.lexically_normal().string(), own = database.lexically_normal().string();
        return name == own || name == own + "-wal" || name == own + "-shm" || name == own + "-journal";
    };
    const auto options = fs::directory_options::follow_directory_symlink;
    for (auto at = fs::recursive_directory_iterator(office.root(), options);
         at != fs::recursive_directory_iterator(); ++at) {
        const fs::path relative = at->path().lexically_relative(office.root());
        if (hidden(at->path()) || (!with_keys && is_secret(relative))) {
            at.disable_recursion_pending();
            continue;
        }
        if (at.depth() > 16)
            throw Error(Code::data, "folder kantor berputar atau terlalu dalam", at->path().string(),
                        "Periksa tautan di folder kantor.");
        if (at->is_regular_file() && !is_database(at->path()))
            files.emplace(relative.generic_string(), at->path());
        else if (at->is_symlink() && !at->exists())
            throw Error(Code::data, "tautan ini tidak menunjuk ke mana pun", at->path().string(),
                        "Pulihkan yang ditunjuknya (disk yang belum terpasang?), lalu ulangi pencadangan.");
    }
    for (const char* name : {manifest_name, register_name})
        if (files.contains(name))
            throw Error(Code::data, "nama berkas ini dipakai oleh cadangan sendiri", name,
                        "Ganti nama berkas itu di folder kantor.");
    return files;
}

Json entry_of(const Archived& archived) {
    return {{"name", archived.name}, {"size", archived.size}, {"sha256", to_string(archived.sha256)}};
}

Json as_json(const std::vector<Problem>& problems) {
    Json list = Json::array();
    for (const Problem& problem : problems) list.push_back(to_string(problem));
    return list;
}

Error damaged(const fs::path& file, const std::string& what, const std::string& where = {}) {
    return Error(Code::data, what, file.string() + (where.empty() ? "" : ": " + where),
                 "Ambil lagi berkas cadangan itu dari tempat simpannya, atau pakai cadangan lain.");
}

// Every entry of the archive into a folder of ours, each held against the manifest, which ends the archive.
Json unpack(const fs::path& file, const fs::path& into) {
    ArchiveReader archive(file);
    std::map<std::string, Archived> found;
    std::optional<Json> manifest;
    while (const auto name = archive.next()) {
        if (manifest) throw damaged(file, "di belakang daftar isi cadangan masih ada berkas", *name);
        const fs::path place = into / fs::path(*name);
        std::error_code failed;
        fs::create_directories(place.parent_path(), failed);
        if (failed) throw damaged(file, "nama berkas bertabrakan dengan nama folder", *name);
        const Archived archived = archive.extract(place, name->starts_with("keys/") ? 0600 : 0640);
        if (*name != manifest_name) {
            found.emplace(*name, archived);
            continue;
        }
        manifest = parse_json(read_text(place), manifest_name);
        fs::remove(place);
    }
    if (!manifest) throw damaged(file, "cadangan terpotong: daftar isinya tidak ada");
    try {
        if (manifest->at("format") != "naskah-cadangan")
            throw damaged(file, "berkas ini bukan cadangan Naskah");
        if (manifest->at("version").get<int>() > format_version)
            throw Error(Code::data, "cadangan ini dibuat oleh Naskah yang lebih baru", file.string(),
                        "Pasang Naskah versi terbaru.");
        for (const Json& entry : manifest->at("files")) {
            const std::string name = entry.at("name");
            const auto archived = found.find(name);
            if (archived == found.end()) throw damaged(file, "berkas ini hilang dari cadangan", name);
            if (entry_of(archived->second) != entry)
                throw damaged(file, "berkas ini diubah atau rusak", name);
            found.erase(archived);
        }
    } catch (const Json::exception&) {
        throw damaged(file, "daftar isi cadangan rusak", manifest_name);
    }
    if (!found.empty())
        throw damaged(file, "berkas ini tidak ada dalam daftar isi cadangan", found.begin()->first);
    if (!fs::is_regular_file(into / register_name)) throw damaged(file, "cadangan tidak memuat register");
    return *manifest;
}

// The register of an unpacked backup, held against its own guarantees and the manifest.
std::shared_ptr<storage::Connections> checked_register(const fs::path& file, const fs::path& database,
                                                       const Json& manifest) {
    auto connections = storage::open_database(database.string(), false);
    std::vector<Problem> problems = storage::open_register(connections)->check();
    storage::LogHead head;
    connections->read([&](storage::Connection& connection) { head = storage::read_head(connection); });
    try {
        const Json& log = manifest.at("log");
        if (log.at("seq") != head.seq || log.at("hash") != to_string(head.hash))
            problems.push_back(
                {"log register tidak berakhir seperti kata daftar isi cadangan", file.string(), ""});
        // A register that was not whole when it was backed up is still better than none: its flaws are told.
        if (!manifest.at("problems").empty() && manifest.at("problems") == as_json(problems))
            problems.clear();
    } catch (const Json::exception&) {
        throw damaged(file, "daftar isi cadangan rusak", manifest_name);
    }
    if (!problems.empty()) throw Error(Code::data, std::move(problems));
    return connections;
}

std::string stamp(Instant now) {
    std::string text = to_rfc3339(std::chrono::floor<std::chrono::seconds>(now));
    text.erase(std::remove_if(text.begin(), text.end(), [](char c) { return c == '-' || c == ':'; }),
               text.end());
    return text;
}

}  // namespace

Backup back_up(const Office& office, const BackupOptions& options, const Clock& clock) {
    const fs::path target = whole_path(options.file);
    if (lies_in(target, office.root()))
        throw Error(Code::usage, "cadangan tidak disimpan di dalam folder kantor", options.file.string(),
                    "Sebutkan tempat lain, sebaiknya di disk atau mesin lain.");
    const Instant now = clock.now();
    Backup backup;
    backup.file = target;
    ArchiveWriter archive(target);
    const Workshop workshop(target.parent_path());
    const std::string copy = (workshop.path() / register_name).string();
    const auto database = office.open_database();
    const storage::Copied copied = storage::copy_store(*database, copy, now);
    backup.problems = storage::open_register(storage::open_database(copy, false))->check();

    Json files = Json::array();
    files.push_back(entry_of(archive.add(register_name, copy)));
    for (const auto& [name, file] : files_of(office, options.with_keys))
        files.push_back(entry_of(archive.add(name, file)));
    backup.manifest = {{"format", "naskah-cadangan"},
                       {"version", format_version},
                       {"made_at", to_rfc3339(now)},
                       {"program", version},
                       {"schema", storage::newest_version()},
                       {"office", office.name()},
                       {"engine", register_file(office).empty() ? "postgresql" : "sqlite"},
                       {"letters", copied.letters},
                       {"log", {{"seq", copied.head.seq}, {"hash", to_string(copied.head.hash)}}},
                       {"with_keys", options.with_keys},
                       {"problems", as_json(backup.problems)},
                       {"files", std::move(files)}};
    archive.add(manifest_name, as_bytes(dump_json_pretty(backup.manifest) + "\n"), now);
    backup.sha256 = archive.finish();
    return backup;
}

Backup back_up_into(const Office& office, const fs::path& folder, std::size_t keep, bool with_keys,
                    const Clock& clock) {
    Backup backup = back_up(
        office, {.file = folder / ("naskah-" + stamp(clock.now()) + ".tar"), .with_keys = with_keys}, clock);
    std::vector<fs::path> own;
    for (const auto& entry : fs::directory_iterator(folder)) {
        const std::string name = entry.path().filename().string();
        // What a power cut left half made; nobody else is still at work on it after a day.
        if (name.starts_with(".naskah-") &&
            entry.last_write_time() < fs::file_time_type::clock::now() - std::chrono::hours(24))
            fs::remove_all(entry.path());
        const bool ours = name.size() == std::string_view("naskah-20261126T021500Z.tar").size() &&
                          name.starts_with("naskah-20") && name[15] == 'T' && name.ends_with("Z.tar");
        if (ours && entry.is_regular_file()) own.push_back(entry.path());
    }
    std::sort(own.begin(), own.end());
    if (keep > 0)
        for (std::size_t i = 0; i + keep < own.size(); ++i) fs::remove(own[i]);
    return backup;
}

Json verify_backup(const fs::path& file) {
    const Workshop workshop(fs::temp_directory_path());
    Json manifest = unpack(file, workshop.path());
    checked_register(file, workshop.path() / register_name, manifest);
    return manifest;
}

Restored restore(const fs::path& file, const fs::path& folder, std::string storage, const Clock& clock,
                 const std::string& actor) {
    const fs::path place = whole_path(folder);
    std::error_code failed;
    if (fs::exists(place, failed) && (!fs::is_directory(place, failed) || !fs::is_empty(place, failed)))
        throw Error(Code::data, "folder ini sudah berisi", folder.string(),
                    "Sebutkan folder baru; kantor yang ada tidak ditimpa.");
    Workshop workshop(place.parent_path());
    const fs::path& root = workshop.path();
    Restored restored{.folder = place, .storage = {}, .manifest = unpack(file, root), .has_keys = false};
    restored.has_keys = fs::is_directory(root / "keys");
    for (const char* name : {"keys", "trust", "templates", "lampiran"}) fs::create_directories(root / name);
    fs::permissions(root / "keys", fs::perms::owner_all);

    Json settings = parse_json(read_text(root / "office.json"), "office.json");
    if (!settings.is_object()) throw damaged(file, "isi berkas bukan objek JSON", "office.json");
    if (storage.empty()) storage = settings.value("penyimpanan", "naskah.db");
    const bool server = storage::is_server_address(storage);
    if (!server && !is_safe_name(storage))
        throw Error(Code::data, "register kantor itu tidak berada di folder kantornya", storage,
                    "Sebutkan tempat register dengan --storage, misalnya --storage naskah.db");
    settings["penyimpanan"] = storage;
    write_file(root / "office.json", as_bytes(dump_json_pretty(settings) + "\n"), 0640);
    Office::open(root);  // whoever cannot be opened is not put in place
    restored.storage = server ? "server" : storage;

    const auto note = [&](storage::Connection& connection) {
        storage::note_restoration(connection, clock.now(), actor);
    };
    const fs::path unpacked = root / register_name;
    auto database = checked_register(file, unpacked, restored.manifest);
    if (server) {
        storage::copy_store(*database, storage, clock.now());
        database = storage::open_database(storage, false);
        database->write(note);
        fs::remove(unpacked);
    } else {
        database->write(note);
        database.reset();  // closed, the file is whole without its write-ahead log
        const fs::path target = root / storage;
        fs::create_directories(target.parent_path());
        if (target != unpacked && fs::exists(target))
            throw damaged(file, "cadangan memuat berkas di tempat register", storage);
        fs::rename(unpacked, target);
    }
    workshop.become(place);
    return restored;
}

}  // namespace naskah::workflow
