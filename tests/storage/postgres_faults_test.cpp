// What may happen to a server, a network, a standby while people work. Whatever it is: what was answered is
// there, what was refused is not there twice, and nobody is told something that nobody knows.
#include <atomic>
#include <cstdlib>
#include <map>
#include <random>
#include <set>
#include <thread>

#include "cluster.h"
#include "contract.h"
#include "proxy.h"
#include "raw.h"

namespace naskah::storage {
namespace {

using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;
using namespace std::chrono_literals;

bool thorough() { return std::getenv("NASKAH_TEST_ALL") != nullptr; }

std::unique_ptr<Register> open(const std::string& address, std::chrono::milliseconds patience = 60s) {
    return open_register(open_database(address, true, patience));
}

// People who reserve and issue until they are told to stop, each over a database of their own, and what they
// were answered.
class Work {
public:
    Work(int people, const std::string& address, std::chrono::milliseconds patience = 60s) {
        for (int i = 0; i < people; ++i)
            threads_.emplace_back([this, address, patience, i] { work(address, patience, i); });
    }
    ~Work() { stop(); }

    void stop() {
        stopped_ = true;
        for (std::thread& thread : threads_)
            if (thread.joinable()) thread.join();
    }
    // What somebody else was answered in the same register.
    void add(const Letter& letter) { tell(letter.number, letter.status == Status::issued); }
    int answered() const { return answered_; }
    // Until so many more were answered; false if that takes too long.
    bool wait_for(int more) const {
        const int until = answered_ + more;
        for (int i = 0; i < 6000 && answered_ < until; ++i) std::this_thread::sleep_for(10ms);
        return answered_ >= until;
    }

    // Every number that was answered is there, issued if that was answered, and there is no letter that
    // nobody was told of: each call that was carried out was carried out once.
    void compare_with(Register& reg) {
        INFO(trouble_);
        CHECK(trouble_.empty());
        CHECK(reg.check() == std::vector<Problem>{});
        std::size_t rows = 0;
        Filter filter;
        for (;;) {
            const auto page = reg.list(filter);
            if (page.empty()) break;
            for (const Row& row : page) {
                const auto told = told_.find(row.letter.number);
                INFO(row.letter.number);
                REQUIRE(told != told_.end());
                REQUIRE((row.letter.status == Status::issued) == told->second);
            }
            rows += page.size();
            filter.after = page.back().row;
        }
        CHECK(rows == told_.size());
        CHECK(rows > 0);
    }

private:
    void work(const std::string& address, std::chrono::milliseconds patience, int person) {
        try {
            const auto reg = open(address, patience);
            for (int n = 0; !stopped_; ++n) {
                const Letter letter = reg->reserve(a_letter(), moment(n)).letter;
                tell(letter.number, false);
                if (n % 3 == 0) continue;
                reg->issue(letter.id, a_pdf(letter.number, 5000), moment(n), std::to_string(person));
                tell(letter.number, true);
            }
        } catch (const std::exception& error) {
            const std::scoped_lock lock(mutex_);
            trouble_ += error.what();
        }
    }
    void tell(const std::string& number, bool issued) {
        const std::scoped_lock lock(mutex_);
        if (!issued && told_.contains(number)) trouble_ += number + " was given twice\n";
        told_[number] = issued;
        ++answered_;
    }

