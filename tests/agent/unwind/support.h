// What the unwinder's tests share: a state per thread as the agent maps it,
// and libgcc's unwinder as the oracle.
#pragma once

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>
#include <unwind.h>

#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include "harness/agent/unwind/capture.h"

namespace tidemark::agent {

#ifdef __clang__
#define TIDEMARK_NOINLINE [[gnu::noinline]]
#define TIDEMARK_FRAME_POINTER [[gnu::noinline]]
#else
#define TIDEMARK_NOINLINE [[gnu::noinline, gnu::noclone]]
#define TIDEMARK_FRAME_POINTER \
  [[gnu::noinline, gnu::noclone, gnu::optimize("no-omit-frame-pointer")]]
#endif

// A call that stays a call: no tail call after it.
#define TIDEMARK_KEEP_FRAME() asm volatile("" ::: "memory")

// Mapped as the agent does it; unmapped with the thread.
class OwnState {
 public:
  OwnState() {
    set_main_stack_end(reinterpret_cast<std::uint64_t>(environ));
    state_ = static_cast<UnwindState*>(
        mmap(nullptr, sizeof(UnwindState), PROT_READ | PROT_WRITE,
             MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  }
  OwnState(const OwnState&) = delete;
  OwnState& operator=(const OwnState&) = delete;
  ~OwnState() { munmap(state_, sizeof(UnwindState)); }
  UnwindState& get() { return *state_; }

 private:
  UnwindState* state_;
};

inline UnwindState& own_state() {
  thread_local OwnState state;
  return state.get();
}

// Oracle: libgcc's frames, leaf first, never cut below 4,096.
struct OracleFrames {
  unsigned depth = 0;
  std::uint64_t frames[4096];
};

inline _Unwind_Reason_Code add_oracle_frame(_Unwind_Context* context,
                                            void* into) {
  auto* oracle = static_cast<OracleFrames*>(into);
  if (oracle->depth == 4096) return _URC_END_OF_STACK;
  const std::uint64_t ip = _Unwind_GetIP(context);
  if (ip == 0) return _URC_END_OF_STACK;
  oracle->frames[oracle->depth++] = ip;
  return _URC_NO_REASON;
}

struct Comparison {
  Capture capture;
  bool equal = false;
  std::string difference;
};

inline std::string hex_list(const std::uint64_t* frames, unsigned depth) {
  std::string text;
  char word[32];
  for (unsigned i = 0; i < depth; ++i) {
    snprintf(word, sizeof word, " %lx", frames[i]);
    text += word;
  }
  return text;
}

// Captures the caller's stack twice, with ours and with libgcc, and compares
// frame by frame from the caller on.
TIDEMARK_NOINLINE inline void compare_here(Comparison& result) {
  const auto caller =
      reinterpret_cast<std::uint64_t>(__builtin_return_address(0));
  capture_stack(own_state(), caller, result.capture);
  static thread_local OracleFrames oracle;
  oracle.depth = 0;
  _Unwind_Backtrace(add_oracle_frame, &oracle);
  unsigned skip = 0;
  while (skip < oracle.depth && oracle.frames[skip] != caller) ++skip;
  const unsigned whole = oracle.depth - skip;
  const unsigned expected = whole < kMaxFrames ? whole : kMaxFrames;
  result.equal = result.capture.depth == expected &&
                 result.capture.truncated == (whole > kMaxFrames);
  for (unsigned i = 0; result.equal && i < expected; ++i)
    result.equal = result.capture.frames[i] == oracle.frames[skip + i];
  if (!result.equal) {
    result.difference = "wanted" + hex_list(oracle.frames + skip, expected) +
                        "\nfound " +
                        hex_list(result.capture.frames, result.capture.depth) +
                        (result.capture.truncated ? " truncated" : "");
  }
}

TIDEMARK_NOINLINE inline void expect_oracle(unsigned at_least = 1) {
  static thread_local Comparison result;
  compare_here(result);
  EXPECT_TRUE(result.equal) << result.difference;
  EXPECT_GE(result.capture.depth, at_least);
  TIDEMARK_KEEP_FRAME();
}

}  // namespace tidemark::agent
