#include "service/lane.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <future>

#include "core/error.h"
#include "service/rates.h"

using namespace naskah;
using service::Lane;
using service::Rates;

TEST_CASE("a lane works at its own pace, and says at once when it is full") {
    Lane lane(1, 2);
    std::promise<void> open;
    const std::shared_future<void> gate(open.get_future());
    std::atomic<int> begun = 0, done = 0;
    const auto work = [&] {
        ++begun;
        gate.wait();
        ++done;
    };
    std::vector<std::future<bool>> callers;
    callers.push_back(std::async(std::launch::async, [&] { return lane.run(work); }));
    while (begun == 0) std::this_thread::yield();  // one works
    std::atomic<int> refused = 0;
    for (int i = 0; i < 6; ++i)
        callers.push_back(std::async(std::launch::async, [&] {
            const bool taken = lane.run(work);
            refused += !taken;
            return taken;
        }));
    while (refused < 4) std::this_thread::yield();  // two wait, the others are sent away while it is full
    CHECK(begun == 1);
    open.set_value();
    int taken = 0;
    for (auto& caller : callers) taken += caller.get();
    CHECK(taken == 3);
    CHECK(done == 3);
    CHECK(lane.run([] {}));  // and it is free again
}

TEST_CASE("what work in a lane throws reaches its caller, and the lane goes on") {
    Lane lane(2, 8);
    CHECK_THROWS_AS(lane.run([] { throw Error(Code::data, "berkas rusak"); }), Error);
    int value = 0;
    while (!lane.run([&] { value = 7; })) std::this_thread::yield();
    CHECK(value == 7);
}

TEST_CASE("a rate gives its burst at once, and one more after each interval") {
    using namespace std::chrono_literals;
    Rates rates(3, 1000ms);
    const Instant start{1'700'000'000'000ms};
    const struct {
        std::chrono::milliseconds at;
        const char* who;
        bool allowed;
    } rows[] = {
        {0ms, "203.0.113.1", true},     {0ms, "203.0.113.1", true},    {0ms, "203.0.113.1", true},
        {0ms, "203.0.113.1", false},    {999ms, "203.0.113.1", false}, {1000ms, "203.0.113.1", true},
        {1000ms, "203.0.113.1", false}, {1000ms, "203.0.113.2", true}, {9000ms, "203.0.113.1", true},
        {9000ms, "203.0.113.1", true},  {9000ms, "203.0.113.1", true}, {9000ms, "203.0.113.1", false}};
    for (const auto& row : rows) {
        INFO(row.at.count() << " ms " << row.who);
        CHECK(rates.allows(row.who, start + row.at) == row.allowed);
        CHECK(rates.take(row.who, start + row.at) == row.allowed);
    }
}

TEST_CASE("one household is one network, whatever address of it is used") {
    const struct {
        const char *one, *other;
        bool same;
    } rows[] = {{"2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true},
                {"2001:db8:1:2::1", "2001:db8:1:3::1", false},
                {"203.0.113.1", "203.0.113.2", false},
                {"::ffff:203.0.113.1", "::ffff:203.0.113.2", false},
                {"203.0.113.1", "203.0.113.1", true}};
    for (const auto& row : rows) {
        INFO(row.one << " " << row.other);
        CHECK((service::network_of(row.one) == service::network_of(row.other)) == row.same);
    }
}

TEST_CASE("rates are kept for so many networks and no more, and the busy ones stay limited") {
    using namespace std::chrono_literals;
    Rates rates(1, 1000ms, 100);
    const Instant start{1'700'000'000'000ms};
    CHECK(rates.take("busy", start));
    for (int i = 0; i < 50; ++i) CHECK(rates.take("a" + std::to_string(i), start));
    CHECK_FALSE(rates.take("busy", start));
    // A second later all of them are forgotten when room is needed; a flood never grows what is kept.
    for (int i = 0; i < 10'000; ++i) CHECK(rates.take("b" + std::to_string(i), start + 2000ms));
}
