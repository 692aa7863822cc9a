#include "harness/runtimes/native/process_account.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string_view>

#include "harness/runtimes/native/block_table.h"
#include "tidemark/agent_protocol.h"

namespace tidemark {
namespace {

constexpr std::uint64_t kPage = agent::kPage;

double size_of(MemoryRange range) {
  return static_cast<double>(range.to - range.from);
}

Bytes rounded(double bytes) { return {std::llround(bytes)}; }

bool is_agents_table(const Mapping& mapping) {
  return mapping.name.starts_with(std::string("/memfd:") + agent::kMemfdName);
}

bool by_address(const OwnedRange& a, const OwnedRange& b) {
  return a.range.from < b.range.from;
}

// By address and without overlaps: each range keeps what none before it has.
std::vector<OwnedRange> flattened(const std::vector<OwnedRange>& owners) {
  std::vector<OwnedRange> flat;
  std::vector<MemoryRange> taken;
  for (const OwnedRange& owned : owners) {
    MemoryRange whole{owned.range.from & ~(kPage - 1),
                      agent::page_up(owned.range.to)};
    if (whole.from >= whole.to) continue;
    for (const MemoryRange& part : without(whole, taken))
      flat.push_back({part, owned.owner, owned.name});
    unite(whole, taken);
  }
  std::sort(flat.begin(), flat.end(), by_address);
  return flat;
}

const OwnedRange* owner_at(const std::vector<OwnedRange>& owners,
                           std::uint64_t address) {
  auto after = std::upper_bound(
      owners.begin(), owners.end(), address,
      [](std::uint64_t a, const OwnedRange& o) { return a < o.range.from; });
  if (after == owners.begin()) return nullptr;
  const OwnedRange& owned = *std::prev(after);
  return owned.range.contains(address) ? &owned : nullptr;
}

std::vector<std::pair<std::string, Bytes>> largest_first(
    const std::map<std::string, double>& sums) {
  std::vector<std::pair<std::string, Bytes>> sorted;
  for (const auto& [name, bytes] : sums)
    if (rounded(bytes).value > 0) sorted.emplace_back(name, rounded(bytes));
  std::stable_sort(
      sorted.begin(), sorted.end(),
      [](const auto& a, const auto& b) { return a.second > b.second; });
  return sorted;
}

double sum_of(const std::map<std::string, double>& sums) {
  double sum = 0;
  for (const auto& [name, bytes] : sums) sum += bytes;
  return sum;
}

}  // namespace

// Resident memory of the allocator's.
struct AccountSum::Piece {
  MemoryRange range;
  double weight = 1;  // PSS of a byte
};

// Goes over the pages of the allocator's from the lowest to the highest,
// as its blocks do.
class AccountSum::PageWalk {
 public:
  PageWalk(AccountSum& sum, const std::vector<Piece>& heap)
      : sum_(sum), piece_(heap.begin()), end_(heap.end()) {}
  ~PageWalk() { leave_page(); }
  PageWalk(const PageWalk&) = delete;
  PageWalk& operator=(const PageWalk&) = delete;

  // REQUIRES: `block` begins where the one before ended, or beyond. It has
  // `taken` bytes, of which those it asked for come first.
  void pass(const LiveBlock& block, std::uint64_t taken) {
    std::uint64_t at = block.address;
    std::uint64_t end = block.address + taken;
    std::uint64_t asked_end = block.address + block.bytes;
    do {
      std::uint64_t page = at & ~(kPage - 1);
      std::uint64_t stop = std::min(end, page + kPage);
      if (enter(page)) {
        std::uint64_t asked = std::clamp(asked_end, at, stop) - at;
        live_ += asked;
        rounding_ += stop - at - asked;
        if (holders_.empty() || holders_.back().first != block.site)
          holders_.emplace_back(block.site, 0);
        ++holders_.back().second;
        at = stop;
      } else {
        // Most of a big block may never have been touched.
        at = piece_ == end_ ? end : std::max(stop, piece_->range.from);
      }
    } while (at < end);
  }

