// The shipped kinds: their data, their words on paper, and what strangers' tools say of the PDF.
#include <catch2/catch.hpp>

#include <functional>
#include <regex>
#include <set>

#include "core/text.h"
#include "tests/generator/shipped.h"
#include "tests/support/shell.h"

using namespace naskah;
using namespace naskah::generator;
using naskah::test::Folder;
using naskah::test::run;

namespace {

const Generator& generator_() {
    static const Generator one;
    return one;
}

Bytes rendered(const std::string& kind, const Json& data) {
    return generator_().render(*templates().get(kind), data, surroundings());
}

std::string kinds_generated() {
    return GENERATE(as<std::string>{}, "berita-acara-pemeriksaan", "checklist-persyaratan",
                    "rekomendasi-video-dokumenter", "sk-pencabutan", "surat-perintah-tugas");
}

// Every field that the schema requires and the data has: its path, and how to remove it.
void each_required(const Json& schema, const Json& root_schema, Json& value, const std::string& path,
                   const std::function<void(const std::string&)>& with_it_removed) {
    const Json& meant =
        schema.contains("$ref")
            ? root_schema.at(Json::json_pointer(schema.at("$ref").get<std::string>().substr(1)))
            : schema;
    if (value.is_array()) {
        for (std::size_t i = 0; i < value.size(); ++i)
            each_required(meant.at("items"), root_schema, value[i], path + "[" + std::to_string(i) + "]",
                          with_it_removed);
        return;
    }
    if (!value.is_object()) return;
    for (const auto& [name, field] : meant.at("properties").items()) {
        if (!value.contains(name)) continue;
        const std::string here = path.empty() ? name : path + "." + name;
        each_required(field, root_schema, value[name], here, with_it_removed);
        const Json required = meant.value("required", Json::array());
        if (std::find(required.begin(), required.end(), name) == required.end()) continue;
        const Json kept = value;
        value.erase(name);
        with_it_removed(here);
        value = kept;
    }
}

void each_text(const Json& value, const std::string& name,
               const std::function<void(const std::string&, const std::string&)>& see) {
    if (value.is_string()) return see(name, value.get<std::string>());
    if (value.is_object())
        for (const auto& [member, part] : value.items()) each_text(part, member, see);
    if (value.is_array())
        for (const Json& part : value) each_text(part, name, see);
}

// Text without what line breaks may change: blanks, hyphens that layout put in.
std::string squeezed(const std::string& text) {
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t start = at;
        const char32_t c = next_code_point(text, at);
        if (c > 0x20 && c != 0xA0 && c != 0xAD && c != 0x0C) out += text.substr(start, at - start);
    }
    return out;
}

std::string text_of(const std::filesystem::path& pdf) {
    return run({"pdftotext", "-raw", pdf.string(), "-"}).out;
}

int pages_of(const std::filesystem::path& pdf) {
    const std::string info = run({"pdfinfo", pdf.string()}).out;
    return std::stoi(info.substr(info.find("Pages:") + 6));
}

// The words of `data` that the letter of this kind doesn't print as they are: dates and times in another
// form, names of files, choices that select a sentence, contact data of applicants.
bool is_printed(const std::string& kind, const std::string& name, const std::string& text) {
    if (parse_date(text) || to_clock(text)) return false;
    static const std::set<std::string> never{"berkas", "alasan_mendadak", "hasil", "mata_uang", "sesuai"};
    if (never.contains(name)) return false;
    if (kind == "rekomendasi-video-dokumenter" && (name == "telepon" || name == "pos_el")) return false;
    if (kind == "sk-pencabutan" && name == "dasar_pencabutan") return false;
    return true;
}

// What the foot and the head of every page put between two halves of a field.
std::string without_furniture(std::string text) {
    static const std::string sentence =
        squeezed(surroundings().office.at("kalimat_kaki").get<std::string>() + " Kode periksa: K7QM-4XTR.");
    static const std::string paraf = squeezed(
        "Berita Acara Pemeriksaan Nomor 500.16.6.5/147/DPMPTSP-DALAK/XI/2026 Paraf Tim Paraf Pelaku Usaha");
    text = std::regex_replace(text, std::regex("\f *- [0-9]+ -"), "");
    text = squeezed(text);
    for (const std::string& part : {sentence, paraf})
        for (std::size_t at; (at = text.find(part)) != std::string::npos;) text.erase(at, part.size());
    return text;
}

