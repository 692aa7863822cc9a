// The shared memory between the agent inside a service and the harness: both
// ends include this header and nothing else of each other.
//
// The agent creates one memfd per process, named kMemfdName, and maps it
// shared. The file is sparse; only touched pages cost memory. Layout, in
// order, each part starting on a page:
//
//   Header      one page: what the agent tells
//   Command     one page: what the harness asks (cycle, purge, freeze, thaw)
//   zoom filter kZoomFilterBits bits
//   threads     kThreadSlots × ThreadSlot: cumulative counters
//   caches      kCachedSlots × kSiteCacheEntries × CacheEntry: the sites that
//               each thread allocates at, with counters of their own
//   tallies     kSiteSlots × Tally: cumulative counters by site
//   sites       kSiteSlots × Site: an open-addressing table; a site's number
//               is its index, and index 0 is never used
//   stacks      kStackWords × u64: return addresses, leaf first
//   regions     kRegionSlots × Region: mappings outside the allocator
//   big sizes   kBigSlots × BigSize: blocks of 4 GiB − 1 and more
//   directory   kMaxChunks × u64: chunk i holds the cells of addresses
//               [directory[i] << 30, +1 GiB); the value is stored plus one,
//               so that 0 means unused
//   chunks      Header::chunk_capacity × kChunkBytes
//
// A cell is 8 bytes for each 16 bytes of address space; it is non-zero for
// the first granule of a live block:
//
//    63      56 55            32 31                0
//   ┌──────────┬────────────────┬───────────────────┐
//   │  cycle   │      site      │  requested size   │
//   └──────────┴────────────────┴───────────────────┘
//
// Example: a block of 96 bytes at 0x5581'0000'1230, born in cycle 7 at site
// 0x2a: chunk 0x5581'0000'1230 >> 30 = 0x15604, cell number
// (0x5581'0000'1230 >> 4) & 0x3ffffff = 0x123, value 0x0700'002a'0000'0060.
//
// Ordering: free clears the cell before the real free and malloc writes it
// after the real malloc, so the allocator's own hand-over orders the two
// writers of a cell and plain relaxed stores are enough. The harness reads a
// segment as hostile input: nothing in it is trusted to be in range.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace tidemark::agent {

inline constexpr char kMemfdName[] = "tidemark-agent";
inline constexpr char kThreadName[] = "tidemark-agent";
inline constexpr char kFrozenName[] = "tidemark-frozen";
// Space-separated words: "stacks=always" "forks=ignore", and when attaching
// "harness=PID": whose end lets the agent leave.
inline constexpr char kOptionsVariable[] = "TIDEMARK_AGENT";

inline constexpr std::uint64_t kMagic = 0x314b52414d454449;  // "IDEMARK1"
inline constexpr std::uint32_t kVersion = 5;

inline constexpr std::uint64_t kPage = 4096;
inline constexpr unsigned kChunkShift = 30;   // 1 GiB of addresses
inline constexpr unsigned kGranuleShift = 4;  // 16 bytes
inline constexpr std::uint64_t kCellsPerChunk =
    1ull << (kChunkShift - kGranuleShift);
inline constexpr std::uint64_t kCellMask = kCellsPerChunk - 1;
inline constexpr std::uint64_t kChunkBytes = kCellsPerChunk * 8;
inline constexpr std::uint64_t kTopEntries = 1ull << (47 - kChunkShift);
inline constexpr std::uint64_t kMaxChunks = 512;

inline constexpr std::uint64_t kZoomFilterBits = 1ull << 16;
inline constexpr std::uint64_t kThreadSlots = 1ull << 15;
inline constexpr std::uint64_t kSiteSlots = 1ull << 20;
// Together with caches and tallies 256 MiB: a service whose address space is
// limited pays for all that is laid out.
inline constexpr std::uint64_t kStackWords = (1ull << 25) - (1ull << 22);
inline constexpr std::uint64_t kRegionSlots = 1ull << 14;
inline constexpr std::uint64_t kBigSlots = 1ull << 10;
inline constexpr std::uint32_t kMaxFrames = 128;

