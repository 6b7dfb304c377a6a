#include "service/confine.h"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace naskah::service {
namespace {

// What memory, threads' locks, the clock and open files need, and nothing that names a file or a process.
constexpr std::array allowed = {
    SYS_read,         SYS_write,          SYS_readv,  SYS_writev,        SYS_pread64,      SYS_close,
    SYS_lseek,        SYS_fstat,          SYS_mmap,   SYS_munmap,        SYS_mremap,       SYS_mprotect,
    SYS_brk,          SYS_madvise,        SYS_futex,  SYS_clock_gettime, SYS_clock_getres, SYS_gettimeofday,
    SYS_getrandom,    SYS_getpid,         SYS_gettid, SYS_tgkill,        SYS_sched_yield,  SYS_rt_sigaction,
    SYS_rt_sigreturn, SYS_rt_sigprocmask, SYS_exit,   SYS_exit_group,
};

#if defined(__x86_64__)
constexpr std::uint32_t architecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr std::uint32_t architecture = AUDIT_ARCH_AARCH64;
#else
constexpr std::uint32_t architecture = 0;
#endif

// The sanitizers' own work needs more calls than these.
#if defined(__SANITIZE_ADDRESS__)
constexpr bool sanitized = true;
#else
constexpr bool sanitized = false;
#endif

sock_filter step(std::uint16_t code, std::uint32_t value, std::uint8_t if_true = 0,
                 std::uint8_t if_false = 0) {
    return {code, if_true, if_false, value};
}

}  // namespace

bool confine() {
    if (sanitized || architecture == 0) return false;
    std::vector<sock_filter> filter = {
        step(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, arch)),
        step(BPF_JMP | BPF_JEQ | BPF_K, architecture, 1, 0),
        step(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
        step(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
    };
    for (const long call : allowed) {
        filter.push_back(step(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(call), 0, 1));
        filter.push_back(step(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
    }
    // Refused, not killed: a library that looks for its settings goes on without them.
    filter.push_back(step(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM));
    const sock_fprog program{static_cast<unsigned short>(filter.size()), filter.data()};
    return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) == 0;
}

}  // namespace naskah::service
