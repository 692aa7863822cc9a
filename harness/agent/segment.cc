#include "harness/agent/segment.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "harness/agent/attached.h"
#include "harness/agent/commands.h"
#include "harness/agent/thread_state.h"
#include "harness/agent/unwind/capture.h"

namespace tidemark::agent {

// Recording begins before the agent's own constructors: one that set these
// anew would lose the segment that is in use.
alignas(kPage) constinit Cell* top[kTopEntries] = {};
alignas(kPage) constinit CommandPage command_page{};
constinit Segment segment{};
constinit Options options{};

namespace {

// In a page that fork wipes. `mine`: 1 once this process has a segment (or has
// given up on one), 0 before and in every child. `held`: a child has no thread
// that would end what its parent's one held.
struct Owner {
  std::atomic<std::uint32_t> mine;
  std::atomic<std::uint32_t> making;
  std::atomic<std::uint32_t> held;
  unsigned char rest[kPage - 12];
};
alignas(kPage) constinit Owner owner{};

constinit bool gave_up = false;
constinit std::atomic<bool> retired{false};

// Segments of this process's ancestors that are mapped here, too.
constexpr unsigned kMostInherited = 16;
Segment inherited[kMostInherited];
unsigned inherited_count = 0;

// The service may have closed the descriptor, and its number may be that of
// another file by now.
struct stat segment_file;

bool is_segment_file(int fd) {
  struct stat now;
  return fd >= 0 && fstat(fd, &now) == 0 && now.st_ino == segment_file.st_ino &&
         now.st_dev == segment_file.st_dev;
}

int raw_memfd() {
  return static_cast<int>(
      syscall(SYS_memfd_create, kMemfdName, MFD_CLOEXEC | MFD_ALLOW_SEALING));
}

// High up, so that a service that counts on getting the lowest free number
// gets it.
int move_up(int fd) {
  struct rlimit limit;
  long top_fd = 1024;
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY)
    top_fd = static_cast<long>(limit.rlim_cur);
  if (top_fd > 65536) top_fd = 65536;
  for (long least = top_fd - 32; least > 16; least /= 2) {
    int moved = fcntl(fd, F_DUPFD_CLOEXEC, static_cast<int>(least));
    if (moved >= 0) {
      close(fd);
      return moved;
    }
  }
  return fd;
}

void* map_shared(int fd, std::uint64_t bytes) {
  return reinterpret_cast<void*>(syscall(SYS_mmap, nullptr, bytes,
                                         PROT_READ | PROT_WRITE,
                                         MAP_SHARED | MAP_NORESERVE, fd, 0L));
}

// Sizes the file and maps it: as many chunks as the limits of the process
// leave room for, at least one.
unsigned char* size_and_map(int fd, std::uint64_t* chunks) {
  // A file-size limit would raise SIGXFSZ in ftruncate: stay below it.
  struct rlimit file_limit = {RLIM_INFINITY, RLIM_INFINITY};
  getrlimit(RLIMIT_FSIZE, &file_limit);
  for (std::uint64_t n = 128; n >= 1; n /= 2) {
    std::uint64_t bytes = kChunksAt + n * kChunkBytes;
    if (file_limit.rlim_cur != RLIM_INFINITY && bytes > file_limit.rlim_cur)
      continue;
    if (ftruncate(fd, static_cast<off_t>(bytes)) != 0) continue;
    void* at = map_shared(fd, bytes);
    if (at == MAP_FAILED) continue;
    *chunks = n;
    return static_cast<unsigned char*>(at);
  }
  return nullptr;
}

bool map_command_page(int fd) {
  long at = syscall(SYS_mmap, &command_page, kPage, PROT_READ | PROT_WRITE,
                    MAP_SHARED | MAP_FIXED, fd, kCommandAt);
  return at == reinterpret_cast<long>(&command_page);
}

Segment lay_out(unsigned char* base) {
  Segment s;
  s.base = base;
  s.header = reinterpret_cast<Header*>(base);
  s.zoom = reinterpret_cast<std::atomic<std::uint64_t>*>(base + kZoomAt);
  s.threads = reinterpret_cast<ThreadSlot*>(base + kThreadsAt);
  s.caches = reinterpret_cast<CacheEntry*>(base + kCachesAt);
  s.tallies = reinterpret_cast<Tally*>(base + kTalliesAt);
  s.sites = reinterpret_cast<Site*>(base + kSitesAt);
  s.stacks = reinterpret_cast<std::atomic<std::uint64_t>*>(base + kStacksAt);
  s.regions = reinterpret_cast<Region*>(base + kRegionsAt);
  s.big = reinterpret_cast<BigSize*>(base + kBigAt);
  s.directory =
      reinterpret_cast<std::atomic<std::uint64_t>*>(base + kDirectoryAt);
  return s;
}

// Copies what the parent had touched of one part of the segment.
void copy_touched(const unsigned char* from, unsigned char* to,
                  std::uint64_t bytes) {
  for (std::uint64_t at = 0; at < bytes; at += kPage) {
    const std::uint64_t* source =
        reinterpret_cast<const std::uint64_t*>(from + at);
    bool any = false;
    for (unsigned i = 0; i < kPage / 8 && !any; ++i) any = source[i] != 0;
    if (any) memcpy(to + at, from + at, kPage);
  }
}

// A daemon may have closed the descriptor: then the pages that are in memory,
// as the kernel tells of a mapping without touching it.
void copy_resident(std::uint64_t offset, std::uint64_t bytes,
                   const Segment& parent, const Segment& child) {
  unsigned char resident[4096];
  for (std::uint64_t at = offset; at < offset + bytes;
       at += sizeof resident * kPage) {
    std::uint64_t pages = (offset + bytes - at) / kPage;
    if (pages > sizeof resident) pages = sizeof resident;
    if (mincore(parent.base + at, pages * kPage, resident) != 0) return;
    for (std::uint64_t i = 0; i < pages; ++i)
      if (resident[i] & 1)
        copy_touched(parent.base + at + i * kPage, child.base + at + i * kPage,
                     kPage);
  }
}

// Pages of the parent's file that hold data. Reading a hole would make the
// parent's file grow.
void copy_part(int parent_fd, std::uint64_t offset, std::uint64_t bytes,
               const Segment& parent, const Segment& child) {
  std::uint64_t at = offset;
  while (at < offset + bytes) {
    off_t data = lseek(parent_fd, static_cast<off_t>(at), SEEK_DATA);
    if (data < 0 && errno != ENXIO)
      return copy_resident(at, offset + bytes - at, parent, child);
    if (data < 0 || static_cast<std::uint64_t>(data) >= offset + bytes) return;
    off_t hole = lseek(parent_fd, data, SEEK_HOLE);
    if (hole < 0) return;
    std::uint64_t end = static_cast<std::uint64_t>(hole);
    if (end > offset + bytes) end = offset + bytes;
    copy_touched(parent.base + data, child.base + data,
                 end - static_cast<std::uint64_t>(data));
    at = end;
  }
}

int segment_fd = -1;

// A child starts from its parent's blocks, which it has inherited. What the
// parent frees or allocates between the fork and this copy makes the copy
// inexact by those blocks; the header's kFlagChild says that it is a copy.
void inherit(const Segment& parent, int parent_fd, const Segment& child) {
  copy_part(parent_fd, kZoomAt, kThreadsAt - kZoomAt, parent, child);
  copy_part(parent_fd, kSitesAt, kChunksAt - kSitesAt, parent, child);
  std::uint64_t used = parent.header->chunks_used.load();
  if (used > child.header->chunk_capacity) used = child.header->chunk_capacity;
  copy_part(parent_fd, kChunksAt, used * kChunkBytes, parent, child);
  child.header->chunks_used = used;
  child.header->stack_words_used = parent.header->stack_words_used.load();
  child.header->sites_used = parent.header->sites_used.load();
  child.header->stack_sites_used = parent.header->stack_sites_used.load();
  child.header->parent_pid = parent.header->pid;
  child.header->flags = kFlagChild;
  const Command& asked =
      *reinterpret_cast<const Command*>(parent.base + kCommandAt);
  command().stamp = asked.stamp.load();
  command().thread_wanted = asked.thread_wanted.load();
  command().stacks_always = asked.stacks_always.load();
  parent.header->forks_seen.fetch_add(1);
  for (std::uint64_t i = 0; i < used; ++i) {
    std::uint64_t entry = child.directory[i].load();
    if (entry == 0 || entry > kTopEntries) continue;
    top[entry - 1] =
        reinterpret_cast<Cell*>(child.base + kChunksAt + i * kChunkBytes);
  }
}

// A thread of this child that has not made the segment still counts where its
// parent's did: there is the child's own memory from now on, which nobody
// reads.
void keep_apart(const Segment& parent) {
  syscall(SYS_mmap, parent.base + kThreadsAt, kTalliesAt - kThreadsAt,
          PROT_READ | PROT_WRITE,
          MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE, -1, 0L);
}

bool make_segment() {
  Segment parent = segment;
  // A daemon has closed it: its number may soon be that of the child's own.
  int parent_fd = is_segment_file(segment_fd) ? segment_fd : -1;
  bool is_child = parent.base != nullptr;
  if (is_child && options.ignore_forks) return false;
  int fd = raw_memfd();
  if (fd < 0) return false;
  fd = move_up(fd);
  std::uint64_t chunks = 0;
  unsigned char* base = size_and_map(fd, &chunks);
  if (!base || !map_command_page(fd)) {
    close(fd);
    return false;
  }
  fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW);
  // A core dump of the service is about the service.
  madvise(base, kChunksAt + chunks * kChunkBytes, MADV_DONTDUMP);
  Segment made = lay_out(base);
  made.header->version = kVersion;
  made.header->header_bytes = sizeof(Header);
  made.header->unwind_state_bytes = sizeof(UnwindState);
  made.header->pid = static_cast<std::uint32_t>(getpid());
  made.header->segment_bytes = kChunksAt + chunks * kChunkBytes;
  made.header->chunk_capacity = chunks;
  command().stamp = kFirstStamp;
  command().stacks_always = options.stacks_always;
  command().harness_pid = options.harness_pid;
  if (is_child) {
    // The parent's segment stays mapped: this thread may have been inside a
    // look-up of it in the parent's time.
    inherit(parent, parent_fd, made);
    keep_apart(parent);
    if (inherited_count < kMostInherited) inherited[inherited_count++] = parent;
    if (parent_fd >= 0) close(parent_fd);
  }
  segment_fd = fd;
  fstat(fd, &segment_file);
  segment = made;
  made.header->magic = kMagic;
  made.header->state.store(static_cast<std::uint32_t>(State::kRecording),
                           std::memory_order_release);
  return true;
}

