#include "service/page_picture.h"

#include <catch2/catch.hpp>
#include <set>
#include <thread>

#include "core/error.h"
#include "generator/picture.h"
#include "house.h"

using namespace naskah;
using Catch::Matchers::Contains;
using naskah::service::PagePictures;
using naskah::test::House;

namespace {

Bytes letter_of(House& house, const std::string& kind) {
    const auto desk = house.site->desk();
    const Json data = workflow::example_of(desk->templates(), kind, house.folder / "kantor", house.clock);
    return desk->issue({.kind = kind, .data = data, .key = "", .series = "", .images = ""}).pdf;
}

std::uint32_t number_at(BytesView png, std::size_t at) {
    return static_cast<std::uint32_t>(png[at]) << 24 | static_cast<std::uint32_t>(png[at + 1]) << 16 |
           static_cast<std::uint32_t>(png[at + 2]) << 8 | png[at + 3];
}

}  // namespace

TEST_CASE("every page of a signed letter becomes a picture of a small palette") {
    House house;
    const Bytes pdf = letter_of(house, "berita-acara-pemeriksaan");
    const int pages = service::count_pages(pdf).value();
    REQUIRE(pages > 1);
    std::set<Sha256> different;
    for (int page = 1; page <= pages; ++page) {
        INFO("page " << page);
        const Bytes png = service::draw_page(pdf, page, 794);
        REQUIRE(as_text(png).substr(0, 8) == "\x89PNG\r\n\x1A\n");
        CHECK(number_at(png, 16) == 794);
        CHECK(number_at(png, 20) == 1123);  // A4
        CHECK(png[25] == 3);                // a palette
        CHECK(png.size() < 200'000);
        CHECK_NOTHROW(generator::read_picture(png, "halaman"));
        different.insert(sha256(png));
    }
    CHECK(different.size() == static_cast<std::size_t>(pages));
}

TEST_CASE("a page that is not there and bytes that are no PDF are told, not drawn") {
    House house;
    const Bytes pdf = letter_of(house, "sk-pencabutan");
    const Bytes none, garbage = to_bytes("%PDF-1.7 and then nothing of the kind");
    Bytes cut(pdf.begin(), pdf.begin() + 900);
    const struct {
        const Bytes* pdf;
        int page;
    } rows[] = {{&pdf, 0}, {&pdf, 99}, {&pdf, -1}, {&none, 1}, {&garbage, 1}, {&cut, 1}};
    for (const auto& row : rows) {
        INFO("page " << row.page << " of " << row.pdf->size() << " bytes");
        CHECK_THROWS_AS(service::draw_page(*row.pdf, row.page, 400), Error);
    }
    CHECK_FALSE(service::count_pages(garbage));
    CHECK_FALSE(service::count_pages(none));
}

TEST_CASE("a page that was drawn is kept, and asked for its PDF only once") {
    House house;
    const Bytes pdf = letter_of(house, "sk-pencabutan");
    PagePictures pictures;
    std::atomic<int> asked = 0;
    const auto load = [&] {
        ++asked;
        return pdf;
    };
    {
        std::vector<std::jthread> readers;
        for (int i = 0; i < 8; ++i)
            readers.emplace_back([&] { CHECK(pictures.of(sha256(pdf), 1, load, 300)->size() > 1000); });
    }
    CHECK(asked == 1);
    CHECK(pictures.of(sha256(pdf), 2, load, 300) != pictures.of(sha256(pdf), 1, load, 300));
    CHECK(asked == 2);
}

TEST_CASE("kept pages make room for newer ones, and a failure leaves no one waiting") {
    House house;
    const Bytes pdf = letter_of(house, "sk-pencabutan");
    int asked = 0;
    const auto load = [&] {
        ++asked;
        return pdf;
    };
    PagePictures pictures(1, 1);  // room for one
    pictures.of(sha256(pdf), 1, load, 300);
    pictures.of(sha256(pdf), 2, load, 300);
    pictures.of(sha256(pdf), 1, load, 300);
    CHECK(asked == 3);
    const auto broken = []() -> Bytes { throw Error(Code::outside, "basis data tidak menjawab"); };
    for (int i = 0; i < 3; ++i) CHECK_THROWS_AS(pictures.of(Sha256{}, 1, broken, 300), Error);
    CHECK(pictures.of(sha256(pdf), 1, load, 300));
}
