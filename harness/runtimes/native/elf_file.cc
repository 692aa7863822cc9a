#include "harness/runtimes/native/elf_file.h"

#include <cxxabi.h>

#include <cstdlib>
#include <memory>

#include "harness/runtimes/native/debug_files.h"

namespace tidemark {
namespace {

constexpr Dwfl_Callbacks kCallbacks = {
    .find_elf = dwfl_build_id_find_elf,
    .find_debuginfo = find_local_debug_file,
    .section_address = dwfl_offline_section_address,
    .debuginfo_path = nullptr};

struct Free {
  void operator()(char* memory) const { std::free(memory); }
};

}  // namespace

ElfFile::ElfFile(const std::string& path) {
  dwfl_ = dwfl_begin(&kCallbacks);
  if (dwfl_ == nullptr || path.empty()) return;
  dwfl_report_begin(dwfl_);
  module_ = dwfl_report_elf(dwfl_, path.c_str(), path.c_str(), -1, 0, true);
  dwfl_report_end(dwfl_, nullptr, nullptr);
  GElf_Addr bias = 0;
  if (module_ && dwfl_module_getelf(module_, &bias) == nullptr)
    module_ = nullptr;
  bias_ = bias;
}

ElfFile::~ElfFile() {
  if (dwfl_) dwfl_end(dwfl_);
}

std::string demangled(const char* symbol) {
  int status = 0;
  std::unique_ptr<char, Free> text(
      abi::__cxa_demangle(symbol, nullptr, nullptr, &status));
  std::string name = text ? text.get() : symbol;
  // glibc's names for its own calls to its own functions.
  if (name.starts_with("__GI_")) name.erase(0, 5);
  // "f() [clone .cold]" and "f.part.0" are f to people.
  if (std::size_t clone = name.find(" [clone "); clone != name.npos)
    name.resize(clone);
  for (const char* suffix : {".cold", ".part.", ".isra.", ".constprop."})
    if (std::size_t at = name.find(suffix); !text && at != name.npos && at > 0)
      name.resize(at);
  return name;
}

}  // namespace tidemark
