// A heap whose bytes come from the fuzzer: blocks, roots and what is in them,
// with pointers to each other. Nothing that a service's memory says may make
// the engine read beyond a block, run without end or lose count.
#include <cstdlib>
#include <cstring>

#include "harness/retention/who_holds.h"
#include "tests/support/fake_frozen_heap.h"

namespace {

using namespace tidemark;

// Two bytes each: a small number, a block's end, or an address in or near it.
std::uint64_t word_of(std::uint8_t kind, std::uint8_t value,
                      std::span<const LiveBlock> blocks) {
  if (kind % 4 == 0 || blocks.empty()) return value;
  const LiveBlock& block = blocks[kind % blocks.size()];
  if (kind % 4 == 1) return block.address + block.bytes;
  return block.address + (kind & 128 ? value % 64 : 0);
}

// Without a gap, as allocators without headers have them.
void add_neighbours(FakeFrozenHeap& heap, std::uint8_t count) {
  std::uint64_t at = 0x666600000000;
  for (int i = 0; i < count; ++i, at += 64)
    heap.block_at(at, 64, SiteId(i % 3));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  if (size < 4) return 0;
  FakeFrozenHeap heap;
  heap.vtable(7, "std::_Sp_counted_ptr<A<");
  const std::uint64_t global = heap.global("g", 64);
  const std::uint64_t stack = heap.root(RootKind::kStack, "stack", 32);
  const std::size_t count = 1 + data[0] % 24;
  for (std::size_t i = 0; i < count; ++i)
    heap.block(data[(i + 1) % size], SiteId(i % 5));
  const std::uint64_t first = heap.blocks()[0].address;
  if (data[1] % 8 == 0) heap.make_unreadable(first);
  add_neighbours(heap, data[2] % 16);
  // Parts of a block that are roots by themselves.
  if (data[3] % 4 == 1) heap.root_at(first, 64, RootKind::kMapping);
  if (data[3] % 4 == 2) heap.root_at(first + 16, 32, RootKind::kStack);
  std::size_t at = count;
  auto fill = [&](std::uint64_t from, std::uint64_t bytes) {
    for (std::uint64_t word = 0; word + 8 <= bytes && at + 2 <= size;
         word += 8, at += 2)
      heap.set(from + word, word_of(data[at], data[at + 1], heap.blocks()));
  };
  fill(global, 64);
  fill(stack, 32);
  for (const LiveBlock& block : heap.blocks()) fill(block.address, block.bytes);

  Question question;
  question.findings = 2;
  question.finding_of =
      [](const LiveBlock& block) -> std::optional<std::uint32_t> {
    if (block.site > 1) return std::nullopt;
    return block.site;
  };
  question.most_paths = 1000;
  const Result<std::vector<Retention>> all = who_holds(heap, question);
  std::int64_t told = 0, asked = 0;
  for (const Retention& retention : *all) {
    told += retention.unreachable.value;
    for (const RetainingPath& path : retention.paths)
      told += path.objects.value;
  }
  for (const LiveBlock& block : heap.blocks()) asked += block.site <= 1;
  if (told != asked) std::abort();
  return 0;
}
