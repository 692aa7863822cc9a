#include "harness/runtimes/native/allocator_modules.h"

namespace tidemark {

bool is_allocator_module(std::string_view path) {
  std::string_view name = path.substr(path.rfind('/') + 1);
  for (std::string_view allocator :
       {"libjemalloc", "libmimalloc", "libtcmalloc", "libc.so", "libc-2",
        "libhoard", "libsnmalloc"})
    if (name.starts_with(allocator)) return true;
  return false;
}

}  // namespace tidemark
