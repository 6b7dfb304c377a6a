// The service's log: lines of JSON on a descriptor (standard error, which systemd keeps). One for each
// request and for each thing that the service does by itself. It tells what the service does, not what people
// do: no names, no addresses, no numbers or codes of letters, no query. Who did what stands in the register's
// log.
#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

#include "core/json.h"
#include "core/world.h"
#include "service/service.h"

namespace naskah::service {

class Journal {
public:
    // Does not own `descriptor`.
    Journal(const Clock& clock, int descriptor);
    ~Journal();  // all that was written is out
    Journal(const Journal&) = delete;
    Journal& operator=(const Journal&) = delete;

    // `event`: a name; `members`: an object. Never throws and never waits for whoever reads the log: when
    // that is slower than we write, lines are dropped and counted in the next one that goes out.
    void write(const char* event, const Json& members) noexcept;
    void flush() noexcept;  // all that was written so far is out

private:
    void drain();

    const Clock& clock_;
    const int descriptor_;
    std::mutex mutex_;
    std::condition_variable came_, gone_;
    std::string pending_;
    std::uint64_t dropped_ = 0;
    bool ended_ = false, writing_ = false;
    std::thread writer_;
};

// A line for each request, or with `errors_only` for those that were our fault.
void log_requests(Service& service, Journal& journal, bool errors_only);

}  // namespace naskah::service
