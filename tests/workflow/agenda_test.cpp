// The buku agenda through the command: its columns, its files in the eyes of strangers, corrections.
#include <algorithm>

#include "tests/workflow/demo_office.h"
#include "workflow/agenda.h"

using namespace naskah;
using namespace naskah::test;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

const std::string video = "rekomendasi-video-dokumenter";

// The cells of a workbook's only sheet, read by Python's zip and XML readers: a line a row, tabs between.
std::string cells_of(const fs::path& workbook) {
    const Ran ran = run({"python3", "-c", R"py(
import sys, zipfile, xml.etree.ElementTree as tree
book = zipfile.ZipFile(sys.argv[1])
assert book.testzip() is None
for name in book.namelist():
    tree.fromstring(book.read(name))
space = '{http://schemas.openxmlformats.org/spreadsheetml/2006/main}'
sheet = tree.fromstring(book.read('xl/worksheets/sheet1.xml'))
assert not list(sheet.iter(space + 'f')), 'a formula'
for row in sheet.iter(space + 'row'):
    line = {}
    for cell in row.iter(space + 'c'):
        column = 0
        for letter in cell.get('r').rstrip('0123456789'):
            column = column * 26 + ord(letter) - 64
        text = ''.join(part.text or '' for part in cell.iter(space + 't'))
        line[column] = text if cell.get('t') == 'inlineStr' else '#' + cell.find(space + 'v').text
    print('\t'.join(line.get(i, '') for i in range(1, 25)))
)py",
                         workbook.string()});
    INFO(ran.err);
    REQUIRE(ran.exit_code == 0);
    return ran.out;
}

// What Python's reader makes of the CSV: cells of one line parted by tabs.
std::string csv_of(const std::string& text, const DemoOffice& demo) {
    spit(demo / "agenda.csv", text);
    const Ran ran = run({"python3", "-c",
                         "import csv, sys\nfor row in csv.reader(open(sys.argv[1], newline='', "
                         "encoding='utf-8')): print('\\t'.join(row))",
                         (demo / "agenda.csv").string()});
    REQUIRE(ran.exit_code == 0);
    return ran.out;
}

std::string all(const workflow::Pieces& pieces) {
    std::string text;
    for (std::string piece = pieces(); !piece.empty(); piece = pieces()) text += piece;
    return text;
}

}  // namespace

TEST_CASE("the exports hold every column of the buku agenda, and strangers' tools read them") {
    const DemoOffice demo;
    Json data = demo.example(video);
    data["pemohon"]["lembaga"] = "=HYPERLINK(\"http://contoh.example\")";
    data["video"]["judul"] = "Kata, \"kutip\" & <tanda>";
    const Json letter = demo.issue(video, data, demo / "a.pdf");
    demo.issue("checklist-persyaratan", demo.example("checklist-persyaratan"), demo / "b.pdf");

    const Json row = demo.rows().at(1);
    CHECK(row.at("nomor") == letter.at("number"));
    CHECK(row.at("tujuan") == "=HYPERLINK(\"http://contoh.example\")");
    CHECK_THAT(row.at("tembusan").get<std::string>(),
               Contains("Gubernur") || Contains("Wali Kota Samarinda"));
    CHECK(row.at("keamanan") == "Biasa");
    CHECK(row.at("judul") == "Rekomendasi Pembuatan Video Dokumenter");
    CHECK(row.at("dibuat_oleh") == "cli");
    CHECK(row.at("tanggal_kirim") == "");

    const std::string csv = csv_of(demo.command({"register", "export", "--search", "HYPERLINK"}).out, demo);
    CHECK_THAT(csv, StartsWith("no_urut\ttanggal_surat\tnomor\tkode_klasifikasi\tseri\t"));
    CHECK_THAT(csv, Contains("\t'=HYPERLINK(\"http://contoh.example\")\t") &&
                        Contains("“Kata, \"kutip\" & <tanda>”") && !Contains("Checklist"));

    const fs::path workbook = demo / "agenda.xlsx";
    REQUIRE(demo.command({"register", "export", "--xlsx", workbook.string(), "--series", "rekomendasi"})
                .exit_code == 0);
    const std::string cells = cells_of(workbook);
    CHECK_THAT(cells, StartsWith("No. urut\tTanggal surat\tNomor\tKode klasifikasi\tKeamanan\tSifat\tTujuan\t"
                                 "Hal\tLampiran\tUnit pengolah\tPenandatangan\tTembusan\tTanggal kirim\t"
                                 "Cara kirim\tPenerima\tLokasi arsip\tKeterangan\tDibuat oleh\t"));
    // As a text, letter for letter; the day as a number that the sheet shows as a date.
    CHECK_THAT(cells, Contains("#1\t#4") && Contains("\t=HYPERLINK(\"http://contoh.example\")\t") &&
                          Contains("“Kata, \"kutip\" & <tanda>”") && !Contains("Checklist"));
    CHECK(std::count(cells.begin(), cells.end(), '\n') == 2);

    // The file that a page gives: a byte order mark, and the workbook's headings and rows.
    const workflow::Office office = workflow::Office::open(demo.office());
    const workflow::AgendaWalk walk(storage::Agenda(office.open_database()), {.series = "rekomendasi"},
                                    storage::AgendaOrder::newest);
    const std::string page = all(workflow::agenda_csv(walk, office.zone(), true));
    CHECK_THAT(page, StartsWith("\xEF\xBB\xBFNo. urut,Tanggal surat,Nomor,"));
    CHECK_THAT(csv_of(page, demo), Contains("\t'=HYPERLINK"));
}

