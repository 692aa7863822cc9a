#include "harness/runtimes/native/thread_storage.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace tidemark {
namespace {

// Of glibc's struct pthread.
constexpr std::uint64_t kTidAt = 0x2d0;
constexpr std::uint64_t kDescriptorBytes = 0x900;
constexpr std::uint64_t kAlignment = 64;
// Static storage of all modules together is smaller.
constexpr std::uint64_t kMaxStatic = 1 << 20;
constexpr std::uint64_t kMaxModules = 4096;
constexpr std::uint64_t kUnallocated = ~std::uint64_t{0};
constexpr std::uint64_t kPage = 4096;

struct Head {
  std::uint64_t self, table, self_again;
};

struct Slot {
  std::uint64_t value, to_free;
};

void read_table(const CopiedMemory& memory, ThreadStorage& storage,
                std::uint64_t table) {
  // The slot before the first tells how many there are.
  std::optional<Slot> size = memory.value<Slot>(table - sizeof(Slot));
  if (table % 8 != 0 || !size || size->value > kMaxModules) return;
  std::vector<Slot> slots(size->value + 1);
  std::size_t bytes = slots.size() * sizeof(Slot);
  if (memory.read(table, std::as_writable_bytes(std::span(slots))) != bytes)
    return;
  storage.table = {table - sizeof(Slot), table + bytes};
  for (std::size_t i = 1; i < slots.size(); ++i) {
    std::uint64_t at = slots[i].value;
    storage.modules.push_back(at == kUnallocated ? 0 : at);
  }
  while (!storage.modules.empty() && storage.modules.back() == 0)
    storage.modules.pop_back();
}

}  // namespace

std::optional<ThreadStorage> thread_storage_at(const CopiedMemory& memory,
                                               std::uint64_t thread_pointer) {
  const Mapping* mapping = mapping_at(memory.map(), thread_pointer);
  std::optional<Head> head = memory.value<Head>(thread_pointer);
  if (!mapping || !mapping->writable || !head || head->self != thread_pointer ||
      head->self_again != thread_pointer)
    return std::nullopt;
  ThreadStorage storage;
  storage.thread_pointer = thread_pointer;
  storage.tid = memory.value<pid_t>(thread_pointer + kTidAt).value_or(0);
  std::uint64_t end =
      (thread_pointer + kDescriptorBytes + kPage - 1) & ~(kPage - 1);
  storage.range = {thread_pointer, std::min(end, mapping->range.to)};
  read_table(memory, storage, head->table);
  for (std::uint64_t at : storage.modules)
    if (at < thread_pointer && thread_pointer - at < kMaxStatic &&
        at >= mapping->range.from)
      storage.range.from = std::min(storage.range.from, at & ~std::uint64_t{7});
  return storage;
}

std::vector<ThreadStorage> find_thread_storages(const CopiedMemory& memory,
                                                MemoryRange in) {
  constexpr std::uint64_t kPiece = 256 * 1024;
  std::vector<ThreadStorage> found;
  std::vector<std::byte> piece;
  for (const MemoryRange& part : memory.touched(in)) {
    std::uint64_t at = (part.from + kAlignment - 1) & ~(kAlignment - 1);
    while (at < part.to) {
      piece.resize(std::min(kPiece, part.to - at));
      std::size_t got = memory.read(at, piece);
      for (std::size_t i = 0; i + 8 <= got; i += kAlignment) {
        std::uint64_t word;
        memcpy(&word, piece.data() + i, sizeof word);
        if (word != at + i) continue;
        if (std::optional<ThreadStorage> storage =
                thread_storage_at(memory, at + i))
          found.push_back(std::move(*storage));
      }
      at += piece.size();
    }
  }
  return found;
}

}  // namespace tidemark
