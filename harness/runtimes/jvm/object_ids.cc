#include "harness/runtimes/jvm/object_ids.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace tidemark::jvm {
namespace {

// Objects a bucket has if addresses are spread evenly.
constexpr std::size_t kInBucket = 4;

}  // namespace

void ObjectIds::finish() {
  count_ = ids_.size();
  if (count_ == 0) return;
  const auto [low, high] = std::minmax_element(ids_.begin(), ids_.end());
  base_ = *low;
  const std::uint64_t span = *high - *low;
  std::uint64_t bits = 0;
  std::uint64_t address_bits = 0;
  for (const std::uint64_t id : ids_) {
    bits |= id - base_;
    address_bits |= id;
  }
  shift_ = bits == 0 ? 0 : static_cast<std::uint32_t>(std::countr_zero(bits));
  alignment_ = address_bits == 0
                   ? 1
                   : std::uint64_t{1} << std::countr_zero(address_bits);
  packed_ = (span >> shift_) >> 32 == 0;
  if (packed_)
    pack();
  else
    sort_wide();
  make_buckets();
}

void ObjectIds::pack() {
  for (std::size_t i = 0; i < count_; ++i)
    ids_[i] = ((ids_[i] - base_) >> shift_) << 32 | i;
  // A collector that compacts leaves objects in the order of their addresses.
  if (!std::is_sorted(ids_.begin(), ids_.end()))
    std::sort(ids_.begin(), ids_.end());
}

void ObjectIds::sort_wide() {
  struct [[gnu::packed]] Wide {
    std::uint64_t id;
    ObjectIndex number;
  };
  std::vector<Wide> wide(count_);
  for (std::size_t i = 0; i < count_; ++i)
    wide[i] = {ids_[i], static_cast<ObjectIndex>(i)};
  std::sort(wide.begin(), wide.end(), [](const Wide& a, const Wide& b) {
    const std::uint64_t one = a.id;
    const std::uint64_t other = b.id;
    return one != other ? one < other : a.number < b.number;
  });
  numbers_.resize(count_);
  for (std::size_t i = 0; i < count_; ++i) {
    ids_[i] = wide[i].id;
    numbers_[i] = wide[i].number;
  }
}

void ObjectIds::make_buckets() {
  const std::uint64_t span = id_at(count_ - 1) - base_;
  const std::size_t wanted = std::bit_ceil(count_ / kInBucket + 1);
  const int bits = std::bit_width(span);
  const int kept = std::bit_width(wanted) - 1;
  // Of all 64 bits none would be left.
  bucket_shift_ = static_cast<std::uint32_t>(std::clamp(bits - kept, 0, 63));
  buckets_.assign((span >> bucket_shift_) + 2, 0);
  std::size_t bucket = 0;
  for (std::size_t i = 0; i < count_; ++i)
    for (const std::size_t of = (id_at(i) - base_) >> bucket_shift_;
         bucket <= of; ++bucket)
      buckets_[bucket] = static_cast<std::uint32_t>(i);
  buckets_[bucket] = static_cast<std::uint32_t>(count_);
}

ObjectIndex ObjectIds::find(std::uint64_t id) const {
  if (count_ == 0 || id < base_) return kNoObject;
  const std::uint64_t bucket = (id - base_) >> bucket_shift_;
  if (bucket >= buckets_.size() - 1) return kNoObject;
  std::size_t first = buckets_[bucket];
  std::size_t last = buckets_[bucket + 1];
  while (first < last) {
    const std::size_t middle = first + (last - first) / 2;
    if (id_at(middle) < id)
      first = middle + 1;
    else
      last = middle;
  }
  if (first == buckets_[bucket + 1] || id_at(first) != id) return kNoObject;
  return number_at(first);
}

void ObjectIds::forget() {
  const std::size_t count = count_;
  *this = ObjectIds(0);
  forgotten_ = count;
}

}  // namespace tidemark::jvm
