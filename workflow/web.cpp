#include "workflow/web.h"

#include <curl/curl.h>

#include <algorithm>
#include <cctype>

#include "core/error.h"

namespace naskah::workflow {

namespace {

constexpr std::size_t largest_head = 64U << 10U;  // of an answer: status and headers together

template <auto free_function>
struct Freed {
    template <typename Object>
    void operator()(Object* object) const noexcept {
        free_function(object);
    }
};
using Easy = std::unique_ptr<CURL, Freed<curl_easy_cleanup>>;
using Url = std::unique_ptr<CURLU, Freed<curl_url_cleanup>>;

// Frees what it wiped: a header may say who we are.
struct HeaderLines {
    curl_slist* first = nullptr;
    HeaderLines() = default;
    HeaderLines(const HeaderLines&) = delete;
    HeaderLines& operator=(const HeaderLines&) = delete;
    ~HeaderLines() {
        for (curl_slist* one = first; one; one = one->next)
            for (volatile char* letter = one->data; *letter; ++letter) *letter = 0;
        curl_slist_free_all(first);
    }
    void add(const std::string& line) {
        curl_slist* grown = curl_slist_append(first, line.c_str());
        if (!grown) throw std::bad_alloc();
        first = grown;
    }
};

std::string lower(std::string_view text) {
    std::string small(text);
    for (char& letter : small) letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
    return small;
}

std::string_view trimmed(std::string_view text) {
    const auto blank = [](char letter) {
        return letter == ' ' || letter == '\t' || letter == '\r' || letter == '\n';
    };
    while (!text.empty() && blank(text.front())) text.remove_prefix(1);
    while (!text.empty() && blank(text.back())) text.remove_suffix(1);
    return text;
}

// One exchange while it goes on. What libcurl calls is C: nothing may be thrown through it.
struct Exchange {
    WebAnswer answer;
    std::size_t largest_answer = 0, head = 0;
    bool too_large = false;
    bool head_done = false;  // libcurl takes a head that was cut off for a whole answer

    bool take_body(std::string_view part) noexcept try {
        if (part.size() > largest_answer - std::min(largest_answer, answer.body.size())) too_large = true;
        if (too_large) return false;
        answer.body.insert(answer.body.end(), part.begin(), part.end());
        return true;
    } catch (...) {
        too_large = true;
        return false;
    }

    bool take_head(std::string_view line) noexcept try {
        head += line.size();
        if (head > largest_head) too_large = true;
        if (too_large) return false;
        if (line.starts_with("HTTP/")) answer.headers.clear();  // what came before was an interim answer
        head_done = trimmed(line).empty();
        const auto colon = line.find(':');
        if (!line.starts_with("HTTP/") && colon != line.npos)
            answer.headers.emplace_back(lower(trimmed(line.substr(0, colon))),
                                        std::string(trimmed(line.substr(colon + 1))));
        return true;
    } catch (...) {
        too_large = true;
        return false;
    }
};

std::size_t on_body(char* data, std::size_t, std::size_t size, void* exchange) {
    return static_cast<Exchange*>(exchange)->take_body({data, size}) ? size : 0;
}
std::size_t on_head(char* data, std::size_t, std::size_t size, void* exchange) {
    return static_cast<Exchange*>(exchange)->take_head({data, size}) ? size : 0;
}

struct Place {
    std::string host;  // with its port if it is named
    bool tls = false;
};

[[noreturn]] void refuse(const std::string& what) { throw WebTrouble{true, what}; }

Place place_of(const std::string& url) {
    const Url parsed(curl_url());
    if (!parsed) throw std::bad_alloc();
    if (url.find('\0') != url.npos ||
        curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), CURLU_DISALLOW_USER) != CURLUE_OK)
        refuse("alamat layanan tidak dapat dibaca, atau memuat nama pengguna");
    const auto part = [&](CURLUPart which) -> std::string {
        char* text = nullptr;
        if (curl_url_get(parsed.get(), which, &text, 0) != CURLUE_OK) return {};
        std::string copy(text);
        curl_free(text);
        return copy;
    };
    const std::string scheme = part(CURLUPART_SCHEME), port = part(CURLUPART_PORT);
    if (scheme != "http" && scheme != "https") refuse("alamat layanan wajib http:// atau https://");
    return {part(CURLUPART_HOST) + (port.empty() ? "" : ":" + port), scheme == "https"};
}

std::string words_of(CURLcode code, const Exchange& exchange, const std::string& host) {
    if (exchange.too_large) return "jawaban " + host + " lebih besar daripada yang wajar";
    switch (code) {
        case CURLE_COULDNT_RESOLVE_HOST: return "nama " + host + " tidak ditemukan di jaringan";
        case CURLE_COULDNT_RESOLVE_PROXY: return "nama proksi untuk " + host + " tidak ditemukan di jaringan";
        case CURLE_COULDNT_CONNECT: return host + " tidak dapat dihubungi";
        case CURLE_OPERATION_TIMEDOUT: return host + " tidak menjawab sampai batas waktu";
        case CURLE_PEER_FAILED_VERIFICATION:
        case CURLE_SSL_ISSUER_ERROR:
        case CURLE_SSL_CACERT_BADFILE: return "sertifikat TLS " + host + " tidak dapat dipercaya";
        case CURLE_SSL_CONNECT_ERROR: return "sambungan TLS dengan " + host + " gagal";
        case CURLE_PARTIAL_FILE:
        case CURLE_GOT_NOTHING:
        case CURLE_RECV_ERROR:
        case CURLE_SEND_ERROR: return "sambungan dengan " + host + " terputus sebelum jawaban lengkap";
        default: return "jawaban " + host + " tidak dapat dibaca";
    }
}

