// Which object has which identifier: 8 bytes an object and a little more.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "harness/runtimes/managed/object_graph.h"

namespace tidemark::jvm {

// Objects are numbered in the order in which they are added. Identifiers are
// addresses: if they are near each other and aligned, as those of one heap are,
// identifier and number together take eight bytes, and twelve else.
class ObjectIds {
 public:
  // `most`: no more are added. Room for them is set aside, but no memory.
  explicit ObjectIds(std::size_t most) { ids_.reserve(most); }

  void add(std::uint64_t id) { ids_.push_back(id); }
  std::size_t size() const { return std::max(forgotten_, ids_.size()); }

  // After the last one. From here on they can be found.
  void finish();

  // The object with that identifier, the first one if several have it;
  // kNoObject: there is none.
  ObjectIndex find(std::uint64_t id) const;

  // Calls see(object, bytes) for each object but the last in the order of
  // addresses: from its address to the next object's.
  template <class See>
  void each_gap(See see) const {
    for (std::size_t i = 0; i + 1 < count_; ++i)
      see(number_at(i), id_at(i + 1) - id_at(i));
  }

  // Nothing is found any more, and they take no memory; size() stays.
  void forget();

  // All addresses are multiples of it: 8, 16 …; 1 if there are none.
  std::uint64_t alignment() const { return alignment_; }
  std::uint64_t highest() const { return count_ ? id_at(count_ - 1) : 0; }

 private:
  std::uint64_t id_at(std::size_t at) const {
    return packed_ ? base_ + ((ids_[at] >> 32) << shift_) : ids_[at];
  }
  ObjectIndex number_at(std::size_t at) const {
    return packed_ ? static_cast<ObjectIndex>(ids_[at]) : numbers_[at];
  }
  void pack();
  void sort_wide();
  void make_buckets();

  // Before finish() in the order of numbers, then in that of addresses: packed
  // with the number in the lower half, or as they are.
  std::vector<std::uint64_t> ids_;
  std::vector<ObjectIndex> numbers_;  // of ids_, unless packed
  // Of each bucket of addresses, where it begins in ids_.
  std::vector<std::uint32_t> buckets_;
  std::uint64_t base_ = 0;
  std::uint64_t alignment_ = 1;
  std::size_t count_ = 0;
  std::size_t forgotten_ = 0;
  std::uint32_t shift_ = 0;
  std::uint32_t bucket_shift_ = 0;  // of id - base_
  bool packed_ = true;
};

}  // namespace tidemark::jvm
