// The one state of the benchmark's one thread.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include "harness/agent/unwind/capture.h"

#ifdef __clang__
#define TIDEMARK_NOINLINE [[gnu::noinline]]
#else
#define TIDEMARK_NOINLINE [[gnu::noinline, gnu::noclone]]
#endif

namespace tidemark::agent {

inline UnwindState& bench_state() {
  static UnwindState* state = [] {
    set_main_stack_end(reinterpret_cast<std::uint64_t>(environ));
    return static_cast<UnwindState*>(mmap(nullptr, sizeof(UnwindState),
                                          PROT_READ | PROT_WRITE,
                                          MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  }();
  return *state;
}

}  // namespace tidemark::agent