inline constexpr unsigned kCycleShift = 56;
inline constexpr unsigned kEpochShift = 47;
inline constexpr std::uint64_t kEpochs = 512;
inline constexpr std::uint64_t kFirstStamp = 1ull << kEpochShift;
inline constexpr unsigned kSiteShift = 32;
inline constexpr std::uint64_t kSiteBits = 0xffffff;
inline constexpr std::uint64_t kSizeBits = 0xffffffff;
// This size in a cell means: look in the table of big sizes.
inline constexpr std::uint64_t kBigSize = kSizeBits;

constexpr std::uint64_t cell_cycle(std::uint64_t c) { return c >> kCycleShift; }
constexpr std::uint64_t cell_site(std::uint64_t c) {
  return (c >> kSiteShift) & kSiteBits;
}
constexpr std::uint64_t cell_size(std::uint64_t c) { return c & kSizeBits; }

enum class Allocator : std::uint32_t {
  kUnknown = 0,
  kGlibc = 1,
  kJemalloc = 2,
  kTcmalloc = 3,  // gperftools
  kMimalloc = 4,
  kGoogleTcmalloc = 5,
};

enum class State : std::uint32_t {
  kEmpty = 0,
  kRecording = 1,
  kIgnoring = 2,  // a child that does not record (forks: ignore)
};

// What the agent could not do; each is reported, none is silent.
enum Flag : std::uint32_t {
  // The program's own malloc is found before the agent's: a static allocator.
  kFlagForeignMalloc = 1u << 0,
  kFlagNoThread = 1u << 1,  // the agent's thread could not be started
  kFlagChild = 1u << 2,     // made by a fork of a recorded process
};

// What tidemark_agent_attach() of libtidemark_attached.so returns.
enum class AttachResult : std::int32_t {
  kDone = 0,
  kOwnMalloc = 1,  // the program defines malloc: its calls cannot be seen
  kNoSegment = 2,  // no shared memory
  // No call of malloc, or none of free, goes through a table: nothing would be
  // seen of the process's blocks.
  kNoCalls = 3,
};

// What tidemark_agent_restore() returns the address of.
inline constexpr std::uint64_t kMostHooks = 64;
struct Restored {
  // Entries that hold a hook's address all the same.
  std::uint64_t entries_left;
  std::uint64_t hook_count;
  // Where the hooks are, for a search after those who remember one.
  std::uint64_t hooks[kMostHooks];
};

struct Header {
  std::uint64_t magic;
  std::uint32_t version;
  std::uint32_t header_bytes;
  std::atomic<std::uint32_t> state;  // State
  std::atomic<std::uint32_t> flags;  // Flag
  std::uint32_t pid;
  std::uint32_t parent_pid;  // the recorded process it was forked from, or 0
  std::uint64_t segment_bytes;
  std::uint64_t chunk_capacity;
  std::atomic<std::uint64_t> chunks_used;
  std::atomic<std::uint64_t> stack_words_used;
  std::atomic<std::uint64_t> sites_used;
  std::atomic<std::uint64_t> thread_slots_used;
  std::atomic<std::uint64_t> stack_sites_used;
  std::atomic<std::uint32_t> allocator;  // Allocator, when known
  std::atomic<std::uint32_t> agent_tid;  // the agent's thread, 0 if none
  // Blocks and mappings that could not be recorded, by reason.
  std::atomic<std::uint64_t> dropped_blocks;   // no chunk left
  std::atomic<std::uint64_t> dropped_sites;    // site table full
  std::atomic<std::uint64_t> dropped_stacks;   // stack arena full
  std::atomic<std::uint64_t> dropped_regions;  // region table full
  std::atomic<std::uint64_t> forks_seen;       // children that made a segment
  std::uint64_t unwind_state_bytes;            // see ThreadSlot
};
static_assert(sizeof(Header) <= kPage);

// kFreeze makes a copy of the process that stands still, for the harness to
// read: a child with exit signal 0, which no signal and no plain waitpid()
// of the service tells of, without any of its descriptors. At most one at a
// time; another kFreeze ends the one before. kThaw ends it. kStatistics fills
// Command::statistics.
enum class Request : std::uint32_t {
  kNone = 0,
  kPurge = 1,
  kFreeze = 2,
  kThaw = 3,
  kStatistics = 4,
  // The thread ends. Asked by the agent itself, when it leaves the service.
  kEnd = 5,
};

