// The allocators that a scenario may name, and where their libraries are.
#pragma once

#include <span>
#include <string>

#include "tidemark/result.h"

namespace tidemark {

// The path of the library for `name`: jemalloc, mimalloc, tcmalloc, looked for
// in `folders`, or a path, which is made absolute. kEnvironment with the
// Debian package if it is not installed: the loader only warns about a preload
// that is missing, and a run that silently measured another allocator would
// be worse than none.
Result<std::string> find_allocator(const std::string& name,
                                   std::span<const std::string> folders);

// Where the system's loader looks.
std::span<const std::string> library_folders();

}  // namespace tidemark
