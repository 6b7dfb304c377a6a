// Kinds of letters in an office: its own and those that it changes, letters that correct others, laws that
// are in force no longer.
#include "tests/workflow/demo_office.h"
#include "workflow/legal_bases.h"

using namespace naskah;
using namespace naskah::test;
using Catch::Contains;

namespace {

const fs::path shipped = NASKAH_SOURCE_DIR "/templates";

Json row_of(const DemoOffice& demo, const std::string& number) {
    for (const Json& row : demo.rows())
        if (row.at("nomor") == number) return row;
    FAIL("nomor tidak ada: " << number);
    return {};
}

std::string text_of(const fs::path& pdf) { return run({"pdftotext", pdf.string(), "-"}).out; }

}  // namespace

TEST_CASE("a letter that corrects another is linked to it both ways when it is issued") {
    struct Row {
        const char *kind, *status;
    };
    const auto row = GENERATE(Row{"ralat", "superseded"}, Row{"keputusan-perubahan", "superseded"},
                              Row{"pembatalan", "revoked"});
    CAPTURE(row.kind);
    const DemoOffice demo;
    const std::string spt = "surat-perintah-tugas";
    const Json first = demo.issue(spt, demo.example(spt), demo / "spt.pdf");
    Json data = demo.example(row.kind);
    data["naskah"]["nomor"] = first.at("number");
    data["naskah"]["tanggal"] = "2020-01-02";
    const auto issue = [&](const std::string& out) {
        return demo.command({"issue", row.kind, demo.write_data("k.json", data).string(), "-o",
                             (demo / out).string(), "--json"});
    };
    const Ran wrong_day = issue("a.pdf");
    CHECK(wrong_day.exit_code == 65);
    CHECK_THAT(wrong_day.err, Contains("naskah.tanggal") && Contains("bertanggal"));
    CHECK(demo.rows().size() == 1);  // no number was taken

    data["naskah"]["tanggal"] = first.at("date");
    const Ran done = issue("b.pdf");
    INFO(done.err);
    REQUIRE(done.exit_code == 0);
    const Json second = parse_json(done.out, "issue");
    const Json old = row_of(demo, first.at("number")), by = row_of(demo, second.at("number"));
    CHECK(old.at("status") == row.status);
    CHECK(old.at("diganti_oleh") == second.at("id"));
    CHECK_THAT(old.at("keterangan").get<std::string>(), Contains(data.at("alasan").get<std::string>()));
    CHECK(by.at("status") == "issued");
    CHECK_THAT(text_of(demo / "b.pdf"), Contains(first.at("number").get<std::string>()));

    const Ran again = issue("c.pdf");
    CHECK(again.exit_code == 65);
    CHECK_THAT(again.err, Contains(second.at("number").get<std::string>()));
    REQUIRE(demo.command({"resume"}).exit_code == 0);
    demo.check_register();
}

TEST_CASE("a letter from before the register is corrected with a warning") {
    const DemoOffice demo;
    const Ran ran = demo.command({"issue", "ralat", demo.write_data("r.json", demo.example("ralat")).string(),
                                  "-o", (demo / "r.pdf").string()});
    CHECK(ran.exit_code == 0);
    CHECK_THAT(ran.err, Contains("tidak ada di register"));
}

