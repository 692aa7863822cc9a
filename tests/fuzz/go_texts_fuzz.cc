// The texts of a Go service's profiles, written by anybody: what is read of
// them has no index that leads nowhere, and no amount that cannot be.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "harness/runtimes/go/frames.h"
#include "harness/runtimes/go/goroutine_text.h"
#include "harness/runtimes/go/heap_text.h"
#include "harness/runtimes/go/symbols.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  using namespace tidemark::go;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto heap = read_heap_text(text)) {
    std::int64_t bytes = 0;
    for (const HeapRecord& record : heap->records) {
      if (record.objects.value < 0 || record.bytes.value < 0) std::abort();
      if (__builtin_add_overflow(bytes, record.bytes.value, &bytes))
        std::abort();
      if (record.frames.size() > kDeepestStack) std::abort();
      for (const std::uint32_t frame : record.frames)
        if (frame >= heap->frames.size()) std::abort();
      if (size_of(record).value < 0) std::abort();
      (void)is_own_record(record, heap->frames);
      (void)frames_of(record, heap->frames);
    }
  }
  if (const auto goroutines = read_goroutine_text(text)) {
    std::int64_t stacks = 0;  // 2 KiB each
    for (const GoroutineGroup& group : goroutines->groups) {
      if (group.goroutines.value < 0) std::abort();
      if (__builtin_add_overflow(stacks, group.goroutines.value * 2048,
                                 &stacks))
        std::abort();
      for (const std::uint32_t frame : group.frames)
        if (frame >= goroutines->frames.size()) std::abort();
      (void)is_own_goroutine(group, goroutines->frames);
      (void)frames_of(group, goroutines->frames);
    }
  }
  (void)read_symbols(text);
  return 0;
}
