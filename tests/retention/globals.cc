// Held by a variable of a module.
#include <dlfcn.h>

#include "tests/retention/modules.h"
#include "tests/retention/shape.h"

namespace shapes {

char g_something;
void* volatile g_data = &g_something;  // initialised: in .data
void* volatile g_bss = nullptr;
void* volatile g_table[8] = {};

struct Settings {
  long first = 1;
  long second = 2;
  void* volatile pointer = nullptr;
};
Settings g_settings;

namespace {

void* volatile g_anonymous = nullptr;
static void* volatile g_static = nullptr;

Truth held_by(const char* root, const volatile void* address) {
  return {.block = Hidden(address),
          .bytes = 64,
          .root_kind = "global",
          .root = root,
          .root_offset = 0,
          .interior = 0};
}

Truth global_data() {
  g_data = block(64);
  return held_by("shapes::g_data", g_data);
}

Truth global_bss() {
  g_bss = block(64);
  return held_by("shapes::g_bss", g_bss);
}

void* volatile* static_local() {
  static void* volatile kept = nullptr;
  return &kept;
}

Truth global_static_local() {
  *static_local() = block(64);
  return held_by("shapes::(anonymous namespace)::static_local()::kept",
                 *static_local());
}

Truth global_anonymous_namespace() {
  g_anonymous = block(64);
  return held_by("shapes::(anonymous namespace)::g_anonymous", g_anonymous);
}

Truth global_static() {
  g_static = block(64);
  return held_by("shapes::(anonymous namespace)::g_static", g_static);
}

Truth global_array() {
  g_table[3] = block(64);
  Truth truth = held_by("shapes::g_table", g_table[3]);
  truth.root_offset = 24;
  return truth;
}

Truth global_member() {
  g_settings.pointer = block(64);
  Truth truth = held_by("shapes::g_settings", g_settings.pointer);
  truth.root_offset = 16;
  return truth;
}

Truth global_linked_module() {
  const Hidden made = hidden_block(64);
  shapes_linked_put(made.reveal());
  return held_by("g_in_linked_module", made.reveal());
}

Truth global_loaded_module() {
  const Hidden made = hidden_block(64);
  void* plugin = open_module("libshapes_plugin.so");
  reinterpret_cast<Put>(dlsym(plugin, "shapes_plugin_put"))(made.reveal());
  return held_by("g_in_plugin", made.reveal());
}

constexpr Shape kGlobals[] = {
    {"global_data", "a global that is initialised", built<global_data>},
    {"global_bss", "a global that begins as zero", built<global_bss>},
    {"global_static_local", "a static variable of a function",
     built<global_static_local>},
    {"global_anonymous_namespace", "a global of an unnamed namespace",
     built<global_anonymous_namespace>},
    {"global_static", "a global of its file alone", built<global_static>},
    {"global_array", "the fourth element of a global array",
     built<global_array>},
    {"global_member", "the third member of a global struct",
     built<global_member>},
    {"global_linked_module", "a global of a shared library",
     built<global_linked_module>},
    {"global_loaded_module", "a global of a module loaded with dlopen",
     built<global_loaded_module>},
};

}  // namespace

std::span<const Shape> globals() { return kGlobals; }

}  // namespace shapes
