// What is mapped where in a process, as /proc/PID/maps tells it. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tidemark {

// [from, to), as all ranges of addresses here.
struct MemoryRange {
  std::uint64_t from = 0;
  std::uint64_t to = 0;

  bool contains(std::uint64_t address) const {
    return from <= address && address < to;
  }
  bool operator==(const MemoryRange&) const = default;
};

struct Mapping {
  MemoryRange range;
  bool readable = false;
  bool writable = false;
  bool executable = false;
  bool shared = false;
  std::uint64_t offset = 0;  // in the file
  std::uint64_t inode = 0;   // 0: anonymous
  std::string name;          // a path, "[heap]", or empty

  // Private memory without a file: stacks, heaps, arenas, .bss.
  bool anonymous() const { return inode == 0 && !shared; }
  bool operator==(const Mapping&) const = default;
};

// One line; empty if it is not of that form.
std::optional<Mapping> parse_mapping(std::string_view line);

// By address. Lines that are not of that form are left out.
std::vector<Mapping> parse_memory_map(std::string_view maps);

// The one that contains the address, or null. REQUIRES: sorted.
const Mapping* mapping_at(const std::vector<Mapping>& map,
                          std::uint64_t address);

// Sorted, without overlaps, neighbours merged, empty ones gone.
std::vector<MemoryRange> united(std::vector<MemoryRange> ranges);

// Adds one. REQUIRES: `into` is united, and stays so.
void unite(MemoryRange range, std::vector<MemoryRange>& into);

// What is left of `range`. REQUIRES: `taken` is united.
std::vector<MemoryRange> without(MemoryRange range,
                                 const std::vector<MemoryRange>& taken);

// Empty (from == to) if they do not meet.
MemoryRange common(MemoryRange a, MemoryRange b);

}  // namespace tidemark
