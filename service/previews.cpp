#include "service/previews.h"

#include "service/page_picture.h"

namespace naskah::service {
namespace {

constexpr std::size_t room = 24;

Preview set(const workflow::Desk& desk, const std::string& kind, const Json& data) {
    Preview preview;
    try {
        preview.pdf = desk.preview(kind, data, preview.cut);
        preview.digest = sha256(preview.pdf);
        preview.pages = count_pages(preview.pdf).value_or(1);
    } catch (const Error& error) {
        if (error.code() != Code::data) throw;
        preview.problems = error.problems();
    }
    return preview;
}

}  // namespace

std::shared_ptr<const Preview> Previews::of(const std::shared_ptr<workflow::Desk>& desk,
                                            const std::string& kind, const Json& data, Instant now) {
    const Date today = date_in(desk->office().zone(), now);
    const Sha256 key = sha256(as_bytes(kind + " " + to_iso(today) + " " + dump_json(data)));
    {
        const std::lock_guard lock(mutex_);
        for (auto kept = kept_.begin(); kept != kept_.end(); ++kept)
            if (kept->key == key && kept->desk.lock() == desk) {
                kept_.splice(kept_.begin(), kept_, kept);
                return kept->preview;
            }
    }
    auto preview = std::make_shared<const Preview>(set(*desk, kind, data));
    const std::lock_guard lock(mutex_);
    kept_.push_front({key, desk, preview});
    if (kept_.size() > room) kept_.pop_back();
    return preview;
}

}  // namespace naskah::service
