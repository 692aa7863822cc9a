#include "harness/agent/real.h"

#include <dlfcn.h>
#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>

#include "harness/agent/definitions.h"

namespace tidemark::agent {

alignas(16) unsigned char boot_pool[kBootPoolBytes];

namespace {

std::atomic<std::size_t> boot_used{0};
// The thread now inside dlsym, so that only its own nested calls use the
// pool; others wait for the resolution by doing it again, which is harmless.
std::atomic<int> resolving_tid{0};
std::atomic<bool> resolved{false};

int current_tid() { return static_cast<int>(syscall(SYS_gettid)); }

// A block of the pool, preceded by its size, which realloc needs.
void* boot_alloc(std::size_t bytes, std::size_t alignment = 16) {
  if (alignment < 16) alignment = 16;
  std::size_t need = ((bytes + 15) & ~std::size_t{15}) + alignment + 16;
  std::size_t at = boot_used.fetch_add(need);
  if (at + need > kBootPoolBytes) {
    errno = ENOMEM;
    return nullptr;
  }
  std::uintptr_t base = reinterpret_cast<std::uintptr_t>(boot_pool) + at + 16;
  base = (base + alignment - 1) & ~(std::uintptr_t{alignment} - 1);
  reinterpret_cast<std::size_t*>(base)[-1] = bytes;
  return reinterpret_cast<void*>(base);
}

// True if the caller must use the pool: it is dlsym's own allocation.
bool nested_in_resolve() {
  if (resolved.load(std::memory_order_acquire)) return false;
  if (resolving_tid.load() == current_tid()) return true;
  resolve_all();
  return false;
}

void* boot_malloc(std::size_t n) {
  return nested_in_resolve() ? boot_alloc(n) : real.malloc(n);
}
void* boot_calloc(std::size_t n, std::size_t m) {
  if (!nested_in_resolve()) return real.calloc(n, m);
  std::size_t bytes;
  if (__builtin_mul_overflow(n, m, &bytes)) return nullptr;
  return boot_alloc(bytes);  // .bss, never reused: zero
}
void* boot_realloc(void* p, std::size_t n) {
  if (!nested_in_resolve()) return real.realloc(p, n);
  void* q = boot_alloc(n);
  if (q && p) {
    std::size_t old = static_cast<std::size_t*>(p)[-1];
    memcpy(q, p, old < n ? old : n);
  }
  return q;
}
void boot_free(void* p) {
  if (!nested_in_resolve()) real.free(p);
}
void* boot_aligned_alloc(std::size_t a, std::size_t n) {
  return nested_in_resolve() ? boot_alloc(n, a) : real.aligned_alloc(a, n);
}
void* boot_memalign(std::size_t a, std::size_t n) {
  return nested_in_resolve() ? boot_alloc(n, a) : real.memalign(a, n);
}
int boot_posix_memalign(void** out, std::size_t a, std::size_t n) {
  if (!nested_in_resolve()) return real.posix_memalign(out, a, n);
  void* p = boot_alloc(n, a);
  if (!p) return ENOMEM;
  *out = p;
  return 0;
}
void* boot_valloc(std::size_t n) {
  return nested_in_resolve() ? boot_alloc(n, 4096) : real.valloc(n);
}
void* boot_pvalloc(std::size_t n) {
  return nested_in_resolve() ? boot_alloc(n, 4096) : real.pvalloc(n);
}
std::size_t boot_usable_size(void* p) {
  return nested_in_resolve() ? 0 : real.usable_size(p);
}
// Straight to the kernel: there is nothing to look up before libc is there.
void* boot_mmap(void* at, std::size_t n, int prot, int flags, int fd,
                long offset) {
  return reinterpret_cast<void*>(
      syscall(SYS_mmap, at, n, prot, flags, fd, offset));
}
int boot_munmap(void* at, std::size_t n) {
  return static_cast<int>(syscall(SYS_munmap, at, n));
}
void* boot_mremap(void* at, std::size_t from, std::size_t to, int flags, ...) {
  return reinterpret_cast<void*>(
      syscall(SYS_mremap, at, from, to, flags & ~2, 0));
}
int boot_dlclose(void* handle) {
  resolve_all();
  return real.dlclose(handle);
}

// The functions as they were found, where something stands in front of them.
Real found_behind;

// Where the pool was needed: its blocks must never reach an allocator that
// does not know them.
void free_unless_pool(void* p) {
  if (!in_boot_pool(p)) found_behind.free(p);
}

std::size_t whole_granule(std::size_t n) { return n < 16 ? 16 : n; }

void* granule_malloc(std::size_t n) {
  return found_behind.malloc(whole_granule(n));
}
void* granule_calloc(std::size_t n, std::size_t m) {
  return n < 16 && m < 16 && n * m < 16 ? found_behind.calloc(1, 16)
                                        : found_behind.calloc(n, m);
}
void* granule_realloc(void* p, std::size_t n) {
  return found_behind.realloc(p, n == 0 ? 0 : whole_granule(n));
}
void* granule_memalign(std::size_t a, std::size_t n) {
  return found_behind.memalign(a, whole_granule(n));
}
int granule_posix_memalign(void** out, std::size_t a, std::size_t n) {
  return found_behind.posix_memalign(out, a, whole_granule(n));
}

void put_granules_in_front(Real& functions) {
  functions.malloc = granule_malloc;
  functions.calloc = granule_calloc;
  functions.realloc = granule_realloc;
  functions.memalign = granule_memalign;
  functions.posix_memalign = granule_posix_memalign;
}

template <class Function>
void find(Function& slot, const char* name) {
  if (void* found = service_definition(name))
    slot = reinterpret_cast<Function>(found);
}

}  // namespace

Real real = {boot_malloc,         boot_calloc,        boot_realloc,
             boot_free,           boot_aligned_alloc, boot_memalign,
             boot_posix_memalign, boot_valloc,        boot_pvalloc,
             boot_usable_size,    boot_mmap,          boot_munmap,
             boot_mremap,         boot_dlclose};

bool is_glibc(void* function) {
  Dl_info info;
  return dladdr(function, &info) && info.dli_fname &&
         strstr(info.dli_fname, "/libc.so");
}

void resolve_all() {
  if (resolved.load(std::memory_order_acquire)) return;
  int me = current_tid();
  int nobody = 0;
  while (!resolving_tid.compare_exchange_strong(nobody, me)) {
    if (nobody == me || resolved.load(std::memory_order_acquire)) return;
    nobody = 0;
    syscall(SYS_sched_yield);
  }
  if (!resolved.load(std::memory_order_acquire)) {
    Real found = real;
    find(found.malloc, "malloc");
    find(found.calloc, "calloc");
    find(found.realloc, "realloc");
    find(found.free, "free");
    find(found.aligned_alloc, "aligned_alloc");
    find(found.memalign, "memalign");
    find(found.posix_memalign, "posix_memalign");
    find(found.valloc, "valloc");
    find(found.pvalloc, "pvalloc");
    find(found.usable_size, "malloc_usable_size");
    find(found.mmap, "mmap");
    find(found.munmap, "munmap");
    find(found.mremap, "mremap");
    find(found.dlclose, "dlclose");
    found_behind = found;
    if (!is_glibc(reinterpret_cast<void*>(found.malloc)))
      put_granules_in_front(found);
    if (boot_used.load() != 0) found.free = free_unless_pool;
    real = found;
    resolved.store(true, std::memory_order_release);
  }
  resolving_tid.store(0);
}

}  // namespace tidemark::agent