TEST_CASE("a law that is in force no longer is a warning that names what took its place") {
    const auto bases = workflow::LegalBases::load(shipped, {});
    struct Row {
        const char *text, *day, *said;
    };
    const auto row = GENERATE(
        Row{"Peraturan Pemerintah Nomor 5 Tahun 2021 tentang X", "2025-06-04", nullptr},
        Row{"Peraturan Pemerintah Nomor 5 Tahun 2021 tentang X", "2025-06-05", "Nomor 28 Tahun 2025"},
        Row{"PERATURAN PEMERINTAH NOMOR 05 TAHUN 2021", "2026-01-01", "tidak berlaku lagi sejak 5 Juni 2025"},
        Row{"Peraturan Pemerintah Republik Indonesia Nomor : 5 Tahun 2021", "2026-01-01",
            "Nomor 28 Tahun 2025"},
        Row{"Peraturan Pemerintah Nomor 28 Tahun 2025 tentang X", "2026-01-01", nullptr},
        Row{"Peraturan Pemerintah Nomor 28 Tahun 2025 tentang X", "2025-01-01", "baru berlaku 5 Juni 2025"},
        Row{"Undang-Undang Nomor 11 Tahun 2020 tentang Cipta Kerja", "2026-01-01", "6 Tahun 2023"},
        Row{"Undang-undang Nomor 11 Tahun 2020", "2022-12-29", nullptr},
        Row{"Peraturan Pemerintah Pengganti Undang-Undang Nomor 11 Tahun 2020", "2026-01-01", nullptr},
        Row{"Peraturan Daerah Nomor 5 Tahun 2021", "2026-01-01", nullptr},
        Row{"Peraturan Menteri Investasi /Kepala BKPM RI Nomor : 5 Tahun 2021", "2026-01-01",
            "Nomor 5 Tahun 2025"},
        Row{"Peraturan Presiden Nomor 87 Tahun 2014", "2026-01-01", "97 Tahun 2014"},
        Row{"surat Nomor 5 Tahun 2021", "2026-01-01", nullptr}, Row{"Nomor 5", "2026-01-01", nullptr});
    CAPTURE(row.text, row.day);
    const auto told = bases.not_in_force({{"dasar", Json::array({"x", row.text})}}, *parse_date(row.day));
    REQUIRE(told.size() == (row.said ? 1 : 0));
    if (row.said) {
        CHECK(told[0].where == "dasar[1]");
        CHECK_THAT(told[0].what, Contains(row.said));
    }
}

TEST_CASE("the office completes the table of laws in its own folder, and a clerk is warned at issue") {
    const DemoOffice demo;
    spit(
        demo.office() / "dasar-hukum.json",
        R"({"versi": "kantor", "dasar_hukum": [{"id": "pergub-contoh", "jenis": "Peraturan Gubernur Kalimantan Timur",
             "nomor": "1", "tahun": 2020, "tentang": "Contoh", "tidak_berlaku_sejak": "2024-01-01",
             "diganti_oleh": "Peraturan Gubernur Kalimantan Timur Nomor 2 Tahun 2024", "diperiksa": true}]})");
    Json data = demo.example("sk-pencabutan");
    data["mengingat"].push_back("Peraturan Gubernur Kalimantan Timur Nomor 1 Tahun 2020 tentang Contoh");
    const Ran ran = demo.command({"issue", "sk-pencabutan", demo.write_data("sk.json", data).string(), "-o",
                                  (demo / "sk.pdf").string()});
    CHECK(ran.exit_code == 0);
    CHECK_THAT(ran.err, Contains("Nomor 2 Tahun 2024") && Contains("mengingat["));
    const Ran laws = demo.command({"template", "laws", "--at", "2023-12-31"});
    CHECK(laws.exit_code == 0);
    CHECK_THAT(laws.out, Contains("Dasar hukum versi kantor") &&
                             Contains("berlaku  Peraturan Gubernur Kalimantan Timur Nomor 1"));
    CHECK(demo.command({"template", "laws", "--at", "kemarin"}).exit_code == 64);
}

TEST_CASE("no letter of the shipped examples rests on a law that is in force no longer") {
    const DemoOffice demo;
    const auto bases = workflow::LegalBases::load(shipped, {});
    const Ran list = demo.command({"template", "list", "--json"});
    for (const Json& kind : parse_json(list.out, "list"))
        for (const Problem& problem :
             bases.not_in_force(demo.example(kind.at("kind")), date_in(Zone::wita, system_clock().now())))
            FAIL_CHECK(kind.at("kind") << ": " << to_string(problem));
}