void check_words(const std::string& kind, const Json& data, const std::filesystem::path& pdf) {
    const std::string text = without_furniture(text_of(pdf));
    each_text(data, "", [&](const std::string& name, const std::string& wanted) {
        if (!is_printed(kind, name, wanted)) return;
        for (std::size_t start = 0;
             start <= wanted.size();) {  // several lines of one field are several paragraphs
            const std::size_t end = std::min(wanted.find('\n', start), wanted.size());
            const std::string line = wanted.substr(start, end - start);
            CAPTURE(kind, name, line);
            const bool found = text.find(squeezed(line)) != std::string::npos ||
                               text.find(squeezed(to_upper(line))) != std::string::npos;
            CHECK(found);
            start = end + 1;
        }
    });
}

}  // namespace

TEST_CASE("the example of every kind passes, and each required field that is missing is told by name") {
    const auto all = templates().kinds();
    const std::string kind = GENERATE_REF(from_range(all));
    const auto package = templates().get(kind);
    Json data = example(kind);
    for (const Problem& problem : check(*package, data)) FAIL(to_string(problem));
    int removed = 0;
    each_required(package->schema(), package->schema(), data, "", [&](const std::string& path) {
        ++removed;
        const auto problems = check(*package, data);
        CAPTURE(kind, path);
        REQUIRE(problems.size() == 1);
        CHECK(problems[0].where == path);
        CHECK_THAT(problems[0].what, Catch::EndsWith("wajib diisi"));
    });
    CHECK((removed > 1 || !package->schema().contains("required")));
}

TEST_CASE(
    "a letter says every word that went into it, in fonts that are in the file, and strangers find no "
    "fault") {
    const std::string kind = kinds_generated();
    const Json data = example(kind);
    const Bytes pdf = rendered(kind, data);
    const Folder folder;
    const auto file = folder / (kind + ".pdf");
    write_file(file, pdf);
    check_words(kind, data, file);
    const std::string text = squeezed(text_of(file));
    CHECK(text.find("500.16.6.5/147/DPMPTSP-DALAK/XI/2026") != std::string::npos);
    CHECK(text.find("PEMERINTAHPROVINSIKALIMANTANTIMUR") != std::string::npos);

    const auto qpdf = run({"qpdf", "--check", file.string()});
    CHECK(qpdf.exit_code == 0);
    CHECK(qpdf.err.empty());
    const auto fonts = run({"pdffonts", file.string()});
    CHECK(fonts.err.empty());
    std::size_t lines = 0;
    for (std::size_t at = fonts.out.find('\n', fonts.out.find("---")) + 1; at < fonts.out.size(); ++lines) {
        const std::size_t end = fonts.out.find('\n', at);
        const std::string line = fonts.out.substr(at, end - at);
        CAPTURE(line);
        CHECK(line.find("yes yes yes") != std::string::npos);
        at = end + 1;
    }
    CHECK(lines >= 2);
    const auto rest = run({"pdftotext", file.string(), "-"});
    CHECK(rest.err.empty());
}

