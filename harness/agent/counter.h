// A thread's own counters in the shared segment.
#pragma once

#include <atomic>
#include <cstdint>

namespace tidemark::agent {

// Only this thread writes, the harness reads. One instruction where there is
// one for it, which need not be locked: a signal handler that allocates finds
// the counter before or after, and what it moves away does not come back.
inline void bump(std::atomic<std::uint64_t>& counter, std::uint64_t by) {
#if defined(__x86_64__)
  asm volatile("addq %1, %0"
               : "+m"(reinterpret_cast<std::uint64_t&>(counter))
               : "er"(by)
               : "cc");
#else
  counter.store(counter.load(std::memory_order_relaxed) + by,
                std::memory_order_relaxed);
#endif
}

}  // namespace tidemark::agent
