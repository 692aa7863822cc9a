// The modules of a running process, as /proc/PID/maps lists them, and where
// their functions are, as their own memory tells: the files may be others by
// now, or not to be seen from here.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tidemark/result.h"

namespace tidemark::attach {

// One time that a file is loaded. A file that is mapped as data as well has
// another place for that.
struct TargetModule {
  std::string path;
  std::uint64_t begin = 0;  // where its first bytes are
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

// Where `code` is in the module's code.
std::optional<std::uint64_t> find_code(pid_t pid, const TargetModule& module,
                                       std::string_view code);

// The last part of a path.
std::string_view file_name_of(std::string_view path);

}  // namespace tidemark::attach
