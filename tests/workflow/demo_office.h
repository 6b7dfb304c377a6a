// A demo office of its own for a test, and what every scenario must leave behind: a register without a flaw.
#pragma once

#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "core/date.h"
#include "core/json.h"
#include "tests/support/shell.h"

namespace naskah::test {

inline const std::vector<std::string>& kinds() {
    static const std::vector<std::string> all = {"berita-acara-pemeriksaan", "checklist-persyaratan",
                                                 "rekomendasi-video-dokumenter", "sk-pencabutan",
                                                 "surat-perintah-tugas"};
    return all;
}

class DemoOffice {
public:
    DemoOffice() {
        const Ran made = naskah_command({"init", office().string(), "--demo"});
        INFO(made.err);
        REQUIRE(made.exit_code == 0);
    }

    fs::path office() const { return folder_ / "kantor"; }
    fs::path operator/(const std::string& name) const { return folder_ / name; }

    Ran command(std::vector<std::string> arguments) const {
        arguments.insert(arguments.begin(), {"--office", office().string()});
        return naskah_command(std::move(arguments));
    }

    // Example data of a kind, beside the office's pictures so that their names lead to them.
    Json example(const std::string& kind) const {
        const Ran ran = command({"template", "example", kind});
        INFO(ran.err);
        REQUIRE(ran.exit_code == 0);
        return parse_json(ran.out, kind);
    }
    fs::path write_data(const std::string& name, const Json& data) const {
        const fs::path file = office() / name;
        spit(file, dump_json(data));
        return file;
    }

    // Issues a letter and gives back what --json says.
    Json issue(const std::string& kind, const Json& data, const fs::path& out) const {
        const Ran ran =
            command({"issue", kind, write_data("data.json", data).string(), "-o", out.string(), "--json"});
        INFO(ran.err);
        REQUIRE(ran.exit_code == 0);
        return parse_json(ran.out, "issue --json");
    }

    // So many assignment letters, a line each, told apart by that mark.
    std::string batch_of(int letters, const std::string& mark) const {
        Json data = example("surat-perintah-tugas");
        std::string lines;
        for (int i = 0; i < letters; ++i) {
            data["dasar"][0] = "melaksanakan tugas percobaan " + mark + " nomor " + std::to_string(i + 1);
            lines += dump_json(data) + "\n";
        }
        return lines;
    }
    std::vector<std::string> batch_command(const fs::path& lines, const fs::path& out, int jobs) const {
        return {NASKAH_COMMAND, "--office", office().string(), "issue",  "surat-perintah-tugas", "--batch",
                lines.string(), "--out",    out.string(),      "--jobs", std::to_string(jobs),   "--json"};
    }

    Json rows() const {
        const Ran ran = command({"register", "export", "--json"});
        REQUIRE(ran.exit_code == 0);
        return parse_json(ran.out, "register export");
    }

    // The promises of the register, asked of the command and re-read by ourselves: dense, unique, dates in
    // order.
    void check_register() const {
        const Ran ran = command({"register", "check"});
        INFO(ran.err);
        REQUIRE(ran.exit_code == 0);
        std::map<std::string, std::pair<int, std::string>> last;
        std::set<std::string> numbers;
        for (const Json& row : rows()) {
            const std::string date = row.at("tanggal_surat");
            auto& [urut, previous] = last[row.at("seri").get<std::string>() + date.substr(0, 4)];
            REQUIRE(row.at("no_urut") == urut + 1);
            REQUIRE(previous <= date);
            REQUIRE(numbers.insert(row.at("nomor")).second);
            urut = row.at("no_urut");
            previous = date;
        }
    }

private:
    Folder folder_;
};

}  // namespace naskah::test
