// Knows what a container asks of its allocator, so that a specimen can tell
// the truth about itself to the byte.
//
// The specimens' own containers use the standard allocator: with a counting
// one, the counting function would stand in every stack between the container
// and the guilty line. Instead cost_of() runs the guilty step once, at the
// start, on a twin of the container that counts; a node's size does not depend
// on the allocator's type.
#pragma once

#include <cstddef>
#include <memory>

namespace specimen {

struct Cost {
  std::size_t bytes = 0;
  std::size_t objects = 0;
};

template <class T>
class CountingAllocator {
 public:
  using value_type = T;

  explicit CountingAllocator(Cost& cost) : cost_(&cost) {}
  template <class U>
  CountingAllocator(const CountingAllocator<U>& other) : cost_(other.cost_) {}

  T* allocate(std::size_t count) {
    cost_->bytes += count * sizeof(T);
    cost_->objects += 1;
    return std::allocator<T>().allocate(count);
  }
  void deallocate(T* address, std::size_t count) {
    cost_->bytes -= count * sizeof(T);
    cost_->objects -= 1;
    std::allocator<T>().deallocate(address, count);
  }

  template <class U>
  bool operator==(const CountingAllocator<U>& other) const {
    return cost_ == other.cost_;
  }

  Cost* cost_;
};

// What `fill` makes an empty container allocate and keep. Container is the
// type with a CountingAllocator.
template <class Container, class Fill>
Cost cost_of(Fill fill) {
  Cost cost;
  Container container{typename Container::allocator_type(cost)};
  const Cost empty = cost;
  fill(container);
  return {cost.bytes - empty.bytes, cost.objects - empty.objects};
}

}  // namespace specimen
