#include "signing/pkcs11.h"

#include <dlfcn.h>
#include <openssl/rand.h>
#include <p11-kit/pkcs11.h>

#include <array>
#include <map>
#include <mutex>
#include <optional>

#include "core/error.h"
#include "signing/ecdsa_value.h"
#include "signing/openssl.h"

namespace naskah::signing {

namespace {

constexpr CK_ULONG most_objects = 256;
constexpr CK_ULONG largest_value = 1U << 16U;

std::string label_of(const CK_UTF8CHAR* text, std::size_t size) {
    std::string label(reinterpret_cast<const char*>(text), size);
    while (!label.empty() && (label.back() == ' ' || label.back() == '\0')) label.pop_back();
    return label;
}

[[noreturn]] void refuse(CK_RV answer, const std::string& token) {
    switch (answer) {
        case CKR_PIN_INCORRECT:
        case CKR_PIN_INVALID:
        case CKR_PIN_LEN_RANGE:
            throw Error(Code::data, "PIN token salah", token,
                        "Ketik ulang PIN. Token mengunci diri sesudah beberapa kali salah");
        case CKR_PIN_LOCKED:
            throw Error(
                Code::data, "PIN token terkunci karena terlalu sering keliru", token,
                "Buka kuncinya dengan PUK atau PIN petugas (SO PIN), memakai alat dari penerbit token");
        case CKR_PIN_EXPIRED:
            throw Error(Code::data, "masa pakai PIN token sudah habis", token,
                        "Ganti PIN dengan alat dari penerbit token");
        case CKR_USER_PIN_NOT_INITIALIZED:
            throw Error(Code::data, "PIN token belum dibuat", token,
                        "Buat PIN dengan alat dari penerbit token");
        case CKR_TOKEN_NOT_PRESENT:
        case CKR_DEVICE_REMOVED:
        case CKR_SESSION_CLOSED:
        case CKR_SESSION_HANDLE_INVALID:
        case CKR_USER_NOT_LOGGED_IN:
            throw Error(Code::outside, "token dicabut atau terputus", token,
                        "Pasang lagi tokennya, lalu ulangi dan ketik PIN");
        case CKR_TOKEN_NOT_RECOGNIZED:
            throw Error(Code::data, "token tidak dikenali modul PKCS#11-nya", token,
                        "Pakai modul dari penerbit token ini");
        case CKR_FUNCTION_CANCELED:
            throw Error(Code::data, "dibatalkan pada token", token, "Ulangi, lalu setujui pada token");
        default:
            throw Error(Code::outside, "token menolak dengan kode PKCS#11 " + std::to_string(answer), token,
                        "Cabut dan pasang lagi tokennya, lalu ulangi");
    }
}

// A vendor's library. Once loaded it stays until the process ends: many have threads of their own, and none
// of them survives being taken away.
struct Module {
    CK_FUNCTION_LIST* call = nullptr;
};

const Module& load(const std::filesystem::path& path) {
    static std::mutex mutex;
    static auto* const loaded = new std::map<std::string, Module>;  // never freed, on purpose
    const std::lock_guard lock(mutex);
    if (const auto found = loaded->find(path.string()); found != loaded->end()) return found->second;
    const auto wrong = [&](const std::string& what) {
        return Error(Code::data, what, path.string(),
                     "Sebutkan berkas .so dari penerbit token, misalnya "
                     "/usr/lib/softhsm/libsofthsm2.so");
    };
    if (!path.is_absolute()) throw wrong("modul PKCS#11 wajib ditulis dengan alamat lengkap");
    void* const library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!library) throw wrong("modul PKCS#11 tidak ada atau tidak dapat dimuat");
    const auto list = reinterpret_cast<CK_C_GetFunctionList>(::dlsym(library, "C_GetFunctionList"));
    Module module;
    if (!list || list(&module.call) != CKR_OK || !module.call) {
        ::dlclose(library);
        throw wrong("berkas ini bukan modul PKCS#11");
    }
    CK_C_INITIALIZE_ARGS how{};
    how.flags = CKF_OS_LOCKING_OK;
    const CK_RV answer = module.call->C_Initialize(&how);
    if (answer != CKR_OK && answer != CKR_CRYPTOKI_ALREADY_INITIALIZED)
        throw Error(Code::outside, "modul PKCS#11 tidak dapat dimulai, kode " + std::to_string(answer),
                    path.string(), "Periksa pemasangan dan pengaturan modulnya");
    return loaded->emplace(path.string(), module).first->second;
}

CK_SLOT_ID find_slot(CK_FUNCTION_LIST* call, const Pkcs11Place& place) {
    CK_ULONG count = 0;
    CK_RV answer = call->C_GetSlotList(CK_TRUE, nullptr, &count);
    std::vector<CK_SLOT_ID> slots(std::min(count, most_objects));
    count = slots.size();
    if (answer == CKR_OK && count > 0) answer = call->C_GetSlotList(CK_TRUE, slots.data(), &count);
    if (answer != CKR_OK) refuse(answer, place.token);
    slots.resize(std::min<std::size_t>(count, slots.size()));
    std::optional<CK_SLOT_ID> found;
    std::string others;
    for (const CK_SLOT_ID slot : slots) {
        CK_TOKEN_INFO info{};
        if (call->C_GetTokenInfo(slot, &info) != CKR_OK || (info.flags & CKF_TOKEN_INITIALIZED) == 0)
            continue;
        const std::string label = label_of(info.label, sizeof info.label);
        if (label != place.token) {
            others += (others.empty() ? "" : ", ") + label;
        } else if (found) {
            throw Error(Code::data, "ada dua token berlabel sama", place.token, "Pasang satu saja");
        } else {
            found = slot;
        }
    }
    if (!found)
        throw Error(Code::data, "token dengan label ini tidak terpasang", place.token,
                    others.empty() ? "Pasang tokennya; sekarang tidak ada token yang terbaca"
                                   : "Pasang tokennya, atau pilih yang terpasang: " + others);
    return *found;
}

// One token, logged in: shared by all keys that this process has open on it.
class Login {
public:
    Login(CK_FUNCTION_LIST* calls, CK_SLOT_ID slot, std::string token, const std::string& pin)
        : call(calls), slot_(slot), name(std::move(token)) {
        CK_TOKEN_INFO info = look();
        if ((info.flags & CKF_USER_PIN_LOCKED) != 0) refuse(CKR_PIN_LOCKED, name);
        keypad = (info.flags & CKF_PROTECTED_AUTHENTICATION_PATH) != 0;
        require(RAND_bytes(salt_.data(), static_cast<int>(salt_.size())) == 1, "bilangan acak");
        digest_ = digest(pin);
        CK_RV answer = call->C_OpenSession(slot_, CKF_SERIAL_SESSION, nullptr, nullptr, &session);
        if (answer != CKR_OK) refuse(answer, name);
        answer = log_in(CKU_USER, pin);
        if (answer == CKR_OK) return;
        call->C_CloseSession(session);
        if (answer ==
            CKR_USER_ALREADY_LOGGED_IN)  // by other code of this process; whose PIN it was is not known
            throw Error(Code::outside, "token sedang dipakai penandatanganan lain", name,
                        "Ulangi sebentar lagi");
        if (answer == CKR_PIN_INCORRECT && call->C_GetTokenInfo(slot_, &info) == CKR_OK) {
            if ((info.flags & CKF_USER_PIN_LOCKED) != 0)
                throw Error(Code::data, "PIN token salah, dan token sekarang terkunci", name,
                            "Buka kuncinya dengan PUK atau PIN petugas (SO PIN)");
            if ((info.flags & CKF_USER_PIN_FINAL_TRY) != 0)
                throw Error(Code::data, "PIN token salah; kesempatan tinggal satu kali", name,
                            "Pastikan PIN-nya sebelum mencoba lagi: sekali lagi keliru, token terkunci");
        }
        refuse(answer, name);
    }
    ~Login() {
        call->C_Logout(session);
        call->C_CloseSession(session);
    }
    Login(const Login&) = delete;
    Login& operator=(const Login&) = delete;