// What the allocator says of itself, in bytes; kNotTold where it does not say.
inline constexpr std::uint64_t kNotTold = ~std::uint64_t{0};
inline constexpr std::uint32_t kSizeClasses = 256;

struct Statistics {
  std::atomic<std::uint64_t> held;    // from the system
  std::atomic<std::uint64_t> in_use;  // handed out, rounded up
  std::atomic<std::uint64_t> free;    // kept, to be handed out again
  std::atomic<std::uint64_t> own;     // its bookkeeping
  // The sizes that its blocks have, the smallest first; none if it does not
  // tell, not all if they are many.
  std::atomic<std::uint32_t> sizes_told;
  std::atomic<std::uint32_t> sizes[kSizeClasses];
};

// A copy ends itself when the service or the harness has gone, which it looks
// for as often as this, and in any case after so long.
inline constexpr std::int64_t kFrozenLooksEverySeconds = 1;
inline constexpr std::int64_t kFrozenSeconds = 300;
// Linux gives out no pid beyond.
inline constexpr std::uint32_t kMaxPid = 1u << 22;

// How far a copy has come; written by itself.
enum class Frozen : std::uint32_t {
  kNothing = 0,
  kStanding = 1,  // no descriptor is left: it may be read
  kGaveUp = 2,    // Command::freeze_error says why
};

struct Command {
  // cycle << 56 | epoch << 47, the epoch being 1 … 511. The hooks' caches
  // are keyed with it, above a caller's 47 bits, so that whoever changes it
  // voids them all. Never 0.
  std::atomic<std::uint64_t> stamp;
  std::atomic<std::uint32_t> stacks_always;
  // Set by the harness before it changes the stamp: the first hook that then
  // runs starts the agent's thread. Not earlier, because a process with a
  // second thread loses libc's single-threaded fast paths and may no longer
  // unshare() or setns().
  std::atomic<std::uint32_t> thread_wanted;
  // The harness writes `request`, then bumps `asked` and wakes it (a shared
  // futex); the agent's thread copies `asked` to `answered` when done and
  // wakes that.
  std::atomic<std::uint32_t> request;
  std::atomic<std::uint32_t> asked;
  std::atomic<std::uint32_t> answered;
  std::atomic<std::uint64_t> purge_nanoseconds;
  // Written by the harness before kFreeze, and after attaching: who will read
  // the copy, and whose end lets an attached agent leave. 0: the
  // copy lets any process of the same user, and stands for kFrozenSeconds.
  std::atomic<std::uint32_t> harness_pid;
  // Written by the agent before it answers kFreeze. frozen_pid is 0 if there
  // is no copy, freeze_error then an errno.
  std::atomic<std::uint32_t> frozen_pid;
  std::atomic<std::uint32_t> freeze_error;
  std::atomic<std::uint32_t> frozen;  // Frozen
  // The clone alone: for so long a thread that maps or faults may wait.
  std::atomic<std::uint64_t> freeze_nanoseconds;
  Statistics statistics;  // written by the agent before it answers
};
static_assert(sizeof(Command) <= kPage);

// One per thread that ever allocated; slots of dead threads are taken over,
// keeping their sums. The last is shared by threads beyond so many and by
// children of vfork, which run on the memory of their parent. Births are
// counted here or in an entry of the slot's cache: a thread's figure is the sum
// of both.
struct alignas(64) ThreadSlot {
  std::atomic<std::uint32_t> tid;
  std::uint32_t unused;
  // Odd while counts go from a cache entry to here.
  std::atomic<std::uint64_t> moving;
  std::atomic<std::uint64_t> allocations;
  std::atomic<std::uint64_t> frees;
  std::atomic<std::uint64_t> allocated_bytes;
  // The owner's thread pointer (%fs on x86-64): where its thread-local
  // storage is.
  std::atomic<std::uint64_t> thread_pointer;
  // Memory of the agent's, Header::unwind_state_bytes long, or 0.
  std::atomic<std::uint64_t> unwind_state;
};
static_assert(sizeof(ThreadSlot) == 64);

