#include "harness/runtimes/native/data_symbols.h"

#include <dwarf.h>
#include <elfutils/libdw.h>

#include <algorithm>
#include <cctype>
#include <string_view>

namespace tidemark {
namespace {

// Debug information beyond this takes seconds to walk through.
constexpr std::size_t kMaxDebugInfo = 64 << 20;

std::string without_folders(std::string_view path) {
  return std::string(path.substr(path.rfind('/') + 1));
}

// "cache.0" is C's local static `cache`.
std::string plain(std::string name) {
  std::size_t dot = name.rfind('.');
  bool numbered =
      dot != name.npos && dot != 0 && dot + 1 < name.size() &&
      std::all_of(name.begin() + static_cast<long>(dot) + 1, name.end(),
                  [](unsigned char c) { return std::isdigit(c); });
  if (numbered) name.resize(dot);
  return name;
}

// The name that the linker knows a variable by, which the symbol table has.
const char* linker_name(Dwarf_Die& variable) {
  Dwarf_Attribute memory;
  for (unsigned kind : {DW_AT_linkage_name, DW_AT_MIPS_linkage_name})
    if (Dwarf_Attribute* name = dwarf_attr_integrate(&variable, kind, &memory))
      return dwarf_formstring(name);
  return dwarf_diename(&variable);
}

// Variables with memory of their own, of a unit and the namespaces and
// classes in it; not those inside functions, whose symbols are local and
// have their file in the symbol table.
template <class See>
void each_global(Dwarf_Die& in, int depth, See see) {
  constexpr int kMaxDepth = 64;  // debug information is input, too
  Dwarf_Die die;
  if (depth > kMaxDepth || dwarf_child(&in, &die) != 0) return;
  do {
    switch (dwarf_tag(&die)) {
      case DW_TAG_variable:
        if (dwarf_hasattr(&die, DW_AT_location)) see(die);
        break;
      case DW_TAG_namespace:
        each_global(die, depth + 1, see);
        break;
      default:
        break;
    }
  } while (dwarf_siblingof(&die, &die) == 0);
}

}  // namespace

void DataSymbols::read_symbols() const {
  have_symbols_ = true;
  if (!file_.module()) return;
  int count = dwfl_module_getsymtab(file_.module());
  const char* source = nullptr;
  for (int i = 0; i < count; ++i) {
    GElf_Sym symbol;
    GElf_Addr address = 0;
    GElf_Word section = 0;
    const char* name = dwfl_module_getsym_info(
        file_.module(), i, &symbol, &address, &section, nullptr, nullptr);
    if (!name) continue;
    int type = GELF_ST_TYPE(symbol.st_info);
    bool local = GELF_ST_BIND(symbol.st_info) == STB_LOCAL;
    // A file's local symbols come behind its name, the global ones last.
    if (type == STT_FILE) source = name;
    if (section == SHN_UNDEF || symbol.st_size == 0 || *name == 0) continue;
    Symbol found{0, symbol.st_size, name, local ? source : nullptr, !local};
    if (type == STT_OBJECT) {
      found.address = address - file_.bias();
      variables_.push_back(found);
    } else if (type == STT_TLS) {
      // Its value is a place in the storage, which libdwfl may have moved
      // like an address.
      found.address = symbol.st_value;
      thread_locals_.push_back(found);
    }
  }
  auto earlier = [](const Symbol& a, const Symbol& b) {
    if (a.address != b.address) return a.address < b.address;
    // The one that is found first is the last: a global, with a plain name.
    if (a.global != b.global) return b.global;
    return std::string_view(a.name) > std::string_view(b.name);
  };
  std::sort(variables_.begin(), variables_.end(), earlier);
  std::sort(thread_locals_.begin(), thread_locals_.end(), earlier);
}

void DataSymbols::read_declarations() const {
  have_declarations_ = true;
  Dwarf_Addr bias = 0;
  Dwarf* debug =
      file_.module() ? dwfl_module_getdwarf(file_.module(), &bias) : nullptr;
  if (!debug) return;
  std::size_t bytes = 0;
  Dwarf_Die* unit = nullptr;
  while ((unit = dwfl_module_nextcu(file_.module(), unit, &bias))) {
    bytes = dwarf_dieoffset(unit);
    if (bytes > kMaxDebugInfo) return;
    each_global(*unit, 0, [&](Dwarf_Die& variable) {
      const char* name = linker_name(variable);
      const char* file = dwarf_decl_file(&variable);
      if (name && file) file_by_name_.emplace(name, without_folders(file));
    });
  }
}

std::string DataSymbols::file_of(const Symbol& symbol) const {
  if (symbol.file) return without_folders(symbol.file);
  if (!have_declarations_) read_declarations();
  auto known = file_by_name_.find(symbol.name);
  return known == file_by_name_.end() ? "" : known->second;
}

DataSymbol DataSymbols::find(const std::vector<Symbol>& among,
                             std::uint64_t address) const {
  auto after = std::upper_bound(
      among.begin(), among.end(), address,
      [](std::uint64_t a, const Symbol& s) { return a < s.address; });
  const std::uint64_t next = after == among.end() ? ~0ull : after->address;
  // A few steps back: a variable may lie inside another one.
  for (int steps = 0; steps < 8 && after != among.begin(); ++steps) {
    const Symbol& symbol = *--after;
    std::uint64_t offset = address - symbol.address;
    if (offset >= symbol.bytes) continue;
    // The compiler's own: vtables and the like.
    bool made = std::string_view(symbol.name).starts_with("_ZT");
    return {plain(demangled(symbol.name)), offset, made ? "" : file_of(symbol),
            steps == 0 ? offset : 0,
            std::min(symbol.address + symbol.bytes, next) - address};
  }
  return {};
}

DataSymbol DataSymbols::variable(std::uint64_t address) const {
  if (!have_symbols_) read_symbols();
  return find(variables_, address);
}

DataSymbol DataSymbols::thread_local_variable(std::uint64_t offset) const {
  if (!have_symbols_) read_symbols();
  return find(thread_locals_, offset);
}

}  // namespace tidemark
