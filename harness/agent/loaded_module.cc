#include "harness/agent/loaded_module.h"

#include <string.h>

namespace tidemark::agent {
namespace {

// ld.so relocates the pointers of a dynamic section in place; the kernel's
// vDSO has offsets still.
template <class T>
const T* pointer(const LoadedModule& module, std::uint64_t value) {
  if (value < module.base) value += module.base;
  return reinterpret_cast<const T*>(value);
}

void take(LoadedModule& module, const ElfW(Dyn) & entry,
          std::size_t& plt_kind) {
  std::uint64_t value = entry.d_un.d_val;
  switch (entry.d_tag) {
    case DT_SYMTAB:
      module.symbols = pointer<ElfW(Sym)>(module, value);
      break;
    case DT_STRTAB:
      module.names = pointer<char>(module, value);
      break;
    case DT_VERSYM:
      module.versions = pointer<std::uint16_t>(module, value);
      break;
    case DT_GNU_HASH:
      module.gnu_hash = pointer<std::uint32_t>(module, value);
      break;
    case DT_HASH:
      module.hash = pointer<std::uint32_t>(module, value);
      break;
    case DT_RELA:
      module.relocations = pointer<ElfW(Rela)>(module, value);
      break;
    case DT_RELASZ:
      module.relocation_count = value / sizeof(ElfW(Rela));
      break;
    case DT_JMPREL:
      module.plt_relocations = pointer<ElfW(Rela)>(module, value);
      break;
    case DT_PLTRELSZ:
      module.plt_relocation_count = value / sizeof(ElfW(Rela));
      break;
    case DT_PLTREL:
      plt_kind = value;
      break;
  }
}

std::uint32_t gnu_hash_of(const char* name) {
  std::uint32_t h = 5381;
  for (; *name; ++name) h = h * 33 + static_cast<unsigned char>(*name);
  return h;
}

// A version that new programs are not linked against (memcpy@GLIBC_2.2.5).
bool is_hidden_version(const LoadedModule& module, std::uint32_t index) {
  return module.versions && (module.versions[index] & 0x8000);
}

}  // namespace

bool describe_module(const dl_phdr_info& info, LoadedModule& module) {
  constexpr std::uint64_t kPageMask = 4095;
  module = LoadedModule{};
  module.base = info.dlpi_addr;
  module.begin = ~std::uint64_t{0};
  const ElfW(Dyn)* dynamic = nullptr;
  for (int i = 0; i < info.dlpi_phnum; ++i) {
    const ElfW(Phdr)& header = info.dlpi_phdr[i];
    std::uint64_t from = info.dlpi_addr + header.p_vaddr;
    std::uint64_t to = from + header.p_memsz;
    if (header.p_type == PT_LOAD) {
      if (from < module.begin) module.begin = from;
      if (to > module.end) module.end = to;
    } else if (header.p_type == PT_DYNAMIC) {
      dynamic = reinterpret_cast<const ElfW(Dyn)*>(from);
    } else if (header.p_type == PT_GNU_RELRO) {
      module.sealed_begin = from & ~kPageMask;
      module.sealed_end = to & ~kPageMask;
    }
  }
  if (!dynamic) return false;
  std::size_t plt_kind = DT_RELA;
  for (; dynamic->d_tag != DT_NULL; ++dynamic) take(module, *dynamic, plt_kind);
  if (plt_kind != DT_RELA) module.plt_relocation_count = 0;
  if (!module.relocations) module.relocation_count = 0;
  if (!module.plt_relocations) module.plt_relocation_count = 0;
  return module.symbols && module.names;
}

namespace {

// The symbol's function, if it has this name.
void* function_of(const LoadedModule& module, std::uint32_t at,
                  const char* name) {
  const ElfW(Sym)& symbol = module.symbols[at];
  if (symbol.st_shndx == SHN_UNDEF || symbol.st_value == 0 ||
      is_hidden_version(module, at) ||
      strcmp(module.names + symbol.st_name, name) != 0)
    return nullptr;
  void* address = reinterpret_cast<void*>(module.base + symbol.st_value);
  if (ELF64_ST_TYPE(symbol.st_info) == STT_FUNC) return address;
  if (ELF64_ST_TYPE(symbol.st_info) == STT_GNU_IFUNC)
    return reinterpret_cast<void* (*)()>(address)();
  return nullptr;
}

void* by_gnu_hash(const LoadedModule& module, const char* name) {
  // buckets, first hashed symbol, words of the filter, its shift; then the
  // filter (not used here), the buckets, and a chain of hashes per symbol.
  std::uint32_t buckets = module.gnu_hash[0];
  std::uint32_t first = module.gnu_hash[1];
  std::uint32_t words = module.gnu_hash[2];
  if (buckets == 0) return nullptr;
  const std::uint32_t* bucket = module.gnu_hash + 4 + words * 2;
  const std::uint32_t* chain = bucket + buckets;
  std::uint32_t hash = gnu_hash_of(name);
  std::uint32_t at = bucket[hash % buckets];
  if (at < first) return nullptr;
  for (;; ++at) {
    std::uint32_t found = chain[at - first];
    if ((found | 1) == (hash | 1))
      if (void* function = function_of(module, at, name)) return function;
    if (found & 1) return nullptr;
  }
}

// Its second word says how many symbols there are. It is rare: every name is
// looked at.
void* by_hash(const LoadedModule& module, const char* name) {
  for (std::uint32_t at = 1; at < module.hash[1]; ++at)
    if (void* function = function_of(module, at, name)) return function;
  return nullptr;
}

}  // namespace

void* symbol_in(const LoadedModule& module, const char* name) {
  if (module.gnu_hash) return by_gnu_hash(module, name);
  return module.hash ? by_hash(module, name) : nullptr;
}

}  // namespace tidemark::agent
