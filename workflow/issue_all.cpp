// Many letters together: the same steps as one letter's (issue.cpp), but the numbers of a hundred are one
// transaction, and so are the signed letters that came while the disk was busy with others.
#include <atomic>
#include <condition_variable>
#include <exception>
#include <thread>

#include "workflow/issue.h"

namespace naskah::workflow {

namespace {

Outcome refused(const Error& error) {
    return {.issued = std::nullopt, .problems = error.problems(), .code = error.code()};
}

// What `act` gives, or why it gives nothing.
template <class Act>
Outcome outcome_of(const std::string& what, Act&& act) {
    try {
        Outcome outcome;
        outcome.issued = act();
        return outcome;
    } catch (const Error& error) {
        return refused(error);
    } catch (const std::exception& error) {  // one letter must not stop the others
        return {.issued = std::nullopt,
                .problems = {{error.what(), what, "Laporkan kepada pengembang."}},
                .code = Code::internal};
    }
}

}  // namespace

// Up to Desk::most_together requests on their way.
class Together {
public:
    Together(Desk& desk, std::span<const Request> requests, std::size_t first, int jobs,
             const Desk::Finished& finished)
        : desk_(desk), first_(first), jobs_(jobs), finished_(finished) {
        for (const Request& request : requests) items_.push_back(Item{.request = &request});
    }

    // Throws what `finished` threw, when everything that was begun is at its end.
    void run() {
        in_parallel([&](Item& item) { prepare(item); });
        take_numbers();
        for (Item& item : items_)
            if (!item.letter) tell(item);
        sign_and_store();
        if (unheard_) std::rethrow_exception(unheard_);
    }

private:
    struct Item {
        const Request* request;
        std::optional<storage::NewLetter> wish = std::nullopt;  // checked and rehearsed
        bool known = false;                                     // its key stands for a letter already
        std::optional<storage::Letter> letter = std::nullopt;   // with its number
        Bytes pdf = {};                                         // signed, not stored yet
        Instant signed_at = {};
        std::vector<Problem> warnings = {};
        Outcome outcome = {};
        bool told = false;
    };

    void in_parallel(const std::function<void(Item&)>& work) {
        std::atomic<std::size_t> next = 0;
        const auto worker = [&] {
            for (std::size_t i; (i = next++) < items_.size();) work(items_[i]);
        };
        std::vector<std::jthread> workers;
        for (int i = 1; i < jobs_; ++i) workers.emplace_back(worker);
        worker();
    }

    void prepare(Item& item) {
        const Request& request = *item.request;
        item.warnings.clear();
        item.outcome = outcome_of(request.kind, [&]() -> std::optional<Issued> {
            std::optional<storage::Letter> letter;
            if (!request.key.empty()) letter = desk_.letters().find_key(request.key);
            item.known = letter.has_value();
            item.wish = letter ? desk_.repeated(request, *letter) : desk_.ready(request, item.warnings);
            return std::nullopt;
        });
        if (!item.outcome.problems.empty()) item.wish.reset();
    }

    void take_numbers() {
        const Instant now = desk_.clock_.now();
        const Date today = date_in(desk_.office_.zone(), now);
        for (Item& item : items_)  // those that were checked before midnight
            if (item.wish && !item.known && item.wish->date != today) prepare(item);
        std::vector<storage::NewLetter> wishes;
        std::vector<Item*> whose;
        for (Item& item : items_) {
            if (!item.wish) continue;
            wishes.push_back(*std::move(item.wish));
            whose.push_back(&item);
        }
        if (wishes.empty()) return;
        try {
            const auto answers = desk_.letters().reserve_all(wishes, now);
            for (std::size_t i = 0; i < answers.size(); ++i) {
                if (answers[i].done)
                    whose[i]->letter = answers[i].done->letter;
                else
                    whose[i]->outcome = refused(*answers[i].refused);
            }
        } catch (const Error& error) {  // the store itself: nobody has a number
            for (Item* item : whose) item->outcome = refused(error);
        }
    }

    // Workers draw and sign; this thread stores what is signed, all that came while it was at the disk.
    void sign_and_store() {
        std::vector<std::jthread> workers;
        std::atomic<std::size_t> next = 0;
        for (int i = 0; i < jobs_; ++i)
            workers.emplace_back([&] {
                for (std::size_t place; (place = next++) < items_.size();) {
                    if (!items_[place].letter) continue;
                    sign(items_[place]);
                    const std::scoped_lock lock(mutex_);
                    signed_.push_back(&items_[place]);
                    arrived_.notify_one();
                }
            });
        std::size_t left = 0;
        for (const Item& item : items_) left += item.letter ? 1 : 0;
        while (left > 0) {
            std::vector<Item*> some;
            {
                std::unique_lock lock(mutex_);
                arrived_.wait(lock, [&] { return !signed_.empty(); });
                some = std::exchange(signed_, {});
            }
            left -= some.size();
            store(some);
            for (Item* item : some) tell(*item);
        }
    }

