#include "harness/runtimes/native/loaded_modules.h"

#include <elf.h>
#include <link.h>

#include <algorithm>
#include <map>
#include <set>

namespace tidemark {
namespace {

constexpr std::size_t kMaxModules = 4096;

// A file's beginning is mapped at its lowest address.
std::optional<LoadedModule> module_from(const CopiedMemory& memory,
                                        const Mapping& first) {
  std::byte beginning[4096];
  std::size_t got = memory.read(first.range.from, beginning);
  std::optional<ProgramHeaders> headers =
      parse_program_headers({beginning, got});
  if (!headers) return std::nullopt;
  LoadedModule module;
  module.path = first.name;
  module.bias = first.range.from - headers->first;
  auto placed = [&](MemoryRange range) {
    return MemoryRange{range.from + module.bias, range.to + module.bias};
  };
  module.range = placed({headers->first, headers->end});
  if (module.range.from >= module.range.to) return std::nullopt;
  for (const MemoryRange& range : headers->writable)
    module.writable.push_back(common(placed(range), module.range));
  if (headers->dynamic.from < headers->dynamic.to)
    module.dynamic = placed(headers->dynamic);
  module.thread_local_bytes =
      headers->thread_local_image.to - headers->thread_local_image.from;
  return module;
}

// The loader's list of modules, which a debugger finds through the
// executable's dynamic section: the addresses of their dynamic sections.
std::vector<std::uint64_t> dynamic_sections(
    const CopiedMemory& memory, const std::vector<LoadedModule>& modules) {
  std::vector<std::uint64_t> sections;
  std::uint64_t debug = 0;
  for (const LoadedModule& module : modules) {
    std::uint64_t at = module.dynamic.from;
    for (; at + sizeof(Elf64_Dyn) <= module.dynamic.to && debug == 0;
         at += sizeof(Elf64_Dyn)) {
      std::optional<Elf64_Dyn> entry = memory.value<Elf64_Dyn>(at);
      if (!entry || entry->d_tag == DT_NULL) break;
      if (entry->d_tag == DT_DEBUG) debug = entry->d_un.d_ptr;
    }
  }
  std::optional<r_debug> list = memory.value<r_debug>(debug);
  if (debug == 0 || !list) return sections;
  std::uint64_t next = reinterpret_cast<std::uint64_t>(list->r_map);
  while (next != 0 && sections.size() < kMaxModules) {
    // The public part of it.
    std::optional<link_map> entry = memory.value<link_map>(next);
    if (!entry) break;
    sections.push_back(reinterpret_cast<std::uint64_t>(entry->l_ld));
    next = reinterpret_cast<std::uint64_t>(entry->l_next);
  }
  return sections;
}

}  // namespace

std::vector<LoadedModule> loaded_modules(const CopiedMemory& memory) {
  std::vector<LoadedModule> modules;
  for (const Mapping& mapping : memory.map()) {
    if (mapping.inode == 0 || mapping.shared || mapping.offset != 0 ||
        !mapping.name.starts_with('/'))
      continue;
    // Further mappings of its beginning: a segment of a small file.
    if (!modules.empty() && modules.back().range.contains(mapping.range.from))
      continue;
    std::optional<LoadedModule> module = module_from(memory, mapping);
    // A file that is mapped to be read, not to be run, has no segments that
    // are mapped at their places.
    const Mapping* last =
        module ? mapping_at(memory.map(), module->range.to - 1) : nullptr;
    if (last) modules.push_back(std::move(*module));
  }
  return modules;
}

const LoadedModule* module_at(const std::vector<LoadedModule>& modules,
                              std::uint64_t address) {
  auto after = std::upper_bound(
      modules.begin(), modules.end(), address,
      [](std::uint64_t a, const LoadedModule& m) { return a < m.range.from; });
  if (after == modules.begin()) return nullptr;
  const LoadedModule& module = *std::prev(after);
  return module.range.contains(address) ? &module : nullptr;
}

std::vector<std::size_t> thread_local_order(
    const CopiedMemory& memory, const std::vector<LoadedModule>& modules) {
  std::vector<std::size_t> order;
  std::set<const LoadedModule*> seen;
  for (std::uint64_t section : dynamic_sections(memory, modules)) {
    const LoadedModule* module = module_at(modules, section);
    if (module && module->thread_local_bytes != 0 && seen.insert(module).second)
      order.push_back(static_cast<std::size_t>(module - modules.data()));
  }
  return order;
}

}  // namespace tidemark
