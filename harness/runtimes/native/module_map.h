// Which file is mapped where in a process: turns an address of the service
// into a module and an offset that is the same in every process.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tidemark/heap_snapshot.h"
#include "tidemark/result.h"

namespace tidemark {

struct MappedFile {
  std::uint64_t start = 0;
  std::uint64_t end = 0;
  std::uint64_t bias = 0;  // address − bias = ELF virtual address
  std::string path;
};

// The executable mappings of a process, sorted by address.
class ModuleMap {
 public:
  // Parses the text of /proc/PID/maps. `first_vaddr` gives a file's lowest
  // PT_LOAD virtual address, which the bias needs (0 for almost every file
  // but a non-PIE executable).
  static ModuleMap parse(std::string_view maps,
                         std::uint64_t (*first_vaddr)(const std::string&));

  // An address outside every file comes back with an empty module and the
  // address itself.
  CodeAddr find(std::uint64_t address) const;

  const std::vector<MappedFile>& files() const { return files_; }

 private:
  std::vector<MappedFile> files_;
};

// Reads the lowest PT_LOAD virtual address, rounded down to a page, from an
// ELF file; 0 if it cannot be read.
std::uint64_t elf_first_vaddr(const std::string& path);

// A part of an ELF file that is loaded, [offset, offset + size) of the file.
struct FileSegment {
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
  std::uint64_t vaddr = 0;  // where the ELF says it is to be
};

// The PT_LOAD segments of an ELF file; none if it cannot be read.
std::vector<FileSegment> elf_segments(const std::string& path);

// Why an executable cannot be preloaded into, or empty: "is statically
// linked", "is setuid".
std::string why_not_preloadable(const std::string& path);

}  // namespace tidemark
