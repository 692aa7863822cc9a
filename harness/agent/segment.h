// This process's shared segment: made at the first allocation, made anew in
// a forked child before it writes anything.
#pragma once

#include <atomic>
#include <cstdint>

#include "tidemark/agent_protocol.h"

namespace tidemark::agent {

using Cell = std::atomic<std::uint64_t>;

// For each GiB of address space, its chunk of cells, or null. Its pages are
// wiped by fork: in a child every look-up fails, which sends the child into
// the slow path before it can touch the parent's memory.
extern Cell* top[kTopEntries];

// The segment's command page, mapped a second time at an address that the
// hooks know without loading a pointer.
union CommandPage {
  Command command;
  unsigned char page[kPage];
  constexpr CommandPage() : page() {}
};
extern CommandPage command_page;

inline Command& command() { return command_page.command; }

struct Segment {
  unsigned char* base;  // null until made
  Header* header;
  const std::atomic<std::uint64_t>* zoom;
  ThreadSlot* threads;
  CacheEntry* caches;
  Tally* tallies;
  Site* sites;
  std::atomic<std::uint64_t>* stacks;
  Region* regions;
  BigSize* big;
  std::atomic<std::uint64_t>* directory;
};

extern Segment segment;

struct Options {
  bool stacks_always;
  bool ignore_forks;
  std::uint32_t harness_pid;  // 0: not told
};

extern Options options;

// True when blocks may be recorded. Makes the segment if this process has
// none: first use, or a child of fork. False where recording is off or
// impossible; then nothing is recorded and the service goes on.
bool segment_ready();

// While held, segment_ready() is false; not in children that are forked
// meanwhile. For the agent that attaches itself.
void hold_recording(bool hold);

// segment_ready() is false from now on, in children as well.
void retire_recording();
bool is_retired();

// False in a fork's child until a hook has run there: what this process knows
// of a segment and of the agent's thread is then its parent's.
bool segment_is_own();

// The chunk for an address, mapping it if need be; null if there is none
// left (counted in the header).
Cell* chunk_for(std::uint64_t address);

// Called once from the agent's constructor, when the environment can be read.
void configure_from_environment();
void configure(const char* words);

// Gives the segment, and what was inherited of a parent's, back to the
// kernel. REQUIRES: no hook will run.
void unmap_segments();

// The segment's memory goes, its addresses stay valid: for when a hook may
// still be running.
void empty_segment();

}  // namespace tidemark::agent
