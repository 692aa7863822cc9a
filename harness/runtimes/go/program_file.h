// What the file of a Go program says: its Go version, and where a variable of
// the runtime is. Pure: bytes in, values out.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tidemark::go {

struct ProgramFile {
  // "go1.19.8"; empty: a Go program too old to say so (before 1.18).
  std::string version;
  // Loaded at any address: variables are this far from where the file has
  // them.
  bool relocated = false;
  // Of runtime.MemProfileRate, as the file has it; absent: the file was
  // stripped of its symbols, or has no such variable.
  std::optional<std::uint64_t> rate_address;

  bool operator==(const ProgramFile&) const = default;
};

// Absent: it is no 64-bit ELF file of a Go program.
std::optional<ProgramFile> read_program_file(std::string_view bytes);

// Where the first part of the file `path` is mapped, by the text of
// /proc/PID/maps.
std::optional<std::uint64_t> load_address(std::string_view maps,
                                          std::string_view path);

}  // namespace tidemark::go
