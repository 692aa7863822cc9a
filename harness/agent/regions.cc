// Anonymous memory that the service maps by itself, beside its allocator: an
// interpreter's arenas, a pool of one's own. Recorded like blocks, so that it
// is named and not invisible. The allocator's own mappings come through here
// too when it is a library of its own; the harness tells them by their caller.

#include <dlfcn.h>
#include <errno.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <sys/types.h>

#include "harness/agent/real.h"
#include "harness/agent/record.h"
#include "harness/agent/unwind/capture.h"

using namespace tidemark::agent;

#define TIDEMARK_HOOK extern "C" __attribute__((visibility("default")))
#define TIDEMARK_CALLER \
  reinterpret_cast<std::uint64_t>(__builtin_return_address(0))

namespace {

constexpr std::uint64_t kRegionProbes = 256;

void insert_region(std::uint64_t address, std::uint64_t bytes,
                   std::uint64_t bits) {
  std::uint64_t at = mix(address >> 12);
  for (std::uint64_t i = 0; i < kRegionProbes; ++i, ++at) {
    Region& region = segment.regions[at % kRegionSlots];
    std::uint64_t found = region.address.load();
    if (found > kRegionDeleted) continue;
    // The reader takes an entry as a whole: bits and bytes are there first.
    if (!region.address.compare_exchange_strong(found, 2)) continue;
    region.bytes.store(bytes);
    region.bits.store(bits);
    region.address.store(address, std::memory_order_release);
    return;
  }
  segment.header->dropped_regions.fetch_add(1, std::memory_order_relaxed);
}

// The common case: a mapping is unmapped as a whole.
bool remove_exact(std::uint64_t address, std::uint64_t bytes) {
  std::uint64_t at = mix(address >> 12);
  for (std::uint64_t i = 0; i < kRegionProbes; ++i, ++at) {
    Region& region = segment.regions[at % kRegionSlots];
    std::uint64_t found = region.address.load();
    if (found == 0) return false;
    if (found != address) continue;
    if (region.bytes.load() != bytes) return false;
    region.address.store(kRegionDeleted);
    return true;
  }
  return false;
}

// Cuts [address, address + bytes) out of every region it overlaps.
void remove_range(std::uint64_t address, std::uint64_t bytes) {
  std::uint64_t end = address + bytes;
  for (std::uint64_t i = 0; i < kRegionSlots; ++i) {
    Region& region = segment.regions[i];
    std::uint64_t from = region.address.load();
    if (from <= 2) continue;
    std::uint64_t to = from + region.bytes.load();
    if (to <= address || from >= end) continue;
    std::uint64_t bits = region.bits.load();
    region.address.store(kRegionDeleted);
    if (from < address) insert_region(from, address - from, bits);
    if (to > end) insert_region(end, to - end, bits);
  }
}

void forget(void* at, std::size_t n) {
  int saved_errno = errno;
  if (segment_ready()) {
    std::uint64_t address = reinterpret_cast<std::uint64_t>(at);
    std::uint64_t bytes = page_up(n);
    if (!remove_exact(address, bytes)) remove_range(address, bytes);
  }
  errno = saved_errno;
}

void remember(void* at, std::size_t n, std::uint64_t caller) {
  int saved_errno = errno;
  if (segment_ready()) {
    ThreadState& state = thread_state;
    std::uint64_t bits = cell_bits_slow(state, caller, n, kSiteMapping);
    if (bits)
      insert_region(reinterpret_cast<std::uint64_t>(at), page_up(n), bits);
  }
  errno = saved_errno;
}

bool is_private_memory(int flags) {
  return (flags & MAP_ANONYMOUS) && (flags & MAP_PRIVATE);
}

}  // namespace

TIDEMARK_HOOK void* mmap(void* hint, std::size_t n, int prot, int flags, int fd,
                         off_t offset) noexcept {
  if (unlikely(flags & MAP_FIXED)) forget(hint, n);
  void* at = real.mmap(hint, n, prot, flags, fd, offset);
  // Address space that may not be touched is a reservation, not memory.
  if (at != MAP_FAILED && is_private_memory(flags) && prot != PROT_NONE)
    remember(at, n, TIDEMARK_CALLER);
  return at;
}

TIDEMARK_HOOK void* mmap64(void* hint, std::size_t n, int prot, int flags,
                           int fd, off64_t offset) noexcept {
  if (unlikely(flags & MAP_FIXED)) forget(hint, n);
  void* at = real.mmap(hint, n, prot, flags, fd, offset);
  if (at != MAP_FAILED && is_private_memory(flags) && prot != PROT_NONE)
    remember(at, n, TIDEMARK_CALLER);
  return at;
}

TIDEMARK_HOOK int munmap(void* at, std::size_t n) noexcept {
  forget(at, n);
  return real.munmap(at, n);
}

TIDEMARK_HOOK void* mremap(void* at, std::size_t from, std::size_t to,
                           int flags, ...) noexcept {
  va_list arguments;
  va_start(arguments, flags);
  void* wanted = flags & MREMAP_FIXED ? va_arg(arguments, void*) : nullptr;
  va_end(arguments);
  std::uint64_t caller = TIDEMARK_CALLER;
  void* moved = real.mremap(at, from, to, flags, wanted);
  if (moved != MAP_FAILED) {
    forget(at, from);
    remember(moved, to, caller);
  }
  return moved;
}

// Unwinding rules of a module that has gone must not be used for the next
// one at its addresses.
TIDEMARK_HOOK int dlclose(void* handle) noexcept {
  int result = real.dlclose(handle);
  invalidate_rules();
  return result;
}
