// Go's heap profile as text, `heap?debug=1`: what was sampled, as it is, and
// what the runtime counts of itself.
//
//   heap profile: 16: 27136 [19: 27176] @ heap/1048576
//   2: 18944 [2: 18944] @ 0x4452e7 0x43c136 0x468e1c
//   #	0x4452e6	runtime.procresize+0x346
//   /go/src/runtime/proc.go:4857 … # runtime.MemStats # HeapAlloc = 190488
//
// pprof's protobuf has the same with names only; but what Go's own runtime
// allocates in the name of a line of the program is told by addresses that the
// protobuf leaves out.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "harness/runtimes/go/stack_text.h"
#include "tidemark/result.h"
#include "tidemark/units.h"

namespace tidemark::go {

// Blocks of one size that were allocated by one stack.
struct HeapRecord {
  Count objects;  // live ones
  Bytes bytes;
  Count ever_objects;  // all that ever were
  Bytes ever_bytes;
  std::vector<std::uint64_t> addresses;  // leaf first
  // Into HeapText::frames; leaf first, without those of the runtime before
  // the first of somebody else.
  std::vector<std::uint32_t> frames;

  bool operator==(const HeapRecord&) const = default;
};

// Of each block.
Bytes size_of(const HeapRecord& record);

struct HeapText {
  std::uint64_t rate = 0;  // mean bytes between samples; 1: every block
  std::vector<HeapRecord> records;
  std::vector<StackFrame> frames;
  // "HeapAlloc", "NumGC" …; `Stack` and the like have two numbers there, of
  // which this is the first: in use.
  std::map<std::string, std::uint64_t> statistics;
};

// kUsage: not such a text, with the line that is not; or not all of it.
Result<HeapText> read_heap_text(std::string_view text);

}  // namespace tidemark::go
