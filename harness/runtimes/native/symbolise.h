// Code addresses as people read them: function, file, line, with inlined
// calls expanded. Reads ELF and DWARF of the files themselves and of separate
// debug files on this machine (/usr/lib/debug, .debug); never the network.
//
// Used from one thread. A file is opened at its first address and stays open
// for the Symboliser's life; answers are remembered. Nothing fails: what
// cannot be found out is left out, down to "module+0xoffset".
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "harness/runtimes/native/data_symbol.h"
#include "tidemark/heap_snapshot.h"

namespace tidemark {

class Symboliser {
 public:
  // Paths below the current directory of now are shown relative to it.
  Symboliser();
  ~Symboliser();
  Symboliser(const Symboliser&) = delete;
  Symboliser& operator=(const Symboliser&) = delete;

  // The call that returns to `return_address`: one frame or more, innermost
  // inlined function first. Each frame shows the line inside it that is
  // active: the last one's is the line of the call as written in the source.
  std::vector<Frame> frames(const CodeAddr& return_address);

  // The variable whose memory contains the address; empty if none is known.
  DataSymbol variable(const CodeAddr& address);

  // The same for a place in a module's part of thread-local storage.
  DataSymbol thread_local_variable(const std::string& module,
                                   std::uint64_t offset);

 private:
  class Module;

  Module& module_at(const std::string& path);

  std::string directory_;
  std::map<std::string, std::unique_ptr<Module>> modules_;
  std::map<CodeAddr, std::vector<Frame>> known_;
};

}  // namespace tidemark
