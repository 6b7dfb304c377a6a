// The connections by themselves, with answers that no route of ours gives.
#include "service/sockets.h"

#include <thread>

#include "serving.h"

using namespace naskah;
using namespace naskah::test;
using namespace naskah::service;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

// Sockets that answer as told, until the object is gone; then nothing of any request may be left over.
class Answering {
public:
    explicit Answering(std::function<Response(Arrived)> answer, Limits limits = {})
        : sockets_(limits,
                   {.admit = [](const Head&) { return Admission{.largest_body = 1 << 20}; },
                    .answer = std::move(answer),
                    .refuse = [](const Head&, const std::string&,
                                 const Refusal& refusal) { return Response{.status = refusal.status}; }}),
          port_(sockets_.bind("127.0.0.1", 0)),
          running_([this] { sockets_.run([] {}); }) {}
    ~Answering() {
        sockets_.stop();
        running_.join();
        CHECK(sockets_.figures().open == 0);
        CHECK(sockets_.figures().held == 0);
    }
    int port() const { return port_; }
    Sockets::Figures figures() const { return sockets_.figures(); }
    std::string ask(const std::string& requests) const {
        const Line line(port_);
        line.send(requests);
        return line.read_all();
    }

private:
    Sockets sockets_;
    int port_;
    std::thread running_;
};

const std::string get = "GET / HTTP/1.1\r\nHost: a\r\n";
const std::string last = "Connection: close\r\n\r\n";

}  // namespace

TEST_CASE("what is sent piece by piece arrives whole") {
    std::string content;
    for (int i = 0; content.size() < (3u << 20); ++i) content += std::to_string(i) + "\n";
    bool given = false;
    const auto spool =
        std::make_shared<const Spool>([&] { return std::exchange(given, true) ? std::string() : content; });
    const Answering answering([&](const Arrived&) { return download(spool, "text/plain", "a.txt"); });
    const std::string length = "Content-Length: " + std::to_string(content.size()) + "\r\n";
    const std::string answers =
        answering.ask("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n" + get + "\r\n" + get + last);
    const std::size_t first = answers.find("\r\n\r\n") + 4;
    CHECK_THAT(answers.substr(0, first), StartsWith("HTTP/1.1 200") && Contains(length));
    const std::size_t second = answers.find("\r\n\r\n", first) + 4;
    CHECK_THAT(answers.substr(first, second - first), StartsWith("HTTP/1.1 200") && Contains(length));
    CHECK(answers.compare(second, content.size(), content) == 0);
    CHECK(answers.ends_with("\r\n\r\n" + content));
}

TEST_CASE("an answer that would break the message is a plain failure") {
    const Answering answering([](const Arrived& arrived) {
        return arrived.head.query.empty() ? redirect("/a\r\nSet-Cookie: x=y")
                                          : redirect("/" + arrived.head.query);
    });
    const std::string answer = answering.ask(get + "\r\n" + get + last);
    CHECK_THAT(answer, StartsWith("HTTP/1.1 500") && !Contains("Set-Cookie"));
    CHECK_THAT(answering.ask("GET /?b HTTP/1.1\r\nHost: a\r\n" + last),
               StartsWith("HTTP/1.1 303 See Other\r\n") && Contains("Location: /b\r\n"));
}

TEST_CASE("bodies that are held at once have a limit together") {
    Limits limits;
    limits.held = 100'000;
    const Answering answering([](const Arrived& arrived) { return json_response(arrived.body.size()); },
                              limits);
    const std::string head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 90000\r\n" + last;
    Line first(answering.port());
    first.send(head + std::string(80'000, 'x'));
    while (answering.figures().held < 80'000) ::usleep(1000);
    CHECK_THAT(answering.ask(head + std::string(80'000, 'x')), StartsWith("HTTP/1.1 503"));
    first.send(std::string(10'000, 'x'));
    CHECK_THAT(first.read_all(), StartsWith("HTTP/1.1 200") && Contains("90000"));
    CHECK_THAT(answering.ask(head + std::string(90'000, 'x')), StartsWith("HTTP/1.1 200"));
}

TEST_CASE("what is still at work when the time is over is cut off, and said to be") {
    Limits limits;
    limits.finish = std::chrono::milliseconds(-1);  // it is over when no one is let in any more
    std::atomic<bool> inside = false, released = false;
    Sockets sockets(limits,
                    {.admit = [](const Head&) { return Admission{}; },
                     .answer =
                         [&](const Arrived&) {
                             inside = true;
                             while (!released) ::usleep(1000);
                             return Response{};
                         },
                     .refuse = [](const Head&, const std::string&, const Refusal&) { return Response{}; }});
    const int port = sockets.bind("127.0.0.1", 0);
    bool finished = true;
    std::thread running([&] { finished = sockets.run([] {}); });
    const Line line(port);
    line.send(get + last);
    while (!inside) ::usleep(1000);
    sockets.stop();
    while (Line(port).connected()) ::usleep(1000);
    released = true;
    running.join();
    CHECK_FALSE(finished);
    CHECK(line.read_all().empty());
    CHECK(sockets.figures().open == 0);
}
