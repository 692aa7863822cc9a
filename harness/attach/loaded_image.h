// The functions of a module that is loaded in another process.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string_view>

#include "harness/attach/target_module.h"

namespace tidemark::attach {

// The address of a function that the module exports; nothing if it exports
// none of this name, or is mapped there without being loaded. A version that
// is not the default one ("dlopen@GLIBC_2.2.5") does as well: it is the same
// function.
std::optional<std::uint64_t> find_function(pid_t pid,
                                           const TargetModule& module,
                                           std::string_view name);

// Behind the last byte of what the loader mapped for the module, its
// variables included.
std::optional<std::uint64_t> end_of(pid_t pid, const TargetModule& module);

}  // namespace tidemark::attach
