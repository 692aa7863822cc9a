// Many small objects in one block of memory, named by number: what a late
// event refers to is looked up, and a name is never reused for another
// object, so no shared_ptr is needed to keep it alive.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace tidemark {

struct SlotId {
  std::uint32_t index = 0;
  std::uint32_t generation = 0;

  bool operator==(const SlotId&) const = default;
};

// A name as the 64 bits that the kernel hands back with an event.
inline std::uint64_t token_of(SlotId id) {
  return (static_cast<std::uint64_t>(id.generation) << 32) | id.index;
}
inline SlotId slot_of(std::uint64_t token) {
  return {static_cast<std::uint32_t>(token),
          static_cast<std::uint32_t>(token >> 32)};
}

// One thread at a time. A reference to an object is valid until the object is
// erased, or until emplace() goes beyond what reserve() was given.
template <class T>
class Slab {
 public:
  // Room for `capacity` objects; memory is kept when objects are erased.
  void reserve(std::size_t capacity) { slots_.reserve(capacity); }

  template <class... Args>
  SlotId emplace(Args&&... args) {
    if (free_ == kNone) {
      free_ = static_cast<std::uint32_t>(slots_.size());
      slots_.emplace_back();
    }
    Slot& slot = slots_[free_];
    const SlotId id{free_, slot.generation};
    slot.value.emplace(std::forward<Args>(args)...);
    free_ = slot.next_free;
    ++used_;
    return id;
  }

  // Null if the object was erased, even if its place has been taken since.
  T* find(SlotId id) {
    if (id.index >= slots_.size()) return nullptr;
    Slot& slot = slots_[id.index];
    if (slot.generation != id.generation || !slot.value) return nullptr;
    return &*slot.value;
  }

  void erase(SlotId id) {
    if (find(id) == nullptr) return;
    Slot& slot = slots_[id.index];
    slot.value.reset();
    ++slot.generation;
    slot.next_free = free_;
    free_ = id.index;
    --used_;
  }

  // Calls `visit(SlotId, T&)` for each object; it may erase that object.
  template <class Visit>
  void for_each(Visit visit) {
    for (std::size_t i = 0; i < slots_.size(); ++i) {
      if (!slots_[i].value) continue;
      visit(SlotId{static_cast<std::uint32_t>(i), slots_[i].generation},
            *slots_[i].value);
    }
  }

  std::size_t used() const { return used_; }

 private:
  static constexpr std::uint32_t kNone = UINT32_MAX;

  struct Slot {
    std::uint32_t generation = 0;
    std::uint32_t next_free = kNone;
    std::optional<T> value;
  };

  std::vector<Slot> slots_;
  std::uint32_t free_ = kNone;
  std::size_t used_ = 0;
};

}  // namespace tidemark
