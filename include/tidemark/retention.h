// What still holds the memory that stayed: chains of pointers from a named
// root to the blocks of a finding, read from a frozen copy of the service.
//
// Conservative: any aligned word that is an address inside a live block is
// taken for a pointer to it; one past the end is not.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "tidemark/heap_snapshot.h"
#include "tidemark/result.h"
#include "tidemark/units.h"

namespace tidemark {

// From the strongest explanation to the weakest: a block that a global and a
// stack both hold is told as held by the global.
enum class RootKind : std::uint8_t {
  kGlobal,       // .data or .bss of a module
  kThreadLocal,  // static or dynamic thread-local storage, thread keys
  kStack,        // above the stack pointer; may be a stale word
  kRegister,
  kMapping,    // memory mapped beside the allocator: arenas, fibers
  kAllocator,  // the allocator's own, the loader's
};

const char* to_word(RootKind kind);  // "global", "thread-local", "stack" …

// Memory in which pointers are looked for, other than blocks. A kMapping may
// cover a block that is a mapping: who maps memory need not hold its address
// in a way that is seen. A kStack or kThreadLocal may cover a part of
// a block: a stack that the service has given, a fiber's, a loaded module's
// variables.
struct RootRange {
  std::uint64_t from = 0;  // [from, to), aligned to 8
  std::uint64_t to = 0;
  RootKind kind = RootKind::kGlobal;
  std::uint32_t thread = 0;  // kThreadLocal, kStack, kRegister: its tid

  bool operator==(const RootRange&) const = default;
};

// A live block, as the agent's table had it when the copy was taken.
struct LiveBlock {
  std::uint64_t address = 0;
  std::uint64_t bytes = 0;  // requested
  SiteId site = 0;
  CycleIndex born;

  bool operator==(const LiveBlock&) const = default;
};

// A process that stands still for as long as this lives: a copy that the
// kernel made of it. The service itself goes on.
// What a word of a root is part of.
struct RootPart {
  // "g_rooms (chat.cpp)", "stack of thread io (4711) in Session::run". Never
  // empty.
  std::string name;
  std::uint64_t begin = 0;  // where the variable is; the word, if it is none
  // All words in [from, to) have the same name and begin.
  std::uint64_t from = 0;
  std::uint64_t to = 0;
};

class FrozenHeap {
 public:
  virtual ~FrozenHeap() = default;

  virtual pid_t pid() const = 0;  // of the service's process, not the copy's

  // Sorted by address; none overlap.
  virtual std::span<const LiveBlock> blocks() const = 0;

  // By kind, strongest first, then by address.
  virtual std::span<const RootRange> roots() const = 0;

  // Copies what is at `address`; how many bytes from the front could be read.
  virtual std::size_t read(std::uint64_t address,
                           std::span<std::byte> into) const = 0;

  // A word of a root range as people know it. REQUIRES: `root` is one of
  // roots(), and has the word.
  virtual RootPart root_part(const RootRange& root,
                             std::uint64_t word) const = 0;

  // The class whose vtable `word` points to: "chat::Session"; else empty.
  virtual std::string class_of_vtable(std::uint64_t word) const = 0;

  // An error once the copy is gone, with what could not be read since: who
  // holds what is then not known.
  virtual Status intact() const = 0;
};

// A block on the way from a root to a block of a finding.
struct Holder {
  SiteId site = 0;
  Bytes bytes;
  std::uint32_t offset = 0;  // in the holder before it, or in the root
  bool interior = false;     // the pointer is not to the block's beginning
  std::string type;          // "chat::Session", "std::string"; may be empty
  std::string member;        // its name in what holds it, where a runtime tells
  std::uint32_t repeated = 1;  // a run of alike holders: nodes of a list

  bool operator==(const Holder&) const = default;
};

// Blocks of a finding that are held in the same way, as one.
struct RetainingPath {
  RootKind root = RootKind::kGlobal;
  std::string root_name;        // "g_rooms"
  std::vector<Holder> holders;  // from the root; the last is the finding's
  Count objects;                // blocks of the finding held so
  Bytes bytes;                  // their own
  // What would be unreachable without this root's pointers, or doubtful.
  Bytes retained;
  double share = 0;  // LeakShare in bytes: what several hold is divided

  bool operator==(const RetainingPath&) const = default;
};

// Who holds the blocks of one finding.
struct Retention {
  Count objects;  // all of them, on paths that are left out, too
  Bytes bytes;
  // Not all ways, but those that hold most: most objects first, or most bytes.
  std::vector<RetainingPath> paths;
  Count unreachable;  // lost: nothing points to them
  Bytes unreachable_bytes;
  // Held by a stack, a register, allocator-internal memory or the unused part
  // of a vector alone: the word may be stale.
  Count doubtful;

  bool operator==(const Retention&) const = default;
};

}  // namespace tidemark
