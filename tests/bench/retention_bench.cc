// Who holds it, on a synthetic heap: retention_bench [BLOCKS…]. Random
// pointers are the worst that a heap can be: no two neighbours in the search
// are neighbours in memory. Read with process_vm_readv as a frozen copy is.
// Prints "name value" lines for ci/bench.

#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <random>
#include <string>

#include "harness/retention/who_holds.h"

// What the engine has allocated, now and at its most.
namespace {
std::size_t g_now = 0, g_most = 0;
constexpr std::size_t kHeader = 16;
}  // namespace

void* operator new(std::size_t bytes) {
  void* memory = std::malloc(bytes + kHeader);
  if (!memory) std::abort();
  *static_cast<std::size_t*>(memory) = bytes;
  g_now += bytes;
  if (g_now > g_most) g_most = g_now;
  return static_cast<char*>(memory) + kHeader;
}
void* operator new[](std::size_t bytes) { return operator new(bytes); }
void operator delete(void* memory) noexcept {
  if (!memory) return;
  void* whole = static_cast<char*>(memory) - kHeader;
  g_now -= *static_cast<std::size_t*>(whole);
  std::free(whole);
}
void operator delete(void* memory, std::size_t) noexcept {
  operator delete(memory);
}
void operator delete[](void* memory) noexcept { operator delete(memory); }
void operator delete[](void* memory, std::size_t) noexcept {
  operator delete(memory);
}

namespace {

using namespace tidemark;
using Clock = std::chrono::steady_clock;

constexpr std::uint64_t kMeanBytes = 400;
constexpr std::size_t kGlobals = 4096;
constexpr std::uint32_t kSites = 1000;

class SyntheticHeap : public FrozenHeap {
 public:
  // Each block but a few is pointed to by an earlier one, and two more
  // pointers go anywhere: three for each block.
  explicit SyntheticHeap(std::uint32_t count) : random_(1) {
    blocks_.reserve(count);
    const std::uint64_t bytes = count * (kMeanBytes + 24) + (1 << 20);
    base_ = static_cast<char*>(mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                                    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    if (base_ == MAP_FAILED) std::exit(1);
    std::uint64_t at = reinterpret_cast<std::uint64_t>(base_) + 16;
    for (std::uint32_t i = 0; i < count; ++i) {
      const std::uint64_t size = 64 + random_() % (2 * kMeanBytes - 128);
      blocks_.push_back({at, size, std::uint32_t(random_() % kSites), {}});
      at = (at + size + 8 + 15) & ~15ull;
    }
    bytes_ = bytes;
    std::vector<std::uint32_t> shuffled(count);
    for (std::uint32_t i = 0; i < count; ++i) shuffled[i] = i;
    std::shuffle(shuffled.begin(), shuffled.end(), random_);
    globals_.resize(kGlobals);
    for (std::uint32_t i = 0; i < count; ++i) {
      fill(blocks_[i]);
      if (i < kGlobals) globals_[i] = blocks_[shuffled[i]].address;
      if (i >= kGlobals && i % 100)  // one in a hundred is lost
        point(shuffled[random_() % i], shuffled[i]);
    }
    for (std::uint32_t i = 0; i < count; ++i)
      for (int k = 0; k < 2; ++k) point(i, std::uint32_t(random_() % count));
    const std::uint64_t from = reinterpret_cast<std::uint64_t>(globals_.data());
    roots_ = {{from, from + kGlobals * 8, RootKind::kGlobal, 0}};
  }
  ~SyntheticHeap() override { munmap(base_, bytes_); }

  pid_t pid() const override { return getpid(); }
  std::span<const LiveBlock> blocks() const override { return blocks_; }
  std::span<const RootRange> roots() const override { return roots_; }
  std::size_t read(std::uint64_t address,
                   std::span<std::byte> into) const override {
    iovec local{into.data(), into.size()};
    iovec remote{reinterpret_cast<void*>(address), into.size()};
    const ssize_t got = process_vm_readv(getpid(), &local, 1, &remote, 1, 0);
    return got < 0 ? 0 : std::size_t(got);
  }
  RootPart root_part(const RootRange& root, std::uint64_t word) const override {
    const std::uint64_t number = (word - root.from) / 512;
    const std::uint64_t begin = root.from + number * 512;
    return {"g_" + std::to_string(number), begin, begin, begin + 512};
  }
  Status intact() const override { return {}; }
  std::string class_of_vtable(std::uint64_t) const override { return ""; }

 private:
  // Text and small numbers, as in any heap.
  void fill(const LiveBlock& block) {
    std::uint64_t* words = reinterpret_cast<std::uint64_t*>(block.address);
    for (std::uint64_t i = 0; i < block.bytes / 8; ++i)
      words[i] = i % 3 ? 0x6f77206f6c6c6568 : i;
  }
  void point(std::uint32_t from, std::uint32_t to) {
    std::uint64_t* words =
        reinterpret_cast<std::uint64_t*>(blocks_[from].address);
    words[random_() % (blocks_[from].bytes / 8)] = blocks_[to].address;
  }

  std::mt19937_64 random_;
  char* base_ = nullptr;
  std::uint64_t bytes_ = 0;
  std::vector<LiveBlock> blocks_;
  std::vector<std::uint64_t> globals_;
  std::vector<RootRange> roots_;
};

class Phases {
 public:
  explicit Phases(std::uint32_t blocks) : blocks_(blocks), before_(g_now) {
    g_most = g_now;
  }
  void done(const char* name) {
    const double ms =
        std::chrono::duration<double, std::milli>(Clock::now() - since_)
            .count();
    total_ += ms;
    std::printf("retention_%s_ms_%u %.0f\n", name, blocks_, ms);
    std::printf("retention_%s_bytes_per_block_%u %.1f\n", name, blocks_,
                double(g_most - before_) / blocks_);
    peak_ = std::max(peak_, g_most);
    g_most = g_now;
    since_ = Clock::now();
  }
  void finish() const {
    std::printf("retention_ms_%u %.0f\n", blocks_, total_);
    std::printf("retention_bytes_per_block_%u %.1f\n", blocks_,
                double(peak_ - before_) / blocks_ + sizeof(LiveBlock));
  }

