// The agent's constructor: runs after libc is up and before the service's
// own code. Recording has long begun by then.

#include <dlfcn.h>
#include <link.h>
#include <stdlib.h>
#include <unistd.h>

#include "harness/agent/attached.h"
#include "harness/agent/real.h"
#include "harness/agent/segment.h"
#include "harness/agent/unwind/capture.h"

namespace tidemark::agent {
namespace {

// A program that brings its own malloc is found before a preloaded one.
// (`&malloc` here would be that program's, too: compare the modules.) A
// program that only calls malloc may still have a symbol for it, its jump
// into the real one, which is not a definition.
bool has_foreign_malloc() {
  Dl_info first, self;
  const ElfW(Sym)* symbol = nullptr;
  if (!dladdr1(dlsym(RTLD_DEFAULT, "malloc"), &first,
               reinterpret_cast<void**>(const_cast<ElfW(Sym)**>(&symbol)),
               RTLD_DL_SYMENT) ||
      !dladdr(reinterpret_cast<void*>(&has_foreign_malloc), &self))
    return false;
  return first.dli_fbase != self.dli_fbase && symbol &&
         symbol->st_shndx != SHN_UNDEF;
}

__attribute__((constructor)) void start() {
  if (kAttached) return;  // attach.cc
  resolve_all();
  configure_from_environment();
  set_main_stack_end(reinterpret_cast<std::uint64_t>(environ));
  if (!segment_ready()) return;
  if (has_foreign_malloc()) segment.header->flags.fetch_or(kFlagForeignMalloc);
}

}  // namespace
}  // namespace tidemark::agent