// A caller that a thread allocated at lately. `key` is the caller with the
// stamp of the time above its 47 bits; `bits` is the cell of a block from
// there, but for its size. Callers that are zoomed are never here. The
// counters are of births at the site in `bits`, and stay with the entry while
// it is of that site. Only the slot's thread writes.
struct alignas(32) CacheEntry {
  std::atomic<std::uint64_t> key;
  std::atomic<std::uint64_t> bits;
  std::atomic<std::uint64_t> allocations;
  std::atomic<std::uint64_t> allocated_bytes;
};
static_assert(sizeof(CacheEntry) == 32);
// Threads beyond so many have none and count in their slot: slower, no less.
inline constexpr std::uint64_t kCachedSlots = 1ull << 12;
inline constexpr std::uint64_t kSiteCacheEntries = 128;
inline constexpr std::uint64_t kCacheBytes =
    kSiteCacheEntries * sizeof(CacheEntry);

// Births at one site that no cache entry counts (any more): a site's figure is
// the sum of this and of the entries of all threads. Not handed on to a
// fork's child, whose counters begin at 0.
struct Tally {
  std::atomic<std::uint64_t> allocations;
  std::atomic<std::uint64_t> allocated_bytes;
};
static_assert(sizeof(Tally) == 16);

inline constexpr std::uint64_t kStackKey = 1ull << 63;
inline constexpr std::uint32_t kSiteZoom = 1u << 0;  // set by the harness
inline constexpr std::uint32_t kSiteTruncated = 1u << 1;
inline constexpr std::uint32_t kSiteMapping = 1u << 2;
inline constexpr std::uint64_t kAgentCaller = 1;  // blocks of the agent itself

struct Site {
  // The caller's return address, or kStackKey | hash of a whole stack.
  std::atomic<std::uint64_t> key;
  std::atomic<std::uint32_t> flags;
  std::atomic<std::uint32_t> depth;        // 0 until the stack is written
  std::atomic<std::uint64_t> first_frame;  // index into stacks
  std::uint64_t unused;
};
static_assert(sizeof(Site) == 32);

struct Region {
  std::atomic<std::uint64_t> address;  // 0 free, 1 deleted
  std::atomic<std::uint64_t> bytes;
  std::atomic<std::uint64_t> bits;  // like a cell, size 0
  std::uint64_t unused;
};
static_assert(sizeof(Region) == 32);
inline constexpr std::uint64_t kRegionDeleted = 1;

struct BigSize {
  std::atomic<std::uint64_t> address;
  std::atomic<std::uint64_t> bytes;
};

constexpr std::uint64_t page_up(std::uint64_t n) {
  return (n + kPage - 1) & ~(kPage - 1);
}

inline constexpr std::uint64_t kCommandAt = kPage;
inline constexpr std::uint64_t kZoomAt = 2 * kPage;
inline constexpr std::uint64_t kThreadsAt =
    kZoomAt + page_up(kZoomFilterBits / 8);
inline constexpr std::uint64_t kCachesAt =
    kThreadsAt + kThreadSlots * sizeof(ThreadSlot);
inline constexpr std::uint64_t kTalliesAt =
    kCachesAt + kCachedSlots * kCacheBytes;
inline constexpr std::uint64_t kSitesAt =
    kTalliesAt + kSiteSlots * sizeof(Tally);
inline constexpr std::uint64_t kStacksAt = kSitesAt + kSiteSlots * sizeof(Site);
inline constexpr std::uint64_t kRegionsAt = kStacksAt + kStackWords * 8;
inline constexpr std::uint64_t kBigAt =
    kRegionsAt + kRegionSlots * sizeof(Region);
inline constexpr std::uint64_t kDirectoryAt =
    kBigAt + page_up(kBigSlots * sizeof(BigSize));
inline constexpr std::uint64_t kChunksAt =
    kDirectoryAt + page_up(kMaxChunks * 8);

// Scatters an address or a pair of numbers; also the zoom filter's hash.
constexpr std::uint64_t mix(std::uint64_t x) {
  x ^= x >> 32;
  x *= 0x9e3779b97f4a7c15ull;
  x ^= x >> 29;
  return x;
}

// The bit of the zoom filter for blocks of `bytes` from `caller`. Several
// pairs may share a bit: then a stack too many is taken, never one too few.
constexpr std::uint64_t zoom_bit(std::uint64_t caller, std::uint64_t bytes) {
  return mix(caller * 31 + bytes) % kZoomFilterBits;
}

}  // namespace tidemark::agent
