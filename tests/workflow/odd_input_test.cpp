// Odd settings, odd targets, odd names: what nobody would write on purpose still ends in a sentence that
// names the place, and takes no number.
#include "tests/workflow/demo_office.h"
#include "workflow/issue.h"

using namespace naskah;
using namespace naskah::test;

namespace {

void each_place(const Json& value, const Json::json_pointer& at,
                const std::function<void(const Json::json_pointer&)>& see) {
    see(at);
    if (!value.is_structured()) return;
    std::size_t index = 0;
    for (const auto& [name, part] : value.items())
        each_place(part, value.is_array() ? at / index++ : at / name, see);
}

// Everything that reads the settings of an office.
void use(const fs::path& root, const generator::Templates& templates, Date today) {
    const workflow::Office office = workflow::Office::open(root);
    office.surroundings();
    for (const std::string& kind : kinds()) {
        const Json& about = templates.get(kind)->about();
        office.series_of(about, kind, "");
        office.signer_of(about, kind, today);
    }
}

}  // namespace

TEST_CASE("an office.json with anything of the wrong type is refused as data, never as our fault") {
    const DemoOffice demo;
    const fs::path file = demo.office() / "office.json";
    const Json good = parse_json(slurp(file), "office.json");
    const generator::Templates templates({NASKAH_SOURCE_DIR "/templates"});
    const Date today = date_in(Zone::wita, system_clock().now());
    use(demo.office(), templates, today);
    int refused = 0;
    each_place(good, Json::json_pointer(), [&](const Json::json_pointer& at) {
        const std::vector<Json> odd = {nullptr,        1,   1.5,   true,      "", "x", Json::array(),
                                       Json::object(), {1}, {"a"}, {{"a", 1}}};
        for (const Json& value : odd) {
            Json settings = good;
            settings[at] = value;
            spit(file, dump_json(settings));
            INFO(at.to_string() << " = " << dump_json(value));
            try {
                use(demo.office(), templates, today);
            } catch (const Error& error) {
                CHECK(error.code() == Code::data);
                ++refused;
            }
        }
    });
    CHECK(refused > 300);
}

TEST_CASE("a result that cannot be written is refused before a number is taken") {
    const DemoOffice demo;
    const std::string data =
        demo.write_data("data.json", demo.example("rekomendasi-video-dokumenter")).string();
    fs::create_symlink("tidak-ada", demo / "putus.pdf");
    const std::string long_name(250, 'a');
    for (const std::string& out : {std::string("/dev/null"), (demo / "putus.pdf").string(),
                                   demo.office().string(), (demo / long_name).string() + "aaaaaaaa.pdf",
                                   (demo / (long_name + long_name)).string() + "/x.pdf"}) {
        const Ran ran = demo.command({"issue", "rekomendasi-video-dokumenter", data, "-o", out});
        INFO(out << " -> " << ran.err);
        CHECK(ran.exit_code == 73);
    }
    spit(demo.office() / "satu.jsonl", dump_json(demo.example("rekomendasi-video-dokumenter")) + "\n");
    const auto batch = [&](const std::string& lines, const std::string& out) {
        return demo.command({"issue", "rekomendasi-video-dokumenter", "--batch", lines, "--out", out});
    };
    CHECK(batch((demo.office() / "satu.jsonl").string(), "/proc/self").exit_code == 73);
    // A pipe or a folder holds no lines that could be counted: saying "0 letters" would be a lie.
    CHECK(batch("/dev/stdin", (demo / "keluar").string()).exit_code == 65);
    CHECK(batch(demo.office().string(), (demo / "keluar").string()).exit_code == 65);
    CHECK(demo.rows().empty());
}

TEST_CASE("a batch whose report nobody can read stops, and what it began is whole") {
    const DemoOffice demo;
    const std::string line = dump_json(demo.example("rekomendasi-video-dokumenter")) + "\n";
    std::string lines;
    for (int i = 0; i < 300; ++i) lines += line;
    spit(demo.office() / "surat.jsonl", lines);
    const std::vector<std::string> command = {NASKAH_COMMAND,
                                              "--office",
                                              demo.office().string(),
                                              "issue",
                                              "rekomendasi-video-dokumenter",
                                              "--batch",
                                              (demo.office() / "surat.jsonl").string(),
                                              "--out",
                                              (demo / "keluar").string(),
                                              "--jobs",
                                              "3"};
    const pid_t child = start(command, "/dev/full", demo / "err");
    CHECK(wait_for(child) == 73);
    for (const Json& row : demo.rows()) CHECK(row.at("status") == "issued");
    CHECK(demo.rows().size() == 128);  // those that had their numbers together
    demo.check_register();
}

TEST_CASE("a picture's name reaches the data's folder and kept pictures, not the rest of the office") {
    const DemoOffice demo;
    Json data = demo.example("berita-acara-pemeriksaan");
    const fs::path elsewhere = demo / "data";
    fs::create_directory(elsewhere);
    fs::copy(demo.office() / "foto", elsewhere / "foto");
    fs::create_directory(demo.office() / "lampiran");
    fs::create_symlink(demo.office() / "emblem.png", elsewhere / "tautan.png");
    fs::copy_file(demo.office() / "emblem.png", demo.office() / "lampiran/rahasia.png");
    for (const char* name : {"../kantor/emblem.png", "lampiran/../emblem.png", "lampiran/rahasia.png",
                             "tautan.png", "kantor:emblem.png", "foto/../../kantor/emblem.png"}) {
        data["foto"][0]["berkas"] = name;
        spit(elsewhere / "data.json", dump_json(data));
        const Ran ran = demo.command({"issue", "berita-acara-pemeriksaan", (elsewhere / "data.json").string(),
                                      "-o", (demo / "x.pdf").string()});
        INFO(name << " -> " << ran.err);
        CHECK(ran.exit_code == 65);
        CHECK(ran.err.find("foto[0]") != std::string::npos);
    }
    CHECK(demo.rows().empty());
}