class CurlWeb final : public Web {
public:
    explicit CurlWeb(const std::filesystem::path& authorities) : authorities_(authorities.string()) {
        static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
        if (started != CURLE_OK) throw Error(Code::internal, "libcurl tidak dapat dimulai");
    }

    WebAnswer ask(const WebRequest& request) override {
        const Place place = place_of(request.url);
        const Easy easy(curl_easy_init());
        if (!easy) throw std::bad_alloc();
        CURL* const curl = easy.get();
        Exchange exchange;
        exchange.largest_answer = request.largest_answer;

        set(curl, CURLOPT_URL, request.url.c_str());
        set(curl, CURLOPT_PROTOCOLS_STR, "http,https");
        set(curl, CURLOPT_FOLLOWLOCATION, 0L);
        set(curl, CURLOPT_NOSIGNAL, 1L);
        // Of HTTP/1.1 it is known when libcurl sends a request a second time: over a connection that it kept
        // (this one is new), and when it was told to wait for "100 Continue" (it is told not to).
        set(curl, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
        set(curl, CURLOPT_FRESH_CONNECT, 1L);
        set(curl, CURLOPT_FORBID_REUSE, 1L);
        set(curl, CURLOPT_SSL_VERIFYPEER, 1L);
        set(curl, CURLOPT_SSL_VERIFYHOST, 2L);
        set(curl, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
        if (!authorities_.empty()) {
            set(curl, CURLOPT_CAINFO, authorities_.c_str());
            set(curl, CURLOPT_CAPATH, static_cast<char*>(nullptr));
        }
        set(curl, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
        set(curl, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(request.connect_limit.count()));
        set(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(request.limit.count()));
        set(curl, CURLOPT_USERAGENT, "naskah");
        set(curl, CURLOPT_WRITEFUNCTION, on_body);
        set(curl, CURLOPT_WRITEDATA, &exchange);
        set(curl, CURLOPT_HEADERFUNCTION, on_head);
        set(curl, CURLOPT_HEADERDATA, &exchange);

        HeaderLines lines;
        fill(lines, request);
        set(curl, CURLOPT_HTTPHEADER, lines.first);
        set_method(curl, request);

        CURLcode code = curl_easy_perform(curl);
        if (code == CURLE_OK && !exchange.head_done) code = CURLE_PARTIAL_FILE;
        if (code != CURLE_OK) {
            // Before the connection stands, under TLS before its handshake is done, nothing of the request
            // has left this machine.
            curl_off_t ready = 0;
            curl_easy_getinfo(curl, place.tls ? CURLINFO_APPCONNECT_TIME_T : CURLINFO_CONNECT_TIME_T, &ready);
            throw WebTrouble{ready == 0 && exchange.head == 0, words_of(code, exchange, place.host)};
        }
        long status = 0;
        curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
        exchange.answer.status = static_cast<int>(status);
        for (const auto& [name, value] : exchange.answer.headers)
            if (name == "content-type")
                exchange.answer.content_type =
                    lower(trimmed(std::string_view(value).substr(0, value.find(';'))));
        return std::move(exchange.answer);
    }

private:
    // An option that this libcurl does not know would leave a limit or a check unset.
    template <typename Value>
    static void set(CURL* curl, CURLoption option, Value value) {
        if (curl_easy_setopt(curl, option, value) != CURLE_OK)
            throw Error(Code::internal, "libcurl ini tidak mengenal sebuah pengaturan yang diperlukan");
    }

    static void fill(HeaderLines& lines, const WebRequest& request) {
        bool typed = false;
        for (const auto& [name, value] : request.headers) {
            const auto unfit = [](unsigned char letter) { return letter < 0x20 || letter == 0x7F; };
            if (name.empty() || name.find_first_of(" :;\t") != name.npos ||
                std::any_of(name.begin(), name.end(), unfit) ||
                std::any_of(value.begin(), value.end(), unfit))
                refuse("permintaan memuat kepala yang tidak sah");
            typed = typed || lower(name) == "content-type";
            // "Name:" alone would remove it; "Name;" sends it empty.
            std::string line = name + (value.empty() ? ";" : ": " + value);
            lines.add(line);
            wipe(line);
        }
        if (!typed) lines.add("Content-Type:");  // none instead of libcurl's guess
        lines.add("Expect:");
    }

    static void set_method(CURL* curl, const WebRequest& request) {
        if (request.method == "HEAD") {
            set(curl, CURLOPT_NOBODY, 1L);
        } else if (request.method == "POST" || !request.body.empty()) {
            set(curl, CURLOPT_POST, 1L);
            set(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
            set(curl, CURLOPT_POSTFIELDS,
                request.body.empty() ? "" : reinterpret_cast<const char*>(request.body.data()));
        }
        if (request.method != "GET" && request.method != "POST" && request.method != "HEAD")
            set(curl, CURLOPT_CUSTOMREQUEST, request.method.c_str());
        else if (request.method == "GET" && !request.body.empty())
            set(curl, CURLOPT_CUSTOMREQUEST, "GET");
    }

    const std::string authorities_;
};

}  // namespace

std::unique_ptr<Web> make_web(const std::filesystem::path& authorities) {
    return std::make_unique<CurlWeb>(authorities);
}

}  // namespace naskah::workflow
