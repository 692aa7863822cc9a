// A module that the shapes load with dlopen.

void* volatile g_in_plugin = nullptr;

// The loader has a little room for thread-local variables of modules that come
// late; these are too many for it, and so are allocated when first touched.
struct Many {
  char before[8192];
  void* volatile pointer;
};
thread_local Many t_in_plugin;

extern "C" void shapes_plugin_put(void* address) { g_in_plugin = address; }

extern "C" void shapes_plugin_put_thread_local(void* address) {
  t_in_plugin.pointer = address;
}
