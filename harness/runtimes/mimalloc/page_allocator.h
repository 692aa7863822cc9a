// Memory straight from the system, for those who must not change the heap that
// they look at. Each allocation is a mapping: for few and large ones.
#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <new>

namespace tidemark {

template <class T>
struct PageAllocator {
  using value_type = T;

  PageAllocator() = default;
  template <class U>
  PageAllocator(const PageAllocator<U>&) {}  // NOLINT: implicit by contract

  T* allocate(std::size_t count) {
    if (count > static_cast<std::size_t>(-1) / sizeof(T))
      throw std::bad_array_new_length();
    void* at = mmap(nullptr, count * sizeof(T), PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED) throw std::bad_alloc();
    return static_cast<T*>(at);
  }

  void deallocate(T* at, std::size_t count) { munmap(at, count * sizeof(T)); }

  template <class U>
  bool operator==(const PageAllocator<U>&) const {
    return true;
  }
};

}  // namespace tidemark