    // Leaves a PDF to store, or the outcome.
    void sign(Item& item) {
        const Request& request = *item.request;
        storage::Letter& letter = *item.letter;
        item.outcome = outcome_of(letter.number, [&]() -> std::optional<Issued> {
            SigningSession& keys = desk_.session_of(request);
            item.signed_at = desk_.clock_.now();
            const bool today = date_in(desk_.office_.zone(), item.signed_at) == letter.date;
            if (letter.status != storage::Status::reserved || !today)
                return desk_.finish(letter, request.actor, keys);
            try {
                item.pdf = desk_.draw_and_sign(letter, request.actor, keys, item.signed_at);
            } catch (const Error&) {
                return desk_.finish(desk_.overtaken(letter), request.actor, keys);
            }
            return std::nullopt;
        });
    }

    void store(const std::vector<Item*>& some) {
        std::vector<storage::SignedLetter> letters;
        std::vector<Item*> whose;
        Instant now{};
        for (Item* item : some) {
            if (item->pdf.empty()) continue;
            letters.push_back(
                {item->letter->id, item->pdf, item->request->actor, desk_.protection_of(item->pdf)});
            whose.push_back(item);
            now = std::max(now, item->signed_at);
        }
        if (letters.empty()) return;
        std::vector<storage::Answer<storage::Letter>> answers(letters.size());
        try {
            answers = desk_.letters().issue_all(letters, now);
        } catch (const Error& error) {  // the store itself: the numbers are kept for `resume`
            for (auto& answer : answers) answer.refused = error;
        }
        for (std::size_t i = 0; i < whose.size(); ++i) {
            Item& item = *whose[i];
            item.outcome = outcome_of(item.letter->number, [&] { return stored(item, answers[i]); });
            item.pdf = {};
        }
    }

    Issued stored(Item& item, const storage::Answer<storage::Letter>& answer) {
        const storage::Letter* letter = answer.done ? &*answer.done : nullptr;
        if (letter != nullptr) RemoteSigning::forget(desk_.session_of(*item.request), letter->id);
        if (letter != nullptr && letter->sha256 == sha256(item.pdf))
            return {*letter, std::move(item.pdf), desk_.office_.verify_url(letter->id),
                    desk_.linked(*letter, item.request->actor)};
        if (letter != nullptr) return desk_.kept(*letter);  // another process was first
        try {
            throw Error(*answer.refused);
        } catch (const Error&) {
            return desk_.finish(desk_.overtaken(*item.letter), item.request->actor,
                                desk_.session_of(*item.request));
        }
    }

    void tell(Item& item) {
        if (item.told) return;
        item.told = true;
        if (item.outcome.issued) {
            auto& warnings = item.outcome.issued->warnings;
            warnings.insert(warnings.begin(), item.warnings.begin(), item.warnings.end());
        }
        if (unheard_) return;  // nobody can be told any more
        try {
            finished_(first_ + static_cast<std::size_t>(&item - items_.data()), std::move(item.outcome));
        } catch (...) {
            unheard_ = std::current_exception();
        }
    }

    Desk& desk_;
    std::size_t first_;
    int jobs_;
    const Desk::Finished& finished_;
    std::vector<Item> items_;
    std::mutex mutex_;
    std::condition_variable arrived_;
    std::vector<Item*> signed_;
    std::exception_ptr unheard_;
};

void Desk::issue_all(std::span<const Request> requests, int jobs, const Finished& finished) {
    for (const Request& request : requests)
        session_of(request).expect(static_cast<int>(std::min(requests.size(), most_together)));
    // A service judges a secret with the first signature only: that letter goes ahead, so that the others
    // take no number for a secret that is wrong.
    std::size_t together = office_.settings().contains("kunci") ? 1 : most_together;
    for (std::size_t first = 0; first < requests.size(); first += std::exchange(together, most_together))
        Together(*this, requests.subspan(first, std::min(together, requests.size() - first)), first,
                 std::clamp(jobs, 1, 64), finished)
            .run();
}

}  // namespace naskah::workflow
