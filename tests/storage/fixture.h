// What the tests of the store share: a folder that goes away, letters to reserve, children to race.
#pragma once

#include <catch2/catch.hpp>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "storage/database.h"

namespace naskah::storage {

// A fresh folder, removed at the end.
class Folder {
public:
    explicit Folder(const std::filesystem::path& above = std::filesystem::temp_directory_path());
    ~Folder();
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    const std::filesystem::path& path() const { return path_; }
    std::string file(const std::string& name) const { return (path_ / name).string(); }

private:
    std::filesystem::path path_;
};

// The register in an SQLite file.
std::unique_ptr<Register> open_sqlite(const std::string& path, bool create,
                                      std::chrono::milliseconds patience = std::chrono::seconds(60));

// 2 March 2026, 08.00 WITA, and later milliseconds.
Instant moment(std::int64_t millis = 0);
Date day(int year, unsigned month, unsigned day);

// A letter of the series "spt" with a fresh id, dated 2 March 2026.
NewLetter a_letter();
// Something that starts like a PDF and differs by `tag`.
Bytes a_pdf(const std::string& tag, std::size_t size = 600);

// Runs `work(i)` in `count` processes at once (they wait for each other at the start); what each returned, in
// order. A child that throws fails the test with its message. Children must not use Catch's assertions.
std::vector<std::string> in_processes(int count, const std::function<std::string(int)>& work);
// The same for one child, which may drop its rights or limit itself.
std::string in_child(const std::function<std::string()>& work);

// The code and the whole message of what `work` throws: "73 where: what. remedy"; "" if it throws nothing.
std::string refusal(const std::function<void()>& work);

}  // namespace naskah::storage