 private:
  // Whether the page is in memory.
  bool enter(std::uint64_t page) {
    if (inside_ && page == page_) return true;
    leave_page();
    while (piece_ != end_ && piece_->range.to <= page) ++piece_;
    inside_ = piece_ != end_ && piece_->range.contains(page);
    page_ = page;
    return inside_;
  }

  void leave_page() {
    if (!inside_) return;
    inside_ = false;
    const double weight = piece_->weight;
    std::uint64_t used = std::min(live_ + rounding_, kPage);
    double empty = static_cast<double>(kPage - used) * weight;
    sum_.live_ += static_cast<double>(live_) * weight;
    sum_.rounding_ += static_cast<double>(used - live_) * weight;
    sum_.pinned_ += empty;
    sum_.free_ -= static_cast<double>(kPage) * weight;
    ++sum_.pinned_pages_;
    std::uint64_t blocks = 0;
    for (const auto& [site, count] : holders_) blocks += count;
    for (const auto& [site, count] : holders_) {
      double share = static_cast<double>(count) / static_cast<double>(blocks);
      SiteSum& holder = sum_.sites_[site];
      holder.pages += share;
      holder.pinned += share * empty;
    }
    live_ = rounding_ = 0;
    holders_.clear();
  }

  AccountSum& sum_;
  std::vector<Piece>::const_iterator piece_, end_;
  bool inside_ = false;
  std::uint64_t page_ = 0;
  std::uint64_t live_ = 0;
  std::uint64_t rounding_ = 0;
  std::vector<std::pair<SiteId, std::uint64_t>> holders_;
};

void AccountSum::add_to(Owner owner, const std::string& name, double bytes) {
  switch (owner) {
    case Owner::kAllocator:
      free_ += bytes;
      break;
    case Owner::kStack:
      stacks_ += bytes;
      break;
    case Owner::kMapping:
      mappings_[name] += bytes;
      break;
    case Owner::kModule:
      modules_[name] += bytes;
      break;
    case Owner::kAgent:
      agent_ += bytes;
      break;
  }
}

void AccountSum::add_anonymous(const ProcessMemory& memory,
                               const MappedMemory& mapped,
                               const std::vector<OwnedRange>& owners,
                               std::vector<Piece>& heap) {
  const Mapping& mapping = mapped.mapping;
  std::vector<MemoryRange> resident = memory.resident(mapping.range);
  double there = 0;
  for (const MemoryRange& part : resident) there += size_of(part);
  // It came and went between two looks.
  if (there <= 0) return;
  const double weight = static_cast<double>(mapped.pss.value) / there;
  const bool allocators = mapping.name == "[heap]" ||
                          holds_heap_block(memory.blocks, mapping.range);
  const bool stack = mapping.name.starts_with("[stack");
  const auto add = [&](MemoryRange range, const OwnedRange* owned) {
    if (range.from >= range.to) return;
    std::optional<Owner> owner;
    if (owned) {
      owner = owned->owner;
    } else if (allocators) {
      owner = Owner::kAllocator;
    } else if (stack) {
      owner = Owner::kStack;
    }
    if (!owner) return;
    add_to(*owner, owned ? owned->name : "", size_of(range) * weight);
    if (*owner == Owner::kAllocator) heap.push_back({range, weight});
  };
  for (const MemoryRange& part : resident) {
    std::uint64_t at = part.from;
    while (at < part.to) {
      const OwnedRange* owned = owner_at(owners, at);
      std::uint64_t stop = part.to;
      if (owned) {
        stop = std::min(stop, owned->range.to);
      } else {
        auto next = std::upper_bound(owners.begin(), owners.end(), at,
                                     [](std::uint64_t a, const OwnedRange& o) {
                                       return a < o.range.from;
                                     });
        if (next != owners.end()) stop = std::min(stop, next->range.from);
      }
      add({at, stop}, owned);
      at = stop;
    }
  }
}

void AccountSum::add_blocks(const ProcessMemory& memory,
                            const std::vector<Piece>& heap) {
  PageWalk walk(*this, heap);
  std::uint64_t end_of_last = 0;
  for (std::size_t i = 0; i < memory.blocks.size(); ++i) {
    LiveBlock block = memory.blocks[i];
    if (range_of(block).to - block.address != block.bytes) continue;
    SiteSum& site = sites_[block.site];
    ++site.blocks;
    site.bytes += static_cast<std::int64_t>(block.bytes);
    ++blocks_;
    if (block.address < end_of_last) continue;  // the table moved meanwhile
    std::uint64_t taken = memory.sizes.taken_for(block.bytes);
    if (i + 1 < memory.blocks.size())
      taken = std::min(taken, memory.blocks[i + 1].address - block.address);
    block.bytes = std::min(block.bytes, taken);
    end_of_last = block.address + taken;
    walk.pass(block, taken);
  }
}

void AccountSum::add(const ProcessMemory& memory) {
  const std::vector<OwnedRange> owners = flattened(memory.owners);
  std::vector<Piece> heap;
  for (const MappedMemory& mapped : memory.mapped) {
    const Mapping& mapping = mapped.mapping;
    if (is_agents_table(mapping) || mapped.pss.value == 0) continue;
    const double pss = static_cast<double>(mapped.pss.value);
    pss_ += pss;
    if (mapping.anonymous() && !mapping.name.starts_with("[v")) {
      add_anonymous(memory, mapped, owners, heap);
      continue;
    }
    // All of it belongs to one: the one who mapped it, else the file.
    const OwnedRange* owned = owner_at(owners, mapping.range.from);
    if (owned && (owned->owner != Owner::kMapping || mapping.shared))
      add_to(owned->owner, owned->name, pss);
    else
      modules_[mapping.name] += pss;
  }
  add_blocks(memory, heap);
}

MemoryAccount AccountSum::account() const {
  MemoryAccount account;
  account.pss = rounded(pss_);
  account.live = rounded(live_);
  account.rounding = rounded(rounding_);
  account.pinned = rounded(pinned_);
  account.free = rounded(free_);
  account.stacks = rounded(stacks_);
  account.agent = rounded(agent_);
  account.mappings = rounded(sum_of(mappings_));
  account.modules = rounded(sum_of(modules_));
  account.unexplained = account.pss - account.live - account.rounding -
                        account.pinned - account.free - account.stacks -
                        account.agent - account.mappings - account.modules;
  account.mappings_by_module = largest_first(mappings_);
  account.bytes_by_module = largest_first(modules_);
  account.blocks = {blocks_};
  account.pinned_pages = {pinned_pages_};
  std::vector<AccountSite> sites;
  for (const auto& [site, sum] : sites_)
    sites.push_back({site,
                     {sum.blocks},
                     {sum.bytes},
                     {std::llround(sum.pages)},
                     rounded(sum.pinned)});
  std::sort(sites.begin(), sites.end(),
            [](const AccountSite& a, const AccountSite& b) {
              return a.site < b.site;
            });
  const auto most = [&](auto more) {
    std::vector<AccountSite> sorted = sites;
    std::stable_sort(sorted.begin(), sorted.end(), more);
    if (sorted.size() > kAccountSites) sorted.resize(kAccountSites);
    return sorted;
  };
  account.live_sites = most([](const AccountSite& a, const AccountSite& b) {
    return a.bytes > b.bytes;
  });
  account.pinning_sites = most([](const AccountSite& a, const AccountSite& b) {
    return a.pinned > b.pinned;
  });
  std::erase_if(account.pinning_sites,
                [](const AccountSite& s) { return s.pinned.value <= 0; });
  return account;
}

}  // namespace tidemark
