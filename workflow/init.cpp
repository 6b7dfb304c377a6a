// Makes an office folder, whole or not at all: built beside its place and renamed into it.
#include "core/file.h"
#include "workflow/certificates.h"
#include "workflow/office.h"

namespace naskah::workflow {

namespace fs = std::filesystem;

namespace {

// What a real office has to fill in, told by Office::open until it is done.
Json skeleton(Json settings) {
    settings["nama"] = "ISI nama lengkap kantor";
    settings["alamat_publik"] = "ISI alamat https:// halaman pemeriksaan";
    settings["kop"]["alamat"] = Json::array({"ISI alamat kantor", "ISI telepon, laman, pos-el"});
    settings["kop"]["lambang"] = "ISI berkas PNG lambang daerah di folder ini";
    settings["kalimat_kaki"] =
        "ISI kalimat kaki, misalnya: Dokumen ini telah ditandatangani secara elektronik ...";
    settings["pejabat"] = Json::array({{{"id", "kepala"},
                                        {"nama", "ISI nama dengan gelar"},
                                        {"nama_tanpa_gelar", "ISI nama tanpa gelar"},
                                        {"nip", "ISI NIP"},
                                        {"pangkat", "ISI pangkat (golongan)"},
                                        {"jabatan", Json::array({"ISI jabatan, satu baris satu isi"})},
                                        {"mulai", "ISI tanggal mulai menjabat"},
                                        {"kunci", "keys/kepala.p12"}}});
    settings["pegawai"] = Json::array();
    settings["segel"] = {{"nama", "ISI nama segel"}, {"kunci", "keys/segel.p12"}};
    return settings;
}

// Six digits, so that a newcomer can type the head's PIN into the page that asks for it.
std::string demo_pin() {
    Bytes random(8);
    system_random().fill(random);
    std::uint64_t number = 0;
    for (const std::uint8_t octet : random) number = number << 8 | octet;
    std::string digits = std::to_string(number % 1'000'000);
    return std::string(6 - digits.size(), '0') + digits;
}

void write_demo_keys(const fs::path& office, const Json& settings, const Clock& clock) {
    const std::string head = settings.at("pejabat").at(0).at("nama").get<std::string>();
    const std::string seal = settings.at("segel").at("nama").get<std::string>();
    const auto authority =
        signing::make_demo_authority(signing::KeyType::rsa, {head, seal}, clock.now(), {demo_pin()});
    const fs::path files[] = {settings.at("pejabat").at(0).at("kunci").get<std::string>(),
                              settings.at("segel").at("kunci").get<std::string>()};
    for (std::size_t i = 0; i < 2; ++i) {
        const signing::DemoSigner& signer = authority.signers[i];
        write_file(office / files[i], signer.p12, 0600);
        write_file((office / files[i]).replace_extension(".sandi"), as_bytes(signer.passphrase), 0600);
    }
    write_file(office / "trust/akar-contoh.pem", as_bytes(authority.root_pem));
    write_file(office / "trust/antara-contoh.pem", as_bytes(authority.intermediate_pem));
}

void fill(const fs::path& office, bool demo, const Clock& clock) {
    const fs::path source = shipped_templates() / "demo";
    Json settings = parse_json(read_text(source / "office.json"), "office.json");
    settings["contoh"] = demo;
    if (!demo) settings = skeleton(std::move(settings));
    fs::create_directory(office / "keys");
    fs::permissions(office / "keys", fs::perms::owner_all);
    fs::create_directory(office / "trust");
    fs::create_directory(office / "templates");
    write_file(office / "libur.json", read_file(source / "libur.json"));
    if (demo) {
        for (const auto& entry : fs::directory_iterator(source))
            if (entry.path().extension() != ".json")
                fs::copy(entry.path(), office / entry.path().filename(), fs::copy_options::recursive);
        write_demo_keys(office, settings, clock);
    }
    write_file(office / "office.json", as_bytes(dump_json_pretty(settings) + "\n"));
    storage::open_database((office / settings.value("penyimpanan", "naskah.db")).string(), true);
    if (!demo) return;
    const Office made = Office::open(office);
    for (const Json* holder : {&settings.at("pejabat").at(0), &settings.at("segel")}) {
        const std::string key = holder->at("kunci").get<std::string>();
        remember_certificate(made, key, made.open_key(made.root() / key, {})->chain());
    }
}

}  // namespace

void begin_register(const Office& office) {
    const std::string address = office.database_address();
    if (!storage::is_server_address(address))
        throw Error(Code::data, "register kantor ini berkas, yang dimulai oleh naskah init", address,
                    "Jika berkas itu hilang, pulihkan dari cadangan: naskah restore. Untuk PostgreSQL, isi "
                    "\"penyimpanan\" di office.json dengan alamatnya dahulu.");
    const fs::path file = office.root() / "naskah.db";
    if (fs::exists(file) &&
        !storage::open_register(storage::open_database(file.string(), false))->list({.limit = 1}).empty())
        throw Error(Code::data, "kantor ini sudah mempunyai surat, dalam berkas register", file.string(),
                    "Pindahkan isinya: naskah backup, lalu naskah restore dengan --storage. Register baru "
                    "akan memberi nomor yang sama sekali lagi.");
    bool there = true;
    try {
        office.open_database();
    } catch (const Error& error) {
        if (error.code() != Code::data) throw;
        there = false;  // or it is something else, and then that is said below
    }
    if (there)
        throw Error(Code::data, "register sudah ada", "office.json: penyimpanan",
                    "Tidak ada yang perlu dimulai; lihat isinya dengan naskah register list.");
    storage::open_database(address, true);
}

void make_office(const fs::path& root, bool demo, const Clock& clock) {
    std::error_code failed;
    if (fs::exists(root, failed) && !fs::is_empty(root, failed))
        throw Error(Code::data, "folder ini sudah berisi", root.string(),
                    "Sebutkan folder baru; kantor yang ada tidak ditimpa.");
    const fs::path target = fs::absolute(root).lexically_normal();
    const fs::path place = target.has_filename() ? target : target.parent_path();
    // A name that nobody can foresee, so that nobody has put a folder or a link of his own there: it will
    // hold keys.
    Bytes random(8);
    system_random().fill(random);
    const fs::path building = place.parent_path() / (".naskah-init-" + to_hex(random));
    try {
        fs::create_directories(place.parent_path());
        fs::create_directory(building);
        fs::permissions(building, fs::perms::owner_all | fs::perms::group_read | fs::perms::group_exec);
        fill(building, demo, clock);
        fs::rename(building, place);
    } catch (const fs::filesystem_error& error) {
        fs::remove_all(building, failed);
        throw Error(Code::cannot_write, "folder kantor tidak dapat dibuat: " + error.code().message(),
                    root.string(), "Periksa izin dan sisa ruang.");
    } catch (...) {
        fs::remove_all(building, failed);
        throw;
    }
}

}  // namespace naskah::workflow
