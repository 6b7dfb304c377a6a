#include "workflow/batch.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
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
    std::size_t number_ = 0;
    std::map<Sha256, int> seen_;
};

std::size_t count_letters(const fs::path& file) {
    Lines lines(file);
    Line line;
    std::size_t count = 0;
    while (lines.next(line)) ++count;
    return count;
}

using Work = std::function<void(const Line& line, const Json& data, BatchLine& done)>;

void make_folder(const fs::path& folder) {
    std::error_code failed;
    fs::create_directories(folder, failed);
    if (failed || !fs::is_directory(folder))
        throw Error(Code::cannot_write, "folder tidak dapat dibuat: " + failed.message(), folder.string(),
                    "Periksa izin dan sisa ruang.");
    require_writable(folder / "surat.pdf");  // before numbers are taken
}

// Tells the caller of each line, one call at a time. When that fails nobody can be told any more: the run
// stops.
class Reporter {
public:
    Reporter(const BatchReport& report, std::size_t total) : report_(report), total_(total) {}

    bool stopped() const { return stopped_; }
    void operator()(const BatchLine& line) {
        const std::lock_guard lock(mutex_);
        if (stopped_) return;
        try {
            report_(line, ++done_, total_);
        } catch (...) {
            unheard_ = std::current_exception();
            stopped_ = true;
        }
    }
    void rethrow() const {
        if (unheard_) std::rethrow_exception(unheard_);
    }

private:
    const BatchReport& report_;
    std::size_t total_, done_ = 0;
    std::mutex mutex_;
    std::exception_ptr unheard_;
    std::atomic<bool> stopped_ = false;
};

std::string where_is(const BatchOptions& options, const Line& line) {
    return options.input.filename().string() + ":" + std::to_string(line.number);
}

// Runs `act`; what it throws becomes the line's problems.
template <class Act>
void attempt(BatchLine& result, const std::string& where, Act&& act) {
    try {
        act();
    } catch (const Error& error) {
        result.problems = error.problems();
        result.code = error.code();
    } catch (const std::exception& error) {
        result.problems = {{error.what(), where, ""}};
        result.code = Code::internal;
    }
}

Json data_of(const Line& line, const std::string& where) {
    if (line.too_long) throw Error(Code::data, "baris lebih panjang dari 16 MB", where);
    return parse_json(line.text, where);
}

void run(const BatchOptions& options, const BatchReport& report, const Work& work) {
    Reporter reporter(report, count_letters(options.input));
    make_folder(options.out);
    Lines lines(options.input);
    const auto worker = [&] {
        Line line;
        while (!reporter.stopped() && lines.next(line)) {
            BatchLine result;
            result.line = line.number;
            const std::string where = where_is(options, line);
            attempt(result, where, [&] { work(line, data_of(line, where), result); });
            reporter(result);
        }
    };
    {
        std::vector<std::jthread> workers;
        for (int i = 1; i < std::clamp(options.jobs, 1, 64); ++i) workers.emplace_back(worker);
        worker();
    }
    reporter.rethrow();
}

// Writes the files of letters that are issued, beside the signing of the next ones, and reports them then.
class Files {
public:
    Files(const fs::path& folder, int jobs, Reporter& reporter) : folder_(folder), reporter_(reporter) {
        for (int i = 0; i < std::clamp(jobs, 1, 64); ++i)
            workers_.emplace_back([this](const std::stop_token& stop) { work(stop); });
    }
    ~Files() {
        for (std::jthread& worker : workers_) worker.request_stop();
    }
    Files(const Files&) = delete;
    Files& operator=(const Files&) = delete;

    void write(BatchLine line, Bytes pdf) {
        const std::lock_guard lock(mutex_);
        waiting_.push_back({std::move(line), std::move(pdf)});
        arrived_.notify_one();
    }

private:
    struct Waiting {
        BatchLine line;
        Bytes pdf;
    };
    // Until nothing is left to write and nothing comes any more.
    void work(const std::stop_token& stop) {
        for (;;) {
            Waiting next;
            {
                std::unique_lock lock(mutex_);
                arrived_.wait(lock, stop, [&] { return !waiting_.empty(); });
                if (waiting_.empty()) return;
                next = std::move(waiting_.front());
                waiting_.pop_front();
            }
            attempt(next.line, next.line.file, [&] { write_file(folder_ / next.line.file, next.pdf); });
            reporter_(next.line);
        }
    }

    fs::path folder_;
    Reporter& reporter_;
    std::mutex mutex_;
    std::condition_variable_any arrived_;
    std::deque<Waiting> waiting_;
    std::vector<std::jthread> workers_;  // ended first
};

struct Unheard {};  // ends issue_all() when nobody can be told any more

}  // namespace

std::string file_name_of(const std::string& number) {
    std::string name = number;
    std::replace_if(
        name.begin(), name.end(), [](char c) { return c == '/' || c == '\\' || c == ' '; }, '_');
    return name + ".pdf";
}

void issue_batch(Desk& desk, const BatchOptions& options, const BatchReport& report) {
    desk.letters();
    Reporter reporter(report, count_letters(options.input));
    make_folder(options.out);
    Lines lines(options.input);
    {
        Files files(options.out, options.jobs, reporter);
        for (bool more = true; more && !reporter.stopped();) {
            std::vector<Request> requests;
            std::vector<BatchLine> results;
            Line line;
            while (requests.size() < Desk::most_together && (more = lines.next(line))) {
                BatchLine result;
                result.line = line.number;
                attempt(result, where_is(options, line), [&] {
                    requests.push_back({.kind = options.kind,
                                        .data = data_of(line, where_is(options, line)),
                                        .key = "berkas:" + options.key + ":" + options.kind + ":" + line.key,
                                        .series = options.series,
                                        .actor = options.actor,
                                        .images = options.input.parent_path()});
                });
                if (result.problems.empty())
                    results.push_back(std::move(result));
                else
                    reporter(result);
            }
            try {
                desk.issue_all(requests, options.jobs, [&](std::size_t place, Outcome outcome) {
                    BatchLine& result = results[place];
                    result.problems = std::move(outcome.problems);
                    result.code = outcome.code;
                    if (outcome.issued) {
                        result.number = outcome.issued->letter.number;
                        result.id = to_string(outcome.issued->letter.id);
                        result.file = file_name_of(result.number);
                        files.write(result, std::move(outcome.issued->pdf));
                    } else {
                        reporter(result);
                    }
                    if (reporter.stopped()) throw Unheard{};
                });
            } catch (const Unheard&) {
                break;
            }
        }
    }
    reporter.rethrow();
}

void draft_batch(const Desk& desk, const BatchOptions& options, const BatchReport& report) {
    const fs::path folder = options.input.parent_path();
    run(options, report, [&](const Line& line, const Json& data, BatchLine& done) {
        const std::string digits = std::to_string(line.number);
        done.file = std::string(digits.size() < 5 ? 5 - digits.size() : 0, '0') + digits + ".pdf";
        write_file(options.out / done.file, desk.draft(options.kind, data, folder));
    });
}

}  // namespace naskah::workflow
