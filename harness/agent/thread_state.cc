#include "harness/agent/thread_state.h"

#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "harness/agent/segment.h"

namespace tidemark::agent {

__thread ThreadState thread_state
    __attribute__((tls_model("initial-exec"), visibility("hidden")));

alignas(kPage) UnwindState* unwind_states[kThreadSlots];

namespace {

// Slots taken before dead threads are looked for.
constexpr std::uint64_t kFirstSweep = 256;

bool is_dead(std::uint32_t tid) {
  int saved_errno = errno;
  bool dead = syscall(SYS_tgkill, static_cast<int>(segment.header->pid),
                      static_cast<int>(tid), 0) != 0 &&
              errno == ESRCH;
  errno = saved_errno;
  return dead;
}

// A slot of a thread that has ended, looked for from a place that moves on,
// so that 10,000 short threads share a few hundred slots.
ThreadSlot* take_over(std::uint32_t tid, std::uint64_t used) {
  static std::atomic<std::uint64_t> cursor{0};
  for (int tries = 0; tries < 64; ++tries) {
    ThreadSlot& slot = segment.threads[cursor.fetch_add(1) % used];
    std::uint32_t owner = slot.tid.load();
    if (owner != 0 && owner != tid && is_dead(owner) &&
        slot.tid.compare_exchange_strong(owner, tid))
      return &slot;
  }
  return nullptr;
}

ThreadSlot* take_slot() {
  std::uint32_t tid = static_cast<std::uint32_t>(syscall(SYS_gettid));
  Header* header = segment.header;
  // A child of vfork borrows the memory of a thread of the service, and its
  // number is soon nobody's.
  if (header->pid != static_cast<std::uint32_t>(getpid()))
    return &segment.threads[kThreadSlots - 1];
  std::uint64_t used = header->thread_slots_used.load();
  if (used >= kFirstSweep) {
    if (used > kThreadSlots) used = kThreadSlots;
    if (ThreadSlot* slot = take_over(tid, used)) return slot;
  }
  std::uint64_t index = header->thread_slots_used.fetch_add(1);
  // More threads alive at once than slots: the last is shared, and its
  // counts may then miss operations.
  if (index >= kThreadSlots) index = kThreadSlots - 1;
  segment.threads[index].tid.store(tid);
  return &segment.threads[index];
}

}  // namespace

namespace {

// What a former owner left there is as good for the next: sites and stamps
// are of the process.
CacheEntry* cache_of(const ThreadState& state) {
  const std::uint64_t slot =
      static_cast<std::uint64_t>(state.slot - segment.threads);
  if (state.internal || slot >= kCachedSlots) return nullptr;
  return segment.caches + slot * kSiteCacheEntries;
}

}  // namespace

ThreadSlot* slot_of(ThreadState& state) {
  if (!state.slot) {
    state.slot = take_slot();
    state.slot->thread_pointer.store(
        reinterpret_cast<std::uint64_t>(__builtin_thread_pointer()));
    state.cache = cache_of(state);
  }
  return state.slot;
}

void set_internal(ThreadState& state, bool internal) {
  state.internal = internal;
  state.cache = state.slot ? cache_of(state) : nullptr;
  std::atomic_signal_fence(std::memory_order_seq_cst);
}

void forget_thread_state() {
  thread_state.cache = nullptr;
  std::atomic_signal_fence(std::memory_order_seq_cst);
  thread_state.slot = nullptr;
  thread_state.unwind = nullptr;
}

}  // namespace tidemark::agent
