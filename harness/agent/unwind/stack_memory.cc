#include "harness/agent/unwind/stack_memory.h"

#include <errno.h>
#include <sys/syscall.h>

namespace tidemark::agent {
namespace {

constexpr std::uint64_t kFarthest = std::uint64_t{16} << 20;

// Not instrumented: what belongs to somebody else has no shadow of ours.
template <class T>
__attribute__((no_sanitize("address"))) std::uint64_t load(
    std::uint64_t address) {
  typedef T Unaligned __attribute__((may_alias, aligned(1)));
  return *reinterpret_cast<const Unaligned*>(address);
}

}  // namespace

bool is_readable(std::uint64_t address) {
  // rt_sigprocmask copies the new set in before it looks at `how`: EFAULT if
  // it cannot, EINVAL if it can; the mask never changes. Raw, so that errno
  // stays as it is.
  long result;
  register std::uint64_t old_set asm("rdx") = 0;
  register std::uint64_t set_size asm("r10") = 8;
  asm volatile("syscall"
               : "=a"(result)
               : "0"(static_cast<long>(SYS_rt_sigprocmask)), "D"(~0ul),
                 "S"(address), "r"(old_set), "r"(set_size)
               : "rcx", "r11", "memory");
  return result == -EINVAL;
}

bool StackMemory::extend_to(std::uint64_t top) {
  if (top <= hi_) return true;
  if (top - hi_ > kFarthest) return false;
  while (hi_ < top) {
    // hi_ is a page boundary from the first extension on.
    if (hi_ % kPage == 0 && !is_readable(hi_)) return false;
    hi_ = (hi_ | (kPage - 1)) + 1;
  }
  return true;
}

bool StackMemory::page_is_readable(std::uint64_t page) {
  std::uint64_t& known = pages_[page / kPage % 4];
  if (known == page && page != 0) return true;
  if (!is_readable(page)) return false;
  known = page;
  return true;
}

bool StackMemory::read(std::uint64_t address, unsigned bytes,
                       std::uint64_t& value) {
  const std::uint64_t last = address + bytes - 1;
  if (last < address) return false;
  if (address < lo_ || last >= hi_) {
    if (!page_is_readable(address & ~(kPage - 1))) return false;
    if (!page_is_readable(last & ~(kPage - 1))) return false;
  }
  switch (bytes) {
    case 1:
      value = load<std::uint8_t>(address);
      return true;
    case 2:
      value = load<std::uint16_t>(address);
      return true;
    case 4:
      value = load<std::uint32_t>(address);
      return true;
    default:
      value = load<std::uint64_t>(address);
      return bytes == 8;
  }
}

}  // namespace tidemark::agent
