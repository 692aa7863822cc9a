// operator new and delete, hooked so that a C++ block's site is whoever said
// `new` and not the one malloc call inside libstdc++.
//
// The standard library's operators only wrap malloc and free; then the hook
// calls those directly and leaves out-of-memory (new handler, bad_alloc) to
// the real operator. An operator of anybody else's (jemalloc's, mimalloc's,
// tcmalloc's) is called as it is.
//
// The functions carry their mangled names because this library has no C++
// runtime behind it and may not define the operators as such.

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#include <new>

#include "harness/agent/attached.h"
#include "harness/agent/definitions.h"
#include "harness/agent/new_delete.h"
#include "harness/agent/real.h"
#include "harness/agent/record.h"

using namespace tidemark::agent;

#define TIDEMARK_HOOK extern "C" __attribute__((visibility("default")))
#define TIDEMARK_CALLER \
  reinterpret_cast<std::uint64_t>(__builtin_return_address(0))

namespace {

// The operator next in line, and whether it is the standard library's.
struct Operator {
  std::atomic<void*> next{nullptr};
  std::atomic<int> kind{0};  // 0 not looked for, 1 plain, 2 somebody's own
};

#define TIDEMARK_OPERATORS(each)                                               \
  each(_Znwm) each(_Znam) each(_ZnwmRKSt9nothrow_t) each(_ZnamRKSt9nothrow_t)  \
      each(_ZnwmSt11align_val_t) each(_ZnamSt11align_val_t)                    \
          each(_ZnwmSt11align_val_tRKSt9nothrow_t) each(                       \
              _ZnamSt11align_val_tRKSt9nothrow_t) each(_ZdlPv) each(_ZdaPv)    \
              each(_ZdlPvm) each(_ZdaPvm) each(_ZdlPvRKSt9nothrow_t)           \
                  each(_ZdaPvRKSt9nothrow_t) each(_ZdlPvSt11align_val_t)       \
                      each(_ZdaPvSt11align_val_t) each(_ZdlPvmSt11align_val_t) \
                          each(_ZdaPvmSt11align_val_t)                         \
                              each(_ZdlPvSt11align_val_tRKSt9nothrow_t)        \
                                  each(_ZdaPvSt11align_val_tRKSt9nothrow_t)

#define TIDEMARK_STATE(symbol) constinit Operator op##symbol;
TIDEMARK_OPERATORS(TIDEMARK_STATE)
#undef TIDEMARK_STATE

bool is_standard_library(void* function) {
  Dl_info info;
  if (!dladdr(function, &info) || !info.dli_fname) return false;
  return strstr(info.dli_fname, "libstdc++") ||
         strstr(info.dli_fname, "libc++");
}

// A C program that dlopens a C++ library has the operators outside the
// global scope, where RTLD_NEXT does not look.
void* find_next(const char* name) {
  if (void* next = service_definition(name)) return next;
  if (kAttached) return nullptr;  // it has looked everywhere
  for (const char* library : {"libstdc++.so.6", "libc++.so.1"}) {
    void* handle = dlopen(library, RTLD_LAZY | RTLD_NOLOAD);
    if (!handle) continue;
    void* next = dlsym(handle, name);
    dlclose(handle);
    if (next) return next;
  }
  return nullptr;
}

int look_up(Operator& op, const char* name) {
  void* next = find_next(name);
  op.next.store(next);
  int kind = !next || is_standard_library(next) ? 1 : 2;
  op.kind.store(kind, std::memory_order_release);
  return kind;
}

inline int kind_of(Operator& op, const char* name) {
  int kind = op.kind.load(std::memory_order_relaxed);
  return likely(kind != 0) ? kind : look_up(op, name);
}

template <class Function>
Function next_of(Operator& op, const char* name) {
  void* next = op.next.load();
  if (!next) {
    look_up(op, name);
    next = op.next.load();
  }
  // Without a C++ runtime nobody can have called us, and nobody can throw.
  if (!next) abort();
  return reinterpret_cast<Function>(next);
}

struct NamedOperator {
  Operator* op;
  const char* name;
};

#define TIDEMARK_NAMED(symbol) {&op##symbol, #symbol},
constexpr NamedOperator kOperators[] = {TIDEMARK_OPERATORS(TIDEMARK_NAMED)};
#undef TIDEMARK_NAMED

inline void* born(void* p, std::size_t n, std::uint64_t caller) {
  if (likely(p != nullptr)) record_birth(p, n, caller);
  return p;
}

}  // namespace

