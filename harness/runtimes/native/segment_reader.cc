#include "harness/runtimes/native/segment_reader.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <sstream>
#include <string_view>
#include <unordered_map>

#include "harness/runtimes/native/cell_table.h"

namespace tidemark {
namespace {

using namespace agent;

tl::unexpected<Error> not_a_segment(const std::string& what) {
  return fail(ErrorKind::kEnvironment,
              "the agent's shared memory cannot be used: " + what,
              "tidemark and libtidemark_agent.so must be of one build");
}

// The shared structures as they come out of a read.
struct PlainBigSize {
  std::uint64_t address, bytes;
};
struct PlainRegion {
  std::uint64_t address, bytes, bits, unused;
};
static_assert(sizeof(PlainBigSize) == sizeof(BigSize));
static_assert(sizeof(PlainRegion) == sizeof(Region));

// Counts on their way from a cache entry would be missing, or be there twice:
// then they are read once more. A thread that died on the way is on it for
// ever, and a busy one may be on it again.
constexpr int kTriesForCounters = 100;
constexpr int kTriesForTallies = 3;

}  // namespace

int SegmentReader::find(pid_t pid) {
  std::string folder = fmt::format("/proc/{}/fd", pid);
  DIR* entries = opendir(folder.c_str());
  if (!entries) return -1;
  int found = -1;
  std::string wanted = fmt::format("/memfd:{} (deleted)", kMemfdName);
  while (dirent* entry = readdir(entries)) {
    std::string path = folder + "/" + entry->d_name;
    char link[128];
    ssize_t length = readlink(path.c_str(), link, sizeof link);
    if (length < 0 || std::string_view(link, std::size_t(length)) != wanted)
      continue;
    int fd = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
    std::uint32_t owner = 0;
    if (fd >= 0 &&
        pread(fd, &owner, sizeof owner, offsetof(Header, pid)) ==
            sizeof owner &&
        owner == static_cast<std::uint32_t>(pid)) {
      found = fd;
      break;
    }
    if (fd >= 0) ::close(fd);
  }
  closedir(entries);
  return found;
}

SegmentReader::SegmentReader(int fd, unsigned char* base, std::uint64_t bytes)
    : fd_(fd),
      base_(base),
      bytes_(bytes),
      header_(reinterpret_cast<Header*>(base)),
      command_(reinterpret_cast<Command*>(base + kCommandAt)) {}

SegmentReader::~SegmentReader() {
  munmap(base_, bytes_);
  ::close(fd_);
}

Result<std::unique_ptr<SegmentReader>> SegmentReader::adopt(int fd) {
  auto give_up = [&](const std::string& what) {
    ::close(fd);
    return not_a_segment(what);
  };
  struct stat status;
  if (fstat(fd, &status) != 0) return give_up(strerror(errno));
  std::uint64_t bytes = static_cast<std::uint64_t>(status.st_size);
  if (bytes < kChunksAt + kChunkBytes)
    return give_up(fmt::format("it has {} bytes only", bytes));
  // Without the seal, the service could cut the file under our feet and
  // every read of the mapping would be a SIGBUS.
  int seals = fcntl(fd, F_GET_SEALS);
  if (seals < 0 || !(seals & F_SEAL_SHRINK)) return give_up("it is not sealed");
  void* at = mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                  MAP_SHARED | MAP_NORESERVE, fd, 0);
  if (at == MAP_FAILED) return give_up(strerror(errno));
  std::unique_ptr<SegmentReader> reader(
      new SegmentReader(fd, static_cast<unsigned char*>(at), bytes));
  if (reader->header_->magic != kMagic)
    return not_a_segment("its first bytes are not the agent's");
  if (reader->header_->version != kVersion)
    return not_a_segment(fmt::format("it is of version {}, {} is wanted",
                                     reader->header_->version, kVersion));
  return reader;
}

Result<std::unique_ptr<SegmentReader>> SegmentReader::open(pid_t pid) {
  int fd = find(pid);
  if (fd < 0)
    return fail(ErrorKind::kEnvironment,
                fmt::format("process {} has no agent in it", pid));
  return adopt(fd);
}

