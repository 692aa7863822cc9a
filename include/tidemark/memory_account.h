// Where the memory of a service is at one moment: its PSS, divided among
// those who have it. The parts add up to the whole; what nobody is known to
// have is a part of its own.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tidemark/heap_snapshot.h"
#include "tidemark/units.h"

namespace tidemark {

// The live blocks of one site, or of one caller if their stacks are not known,
// and what they keep from being given back. A page with blocks of several
// sites is divided among its blocks.
struct AccountSite {
  SiteId site = 0;
  Count blocks;
  Bytes bytes;   // requested
  Count pages;   // resident ones that they hold
  Bytes pinned;  // free bytes in those pages

  bool operator==(const AccountSite&) const = default;
};

// What the allocator says of itself; absent where it does not say.
struct AllocatorFigures {
  std::optional<Bytes> held;    // from the system, touched or not
  std::optional<Bytes> in_use;  // handed out, with what it rounds up
  std::optional<Bytes> free;    // kept, to be handed out again
  std::optional<Bytes> own;     // its own bookkeeping

  bool operator==(const AllocatorFigures&) const = default;
};

inline constexpr std::size_t kAccountSites = 5;

// Sums over the service's processes. A page that several of them share counts
// for each by its share, as in PSS; bytes that were asked for and never
// touched do not count.
struct MemoryAccount {
  CycleIndex cycle;
  // "start", "baseline", "open", "unpurged" (at the end, before the last
  // purge), "settled" (at the end).
  std::string moment;
  Bytes pss;          // without the agent's table, as KernelSample::pss
  Bytes live;         // requested bytes of live blocks
  Bytes rounding;     // what the allocator adds to them, as far as is known
  Bytes pinned;       // free, in pages that hold a live block
  Bytes free;         // the allocator's, in pages without a live block
  Bytes stacks;       // of threads, with their storage; ended threads' too
  Bytes mappings;     // mapped beside the allocator
  Bytes modules;      // mapped files: code and data
  Bytes agent;        // tidemark's own code, stacks and caches
  Bytes unexplained;  // PSS less all of the above
  std::vector<std::pair<std::string, Bytes>> mappings_by_module;
  std::vector<std::pair<std::string, Bytes>> bytes_by_module;  // of `modules`
  Count blocks;                                                // live ones
  Count pinned_pages;  // resident pages that hold a live block
  // Most bytes first, most pinned bytes first; at most kAccountSites each.
  std::vector<AccountSite> live_sites;
  std::vector<AccountSite> pinning_sites;
  std::optional<AllocatorFigures> allocator;
  Bytes socket_queues;  // the kernel's, beside PSS

  bool operator==(const MemoryAccount&) const = default;
};

// Of the PSS, the part that somebody is known to have: 0 … 1.
inline double explained_share(const MemoryAccount& account) {
  if (account.pss.value <= 0) return 0;
  const Bytes rest = account.unexplained;
  const std::int64_t off = rest.value < 0 ? -rest.value : rest.value;
  return 1 - static_cast<double>(off) / static_cast<double>(account.pss.value);
}

}  // namespace tidemark
