#include "harness/runtimes/go/program_file.h"

#include <elf.h>

#include <bit>
#include <cstring>
#include <vector>

#include "harness/runtimes/go/text_lines.h"

namespace tidemark::go {
namespace {

constexpr std::string_view kRate = "runtime.MemProfileRate";
// "\xff Go buildinf:", pointer size, flags; from byte 32 on, with flag 2, the
// version with its length before it.
constexpr std::string_view kBuildInfo = "\xff Go buildinf:";
constexpr std::size_t kVersionAt = 32;
constexpr unsigned char kInline = 2;
// "go1.23.4 X:experiment" and the like are far shorter.
constexpr std::size_t kLongestVersion = 100;
constexpr std::size_t kMostSections = 1000;

// A value of the file; absent beyond its end.
template <class T>
std::optional<T> at(std::string_view bytes, std::uint64_t offset) {
  if (offset > bytes.size() || bytes.size() - offset < sizeof(T))
    return std::nullopt;
  T value;
  std::memcpy(&value, bytes.data() + offset, sizeof(T));
  return value;
}

std::string_view part(std::string_view bytes, std::uint64_t offset,
                      std::uint64_t size) {
  if (offset > bytes.size() || bytes.size() - offset < size) return {};
  return bytes.substr(offset, size);
}

// Up to its zero byte.
std::string_view name_at(std::string_view names, std::uint64_t offset) {
  if (offset >= names.size()) return {};
  const std::string_view rest = names.substr(offset);
  return rest.substr(0, rest.find('\0'));
}

std::vector<Elf64_Shdr> read_sections(std::string_view bytes,
                                      const Elf64_Ehdr& header) {
  std::vector<Elf64_Shdr> sections;
  if (header.e_shentsize != sizeof(Elf64_Shdr) ||
      header.e_shnum > kMostSections)
    return {};
  for (std::uint64_t i = 0; i < header.e_shnum; ++i) {
    const auto section =
        at<Elf64_Shdr>(bytes, header.e_shoff + i * sizeof(Elf64_Shdr));
    if (!section) return {};
    sections.push_back(*section);
  }
  return sections;
}

std::optional<std::string> read_version(std::string_view info) {
  if (!info.starts_with(kBuildInfo) || info.size() <= kVersionAt)
    return std::nullopt;
  const unsigned char flags = static_cast<unsigned char>(info[15]);
  // Its length is a varint, which in a shorter text than 128 bytes is a byte.
  const std::size_t length = static_cast<unsigned char>(info[kVersionAt]);
  if ((flags & kInline) == 0 || length > kLongestVersion) return std::string();
  std::string version(part(info, kVersionAt + 1, length));
  for (const char c : version)
    if (c < ' ' || c > '~') return std::string();
  return version;
}

std::optional<std::uint64_t> find_variable(
    std::string_view bytes, const std::vector<Elf64_Shdr>& sections) {
  for (const Elf64_Shdr& section : sections) {
    if (section.sh_type != SHT_SYMTAB || section.sh_link >= sections.size() ||
        section.sh_entsize != sizeof(Elf64_Sym))
      continue;
    const std::string_view symbols =
        part(bytes, section.sh_offset, section.sh_size);
    const Elf64_Shdr& texts = sections[section.sh_link];
    const std::string_view names = part(bytes, texts.sh_offset, texts.sh_size);
    for (std::uint64_t offset = 0; offset < symbols.size();
         offset += sizeof(Elf64_Sym)) {
      const auto symbol = at<Elf64_Sym>(symbols, offset);
      if (symbol && ELF64_ST_TYPE(symbol->st_info) == STT_OBJECT &&
          symbol->st_size == sizeof(std::uint64_t) &&
          name_at(names, symbol->st_name) == kRate)
        return symbol->st_value;
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<ProgramFile> read_program_file(std::string_view bytes) {
  static_assert(std::endian::native == std::endian::little);
  const auto header = at<Elf64_Ehdr>(bytes, 0);
  if (!header || std::memcmp(header->e_ident, ELFMAG, SELFMAG) != 0 ||
      header->e_ident[EI_CLASS] != ELFCLASS64 ||
      header->e_ident[EI_DATA] != ELFDATA2LSB)
    return std::nullopt;
  const std::vector<Elf64_Shdr> sections = read_sections(bytes, *header);
  if (header->e_shstrndx >= sections.size()) return std::nullopt;
  const Elf64_Shdr& texts = sections[header->e_shstrndx];
  const std::string_view names = part(bytes, texts.sh_offset, texts.sh_size);
  for (const Elf64_Shdr& section : sections) {
    if (name_at(names, section.sh_name) != ".go.buildinfo") continue;
    const std::optional<std::string> version =
        read_version(part(bytes, section.sh_offset, section.sh_size));
    if (!version) return std::nullopt;
    ProgramFile file;
    file.version = *version;
    file.relocated = header->e_type == ET_DYN;
    file.rate_address = find_variable(bytes, sections);
    return file;
  }
  return std::nullopt;
}

std::optional<std::uint64_t> load_address(std::string_view maps,
                                          std::string_view path) {
  while (!maps.empty()) {
    std::string_view line = take_line(maps);
    if (path.empty() || !line.ends_with(path)) continue;
    std::uint64_t start = 0;
    std::uint64_t end = 0;
    std::uint64_t offset = 0;
    if (!take_number(line, start, 16) || !take_word(line, "-") ||
        !take_number(line, end, 16))
      continue;
    const std::size_t permissions = line.find_first_not_of(' ');
    if (permissions == std::string_view::npos) continue;
    line.remove_prefix(std::min(permissions + 4, line.size()));
    if (take_number(line, offset, 16) && offset == 0) return start;
  }
  return std::nullopt;
}

}  // namespace tidemark::go
