#include "harness/runtimes/native/module_map.h"

#include <elf.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>

namespace tidemark {
namespace {

struct MapsLine {
  std::uint64_t start = 0, end = 0;
  bool executable = false;
  std::string_view path;
};

std::optional<std::uint64_t> hex(std::string_view& text, char stop) {
  std::uint64_t value = 0;
  auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), value, 16);
  if (error != std::errc{} || end == text.data() + text.size() || *end != stop)
    return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()) + 1);
  return value;
}

// "5581…-5581… r-xp 00001000 fe:00 1234   /usr/bin/x"
std::optional<MapsLine> parse_line(std::string_view line) {
  MapsLine parsed;
  std::optional<std::uint64_t> start = hex(line, '-');
  if (!start) return std::nullopt;
  std::optional<std::uint64_t> end = hex(line, ' ');
  if (!end || line.size() < 5) return std::nullopt;
  parsed.start = *start;
  parsed.end = *end;
  parsed.executable = line[2] == 'x';
  std::size_t slash = line.find(" /");
  if (slash != std::string_view::npos) parsed.path = line.substr(slash + 1);
  return parsed;
}

bool read_all(int fd, void* to, std::size_t bytes, off_t at) {
  return pread(fd, to, bytes, at) == static_cast<ssize_t>(bytes);
}

// Calls `see` with each program header of an ELF file.
template <class See>
bool for_each_segment(const std::string& path, See see) {
  int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  Elf64_Ehdr header;
  bool good = read_all(fd, &header, sizeof header, 0) &&
              header.e_ident[EI_CLASS] == ELFCLASS64 &&
              std::equal(ELFMAG, ELFMAG + SELFMAG, header.e_ident);
  for (int i = 0; good && i < header.e_phnum; ++i) {
    Elf64_Phdr segment;
    if (!read_all(
            fd, &segment, sizeof segment,
            static_cast<off_t>(header.e_phoff + sizeof segment * unsigned(i))))
      break;
    see(segment);
  }
  ::close(fd);
  return good;
}

}  // namespace

ModuleMap ModuleMap::parse(std::string_view maps,
                           std::uint64_t (*first_vaddr)(const std::string&)) {
  ModuleMap map;
  std::map<std::string, std::uint64_t, std::less<>> biases;
  while (!maps.empty()) {
    std::size_t newline = std::min(maps.find('\n'), maps.size());
    std::optional<MapsLine> line = parse_line(maps.substr(0, newline));
    maps.remove_prefix(std::min(newline + 1, maps.size()));
    if (!line || line->path.empty()) continue;
    // A file's first mapping is its lowest: the kernel and ld.so map the
    // whole range at once.
    auto known = biases.find(line->path);
    if (known == biases.end()) {
      std::string path(line->path);
      std::uint64_t bias = line->start - first_vaddr(path);
      known = biases.emplace(std::move(path), bias).first;
    }
    if (line->executable)
      map.files_.push_back(
          {line->start, line->end, known->second, known->first});
  }
  return map;
}

CodeAddr ModuleMap::find(std::uint64_t address) const {
  auto after = std::upper_bound(
      files_.begin(), files_.end(), address,
      [](std::uint64_t a, const MappedFile& f) { return a < f.start; });
  if (after == files_.begin()) return {"", address};
  const MappedFile& file = *std::prev(after);
  if (address > file.end) return {"", address};
  return {file.path, address - file.bias};
}

std::uint64_t elf_first_vaddr(const std::string& path) {
  std::uint64_t lowest = ~std::uint64_t{0};
  for_each_segment(path, [&](const Elf64_Phdr& segment) {
    if (segment.p_type == PT_LOAD)
      lowest = std::min<std::uint64_t>(lowest, segment.p_vaddr & ~0xfffull);
  });
  return lowest == ~std::uint64_t{0} ? 0 : lowest;
}

std::vector<FileSegment> elf_segments(const std::string& path) {
  std::vector<FileSegment> segments;
  for_each_segment(path, [&](const Elf64_Phdr& segment) {
    if (segment.p_type == PT_LOAD)
      segments.push_back({segment.p_offset, segment.p_filesz, segment.p_vaddr});
  });
  return segments;
}

std::string why_not_preloadable(const std::string& path) {
  struct stat status;
  if (stat(path.c_str(), &status) == 0 &&
      (status.st_mode & (S_ISUID | S_ISGID)) && status.st_uid != geteuid())
    return "is setuid, and the loader ignores LD_PRELOAD for it";
  bool interpreter = false;
  bool is_elf = for_each_segment(path, [&](const Elf64_Phdr& segment) {
    if (segment.p_type == PT_INTERP) interpreter = true;
  });
  if (is_elf && !interpreter)
    return "is statically linked, and nothing can be preloaded into it";
  return {};
}

}  // namespace tidemark
