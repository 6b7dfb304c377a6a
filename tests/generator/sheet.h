// Small documents for the tests of the PDF writer, and what other people's programs say of them.
#pragma once

#include <catch2/catch.hpp>
#include <string>
#include <utility>
#include <vector>

#include "core/file.h"
#include "generator/pdf.h"
#include "tests/support/shell.h"

namespace naskah::generator {

inline const FontLibrary& fonts() {
    static const FontLibrary library;
    return library;
}

// A document under construction, its pages A4.
class Sheet {
public:
    Sheet() {
        document.title = "Contoh";
        element("Document", -1);
        page();
    }

    void page() { document.pages.emplace_back().size = {mm(210), mm(297)}; }

    int element(const std::string& type, int parent) {
        Element& made = document.structure.emplace_back();
        made.type = type;
        made.parent = parent;
        return static_cast<int>(document.structure.size()) - 1;
    }

    template <typename What>
    What& add(What what, int tag = -1) {
        Item& item = document.pages.back().items.emplace_back();
        item.tag = tag;
        return item.what.emplace<What>(std::move(what));
    }

    Text& text(const std::string& words, int tag = -1, Face face = Face::sans, Length size = 11000) {
        Text text;
        text.face = face;
        text.size = size;
        text.text = words;
        text.origin = {pt(60), y_ += pt(18)};
        fonts().shape(face, size, words, text.glyphs);
        return add(std::move(text), tag);
    }

    Bytes pdf() const { return write_pdf(document, fonts(), Instant{std::chrono::seconds(1774505100)}); }

    Document document;

private:
    Length y_ = pt(40);
};

// A PDF on disk, asked about by strangers.
class Judged {
public:
    explicit Judged(const Bytes& pdf) { write_file(file(), pdf); }

    std::filesystem::path file() const { return folder_ / "surat.pdf"; }
    std::filesystem::path beside(const std::string& name) const { return folder_ / name; }

    test::Ran ask(std::vector<std::string> command) const {
        for (std::string& word : command)
            if (word == "PDF") word = file().string();
        const auto out = folder_ / "out", err = folder_ / "err";
        test::Ran ran;
        ran.exit_code = test::wait_for(test::start(command, out, err));
        ran.out = test::slurp(out);
        ran.err = test::slurp(err);
        // Debian builds mutool without colour management and it says so each time.
        const std::string remark = "warning: ICC support is not available\n";
        if (const auto at = ran.err.find(remark); at != std::string::npos) ran.err.erase(at, remark.size());
        return ran;
    }

    std::string text() const { return ask({"pdftotext", "-raw", "PDF", "-"}).out; }

    void stand_up_to_all() const {
        for (const std::vector<std::string>& command : std::vector<std::vector<std::string>>{
                 {"qpdf", "--check", "PDF"},
                 {"pdftotext", "PDF", "-"},
                 {"pdftoppm", "-r", "30", "PDF", beside("page").string()},
                 {"pdfinfo", "-struct-text", "PDF"},
                 {"mutool", "draw", "-q", "-r", "30", "-o", beside("page.png").string(), "PDF"},
                 {"gs", "-q", "-dBATCH", "-dNOPAUSE", "-sDEVICE=nullpage", "PDF"}}) {
            const test::Ran ran = ask(command);
            INFO(command[0] << ": " << ran.err);
            CHECK(ran.exit_code == 0);
            CHECK(ran.err.empty());
            if (command[0] == "qpdf") CHECK(ran.out.find("WARNING") == std::string::npos);
            if (command[0] == "gs") CHECK(ran.out.empty());
        }
    }

private:
    test::Folder folder_;
};

}  // namespace naskah::generator
