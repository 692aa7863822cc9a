// Small reads of frozen memory, one after the other and often near the last.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "tidemark/retention.h"

namespace tidemark {

class Memory {
 public:
  explicit Memory(const FrozenHeap& heap) : heap_(heap) {}

  // What can be read of [address, address + bytes), from the front. Valid
  // until the next call.
  std::span<const std::byte> bytes(std::uint64_t address, std::uint64_t bytes);

  // So many words; 0 for those that cannot be read.
  template <std::size_t kCount>
  std::array<std::uint64_t, kCount> words(std::uint64_t address) {
    std::array<std::uint64_t, kCount> result{};
    const std::span<const std::byte> from = bytes(address, kCount * 8);
    std::memcpy(result.data(), from.data(), from.size() / 8 * 8);
    return result;
  }

  std::uint64_t word(std::uint64_t address) { return words<1>(address)[0]; }

 private:
  const FrozenHeap& heap_;
  std::uint64_t from_ = 0;
  std::vector<std::byte> held_;
  std::size_t size_ = 0;
};

}  // namespace tidemark
