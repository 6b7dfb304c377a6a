// Letters issued end to end through the API beside checks by the public, for as long as is asked: every
// answer must be right, latencies and the service's memory are printed. Started by bench/soak.
#include <httplib.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <map>
#include <mutex>
#include <random>
#include <thread>

#include "core/json.h"

namespace {

using Clock = std::chrono::steady_clock;
using naskah::Json;

struct Plan {
    int port = 0, pid = 0;
    double minutes = 10, letters_a_minute = 50, checks_a_second = 500, uploads_a_second = 1;
    std::string clerk, checker, head, pin;
};

// How long each kind of request took, and what went wrong.
class Tally {
public:
    void add(const std::string& what, Clock::time_point since) {
        const double ms = std::chrono::duration<double, std::milli>(Clock::now() - since).count();
        const std::lock_guard lock(mutex_);
        took_[what].push_back(static_cast<float>(ms));
    }
    void fail(const std::string& what, const std::string& why) {
        const std::lock_guard lock(mutex_);
        ++failures_;
        if (failures_ <= 20) std::cout << "GAGAL " << what << ": " << why.substr(0, 300) << std::endl;
    }
    void note(const std::string& what) {
        const std::lock_guard lock(mutex_);
        ++notes_[what];
    }
    std::size_t failures() const { return failures_; }
    std::size_t count(const std::string& what) {
        const std::lock_guard lock(mutex_);
        return took_[what].size();
    }
    void print() {
        const std::lock_guard lock(mutex_);
        std::printf("%-22s %9s %9s %9s %9s %9s\n", "permintaan", "banyak", "p50 ms", "p95 ms", "p99 ms",
                    "paling");
        for (auto& [what, all] : took_) {
            if (all.empty()) continue;
            std::sort(all.begin(), all.end());
            const auto at = [&](double part) {
                return static_cast<double>(
                    all[static_cast<std::size_t>(part * static_cast<double>(all.size() - 1))]);
            };
            std::printf("%-22s %9zu %9.2f %9.2f %9.2f %9.2f\n", what.c_str(), all.size(), at(0.5), at(0.95),
                        at(0.99), at(1));
        }
        for (const auto& [what, times] : notes_) std::printf("%-22s %9zu\n", what.c_str(), times);
        std::printf("%-22s %9zu\n", "kesalahan", failures_.load());
    }

private:
    std::mutex mutex_;
    std::map<std::string, std::vector<float>> took_;
    std::map<std::string, std::size_t> notes_;
    std::atomic<std::size_t> failures_ = 0;
};

class Soak {
public:
    explicit Soak(Plan plan) : plan_(std::move(plan)), end_(Clock::now() + duration(plan_.minutes * 60)) {}

    bool run() {
        example_ =
            ask("contoh data", client(plan_.clerk), "GET", "/api/v1/kinds/" + kind_ + "/example", {}, 200);
        for (int i = 0; i < 10; ++i) write_letter();
        sign_queue();
        if (letters_.empty()) {
            tally_.fail("persiapan", "tidak ada surat yang terbit");
            return false;
        }
        end_ = Clock::now() + duration(plan_.minutes * 60);
        std::vector<std::thread> threads;
        threads.emplace_back([this] { every(60 / plan_.letters_a_minute, [this] { write_letter(); }); });
        threads.emplace_back([this] { every(10, [this] { sign_queue(); }); });
        threads.emplace_back([this] { every(1 / plan_.uploads_a_second, [this] { upload(); }); });
        constexpr int checkers = 8;
        for (int i = 0; i < checkers; ++i)
            threads.emplace_back([this, i] {
                httplib::Client here = client("");
                std::mt19937 chance(static_cast<unsigned>(i));
                every(checkers / plan_.checks_a_second, [&] { check(here, chance); });
            });
        threads.emplace_back([this] { every(plan_.minutes * 60 / 20, [this] { sample(); }); });
        for (std::thread& thread : threads) thread.join();
        sign_queue();
        sample();
        tally_.print();
        return tally_.failures() == 0;
    }

private:
    static Clock::duration duration(double seconds) {
        return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
    }

    // At an even pace: what took too long is caught up.
    void every(double seconds, const std::function<void()>& work) {
        for (auto next = Clock::now(); next < end_.load(); next += duration(seconds)) {
            std::this_thread::sleep_until(next);
            work();
        }
    }

    httplib::Client client(const std::string& token) const {
        httplib::Client made("127.0.0.1", plan_.port);
        made.set_keep_alive(true);
        made.set_tcp_nodelay(true);
        made.set_read_timeout(60);
        if (!token.empty()) made.set_bearer_token_auth(token);
        return made;
    }

    // The answer's JSON; null, and a failure noted, if it is not as expected.
    Json ask(const std::string& what, httplib::Client who, const std::string& method, const std::string& path,
             const Json& body, int status, const std::string& etag = "") {
        httplib::Headers headers;
        if (!etag.empty()) headers.emplace("If-Match", etag);
        if (method == "POST") headers.emplace("Idempotency-Key", "soak-" + std::to_string(++keys_));
        const auto since = Clock::now();
        const auto said = method == "GET" ? who.Get(path, headers)
                                          : who.Post(path, headers, body.dump(), "application/json");
        tally_.add(what, since);
        if (!said || said->status != status) {
            tally_.fail(what,
                        said ? std::to_string(said->status) + " " + said->body : to_string(said.error()));
            return nullptr;
        }
        return Json::parse(said->body, nullptr, false);
    }

    static std::string etag(const Json& draft) {
        return "\"" + std::to_string(draft.at("revision").get<int>()) + "\"";
    }

