/* An allocator in front of libc's: how its functions are found is chosen when
 * it is built. With OTHER_MALLOC_CHOOSES by functions that choose them. */
#include <stddef.h>

extern void* __libc_malloc(size_t);
extern void __libc_free(void*);
extern void* __libc_calloc(size_t, size_t);
extern void* __libc_realloc(void*, size_t);

#ifdef OTHER_MALLOC_CHOOSES
static void* my_malloc(size_t n) { return __libc_malloc(n); }
static void my_free(void* p) { __libc_free(p); }
static void* my_calloc(size_t n, size_t m) { return __libc_calloc(n, m); }
static void* my_realloc(void* p, size_t n) { return __libc_realloc(p, n); }
static void* (*choose_malloc(void))(size_t) { return my_malloc; }
static void (*choose_free(void))(void*) { return my_free; }
static void* (*choose_calloc(void))(size_t, size_t) { return my_calloc; }
static void* (*choose_realloc(void))(void*, size_t) { return my_realloc; }
void* malloc(size_t) __attribute__((ifunc("choose_malloc")));
void free(void*) __attribute__((ifunc("choose_free")));
void* calloc(size_t, size_t) __attribute__((ifunc("choose_calloc")));
void* realloc(void*, size_t) __attribute__((ifunc("choose_realloc")));
#else
void* malloc(size_t n) { return __libc_malloc(n); }
void free(void* p) { __libc_free(p); }
void* calloc(size_t n, size_t m) { return __libc_calloc(n, m); }
void* realloc(void* p, size_t n) { return __libc_realloc(p, n); }
#endif
