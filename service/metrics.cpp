#include "service/metrics.h"

#include <sys/resource.h>
#include <unistd.h>

#include <charconv>
#include <cmath>
#include <filesystem>
#include <fstream>

namespace naskah::service {
namespace {

struct Named {
    Event event;
    const char* name;
    const char* help;
};
constexpr Named events[] = {
    {Event::sign_in_failed, "sign_ins_failed_total", "Attempts to sign in that were refused."},
    {Event::sign_in_locked, "sign_ins_locked_total",
     "Attempts to sign in that were not looked at: too many came before."},
    {Event::letter_issued, "letters_issued_total", "Letters that this process signed and stored."},
    {Event::letter_failed, "letters_failed_total", "Letters whose signing did not succeed."},
    {Event::round_finished, "signing_rounds_finished_total", "Signing rounds that came to their end."},
    {Event::upload_checked, "uploads_checked_total", "Files of visitors that were examined."},
    {Event::upload_turned_away, "uploads_turned_away_total", "Files that found the lane full."},
    {Event::rate_limited, "rate_limited_total", "Requests that were refused because too many came."},
};

// Shortest form that reads back the same, never with a comma.
std::string number(double value) {
    if (std::isnan(value)) return "NaN";
    if (std::isinf(value)) return value < 0 ? "-Inf" : "+Inf";
    char text[40];
    const auto end = std::to_chars(text, text + sizeof text, value).ptr;
    return {text, end};
}

// Patterns and methods are ours; a method that is not is never a label.
std::string label(const std::string& text) {
    std::string out;
    for (const char c : text) {
        if (c == '\\' || c == '"') out += '\\';
        out += c == '\n' ? ' ' : c;
    }
    return out;
}

void head(std::string& out, const std::string& name, const std::string& help, const char* type) {
    out += "# HELP " + name + " " + help + "\n# TYPE " + name + " " + type + "\n";
}

double resident_bytes() {
    std::ifstream statm("/proc/self/statm");
    double all = 0, resident = 0;
    statm >> all >> resident;
    return resident * static_cast<double>(sysconf(_SC_PAGESIZE));
}

double open_files() {
    std::error_code failed;
    double count = 0;
    for (std::filesystem::directory_iterator at("/proc/self/fd", failed), end; !failed && at != end;
         at.increment(failed))
        ++count;
    return count;
}

double cpu_seconds() {
    rusage used{};
    getrusage(RUSAGE_SELF, &used);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return seconds(used.ru_utime) + seconds(used.ru_stime);
}

}  // namespace

void Metrics::count_request(const std::string& pattern, const std::string& method, int status,
                            std::chrono::microseconds took, std::size_t bytes) {
    const double seconds = static_cast<double>(took.count()) / 1e6;
    std::size_t bucket = 0;
    while (bucket < bounds.size() && seconds > bounds[bucket]) ++bucket;
    const std::lock_guard lock(mutex_);
    ++requests_[pattern][{method, status}];
    Latency& latency = latencies_[pattern];
    ++latency.within[bucket];
    latency.seconds += seconds;
    latency.bytes += bytes;
}

void Metrics::watch(const std::string& name, const std::string& help, std::function<double()> value,
                    Kind kind) {
    const std::lock_guard lock(mutex_);
    watched_[name] = {help, std::move(value), kind};
}

void Metrics::forget(const std::string& name) {
    const std::lock_guard lock(mutex_);
    watched_.erase(name);
}

std::string Metrics::text() const {
    std::string out;
    const std::lock_guard lock(mutex_);
    head(out, "naskah_http_requests_total", "Requests by route, method and status.", "counter");
    for (const auto& [pattern, counts] : requests_)
        for (const auto& [key, count] : counts)
            out += "naskah_http_requests_total{route=\"" + label(pattern) + "\",method=\"" +
                   label(key.first) + "\",status=\"" + std::to_string(key.second) + "\"} " +
                   std::to_string(count) + "\n";
    head(out, "naskah_http_request_duration_seconds", "Time to answer, without the network.", "histogram");
    for (const auto& [pattern, latency] : latencies_) {
        const std::string route = "route=\"" + label(pattern) + "\"";
        std::uint64_t so_far = 0;
        for (std::size_t i = 0; i <= bounds.size(); ++i) {
            so_far += latency.within[i];
            out += "naskah_http_request_duration_seconds_bucket{" + route + ",le=\"" +
                   (i < bounds.size() ? number(bounds[i]) : "+Inf") + "\"} " + std::to_string(so_far) + "\n";
        }
        out += "naskah_http_request_duration_seconds_sum{" + route + "} " + number(latency.seconds) + "\n";
        out += "naskah_http_request_duration_seconds_count{" + route + "} " + std::to_string(so_far) + "\n";
    }
    head(out, "naskah_http_response_bytes_total", "Bytes of answers, without their heads.", "counter");
    for (const auto& [pattern, latency] : latencies_)
        out += "naskah_http_response_bytes_total{route=\"" + label(pattern) + "\"} " +
               std::to_string(latency.bytes) + "\n";
    for (const Named& event : events) {
        head(out, std::string("naskah_") + event.name, event.help, "counter");
        out += std::string("naskah_") + event.name + " " + std::to_string(counted(event.event)) + "\n";
    }
    for (const auto& [name, watched] : watched_) {
        head(out, "naskah_" + name, watched.help, watched.kind == Kind::gauge ? "gauge" : "counter");
        out += "naskah_" + name + " " + number(watched.value()) + "\n";
    }
    const struct {
        const char *name, *help, *type;
        double value;
    } process[] = {
        {"process_resident_memory_bytes", "Memory that the process has in use.", "gauge", resident_bytes()},
        {"process_cpu_seconds_total", "Time of processors used.", "counter", cpu_seconds()},
        {"process_open_fds", "Open files and sockets.", "gauge", open_files()},
    };
    for (const auto& figure : process) {
        head(out, figure.name, figure.help, figure.type);
        out += std::string(figure.name) + " " + number(figure.value) + "\n";
    }
    return out;
}

}  // namespace naskah::service