bool SegmentReader::is_in(const std::string& maps) const {
  struct stat status;
  // What cannot be told is as it was.
  if (fstat(fd_, &status) != 0) return true;
  const std::string inode = fmt::format(" {} ", status.st_ino);
  const std::string name = fmt::format("/memfd:{} ", kMemfdName);
  std::istringstream lines(maps);
  for (std::string line; std::getline(lines, line);)
    if (line.find(inode) != line.npos && line.find(name) != line.npos)
      return true;
  return false;
}

std::uint64_t SegmentReader::slots_used() const {
  return std::min<std::uint64_t>(header_->thread_slots_used.load(),
                                 kThreadSlots);
}

// Of a slot that nobody took: a hole in the file, which reading would fill.
std::span<const CacheEntry> SegmentReader::cache_of(std::uint64_t slot) const {
  const ThreadSlot* slots =
      reinterpret_cast<const ThreadSlot*>(base_ + kThreadsAt);
  if (slot >= kCachedSlots || slots[slot].tid.load() == 0) return {};
  return {reinterpret_cast<const CacheEntry*>(base_ + kCachesAt +
                                              slot * kCacheBytes),
          kSiteCacheEntries};
}

std::uint64_t SegmentReader::moving(std::uint64_t slot) const {
  return reinterpret_cast<const ThreadSlot*>(base_ + kThreadsAt)[slot]
      .moving.load(std::memory_order_acquire);
}

RawCounters SegmentReader::thread_counters(std::uint64_t index) const {
  const ThreadSlot& slot =
      reinterpret_cast<const ThreadSlot*>(base_ + kThreadsAt)[index];
  RawCounters sum;
  for (int tries = 0; tries < kTriesForCounters; ++tries) {
    const std::uint64_t before = moving(index);
    sum = {slot.allocations.load(std::memory_order_relaxed),
           slot.frees.load(std::memory_order_relaxed),
           slot.allocated_bytes.load(std::memory_order_relaxed)};
    for (const CacheEntry& entry : cache_of(index)) {
      sum.allocations += entry.allocations.load(std::memory_order_relaxed);
      sum.allocated_bytes +=
          entry.allocated_bytes.load(std::memory_order_relaxed);
    }
    std::atomic_thread_fence(std::memory_order_acquire);
    if (before % 2 == 0 && moving(index) == before) break;
    sched_yield();
  }
  return sum;
}

RawCounters SegmentReader::counters() const {
  RawCounters sum;
  const auto add = [&](std::uint64_t slot) {
    const RawCounters one = thread_counters(slot);
    sum.allocations += one.allocations;
    sum.frees += one.frees;
    sum.allocated_bytes += one.allocated_bytes;
  };
  const std::uint64_t used = slots_used();
  for (std::uint64_t slot = 0; slot < used; ++slot) add(slot);
  // The last is for whoever has no slot of its own.
  if (used < kThreadSlots) add(kThreadSlots - 1);
  return sum;
}

SegmentReader::Tallies SegmentReader::add_up_tallies() const {
  Tallies sums;
  constexpr std::uint64_t kWords = sizeof(Tally) / sizeof(std::uint64_t);
  static_assert(kWords == 2);
  for_each_cell(kTalliesAt, kTalliesAt + kSiteSlots * sizeof(Tally),
                [&](std::uint64_t at, std::uint64_t value) {
                  const std::uint64_t word = at / sizeof(std::uint64_t);
                  RawTally& sum = sums[word / kWords];
                  (word % kWords == 0 ? sum.births : sum.bytes) += value;
                });
  for (std::uint64_t slot = 0; slot < slots_used(); ++slot)
    for (const CacheEntry& entry : cache_of(slot)) {
      const std::uint64_t births = entry.allocations.load();
      if (births == 0) continue;
      RawTally& sum = sums[cell_site(entry.bits.load())];
      sum.births += births;
      sum.bytes += entry.allocated_bytes.load();
    }
  return sums;
}

