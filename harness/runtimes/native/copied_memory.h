// The memory of a process that stands still, read from outside.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "harness/base/fd.h"
#include "harness/runtimes/native/memory_map.h"

namespace tidemark {

// Used from one thread. The process may end at any time: then nothing can be
// read any more.
class CopiedMemory {
 public:
  // `map` is the process's.
  CopiedMemory(pid_t pid, std::vector<Mapping> map);

  const std::vector<Mapping>& map() const { return map_; }

  // How many bytes from the front could be read. Pages of anonymous memory
  // that were never touched are zeros, without touching them in the process.
  std::size_t read(std::uint64_t address, std::span<std::byte> into) const;

  // The parts of a range that hold data of the process's own: not pages
  // never touched, nor those that are still as in their file. All of it where
  // the kernel does not tell.
  std::vector<MemoryRange> touched(MemoryRange range) const;

  template <class Value>
  std::optional<Value> value(std::uint64_t address) const {
    static_assert(std::is_trivially_copyable_v<Value>);
    Value into;
    std::span<Value, 1> whole(&into, 1);
    if (read(address, std::as_writable_bytes(whole)) != sizeof into)
      return std::nullopt;
    return into;
  }

  // A string of at most `limit` characters.
  std::string text(std::uint64_t address, std::size_t limit) const;

 private:
  std::size_t read_pages(std::uint64_t address,
                         std::span<std::byte> into) const;
  bool page_entries(MemoryRange pages, std::vector<std::uint64_t>& into) const;

  pid_t pid_;
  std::vector<Mapping> map_;
  Fd pagemap_;
};

}  // namespace tidemark
