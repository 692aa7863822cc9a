/* The least a preload can cost: each call is passed on. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stddef.h>

static void* (*next_malloc)(size_t);
static void (*next_free)(void*);

__attribute__((constructor)) static void find(void) {
  next_malloc = (void* (*)(size_t))dlsym(RTLD_NEXT, "malloc");
  next_free = (void (*)(void*))dlsym(RTLD_NEXT, "free");
}

void* malloc(size_t n) {
  if (!next_malloc) find();
  void* p = next_malloc(n);
  __asm__ volatile("" : "+r"(p)); /* no tail call: a hook does more */
  return p;
}

void free(void* p) {
  if (!next_free) find();
  next_free(p);
}
