#include "signing/remote.h"

#include "core/base64.h"

namespace naskah::signing {

namespace {

void wipe_texts(Json& value) {
    if (value.is_string()) {
        wipe(value.get_ref<std::string&>());
    } else if (value.is_structured()) {
        for (Json& item : value) wipe_texts(item);
    }
}

}  // namespace

std::string host_of(const std::string& url) {
    const auto scheme = url.find("://");
    const std::size_t from = scheme == url.npos ? 0 : scheme + 3;
    const std::string host = url.substr(from, url.find_first_of("/?#", from) - from);
    return host.substr(host.rfind('@') + 1);  // npos + 1 is 0
}

void throw_unknown(const std::string& what, const std::string& host) {
    throw Error(
        Code::unknown, what + "; belum diketahui apakah suratnya sudah ditandatangani", host,
        "Nomor tersimpan dan tidak ada yang diulang sendiri. Tanyakan kepada pengelola layanan bila ragu, "
        "lalu tanda tangani lagi surat yang sama");
}

WebAnswer put(Web& web, Question question, Asks asks,
              std::vector<std::pair<std::string, std::string>>* headers) {
    WebRequest request{.method = question.method,
                       .url = question.url,
                       .headers = {{"Accept", question.accept}},
                       .body = std::move(question.body),
                       .connect_limit = std::chrono::seconds(10),
                       .limit = question.limit,
                       .largest_answer = question.largest_answer};
    if (!question.authorization.empty())
        request.headers.emplace_back("Authorization", question.authorization);
    if (!request.body.empty()) request.headers.emplace_back("Content-Type", question.content_type);
    const auto forget = [&] {
        wipe(request.body);
        for (auto& [name, value] : request.headers) wipe(value);
    };
    try {
        WebAnswer answer = web.ask(request);
        forget();
        return answer;
    } catch (const WebTrouble& trouble) {
        forget();
        if (headers) *headers = trouble.headers;
        if (asks == Asks::a_signature && !trouble.surely_unsent)
            throw_unknown(trouble.what, host_of(question.url));
        throw Error(Code::outside, "layanan penandatanganan tidak menjawab: " + trouble.what,
                    host_of(question.url), "Tidak ada yang ditandatangani. Periksa jaringan, lalu ulangi");
    } catch (...) {
        forget();
        throw;
    }
}

std::string basic(const Application& application) {
    std::string pair = application.name + ":" + application.password;
    std::string value = "Basic " + to_base64(as_bytes(pair));
    wipe(pair);
    return value;
}

std::string header(const WebAnswer& answer, const std::string& name) {
    for (const auto& [one, value] : answer.headers)
        if (one == name) return value;
    return {};
}

Json object_in(const WebAnswer& answer) {
    try {
        Json value = parse_json(as_text(answer.body), "jawaban layanan");
        if (value.is_object()) return value;
    } catch (const Error&) {
    }
    return {};
}

std::string text_of(const Json& object, const char* member) {
    if (!object.is_object()) return {};
    const auto found = object.find(member);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

Bytes body_of(Json& secrets) {
    std::string text = dump_json(secrets);
    wipe_texts(secrets);
    Bytes body = to_bytes(text);
    wipe(text);
    return body;
}

}  // namespace naskah::signing
