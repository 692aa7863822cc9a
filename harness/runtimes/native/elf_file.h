// One ELF file with its debug information, placed at address 0, so that
// libdwfl's addresses are the ELF's own whether it is position-independent
// or not. Private to symbolise.cc and data_symbols.cc.
#pragma once

#include <elfutils/libdwfl.h>

#include <string>

namespace tidemark {

class ElfFile {
 public:
  explicit ElfFile(const std::string& path);
  ~ElfFile();
  ElfFile(const ElfFile&) = delete;
  ElfFile& operator=(const ElfFile&) = delete;

  // Null when the file cannot be read.
  Dwfl_Module* module() const { return module_; }

  // Between the ELF's addresses and libdwfl's.
  Dwarf_Addr bias() const { return bias_; }

 private:
  Dwfl* dwfl_ = nullptr;
  Dwfl_Module* module_ = nullptr;
  Dwarf_Addr bias_ = 0;
};

// A symbol as people read it.
std::string demangled(const char* symbol);

}  // namespace tidemark
