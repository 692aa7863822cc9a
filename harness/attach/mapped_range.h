// The lines of /proc/PID/maps.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tidemark::attach {

struct MappedRange {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  std::uint64_t offset = 0;  // in the file
  bool readable = false;
  bool writable = false;
  bool executable = false;
  bool shared = false;
  // As the kernel tells it, without " (deleted)": a file may be replaced while
  // it is mapped. Empty for memory of no file.
  std::string path;

  bool contains(std::uint64_t address) const {
    return address >= begin && address < end;
  }
};

// In the order of their addresses; lines of another form are left out.
std::vector<MappedRange> parse_ranges(std::string_view maps);

}  // namespace tidemark::attach
