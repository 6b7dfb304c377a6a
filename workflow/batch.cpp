#include "workflow/batch.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <exception>
#include <fstream>
#include <map>
#include <mutex>
#include <thread>

#include "core/file.h"

namespace naskah::workflow {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t longest_line = 16u << 20;

struct Line {
    std::size_t place = 0;   // 0-based among the letters
    std::size_t number = 0;  // 1-based in the file
    std::string text;
    std::string key;  // digest of the text and how many equal lines came before
    bool too_long = false;
};

// Hands out the lines in order; equal lines are counted by their digest.
class Lines {
public:
    explicit Lines(const fs::path& file) : in_(file) {
        std::error_code failed;
        if (in_ && !fs::is_regular_file(file, failed))  // a pipe can't be read once to count and once to work
            throw Error(Code::data, "bukan berkas biasa", file.string(),
                        "Simpan dahulu baris-barisnya ke sebuah berkas.");
        if (!in_)
            throw Error(Code::data, "berkas tidak dapat dibaca", file.string(),
                        "Periksa nama dan izin berkas.");
    }

    bool next(Line& line) {
        const std::lock_guard lock(mutex_);
        while (std::getline(in_, line.text)) {
            ++number_;
            if (line.text.find_first_not_of(" \t\r") == std::string::npos) continue;
            line.number = number_;
            line.place = place_++;
            line.too_long = line.text.size() > longest_line;
            const Sha256 digest = sha256(as_bytes(line.text));
            line.key = to_string(digest) + ":" + std::to_string(seen_[digest]++);
            return true;
        }
        return false;
    }

private:
    std::ifstream in_;
    std::mutex mutex_;
    std::size_t number_ = 0, place_ = 0;
    std::map<Sha256, int> seen_;
};

std::size_t count_letters(const fs::path& file) {
    Lines lines(file);
    Line line;
    std::size_t count = 0;
    while (lines.next(line)) ++count;
    return count;
}

// Lets each place act when all places before it have acted or given up.
class Turns {
public:
    void wait(std::size_t place) {
        std::unique_lock lock(mutex_);
        moved_.wait(lock, [&] { return next_ == place; });
    }
    // Waits for those before it; once passed, passing again does nothing.
    void pass(std::size_t place) {
        std::unique_lock lock(mutex_);
        moved_.wait(lock, [&] { return next_ >= place; });
        if (next_ == place) ++next_;
        moved_.notify_all();
    }

private:
    std::mutex mutex_;
    std::condition_variable moved_;
    std::size_t next_ = 0;
};

using Work = std::function<void(const Line& line, const Json& data, const Turn& turn, BatchLine& done)>;

void make_folder(const fs::path& folder) {
    std::error_code failed;
    fs::create_directories(folder, failed);
    if (failed || !fs::is_directory(folder))
        throw Error(Code::cannot_write, "folder tidak dapat dibuat: " + failed.message(), folder.string(),
                    "Periksa izin dan sisa ruang.");
    require_writable(folder / "surat.pdf");  // before numbers are taken
}

void run(const BatchOptions& options, const BatchReport& report, const Work& work) {
    const std::size_t total = count_letters(options.input);
    make_folder(options.out);
    Lines lines(options.input);
    Turns turns;
    std::mutex reporting;
    std::size_t done = 0;
    std::exception_ptr unheard;  // nobody can be told any more: no further letter is begun
    std::atomic<bool> stopped = false;
    const auto worker = [&] {
        Line line;
        while (!stopped && lines.next(line)) {
            BatchLine result;
            result.line = line.number;
            const std::string where = options.input.filename().string() + ":" + std::to_string(line.number);
            try {
                if (line.too_long) throw Error(Code::data, "baris lebih panjang dari 16 MB", where);
                work(line, parse_json(line.text, where),
                     {.wait = [&] { turns.wait(line.place); }, .pass = [&] { turns.pass(line.place); }},
                     result);
            } catch (const Error& error) {
                result.problems = error.problems();
                result.code = error.code();
            } catch (const std::exception& error) {
                result.problems = {{error.what(), where, ""}};
                result.code = Code::internal;
            }
            turns.pass(line.place);
            const std::lock_guard lock(reporting);
            if (stopped) continue;
            try {
                report(result, ++done, total);
            } catch (...) {
                unheard = std::current_exception();
                stopped = true;
            }
        }
    };
    {
        std::vector<std::jthread> workers;
        for (int i = 1; i < std::clamp(options.jobs, 1, 64); ++i) workers.emplace_back(worker);
        worker();
    }
    if (unheard) std::rethrow_exception(unheard);
}

}  // namespace

std::string file_name_of(const std::string& number) {
    std::string name = number;
    std::replace_if(
        name.begin(), name.end(), [](char c) { return c == '/' || c == '\\' || c == ' '; }, '_');
    return name + ".pdf";
}

void issue_batch(Desk& desk, const BatchOptions& options, const BatchReport& report) {
    desk.letters();
    const fs::path folder = options.input.parent_path();
    run(options, report, [&](const Line& line, const Json& data, const Turn& turn, BatchLine& done) {
        const Issued issued =
            desk.issue({.kind = options.kind,
                        .data = data,
                        .key = "berkas:" + options.key + ":" + options.kind + ":" + line.key,
                        .series = options.series,
                        .actor = options.actor,
                        .images = folder},
                       turn);
        done.number = issued.letter.number;
        done.id = to_string(issued.letter.id);
        done.file = file_name_of(issued.letter.number);
        write_file(options.out / done.file, issued.pdf);
    });
}

void draft_batch(const Desk& desk, const BatchOptions& options, const BatchReport& report) {
    const fs::path folder = options.input.parent_path();
    run(options, report, [&](const Line& line, const Json& data, const Turn&, BatchLine& done) {
        const std::string digits = std::to_string(line.number);
        done.file = std::string(digits.size() < 5 ? 5 - digits.size() : 0, '0') + digits + ".pdf";
        write_file(options.out / done.file, desk.draft(options.kind, data, folder));
    });
}

}  // namespace naskah::workflow