    bool was_opened_with(const std::string& pin) const { return keypad || digest(pin) == digest_; }

    CK_RV log_in(CK_USER_TYPE who, const std::string& pin) const {
        auto* const text = reinterpret_cast<CK_UTF8CHAR*>(const_cast<char*>(pin.data()));
        return keypad ? call->C_Login(session, who, nullptr, 0)
                      : call->C_Login(session, who, text, pin.size());
    }

    std::vector<CK_OBJECT_HANDLE> find(std::vector<CK_ATTRIBUTE> wanted) const {
        CK_RV answer = call->C_FindObjectsInit(session, wanted.data(), wanted.size());
        if (answer != CKR_OK) refuse(answer, name);
        std::vector<CK_OBJECT_HANDLE> objects(most_objects);
        CK_ULONG count = 0;
        answer = call->C_FindObjects(session, objects.data(), most_objects, &count);
        call->C_FindObjectsFinal(session);
        if (answer != CKR_OK) refuse(answer, name);
        objects.resize(std::min(count, most_objects));
        return objects;
    }

    // Empty if the object has none.
    Bytes value(CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type) const {
        CK_ATTRIBUTE wanted{type, nullptr, 0};
        if (call->C_GetAttributeValue(session, object, &wanted, 1) != CKR_OK ||
            wanted.ulValueLen > largest_value)
            return {};
        Bytes bytes(wanted.ulValueLen);
        wanted.pValue = bytes.data();
        if (call->C_GetAttributeValue(session, object, &wanted, 1) != CKR_OK ||
            wanted.ulValueLen > bytes.size())
            return {};
        bytes.resize(wanted.ulValueLen);
        return bytes;
    }

