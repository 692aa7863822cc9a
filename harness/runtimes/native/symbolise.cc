#include "harness/runtimes/native/symbolise.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string_view>
#include <utility>

#include "harness/runtimes/native/data_symbols.h"
#include "harness/runtimes/native/elf_file.h"
#include "harness/runtimes/native/library.h"

namespace tidemark {
namespace {

struct Free {
  void operator()(void* memory) const { std::free(memory); }
};

struct SourceLine {
  std::string file;
  std::uint32_t line = 0;
};

bool is_cplusplus(Dwarf_Die& unit) {
  switch (dwarf_srclang(&unit)) {
    case DW_LANG_C_plus_plus:
    case DW_LANG_C_plus_plus_03:
    case DW_LANG_C_plus_plus_11:
    case DW_LANG_C_plus_plus_14:
      return true;
    default:
      return false;
  }
}

std::string class_name(const char* name) {
  // gcc: "<lambda(int)>"; clang: none.
  const bool lambda = name == nullptr || *name == '<';
  return lambda ? "{lambda}" : name;
}

std::string whole_name(Dwarf_Die& function);

// "chat::(anonymous namespace)::Room::" for a function in there.
std::string scope_of(Dwarf_Die& function) {
  Dwarf_Die origin = function;
  Dwarf_Attribute memory;
  for (unsigned kind : {DW_AT_abstract_origin, DW_AT_specification}) {
    Dwarf_Die next;
    if (dwarf_formref_die(dwarf_attr(&origin, kind, &memory), &next))
      origin = next;
  }
  Dwarf_Die* raw = nullptr;
  const int count = dwarf_getscopes_die(&origin, &raw);
  std::unique_ptr<Dwarf_Die, Free> scopes(raw);
  std::string text;
  for (int i = 1; i < count; ++i) {
    Dwarf_Die& scope = scopes.get()[i];
    const int tag = dwarf_tag(&scope);
    const char* name = dwarf_diename(&scope);
    if (tag == DW_TAG_namespace)
      text.insert(0,
                  fmt::format("{}::", name ? name : "(anonymous namespace)"));
    else if (tag == DW_TAG_subprogram)
      // A lambda's function: its class may be named only by itself.
      return fmt::format("{}::{}", whole_name(scope), text);
    else if (tag == DW_TAG_class_type || tag == DW_TAG_structure_type)
      text.insert(0, fmt::format("{}::", class_name(name)));
    else if (name && tag != DW_TAG_compile_unit && tag != DW_TAG_lexical_block)
      text.insert(0, fmt::format("{}::", name));
  }
  return text;
}

// Empty when the debug information gives the function no name at all.
std::string linkage_name(Dwarf_Die& function) {
  Dwarf_Attribute memory;
  for (unsigned kind : {DW_AT_linkage_name, DW_AT_MIPS_linkage_name}) {
    Dwarf_Attribute* name = dwarf_attr_integrate(&function, kind, &memory);
    if (const char* text = name ? dwarf_formstring(name) : nullptr)
      return demangled(text);
  }
  return "";
}

// Of a C++ function that a lambda is in.
std::string whole_name(Dwarf_Die& function) {
  std::string name = linkage_name(function);
  if (!name.empty()) return name;
  const char* plain = dwarf_diename(&function);
  return scope_of(function) + (plain ? plain : "unnamed function");
}

std::string plain_name(Dwarf_Die& function, bool cplusplus) {
  const char* plain = dwarf_diename(&function);
  if (plain == nullptr) return "";
  return cplusplus ? scope_of(function) + plain : plain;
}

std::optional<Dwarf_Word> number(Dwarf_Die& die, unsigned attribute) {
  Dwarf_Attribute memory;
  Dwarf_Word value = 0;
  if (dwarf_formudata(dwarf_attr(&die, attribute, &memory), &value) != 0)
    return std::nullopt;
  return value;
}

// Where the function that `inlined` was inlined into calls it.
SourceLine call_site(Dwarf_Die& unit, Dwarf_Die& inlined) {
  SourceLine at;
  Dwarf_Files* files = nullptr;
  std::size_t count = 0;
  const std::optional<Dwarf_Word> file = number(inlined, DW_AT_call_file);
  if (file && dwarf_getsrcfiles(&unit, &files, &count) == 0 && *file < count)
    if (const char* path = dwarf_filesrc(files, *file, nullptr, nullptr))
      at.file = path;
  at.line =
      static_cast<std::uint32_t>(number(inlined, DW_AT_call_line).value_or(0));
  return at;
}

// The functions that contain `pc`, outermost first: the one that is there as
// code, then what was inlined into it. dwarf_getscopes() is for variables: it
// goes on in the scopes where an inlined function was written, and misses
// the inlined ones of clang's DWARF 5.
bool find_functions(Dwarf_Die& in, Dwarf_Addr pc, std::vector<Dwarf_Die>& found,
                    int depth = 0) {
  constexpr int kMaxDepth = 256;  // debug information is input, too
  Dwarf_Die die;
  if (depth > kMaxDepth || dwarf_child(&in, &die) != 0) return false;
  do {
    switch (dwarf_tag(&die)) {
      case DW_TAG_subprogram:
      case DW_TAG_inlined_subroutine:
        if (dwarf_haspc(&die, pc) <= 0) break;
        found.push_back(die);
        find_functions(die, pc, found, depth + 1);
        return true;
      case DW_TAG_lexical_block:
      case DW_TAG_try_block:
      case DW_TAG_catch_block:
        if ((dwarf_hasattr(&die, DW_AT_low_pc) ||
             dwarf_hasattr(&die, DW_AT_ranges)) &&
            dwarf_haspc(&die, pc) <= 0)
          break;
        [[fallthrough]];
      case DW_TAG_namespace:
      case DW_TAG_class_type:
      case DW_TAG_structure_type:
      case DW_TAG_union_type:
      case DW_TAG_module:
        if (find_functions(die, pc, found, depth + 1)) return true;
        break;
      default:
        break;
    }
  } while (dwarf_siblingof(&die, &die) == 0);
  return false;
}

}  // namespace

class Symboliser::Module {
 public:
  Module(std::string path, const std::string& directory)
      : path_(std::move(path)),
        directory_(directory),
        file_(path_),
        module_(file_.module()),
        bias_(file_.bias()),
        data_(file_) {}