TEST_CASE("the headings of each kind stand on the paper, in their order") {
    struct Row {
        const char* kind;
        std::vector<std::string> headings;
    };
    const auto row = GENERATE(
        Row{"surat-perintah-tugas",
            {"SURAT PERINTAH TUGAS", "NOMOR", "Dasar", "MEMERINTAHKAN:", "Kepada", "Untuk",
             "Demikian Surat Perintah Tugas ini dibuat untuk dilaksanakan dengan penuh tanggung jawab.",
             "Ditetapkan di Samarinda", "pada tanggal 24 November 2026"}},
        Row{"berita-acara-pemeriksaan",
            {"BERITA ACARA PEMERIKSAAN", "NOMOR",
             "Pada hari ini, Senin, tanggal dua puluh tiga bulan November tahun dua ribu dua puluh enam "
             "(23-11-2026)",
             "PIHAK PERTAMA", "PIHAK KEDUA", "Identitas Pelaku Usaha", "Data Proyek dan Realisasi", "Temuan",
             "Kesimpulan", "Demikian Berita Acara ini", "Mengetahui", "DOKUMENTASI FOTO"}},
        Row{"sk-pencabutan",
            {"KEPUTUSAN KEPALA DINAS PENANAMAN MODAL DAN PELAYANAN TERPADU SATU PINTU PROVINSI KALIMANTAN "
             "TIMUR",
             "NOMOR", "TENTANG", "PENCABUTAN SERTIFIKAT STANDAR", "Menimbang", "Mengingat", "Memperhatikan",
             "MEMUTUSKAN:", "Menetapkan", "KESATU", "KEDUA", "KETIGA", "KEEMPAT", "KELIMA",
             "Keputusan ini mulai berlaku pada tanggal ditetapkan.", "Ditetapkan di Samarinda", "Tembusan:"}},
        Row{"rekomendasi-video-dokumenter",
            {"REKOMENDASI", "NOMOR", "TENTANG", "Dasar", "Menimbang", "memberikan rekomendasi kepada:",
             "Untuk", "Ketentuan", "Demikian rekomendasi ini dibuat untuk dipergunakan sebagaimana mestinya.",
             "Ditetapkan di Samarinda"}},
        Row{"checklist-persyaratan",
            {"CHECKLIST PERSYARATAN", "Nomor registrasi", "Kelengkapan", "Kebenaran", "Hasil pemeriksaan",
             "Pemohon,"}});
    CAPTURE(row.kind);
    const Folder folder;
    write_file(folder / "a.pdf", rendered(row.kind, example(row.kind)));
    const std::string text = squeezed(text_of(folder / "a.pdf"));
    std::size_t at = 0;
    for (const std::string& heading : row.headings) {
        CAPTURE(heading);
        const std::size_t found = text.find(squeezed(heading), at);
        REQUIRE(found != std::string::npos);
        at = found;
    }
}

TEST_CASE("the same letter is the same bytes, and another letter is not") {
    const std::string kind = kinds_generated();
    const Json data = example(kind);
    const Bytes first = rendered(kind, data);
    CHECK((first == rendered(kind, data)));
    const Generator fresh;
    CHECK((first == fresh.render(*templates().get(kind), data, surroundings())));
    Surroundings later = surroundings();
    later.letter["nomor"] = "500.16.6.5/148/DPMPTSP-DALAK/XI/2026";
    CHECK((first != generator_().render(*templates().get(kind), data, later)));
}

TEST_CASE("a draft says nothing about a signature") {
    const std::string kind = kinds_generated();
    Surroundings around = surroundings();
    around.draft = true;
    around.url.clear();
    const Folder folder;
    write_file(folder / "a.pdf", generator_().render(*templates().get(kind), example(kind), around));
    const std::string text = text_of(folder / "a.pdf");
    CHECK(text.find("UU ITE") == std::string::npos);
    CHECK(text.find("Kode periksa") == std::string::npos);
}

TEST_CASE("up to five officers stand in the surat tugas, more in its annex") {
    Json data = example("surat-perintah-tugas");
    const Json officer = data["petugas"][1];
    const Folder folder;
    const auto count = GENERATE(1u, 5u, 6u, 60u);
    data["petugas"] = Json::array();
    for (unsigned i = 0; i < count; ++i) {
        data["petugas"].push_back(officer);
        data["petugas"].back()["nama"] = "Pegawai Contoh ke-" + std::to_string(i + 1);
    }
    write_file(folder / "a.pdf", rendered("surat-perintah-tugas", data));
    const std::string text = squeezed(text_of(folder / "a.pdf"));
    CAPTURE(count);
    CHECK((text.find("DAFTARPEGAWAIYANGDITUGASKAN") != std::string::npos) == (count > 5));
    CHECK(text.find("PegawaiContohke-" + std::to_string(count)) != std::string::npos);
    if (count == 60) CHECK(pages_of(folder / "a.pdf") >= 3);
}

