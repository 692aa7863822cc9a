// The words of a range of frozen memory, read in big pieces; what cannot be
// read is left out.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "tidemark/retention.h"

namespace tidemark {

// So much is asked for at once: a call costs half a microsecond, a piece
// stays in the processor's cache until it has been looked at.
inline constexpr std::uint64_t kPieceBytes = 256 << 10;

// What memory is made of: where one address cannot be read, those up to the
// next multiple cannot either.
inline constexpr std::uint64_t kPageBytes = 4096;

class WordReader {
 public:
  explicit WordReader(const FrozenHeap& heap)
      : heap_(heap), buffer_(kPieceBytes / 8) {}

  // Calls see(address, words) for the readable pieces of [from, to), in order.
  // REQUIRES: both are multiples of 8.
  template <class See>
  void read(std::uint64_t from, std::uint64_t to, See see) {
    while (from < to) {
      const std::uint64_t wanted = std::min(to - from, kPieceBytes);
      const std::uint64_t got =
          heap_.read(from, std::as_writable_bytes(
                               std::span(buffer_).first(wanted / 8))) /
          8;
      if (got > 0)
        see(from, std::span<const std::uint64_t>(buffer_.data(), got));
      from += got * 8;
      if (got * 8 < wanted) from = (from / kPageBytes + 1) * kPageBytes;
    }
  }

 private:
  const FrozenHeap& heap_;
  std::vector<std::uint64_t> buffer_;
};

}  // namespace tidemark