  const DataSymbols& data() const { return data_; }

  std::vector<Frame> frames(std::uint64_t return_offset) {
    std::vector<Frame> found;
    // The call is the instruction before the one it returns to.
    const std::uint64_t call = return_offset == 0 ? 0 : return_offset - 1;
    if (module_) add_from_debug_info(call + bias_, found);
    if (found.empty()) found.push_back(from_symbols(return_offset, call));
    for (Frame& frame : found) {
      frame.module = path_;
      frame.file = shown(std::move(frame.file));
      frame.library = is_library_frame(frame);
    }
    return found;
  }

 private:
  struct UnitRange {
    Dwarf_Addr low = 0, high = 0;
    Dwarf_Die die{};
  };

  void add_from_debug_info(Dwarf_Addr pc, std::vector<Frame>& found) {
    Dwarf_Addr bias = 0;
    std::optional<Dwarf_Die> unit = unit_at(pc, bias);
    if (!unit) return;
    std::vector<Dwarf_Die> functions;
    find_functions(*unit, pc - bias, functions);
    std::reverse(functions.begin(), functions.end());
    SourceLine at = line_at(*unit, pc - bias);
    for (Dwarf_Die& function : functions) {
      Frame frame;
      frame.inlined = dwarf_tag(&function) == DW_TAG_inlined_subroutine;
      frame.function = function_name(function, *unit, frame.inlined ? 0 : pc);
      frame.file = std::move(at.file);
      frame.line = at.line;
      if (frame.inlined) at = call_site(*unit, function);
      found.push_back(std::move(frame));
    }
  }

  // Functions of unnamed namespaces and lambdas have no linkage name in the
  // debug information: their symbol (at `pc`, if not 0) says it in full.
  std::string function_name(Dwarf_Die& function, Dwarf_Die& unit,
                            Dwarf_Addr pc) {
    const bool cplusplus = is_cplusplus(unit);
    std::string name = linkage_name(function);
    if (name.empty() && cplusplus && pc != 0) name = symbol_at(pc);
    if (name.empty()) name = plain_name(function, cplusplus);
    if (name.empty() && pc != 0) name = symbol_at(pc);
    return name.empty() ? "unnamed function" : name;
  }

