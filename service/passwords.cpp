#include "service/passwords.h"

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "core/file.h"

namespace naskah::service {

namespace fs = std::filesystem;

namespace {

void need_sodium() {
    static const bool ready = sodium_init() >= 0;
    if (!ready)
        throw Error(Code::internal, "libsodium tidak dapat dimulai", "", "Periksa pemasangan libsodium.");
}

std::string in_groups(const std::string& text, std::size_t size) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (i > 0 && i % size == 0) out += '-';
        out += text[i];
    }
    return out;
}

template <std::size_t size>
std::string random_base32(Random& random) {
    std::array<std::uint8_t, size> octets{};
    random.fill(octets);
    std::string text = to_base32(octets);
    wipe(octets);
    return text;
}

std::size_t characters(std::string_view text) {
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

// What people begin with when they are made to choose something longer: words of the office, of keyboards,
// of every list of passwords that leaked.
constexpr std::string_view common[] = {
    "password",      "passw0rd",  "katasandi", "sandi",  "rahasia",    "admin",     "administrator",
    "naskah",        "dpmptsp",   "dinas",     "kantor", "kepala",     "indonesia", "kalimantan",
    "kaltim",        "samarinda", "borneo",    "qwerty", "qwertyuiop", "asdfghjkl", "bismillah",
    "alhamdulillah", "merdeka",   "pancasila", "garuda", "sayang",     "selamat",   "welcome",
    "letmein",       "iloveyou",  "abc",       "contoh"};

// Letters alone, in lower case: "P4ssword-2026!" is "pssword", "Samarinda123456" is "samarinda".
std::string letters_of(std::string_view text) {
    std::string letters;
    for (const char c : text) {
        if (c >= 'A' && c <= 'Z') letters += static_cast<char>(c - 'A' + 'a');
        if (c >= 'a' && c <= 'z') letters += c;
    }
    return letters;
}

// "aaaaaaaaaaaa", "121212121212", "abcdefghijkl", "987654321098": one step from each character to the next,
// or two characters by turns.
bool monotonous(std::string_view text) {
    if (text.size() < 3) return true;
    bool same_step = true, by_turns = true;
    for (std::size_t i = 2; i < text.size(); ++i) {
        by_turns = by_turns && text[i] == text[i - 2];
        const int step = text[i] - text[i - 1], before = text[i - 1] - text[i - 2];
        // "890": digits go round.
        same_step = same_step && (step == before || step + 10 * (step < 0 ? 1 : -1) == before ||
                                  before + 10 * (before < 0 ? 1 : -1) == step);
    }
    return same_step || by_turns;
}

}  // namespace

// One of the few that compute at a time.
class Passwords::Turn {
public:
    explicit Turn(Passwords& owner) : owner_(owner) {
        std::unique_lock lock(owner.mutex_);
        if (owner.computing_ >= owner.effort_.at_once) {
            if (owner.waiting_ >= owner.effort_.waiting)
                throw Error(Code::outside, "terlalu banyak yang masuk pada saat yang sama", "",
                            "Coba lagi beberapa detik lagi.");
            ++owner.waiting_;
            owner.free_.wait(lock, [&] { return owner.computing_ < owner.effort_.at_once; });
            --owner.waiting_;
        }
        ++owner.computing_;
    }
    ~Turn() {
        const std::scoped_lock lock(owner_.mutex_);
        --owner_.computing_;
        owner_.free_.notify_one();
    }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

private:
    Passwords& owner_;
};

namespace {

// libsodium wants an address for nothing, too.
const char* start_of(std::string_view text) { return text.empty() ? "" : text.data(); }

}  // namespace

Passwords::Passwords(Effort effort) : effort_(effort) { need_sodium(); }

std::string Passwords::hash(std::string_view password) {
    const Turn turn(*this);
    std::array<char, crypto_pwhash_STRBYTES> printed{};
    if (crypto_pwhash_str_alg(printed.data(), start_of(password), password.size(), effort_.passes,
                              effort_.memory, crypto_pwhash_ALG_ARGON2ID13) != 0)
        throw Error(Code::internal, "memori tidak cukup untuk memeriksa sandi", "", "Tambah memori server.");
    return printed.data();
}

bool Passwords::matches(const std::string& stored, std::string_view password) {
    const Turn turn(*this);
    if (!stored.empty())
        return crypto_pwhash_str_verify(stored.c_str(), start_of(password), password.size()) == 0;
    std::array<std::uint8_t, 32> out{};
    std::array<std::uint8_t, crypto_pwhash_SALTBYTES> salt{};
    if (crypto_pwhash(out.data(), out.size(), start_of(password), password.size(), salt.data(),
                      effort_.passes, effort_.memory, crypto_pwhash_ALG_ARGON2ID13) != 0)
        throw Error(Code::internal, "memori tidak cukup untuk memeriksa sandi", "", "Tambah memori server.");
    return false;
}

bool Passwords::outdated(const std::string& stored) const {
    return crypto_pwhash_str_needs_rehash(stored.c_str(), effort_.passes, effort_.memory) != 0;
}

