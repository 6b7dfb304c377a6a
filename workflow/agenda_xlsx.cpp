// The buku agenda as a workbook. The home of libxlsxwriter.
#include <xlsxwriter.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>

#include "core/text.h"
#include "workflow/agenda.h"

namespace naskah::workflow {

namespace fs = std::filesystem;

namespace {

// A folder of our own that nobody else may enter, gone with what is in it.
class WorkFolder {
public:
    WorkFolder() {
        std::string name = (fs::temp_directory_path() / "naskah-agenda-XXXXXX").string();
        if (!::mkdtemp(name.data())) throw no_room();
        path_ = name;
    }
    ~WorkFolder() {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
    WorkFolder(const WorkFolder&) = delete;
    WorkFolder& operator=(const WorkFolder&) = delete;
    const fs::path& path() const { return path_; }

    static Error no_room() {
        return Error(Code::cannot_write, "berkas XLSX tidak dapat dibuat", fs::temp_directory_path().string(),
                     "Periksa izin dan sisa ruang folder sementara.");
    }

private:
    fs::path path_;
};

struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, Close>;

// A cell holds 32,767 characters, and the library refuses a longer text whole.
std::string fitting(std::string text) {
    constexpr std::size_t most = 32'000;
    if (text.size() <= most) return text;
    std::size_t end = most;
    while ((static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
    return text.substr(0, end) + "…";
}

// The library's own object is freed by workbook_close, which must be called whatever happens.
class Workbook {
public:
    Workbook(const fs::path& folder, const fs::path& file) : folder_(folder.string()) {
        lxw_workbook_options options{
            .constant_memory = LXW_TRUE, .tmpdir = folder_.data(), .use_zip64 = LXW_FALSE};
        book_ = workbook_new_opt(file.c_str(), &options);
        if (!book_) throw WorkFolder::no_room();
    }
    ~Workbook() {
        if (book_) workbook_close(book_);
    }
    Workbook(const Workbook&) = delete;
    Workbook& operator=(const Workbook&) = delete;
    operator lxw_workbook*() const { return book_; }
    void close() {
        if (workbook_close(std::exchange(book_, nullptr)) != LXW_NO_ERROR) throw WorkFolder::no_room();
    }

private:
    std::string folder_;
    lxw_workbook* book_ = nullptr;
};

void fill(Workbook& book, AgendaWalk& walk, Zone zone, const std::string& office, Instant now) {
    std::string title = "Buku agenda surat keluar", author = office;
    lxw_doc_properties properties{};
    properties.title = title.data();
    properties.company = author.data();
    properties.created = std::chrono::system_clock::to_time_t(now);
    workbook_set_properties(book, &properties);
    lxw_worksheet* sheet = workbook_add_worksheet(book, "Buku agenda");
    lxw_format* heading = workbook_add_format(book);
    format_set_bold(heading);
    format_set_text_wrap(heading);
    format_set_align(heading, LXW_ALIGN_VERTICAL_TOP);
    format_set_bottom(heading, LXW_BORDER_MEDIUM);
    lxw_format* text = workbook_add_format(book);
    format_set_align(text, LXW_ALIGN_VERTICAL_TOP);
    format_set_text_wrap(text);
    lxw_format* date = workbook_add_format(book);
    format_set_align(date, LXW_ALIGN_VERTICAL_TOP);
    format_set_num_format(date, "dd-mm-yyyy");
    worksheet_set_landscape(sheet);
    worksheet_set_paper(sheet, 9);  // A4
    worksheet_fit_to_pages(sheet, 1, 0);
    worksheet_freeze_panes(sheet, 1, 3);
    worksheet_repeat_rows(sheet, 0, 0);
    worksheet_set_footer(sheet, "&L&D&RHalaman &P dari &N");

    const auto columns = people_columns();
    for (std::size_t i = 0; i < columns.size(); ++i) {
        const auto column = static_cast<lxw_col_t>(i);
        worksheet_set_column(sheet, column, column, columns[i]->width, nullptr);
        worksheet_write_string(sheet, 0, column, columns[i]->heading, heading);
    }
    lxw_row_t line = 0;
    for (auto part = walk.next(); !part.empty(); part = walk.next())
        for (const storage::AgendaRow& row : part) {
            if (++line >= LXW_ROW_MAX)
                throw Error(Code::data, "terlalu banyak surat untuk satu lembar kerja", "",
                            "Persempit saringannya, misalnya per tahun, atau unduh CSV.");
            for (std::size_t i = 0; i < columns.size(); ++i) {
                const auto column = static_cast<lxw_col_t>(i);
                const std::string value = columns[i]->text(row, zone);
                const auto day =
                    columns[i]->kind == AgendaColumn::Kind::date ? parse_date(value) : std::nullopt;
                if (columns[i]->kind == AgendaColumn::Kind::number) {
                    worksheet_write_number(sheet, line, column, row.urut, text);
                } else if (day) {
                    lxw_datetime cell{.year = year_of(*day),
                                      .month = static_cast<int>(static_cast<unsigned>(day->month())),
                                      .day = static_cast<int>(static_cast<unsigned>(day->day())),
                                      .hour = 0,
                                      .min = 0,
                                      .sec = 0};
                    worksheet_write_datetime(sheet, line, column, &cell, date);
                } else if (!value.empty()) {  // as a text, never as a formula
                    worksheet_write_string(sheet, line, column, fitting(value).c_str(), text);
                }
            }
        }
    worksheet_autofilter(sheet, 0, 0, line, static_cast<lxw_col_t>(columns.size() - 1));
}

}  // namespace

Pieces agenda_xlsx(AgendaWalk walk, Zone zone, const std::string& office, Instant now) {
    const WorkFolder folder;
    const fs::path name = folder.path() / "agenda.xlsx";
    {
        Workbook book(folder.path(), name);
        fill(book, walk, zone, office, now);
        book.close();
    }
    std::shared_ptr<std::FILE> file(File(std::fopen(name.c_str(), "rb")));
    if (!file) throw WorkFolder::no_room();
    return [file] {
        std::string piece(64 * 1024, '\0');
        piece.resize(std::fread(piece.data(), 1, piece.size(), file.get()));
        if (std::ferror(file.get()))
            throw Error(Code::internal, "berkas XLSX yang baru dibuat tidak terbaca kembali");
        return piece;
    };
}

}  // namespace naskah::workflow
