#include "harness/runtimes/native/program_headers.h"

#include <elf.h>
#include <string.h>

#include <algorithm>

namespace tidemark {

std::optional<ProgramHeaders> parse_program_headers(
    std::span<const std::byte> beginning) {
  Elf64_Ehdr header;
  if (beginning.size() < sizeof header) return std::nullopt;
  memcpy(&header, beginning.data(), sizeof header);
  if (memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 ||
      header.e_ident[EI_CLASS] != ELFCLASS64 ||
      header.e_phentsize != sizeof(Elf64_Phdr))
    return std::nullopt;
  ProgramHeaders found;
  found.first = ~std::uint64_t{0};
  for (unsigned i = 0; i < header.e_phnum; ++i) {
    Elf64_Phdr segment;
    std::size_t room = beginning.size() - sizeof segment;
    std::uint64_t at = i * sizeof segment;
    if (header.e_phoff > room || at > room - header.e_phoff) break;
    memcpy(&segment, beginning.data() + header.e_phoff + at, sizeof segment);
    std::uint64_t end = segment.p_vaddr + segment.p_memsz;
    if (end < segment.p_vaddr) continue;
    MemoryRange range{segment.p_vaddr, end};
    if (segment.p_type == PT_LOAD) {
      found.first = std::min(found.first, range.from & ~std::uint64_t{4095});
      found.end = std::max(found.end, range.to);
      if (segment.p_flags & PF_W) found.writable.push_back(range);
    } else if (segment.p_type == PT_DYNAMIC) {
      found.dynamic = range;
    } else if (segment.p_type == PT_TLS) {
      found.thread_local_image = range;
    }
  }
  if (found.first > found.end) return std::nullopt;  // nothing to load
  return found;
}

}  // namespace tidemark