std::optional<Problem> weakness(std::string_view password, std::string_view username) {
    const auto problem = [](std::string what, std::string remedy) {
        return Problem{.what = std::move(what), .where = "sandi", .remedy = std::move(remedy)};
    };
    if (characters(password) < 12)
        return problem("Sandi paling sedikit 12 karakter",
                       "Tiga atau empat kata yang tidak berkaitan mudah diingat.");
    if (password.size() > 256) return problem("Sandi terlalu panjang", "Pakai paling banyak 256 karakter.");
    const std::string letters = letters_of(password), name = letters_of(username);
    const bool named =
        name.size() >= 3 && letters.find(name) != std::string::npos && letters.size() < name.size() + 6;
    const bool listed = std::any_of(std::begin(common), std::end(common), [&](std::string_view word) {
        return letters == word || letters == std::string(word) + std::string(word);
    });
    // Digits alone are a birthday or a telephone number, however many.
    const bool digits = std::none_of(password.begin(), password.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c & 0x80) != 0;
    });
    if (named || listed || digits || monotonous(password))
        return problem("Sandi ini mudah ditebak", "Jangan pakai nama, tanggal, atau kata yang umum.");
    return std::nullopt;
}

std::string make_password(Random& random) {
    std::string text = in_groups(random_base32<10>(random), 4);
    std::transform(text.begin(), text.end(), text.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return text;
}

std::string make_token(Random& random) { return random_base32<32>(random); }

Sha256 digest_of(std::string_view token) { return sha256(as_bytes(token)); }

std::string csrf_of(std::string_view token) {
    const Sha256 digest = sha256(as_bytes("naskah csrf " + std::string(token)));
    return to_base32(digest.octets);
}

std::string make_recovery_code(Random& random) { return in_groups(random_base32<10>(random), 4); }

std::optional<Sha256> recovery_digest(std::string_view typed) {
    std::string text;
    for (const char c : typed)
        if (c != ' ') text += c;
    const auto octets = parse_base32(text, 10);
    if (!octets) return std::nullopt;
    return sha256(*octets);
}

Vault::Vault(fs::path file, Random& random, std::function<bool()> in_use)
    : file_(std::move(file)), random_(random), in_use_(std::move(in_use)) {
    need_sodium();
}

Vault::~Vault() { wipe(key_); }

// Two processes may find it missing at once: the file appears whole under its name, for one of them, and both
// read what is there then.
const Bytes& Vault::key() {
    const std::scoped_lock lock(mutex_);
    if (!key_.empty()) return key_;
    std::error_code failed;
    if (!fs::exists(file_, failed)) {
        if (in_use_())
            throw Error(Code::outside, "kunci yang menyegel kode ponsel tidak ada", file_.string(),
                        "Pulihkan berkas itu dari cadangan; tanpa berkas itu setiap akun memasang ulang kode "
                        "ponselnya.");
        fs::create_directories(file_.parent_path(), failed);
        Bytes fresh(crypto_aead_xchacha20poly1305_ietf_KEYBYTES), suffix(8);
        random_.fill(fresh);
        random_.fill(suffix);
        const fs::path beside = file_.string() + "." + to_hex(suffix);
        write_file(beside, fresh, 0600);
        wipe(fresh);
        [[maybe_unused]] const int first =
            ::link(beside.c_str(), file_.c_str());  // fails if another was first
        fs::remove(beside, failed);
    }
    try {
        key_ = read_file(file_, 1024);
    } catch (const Error& error) {
        throw Error(Code::outside, error.problems());
    }
    if (key_.size() != crypto_aead_xchacha20poly1305_ietf_KEYBYTES) {
        wipe(key_);
        key_.clear();
        throw Error(Code::outside, "berkas kunci ini rusak", file_.string(), "Pulihkan dari cadangan.");
    }
    return key_;
}

Bytes Vault::seal(BytesView secret, const std::string& owner) {
    constexpr std::size_t nonce_size = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
    const Bytes& key = this->key();
    Bytes sealed(nonce_size + secret.size() + crypto_aead_xchacha20poly1305_ietf_ABYTES);
    random_.fill(std::span(sealed).first(nonce_size));
    crypto_aead_xchacha20poly1305_ietf_encrypt(sealed.data() + nonce_size, nullptr, secret.data(),
                                               secret.size(), as_bytes(owner).data(), owner.size(), nullptr,
                                               sealed.data(), key.data());
    return sealed;
}

Bytes Vault::open(BytesView sealed, const std::string& owner) {
    constexpr std::size_t nonce_size = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
    constexpr std::size_t extra = nonce_size + crypto_aead_xchacha20poly1305_ietf_ABYTES;
    const Bytes& key = this->key();
    Bytes secret(sealed.size() < extra ? 0 : sealed.size() - extra);
    if (sealed.size() < extra ||
        crypto_aead_xchacha20poly1305_ietf_decrypt(
            secret.data(), nullptr, nullptr, sealed.data() + nonce_size, sealed.size() - nonce_size,
            as_bytes(owner).data(), owner.size(), sealed.data(), key.data()) != 0)
        throw Error(Code::outside, "kode ponsel akun ini tidak disegel dengan kunci yang ada", file_.string(),
                    "Pulihkan berkas kunci dari cadangan yang sama dengan basis datanya.");
    return secret;
}

}  // namespace naskah::service