std::vector<RawTally> SegmentReader::tallies() const {
  const auto all_moving = [this] {
    std::vector<std::uint64_t> all;
    for (std::uint64_t slot = 0; slot < slots_used(); ++slot)
      all.push_back(moving(slot));
    return all;
  };
  Tallies sums;
  for (int tries = 0; tries < kTriesForTallies; ++tries) {
    const std::vector<std::uint64_t> before = all_moving();
    sums = add_up_tallies();
    const bool still =
        std::none_of(before.begin(), before.end(),
                     [](std::uint64_t moving) { return moving % 2 != 0; });
    if (still && all_moving() == before) break;
  }
  std::vector<RawTally> tallies;
  for (auto& [site, sum] : sums) {
    if (site == 0 || site >= kSiteSlots) continue;
    sum.site = site;
    tallies.push_back(sum);
  }
  return tallies;
}

std::uint64_t SegmentReader::chunks() const {
  std::uint64_t room = (bytes_ - kChunksAt) / kChunkBytes;
  return std::min({header_->chunks_used.load(), room, kMaxChunks});
}

// Visits every non-zero cell between two places of the file, touching only
// pages that hold data: a hole read through the mapping would make the file
// grow.
template <class See>
void SegmentReader::for_each_cell(std::uint64_t from, std::uint64_t to,
                                  See see) const {
  std::uint64_t at = from;
  while (at < to) {
    off_t data = lseek(fd_, static_cast<off_t>(at), SEEK_DATA);
    if (data < 0 || static_cast<std::uint64_t>(data) >= to) return;
    off_t hole = lseek(fd_, data, SEEK_HOLE);
    if (hole <= data) return;
    std::uint64_t stop = std::min<std::uint64_t>(to, std::uint64_t(hole));
    const std::atomic<std::uint64_t>* cells =
        reinterpret_cast<const std::atomic<std::uint64_t>*>(base_);
    for (std::uint64_t i = std::uint64_t(data) / 8; i < stop / 8; ++i) {
      std::uint64_t cell = cells[i].load(std::memory_order_relaxed);
      if (cell != 0) see(i * 8 - from, cell);
    }
    at = stop;
  }
}

std::vector<CellCount> SegmentReader::scan() const {
  CellTable table;
  for_each_cell(kChunksAt, kChunksAt + chunks() * kChunkBytes,
                [&](std::uint64_t, std::uint64_t cell) { table.add(cell); });
  return table.take();
}

// Tables that are mostly untouched are read through the descriptor: a hole
// reads as zeros there, and through the mapping it would become a page.
template <class Entry>
std::vector<Entry> SegmentReader::read_table(std::uint64_t at,
                                             std::uint64_t entries) const {
  std::vector<Entry> table(entries);
  ssize_t got =
      pread(fd_, table.data(), entries * sizeof(Entry), static_cast<off_t>(at));
  table.resize(got < 0 ? 0 : static_cast<std::uint64_t>(got) / sizeof(Entry));
  return table;
}

std::vector<CellCount> SegmentReader::big_blocks() const {
  std::vector<CellCount> blocks;
  for (const PlainBigSize& big : read_table<PlainBigSize>(kBigAt, kBigSlots)) {
    std::uint64_t address = big.address;
    if (address == 0) continue;
    for (std::uint64_t c = 0; c < chunks(); ++c) {
      const std::atomic<std::uint64_t>* directory =
          reinterpret_cast<const std::atomic<std::uint64_t>*>(base_ +
                                                              kDirectoryAt);
      if (directory[c].load() != (address >> kChunkShift) + 1) continue;
      const std::atomic<std::uint64_t>* cells =
          reinterpret_cast<const std::atomic<std::uint64_t>*>(
              base_ + kChunksAt + c * kChunkBytes);
      std::uint64_t cell = cells[(address >> kGranuleShift) & kCellMask].load();
      if (cell != 0 && cell_size(cell) == kBigSize)
        blocks.push_back({cell, big.bytes});
    }
  }
  return blocks;
}