 private:
  std::uint32_t blocks_;
  std::size_t before_;
  std::size_t peak_ = 0;
  double total_ = 0;
  Clock::time_point since_ = Clock::now();
};

void measure(std::uint32_t count) {
  const SyntheticHeap heap(count);
  Question question;
  question.findings = 10;
  question.finding_of =
      [](const LiveBlock& block) -> std::optional<std::uint32_t> {
    if (block.site >= kSites / 10) return std::nullopt;  // a tenth of all
    return block.site / 10;
  };
  Phases phases(count);
  const BlockIndex index(heap.blocks());
  phases.done("index");
  const Result<Graph> graph = read_graph(heap, index);
  if (!graph) std::exit(1);
  phases.done("graph");
  Search found = search(*graph, heap);
  phases.done("search");
  RootNames names(heap, graph->roots);
  MergedPaths merged =
      merge_paths(heap, index, *graph, std::move(found), names, question);
  phases.done("merge");
  std::vector<Retention> told =
      tell(heap, index, *graph, std::move(merged), names, question);
  phases.done("tell");
  phases.finish();
  std::int64_t objects = 0, lost = 0;
  for (const Retention& retention : told) {
    for (const RetainingPath& path : retention.paths)
      objects += path.objects.value;
    lost += retention.unreachable.value;
  }
  std::printf("retention_edges_per_block_%u %.2f\n", count,
              double(graph->edges.size()) / count);
  std::printf("retention_told_%u %lld\nretention_lost_%u %lld\n", count,
              (long long)objects, count, (long long)lost);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) measure(1000000);
  for (int i = 1; i < argc; ++i)
    measure(static_cast<std::uint32_t>(std::strtod(argv[i], nullptr)));
}
