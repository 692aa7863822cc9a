#include "harness/agent/statistics.h"

#include <stddef.h>

#include "harness/agent/look_for.h"

namespace tidemark::agent {
namespace {

// What a part of it says; kNotTold stays kNotTold in sums.
std::uint64_t plus(std::uint64_t a, std::uint64_t b) {
  return a == kNotTold || b == kNotTold ? kNotTold : a + b;
}

std::uint64_t minus(std::uint64_t a, std::uint64_t b) {
  if (a == kNotTold || b == kNotTold) return kNotTold;
  return a > b ? a - b : 0;
}

// As <malloc.h> of glibc 2.33 has it; not named, so that the agent loads with
// an older one.
struct Mallinfo2 {
  size_t arena, ordblks, smblks, hblks, hblkhd, usmblks, fsmblks, uordblks,
      fordblks, keepcost;
};

void read_glibc(Statistics& into) {
  auto mallinfo = look_for<Mallinfo2 (*)()>("mallinfo2");
  if (!mallinfo) return;
  Mallinfo2 info = mallinfo();
  into.held.store(info.arena + info.hblkhd);
  into.in_use.store(info.uordblks + info.hblkhd);
  into.free.store(info.fordblks);
}

void read_jemalloc(Statistics& into) {
  using Mallctl = int (*)(const char*, void*, size_t*, void*, size_t);
  Mallctl mallctl = look_for<Mallctl>("mallctl");
  if (!mallctl) return;
  // Its figures are of the last epoch.
  std::uint64_t epoch = 1;
  size_t size = sizeof epoch;
  mallctl("epoch", &epoch, &size, &epoch, size);
  auto figure = [&](const char* name) {
    size_t value = 0, bytes = sizeof value;
    bool told = mallctl(name, &value, &bytes, nullptr, 0) == 0;
    return told ? std::uint64_t{value} : kNotTold;
  };
  std::uint64_t resident = figure("stats.resident");
  std::uint64_t allocated = figure("stats.allocated");
  std::uint64_t metadata = figure("stats.metadata");
  into.held.store(resident);
  into.in_use.store(allocated);
  into.own.store(metadata);
  into.free.store(minus(minus(resident, metadata), allocated));
}

void read_tcmalloc(Statistics& into) {
  using Property = int (*)(const char*, size_t*);
  Property property = look_for<Property>("MallocExtension_GetNumericProperty");
  if (!property) return;
  auto figure = [&](const char* name) {
    size_t value = 0;
    return property(name, &value) ? std::uint64_t{value} : kNotTold;
  };
  into.in_use.store(figure("generic.current_allocated_bytes"));
  into.held.store(minus(figure("generic.heap_size"),
                        figure("tcmalloc.pageheap_unmapped_bytes")));
  std::uint64_t free = figure("tcmalloc.pageheap_free_bytes");
  for (const char* cache : {"tcmalloc.central_cache_free_bytes",
                            "tcmalloc.transfer_cache_free_bytes",
                            "tcmalloc.thread_cache_free_bytes"})
    free = plus(free, figure(cache));
  into.free.store(free);
}

// Only the thread that owns a heap may walk it: what is in use stays untold.
void read_mimalloc(Statistics& into) {
  using ProcessInfo = void (*)(size_t*, size_t*, size_t*, size_t*, size_t*,
                               size_t*, size_t*, size_t*);
  ProcessInfo info = look_for<ProcessInfo>("mi_process_info");
  if (!info) return;
  size_t committed = 0;
  info(nullptr, nullptr, nullptr, nullptr, nullptr, &committed, nullptr,
       nullptr);
  into.held.store(committed);
}

// Fills the table by asking for the size of the block for one byte more than
// the last holds.
template <class SizeFor>
void read_sizes(SizeFor size_for, Statistics& into) {
  constexpr size_t kLargest = size_t{1} << 31;
  std::uint32_t told = 0;
  size_t wanted = 1;
  while (told < kSizeClasses && wanted < kLargest) {
    size_t size = size_for(wanted);
    if (size < wanted || size > kLargest) break;
    into.sizes[told++].store(static_cast<std::uint32_t>(size));
    wanted = size + 1;
  }
  into.sizes_told.store(told);
}

void read_nallocx_sizes(Statistics& into) {
  if (auto size_for = look_for<size_t (*)(size_t, int)>("nallocx"))
    read_sizes([=](size_t n) { return size_for(n, 0); }, into);
}

}  // namespace

void read_statistics(Allocator allocator, Statistics& into) {
  for (std::atomic<std::uint64_t>* figure :
       {&into.held, &into.in_use, &into.free, &into.own})
    figure->store(kNotTold);
  into.sizes_told.store(0);
  switch (allocator) {
    case Allocator::kGlibc:
      read_glibc(into);
      break;
    case Allocator::kJemalloc:
      read_jemalloc(into);
      read_nallocx_sizes(into);
      break;
    case Allocator::kTcmalloc:
      read_tcmalloc(into);
      read_nallocx_sizes(into);
      break;
    case Allocator::kMimalloc:
      read_mimalloc(into);
      if (auto size_for = look_for<size_t (*)(size_t)>("mi_good_size"))
        read_sizes(size_for, into);
      break;
    case Allocator::kGoogleTcmalloc:
    case Allocator::kUnknown:
      break;
  }
}

}  // namespace tidemark::agent
