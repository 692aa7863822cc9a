#include "harness/retention/memory.h"

#include <algorithm>

#include "harness/retention/pieces.h"

namespace tidemark {

std::span<const std::byte> Memory::bytes(std::uint64_t address,
                                         std::uint64_t bytes) {
  const std::span<const std::byte> held(held_.data(), size_);
  if (address >= from_ && address - from_ < size_ &&
      bytes <= size_ - (address - from_))
    return held.subspan(address - from_, bytes);
  // The rest of the page comes along: what is asked next is often in it.
  const std::uint64_t rest = kPageBytes - address % kPageBytes;
  const std::uint64_t wanted = std::max(bytes, rest);
  if (held_.size() < wanted) held_.resize(wanted);
  from_ = address;
  size_ = heap_.read(address, std::span(held_).first(wanted));
  return std::span<const std::byte>(held_).first(
      std::min<std::uint64_t>(bytes, size_));
}

}  // namespace tidemark
