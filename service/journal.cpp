#include "service/journal.h"

#include <unistd.h>

#include <cerrno>

#include "core/date.h"

namespace naskah::service {
namespace {

constexpr std::size_t most_pending = 4u << 20;

}  // namespace

Journal::Journal(const Clock& clock, int descriptor)
    : clock_(clock), descriptor_(descriptor), writer_([this] { drain(); }) {}

Journal::~Journal() {
    {
        const std::lock_guard lock(mutex_);
        ended_ = true;
    }
    came_.notify_all();
    writer_.join();
}

void Journal::write(const char* event, const Json& members) noexcept {
    try {
        Json line = {{"time", to_rfc3339(clock_.now())}, {"event", event}};
        line.update(members);
        const std::string text = dump_json(line) + "\n";
        const std::lock_guard lock(mutex_);
        if (pending_.size() + text.size() > most_pending) {
            ++dropped_;
            return;
        }
        pending_ += text;
        came_.notify_one();
    } catch (...) {  // a line is not worth a request
    }
}

void Journal::flush() noexcept {
    std::unique_lock lock(mutex_);
    gone_.wait(lock, [this] { return pending_.empty() && !writing_; });
}

void Journal::drain() {
    std::unique_lock lock(mutex_);
    for (;;) {
        came_.wait(lock, [this] { return ended_ || !pending_.empty(); });
        if (pending_.empty()) return;
        std::string text;
        text.swap(pending_);
        if (dropped_ > 0)
            text += "{\"event\":\"log-lines-dropped\",\"count\":" + std::to_string(dropped_) + "}\n";
        dropped_ = 0;
        writing_ = true;
        lock.unlock();
        for (std::size_t at = 0; at < text.size();) {
            const ssize_t size = ::write(descriptor_, text.data() + at, text.size() - at);
            if (size < 0 && errno == EINTR) continue;
            if (size <= 0) break;  // nobody reads
            at += static_cast<std::size_t>(size);
        }
        lock.lock();
        writing_ = false;
        gone_.notify_all();
    }
}

void log_requests(Service& service, Journal& journal, bool errors_only) {
    service.observe_by([&journal, errors_only](const Observation& seen) {
        const int status = seen.response.status;
        if (errors_only && status < 500) return;
        Json line = {{"id", seen.request.request_id},
                     {"method", known_method(seen.request.method)},
                     {"route", seen.pattern},
                     {"status", status},
                     {"ms", static_cast<double>(seen.took.count()) / 1000.0},
                     {"bytes", seen.response.body.size()}};
        if (seen.person && !seen.person->roles.empty()) line["role"] = to_string(seen.person->roles.front());
        if (!seen.refusal.empty()) line["refusal"] = seen.refusal;
        if (!seen.error.empty()) line["error"] = seen.error;
        journal.write("request", line);
    });
}

}  // namespace naskah::service
