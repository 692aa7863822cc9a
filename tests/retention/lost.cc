// Held by nothing: what once held the block is overwritten or gone.
#include <dlfcn.h>

#include <cstdlib>

#include "tests/retention/modules.h"
#include "tests/retention/shape.h"

namespace shapes {

void* volatile g_overwritten = nullptr;
void* volatile g_dangling = nullptr;

namespace {

Truth lost(Hidden address, const char* note) {
  return {.block = address, .bytes = 64, .held = kUnreachable, .note = note};
}

Truth never_kept() { return lost(hidden_block(64), "nobody kept it"); }

Truth global_overwritten() {
  const Hidden first = hidden_block(64);
  g_overwritten = first.reveal();
  g_overwritten = block(64);
  return lost(first, "g_overwritten has another block by now");
}

// Behind the words that the allocator writes to free memory.
Truth freed_holder() {
  const Hidden made = hidden_block(64);
  auto* holder = static_cast<void* volatile*>(block(256));
  holder[16] = made.reveal();
  g_dangling = const_cast<void**>(holder);
  std::free(const_cast<void**>(holder));
  return lost(made, "g_dangling points to freed memory that points to it");
}

Truth freed_list() {
  const Hidden made = hidden_block(64);
  auto* first = static_cast<void* volatile*>(block(128));
  auto* second = static_cast<void* volatile*>(block(128));
  first[8] = const_cast<void**>(second);
  second[8] = made.reveal();
  g_dangling = const_cast<void**>(second);
  g_overwritten = const_cast<void**>(first);
  std::free(const_cast<void**>(second));
  return lost(made, "a live block and a global point to the freed one");
}

// Its variables went with the module.
Truth module_gone() {
  const Hidden made = hidden_block(64);
  void* plugin = open_module("libshapes_plugin.so");
  reinterpret_cast<Put>(dlsym(plugin, "shapes_plugin_put"))(made.reveal());
  if (dlclose(plugin) != 0) std::abort();
  return lost(made, "held by a global of a module that was unloaded");
}

constexpr Shape kLost[] = {
    {"never_kept", "a block that nobody kept", built<never_kept>},
    {"global_overwritten", "a global that was overwritten",
     built<global_overwritten>},
    {"freed_holder", "freed memory that still has the pointer",
     built<freed_holder>},
    {"freed_list", "a freed node between a live one and the block",
     built<freed_list>},
    {"module_gone", "a module that was unloaded", built<module_gone>},
};

}  // namespace

std::span<const Shape> lost() { return kLost; }

}  // namespace shapes
