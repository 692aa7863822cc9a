// The service's own allocator, found behind the agent with
// dlsym(RTLD_NEXT, …) at the first call, and a small pool for the
// allocations that finding it needs.
//
// Until resolved, each pointer leads to a function that resolves all of them
// and calls on: the hot path has no "is it resolved yet" branch.
#pragma once

#include <cstddef>
#include <cstdint>

namespace tidemark::agent {

struct Real {
  void* (*malloc)(std::size_t);
  void* (*calloc)(std::size_t, std::size_t);
  void* (*realloc)(void*, std::size_t);
  void (*free)(void*);
  void* (*aligned_alloc)(std::size_t, std::size_t);
  void* (*memalign)(std::size_t, std::size_t);
  int (*posix_memalign)(void**, std::size_t, std::size_t);
  void* (*valloc)(std::size_t);
  void* (*pvalloc)(std::size_t);
  std::size_t (*usable_size)(void*);
  void* (*mmap)(void*, std::size_t, int, int, int, long);
  int (*munmap)(void*, std::size_t);
  void* (*mremap)(void*, std::size_t, std::size_t, int, ...);
  int (*dlclose)(void*);
};

extern Real real;

// Finds them all; the first caller does it, later calls return at once.
//
// Allocators other than glibc's may put 8-byte blocks 8 bytes apart, which
// would share a cell of the table. There the pointers lead to functions that
// ask for a whole granule at least; glibc gives one anyway.
void resolve_all();

// Whether a function is libc's own.
bool is_glibc(void* function);

// The pool for calls that arrive while dlsym runs. Its blocks are never
// given back; there are a few hundred bytes of them in practice.
inline constexpr std::size_t kBootPoolBytes = 64 * 1024;
extern unsigned char boot_pool[kBootPoolBytes];

inline bool in_boot_pool(const void* p) {
  return reinterpret_cast<std::uintptr_t>(p) -
             reinterpret_cast<std::uintptr_t>(boot_pool) <
         kBootPoolBytes;
}

}  // namespace tidemark::agent
