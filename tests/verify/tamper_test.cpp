// One changed byte, or one missing, anywhere: never a pass, never a crash.
#include <catch2/catch.hpp>

#include <random>

#include "pdf_kit.h"

using namespace naskah;
using naskah::verify::Verdict;

namespace {

struct Gap {
    std::size_t begin, end;
};

Gap gap_of(const std::string& pdf) {
    const std::size_t begin = pdf.rfind("/Contents <") + 10;
    return {begin, pdf.find('>', begin) + 1};
}

}  // namespace

TEST_CASE("one byte changed anywhere in what is covered fails") {
    const std::string pdf = kit::sign(kit::plain_pdf());
    const Gap gap = gap_of(pdf);
    const std::size_t last_revision = pdf.find("%%EOF") + 6;
    std::mt19937 random(20260326);
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < 2000; ++i) places.push_back(random() % pdf.size());
    for (std::size_t i = last_revision; i < pdf.size(); ++i) places.push_back(i);
    std::size_t tried = 0;
    for (const std::size_t at : places) {
        if (at >= gap.begin && at < gap.end) continue;
        std::string changed = pdf;
        changed[at] = static_cast<char>(changed[at] ^ static_cast<char>(1u << (random() % 8)));
        const auto report = kit::check(changed);
        ++tried;
        if (report.verdict != Verdict::failed) {
            INFO("byte " << at << " of " << pdf.size() << "\n" << kit::summary(report));
            FAIL("a changed byte went unnoticed");
        }
    }
    CHECK(tried > 1000);
}

TEST_CASE("one byte changed inside the CMS passes only where OpenSSL too finds it harmless") {
    const std::string pdf = kit::sign(kit::plain_pdf(), {.room = 2048});
    const Gap gap = gap_of(pdf);
    const std::string message = pdf.substr(0, gap.begin) + pdf.substr(gap.end);
    const Bytes contents = *parse_hex(pdf.substr(gap.begin + 1, gap.end - gap.begin - 2));
    const std::size_t size = 4 + (static_cast<std::size_t>(contents[2]) << 8 | contents[3]);
    REQUIRE(kit::openssl_accepts(contents, message));
    int passed = 0;
    for (std::size_t i = 0; i < contents.size(); ++i) {
        Bytes changed = contents;
        changed[i] ^= 0x01;
        std::string file = pdf;
        file.replace(gap.begin + 1, gap.end - gap.begin - 2, to_hex(changed));
        const auto report = kit::check(file);
        if (report.verdict != Verdict::passed) continue;
        ++passed;
        INFO("octet " << i << " of " << size << "\n" << kit::summary(report));
        CHECK(i < size);
        CHECK(kit::openssl_accepts(changed, message));
    }
    CHECK(passed < 12);  // version numbers, the set of digest algorithms
}

TEST_CASE("a truncated file never passes, and is unsigned only where no trace of a signature is left") {
    const std::string pdf = kit::sign_again(kit::sign(kit::plain_pdf()), {.field = "Kedua"});
    for (std::size_t i = 1; i <= 200; ++i) {
        const std::string cut = pdf.substr(0, pdf.size() * i / 201);
        const auto report = kit::check(cut);
        INFO("first " << cut.size() << " bytes\n" << kit::summary(report));
        const bool whole_revision = cut.size() >= 5 && cut.find("/ByteRange") != std::string::npos;
        if (report.verdict == Verdict::unsigned_) CHECK_FALSE(whole_revision);
        CHECK(report.verdict != Verdict::passed);
    }
}

TEST_CASE("rubbish of every sort is answered") {
    std::mt19937 random(7);
    for (int i = 0; i < 300; ++i) {
        std::string file = i % 2 ? "%PDF-1.7\n" : "";
        const std::size_t size = random() % 4000;
        for (std::size_t k = 0; k < size; ++k) file += static_cast<char>(random() & 0xff);
        CHECK(kit::check(file).verdict == Verdict::failed);
    }
    CHECK(kit::check("").verdict == Verdict::failed);
}

TEST_CASE("many bytes changed at once are answered too") {
    const std::string pdf = kit::sign_again(kit::sign(kit::plain_pdf()), {.field = "Kedua"});
    std::mt19937 random(11);
    for (int i = 0; i < 1500; ++i) {
        std::string file = pdf;
        const int changes = 1 + static_cast<int>(random() % 30);
        for (int k = 0; k < changes; ++k) {
            const std::size_t at = random() % file.size();
            switch (random() % 3) {
                case 0: file[at] = static_cast<char>(random() & 0xff); break;
                case 1: file.erase(at, 1 + random() % 20); break;
                default: file.insert(at, std::string("<<[(/%0 9R>")).substr(0, 1 + random() % 11);
            }
            if (file.empty()) break;
        }
        const auto verdict = kit::check(file).verdict;
        if (file != pdf) CHECK(verdict != Verdict::passed);
    }
}

TEST_CASE("deep nesting and loops cost little") {
    auto with = [](const std::string& body) {
        kit::PdfWriter pdf;
        pdf.object(1, "<< /Type /Catalog /Pages 2 0 R /AcroForm 5 0 R >>");
        pdf.object(2, "<< /Type /Pages /Kids [] /Count 0 >>");
        pdf.object(5, body);
        pdf.object(6, "<< /T (a) /Kids [6 0 R] >>");
        return pdf.finish();
    };
    std::string nested;
    for (int i = 0; i < 200'000; ++i) nested += "<</a";
    std::string arrays(200'000, '[');
    for (const std::string& body :
         {nested, arrays, std::string("<< /Fields [6 0 R] >>"), std::string("5 0 R"),
          std::string("<< /Fields 5 0 R >>"), std::string("<< /Fields [5 0 R] >>")}) {
        const auto verdict = kit::check(with(body)).verdict;
        CHECK(verdict != Verdict::passed);
    }
}