void tidemark::agent::resolve_operators() {
  for (const NamedOperator& named : kOperators)
    if (!named.op->next.load()) look_up(*named.op, named.name);
}

#define TIDEMARK_NEW(symbol, parameters, arguments, plain_call)        \
  TIDEMARK_HOOK void* symbol parameters {                              \
    Operator& op = op##symbol;                                         \
    if (likely(kind_of(op, #symbol) == 1)) {                           \
      void* p = plain_call;                                            \
      if (likely(p != nullptr)) return born(p, n, TIDEMARK_CALLER);    \
    }                                                                  \
    return born(next_of<void*(*)parameters>(op, #symbol) arguments, n, \
                TIDEMARK_CALLER);                                      \
  }

using Nothrow = const std::nothrow_t&;

#define TIDEMARK_PLAIN real.malloc(n)
#define TIDEMARK_ALIGNED real.memalign(a, n)

TIDEMARK_NEW(_Znwm, (std::size_t n), (n), TIDEMARK_PLAIN)
TIDEMARK_NEW(_Znam, (std::size_t n), (n), TIDEMARK_PLAIN)
TIDEMARK_NEW(_ZnwmRKSt9nothrow_t, (std::size_t n, Nothrow t), (n, t),
             TIDEMARK_PLAIN)
TIDEMARK_NEW(_ZnamRKSt9nothrow_t, (std::size_t n, Nothrow t), (n, t),
             TIDEMARK_PLAIN)
TIDEMARK_NEW(_ZnwmSt11align_val_t, (std::size_t n, std::size_t a), (n, a),
             TIDEMARK_ALIGNED)
TIDEMARK_NEW(_ZnamSt11align_val_t, (std::size_t n, std::size_t a), (n, a),
             TIDEMARK_ALIGNED)
TIDEMARK_NEW(_ZnwmSt11align_val_tRKSt9nothrow_t,
             (std::size_t n, std::size_t a, Nothrow t), (n, a, t),
             TIDEMARK_ALIGNED)
TIDEMARK_NEW(_ZnamSt11align_val_tRKSt9nothrow_t,
             (std::size_t n, std::size_t a, Nothrow t), (n, a, t),
             TIDEMARK_ALIGNED)

#define TIDEMARK_DELETE(symbol, parameters, arguments)          \
  TIDEMARK_HOOK void symbol parameters {                        \
    Operator& op = op##symbol;                                  \
    if (!p) return;                                             \
    record_death(p);                                            \
    if (likely(kind_of(op, #symbol) == 1)) return real.free(p); \
    next_of<void(*) parameters>(op, #symbol) arguments;         \
  }

TIDEMARK_DELETE(_ZdlPv, (void* p), (p))
TIDEMARK_DELETE(_ZdaPv, (void* p), (p))
TIDEMARK_DELETE(_ZdlPvm, (void* p, std::size_t n), (p, n))
TIDEMARK_DELETE(_ZdaPvm, (void* p, std::size_t n), (p, n))
TIDEMARK_DELETE(_ZdlPvRKSt9nothrow_t, (void* p, Nothrow t), (p, t))
TIDEMARK_DELETE(_ZdaPvRKSt9nothrow_t, (void* p, Nothrow t), (p, t))
TIDEMARK_DELETE(_ZdlPvSt11align_val_t, (void* p, std::size_t a), (p, a))
TIDEMARK_DELETE(_ZdaPvSt11align_val_t, (void* p, std::size_t a), (p, a))
TIDEMARK_DELETE(_ZdlPvmSt11align_val_t, (void* p, std::size_t n, std::size_t a),
                (p, n, a))
TIDEMARK_DELETE(_ZdaPvmSt11align_val_t, (void* p, std::size_t n, std::size_t a),
                (p, n, a))
TIDEMARK_DELETE(_ZdlPvSt11align_val_tRKSt9nothrow_t,
                (void* p, std::size_t a, Nothrow t), (p, a, t))
TIDEMARK_DELETE(_ZdaPvSt11align_val_tRKSt9nothrow_t,
                (void* p, std::size_t a, Nothrow t), (p, a, t))
