// The agent's segment as hostile input: its first bytes come from the fuzzer,
// laid over a segment's parts, and everything a probe reads is read.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "harness/runtimes/native/segment_reader.h"

namespace {

using namespace tidemark;

// Where the input's pieces go: every part of the layout gets some.
constexpr std::uint64_t kParts[] = {
    0,
    agent::kCommandAt,
    agent::kThreadsAt,
    agent::kSitesAt,
    agent::kStacksAt,
    agent::kRegionsAt,
    agent::kBigAt,
    agent::kDirectoryAt,
    agent::kChunksAt,
    agent::kChunksAt + agent::kChunkBytes - agent::kPage};

void fill(int fd, const std::uint8_t* data, std::size_t size) {
  std::size_t piece = size / std::size(kParts) + 1;
  for (std::uint64_t part : kParts) {
    std::size_t n = std::min(piece, size);
    (void)!pwrite(fd, data, n, static_cast<off_t>(part));
    data += n;
    size -= n;
  }
  // Half of the inputs pass the door, or nothing behind it is ever tried.
  std::uint64_t magic = agent::kMagic;
  std::uint32_t version = agent::kVersion;
  if (piece % 2 == 0) return;
  (void)!pwrite(fd, &magic, sizeof magic, 0);
  (void)!pwrite(fd, &version, sizeof version, 8);
}

void read_everything(SegmentReader& segment) {
  segment.counters();
  segment.tallies();
  for (const CellCount& count : segment.scan())
    segment.site(agent::cell_site(count.cell));
  segment.big_blocks();
  segment.each_block([](const RawBlock&) {});
  segment.threads();
  segment.regions();
  for (std::uint64_t number : {0ull, 1ull, 77ull, 0xffffffull, ~0ull}) {
    segment.site(number);
    segment.zoom(number, 64);
  }
  segment.occupied();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  int fd = static_cast<int>(syscall(SYS_memfd_create, "segment_fuzz",
                                    MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (fd < 0) abort();
  std::uint64_t bytes = agent::kChunksAt + agent::kChunkBytes;
  if (ftruncate(fd, static_cast<off_t>(bytes)) != 0) abort();
  fill(fd, data, size);
  fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW);
  if (auto segment = SegmentReader::adopt(fd)) read_everything(**segment);
  return 0;
}