    CK_FUNCTION_LIST* const call;
    CK_SESSION_HANDLE session = 0;
    std::mutex mutex;  // a session does one thing at a time
    bool keypad = false;

private:
    CK_TOKEN_INFO look() const {
        CK_TOKEN_INFO info{};
        if (const CK_RV answer = call->C_GetTokenInfo(slot_, &info); answer != CKR_OK) refuse(answer, name);
        return info;
    }
    Sha256 digest(const std::string& pin) const {
        Bytes salted(salt_.begin(), salt_.end());
        salted.insert(salted.end(), pin.begin(), pin.end());
        const Sha256 sum = sha256(salted);
        wipe(salted);
        return sum;
    }

    const CK_SLOT_ID slot_;
    std::array<std::uint8_t, 16> salt_{};
    Sha256 digest_;

public:
    const std::string name;
};

std::shared_ptr<Login> log_in(const Pkcs11Place& place, const std::string& pin) {
    static std::mutex mutex;
    static auto* const open = new std::map<std::pair<CK_FUNCTION_LIST*, CK_SLOT_ID>, std::weak_ptr<Login>>;
    CK_FUNCTION_LIST* const call = load(place.module).call;
    const std::lock_guard lock(mutex);  // so that two do not log in at once, of whom one is not asked its PIN
    const CK_SLOT_ID slot = find_slot(call, place);
    auto& held = (*open)[{call, slot}];
    if (auto login = held.lock()) {
        if (!login->was_opened_with(pin)) refuse(CKR_PIN_INCORRECT, place.token);
        return login;
    }
    auto login = std::make_shared<Login>(call, slot, place.token, pin);
    held = login;
    return login;
}

class Pkcs11Key final : public Key {
public:
    Pkcs11Key(std::shared_ptr<Login> login, CK_OBJECT_HANDLE key, Chain chain, const std::string& pin)
        : login_(std::move(login)), key_(key), chain_(std::move(chain)) {
        const Bytes each_time = login_->value(key_, CKA_ALWAYS_AUTHENTICATE);
        if (!each_time.empty() && each_time[0] == CK_TRUE) {
            pin_ = pin;
            asks_each_time_ = true;
        }
    }
    ~Pkcs11Key() override { wipe(pin_); }

    const Chain& chain() const override { return chain_; }