void SegmentReader::each_block(
    const std::function<void(const RawBlock&)>& see) const {
  std::unordered_map<std::uint64_t, std::uint64_t> big;
  for (const PlainBigSize& entry : read_table<PlainBigSize>(kBigAt, kBigSlots))
    big.emplace(entry.address, entry.bytes);
  // Chunks are handed out as addresses come up: here they go by address. Two
  // for one address are one too many.
  const std::atomic<std::uint64_t>* directory =
      reinterpret_cast<const std::atomic<std::uint64_t>*>(base_ + kDirectoryAt);
  std::map<std::uint64_t, std::uint64_t> by_address;
  for (std::uint64_t c = 0; c < chunks(); ++c) {
    std::uint64_t entry = directory[c].load();
    if (entry == 0 || entry > kTopEntries) continue;
    by_address.emplace((entry - 1) << kChunkShift, c);
  }
  for (const auto& [address, c] : by_address) {
    std::uint64_t from = kChunksAt + c * kChunkBytes;
    std::uint64_t first = address;
    for_each_cell(from, from + kChunkBytes,
                  [&](std::uint64_t at, std::uint64_t cell) {
                    RawBlock block;
                    block.address = first + (at / 8 << kGranuleShift);
                    block.cell = cell;
                    block.bytes = cell_size(cell);
                    if (block.bytes == kBigSize) {
                      auto known = big.find(block.address);
                      if (known == big.end()) return;
                      block.bytes = known->second;
                    }
                    see(block);
                  });
  }
}

std::vector<RawThread> SegmentReader::threads() const {
  std::vector<RawThread> threads;
  const ThreadSlot* slots =
      reinterpret_cast<const ThreadSlot*>(base_ + kThreadsAt);
  for (std::uint64_t i = 0; i < slots_used(); ++i)
    threads.push_back({slots[i].tid.load(), slots[i].thread_pointer.load(),
                       slots[i].unwind_state.load()});
  return threads;
}

std::vector<RawRegion> SegmentReader::regions() const {
  std::vector<RawRegion> found;
  for (const PlainRegion& region :
       read_table<PlainRegion>(kRegionsAt, kRegionSlots)) {
    if (region.address < kPage) continue;
    found.push_back({region.address, region.bytes, region.bits});
  }
  return found;
}

RawSite SegmentReader::site(std::uint64_t number) const {
  RawSite raw;
  if (number == 0 || number >= kSiteSlots) return raw;
  const Site& site = reinterpret_cast<const Site*>(base_ + kSitesAt)[number];
  std::uint64_t key = site.key.load(std::memory_order_acquire);
  std::uint32_t flags = site.flags.load();
  raw.mapping = flags & kSiteMapping;
  raw.truncated = flags & kSiteTruncated;
  if (!(key & kStackKey)) {
    raw.caller = key & ~(1ull << 62);
    return raw;
  }
  std::uint32_t depth = std::min(site.depth.load(std::memory_order_acquire),
                                 std::uint32_t{kMaxFrames});
  std::uint64_t first = site.first_frame.load();
  const std::atomic<std::uint64_t>* words =
      reinterpret_cast<const std::atomic<std::uint64_t>*>(base_ + kStacksAt);
  if (first > kStackWords - depth) return raw;
  for (std::uint32_t i = 0; i < depth; ++i)
    raw.stack.push_back(words[first + i].load(std::memory_order_relaxed));
  return raw;
}

void SegmentReader::zoom(std::uint64_t number, std::uint64_t bytes) {
  RawSite raw = site(number);
  if (raw.caller == 0 || raw.caller == kAgentCaller) return;
  std::uint64_t bit = zoom_bit(raw.caller, bytes);
  std::atomic<std::uint64_t>* filter =
      reinterpret_cast<std::atomic<std::uint64_t>*>(base_ + kZoomAt);
  filter[bit / 64].fetch_or(1ull << (bit % 64));
  Site& entry = reinterpret_cast<Site*>(base_ + kSitesAt)[number];
  entry.flags.fetch_or(kSiteZoom);
}

Bytes SegmentReader::occupied() const {
  struct stat status;
  if (fstat(fd_, &status) != 0) return {};
  return {static_cast<std::int64_t>(status.st_blocks) * 512};
}

}  // namespace tidemark