TEST_CASE("each ground of a revocation asks for its own facts and has its own decisions") {
    Json base = example("sk-pencabutan");
    const auto package = templates().get("sk-pencabutan");
    for (const char* field :
         {"bap", "pelanggaran", "pelanggaran_berat", "sanksi", "berita_acara", "pertimbangan_teknis"})
        base.erase(field);
    const Json letter = {{"nomor", "7/CTH"}, {"tanggal", "2026-10-01"}};
    const auto where = [&](const Json& data) {
        std::vector<std::string> places;
        for (const Problem& problem : check(*package, data)) places.push_back(problem.where);
        return places;
    };
    const auto words = [&](const Json& data) {
        for (const Problem& problem : check(*package, data)) FAIL(to_string(problem));
        const Folder folder;
        write_file(folder / "a.pdf", rendered("sk-pencabutan", data));
        check_words("sk-pencabutan", data, folder / "a.pdf");
        return squeezed(text_of(folder / "a.pdf"));
    };
    using Places = std::vector<std::string>;

    Json request = base;
    request["dasar_pencabutan"] = "permohonan";
    CHECK(where(request) == Places{"permohonan", "berita_acara", "telaahan_staf"});
    request["permohonan"] = {{"nomor", "5/X"},
                             {"tanggal", "2026-09-01"},
                             {"likuidasi", true},
                             {"alasan", "perusahaan dibubarkan"}};
    request["berita_acara"] = letter;
    request["telaahan_staf"] = {{"tanggal", "2026-10-05"}};
    std::string text = words(request);
    CHECK(text.find("karenalikuidasi") != std::string::npos);
    CHECK(text.find("KEEMPAT:Keputusaninimulaiberlaku") != std::string::npos);
    CHECK(text.find("keberatan") == std::string::npos);

    Json violation = base;
    violation["dasar_pencabutan"] = "pelanggaran";
    CHECK(where(violation) ==
          Places{"berita_acara", "bap", "pelanggaran", "pelanggaran_berat", "pertimbangan_teknis"});
    violation["berita_acara"] = letter;
    violation["bap"] = Json::array();
    violation["pelanggaran"] = "membuang limbah tanpa izin";
    violation["pelanggaran_berat"] = false;
    violation["pertimbangan_teknis"] =
        Json::array({{{"instansi", "Dinas Contoh"}, {"nomor", "9/Y"}, {"tanggal", "2026-10-02"}}});
    CHECK(where(violation) == Places{"bap", "sanksi"});
    violation["bap"] = Json::array({letter, letter, letter});
    violation["pelanggaran_berat"] = true;
    text = words(violation);
    CHECK(text.find("pelanggaranberatyangterbukti") != std::string::npos);
    CHECK(text.find("keberatansecaratertulis") != std::string::npos);

    Json court = base;
    court["dasar_pencabutan"] = "putusan pengadilan";
    CHECK(where(court) == Places{"putusan"});
    court["putusan"] = {{"pengadilan", "Pengadilan Tata Usaha Negara Samarinda"},
                        {"nomor", "12/G/2026/PTUN.SMD"},
                        {"tanggal", "2026-06-01"},
                        {"amar", "pencabutan Sertifikat Standar tersebut"}};
    CHECK(where(court) == Places{"putusan.tanggal_bht"});
    court["putusan"]["tanggal_bht"] = "2026-07-01";
    text = words(court);
    CHECK(text.find("sejaktanggal1Juli2026") != std::string::npos);
    CHECK(text.find("sebagaipelaksanaanPutusan") != std::string::npos);
}