    Bytes sign_digest(const Sha256& digest) const override {
        // DigestInfo of SHA-256 up to the digest itself (RFC 8017 9.2, note 1)
        constexpr std::uint8_t digest_info[] = {0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01,
                                                0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20};
        const bool rsa = chain_.key_type() == KeyType::rsa;
        Bytes input;
        if (rsa) input.assign(std::begin(digest_info), std::end(digest_info));
        input.insert(input.end(), digest.octets.begin(), digest.octets.end());
        CK_MECHANISM mechanism{rsa ? CKM_RSA_PKCS : CKM_ECDSA, nullptr, 0};
        Bytes value(chain_.largest_signature());
        CK_ULONG size = value.size();
        const std::lock_guard lock(login_->mutex);
        CK_RV answer = login_->call->C_SignInit(login_->session, &mechanism, key_);
        if (answer == CKR_OK && asks_each_time_) answer = login_->log_in(CKU_CONTEXT_SPECIFIC, pin_);
        if (answer == CKR_OK)
            answer = login_->call->C_Sign(login_->session, input.data(), input.size(), value.data(), &size);
        if (answer != CKR_OK) refuse(answer, login_->name);
        value.resize(std::min<std::size_t>(size, value.size()));
        return rsa ? value : to_ecdsa_value(value);
    }

private:
    std::shared_ptr<Login> login_;
    CK_OBJECT_HANDLE key_;
    Chain chain_;
    std::string pin_;  // of keys that want it for each signature alone
    bool asks_each_time_ = false;
};

CK_ATTRIBUTE attribute(CK_ATTRIBUTE_TYPE type, const void* value, std::size_t size) {
    return {type, const_cast<void*>(value), static_cast<CK_ULONG>(size)};
}

CK_OBJECT_HANDLE find_key(const Login& login, const Pkcs11Place& place) {
    const CK_OBJECT_CLASS kind = CKO_PRIVATE_KEY;
    std::vector<CK_ATTRIBUTE> wanted = {attribute(CKA_CLASS, &kind, sizeof kind)};
    if (!place.object.empty())
        wanted.push_back(attribute(CKA_LABEL, place.object.data(), place.object.size()));
    const auto found = login.find(wanted);
    if (found.size() == 1) return found.front();
    if (found.empty() && !place.object.empty())
        throw Error(Code::data, "di token ini tidak ada kunci privat berlabel \"" + place.object + "\"",
                    place.token, "Periksa label kuncinya, atau kosongkan bila hanya ada satu");
    if (found.empty())
        throw Error(Code::data, "di token ini tidak ada kunci privat", place.token,
                    "Pasang token yang memuat kunci tanda tangan");
    std::string labels;
    for (const CK_OBJECT_HANDLE key : found) {
        const Bytes label = login.value(key, CKA_LABEL);
        labels += (labels.empty() ? "" : ", ") + std::string(as_text(label));
    }
    throw Error(Code::data, "di token ini ada beberapa kunci privat", place.token,
                "Sebutkan label salah satunya: " + labels);
}

// The key's own certificate (of the same CKA_ID) first, then all others of the token.
std::vector<Bytes> certificates_of(const Login& login, CK_OBJECT_HANDLE key) {
    const CK_OBJECT_CLASS kind = CKO_CERTIFICATE;
    const Bytes id = login.value(key, CKA_ID);
    std::vector<Bytes> certificates;
    bool found = false;
    for (const CK_OBJECT_HANDLE object : login.find({attribute(CKA_CLASS, &kind, sizeof kind)})) {
        Bytes der = login.value(object, CKA_VALUE);
        if (der.empty()) continue;
        const bool own = !found && !id.empty() && login.value(object, CKA_ID) == id;
        found = found || own;
        certificates.insert(own ? certificates.begin() : certificates.end(), std::move(der));
    }
    if (!found)
        throw Error(Code::data, "token tidak memuat sertifikat untuk kunci ini", login.name,
                    "Salin sertifikatnya ke token, atau sebutkan berkas sertifikatnya");
    return certificates;
}

}  // namespace

std::unique_ptr<Key> open_pkcs11(const Pkcs11Place& place, const std::string& pin) {
    auto login = log_in(place, pin);
    std::unique_lock lock(login->mutex);
    const CK_OBJECT_HANDLE handle = find_key(*login, place);
    Chain chain(place.certificates.empty() ? certificates_of(*login, handle) : place.certificates);
    auto key = std::make_unique<Pkcs11Key>(login, handle, std::move(chain), pin);
    lock.unlock();
    Sha256 probe;
    if (!key->chain().verifies(key->sign_digest(probe), probe))
        throw Error(Code::data, "kunci di token bukan pasangan sertifikatnya", place.token,
                    "Pakai sertifikat yang diterbitkan untuk kunci ini");
    return key;
}

}  // namespace naskah::signing
