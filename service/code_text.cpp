#include "service/code_text.h"

#include <algorithm>

#include "core/text.h"
#include "service/http.h"

namespace naskah::service {
namespace {

constexpr std::size_t code_length = 26;

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return out;
}

bool is_code_character(char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

struct Address {
    std::string host, path;  // the path begins with '/', without query
    std::string all;         // behind the host, query and all
};

// As browsers read it: either slash, anything before '@' is no host, the scheme's own port says nothing.
std::optional<Address> read_address(std::string_view text) {
    const std::string start = lower(text.substr(0, 8));
    const bool tls = start.starts_with("https:"), plain = start.starts_with("http:");
    if (!tls && !plain) return {};
    text.remove_prefix(tls ? 6 : 5);
    while (!text.empty() && (text[0] == '/' || text[0] == '\\')) text.remove_prefix(1);
    std::string_view authority = text.substr(0, text.find_first_of("/\\?#"));
    Address address;
    address.all = decode_percent(text.substr(authority.size()), false).value_or(std::string());
    std::replace(address.all.begin(), address.all.end(), '\\', '/');
    address.path = address.all.substr(0, address.all.find_first_of("?#"));
    if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos)
        authority.remove_prefix(at + 1);
    address.host = lower(authority);
    const std::string usual_port = tls ? ":443" : ":80";
    if (address.host.ends_with(usual_port)) address.host.resize(address.host.size() - usual_port.size());
    while (address.host.ends_with('.')) address.host.pop_back();
    if (address.host.empty()) return {};
    return address;
}

// The code at the end of ".../v/CODE", as our addresses have it.
std::optional<LetterId> code_of_path(const std::string& path) {
    const std::size_t at = path.rfind("/v/");
    if (at == std::string::npos) return {};
    std::string last = path.substr(at + 3);
    while (last.ends_with('/')) last.pop_back();
    return last.size() < 64 ? parse_letter_id(last) : std::nullopt;
}

std::vector<LetterId> codes_in(const std::string& text) {
    std::vector<LetterId> codes;
    for (std::size_t at = 0; at < text.size() && codes.size() < 8;) {
        std::size_t end = at;
        while (end < text.size() && (is_code_character(text[end]) || text[end] == '-')) ++end;
        if (end - at >= code_length && end - at < 64)
            if (const auto id = parse_letter_id(std::string_view(text).substr(at, end - at)))
                codes.push_back(*id);
        at = std::max(end, at + 1);
    }
    return codes;
}

}  // namespace

CodeText read_code_text(std::string_view text, std::string_view public_address) {
    constexpr std::size_t most = 4096;  // more than a QR code can hold
    const std::string trimmed = trim(text.substr(0, most));
    CodeText read;
    const auto address = read_address(trimmed);
    if (!address) {
        read.id = parse_letter_id(trimmed);
        if (read.id) read.kind = CodeText::Kind::ours;
        return read;
    }
    const auto official = read_address(public_address);
    read.host = address->host;
    read.path = address->path;
    read.id = code_of_path(address->path);
    const bool ours = official && address->host == official->host;
    if (read.id) read.kind = ours ? CodeText::Kind::ours : CodeText::Kind::elsewhere;
    if (!ours) read.perhaps = codes_in(address->host + address->all);
    return read;
}

std::string code_flaw(std::string_view typed) {
    const std::string text = trim(typed);
    if (text.empty()) return "Kode belum diisi. Ketik 26 huruf dan angka di bawah kode QR surat Anda.";
    if (parse_letter_id(text)) return {};
    if (text.find('/') != std::string::npos)
        return "Itu nomor surat. Yang kami perlukan adalah kode di bawah QR: 26 huruf dan angka.";
    std::size_t length = 0;
    bool foreign = false;
    for (const char c : text) {
        if (c == ' ' || c == '-') continue;
        if (is_code_character(c) && c != 'U' && c != 'u')
            ++length;
        else
            foreign = true;
    }
    if (foreign)
        return "Ada huruf atau tanda yang tidak dipakai dalam kode. Kode hanya memakai angka dan huruf, "
               "tanpa U.";
    if (length != code_length)
        return "Kode terdiri atas 26 huruf dan angka; yang Anda ketik " + std::to_string(length) +
               ". Samakan satu per satu dengan yang tercetak.";
    return "Kode ini tidak mungkin ada: huruf terakhirnya salah. Samakan satu per satu dengan yang tercetak.";
}

HostDifference compare_hosts(const std::string& given, const std::string& official) {
    if (given.empty()) return {};
    const std::size_t shorter = std::min(given.size(), official.size());
    std::size_t front = 0, back = 0;
    while (front < shorter && given[front] == official[front]) ++front;
    while (back < shorter - front && given[given.size() - 1 - back] == official[official.size() - 1 - back])
        ++back;
    const auto inside = [&](std::size_t at) {  // of a character of several bytes
        return at < given.size() && (static_cast<unsigned char>(given[at]) & 0xC0) == 0x80;
    };
    while (front > 0 && inside(front)) --front;
    while (back > 0 && inside(given.size() - back)) --back;
    // Something must be marked: where the official host was only shortened, the part next to the cut is.
    if (front + back == given.size()) (front > 0 ? front : back)--;
    return {given.substr(0, front), given.substr(front, given.size() - front - back),
            given.substr(given.size() - back)};
}

std::string host_of(std::string_view address) {
    const auto read = read_address(address);
    return read ? read->host : std::string(address);
}

}  // namespace naskah::service
