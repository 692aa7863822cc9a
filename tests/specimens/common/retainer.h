// What holds what a guilty specimen leaves behind: its first line of output,
// as the truth is its last.
//
//   retainer: {"held":"reachable","root_kind":"global",
//   "root":"(anonymous namespace)::lines","through":["vector","string"]}
//
// (in one line). The specimen knows it as its author knows it; what tidemark
// finds out by itself is compared with it.
#pragma once

#include <string>
#include <vector>

namespace specimen {

struct Retainer {
  std::string held = "reachable";  // or unreachable, doubtful
  std::string root_kind = {};      // global, stack …; empty if unreachable
  // A global's symbol as the ELF file has it, demangled; for a stack the
  // function whose frame holds.
  std::string root = {};
  // Kinds of containers and classes from the root to the memory, itself
  // included; nodes and buffers of a container are told as the container.
  std::vector<std::string> through = {};
  // When it holds: "drained", for what stays, or "open", for what is there as
  // long as a connection is.
  std::string when = "drained";
};

std::string retainer_line(const Retainer& retainer);

}  // namespace specimen
