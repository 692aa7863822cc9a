#include "harness/runtimes/native/size_classes.h"

#include <algorithm>

#include "tidemark/agent_protocol.h"

namespace tidemark {
namespace {

std::uint64_t glibc_chunk(std::uint64_t bytes) {
  constexpr std::uint64_t kHead = 8;
  constexpr std::uint64_t kLeast = 32;
  return std::max(kLeast, (bytes + kHead + 15) & ~std::uint64_t{15});
}

}  // namespace

SizeClasses::SizeClasses(Rule rule, std::vector<std::uint64_t> sizes)
    : rule_(rule), sizes_(std::move(sizes)) {
  std::sort(sizes_.begin(), sizes_.end());
}

std::uint64_t SizeClasses::taken_for(std::uint64_t bytes) const {
  // Beyond all that exists: nothing is added, nothing overflows.
  if (rule_ == Rule::kExact || bytes >> 47 != 0) return bytes;
  if (rule_ == Rule::kGlibc) return glibc_chunk(bytes);
  // The agent asks for a granule at least, so that each block has a cell.
  constexpr std::uint64_t kGranule = 1 << agent::kGranuleShift;
  bytes = std::max(bytes, kGranule);
  auto fits = std::lower_bound(sizes_.begin(), sizes_.end(), bytes);
  return fits != sizes_.end() ? *fits : agent::page_up(bytes);
}

}  // namespace tidemark
