#include "harness/agent/unwind/capture.h"

#include <array>
#include <atomic>

#include "harness/agent/unwind/cfi_rules.h"
#include "harness/agent/unwind/stepper.h"

namespace tidemark::agent {
namespace {

// Frames of the agent itself between the unwinder and the service.
constexpr unsigned kOwnFrames = 32;

std::atomic<std::uint64_t> module_epoch{1};

std::uint64_t load(std::uint64_t address) {
  std::uint64_t value;
  __builtin_memcpy(&value, reinterpret_cast<const void*>(address), 8);
  return value;
}

// ---- The hash: a sum over frames, each multiplied by a number of its own
// for its distance from the root. So a tail has the same sum under any leaf,
// and the sums of new frames do not wait for each other.

constexpr std::uint64_t scramble(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

constexpr auto kFactors = [] {
  std::array<std::uint64_t, kMaxFrames> factors{};
  for (std::uint64_t i = 0; i < kMaxFrames; ++i)
    factors[i] = scramble((i + 1) * 0x9e3779b97f4a7c15) | 1;
  return factors;
}();

std::uint64_t term(std::uint64_t return_address, unsigned from_root) {
  std::uint64_t x = return_address * 0x9e3779b97f4a7c15;
  return (x ^ (x >> 32)) * kFactors[from_root];
}

std::uint64_t finish(std::uint64_t sum) {
  const std::uint64_t hash = scramble(sum);
  return hash != 0 ? hash : 1;
}

std::uint64_t hash_of(const Capture& capture) {
  std::uint64_t sum = 0;
  for (unsigned i = 0; i < capture.depth; ++i)
    sum += term(capture.frames[i], capture.depth - 1 - i);
  return finish(sum);
}

// ---- The slow walk: all registers, any rule, no memory of earlier captures.

bool walk_to_caller(Frame& frame, std::uint64_t caller, StackMemory& memory) {
  for (unsigned i = 0; i < kOwnFrames; ++i) {
    if (step_frame(frame, memory) != Step::kCaller) return false;
    if (frame.registers.value[kReturnAddress] == caller) return true;
  }
  return false;
}

[[gnu::noinline, gnu::cold]] void walk_slowly(const Registers& registers,
                                              std::uint64_t caller,
                                              StackMemory& memory,
                                              Capture& out) {
  Frame frame{};
  for (unsigned number :
       {kRbx, kRbp, kRsp, kR12, kR12 + 1, kR12 + 2, kR12 + 3, kReturnAddress}) {
    frame.registers.value[number] = registers.value[number];
  }
  out.truncated = false;
  out.depth = 1;
  out.frames[0] = caller;
  Step step = Step::kUnreadable;
  if (walk_to_caller(frame, caller, memory)) step = step_frame(frame, memory);
  for (;;) {
    if (step == Step::kNoInfo) {
      out.truncated = true;
      step = step_by_frame_pointer(frame, memory);
    }
    if (step != Step::kCaller || out.depth == kMaxFrames) break;
    out.frames[out.depth++] = frame.registers.value[kReturnAddress];
    step = step_frame(frame, memory);
  }
  if (step != Step::kEnd) out.truncated = true;
  out.hash = hash_of(out);
}

// ---- The fast walk.

struct Cursor {
  std::uint64_t pc;
  std::uint64_t rsp;
  std::uint64_t rbp;
};

enum class Move { kCaller, kEnd, kLeave };

// One step by the compiled rule. The words that decided it go to `words`,
// at most three. kLeave: this step is not for the fast walk.
[[gnu::always_inline]] inline Move step_fast(RuleCache& rules,
                                             std::uint64_t mark,
                                             StackMemory& memory, Cursor& at,
                                             StackWord*& words) {
  const FastRule& rule = rule_of(rules, at.pc, mark);
  std::uint64_t cfa;
  std::uint64_t rbp_slot;
  if (__builtin_expect(
          rule.kind == RuleKind::kFromRsp || rule.kind == RuleKind::kFromRbp,
          1)) {
    std::uint64_t base = at.rsp;
    if (rule.kind == RuleKind::kFromRbp) {
      base = at.rbp;
      // A branch, not a conditional move: prediction takes the kind out of
      // the chain of loads that bounds the walk.
      asm("" : "+r"(base));
    }
    cfa = base + static_cast<std::uint64_t>(std::int64_t{rule.cfa_offset});
    rbp_slot = cfa + static_cast<std::uint64_t>(std::int64_t{rule.rbp_offset});
  } else if (rule.kind == RuleKind::kDeref) {
    const std::uint64_t cfa_slot =
        at.rbp + static_cast<std::uint64_t>(std::int64_t{rule.cfa_offset});
    rbp_slot =
        at.rbp + static_cast<std::uint64_t>(std::int64_t{rule.rbp_offset});
    if (cfa_slot < at.rsp || cfa_slot > ~kPage) return Move::kLeave;
    if (!memory.extend_to(cfa_slot + 8)) return Move::kLeave;
    cfa = load(cfa_slot);
    if (cfa - rbp_slot < 16) return Move::kLeave;
    *words++ = {cfa_slot, cfa};
  } else {
    return rule.kind == RuleKind::kEnd ? Move::kEnd : Move::kLeave;
  }
  // Both words then lie in [rsp, cfa), and the walk only goes up.
  if (rbp_slot < at.rsp || rbp_slot >= cfa) return Move::kLeave;
  if (cfa > memory.hi() && !memory.extend_to(cfa)) return Move::kLeave;
  const std::uint64_t return_address = load(cfa - 8);
  const std::uint64_t saved_rbp = load(rbp_slot);
  words[0] = {cfa - 8, return_address};
  words[1] = {rbp_slot, saved_rbp};
  words += rule.restores_rbp ? 2 : 1;
  at.rbp = rule.restores_rbp ? saved_rbp : at.rbp;
  at.rsp = cfa;
  at.pc = return_address;
  return return_address == 0 ? Move::kEnd : Move::kCaller;
}

// True if all words that led from `frame` to the root are as they were. If
// not, `frame` moves to the next one that may still be right.
bool tail_holds(const Trail& trail, unsigned& frame) {
  const std::uint64_t end = trail.frame[trail.end].first_word;
  std::uint64_t difference = 0;
  for (std::uint64_t i = trail.frame[frame].first_word; i < end; ++i)
    difference |= load(trail.word[i].address) ^ trail.word[i].value;
  if (__builtin_expect(difference == 0, 1)) return true;
  std::uint64_t last = end - 1;
  while (load(trail.word[last].address) == trail.word[last].value) --last;
  do {
    ++frame;
  } while (frame < trail.end && trail.frame[frame].first_word <= last);
  return false;
}

// Completes the sums of the frames from `begin` up to those at `tail`.
void sum_up(Trail& trail, unsigned begin, unsigned tail) {
  std::uint64_t sum = trail.frame[tail].sum;
  for (unsigned i = tail; i-- > begin;) {
    sum += term(trail.return_address[i], trail.end - 1 - i);
    trail.frame[i].sum = sum;
  }
}

// `trail`, written from kFirstFrame on, reached the root: it needs no other.
void complete(Trail& trail, unsigned count, std::uint64_t first_word_free,
              std::uint64_t top) {
  trail.begin = Trail::kFirstFrame;
  trail.end = Trail::kFirstFrame + count;
  trail.top = top;
  trail.frame[trail.end] = {~std::uint64_t{0}, 0, 0, first_word_free};
  sum_up(trail, trail.begin, trail.end);
}

// Puts the `count` frames and their words with which `fresh` begins before
// the tail of `trail` that starts at `tail`.
void join(Trail& trail, unsigned tail, const Trail& fresh, unsigned count,
          std::uint64_t first_word_free) {
  const unsigned begin = tail - count;
  const std::uint64_t words = first_word_free - Trail::kFirstWord;
  const std::uint64_t first_word = trail.frame[tail].first_word - words;
  __builtin_memcpy(trail.word + first_word, fresh.word + Trail::kFirstWord,
                   words * sizeof(StackWord));
  for (unsigned i = 0; i < count; ++i) {
    KnownFrame known = fresh.frame[Trail::kFirstFrame + i];
    known.first_word += first_word - Trail::kFirstWord;
    trail.frame[begin + i] = known;
    trail.return_address[begin + i] =
        fresh.return_address[Trail::kFirstFrame + i];
  }
  trail.begin = begin;
  sum_up(trail, begin, tail);
}

void give(const Trail& trail, unsigned from, Capture& out, unsigned at) {
  __builtin_memcpy(out.frames + at, trail.return_address + from,
                   (trail.end - from) * sizeof(std::uint64_t));
  out.depth = trail.end - trail.begin;
  out.truncated = false;
  out.hash = finish(trail.frame[trail.begin].sum);
}

void cut(Capture& out) {
  out.depth = kMaxFrames;
  out.truncated = true;
  out.hash = hash_of(out);
}

// Goes on to the frame that returns to `caller`.
bool leave_agent(UnwindState& state, Cursor& at, std::uint64_t caller,
                 StackMemory& memory) {
  for (unsigned i = 0; at.pc != caller; ++i) {
    StackWord* ignored = state.trail[state.current ^ 1].word;
    if (i == kOwnFrames || step_fast(state.rules, state.epoch << 48, memory, at,
                                     ignored) != Move::kCaller) {
      return false;
    }
  }
  return true;
}

// False: the stack needs the slow walk.
bool walk_fast(UnwindState& state, Cursor at, StackMemory& memory,
               Capture& out) {
  const std::uint64_t mark = state.epoch << 48;
  Trail& trail = state.trail[state.current];
  Trail& fresh = state.trail[state.current ^ 1];
  StackWord* words = fresh.word + Trail::kFirstWord;
  unsigned old = state.never_reuse ? trail.end : trail.begin;
  for (unsigned count = 0;; ++count) {
    const std::uint64_t slot = at.rsp - 8;
    const auto word_count = static_cast<std::uint64_t>(words - fresh.word);
    while (trail.frame[old].slot < slot) ++old;
    if (trail.frame[old].slot == slot && trail.return_address[old] == at.pc &&
        trail.frame[old].rbp == at.rbp && memory.extend_to(trail.top) &&
        tail_holds(trail, old)) {
      if (count + (trail.end - old) <= kMaxFrames) {
        join(trail, old, fresh, count, word_count);
        return give(trail, old, out, count), true;
      }
      for (; count < kMaxFrames; ++count)
        out.frames[count] = trail.return_address[old++];
    }
    if (count == kMaxFrames) return cut(out), true;
    const unsigned place = Trail::kFirstFrame + count;
    out.frames[count] = at.pc;
    fresh.return_address[place] = at.pc;
    fresh.frame[place] = {slot, at.rbp, 0, word_count};
    const Move move = step_fast(state.rules, mark, memory, at, words);
    if (move == Move::kLeave) return false;
    if (move == Move::kEnd) {
      complete(fresh, count + 1, static_cast<std::uint64_t>(words - fresh.word),
               at.rsp);
      state.current ^= 1;
      return give(fresh, fresh.end, out, 0), true;
    }
  }
}

// ---- Keeping the state valid.

void forget(UnwindState& state) {
  for (Trail& trail : state.trail) {
    trail.begin = trail.end = 0;
    // The end of every tail: no slot is above it.
    trail.frame[0] = {~std::uint64_t{0}, 0, 0, Trail::kFirstWord};
  }
}

void forget_all(UnwindState& state) {
  forget(state);
  __builtin_memset(&state.rules, 0, sizeof state.rules);
}

void follow_epoch(UnwindState& state) {
  const std::uint64_t epoch = module_epoch.load(std::memory_order_relaxed);
  if (__builtin_expect(state.epoch == epoch, 1)) return;
  // 16 bits of the epoch mark the rules: older ones miss. When they wrap,
  // marks repeat.
  if (state.epoch != 0 && state.epoch >> 16 != epoch >> 16) {
    forget_all(state);
  } else {
    forget(state);
  }
  state.epoch = epoch;
}

// False if a capture of this thread is in progress below us (we are in a
// signal handler); its state is then not ours to use.
bool enter(UnwindState& state, std::uint64_t rsp) {
  if (__builtin_expect(state.busy_at != 0, 0)) {
    if (!has_left(state.stack, rsp, state.busy_at)) return false;
    // It was left by siglongjmp, perhaps in the middle of a change.
    forget_all(state);
  }
  state.busy_at = rsp;
  std::atomic_signal_fence(std::memory_order_seq_cst);
  return true;
}

void leave(UnwindState& state) {
  std::atomic_signal_fence(std::memory_order_seq_cst);
  state.busy_at = 0;
}

}  // namespace

// The registers must be those of one place of one function, so that the
// unwind rule of that place leads from them to our caller.
#define TIDEMARK_SAVE_REGISTERS(registers) \
  do {                                     \
    std::uint64_t scratch;                 \
    asm volatile(                          \
        "movq %%rbx, 24(%1)\n\t"           \
        "movq %%rbp, 48(%1)\n\t"           \
        "movq %%rsp, 56(%1)\n\t"           \
        "movq %%r12, 96(%1)\n\t"           \
        "movq %%r13, 104(%1)\n\t"          \
        "movq %%r14, 112(%1)\n\t"          \
        "movq %%r15, 120(%1)\n\t"          \
        "leaq 1f(%%rip), %0\n\t"           \
        "movq %0, 128(%1)\n"               \
        "1:"                               \
        : "=&r"(scratch)                   \
        : "r"((registers).value)           \
        : "memory");                       \
  } while (false)

void capture_stack(UnwindState& state, std::uint64_t caller, Capture& out) {
  // Caller-saved ones stay unset: no rule of a call site asks for them, and
  // to clear them would cost a third of a short capture.
  Registers registers;
  TIDEMARK_SAVE_REGISTERS(registers);
  Cursor at{registers.value[kReturnAddress], registers.value[kRsp],
            registers.value[kRbp]};
  if (!enter(state, at.rsp)) {
    StackMemory memory(at.rsp, at.rsp);
    walk_slowly(registers, caller, memory, out);
    return;
  }
  follow_epoch(state);
  StackMemory memory = memory_at(state.stack, at.rsp);
  const bool done = leave_agent(state, at, caller, memory) &&
                    walk_fast(state, at, memory, out);
  if (__builtin_expect(!done, 0)) walk_slowly(registers, caller, memory, out);
  leave(state);
}

void invalidate_rules() {
  module_epoch.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace tidemark::agent
