#include "harness/agent/patch_calls.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>

#include "harness/agent/definitions.h"
#include "harness/agent/loaded_module.h"
#include "harness/agent/new_delete.h"
#include "harness/agent/segment.h"
#include "tidemark/agent_protocol.h"

// The hooks under names of no type: their declarations are in many headers,
// and those of the operators in none that may be used here.
#define HOOK(name) extern "C" void tidemark_hook_##name() __asm__(#name);
#include "harness/agent/hook_names.inc"
#undef HOOK

namespace tidemark::agent {
namespace {

struct Hook {
  const char* name;
  void (*hook)();
  std::uint64_t own;      // the service's; 0: it has none
  std::uint64_t entries;  // that hold the hook
};

#define HOOK(name) {#name, tidemark_hook_##name, 0, 0},
Hook hooks[] = {
#include "harness/agent/hook_names.inc"
};
#undef HOOK

static_assert(sizeof hooks / sizeof hooks[0] <= kMostHooks);

Restored restored;

std::uint64_t entry_at(std::uint64_t at) {
  return *reinterpret_cast<volatile std::uint64_t*>(at);
}

std::uint64_t address_of(const Hook& hook) {
  return reinterpret_cast<std::uint64_t>(hook.hook);
}

Hook* hook_named(const char* name) {
  // Most names of a program begin with something else.
  if (!strchr("mcrfpavd_", name[0])) return nullptr;
  for (Hook& hook : hooks)
    if (strcmp(hook.name, name) == 0) return &hook;
  return nullptr;
}

// One entry, whose page may be read-only since the module was relocated.
void write_entry(const LoadedModule& module, std::uint64_t at,
                 std::uint64_t value) {
  std::uint64_t page = at & ~(kPage - 1);
  bool sealed = page >= module.sealed_begin && page < module.sealed_end;
  if (sealed && syscall(SYS_mprotect, page, kPage, PROT_READ | PROT_WRITE) != 0)
    return;
  __atomic_store_n(reinterpret_cast<std::uint64_t*>(at), value,
                   __ATOMIC_RELEASE);
  if (sealed) syscall(SYS_mprotect, page, kPage, PROT_READ);
}

// An entry that the loader fills in at the first call leads back into its
// own module until then.
bool awaits_binding(const LoadedModule& module, const ElfW(Rela) & entry,
                    const ElfW(Sym) & symbol, std::uint64_t value) {
  return ELF64_R_TYPE(entry.r_info) == R_X86_64_JUMP_SLOT &&
         symbol.st_shndx == SHN_UNDEF && module.contains(value);
}

template <class Visit>
void for_each_entry(const LoadedModule& module, const ElfW(Rela) * entries,
                    std::size_t count, Visit visit) {
  for (std::size_t i = 0; i < count; ++i) {
    const ElfW(Rela)& entry = entries[i];
    std::uint32_t type = ELF64_R_TYPE(entry.r_info);
    if (type != R_X86_64_JUMP_SLOT && type != R_X86_64_GLOB_DAT &&
        type != R_X86_64_64)
      continue;
    if (type == R_X86_64_64 && entry.r_addend != 0) continue;
    const ElfW(Sym)& symbol = module.symbols[ELF64_R_SYM(entry.r_info)];
    Hook* hook = hook_named(module.names + symbol.st_name);
    std::uint64_t at = module.base + entry.r_offset;
    if (!hook || hook->own == 0 || !module.contains(at)) continue;
    visit(*hook, entry, symbol, at);
  }
}

template <class Visit>
void for_each_entry(const LoadedModule& module, Visit visit) {
  for_each_entry(module, module.relocations, module.relocation_count, visit);
  for_each_entry(module, module.plt_relocations, module.plt_relocation_count,
                 visit);
}

void redirect(const LoadedModule& module) {
  // Not after restore_calls(), which the loader's lock keeps apart from this.
  if (is_retired()) return;
  for_each_entry(module, [&](Hook& hook, const ElfW(Rela) & entry,
                             const ElfW(Sym) & symbol, std::uint64_t at) {
    std::uint64_t value = entry_at(at);
    if (value == hook.own || awaits_binding(module, entry, symbol, value))
      write_entry(module, at, address_of(hook));
    if (entry_at(at) == address_of(hook)) ++hook.entries;
  });
}

void restore(const LoadedModule& module) {
  for_each_entry(module, [&](const Hook& hook, const ElfW(Rela)&,
                             const ElfW(Sym)&, std::uint64_t at) {
    if (entry_at(at) != address_of(hook)) return;
    write_entry(module, at, hook.own);
    if (entry_at(at) == address_of(hook)) ++restored.entries_left;
  });
}

// The loader calls for itself, and for thread-local storage, through pointers
// of its own; what it takes it gives back in the same way.
bool is_to_be_left_alone(const dl_phdr_info& info, const LoadedModule& module) {
  const char* name = info.dlpi_name ? info.dlpi_name : "";
  return module.contains(reinterpret_cast<std::uint64_t>(&redirect_calls)) ||
         strstr(name, "/ld-linux") || strstr(name, "linux-vdso");
}

using Treat = void (*)(const LoadedModule&);

int treat_module(dl_phdr_info* info, std::size_t, void* data) {
  LoadedModule module;
  if (describe_module(*info, module) && !is_to_be_left_alone(*info, module))
    reinterpret_cast<Treat>(data)(module);
  return 0;
}

void treat_modules(Treat treat) {
  int saved_errno = errno;
  dl_iterate_phdr(treat_module, reinterpret_cast<void*>(treat));
  errno = saved_errno;
}

}  // namespace

void redirect_calls() {
  resolve_operators();
  for (Hook& hook : hooks) {
    hook.entries = 0;
    if (hook.own == 0)
      hook.own = reinterpret_cast<std::uint64_t>(first_definition(hook.name));
  }
  treat_modules(redirect);
}

bool any_calls_redirected() {
  return hook_named("malloc")->entries != 0 && hook_named("free")->entries != 0;
}

const Restored& restore_calls() {
  restored = Restored{};
  for (const Hook& hook : hooks)
    restored.hooks[restored.hook_count++] = address_of(hook);
  treat_modules(restore);
  return restored;
}

}  // namespace tidemark::agent
