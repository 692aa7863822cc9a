// Go's goroutines as text: `goroutine?debug=2`, each by itself and with the
// one that created it,
//
//   goroutine 19 [chan receive, 5 minutes]:
//   main.listen(0xc000012345)
//   	/src/chat/main.go:10 +0x17
//   created by main.serve in goroutine 7
//   	/src/chat/main.go:31 +0xf3
//
// or `goroutine?debug=1`, those alike together and without their creator:
//
//   goroutine profile: total 10
//   7 @ 0x43b256 0x44a88c 0x670997
//   #	0x670996	main.listen+0x16	/src/chat/main.go:10
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/runtimes/go/stack_text.h"
#include "tidemark/result.h"
#include "tidemark/units.h"

namespace tidemark::go {

// Goroutines with one stack and one creator.
struct GoroutineGroup {
  Count goroutines;
  // What they wait for, of one of them: "chan receive"; empty in debug=1.
  std::string state;
  std::vector<std::uint32_t> frames;        // leaf first
  std::optional<std::uint32_t> created_by;  // the line of the go statement

  bool operator==(const GoroutineGroup&) const = default;
};

struct GoroutineText {
  Count total;
  std::vector<GoroutineGroup> groups;
  std::vector<StackFrame> frames;
  // Go gives up after 64 MiB of text: there were more of them.
  bool cut_off = false;
};

// Either form. kUsage: neither, with the line that is not.
Result<GoroutineText> read_goroutine_text(std::string_view text);

}  // namespace tidemark::go