TEST_CASE(
    "a refusal to sign, witnesses, several projects and no optional data at all are printed as they are") {
    Json data = example("berita-acara-pemeriksaan");
    const Folder folder;
    data["penolakan"] = {{"alasan", "tidak sependapat dengan temuan nomor 3"}};
    data["saksi"] = Json::array({{{"nama", "Saksi Contoh"}, {"jabatan", "Ketua RT"}}});
    data["proyek"].push_back(data["proyek"][0]);
    data["proyek"][1]["mata_uang"] = "dolar Amerika Serikat";
    data["proyek"][1].erase("produksi");
    data["jenis"] = "insidental";
    data["alasan_insidental"] = "pengaduan";
    data["dasar"]["pengaduan"] = {{"tanggal", "2026-11-10"}, {"perihal", "debu dan bising"}};
    for (const Problem& problem : check(*templates().get("berita-acara-pemeriksaan"), data))
        FAIL(to_string(problem));
    write_file(folder / "a.pdf", rendered("berita-acara-pemeriksaan", data));
    check_words("berita-acara-pemeriksaan", data, folder / "a.pdf");

    for (const char* field : {"foto", "penolakan", "saksi", "permasalahan", "keterangan_pelaku_usaha"})
        data.erase(field);
    while (data["tim"].size() > 1) data["tim"].erase(1);
    write_file(folder / "b.pdf", rendered("berita-acara-pemeriksaan", data));
    check_words("berita-acara-pemeriksaan", data, folder / "b.pdf");
    CHECK(text_of(folder / "b.pdf").find("LAMPIRAN") == std::string::npos);
}

TEST_CASE("a character that no font has is told with its field") {
    Json data = example("surat-perintah-tugas");
    data["pelaku_usaha"]["nama"] = "PT \xF0\x9F\x98\x80 Jaya";
    try {
        rendered("surat-perintah-tugas", data);
        FAIL("harus ditolak");
    } catch (const Error& error) {
        CHECK(error.code() == Code::data);
        CHECK_THAT(error.what(), Catch::Contains("U+1F600") && Catch::Contains("pelaku_usaha.nama"));
    }
}

TEST_CASE("a photograph that is missing, broken or elsewhere is told with its field") {
    struct Row {
        const char *name, *content;
    };
    const auto row = GENERATE(Row{"tidak-ada.jpg", nullptr}, Row{"rusak.png", "\x89PNG\r\n\x1a\nxx"},
                              Row{"teks.jpg", "halo"}, Row{"luar.png", "link"});
    CAPTURE(row.name);
    const Folder folder;
    if (row.content && std::string(row.content) == "link")
        std::filesystem::create_symlink(root + "/demo/emblem.png", folder / row.name);
    else if (row.content)
        test::spit(folder / row.name, row.content);
    Json data = example("berita-acara-pemeriksaan");
    while (data["foto"].size() > 1) data["foto"].erase(1);
    data["foto"][0]["berkas"] = row.name;
    Surroundings around = surroundings();
    around.images = folder.path();
    try {
        generator_().render(*templates().get("berita-acara-pemeriksaan"), data, around);
        FAIL("harus ditolak");
    } catch (const Error& error) {
        CHECK(error.code() == Code::data);
        CHECK_THAT(error.what(), Catch::Contains("foto[0].berkas"));
    }
}

TEST_CASE("the longest data that a form takes is set, however ugly") {
    const std::string kind = kinds_generated();
    const auto package = templates().get(kind);
    Json data = example(kind);
    // Every free text as long as its schema allows: words, and one text without a single blank.
    std::function<void(const Json&, Json&)> stretch = [&](const Json& schema, Json& value) {
        if (value.is_string() && !schema.contains("enum") &&
            (!schema.contains("format") || schema.at("format") == "teks")) {
            const std::size_t longest = schema.at("maxLength").get<std::size_t>();
            std::string text;
            while (text.size() + 12 < longest) text += "keterangan, ";
            value = text + std::string(longest - text.size(), 'w');
        } else if (value.is_object()) {
            for (auto& [name, part] : value.items()) stretch(schema.at("properties").at(name), part);
        } else if (value.is_array()) {
            for (Json& part : value) stretch(schema.at("items"), part);
        }
    };
    stretch(package->schema(), data);
    for (const Problem& problem : check(*package, data)) FAIL(to_string(problem));
    const Folder folder;
    write_file(folder / "a.pdf", rendered(kind, data));
    CHECK(run({"qpdf", "--check", (folder / "a.pdf").string()}).exit_code == 0);
    CHECK(pages_of(folder / "a.pdf") < 60);
}
