#include "harness/attach/loaded_image.h"

#include <elf.h>
#include <sys/uio.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

namespace tidemark::attach {
namespace {

// What a module says is not believed: it may be broken.
constexpr std::uint32_t kMostSteps = 1 << 16;
constexpr std::size_t kMostDynamics = 512;

class LoadedImage {
 public:
  static std::optional<LoadedImage> of(pid_t pid, const TargetModule& module) {
    LoadedImage image(pid);
    if (!image.read_headers(module.begin)) return std::nullopt;
    return image;
  }

  std::uint64_t end() const { return end_; }

  std::optional<std::uint64_t> function(std::string_view name) const {
    if (!is_loaded()) return std::nullopt;
    return gnu_hash_ != 0 ? by_gnu_hash(name) : by_hash(name);
  }

 private:
  explicit LoadedImage(pid_t pid) : pid_(pid) {}

  template <class T>
  bool read(std::uint64_t address, T& into) const {
    iovec here{&into, sizeof into};
    iovec there{reinterpret_cast<void*>(address), sizeof into};
    return ::process_vm_readv(pid_, &here, 1, &there, 1, 0) == sizeof into;
  }
  std::uint32_t word(std::uint64_t address) const {
    std::uint32_t value = 0;
    return read(address, value) ? value : 0;
  }

  bool read_headers(std::uint64_t begin) {
    Elf64_Ehdr header;
    if (!read(begin, header) ||
        std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 ||
        header.e_ident[EI_CLASS] != ELFCLASS64 ||
        header.e_phentsize != sizeof(Elf64_Phdr))
      return false;
    std::uint64_t lowest = ~0ull, highest = 0, dynamic = 0;
    for (unsigned i = 0; i < header.e_phnum; ++i) {
      Elf64_Phdr part;
      if (!read(begin + header.e_phoff + i * sizeof part, part)) return false;
      if (part.p_type == PT_DYNAMIC) dynamic = part.p_vaddr;
      if (part.p_type != PT_LOAD) continue;
      lowest = std::min<std::uint64_t>(lowest, part.p_vaddr & ~4095ull);
      highest = std::max<std::uint64_t>(highest, part.p_vaddr + part.p_memsz);
    }
    if (lowest >= highest || dynamic == 0) return false;
    begin_ = begin;
    base_ = begin - lowest;
    end_ = base_ + highest;
    read_dynamics(base_ + dynamic);
    return true;
  }

  void read_dynamics(std::uint64_t at) {
    for (std::size_t i = 0; i < kMostDynamics; ++i, at += sizeof(Elf64_Dyn)) {
      Elf64_Dyn entry;
      if (!read(at, entry) || entry.d_tag == DT_NULL) return;
      if (entry.d_tag == DT_SYMTAB) symbols_ = entry.d_un.d_ptr;
      if (entry.d_tag == DT_STRTAB) names_ = entry.d_un.d_ptr;
      if (entry.d_tag == DT_GNU_HASH) gnu_hash_ = entry.d_un.d_ptr;
      if (entry.d_tag == DT_HASH) hash_ = entry.d_un.d_ptr;
    }
  }

  // The loader writes true addresses over what the file says.
  bool is_loaded() const {
    const auto inside = [&](std::uint64_t at) {
      return at >= begin_ && at < end_;
    };
    return inside(symbols_) && inside(names_) &&
           (gnu_hash_ != 0 ? inside(gnu_hash_) : inside(hash_));
  }

  std::optional<std::uint64_t> named(std::uint32_t index,
                                     std::string_view name) const {
    Elf64_Sym symbol;
    if (!read(symbols_ + index * sizeof symbol, symbol) ||
        symbol.st_shndx == SHN_UNDEF || symbol.st_value == 0 ||
        ELF64_ST_TYPE(symbol.st_info) != STT_FUNC)
      return std::nullopt;
    std::string found(name.size() + 1, 'x');
    iovec here{found.data(), found.size()};
    iovec there{reinterpret_cast<void*>(names_ + symbol.st_name), found.size()};
    if (::process_vm_readv(pid_, &here, 1, &there, 1, 0) !=
            static_cast<ssize_t>(found.size()) ||
        found.back() != '\0' || !found.starts_with(name))
      return std::nullopt;
    return base_ + symbol.st_value;
  }

  std::optional<std::uint64_t> by_gnu_hash(std::string_view name) const {
    std::uint32_t hash = 5381;
    for (const char c : name) hash = hash * 33 + static_cast<unsigned char>(c);
    // Buckets, first symbol, words of the filter, its shift; then the filter,
    // the buckets, and a chain of hashes.
    const std::uint32_t buckets = word(gnu_hash_);
    const std::uint32_t first = word(gnu_hash_ + 4);
    if (buckets == 0) return std::nullopt;
    const std::uint64_t bucket = gnu_hash_ + 16 + word(gnu_hash_ + 8) * 8ull;
    const std::uint64_t chain = bucket + buckets * 4ull;
    std::uint32_t at = word(bucket + hash % buckets * 4ull);
    if (at < first) return std::nullopt;
    for (std::uint32_t steps = 0; steps < kMostSteps; ++steps, ++at) {
      const std::uint32_t found = word(chain + (at - first) * 4ull);
      if ((found | 1) == (hash | 1))
        if (const auto address = named(at, name)) return address;
      if (found & 1) break;
    }
    return std::nullopt;
  }

  // The older table. All names are looked at: it is rare and short.
  std::optional<std::uint64_t> by_hash(std::string_view name) const {
    const std::uint32_t count = std::min(word(hash_ + 4), kMostSteps);
    for (std::uint32_t at = 1; at < count; ++at)
      if (const auto address = named(at, name)) return address;
    return std::nullopt;
  }

  pid_t pid_;
  std::uint64_t begin_ = 0;
  std::uint64_t base_ = 0;
  std::uint64_t end_ = 0;
  std::uint64_t symbols_ = 0;
  std::uint64_t names_ = 0;
  std::uint64_t gnu_hash_ = 0;
  std::uint64_t hash_ = 0;
};

}  // namespace

std::optional<std::uint64_t> find_function(pid_t pid,
                                           const TargetModule& module,
                                           std::string_view name) {
  const std::optional<LoadedImage> image = LoadedImage::of(pid, module);
  return image ? image->function(name) : std::nullopt;
}

std::optional<std::uint64_t> end_of(pid_t pid, const TargetModule& module) {
  const std::optional<LoadedImage> image = LoadedImage::of(pid, module);
  if (!image) return std::nullopt;
  return image->end();
}

}  // namespace tidemark::attach
