// Captures the calling thread's stack: exact, without frame pointers, without
// a lock or an allocation, in tens of nanoseconds when the stack resembles
// the one before.
//
// How. (1) The unwind rule of each return address is compiled once from the
// module's .eh_frame into 16 bytes and kept per thread. (2) A capture that
// reaches a frame of the previous capture (same slot, return address and rbp)
// verifies that every stack word which led from there to the root is
// unchanged, and then takes the old tail. With rules limited to CFA in
// {rsp+k, rbp+k, *(rbp+k)}, return address at CFA-8 and rbp unchanged or in
// memory, a step is a function of (pc, rsp, rbp) and of those words alone:
// the tail is exact. (3) Anything else (signal frames, other expressions, code
// without information) is walked with all registers, from the start.
//
// Threads: an UnwindState belongs to one thread at a time. Signal handlers may
// capture while the same thread is inside capture_stack (they get the slow
// walk), and may siglongjmp out of it.
#pragma once

#include <cstdint>

#include "harness/agent/unwind/rule_cache.h"
#include "harness/agent/unwind/thread_stack.h"
#include "tidemark/agent_protocol.h"

namespace tidemark::agent {

struct Capture {
  unsigned depth;
  // Frames are missing at the root, or a frame without unwind information
  // was crossed by its frame pointer, or the walk could not go on.
  bool truncated;
  // Of the frames; never 0. Equal frames give equal hashes, in any process
  // that has the same code at the same addresses.
  std::uint64_t hash;
  std::uint64_t frames[kMaxFrames];  // return addresses, leaf first
};

// What a capture learned of one frame.
struct KnownFrame {
  std::uint64_t slot;  // where the return address lies
  std::uint64_t rbp;   // of the frame that it returns to
  std::uint64_t sum;   // hash of this frame and all older ones, unfinished
  // Index of the first word of a step from this frame towards the root.
  std::uint64_t first_word;
};

// A stack word that decided the walk.
struct StackWord {
  std::uint64_t address;
  std::uint64_t value;
};

// All that one capture learned, leaf first. A new trail begins in the middle,
// so that a later capture can put another leaf part before its tail in place.
struct Trail {
  static constexpr unsigned kFirstFrame = kMaxFrames;
  static constexpr unsigned kFirstWord = 3 * kMaxFrames;
  unsigned begin;
  unsigned end;
  std::uint64_t top;  // no word lies at or above this address
  std::uint64_t return_address[2 * kMaxFrames];
  KnownFrame frame[2 * kMaxFrames + 1];  // a sentinel at `end`
  StackWord word[2 * kFirstWord + 1];    // the last may be written in vain
};

// About 180 KB, touched as used. All zero is a valid, empty state; it needs
// no destruction. REQUIRES: given to another thread only when its thread has
// ended.
struct UnwindState {
  std::uint64_t busy_at;  // rsp of the capture in progress, 0 if none
  std::uint64_t epoch;    // of the modules that all below knows
  ThreadStack stack;
  bool never_reuse;  // measurement only: no tails of earlier captures
  unsigned current;  // the trail of the last capture; the other is spare
  Trail trail[2];
  RuleCache rules;
};

// Fills `out` with the stack from the frame whose return address is `caller`
// on: frames[0] == caller, the unwinder's and the agent's own frames below it
// are left out. If `caller` is not found, it is the only frame, and truncated.
[[gnu::noinline]] void capture_stack(UnwindState& state, std::uint64_t caller,
                                     Capture& out);

// After dlclose: what every thread has remembered of code is void.
void invalidate_rules();

}  // namespace tidemark::agent
