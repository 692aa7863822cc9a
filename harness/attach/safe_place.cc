#include "harness/attach/safe_place.h"

#include <sys/syscall.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace tidemark::attach {
namespace {

bool is_loader(std::string_view module) {
  return module.starts_with("ld-linux") || module.starts_with("ld-2.");
}

bool is_libc(std::string_view module) {
  return module.starts_with("libc.so") || module.starts_with("libc-2.") ||
         module.starts_with("libpthread") || module.starts_with("libdl");
}

bool is_allocator(std::string_view module) {
  constexpr std::array<std::string_view, 6> kAllocators = {
      "libjemalloc", "libtcmalloc", "libmimalloc",
      "librpmalloc", "libsnmalloc", "libhoard"};
  return std::any_of(
      kAllocators.begin(), kAllocators.end(),
      [&](std::string_view name) { return module.starts_with(name); });
}

// Functions of libc that hold a lock, or leave something half done, while
// they call others.
bool holds_a_lock(std::string_view name) {
  if (name.starts_with("__libc_")) name.remove_prefix(7);
  if (name.starts_with("__")) name.remove_prefix(2);
  constexpr std::array<std::string_view, 46> kNames = {"malloc",
                                                       "free",
                                                       "cfree",
                                                       "calloc",
                                                       "realloc",
                                                       "reallocarray",
                                                       "memalign",
                                                       "aligned_alloc",
                                                       "posix_memalign",
                                                       "valloc",
                                                       "pvalloc",
                                                       "malloc_trim",
                                                       "malloc_info",
                                                       "malloc_stats",
                                                       "malloc_usable_size",
                                                       "mallinfo",
                                                       "mallinfo2",
                                                       "mallopt",
                                                       "fork",
                                                       "_Fork",
                                                       "vfork",
                                                       "clone",
                                                       "clone3",
                                                       "posix_spawn",
                                                       "posix_spawnp",
                                                       "pthread_create",
                                                       "pthread_exit",
                                                       "pthread_join",
                                                       "pthread_cancel",
                                                       "dlopen",
                                                       "dlmopen",
                                                       "dlopen_mode",
                                                       "dlclose",
                                                       "dlsym",
                                                       "dlvsym",
                                                       "dladdr",
                                                       "dladdr1",
                                                       "dlinfo",
                                                       "dlerror",
                                                       "dl_iterate_phdr",
                                                       "exit",
                                                       "quick_exit",
                                                       "cxa_finalize",
                                                       "cxa_thread_atexit_impl",
                                                       "freeres",
                                                       "pthread_atfork"};
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

// Where a thread of a service waits for something to happen.
bool is_waiting_in(long number) {
  constexpr std::array<long, 33> kCalls = {
      SYS_read,          SYS_readv,
      SYS_write,         SYS_writev,
      SYS_poll,          SYS_ppoll,
      SYS_select,        SYS_pselect6,
      SYS_epoll_wait,    SYS_epoll_pwait,
      SYS_epoll_pwait2,  SYS_futex,
      SYS_nanosleep,     SYS_clock_nanosleep,
      SYS_accept,        SYS_accept4,
      SYS_recvfrom,      SYS_recvmsg,
      SYS_recvmmsg,      SYS_sendto,
      SYS_sendmsg,       SYS_wait4,
      SYS_waitid,        SYS_pause,
      SYS_rt_sigsuspend, SYS_rt_sigtimedwait,
      SYS_connect,       SYS_semtimedop,
      SYS_semop,         SYS_msgrcv,
      SYS_io_getevents,  SYS_restart_syscall,
      SYS_flock};
  return std::find(kCalls.begin(), kCalls.end(), number) != kCalls.end();
}

}  // namespace

bool is_safe_place(const ThreadStack& stack, long system_call) {
  if (stack.functions.empty()) return false;
  const StackFunction& inner = stack.functions.front();
  // In the middle of libc anything may be half done; where it waits, what is
  // around the wait decides.
  if (is_libc(inner.module) && !is_waiting_in(system_call)) return false;
  if (!stack.complete && !is_waiting_in(system_call)) return false;
  return std::none_of(stack.functions.begin(), stack.functions.end(),
                      [](const StackFunction& function) {
                        return is_loader(function.module) ||
                               is_allocator(function.module) ||
                               holds_a_lock(function.name);
                      });
}

}  // namespace tidemark::attach
