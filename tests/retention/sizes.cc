// Blocks of all sizes, from all functions that give memory.
#include <cstdlib>
#include <cstring>

#include "tests/retention/shape.h"

namespace shapes {

void* volatile g_sized = nullptr;
void* volatile g_stale = nullptr;

namespace {

constexpr std::size_t kBig = 5 * 1024 * 1024;  // beyond glibc's mmap threshold

Truth held(const volatile void* address, std::size_t bytes) {
  return {.block = Hidden(address),
          .bytes = bytes,
          .root_kind = "global",
          .root = "shapes::g_sized",
          .interior = 0};
}

template <std::size_t bytes>
Truth of_size() {
  g_sized = block(bytes);
  return held(g_sized, bytes);
}

// A block of 8 bytes that is itself a holder.
Truth tiny_holder() {
  auto** holder = static_cast<void**>(block(sizeof(void*)));
  *holder = block(64);
  g_sized = holder;
  Truth truth = held(*holder, 64);
  truth.through[0] = {.bytes = sizeof(void*), .interior = 0};
  truth.offset = 0;
  return truth;
}

// In the last word of a big one.
Truth big_holder() {
  auto** holder = static_cast<void**>(block(kBig));
  void** last = holder + kBig / sizeof(void*) - 1;
  *last = block(64);
  g_sized = holder;
  Truth truth = held(*last, 64);
  truth.through[0] = {.bytes = kBig, .interior = 0};
  truth.offset = kBig - sizeof(void*);
  return truth;
}

Truth from_calloc() {
  g_sized = std::calloc(4, 32);
  fence();
  return held(g_sized, 128);
}

Truth from_posix_memalign() {
  void* made = nullptr;
  if (posix_memalign(&made, 4096, 96) != 0) std::abort();
  std::memset(made, 0, 96);
  fence();
  g_sized = made;
  return held(g_sized, 96);
}

Truth from_aligned_alloc() {
  g_sized = std::aligned_alloc(256, 512);
  fence();
  return held(g_sized, 512);
}

struct alignas(128) Aligned {
  char content[128];
};

Truth from_aligned_new() {
  g_sized = new Aligned();
  fence();
  return held(g_sized, sizeof(Aligned));
}

// The fence behind it makes that it cannot grow where it is.
void* grown(void* small) { return std::realloc(small, 4096); }

Truth realloc_moved() {
  g_sized = grown(block(64));
  fence();
  return held(g_sized, 4096);
}

// Only where it was before is known.
Truth realloc_stale() {
  g_stale = block(64);
  Truth truth = held(grown(g_stale), 4096);
  fence();
  truth.held = kUnreachable;
  return truth;
}

// Pointed to behind its new end.
Truth realloc_shrunk() {
  char* made = static_cast<char*>(std::realloc(block(1024), 512));
  g_stale = made + 768;
  Truth truth = held(made, 512);
  truth.held = kUnreachable;
  return truth;
}

Truth realloc_big() {
  g_sized = std::realloc(block(kBig), 2 * kBig);
  return held(g_sized, 2 * kBig);
}

constexpr Shape kSizes[] = {
    {"tiny_1", "a block of one byte", built<of_size<1>>},
    {"tiny_8", "a block of 8 bytes", built<of_size<8>>},
    {"tiny_16", "a block of 16 bytes", built<of_size<16>>},
    {"tiny_holder", "held by a block of 8 bytes", built<tiny_holder>},
    {"page", "a block of 4096 bytes", built<of_size<4096>>},
    {"big", "a block of 5 MiB, which malloc maps", built<of_size<kBig>>},
    {"big_holder", "held by the last word of a block of 5 MiB",
     built<big_holder>},
    {"calloc", "a block from calloc", built<from_calloc>},
    {"posix_memalign", "a block at a page's beginning",
     built<from_posix_memalign>},
    {"aligned_alloc", "a block aligned to 256 bytes",
     built<from_aligned_alloc>},
    {"aligned_new", "an object of a type aligned to 128 bytes",
     built<from_aligned_new>},
    {"realloc_moved", "a block that realloc has moved", built<realloc_moved>},
    {"realloc_stale", "the same, but its old address is kept",
     built<realloc_stale>},
    {"realloc_shrunk", "held behind its end since realloc shrank it",
     built<realloc_shrunk>},
    {"realloc_big", "a mapped block that realloc has grown",
     built<realloc_big>},
};

}  // namespace

std::span<const Shape> sizes() { return kSizes; }

}  // namespace shapes
