#include "harness/attach/target_module.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <gelf.h>
#include <libelf.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <memory>

#include "harness/base/fd.h"
#include "harness/base/text_file.h"

namespace tidemark::attach {
namespace {

struct Mapping {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  bool executable = false;
  std::string_view path;
};

std::string_view next_word(std::string_view& line) {
  const std::size_t begin = std::min(line.find_first_not_of(' '), line.size());
  const std::size_t end = std::min(line.find(' ', begin), line.size());
  const std::string_view word = line.substr(begin, end - begin);
  line.remove_prefix(end);
  return word;
}

bool read_hex(std::string_view text, std::uint64_t& number) {
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number, 16);
  return error == std::errc() && stop == end && !text.empty();
}

// "begin-end rwxp offset device inode   path"
std::optional<Mapping> parse_mapping(std::string_view line) {
  Mapping mapping;
  const std::string_view range = next_word(line);
  const std::size_t dash = range.find('-');
  if (dash == std::string_view::npos ||
      !read_hex(range.substr(0, dash), mapping.begin) ||
      !read_hex(range.substr(dash + 1), mapping.end) ||
      mapping.begin >= mapping.end)
    return std::nullopt;
  const std::string_view rights = next_word(line);
  mapping.executable = rights.size() > 2 && rights[2] == 'x';
  for (int skipped = 0; skipped < 3; ++skipped) next_word(line);
  const std::size_t path = line.find_first_not_of(' ');
  if (path != std::string_view::npos) mapping.path = line.substr(path);
  return mapping;
}

using ElfHandle = std::unique_ptr<Elf, int (*)(Elf*)>;

// The lowest address of the file's segments, which is where `begin` is.
std::uint64_t lowest_address(Elf* elf) {
  std::size_t count = 0;
  if (elf_getphdrnum(elf, &count) != 0) return 0;
  std::uint64_t lowest = ~0ull;
  for (std::size_t i = 0; i < count; ++i) {
    GElf_Phdr header;
    if (gelf_getphdr(elf, static_cast<int>(i), &header) &&
        header.p_type == PT_LOAD)
      lowest = std::min<std::uint64_t>(lowest, header.p_vaddr & ~4095ull);
  }
  return lowest == ~0ull ? 0 : lowest;
}

// A version that is not the default one ("dlopen@GLIBC_2.2.5") does as well:
// it is the same function.
std::optional<std::uint64_t> exported(Elf* elf, const char* name) {
  for (Elf_Scn* section = nullptr; (section = elf_nextscn(elf, section));) {
    GElf_Shdr header;
    if (!gelf_getshdr(section, &header) || header.sh_type != SHT_DYNSYM ||
        header.sh_entsize == 0)
      continue;
    Elf_Data* data = elf_getdata(section, nullptr);
    const std::size_t count = header.sh_size / header.sh_entsize;
    for (std::size_t i = 0; data && i < count; ++i) {
      GElf_Sym symbol;
      if (!gelf_getsym(data, static_cast<int>(i), &symbol)) break;
      if (symbol.st_shndx == SHN_UNDEF ||
          GELF_ST_TYPE(symbol.st_info) != STT_FUNC)
        continue;
      const char* found = elf_strptr(elf, header.sh_link, symbol.st_name);
      if (found && std::strcmp(found, name) == 0) return symbol.st_value;
    }
  }
  return std::nullopt;
}

}  // namespace

std::vector<TargetModule> parse_modules(std::string_view maps) {
  std::vector<TargetModule> modules;
  while (!maps.empty()) {
    const std::size_t end = std::min(maps.find('\n'), maps.size());
    const std::optional<Mapping> mapping = parse_mapping(maps.substr(0, end));
    maps.remove_prefix(std::min(end + 1, maps.size()));
    if (!mapping || !mapping->path.starts_with('/')) continue;
    auto known = std::find_if(
        modules.begin(), modules.end(),
        [&](const TargetModule& m) { return m.path == mapping->path; });
    if (known == modules.end()) {
      modules.push_back({std::string(mapping->path), mapping->begin, 0, 0});
      known = std::prev(modules.end());
    }
    if (!mapping->executable) continue;
    if (known->code_end == 0) known->code_begin = mapping->begin;
    known->code_end = mapping->end;
  }
  std::erase_if(modules, [](const TargetModule& m) { return m.code_end == 0; });
  return modules;
}

std::vector<TargetModule> modules_of(pid_t pid) {
  const Result<std::string> maps = read_file(fmt::format("/proc/{}/maps", pid));
  return maps ? parse_modules(*maps) : std::vector<TargetModule>();
}

std::string_view file_name_of(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

const TargetModule* find_libc(const std::vector<TargetModule>& modules) {
  for (const TargetModule& module : modules) {
    const std::string_view name = file_name_of(module.path);
    // Before 2.34 the file was called after its version.
    if (name == "libc.so.6" ||
        (name.starts_with("libc-2.") && name.ends_with(".so")))
      return &module;
  }
  return nullptr;
}

const TargetModule* find_module(const std::vector<TargetModule>& modules,
                                std::string_view path) {
  for (const TargetModule& module : modules)
    if (module.path == path) return &module;
  return nullptr;
}

std::optional<std::uint64_t> find_function(const std::string& file,
                                           const TargetModule& module,
                                           const char* name) {
  elf_version(EV_CURRENT);
  const Fd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return std::nullopt;
  const ElfHandle elf(elf_begin(fd.get(), ELF_C_READ_MMAP, nullptr), elf_end);
  if (!elf) return std::nullopt;
  const std::optional<std::uint64_t> value = exported(elf.get(), name);
  if (!value) return std::nullopt;
  return module.begin - lowest_address(elf.get()) + *value;
}

Result<std::uint64_t> find_system_call(pid_t pid, const TargetModule& module) {
  std::vector<unsigned char> code(module.code_end - module.code_begin);
  iovec here{code.data(), code.size()};
  iovec there{reinterpret_cast<void*>(module.code_begin), code.size()};
  const ssize_t got = ::process_vm_readv(pid, &here, 1, &there, 1, 0);
  if (got > 0) {
    constexpr unsigned char kSystemCall[] = {0x0f, 0x05};
    const auto end = code.begin() + got;
    const auto at = std::search(code.begin(), end, std::begin(kSystemCall),
                                std::end(kSystemCall));
    if (at != end)
      return module.code_begin + static_cast<std::uint64_t>(at - code.begin());
  }
  return fail(ErrorKind::kEnvironment,
              fmt::format("no system call found in {} of process {}",
                          module.path, pid));
}

}  // namespace tidemark::attach
