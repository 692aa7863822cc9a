// Stacks as Go writes them in its profiles as text:
//
//   1: 1024 [3: 3072] @ 0x43e33e 0x43eb7b
//   #	0x43e33d	main.serve+0x9d		/src/chat/main.go:17
//   ^the frames that a person wants to see; the addresses are all of them
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "tidemark/result.h"

namespace tidemark::go {

// No stack of a profile is deeper; Go's own have 32 to 128 addresses.
inline constexpr std::size_t kDeepestStack = 4096;
// Nor has one more of them.
inline constexpr std::size_t kMostStacks = 1'000'000;
inline constexpr std::string_view kTooManyStacks =
    "more stacks than any service has";

struct StackFrame {
  std::string function;  // "net/http.(*conn).serve"
  std::string file;      // may be empty
  std::uint32_t line = 0;

  bool operator==(const StackFrame&) const = default;
};

// The frames of a text, each once: the same lines are there again and again.
class FrameTable {
 public:
  // The frame's place in frames().
  std::uint32_t number(StackFrame frame);
  // The same for a line "#\t0x43e33d\tmain.serve+0x9d\t/src/main.go:17" that
  // has a name; false for one that has none.
  bool number_of_line(std::string_view line, std::uint32_t& number);

  const std::vector<StackFrame>& frames() const { return frames_; }
  std::vector<StackFrame> take() { return std::move(frames_); }

 private:
  std::vector<StackFrame> frames_;
  std::unordered_map<std::string, std::uint32_t> known_;
};

// "/src/chat/main.go:17"; the line is 0 if there is no number.
void split_position(std::string_view text, StackFrame& frame);

// "0x43e33e 0x43eb7b", to the end. kUsage: something else is there, or more
// than kDeepestStack.
Result<std::vector<std::uint64_t>> read_addresses(std::string_view text);

}  // namespace tidemark::go