    std::vector<std::thread> threads_;
    std::atomic<bool> stopped_ = false;
    std::atomic<int> answered_ = 0;
    std::mutex mutex_;
    std::map<std::string, bool> told_;  // number: whether it was answered as issued
    std::string trouble_;
};

std::string through(const Proxy& proxy, const std::string& address) {
    const std::string database = address.substr(address.find("@/") + 2);
    return "postgresql://postgres@127.0.0.1:" + std::to_string(proxy.port()) + "/" +
           database.substr(0, database.find('?'));
}

}  // namespace

TEST_CASE("a connection cut during COMMIT: what became of the change is found out") {
    Proxy proxy(Cluster::shared().port());
    const std::string address = Cluster::shared().make_database();
    const auto database = open_database(through(proxy, address), true, 20s);
    const auto reg = open_register(database);
    const LetterId before = reg->reserve(a_letter(), moment()).letter.id;
    int urut = 1;
    for (const Cut cut : {Cut::before, Cut::after, Cut::during, Cut::before, Cut::after}) {
        INFO("cut " << static_cast<int>(cut));
        const int cuts = proxy.cuts();
        NewLetter letter = a_letter();
        letter.idempotency_key = "kunci " + std::to_string(urut);
        proxy.cut_next_commit(cut);
        const auto [reserved, fresh] = reg->reserve(letter, moment());
        CHECK(proxy.cuts() == cuts + 1);
        CHECK(fresh);  // the first answer, though perhaps asked twice
        CHECK(reserved.parts.urut == ++urut);
        CHECK(reserved.id == letter.id);
        proxy.cut_next_commit(cut);
        CHECK(reg->issue(reserved.id, a_pdf(reserved.number), moment(), "kepala").status == Status::issued);
        CHECK(proxy.cuts() == cuts + 2);
        CHECK(reg->log_of(reserved.id).size() == 2);
    }
    // Those who share the transaction share its fate.
    proxy.cut_next_commit(Cut::before);
    std::vector<std::thread> threads;
    std::atomic<int> given = 0;
    for (int i = 0; i < 6; ++i)
        threads.emplace_back([&] {
            reg->reserve(a_letter(), moment());
            ++given;
        });
    for (std::thread& thread : threads) thread.join();
    CHECK(given == 6);
    CHECK(reg->list({}).back().letter.parts.urut == urut + 6);
    reg->make_void(before, "uji", moment(), "kepala");
    CHECK(reg->check() == std::vector<Problem>{});
    RawServer server(address);
    audit(server);
}

TEST_CASE("a line that is dead without hanging up is noticed, and what became of the change found out") {
    Proxy proxy(Cluster::shared().port());
    const std::string address = Cluster::shared().make_database();
    const auto reg = open(through(proxy, address), 1s);
    reg->reserve(a_letter(), moment());
    proxy.cut_next_commit(Cut::silent);
    CHECK(reg->reserve(a_letter(), moment()).letter.parts.urut == 2);
    CHECK(proxy.cuts() == 1);
    CHECK(reg->list({}).size() == 2);
}

TEST_CASE("connections cut at COMMIT again and again: every call is carried out once") {
    Proxy proxy(Cluster::shared().port());
    const std::string address = Cluster::shared().make_database();
    open(address);
    Work work(4, through(proxy, address));
    std::minstd_rand dice(20260303);
    constexpr Cut ways[] = {Cut::before, Cut::during, Cut::after};
    const int rounds = thorough() ? 400 : 40;
    for (int round = 0; round < rounds; ++round) {
        proxy.cut_next_commit(ways[dice() % 3]);
        REQUIRE(work.wait_for(3));
    }
    work.stop();
    CHECK(proxy.cuts() >= rounds - 1);
    work.compare_with(*open(address));
    RawServer server(address);
    audit(server);
}

TEST_CASE("an administrator who ends sessions at any moment makes nothing happen twice") {
    const std::string address = Cluster::shared().make_database();
    open(address);
    Work work(4, address);
    RawServer admin(address);
    const int rounds = thorough() ? 400 : 40;
    for (int round = 0; round < rounds; ++round) {
        REQUIRE(work.wait_for(2));
        admin.query(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'naskah' AND "
            "datname = current_database()");
    }
    work.stop();
    work.compare_with(*open(address));
    audit(admin);
}

TEST_CASE("a server that falls dead and comes back has everything that it answered") {
    Cluster cluster;
    const std::string address = cluster.make_database();
    open(address);
    Work work(4, address);
    const int rounds = thorough() ? 20 : 3;
    for (int round = 0; round < rounds; ++round) {
        REQUIRE(work.wait_for(20));
        cluster.pull_the_plug();
        std::this_thread::sleep_for(50ms);
        cluster.start();
    }
    REQUIRE(work.wait_for(20));
    work.stop();
    work.compare_with(*open(address));
    RawServer server(address);
    audit(server);
}

TEST_CASE("a database that goes away is waited for, and then said to be away") {
    Cluster cluster;
    const std::string address = cluster.make_database();
    const auto patient = open(address, 30s), hasty = open(address, 300ms);
    patient->reserve(a_letter(), moment());
    CHECK(hasty->list({}).size() == 1);
    cluster.stop();
    NewLetter letter = a_letter();
    letter.idempotency_key = "k";
    CHECK_THAT(refusal([&] { hasty->reserve(letter, moment()); }),
               StartsWith("69 ") && Contains("tidak menjawab") && Contains("Periksa server"));
    CHECK_THAT(refusal([&] { hasty->list({}); }), StartsWith("69 "));
    CHECK_THAT(refusal([&] { open_database(address, true, 300ms); }), StartsWith("69 "));
    int urut = 0;
    std::thread waiting([&] { urut = patient->reserve(letter, moment()).letter.parts.urut; });
    std::this_thread::sleep_for(500ms);
    cluster.start();
    waiting.join();
    CHECK(urut == 2);
    CHECK(hasty->reserve(letter, moment()).letter.parts.urut == 2);  // the same connection set works again
    CHECK(hasty->check() == std::vector<Problem>{});
}

TEST_CASE("transactions that the server sets against each other are tried again") {
    const std::string address = Cluster::shared().make_database();
    const auto reg = open(address, 30s);
    reg->reserve(a_letter(), moment());
    RawServer admin(address);
    SECTION("serialisation failures") {
        REQUIRE(admin.refusal(
                    "CREATE SCHEMA uji; CREATE SEQUENCE uji.kali; CREATE FUNCTION uji.gagal() RETURNS "
                    "trigger LANGUAGE plpgsql AS $$ BEGIN IF nextval('uji.kali') <= 3 THEN RAISE EXCEPTION "
                    "'could not serialize' USING ERRCODE = '40001'; END IF; RETURN NEW; END $$; CREATE "
                    "TRIGGER gagal BEFORE INSERT ON letters FOR EACH ROW EXECUTE FUNCTION uji.gagal()") ==
                "");
        CHECK(reg->reserve(a_letter(), moment()).letter.parts.urut == 2);
        CHECK(admin.query("SELECT last_value FROM uji.kali") == std::vector<RawStore::TextRow>{{"4"}});
    }
    SECTION("a deadlock") {
        REQUIRE(admin.refusal("SET deadlock_timeout = '20s'") == "");  // we are to be the victim
        REQUIRE(admin.refusal("BEGIN; SELECT 1 FROM log_head FOR UPDATE") == "");
        int urut = 0;
        std::thread writer([&] { urut = reg->reserve(a_letter(), moment()).letter.parts.urut; });
        // The writer has its turn and waits for the row; now the other waits for the turn.
        while (RawServer(address)
                   .query("SELECT 1 FROM pg_stat_activity WHERE application_name = 'naskah' AND "
                          "wait_event_type = 'Lock' AND datname = current_database()")
                   .empty())
            std::this_thread::sleep_for(5ms);
        CHECK(admin.refusal("SELECT pg_advisory_xact_lock(7236835)") == "");
        CHECK(admin.refusal("COMMIT") == "");
        writer.join();
        CHECK(urut == 2);
    }
    CHECK(reg->list({}).size() == 2);
}

TEST_CASE("a standby that must confirm has everything that was answered, and takes over") {
    Cluster primary;
    const std::string first = primary.make_database();
    const std::string name = first.substr(first.find("@/") + 2, first.find('?') - first.find("@/") - 2);
    const auto standby = primary.make_standby();
    const std::string both = "postgresql://postgres@127.0.0.1:" + std::to_string(primary.port()) +
                             ",127.0.0.1:" + std::to_string(standby->port()) + "/" + name;
    open(both);
    const auto early = open(both, 5s);  // knows the log from before
    const Letter old = early->reserve(a_letter(), moment()).letter;
    const int rounds = thorough() ? 200 : 30;
    Work work(4, both);
    work.add(old);
    REQUIRE(work.wait_for(rounds));
    primary.pull_the_plug();
    standby->promote();
    REQUIRE(work.wait_for(rounds));
    work.stop();
    work.add(early->reserve(a_letter(), moment()).letter);
    work.compare_with(*open(both));
    RawServer server(standby->address(name));
    audit(server);

    // The old server comes back as if nothing had been: who knows the log from after sees that it forgot.
    const auto knowing = open(both, 3s);
    knowing->reserve(a_letter(), moment());
    standby->stop();
    primary.start();
    CHECK_THAT(refusal([&] { knowing->reserve(a_letter(), moment()); }),
               StartsWith("70 ") && Contains("server lama"));
}

TEST_CASE("without the standby that must confirm nothing is answered, and nothing is done twice") {
    Cluster primary;
    const std::string address = primary.make_database();
    const auto standby = primary.make_standby();
    const std::string name =
        address.substr(address.find("@/") + 2, address.find('?') - address.find("@/") - 2);
    const auto reg = open(address, 1s);
    reg->reserve(a_letter(), moment());
    NewLetter letter = a_letter();
    letter.idempotency_key = "k";
    standby->stop();
    CHECK_THAT(refusal([&] { reg->reserve(letter, moment()); }),
               StartsWith("69 ") && Contains("belum dapat ditanya") && Contains("dua kali"));
    SECTION("it comes back") {
        standby->start();
        const auto again = open(address, 20s);
        CHECK(again->reserve(letter, moment()).letter.parts.urut == 2);
        CHECK(again->list({}).size() == 2);
    }
    SECTION("an administrator lets the commit go that waits: that is no confirmation") {
        const auto patient = open(address, 30s);
        std::atomic<bool> answered = false;
        std::thread writer([&] {
            patient->reserve(letter, moment());
            answered = true;
        });
        RawServer admin(primary.address("postgres"));
        for (int i = 0; i < 5; ++i) {
            std::this_thread::sleep_for(100ms);
            admin.query("SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'");
            CHECK_FALSE(answered);
        }
        standby->start();
        writer.join();
        CHECK(answered);
        RawServer copy(standby->address(name));
        CHECK(copy.query("SELECT COUNT(*) FROM letters") == std::vector<RawStore::TextRow>{{"2"}});
    }
}

}  // namespace naskah::storage