TEST_CASE("exports of nothing still say their columns") {
    const DemoOffice demo;
    CHECK_THAT(demo.command({"register", "export"}).out, StartsWith("no_urut,") && Contains(",judul\r\n"));
    CHECK(demo.rows().empty());
    const fs::path workbook = demo / "kosong.xlsx";
    REQUIRE(demo.command({"register", "export", "--xlsx", workbook.string()}).exit_code == 0);
    CHECK_THAT(cells_of(workbook), StartsWith("No. urut\t"));
    CHECK(demo.command({"register", "export", "--xlsx", "/tidak/ada/a.xlsx"}).exit_code == 73);
    CHECK(demo.command({"register", "export", "--csv", "--xlsx", "a.xlsx"}).exit_code == 64);
}

TEST_CASE("an issued letter is corrected by a later one, and both say so") {
    const DemoOffice demo;
    const Json data = demo.example(video);
    const std::string old = demo.issue(video, data, demo / "a.pdf").at("number");
    const std::string later = demo.issue(video, data, demo / "b.pdf").at("number");
    const auto withdraw = [&](const std::string& number, const std::string& by, const std::string& as,
                              const std::string& reason) {
        return demo.command({"register", "withdraw", number, "--by", by, "--as", as, "--reason", reason});
    };
    const struct {
        std::string number, by, as, reason;
        int code;
        const char* said;
    } refused[] = {
        {later, old, "ralat", "salah nama", 65, "lebih dahulu ada"},
        {old, old, "ralat", "salah nama", 65, "dirinya sendiri"},
        {old, later, "hapus", "salah nama", 64, "tidak dikenal"},
        {old, later, "ralat", " \n ", 65, "alasan belum diisi"},
        {old, later, "ralat", std::string(501, 'x'), 65, "terlalu panjang"},
        {old, later, "ralat", "balik \xE2\x80\xAE arah", 65, "tidak terlihat"},
        {old, "1/2/3", "ralat", "salah nama", 65, "tidak ada di register"},
    };
    for (const auto& row : refused) {
        INFO(row.said);
        const Ran ran = withdraw(row.number, row.by, row.as, row.reason);
        CHECK(ran.exit_code == row.code);
        CHECK_THAT(ran.err, Contains(row.said));
    }
    CHECK(demo.rows().at(0).at("status") == "issued");

    const Ran done = withdraw(old, later, "ralat", " salah\n nama ");
    CHECK(done.exit_code == 0);
    CHECK(done.out == old + "\tDiralat\t" + later + "\tRalat: salah nama\n");
    CHECK(withdraw(old, later, "ralat", "salah nama").exit_code == 0);  // said twice is said once
    CHECK(withdraw(old, later, "cabut", "salah nama").exit_code == 65);
    const Json rows = demo.rows();
    CHECK(rows.at(0).at("status") == "superseded");
    CHECK(rows.at(0).at("keterangan") == "Diralat (" + later + "): Ralat: salah nama");
    CHECK(rows.at(0).at("diganti_oleh") == rows.at(1).at("id"));
    CHECK(demo.command({"register", "list", "--status", "diralat"}).out.find(old) == 0);
    demo.check_register();
}
