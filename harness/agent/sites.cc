#include "harness/agent/sites.h"

#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "harness/agent/commands.h"
#include "harness/agent/segment.h"
#include "harness/agent/site_cache.h"
#include "harness/agent/unwind/capture.h"

namespace tidemark::agent {
namespace {

constexpr unsigned kProbes = 64;

// Finds the key's place in the open-addressing table, claiming a free one.
// `fresh` tells the claimer that the rest of the entry is its to write.
std::uint32_t find_or_claim(std::uint64_t key, bool* fresh) {
  std::uint64_t at = mix(key);
  for (unsigned i = 0; i < kProbes; ++i, ++at) {
    std::uint32_t index = static_cast<std::uint32_t>(at % kSiteSlots);
    if (index == 0) continue;
    Site& site = segment.sites[index];
    std::uint64_t found = site.key.load(std::memory_order_acquire);
    if (found == key) return index;
    if (found != 0) continue;
    if (site.key.compare_exchange_strong(found, key)) {
      segment.header->sites_used.fetch_add(1, std::memory_order_relaxed);
      *fresh = true;
      return index;
    }
    if (found == key) return index;
  }
  segment.header->dropped_sites.fetch_add(1, std::memory_order_relaxed);
  return 0;
}

std::uint32_t site_of_stack(const Capture& stack, std::uint32_t flags) {
  bool fresh = false;
  std::uint32_t index =
      find_or_claim(kStackKey | mix(stack.hash + flags), &fresh);
  if (!fresh) return index;
  Site& site = segment.sites[index];
  Header* header = segment.header;
  std::uint64_t first = header->stack_words_used.fetch_add(stack.depth);
  if (first + stack.depth > kStackWords) {
    header->stack_words_used.fetch_sub(stack.depth);
    header->dropped_stacks.fetch_add(1, std::memory_order_relaxed);
    return index;
  }
  for (unsigned i = 0; i < stack.depth; ++i)
    segment.stacks[first + i].store(stack.frames[i], std::memory_order_relaxed);
  site.first_frame.store(first, std::memory_order_relaxed);
  if (stack.truncated) flags |= kSiteTruncated;
  site.flags.store(flags, std::memory_order_relaxed);
  site.depth.store(stack.depth, std::memory_order_release);
  header->stack_sites_used.fetch_add(1, std::memory_order_relaxed);
  return index;
}

bool wants_stack(const Site& caller_site, std::uint64_t caller,
                 std::uint64_t bytes) {
  if (command().stacks_always.load(std::memory_order_relaxed)) return true;
  if (!(caller_site.flags.load(std::memory_order_relaxed) & kSiteZoom))
    return false;
  std::uint64_t bit = zoom_bit(caller, bytes);
  return segment.zoom[bit / 64].load(std::memory_order_relaxed) >> (bit % 64) &
         1;
}

bool is_cacheable(const Site& caller_site) {
  return !command().stacks_always.load(std::memory_order_relaxed) &&
         !(caller_site.flags.load(std::memory_order_relaxed) & kSiteZoom);
}

// The unwinder's memory, mapped when a thread first needs it. A thread that
// takes over the slot of one that has ended takes that one's memory, too.
UnwindState* unwind_state(ThreadState& state) {
  if (state.unwind) return state.unwind;
  std::uint64_t slot =
      static_cast<std::uint64_t>(slot_of(state) - segment.threads);
  // The last slot may be shared by threads that are all alive.
  bool pooled = slot < kThreadSlots - 1;
  if (pooled && unwind_states[slot]) {
    // All zero is a state that knows nothing.
    madvise(unwind_states[slot], sizeof(UnwindState), MADV_DONTNEED);
    state.unwind = unwind_states[slot];
    return state.unwind;
  }
  long at =
      syscall(SYS_mmap, nullptr, sizeof(UnwindState), PROT_READ | PROT_WRITE,
              MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0L);
  if (at < 0 && at > -4096) return nullptr;
  state.unwind = reinterpret_cast<UnwindState*>(at);
  if (pooled) unwind_states[slot] = state.unwind;
  segment.threads[slot].unwind_state.store(static_cast<std::uint64_t>(at));
  return state.unwind;
}

[[gnu::noinline]] std::uint32_t stack_site(ThreadState& state,
                                           std::uint64_t caller,
                                           std::uint32_t flags) {
  UnwindState* unwind = unwind_state(state);
  if (!unwind) return 0;
  Capture stack;
  capture_stack(*unwind, caller, stack);
  return stack.depth > 0 ? site_of_stack(stack, flags) : 0;
}

}  // namespace

std::uint32_t site_of_caller(std::uint64_t caller, std::uint32_t flags) {
  bool fresh = false;
  // A mapping and a block from one caller are two sites.
  std::uint64_t key = flags & kSiteMapping ? caller | 1ull << 62 : caller;
  std::uint32_t index = find_or_claim(key, &fresh);
  if (fresh && flags)
    segment.sites[index].flags.fetch_or(flags, std::memory_order_relaxed);
  return index;
}

std::uint64_t cell_bits_slow(ThreadState& state, std::uint64_t caller,
                             std::uint64_t bytes, std::uint32_t flags) {
  // Not from a mapping: an allocator may make it, with its lock held, and a
  // thread wants memory for its variables.
  if (!(flags & kSiteMapping)) start_agent_thread_if_wanted();
  std::uint64_t stamp = command().stamp.load(std::memory_order_relaxed);
  slot_of(state);
  if (state.internal) caller = kAgentCaller;
  std::uint32_t site = site_of_caller(caller, flags);
  if (site == 0) return 0;
  std::uint64_t cycle = stamp >> kCycleShift << kCycleShift;
  const Site& entry = segment.sites[site];
  if (!state.internal && wants_stack(entry, caller, bytes)) {
    if (std::uint32_t whole = stack_site(state, caller, flags)) site = whole;
  } else if (state.cache && flags == 0 && is_cacheable(entry)) {
    put_in_cache(state, caller, stamp,
                 cycle | static_cast<std::uint64_t>(site) << kSiteShift);
  }
  return cycle | static_cast<std::uint64_t>(site) << kSiteShift;
}

}  // namespace tidemark::agent
