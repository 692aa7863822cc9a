// A library that is loaded and unloaded; it allocates in a constructor too.
#include <stdlib.h>

extern "C" void* plugin_make(size_t n) { return malloc(n); }

namespace {
void* at_load = nullptr;
__attribute__((constructor)) void load() { at_load = malloc(33); }
__attribute__((destructor)) void unload() { free(at_load); }
}  // namespace
