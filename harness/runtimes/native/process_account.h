// Divides the PSS of one process among those who have it. Pure.
//
//   smaps      mapping, how much of it is in memory
//   owners     ranges of it that belong to somebody
//   resident   pages of anonymous mappings that are in memory
//   blocks     live blocks, within what is the allocator's
//
// The kernel tells the PSS of a mapping and which of its pages are there: each
// page has the same share of it. So the parts of a mapping add up to its PSS,
// even if pages came and went between the two looks.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "harness/runtimes/native/size_classes.h"
#include "harness/runtimes/native/smaps.h"
#include "tidemark/memory_account.h"
#include "tidemark/retention.h"

namespace tidemark {

enum class Owner {
  kAllocator,
  kStack,
  kMapping,  // of the service's
  kModule,   // data beside the file: .bss
  kAgent,
};

struct OwnedRange {
  MemoryRange range;
  Owner owner = Owner::kAllocator;
  std::string name;  // kMapping, kModule: the module's path

  bool operator==(const OwnedRange&) const = default;
};

struct ProcessMemory {
  std::vector<MappedMemory> mapped;  // smaps, by address
  // The first that covers a page has it. What none covers belongs to the
  // allocator if it is an anonymous mapping with live blocks in it or the
  // break's; to the file that is mapped there; else to nobody known.
  std::vector<OwnedRange> owners;
  // The resident pages of part of an anonymous mapping: all of it where the
  // kernel does not tell.
  std::function<std::vector<MemoryRange>(MemoryRange)> resident;
  std::span<const LiveBlock> blocks;  // by address
  SizeClasses sizes = SizeClasses::exact();
};

// Before rounding to bytes, and with all sites.
class AccountSum {
 public:
  void add(const ProcessMemory& memory);

  // Without cycle, moment, allocator and socket queues.
  MemoryAccount account() const;

 private:
  struct SiteSum {
    std::int64_t blocks = 0;
    std::int64_t bytes = 0;
    double pages = 0;
    double pinned = 0;
  };
  struct Piece;
  class PageWalk;

  void add_anonymous(const ProcessMemory& memory, const MappedMemory& mapped,
                     const std::vector<OwnedRange>& owners,
                     std::vector<Piece>& heap);
  void add_to(Owner owner, const std::string& name, double bytes);
  void add_blocks(const ProcessMemory& memory, const std::vector<Piece>& heap);

  double pss_ = 0;
  double live_ = 0;
  double rounding_ = 0;
  double pinned_ = 0;
  double free_ = 0;
  double stacks_ = 0;
  double agent_ = 0;
  std::map<std::string, double> mappings_;
  std::map<std::string, double> modules_;
  std::int64_t blocks_ = 0;
  std::int64_t pinned_pages_ = 0;
  std::unordered_map<SiteId, SiteSum> sites_;
};

}  // namespace tidemark
