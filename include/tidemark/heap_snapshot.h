// What a service's heap holds at one moment, by site and birth cycle.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "tidemark/units.h"

namespace tidemark {

// One line of a call stack as a person reads it. `file` is empty and `line`
// 0 where there is no debug information; `function` is then the nearest
// symbol, or "module+0xoffset" where there is none.
struct Frame {
  std::string function;  // demangled
  std::string file;
  std::uint32_t line = 0;
  std::string module;    // path of the executable or library
  bool inlined = false;  // the next frame is the function it is inlined into
  bool library = false;  // standard library, allocator or runtime glue

  bool operator==(const Frame&) const = default;
};

// A code address that stays the same in every process that maps the same
// file: an index into HeapSnapshot-independent module tables is not needed.
struct CodeAddr {
  std::string module;        // path; empty for code outside any file
  std::uint64_t offset = 0;  // from the module's load bias; a return address

  auto operator<=>(const CodeAddr&) const = default;
};

enum class MemoryKind {
  kHeap,     // malloc and its family, operator new
  kMapping,  // mmap by somebody other than the allocator
  kClass,    // objects of one class, wherever they were allocated
  kThread,   // threads or goroutines that live; bytes are their stacks'
};

// Where blocks come from: (caller, size) without a stack, or the whole stack
// and the size once zoomed. Equal in every process of the service.
struct SiteKey {
  MemoryKind kind = MemoryKind::kHeap;
  std::vector<CodeAddr> stack;  // leaf first; one entry when not zoomed
  bool zoomed = false;
  bool truncated = false;  // the stack was cut or could not be followed
  Bytes size;              // requested size of each block

  auto operator<=>(const SiteKey&) const = default;
};

using SiteId = std::uint32_t;  // index into SiteTable, stable in one run

// Live blocks of one site born in one cycle.
struct Ring {
  SiteId site = 0;
  CycleIndex born;
  Count objects;
  Bytes bytes;

  bool operator==(const Ring&) const = default;
};

// Cumulative since the service started; never falls. C4: "allocated" is not
// "kept".
struct HeapCounters {
  Count allocations;
  Count frees;
  Bytes allocated;

  bool operator==(const HeapCounters&) const = default;
};

inline constexpr std::size_t kPrefixFrames[] = {12, 8, 6, 5, 4, 3, 2};

// What is known of a site without looking up symbols.
struct SiteBrief {
  SiteId id = 0;
  MemoryKind kind = MemoryKind::kHeap;
  Bytes size;
  bool zoomed = false;
  // One number per caller, whatever the size and the rest of the stack.
  SiteId group = 0;
  // One number per whole stack, whatever the size; 0 when not zoomed.
  SiteId stack = 0;
  // Numbers for its innermost frames, as many as kPrefixFrames says; empty
  // when not zoomed.
  std::vector<SiteId> prefixes;
  // The runtime does not tell when a block was born: the rings are the steps
  // by which a level rose that has not fallen below them since.
  bool by_level = false;

  bool operator==(const SiteBrief&) const = default;
};

// One process of the service.
struct ProcessHeap {
  int pid = 0;
  Count live_objects;  // as in HeapSnapshot
  Bytes live_bytes;
  // Bytes of blocks and mappings by the cycle of their birth.
  std::map<CycleIndex, Bytes> born;

  bool operator==(const ProcessHeap&) const = default;
};

struct HeapSnapshot {
  CycleIndex taken_in;
  std::vector<ProcessHeap> processes;  // in the order they were found
  std::vector<Ring> rings;             // sorted by (site, born)
  std::vector<SiteBrief> sites;        // those of the rings, sorted by id
  Count live_objects;  // heap only, without tidemark's own blocks
  Bytes live_bytes;
  Count mapping_objects;  // mappings outside the allocator
  Bytes mapping_bytes;
  HeapCounters counters;
  // Operations during the scan: 0 means the snapshot is an exact cut.
  Count inexact_operations;
  Duration scan_time{};
  Bytes tracker_bytes;  // memory of the agent inside the service
  // Of a sampled profile: the mean number of bytes between samples. Objects
  // and bytes of rings are then samples, which stand for more of them (see
  // harness/verdict/sampling.h); live_objects and live_bytes are estimates of
  // all. 0: every block is there.
  Bytes sample_period;
};

}  // namespace tidemark
