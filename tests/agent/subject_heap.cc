// Cases about the allocation functions themselves.

#include <assert.h>
#include <errno.h>
#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <memory>
#include <new>
#include <thread>
#include <utility>
#include <vector>

#include "tests/agent/subject.h"

#undef NDEBUG

namespace {

void require(bool good, const char* what) {
  if (good) return;
  fprintf(stderr, "subject: %s\n", what);
  abort();
}

void basic() {
  for (int i = 0; i < 7; ++i) keep(malloc(kMark(0)));
  void* gone = malloc(kMark(1));
  escape(gone);
  free(gone);
  keep(calloc(3, kMark(2)));  // 3 × the marker
}

[[gnu::noipa]] void* block_of(std::size_t size) {
  void* p = malloc(size);
  escape(p);  // no tail call: the line is in this function
  return p;
}

// From one line: 1,000 blocks in each of eight threads, one at a time, and one
// that stays.
void allocated_and_freed() {
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([] {
      for (int j = 0; j < 1000; ++j) free(block_of(kMark(0)));
    });
  for (std::thread& thread : threads) thread.join();
  keep(block_of(kMark(1)));
}

template <std::size_t kSite>
[[gnu::noipa]] void* block_from(std::size_t size) {
  void* p = malloc(size);
  escape(p);
  return p;
}

// More sites than a thread's cache has entries, each hotter than those before:
// they take each other's places. Site n makes 4 n blocks that go and one,
// kMark(n), that stays.
template <std::size_t... kSites>
void allocate_from(std::index_sequence<kSites...>) {
  void* (*const sites[])(std::size_t) = {block_from<kSites>...};
  for (int round = 0; round < 4; ++round)
    for (std::size_t n = 0; n < sizeof...(kSites); ++n)
      for (std::size_t i = 0; i < n; ++i) free(sites[n](16));
  for (std::size_t n = 0; n < sizeof...(kSites); ++n) keep(sites[n](kMark(n)));
}

void many_sites() { allocate_from(std::make_index_sequence<300>()); }

void overflow() {
  std::size_t huge = SIZE_MAX / 2;
  escape(reinterpret_cast<char*&>(huge));
  errno = 0;
  require(calloc(huge, 3) == nullptr, "calloc overflow gave memory");
  require(errno == ENOMEM, "calloc overflow set no errno");
  require(reallocarray(nullptr, huge, 3) == nullptr, "reallocarray overflow");
  require(malloc(huge) == nullptr, "malloc of half the world");
  void* p = malloc(kMark(0));
  escape(p);
  require(realloc(p, huge) == nullptr, "realloc of half the world");
  // The failed realloc has left p alone: it must still be in the table.
}

void zero_size() {
  void* p = malloc(0);
  escape(p);
  free(p);
  void* q = realloc(nullptr, kMark(0));
  escape(q);
  void* r = realloc(malloc(kMark(1)), 0);
  escape(r);
  if (r) free(r);
}

void realloc_moves() {
  char* p = static_cast<char*>(malloc(64));
  memset(p, 'x', 64);
  for (std::size_t n = 128; n <= 1 << 20; n *= 2) {
    p = static_cast<char*>(realloc(p, n));
    require(p[63] == 'x', "realloc lost its content");
  }
  p = static_cast<char*>(realloc(p, kMark(0)));
  keep(p);
}

void aligned() {
  void* p = reinterpret_cast<void*>(0x77);
  require(posix_memalign(&p, 3, 100) == EINVAL, "bad alignment accepted");
  require(p == reinterpret_cast<void*>(0x77), "EINVAL changed the pointer");
  require(posix_memalign(&p, 64, kMark(0)) == 0, "posix_memalign");
  require(reinterpret_cast<uintptr_t>(p) % 64 == 0, "alignment 64");
  void* big = aligned_alloc(2 << 20, 4 << 20);
  require(reinterpret_cast<uintptr_t>(big) % (2 << 20) == 0, "alignment 2M");
  keep(big);
  keep(memalign(4096, kMark(1)));
  keep(valloc(kMark(2)));
  keep(pvalloc(kMark(3)));
  void* gone = memalign(4096, kMark(4));
  escape(gone);
  free(gone);
}

// What libc allocates for its callers is seen, and seen once.
void through_libc() {
  std::string text(kMark(0) - 1, 'a');
  keep(strdup(text.c_str()));
  char* printed = nullptr;
  std::string more(kMark(1) - 1, 'b');
  require(asprintf(&printed, "%s", more.c_str()) > 0, "asprintf");
  keep(realloc(printed, kMark(1)));
  keep(reallocarray(nullptr, 1, kMark(2)));
}

void usable_size() {
  char* p = static_cast<char*>(malloc(kMark(0)));
  std::size_t usable = malloc_usable_size(p);
  require(usable >= kMark(0), "usable size below the request");
  memset(p, 1, usable);
  keep(p);
  require(malloc_usable_size(nullptr) == 0, "usable size of null");
}

struct alignas(128) Wide {
  char bytes[128 * 79];  // 10112
};
struct Counted {
  ~Counted() { ++destroyed; }
  static int destroyed;
  char bytes[10];
};
int Counted::destroyed = 0;

void cxx_operators() {
  keep(::operator new(kMark(0)));
  keep(::operator new[](kMark(1)));
  keep(::operator new(kMark(2), std::nothrow));
  keep(::operator new(kMark(3), std::align_val_t(256)));
  keep(new Wide);
  ::operator delete(::operator new(kMark(4)));
  ::operator delete(::operator new(kMark(5)), kMark(5));
  ::operator delete[](::operator new[](kMark(6)), kMark(6));
  ::operator delete(::operator new(kMark(7), std::align_val_t(64)),
                    std::align_val_t(64));
  Counted* many = new Counted[3];  // with a cookie
  escape(many);
  delete[] many;
  require(Counted::destroyed == 3, "new[] cookie");
}

// Out of memory is the business of the operator next in line.
void cxx_out_of_memory() {
  bool thrown = false;
  try {
    keep(::operator new(SIZE_MAX / 2));
  } catch (const std::bad_alloc&) {
    thrown = true;
  }
  require(thrown, "operator new did not throw bad_alloc");
  std::size_t huge = SIZE_MAX / 2;
  require(::operator new(huge, std::nothrow) == nullptr, "nothrow threw");
}

// 4 GiB and more do not fit a cell: never touched, so it costs nothing.
void over_4_gib() {
  std::size_t bytes = (std::size_t{5} << 30) + 7;
  void* p = malloc(bytes);
  require(p != nullptr, "5 GiB of address space");
  keep(p);
  void* q = malloc(bytes + 1);
  escape(q);
  free(q);
}

// Blocks of 8 bytes that an allocator may place 8 bytes apart.
void tiny_blocks() {
  for (int i = 0; i < 1000; ++i) {
    keep(malloc(7));
    keep(malloc(8));
  }
}

void errno_kept() {
  void* p = malloc(kMark(0));
  escape(p);
  errno = 1234;
  free(p);
  require(errno == 1234, "free changed errno");
  errno = 1234;
  keep(malloc(kMark(1)));
  require(errno == 1234, "malloc changed errno");
}

// One thread allocates, another frees, through a ring: the table ends empty
// of these sizes but for the last one kept.
void cross_thread() {
  constexpr int kRounds = 200000;
  constexpr int kRing = 1024;
  static std::atomic<void*> ring[kRing];
  std::thread consumer([] {
    for (int i = 0; i < kRounds; ++i) {
      void* p;
      while (!(p = ring[i % kRing].exchange(nullptr))) {
      }
      free(p);
    }
  });
  for (int i = 0; i < kRounds; ++i) {
    void* p = malloc(kMark(std::size_t(i) % 64));
    void* nothing = nullptr;
    while (!ring[i % kRing].compare_exchange_weak(nothing, p))
      nothing = nullptr;
  }
  consumer.join();
  keep(malloc(kMark(100)));
}

// Threads free, allocate and reallocate the same few addresses all the time:
// if births and deaths were recorded in the wrong order, cells would be lost
// or stay behind.
void reuse_storm() {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([t] {
      void* slots[8] = {};
      unsigned seed = unsigned(t) * 7919 + 1;
      for (int i = 0; i < 100000; ++i) {
        seed = seed * 1103515245 + 12345;
        void*& slot = slots[(seed >> 16) % 8];
        if (seed & 0x40000000) {
          slot = realloc(slot, kMark((seed >> 20) % 4));
        } else {
          free(slot);
          slot = malloc(kMark((seed >> 20) % 4));
        }
        escape(slot);
      }
      for (void* slot : slots) free(slot);
    });
  for (std::thread& thread : threads) thread.join();
  for (int i = 0; i < 5; ++i) keep(malloc(kMark(4)));
}

// A mapping of the service's own, half of it given back; one given back
// whole; one that moves.
void mappings() {
  auto map = [](std::size_t n) {
    void* p = mmap(nullptr, n, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    require(p != MAP_FAILED, "mmap");
    return static_cast<char*>(p);
  };
  char* half = map(64 * 4096);
  munmap(half + 32 * 4096, 32 * 4096);
  munmap(map(77 * 4096), 77 * 4096);
  void* moved = mremap(map(10 * 4096), 10 * 4096, 20 * 4096, MREMAP_MAYMOVE);
  require(moved != MAP_FAILED, "mremap");
  // A reservation is not memory.
  mmap(nullptr, 1 << 20, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

}  // namespace

const SubjectCase kHeapCases[] = {
    {"basic", basic},
    {"allocated_and_freed", allocated_and_freed},
    {"many_sites", many_sites},
    {"overflow", overflow},
    {"zero_size", zero_size},
    {"realloc_moves", realloc_moves},
    {"aligned", aligned},
    {"through_libc", through_libc},
    {"usable_size", usable_size},
    {"cxx_operators", cxx_operators},
    {"cxx_out_of_memory", cxx_out_of_memory},
    {"over_4_gib", over_4_gib},
    {"tiny_blocks", tiny_blocks},
    {"errno_kept", errno_kept},
    {"cross_thread", cross_thread},
    {"reuse_storm", reuse_storm},
    {"mappings", mappings},
};
const std::size_t kHeapCaseCount = sizeof kHeapCases / sizeof *kHeapCases;