void wipe_on_fork() {
  madvise(&owner, sizeof owner, MADV_WIPEONFORK);
  madvise(top, sizeof top, MADV_WIPEONFORK);
  madvise(unwind_states, sizeof unwind_states, MADV_WIPEONFORK);
}

}  // namespace

bool segment_ready() {
  if (kAttached && (owner.held.load(std::memory_order_acquire) || is_retired()))
    return false;
  if (owner.mine.load(std::memory_order_acquire)) return !gave_up;
  std::uint32_t nobody = 0;
  if (!owner.making.compare_exchange_strong(nobody, 1)) {
    // Another thread makes it, or this one, further up its own stack: what
    // is allocated meanwhile goes unrecorded.
    return false;
  }
  int saved_errno = errno;
  wipe_on_fork();
  forget_thread_state();
  forget_agent_thread();
  gave_up = !make_segment();
  owner.mine.store(1, std::memory_order_release);
  errno = saved_errno;
  return !gave_up;
}

Cell* chunk_for(std::uint64_t address) {
  std::uint64_t number = (address >> kChunkShift) & (kTopEntries - 1);
  if (Cell* known = top[number]) return known;
  Header* header = segment.header;
  std::uint64_t index = header->chunks_used.fetch_add(1);
  if (index >= header->chunk_capacity || index >= kMaxChunks) {
    header->chunks_used.fetch_sub(1);
    header->dropped_blocks.fetch_add(1, std::memory_order_relaxed);
    return nullptr;
  }
  Cell* mapped =
      reinterpret_cast<Cell*>(segment.base + kChunksAt + index * kChunkBytes);
  Cell* expected = nullptr;
  // Two threads may be first in the same GiB: the loser's chunk stays unused.
  if (!__atomic_compare_exchange_n(&top[number], &expected, mapped, false,
                                   __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
    return expected;
  segment.directory[index].store(number + 1, std::memory_order_release);
  return mapped;
}

void configure_from_environment() {
  if (const char* words = getenv(kOptionsVariable)) configure(words);
}

void configure(const char* words) {
  options.stacks_always = strstr(words, "stacks=always") != nullptr;
  options.ignore_forks = strstr(words, "forks=ignore") != nullptr;
  if (const char* harness = strstr(words, "harness="))
    options.harness_pid = static_cast<std::uint32_t>(
        strtoul(harness + strlen("harness="), nullptr, 10));
  if (segment.base) command().stacks_always = options.stacks_always;
}

void hold_recording(bool hold) {
  owner.held.store(hold, std::memory_order_release);
}

void retire_recording() { retired.store(true, std::memory_order_release); }

bool is_retired() { return retired.load(std::memory_order_acquire); }

bool segment_is_own() {
  return owner.mine.load(std::memory_order_acquire) != 0;
}

namespace {

void unmap(const Segment& s) {
  // The size is told by a page of its own, which is gone afterwards.
  if (s.base) syscall(SYS_munmap, s.base, s.header->segment_bytes);
}

}  // namespace

void unmap_segments() {
  while (inherited_count > 0) unmap(inherited[--inherited_count]);
  unmap(segment);
  segment.base = nullptr;
  if (is_segment_file(segment_fd)) close(segment_fd);
  segment_fd = -1;
}

void empty_segment() {
  // A hook that is called all the same finds nothing to write to.
  retire_recording();
  for (std::uint64_t i = 0; segment.base && i < kMaxChunks; ++i) {
    std::uint64_t entry = segment.directory[i].load();
    if (entry == 0 || entry > kTopEntries) continue;
    __atomic_store_n(&top[entry - 1], nullptr, __ATOMIC_RELEASE);
  }
  if (!is_segment_file(segment_fd)) return;
  off_t bytes = static_cast<off_t>(segment.header->segment_bytes);
  // All but the header, which says how much there is to be unmapped.
  fallocate(segment_fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
            2 * static_cast<off_t>(kPage),
            bytes - 2 * static_cast<off_t>(kPage));
  close(segment_fd);
  segment_fd = -1;
}

}  // namespace tidemark::agent
