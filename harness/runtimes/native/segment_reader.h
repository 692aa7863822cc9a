// The harness's end of the agent's shared memory. Everything in it may be
// damaged or hostile: each number is checked before it is used.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "tidemark/agent_protocol.h"
#include "tidemark/result.h"
#include "tidemark/units.h"

namespace tidemark {

// So many live blocks with the same cell: same cycle, site and size.
struct CellCount {
  std::uint64_t cell = 0;
  std::uint64_t blocks = 0;
};

struct RawRegion {
  std::uint64_t address = 0;
  std::uint64_t bytes = 0;
  std::uint64_t bits = 0;
};

struct RawSite {
  std::uint64_t caller = 0;          // 0 when a whole stack
  std::vector<std::uint64_t> stack;  // empty when a caller
  bool truncated = false;
  bool mapping = false;
};

struct RawBlock {
  std::uint64_t address = 0;
  std::uint64_t bytes = 0;  // requested
  std::uint64_t cell = 0;
};

struct RawCounters {
  std::uint64_t allocations = 0;
  std::uint64_t frees = 0;
  std::uint64_t allocated_bytes = 0;

  bool operator==(const RawCounters&) const = default;
};

// Births at one site since the process began, of all sizes.
struct RawTally {
  std::uint64_t site = 0;
  std::uint64_t births = 0;
  std::uint64_t bytes = 0;

  bool operator==(const RawTally&) const = default;
};

// What a slot tells of the thread that owns it, or did.
struct RawThread {
  std::uint32_t tid = 0;
  std::uint64_t thread_pointer = 0;
  std::uint64_t unwind_state = 0;  // 0: none
};

// One process's segment. Stays readable after the process has died, which is
// how a crash is examined.
class SegmentReader {
 public:
  // Takes over a descriptor of a segment. kEnvironment: not a segment of this
  // version, or unsealed or too short for what it claims.
  static Result<std::unique_ptr<SegmentReader>> adopt(int fd);

  // Finds the segment of a running process. kEnvironment: it has none (yet).
  static Result<std::unique_ptr<SegmentReader>> open(pid_t pid);

  // The descriptor of the segment that a process made itself, to be adopted;
  // -1 if there is none. A forked child that has not allocated yet still
  // shows its parent's.
  static int find(pid_t pid);

  ~SegmentReader();
  SegmentReader(const SegmentReader&) = delete;
  SegmentReader& operator=(const SegmentReader&) = delete;

  // Whether this is the segment that /proc/PID/maps shows as mapped: no more
  // so after an exec, which gives a process another one.
  bool is_in(const std::string& maps) const;

  const agent::Header& header() const { return *header_; }
  agent::Command& command() const { return *command_; }

  RawCounters counters() const;

  // By site, in its order; the agent's own and those of dead threads, too.
  // Births that found no room in the table of sites are in counters() only.
  std::vector<RawTally> tallies() const;

  // Live blocks by cell value, in no particular order; sizes of 4 GiB and
  // more come separately as address → bytes in `big`.
  std::vector<CellCount> scan() const;
  std::vector<RawRegion> regions() const;
  // Requested bytes of blocks whose cell says kBigSize, by cell.
  std::vector<CellCount> big_blocks() const;

  // Every live block, by address, the agent's own too. A block that was
  // freed meanwhile may or may not be among them.
  void each_block(const std::function<void(const RawBlock&)>& see) const;

  std::vector<RawThread> threads() const;

  // Number from a cell; empty caller and stack if the number is not in use.
  RawSite site(std::uint64_t number) const;

  // From the next stamp on, blocks of `bytes` from this site's caller are
  // recorded with their whole stack.
  void zoom(std::uint64_t number, std::uint64_t bytes);

  // Bytes of memory the segment occupies now.
  Bytes occupied() const;

 private:
  SegmentReader(int fd, unsigned char* base, std::uint64_t bytes);

  std::uint64_t chunks() const;
  std::uint64_t slots_used() const;
  // Empty for a slot that has none.
  std::span<const agent::CacheEntry> cache_of(std::uint64_t slot) const;
  std::uint64_t moving(std::uint64_t slot) const;
  RawCounters thread_counters(std::uint64_t slot) const;
  using Tallies = std::map<std::uint64_t, RawTally>;  // by site
  Tallies add_up_tallies() const;
  template <class Entry>
  std::vector<Entry> read_table(std::uint64_t at, std::uint64_t entries) const;
  template <class See>
  void for_each_cell(std::uint64_t from, std::uint64_t to, See see) const;

  int fd_;
  unsigned char* base_;
  std::uint64_t bytes_;
  agent::Header* header_;
  agent::Command* command_;
};

}  // namespace tidemark
