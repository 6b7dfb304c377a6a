// What every route stands on: the office and its desk, the pages, time and chance. One for a process.
#pragma once

#include <atomic>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>

#include "service/background.h"
#include "service/metrics.h"
#include "service/page_picture.h"
#include "service/pages.h"
#include "service/router.h"
#include "service/visit.h"
#include "workflow/issue.h"

namespace naskah::service {

// What surrounds a page's content.
struct Frame {
    std::string title;                 // Indonesian; said in the visit's language
    std::string section;               // address of the menu's item that is the current one, or empty
    std::vector<std::string> scripts;  // assets, loaded deferred
    int refresh = 0;  // without script the page is asked for again after so many seconds; 0: never
};

// A page that says what happened, what is safe and what to do.
struct Trouble {
    int status = 500;
    std::string icon = "rusak";  // cari, tunggu, kunci, rusak
    std::string title, what;
    std::vector<std::string> advice;
    std::string button = "Periksa surat", target = "/periksa";
    std::vector<Problem> problems;
};

// A kind's title; its name, if the office no longer has it.
std::string title_of_kind(const workflow::Desk& desk, const std::string& kind);

class Site {
public:
    // `root`: the office's folder. Throws what Office::open and Pages throw.
    Site(const std::filesystem::path& root, const Clock& clock, Random& random, workflow::AskSecret ask);

    // The desk of the office as it is now. A handler takes it once and keeps it to its end: when the office's
    // data changes, the next request gets another. Looks once a second whether another process changed
    // office.json or libur.json; if they cannot be used, the desk stays as it was and settings_trouble() says
    // why.
    std::shared_ptr<workflow::Desk> desk() const;
    // Reads office.json again. Throws Error(data) with every problem of it; then the old one stays.
    void reload();
    std::vector<Problem> settings_trouble() const;

    // The office's database: the register, accounts, drafts are all kept over this one.
    const std::shared_ptr<storage::Connections>& database() const { return database_; }
    const std::filesystem::path& root() const { return root_; }

    const Pages& pages() const { return pages_; }
    const Clock& clock() const { return clock_; }
    Random& random() const { return random_; }
    PagePictures& pictures() const { return pictures_; }  // of our letters and drafts, never of uploads

    Metrics& metrics() const { return metrics_; }
    // Work beside the requests; a group of routes adds its own when it is made.
    Background& background() { return background_; }

    Response page(const Visit& visit, const std::string& name, const Frame& frame, const Json& content,
                  int status = 200) const;
    Response trouble(const Visit& visit, const Trouble& trouble) const;
    // Page or problem+json (RFC 9457), by the route; what an exception became.
    Response failure(const Visit& visit, const Error& error, bool api) const;
    // The same for programs: problem+json (RFC 9457). `title` is Indonesian and said in the visit's language.
    Response problem(const Visit& visit, int status, const std::string& title,
                     const std::vector<Problem>& problems = {}) const;
    Response not_found(const Visit& visit) const;

    // Text in the visit's language.
    std::string say(const Visit& visit, const std::string& indonesian) const {
        return pages_.words().say(visit.language, indonesian);
    }

private:
    void notice_changes() const;
    std::shared_ptr<workflow::Desk> open_desk() const;
    Json frame_of(const Visit& visit, const Frame& frame, const workflow::Office& office) const;

    std::filesystem::path root_;
    const Clock& clock_;
    Random& random_;
    workflow::AskSecret ask_;
    Pages pages_;
    mutable PagePictures pictures_;
    mutable Metrics metrics_;
    std::shared_ptr<storage::Connections> database_;
    mutable std::mutex mutex_;
    mutable std::shared_ptr<workflow::Desk> desk_;
    mutable std::vector<Problem> settings_trouble_;
    mutable std::string seen_;  // marks of the files that the desk was opened from
    mutable std::atomic<std::int64_t> looked_ = 0;
    Background background_;  // last: it stops before what it works on is gone
};

// The HTTP status of an error's code.
int status_of(Code code);

}  // namespace naskah::service
