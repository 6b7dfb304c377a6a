// A PKCS#11 module for the tests: SoftHSM2, which never locks itself and cannot be pulled out, made to do
// both. NASKAH_TEST_MODULE is the module behind it; each C_Login writes an octet to NASKAH_TEST_RECORD; after
// three wrong PINs the token is locked; while NASKAH_TEST_PULLED is set, nothing can be signed.
#include <dlfcn.h>
#include <p11-kit/pkcs11.h>

#include <cstdlib>
#include <fstream>

namespace {

CK_FUNCTION_LIST* behind = nullptr;
CK_FUNCTION_LIST own;
int wrong = 0;

CK_RV get_token_info(CK_SLOT_ID slot, CK_TOKEN_INFO* info) {
    const CK_RV answer = behind->C_GetTokenInfo(slot, info);
    if (answer == CKR_OK && wrong == 2) info->flags |= CKF_USER_PIN_FINAL_TRY;
    if (answer == CKR_OK && wrong >= 3) info->flags |= CKF_USER_PIN_LOCKED;
    return answer;
}

CK_RV login(CK_SESSION_HANDLE session, CK_USER_TYPE who, CK_UTF8CHAR* pin, CK_ULONG size) {
    std::ofstream(std::getenv("NASKAH_TEST_RECORD"), std::ios::app) << 'x';
    if (wrong >= 3) return CKR_PIN_LOCKED;
    const CK_RV answer = behind->C_Login(session, who, pin, size);
    if (answer == CKR_PIN_INCORRECT) ++wrong;
    if (answer == CKR_OK) wrong = 0;
    return answer;
}

CK_RV sign(CK_SESSION_HANDLE session, unsigned char* data, CK_ULONG size, unsigned char* value,
           CK_ULONG* value_size) {
    if (std::getenv("NASKAH_TEST_PULLED")) return CKR_DEVICE_REMOVED;
    return behind->C_Sign(session, data, size, value, value_size);
}

}  // namespace

extern "C" CK_RV C_GetFunctionList(CK_FUNCTION_LIST** list) {
    void* const library = ::dlopen(std::getenv("NASKAH_TEST_MODULE"), RTLD_NOW | RTLD_LOCAL);
    if (!library) return CKR_GENERAL_ERROR;
    const auto get = reinterpret_cast<CK_C_GetFunctionList>(::dlsym(library, "C_GetFunctionList"));
    if (!get || get(&behind) != CKR_OK) return CKR_GENERAL_ERROR;
    own = *behind;
    own.C_GetTokenInfo = get_token_info;
    own.C_Login = login;
    own.C_Sign = sign;
    *list = &own;
    return CKR_OK;
}