TEST_CASE("an office makes a kind of its own and changes a shipped one, without a compiler") {
    const DemoOffice demo;
    const fs::path own = demo.office() / "templates";
    fs::create_directories(own / "surat-keterangan");
    const auto put = [&](const std::string& file, const std::string& text) {
        spit(own / "surat-keterangan" / file, text);
    };
    put("about.json",
        R"({"judul": "Surat Keterangan", "sop": [], "seri": "surat", "kode": "500.16.7.2", "kertas": "A4",
        "penandatangan": "kepala", "publik": false, "hal": "Surat keterangan {{nama}}", "aturan": []})");
    put("data.schema.json",
        R"({"type": "object", "additionalProperties": false, "required": ["nama", "isi"], "properties": {
        "nama": {"type": "string", "title": "Nama", "description": "Yang diterangkan.", "minLength": 1, "maxLength": 100},
        "isi": {"type": "string", "title": "Isi", "description": "Yang diterangkan tentangnya.", "format": "teks", "minLength": 1, "maxLength": 2000}}})");
    put("example.json", R"({"nama": "PT Contoh Jaya", "isi": "telah menyampaikan laporan tepat waktu"})");
    const std::string letter = R"(<letter title="Surat Keterangan">
{{> kop}}
<title>SURAT KETERANGAN</title>
<title size="11" bold="no" after="4">NOMOR {{surat.nomor}}</title>
<p>Dengan ini menerangkan bahwa <b>{{nama}}</b>:</p>
{{#isi|baris}}<p left="7">{{.}}</p>{{/isi|baris}}
{{> penandatangan}}
{{> kaki}}
</letter>)";
    put("letter.mustache", letter);
    const Ran good = demo.command({"template", "check", "surat-keterangan"});
    INFO(good.err);
    CHECK(good.exit_code == 0);
    demo.issue("surat-keterangan", demo.example("surat-keterangan"), demo / "a.pdf");
    CHECK_THAT(text_of(demo / "a.pdf"), Contains("SURAT KETERANGAN") && Contains("500.16.7.2/001/DPMPTSP"));

    // What the lint says of it, file by file.
    put("letter.mustache", std::string(letter).replace(letter.find("<b>{{nama}}</b>"), 15, "X"));
    put("about.json",
        R"({"judul": "Surat Keterangan", "sop": [], "seri": "surat", "kode": "500.16.7.2", "kertas": "A4",
        "penandatangan": "kepala", "publik": false, "hal": "Surat keterangan", "aturan": []})");
    const Ran unread = demo.command({"template", "check", "surat-keterangan"});
    CHECK(unread.exit_code == 65);
    CHECK_THAT(unread.err, Contains("bidang \"nama\" tidak dipakai"));
    put("letter.mustache", letter);
    fs::create_directories(own / "partials");
    spit(own / "partials/sisa.mustache", "<p>sisa</p>");
    const Ran left_over = demo.command({"template", "check", own.string()});
    CHECK(left_over.exit_code == 65);
    CHECK_THAT(left_over.err, Contains("partials/sisa.mustache"));
    // Two columns of a fixed width hold no word of a hundred letters: the longest data still has to be set.
    fs::remove(own / "partials/sisa.mustache");
    put("letter.mustache",
        R"(<letter><title>{{nama}}</title><columns widths="150 12"><column>{{isi}}</column></columns></letter>)");
    CHECK(demo.command({"template", "check", "surat-keterangan"}).exit_code == 65);

    // A shipped kind, and a shipped partial, the office's way.
    fs::remove_all(own / "surat-keterangan");
    fs::copy(shipped / "nota-dinas", own / "nota-dinas");
    std::string changed = slurp(own / "nota-dinas/letter.mustache");
    changed.replace(changed.find("NOTA DINAS"), 10, "NOTA DINAS INTERNAL");
    spit(own / "nota-dinas/letter.mustache", changed);
    spit(own / "partials/penutup-surat.mustache", "<signature><p>Hormat kami,</p>{{> pejabat}}</signature>");
    demo.issue("nota-dinas", demo.example("nota-dinas"), demo / "b.pdf");
    CHECK_THAT(text_of(demo / "b.pdf"), Contains("NOTA DINAS INTERNAL") && Contains("Hormat kami,"));
}

TEST_CASE("an empty form is had without data, and only of what is a form") {
    const DemoOffice demo;
    const Ran form = demo.command({"render", "lembar-pengaduan", "--blank", "-o", (demo / "f.pdf").string()});
    INFO(form.err);
    CHECK(form.exit_code == 0);
    CHECK_THAT(text_of(demo / "f.pdf"), Contains("LEMBAR PENGADUAN") && !Contains("KONSEP"));
    CHECK(demo.rows().empty());
    CHECK(demo.command({"render", "sk-pencabutan", "--blank", "-o", (demo / "g.pdf").string()}).exit_code ==
          65);
    CHECK(demo.command({"render", "lembar-pengaduan", "--blank"}).exit_code == 64);
    const fs::path data = demo.write_data("d.json", demo.example("lembar-pengaduan"));
    CHECK(demo.command(
                  {"render", "lembar-pengaduan", data.string(), "--blank", "-o", (demo / "h.pdf").string()})
              .exit_code == 64);
}
