// malloc and its family. Each hook passes the call on and records what came
// of it; a death is recorded before the real call, a birth after it.

#include <errno.h>
#include <string.h>

#include "harness/agent/real.h"
#include "harness/agent/record.h"

using namespace tidemark::agent;

#define TIDEMARK_HOOK extern "C" __attribute__((visibility("default")))
#define TIDEMARK_CALLER \
  reinterpret_cast<std::uint64_t>(__builtin_return_address(0))

TIDEMARK_HOOK void* malloc(std::size_t n) {
  void* p = real.malloc(n);
  if (likely(p != nullptr)) record_birth(p, n, TIDEMARK_CALLER);
  return p;
}

// `real.free` itself leaves blocks of the boot pool alone, where there are
// any: the common case pays nothing for them.
TIDEMARK_HOOK void free(void* p) {
  if (!p) return;
  record_death(p);
  real.free(p);
}

TIDEMARK_HOOK void cfree(void* p) { free(p); }

TIDEMARK_HOOK void* calloc(std::size_t n, std::size_t m) {
  std::size_t bytes;
  if (unlikely(__builtin_mul_overflow(n, m, &bytes))) {
    errno = ENOMEM;
    return nullptr;
  }
  void* p = real.calloc(n, m);
  if (likely(p != nullptr)) record_birth(p, bytes, TIDEMARK_CALLER);
  return p;
}

namespace {

// realloc of a block of the boot pool: it moves to the real heap.
void* leave_boot_pool(void* p, std::size_t n, std::uint64_t caller) {
  std::size_t old = static_cast<std::size_t*>(p)[-1];
  void* q = real.malloc(n);
  if (!q) return nullptr;
  memcpy(q, p, old < n ? old : n);
  record_birth(q, n, caller);
  return q;
}

inline void* reallocate(void* p, std::size_t n, std::uint64_t caller) {
  if (!p) {
    void* fresh = real.malloc(n);
    if (likely(fresh != nullptr)) record_birth(fresh, n, caller);
    return fresh;
  }
  if (unlikely(in_boot_pool(p))) return leave_boot_pool(p, n, caller);
  // Out before the real call: once it has moved the block, another thread
  // may be given the old address.
  std::uint64_t old = take_cell(p);
  void* q = real.realloc(p, n);
  if (likely(q != nullptr)) {
    record_birth(q, n, caller);
    if (ThreadState& state = thread_state; old != 0 && state.slot)
      bump(state.slot->frees, 1);
    return q;
  }
  if (n != 0) {
    put_back_cell(p, old);  // failed: the old block is as it was
  } else if (old != 0 && thread_state.slot) {
    bump(thread_state.slot->frees, 1);  // realloc(p, 0) freed it
  }
  return q;
}

}  // namespace

TIDEMARK_HOOK void* realloc(void* p, std::size_t n) {
  return reallocate(p, n, TIDEMARK_CALLER);
}

TIDEMARK_HOOK void* reallocarray(void* p, std::size_t n, std::size_t m) {
  std::size_t bytes;
  if (unlikely(__builtin_mul_overflow(n, m, &bytes))) {
    errno = ENOMEM;
    return nullptr;
  }
  return reallocate(p, bytes, TIDEMARK_CALLER);
}

TIDEMARK_HOOK int posix_memalign(void** out, std::size_t a, std::size_t n) {
  void* p = nullptr;
  int error = real.posix_memalign(&p, a, n);
  if (error != 0) return error;
  *out = p;
  if (p) record_birth(p, n, TIDEMARK_CALLER);
  return 0;
}

TIDEMARK_HOOK void* aligned_alloc(std::size_t a, std::size_t n) {
  void* p = real.aligned_alloc(a, n);
  if (p) record_birth(p, n, TIDEMARK_CALLER);
  return p;
}

TIDEMARK_HOOK void* memalign(std::size_t a, std::size_t n) {
  void* p = real.memalign(a, n);
  if (p) record_birth(p, n, TIDEMARK_CALLER);
  return p;
}

TIDEMARK_HOOK void* valloc(std::size_t n) {
  void* p = real.valloc(n);
  if (p) record_birth(p, n, TIDEMARK_CALLER);
  return p;
}

TIDEMARK_HOOK void* pvalloc(std::size_t n) {
  void* p = real.pvalloc(n);
  if (p) record_birth(p, n, TIDEMARK_CALLER);
  return p;
}

TIDEMARK_HOOK std::size_t malloc_usable_size(void* p) {
  if (!p) return 0;
  if (unlikely(in_boot_pool(p))) return static_cast<std::size_t*>(p)[-1];
  return real.usable_size(p);
}
