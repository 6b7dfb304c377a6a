// What happens when many ask at once, and when the power goes.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <map>
#include <random>
#include <set>
#include <sstream>
#include <thread>

#include "contract.h"

namespace naskah::storage {
namespace {

void eight_processes_make_a_dense_series(const Store& store) {
    constexpr int processes = 8, each = 250;
    store.open();
    const auto answers = in_processes(processes, [&](int) {
        const auto reg = store.open();
        std::string numbers;
        for (int n = 0; n < each; ++n) {
            const Letter letter = reg->reserve(a_letter(), moment(n)).letter;
            numbers += std::to_string(letter.parts.urut) + " ";
        }
        return numbers;
    });
    std::set<int> seen;
    for (const std::string& answer : answers) {
        std::istringstream numbers(answer);
        int last = 0;
        for (int n = 0; numbers >> n; last = n) {
            CHECK(n > last);  // in order of taking
            seen.insert(n);
        }
    }
    CHECK(seen.size() == processes * each);
    CHECK(*seen.begin() == 1);
    CHECK(*seen.rbegin() == processes * each);
}

void a_new_store_is_opened_by_many_at_once(const Store& store) {
    const auto answers = in_processes(8, [&](int) {
        return std::to_string(store.open()->reserve(a_letter(), moment()).letter.parts.urut);
    });
    CHECK(std::set<std::string>(answers.begin(), answers.end()).size() == 8);
}

void many_ask_with_one_key(const Store& store) {
    store.open();
    const auto answers = in_processes(8, [&](int) {
        const auto reg = store.open();
        std::string ids;
        for (int n = 0; n < 20; ++n) {
            NewLetter letter = a_letter();
            letter.idempotency_key = "kunci " + std::to_string(n);
            ids += to_string(reg->reserve(letter, moment()).letter.id) + "\n";
        }
        return ids;
    });
    for (const std::string& answer : answers) CHECK(answer == answers.front());
    CHECK(store.open()->list({}).size() == 20);
}

void many_ask_for_what_is_done_once(const Store& store) {
    store.open();
    const auto answers = in_processes(8, [&](int) -> std::string {
        NewLetter letter = a_letter();
        letter.once = "cabut izin 1";
        return refusal([&] { store.open()->reserve(letter, moment()); }).empty() ? "made" : "refused";
    });
    CHECK(std::count(answers.begin(), answers.end(), "made") == 1);
}

void many_issue_one_letter(const Store& store) {
    const auto reg = store.open();
    for (int round = 0; round < 5; ++round) {
        const LetterId id = reg->reserve(a_letter(), moment()).letter.id;
        const auto answers = in_processes(8, [&](int i) {
            const Bytes pdf =
                a_pdf("dari " + std::to_string(i) + " putaran " + std::to_string(round), 20'000);
            return to_string(store.open()->issue(id, pdf, moment(i), "kepala").sha256.value());
        });
        const std::string stored = to_string(sha256(reg->pdf(id).value()));
        for (const std::string& answer : answers) CHECK(answer == stored);
    }
}

void many_replace_one_letter(const Store& store) {
    const auto reg = store.open();
    const LetterId id = reg->reserve(a_letter(), moment()).letter.id;
    const auto answers = in_processes(
        8, [&](int) { return store.open()->replace(id, a_letter(), "terhenti", moment()).number; });
    CHECK(std::set<std::string>(answers.begin(), answers.end()).size() == 1);
    CHECK(reg->list({}).size() == 2);
}

void void_and_issue_race_to_one_end(const Store& store) {
    const auto reg = store.open();
    for (int round = 0; round < 10; ++round) {
        const LetterId id = reg->reserve(a_letter(), moment()).letter.id;
        const auto answers = in_processes(2, [&](int i) {
            const auto mine = store.open();
            return refusal([&] {
                if (i == 0)
                    mine->issue(id, a_pdf("putaran " + std::to_string(round)), moment(), "kepala");
                else
                    mine->make_void(id, "batal", moment(), "kepala");
            });
        });
        const bool issued = reg->find(id)->status == Status::issued;
        CHECK(answers[0].empty() == issued);
        CHECK(answers[1].empty() == !issued);
    }
}

void threads_share_one_register(const Store& store) {
    const auto reg = store.open();
    std::vector<std::thread> threads;
    std::vector<std::vector<int>> numbers(6);
    for (std::size_t t = 0; t < numbers.size(); ++t) {
        threads.emplace_back([&, t] {
            for (int n = 0; n < 30; ++n) {
                const Letter letter = reg->reserve(a_letter(), moment(n)).letter;
                reg->issue(letter.id, a_pdf(letter.number), moment(n), "kepala");
                if (reg->find_number(letter.number)->status == Status::issued)
                    numbers[t].push_back(letter.parts.urut);
                if (n % 10 == 0 && !reg->check().empty()) return;
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    std::set<int> seen;
    for (const auto& some : numbers) seen.insert(some.begin(), some.end());
    CHECK(seen.size() == 180);
    CHECK(*seen.rbegin() == 180);
}

// Writers who queue share a transaction, so what one is refused must not touch what another is given.
void a_refusal_takes_nobody_along(const Store& store) {
    const auto reg = store.open();
    std::atomic<int> made = 0, refused = 0;
    std::vector<std::thread> threads;
    for (int t = 0; t < 8; ++t) {
        threads.emplace_back([&, t] {
            for (int n = 0; n < 25; ++n) {
                NewLetter letter = a_letter();
                if (t % 2 == 0) letter.once = "hanya sekali " + std::to_string(n);
                const bool alone = refusal([&] { reg->reserve(letter, moment(n)); }).empty();
                ++(alone ? made : refused);
                if (alone != reg->find(letter.id).has_value()) return;
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    CHECK(made == 4 * 25 + 25);
    CHECK(refused == 3 * 25);
    CHECK(reg->list({}).back().letter.parts.urut == made);
}

// A clerk who is interrupted at any moment: reserves, issues, voids, replaces, and says on `pipe` what was
// acknowledged.
[[noreturn]] void work_until_killed(const Store& store, int pipe, unsigned seed) {
    std::minstd_rand dice(seed);
    const auto acknowledge = [&](const std::string& line) {
        if (::write(pipe, line.data(), line.size()) < 0)
            ::_exit(97);  // a short line is written whole or not at all
    };
    try {
        const auto reg = store.open();
        for (;;) {
            const Letter letter = reg->reserve(a_letter(), moment()).letter;
            const std::string id = to_string(letter.id);
            acknowledge("reserved " + id + " " + letter.number + "\n");
            switch (dice() % 6) {
                case 0: break;  // left unfinished
                case 1:
                    reg->make_void(letter.id, "uji", moment(), "kepala");
                    acknowledge("void " + id + " " + letter.number + "\n");
                    break;
                case 2:
                    reg->replace(letter.id, a_letter(), "uji", moment());
                    acknowledge("void " + id + " " + letter.number + "\n");
                    break;
                default:
                    reg->issue(letter.id, a_pdf(letter.number, 30'000), moment(), "kepala");
                    acknowledge("issued " + id + " " + letter.number + "\n");
            }
        }
    } catch (const std::exception& error) {
        acknowledge(std::string("failed ") + error.what() + "\n");
        ::_exit(1);
    }
}

void the_power_goes_at_any_moment(const Store& store) {
    const int rounds = std::getenv("NASKAH_TEST_ALL") != nullptr ? 200 : 60;
    std::minstd_rand dice(20260302);
    std::map<std::string, std::pair<std::string, std::string>> acknowledged;  // id: state, number
    for (int round = 0; round < rounds; ++round) {
        int lines[2];
        REQUIRE(::pipe(lines) == 0);
        std::vector<pid_t> children;
        for (int i = 0; i < 2; ++i) {
            const unsigned seed = static_cast<unsigned>(dice());
            const pid_t pid = ::fork();
            REQUIRE(pid >= 0);
            if (pid == 0) work_until_killed(store, lines[1], seed);
            children.push_back(pid);
        }
        ::close(lines[1]);
        // Every other round waits until the work has begun, the rest may hit the opening or the recovery. One
        // child goes first; the other works on beside what that left behind, and goes later.
        std::string text;
        char buffer[4096];
        const auto hear = [&] {
            const ssize_t n = ::read(lines[0], buffer, sizeof buffer);
            if (n > 0) text.append(buffer, static_cast<std::size_t>(n));
            return n > 0;
        };
        const auto heard = static_cast<std::ptrdiff_t>(round % 2 == 0 ? 1 + dice() % 6 : 0);
        while (std::count(text.begin(), text.end(), '\n') < heard && hear()) {
        }
        for (const pid_t pid : children) {
            std::this_thread::sleep_for(std::chrono::microseconds(dice() % 25'000));
            ::kill(pid, SIGKILL);
        }
        while (hear()) {
        }
        ::close(lines[0]);
        for (const pid_t pid : children) ::waitpid(pid, nullptr, 0);

        std::istringstream words(text);
        for (std::string state, id, number; words >> state >> id >> number;) {
            INFO(text);
            REQUIRE(state != "failed");
            acknowledged[id] = {state, number};
        }
        const auto reg = store.open();
        INFO("round " << round);
        REQUIRE(reg->check() == std::vector<Problem>{});
        for (const auto& [id, promise] : acknowledged) {
            const auto letter = reg->find(parse_letter_id(id).value());
            REQUIRE(letter);
            REQUIRE(letter->number == promise.second);
            if (promise.first != "reserved") REQUIRE(to_string(letter->status) == promise.first);
            if (promise.first == "issued") REQUIRE(reg->pdf(letter->id) == a_pdf(letter->number, 30'000));
        }
    }
    REQUIRE(acknowledged.size() > static_cast<std::size_t>(rounds));  // or nothing was put to the test
    // Whoever comes next finishes what was left.
    const auto reg = store.open();
    for (const Letter& letter : reg->unfinished())
        reg->issue(letter.id, a_pdf(letter.number), moment(), "kepala");
    CHECK(reg->unfinished().empty());
}

}  // namespace

const std::vector<Scenario>& race_scenarios() {
    static const std::vector<Scenario> all = {
        {"eight processes make one dense series", eight_processes_make_a_dense_series},
        {"a new store is opened by many at once", a_new_store_is_opened_by_many_at_once},
        {"many who ask with one key get one letter", many_ask_with_one_key},
        {"what may be done once is done by one of many", many_ask_for_what_is_done_once},
        {"many who issue one letter get the same PDF", many_issue_one_letter},
        {"many who replace one letter get one replacement", many_replace_one_letter},
        {"voiding and issuing at once has one outcome", void_and_issue_race_to_one_end},
        {"threads share one register", threads_share_one_register},
        {"a refusal takes nobody else along", a_refusal_takes_nobody_along},
        {"when the power goes, what was acknowledged is there and all is well", the_power_goes_at_any_moment},
    };
    return all;
}

}  // namespace naskah::storage