  std::optional<Dwarf_Die> unit_at(Dwarf_Addr pc, Dwarf_Addr& bias) {
    // Without the test, an address of a unit that is not in .debug_aranges
    // (clang writes none) is given to its neighbour.
    Dwarf_Die* unit = dwfl_module_addrdie(module_, pc, &bias);
    if (unit && dwarf_haspc(unit, pc - bias) > 0) return *unit;
    if (!indexed_) index_units();
    auto after = std::upper_bound(
        units_.begin(), units_.end(), pc,
        [](Dwarf_Addr a, const UnitRange& r) { return a < r.low; });
    if (after == units_.begin() || pc >= std::prev(after)->high)
      return std::nullopt;
    bias = units_bias_;
    return std::prev(after)->die;
  }

  void index_units() {
    indexed_ = true;
    Dwarf_Die* unit = nullptr;
    while ((unit = dwfl_module_nextcu(module_, unit, &units_bias_))) {
      Dwarf_Addr base = 0, low = 0, high = 0;
      std::ptrdiff_t next = 0;
      while ((next = dwarf_ranges(unit, next, &base, &low, &high)) > 0)
        units_.push_back({low + units_bias_, high + units_bias_, *unit});
    }
    std::sort(
        units_.begin(), units_.end(),
        [](const UnitRange& a, const UnitRange& b) { return a.low < b.low; });
  }

  SourceLine line_at(Dwarf_Die& unit, Dwarf_Addr pc) {
    SourceLine at;
    Dwarf_Line* line = dwarf_getsrc_die(&unit, pc);
    int number = 0;
    const char* file = line ? dwarf_linesrc(line, nullptr, nullptr) : nullptr;
    if (!file || dwarf_lineno(line, &number) != 0 || number <= 0) return at;
    at.file = file;
    at.line = static_cast<std::uint32_t>(number);
    return at;
  }

  // Empty where no symbol covers the address.
  std::string symbol_at(Dwarf_Addr pc) {
    GElf_Off offset = 0;
    GElf_Sym symbol{};
    const char* name = dwfl_module_addrinfo(module_, pc, &offset, &symbol,
                                            nullptr, nullptr, nullptr);
    // The nearest symbol below is somebody else's if it ends before us.
    if (name == nullptr || *name == 0) return "";
    if (symbol.st_size != 0 && offset >= symbol.st_size) return "";
    return demangled(name);
  }

  Frame from_symbols(std::uint64_t return_offset, std::uint64_t call) {
    Frame frame;
    if (module_) {
      frame.function = symbol_at(call + bias_);
      // Compiled with -gline-tables-only: lines, but no functions.
      Dwarf_Addr bias = 0;
      if (std::optional<Dwarf_Die> unit = unit_at(call + bias_, bias)) {
        SourceLine at = line_at(*unit, call + bias_ - bias);
        frame.file = std::move(at.file);
        frame.line = at.line;
      }
    }
    if (frame.function.empty()) {
      const std::string file = path_.substr(path_.rfind('/') + 1);
      frame.function = fmt::format(
          "{}+0x{:x}", file.empty() ? "unknown code" : file, return_offset);
    }
    return frame;
  }

  std::string shown(std::string file) const {
    if (file.empty()) return file;
    std::string path = std::filesystem::path(file).lexically_normal().string();
    if (path.size() > directory_.size() && path.starts_with(directory_))
      path.erase(0, directory_.size());
    return path;
  }

  std::string path_;
  const std::string& directory_;
  ElfFile file_;
  Dwfl_Module* module_;  // null: the file cannot be read
  Dwarf_Addr bias_;
  DataSymbols data_;
  bool indexed_ = false;
  std::vector<UnitRange> units_;
  Dwarf_Addr units_bias_ = 0;
};

Symboliser::Symboliser() {
  std::error_code error;
  directory_ = std::filesystem::current_path(error).string();
  if (error || directory_ == "/")
    directory_ = "//";  // matches no path
  else
    directory_ += "/";
}

Symboliser::~Symboliser() = default;

Symboliser::Module& Symboliser::module_at(const std::string& path) {
  std::unique_ptr<Module>& module = modules_[path];
  if (!module) module = std::make_unique<Module>(path, directory_);
  return *module;
}

std::vector<Frame> Symboliser::frames(const CodeAddr& return_address) {
  auto [known, fresh] = known_.try_emplace(return_address);
  if (fresh)
    known->second =
        module_at(return_address.module).frames(return_address.offset);
  return known->second;
}

DataSymbol Symboliser::variable(const CodeAddr& address) {
  return module_at(address.module).data().variable(address.offset);
}

DataSymbol Symboliser::thread_local_variable(const std::string& module,
                                             std::uint64_t offset) {
  return module_at(module).data().thread_local_variable(offset);
}

}  // namespace tidemark
