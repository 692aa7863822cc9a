// What a loaded module says of itself in its dynamic section: its symbols and
// the places in it that the loader filled in with addresses of functions.
#pragma once

#include <elf.h>
#include <link.h>

#include <cstddef>
#include <cstdint>

namespace tidemark::agent {

struct LoadedModule {
  std::uint64_t base = 0;
  std::uint64_t begin = 0;  // [begin, end): all that is mapped of it
  std::uint64_t end = 0;
  std::uint64_t sealed_begin = 0;  // read-only since it was relocated
  std::uint64_t sealed_end = 0;
  const ElfW(Sym) * symbols = nullptr;
  const char* names = nullptr;
  const std::uint16_t* versions = nullptr;  // null: it has none
  const std::uint32_t* gnu_hash = nullptr;
  const std::uint32_t* hash = nullptr;  // the older table
  const ElfW(Rela) * relocations = nullptr;
  std::size_t relocation_count = 0;
  const ElfW(Rela) * plt_relocations = nullptr;
  std::size_t plt_relocation_count = 0;

  bool contains(std::uint64_t address) const {
    return address >= begin && address < end;
  }
};

// False for a module without a dynamic section or symbols.
bool describe_module(const dl_phdr_info& info, LoadedModule& module);

// The default version of a function that the module defines, or what the
// module itself chooses for its name (IFUNC); null otherwise.
void* symbol_in(const LoadedModule& module, const char* name);

}  // namespace tidemark::agent
