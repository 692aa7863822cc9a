#include "harness/agent/definitions.h"

#include <dlfcn.h>
#include <link.h>

#include "harness/agent/attached.h"
#include "harness/agent/loaded_module.h"

namespace tidemark::agent {
namespace {

struct Search {
  const char* name;
  bool program_only;
  void* found;
};

int look(dl_phdr_info* info, std::size_t, void* data) {
  Search& search = *static_cast<Search*>(data);
  LoadedModule module;
  if (describe_module(*info, module) &&
      !module.contains(reinterpret_cast<std::uint64_t>(&look)))
    search.found = symbol_in(module, search.name);
  // The program itself is the first.
  return search.program_only || search.found ? 1 : 0;
}

}  // namespace

void* first_definition(const char* name) {
  Search search = {name, false, nullptr};
  dl_iterate_phdr(look, &search);
  return search.found;
}

bool program_defines(const char* name) {
  Search search = {name, true, nullptr};
  dl_iterate_phdr(look, &search);
  return search.found != nullptr;
}

void* service_definition(const char* name) {
  return kAttached ? first_definition(name) : dlsym(RTLD_NEXT, name);
}

}  // namespace tidemark::agent