    void write_letter() {
        Json draft = ask("buat konsep", client(plan_.clerk), "POST", "/api/v1/drafts",
                         {{"kind", kind_}, {"data", example_}}, 201);
        if (!draft.is_object()) return;
        const std::string at = "/api/v1/drafts/" + draft.at("id").get<std::string>();
        draft = ask("kirim konsep", client(plan_.clerk), "POST", at + "/send", {{"checker", "pemeriksa"}},
                    200, etag(draft));
        if (!draft.is_object()) return;
        draft =
            ask("paraf", client(plan_.checker), "POST", at + "/approve", Json::object(), 200, etag(draft));
        if (!draft.is_object()) return;
        const std::lock_guard lock(mutex_);
        queue_.push_back({{"id", draft.at("id")}, {"version", draft.at("version")}});
    }

    void sign_queue() {
        Json drafts = Json::array();
        {
            const std::lock_guard lock(mutex_);
            drafts.swap(queue_);
        }
        if (drafts.empty()) return;
        const auto since = Clock::now();
        Json round = ask("mulai putaran", client(plan_.head), "POST", "/api/v1/rounds",
                         {{"drafts", drafts}, {"pin", plan_.pin}}, 202);
        if (!round.is_object()) return;
        const std::string at = "/api/v1/rounds/" + round.at("id").get<std::string>();
        while (round.is_object() && round.at("ended_at").is_null()) {
            std::this_thread::sleep_for(std::chrono::milliseconds(200));
            round = ask("lihat putaran", client(plan_.head), "GET", at, {}, 200);
        }
        if (!round.is_object()) return;
        tally_.add("putaran selesai", since);
        for (const Json& item : round.at("items")) {
            if (item.at("state") != "signed") {
                tally_.fail("tanda tangan", item.dump());
                continue;
            }
            const Json draft = ask("lihat konsep", client(plan_.clerk), "GET",
                                   "/api/v1/drafts/" + item.at("draft").get<std::string>(), {}, 200);
            if (!draft.is_object()) continue;
            tally_.note("surat terbit");
            const std::lock_guard lock(mutex_);
            letters_.push_back(draft.at("letter"));
        }
    }

    std::string some_letter(std::mt19937& chance) {
        const std::lock_guard lock(mutex_);
        return letters_[chance() % letters_.size()];
    }

    void check(httplib::Client& here, std::mt19937& chance) {
        const std::string path = "/v/" + some_letter(chance);
        const auto since = Clock::now();
        const auto said = here.Get(path);
        tally_.add("periksa kode", since);
        if (!said || said->status != 200 || said->body.find("SAH") == std::string::npos)
            tally_.fail("periksa kode", said ? std::to_string(said->status) : to_string(said.error()));
    }

    void upload() {
        static std::mt19937 chance(1);
        httplib::Client who = client(plan_.clerk);
        const auto pdf = who.Get("/api/v1/letters/" + some_letter(chance) + "/pdf");
        if (!pdf || pdf->status != 200)
            return tally_.fail("ambil PDF", pdf ? pdf->body : to_string(pdf.error()));
        const auto since = Clock::now();
        // Visitors come from many addresses, as the proxy would say.
        const httplib::Headers from = {{"X-Real-IP", "198.51.100." + std::to_string(chance() % 250)}};
        const auto said = who.Post("/api/v1/verify", from, pdf->body, "application/pdf");
        tally_.add("periksa berkas", since);
        if (said && said->status == 503) return tally_.note("lajur penuh");
        if (!said || said->status != 200 || Json::parse(said->body).at("answer") != "valid")
            tally_.fail("periksa berkas", said ? said->body : to_string(said.error()));
    }

    void sample() {
        std::ifstream status("/proc/" + std::to_string(plan_.pid) + "/status");
        std::string resident, threads;
        for (std::string line; std::getline(status, line);) {
            if (line.starts_with("VmRSS:")) resident = line.substr(6);
            if (line.starts_with("Threads:")) threads = line.substr(8);
        }
        if (resident.empty()) tally_.fail("layanan", "proses tidak ada lagi");
        const double left = std::chrono::duration<double>(end_.load() - Clock::now()).count();
        std::printf("detik %5.0f  memori %s  utas %s  periksa %zu  surat %zu\n", plan_.minutes * 60 - left,
                    resident.c_str(), threads.c_str(), tally_.count("periksa kode"), letters_.size());
        std::fflush(stdout);
    }

    const std::string kind_ = "surat-perintah-tugas";
    Plan plan_;
    std::atomic<Clock::time_point> end_;
    Tally tally_;
    Json example_;
    std::mutex mutex_;
    Json queue_ = Json::array();
    std::vector<std::string> letters_;
    std::atomic<std::uint64_t> keys_ = static_cast<std::uint64_t>(::time(nullptr)) << 20;
};

}  // namespace

int main(int argc, char** argv) {
    if (argc != 9) {
        std::cerr << "soak PORT PID MENIT SURAT-PER-MENIT PERIKSA-PER-DETIK TOKEN-STAF TOKEN-PEMERIKSA "
                     "TOKEN-KADIS < PIN\n";
        return 64;
    }
    Plan plan;
    plan.port = std::stoi(argv[1]);
    plan.pid = std::stoi(argv[2]);
    plan.minutes = std::stod(argv[3]);
    plan.letters_a_minute = std::stod(argv[4]);
    plan.checks_a_second = std::stod(argv[5]);
    plan.clerk = argv[6];
    plan.checker = argv[7];
    plan.head = argv[8];
    std::getline(std::cin, plan.pin);
    return Soak(plan).run() ? 0 : 1;
}
