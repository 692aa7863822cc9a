// The variables of one ELF file: globals, local statics, vtables, and its
// thread-local ones. Private to symbolise.cc.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/runtimes/native/data_symbol.h"
#include "harness/runtimes/native/elf_file.h"

namespace tidemark {

// Reads the file's symbols at the first question, its DWARF at the first
// answer that needs it. REQUIRES: `file` outlives it. Used from one thread.
class DataSymbols {
 public:
  explicit DataSymbols(const ElfFile& file) : file_(file) {}

  // The variable whose memory contains the ELF address.
  DataSymbol variable(std::uint64_t address) const;

  // The variable at a place of the file's part of thread-local storage.
  DataSymbol thread_local_variable(std::uint64_t offset) const;

 private:
  struct Symbol {
    std::uint64_t address = 0;
    std::uint64_t bytes = 0;
    const char* name = nullptr;
    const char* file = nullptr;  // null: not told by the symbol table
    bool global = false;
  };

  void read_symbols() const;
  void read_declarations() const;
  DataSymbol find(const std::vector<Symbol>& among,
                  std::uint64_t address) const;
  std::string file_of(const Symbol& symbol) const;

  const ElfFile& file_;
  // What was found out so far; all by address.
  mutable bool have_symbols_ = false;
  mutable std::vector<Symbol> variables_;
  mutable std::vector<Symbol> thread_locals_;
  mutable bool have_declarations_ = false;
  mutable std::map<std::string, std::string> file_by_name_;
};

}  // namespace tidemark
