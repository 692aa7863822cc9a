// A library that is loaded and unloaded; it allocates in a constructor too. It
// meets a reader of the pipe TIDEMARK_PLUGIN_AT, if that is set, and then waits
// for a writer of the pipe TIDEMARK_PLUGIN_GO.
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

extern "C" void* plugin_make(size_t n) { return malloc(n); }

namespace {
void* at_load = nullptr;
__attribute__((constructor)) void load() {
  at_load = malloc(33);
  const char* here = getenv("TIDEMARK_PLUGIN_AT");
  const char* go = getenv("TIDEMARK_PLUGIN_GO");
  if (!here || !go) return;
  close(open(here, O_WRONLY));
  close(open(go, O_RDONLY));
}
__attribute__((destructor)) void unload() { free(at_load); }
}  // namespace
