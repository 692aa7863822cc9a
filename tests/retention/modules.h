// What the two modules of the shapes offer: one is linked, one is loaded with
// dlopen.
#pragma once

extern "C" {
using Put = void (*)(void*);
void shapes_linked_put(void* address);
// In the loaded one: shapes_plugin_put, shapes_plugin_put_thread_local.
}
