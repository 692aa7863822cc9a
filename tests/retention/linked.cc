// A library that the shapes are linked with.
#include "tests/retention/modules.h"

void* volatile g_in_linked_module = nullptr;

extern "C" void shapes_linked_put(void* address) {
  g_in_linked_module = address;
}
