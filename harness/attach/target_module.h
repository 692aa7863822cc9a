// The modules of a running process, as /proc/PID/maps lists them, and where
// their functions are.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tidemark/result.h"

namespace tidemark::attach {

struct TargetModule {
  std::string path;
  std::uint64_t begin = 0;  // of its lowest mapping
  std::uint64_t code_begin = 0;
  std::uint64_t code_end = 0;  // of its executable mappings

  bool has_code_at(std::uint64_t address) const {
    return address >= code_begin && address < code_end;
  }
};

// Mapped files with code in them, in the order of their addresses.
std::vector<TargetModule> parse_modules(std::string_view maps);

// Empty when the process is gone or not ours to look into.
std::vector<TargetModule> modules_of(pid_t pid);

// libc.so.6, as glibc calls it.
const TargetModule* find_libc(const std::vector<TargetModule>& modules);
const TargetModule* find_module(const std::vector<TargetModule>& modules,
                                std::string_view path);

// The address in the process of a function that the file exports; nothing if
// it exports none of this name. `file` is where the module can be read.
std::optional<std::uint64_t> find_function(const std::string& file,
                                           const TargetModule& module,
                                           const char* name);

// The address of a `syscall` instruction in the module's code.
Result<std::uint64_t> find_system_call(pid_t pid, const TargetModule& module);

// The last part of a path.
std::string_view file_name_of(std::string_view path);

}  // namespace tidemark::attach
