#include "harness/runtimes/native/copied_memory.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>

namespace tidemark {
namespace {

constexpr std::uint64_t kPage = 4096;
// Shorter reads are not worth a look at the page table.
constexpr std::size_t kFewPages = 4 * kPage;
// Pages looked up at once: 8 bytes each.
constexpr std::uint64_t kAtOnce = 8192;

// An entry of /proc/PID/pagemap (Documentation/admin-guide/mm/pagemap.rst).
constexpr std::uint64_t kPresent = 1ull << 63;
constexpr std::uint64_t kSwapped = 1ull << 62;
constexpr std::uint64_t kOfFile = 1ull << 61;  // or shared anonymous memory

std::uint64_t page_of(std::uint64_t address) { return address & ~(kPage - 1); }

bool holds_data(std::uint64_t entry) {
  return (entry & (kPresent | kSwapped)) && !(entry & kOfFile);
}

}  // namespace

CopiedMemory::CopiedMemory(pid_t pid, std::vector<Mapping> map)
    : pid_(pid),
      map_(std::move(map)),
      pagemap_(::open(fmt::format("/proc/{}/pagemap", pid).c_str(),
                      O_RDONLY | O_CLOEXEC)) {}

std::size_t CopiedMemory::read_pages(std::uint64_t address,
                                     std::span<std::byte> into) const {
  std::size_t done = 0;
  while (done < into.size()) {
    iovec local{into.data() + done, into.size() - done};
    iovec remote{reinterpret_cast<void*>(address + done), into.size() - done};
    ssize_t got = process_vm_readv(pid_, &local, 1, &remote, 1, 0);
    if (got <= 0) break;
    done += static_cast<std::size_t>(got);
  }
  return done;
}

bool CopiedMemory::page_entries(MemoryRange pages,
                                std::vector<std::uint64_t>& into) const {
  if (!pagemap_) return false;
  into.resize((pages.to - pages.from) / kPage);
  std::size_t bytes = into.size() * sizeof(std::uint64_t);
  off_t at = static_cast<off_t>(pages.from / kPage * sizeof(std::uint64_t));
  return pread(pagemap_.get(), into.data(), bytes, at) ==
         static_cast<ssize_t>(bytes);
}

std::size_t CopiedMemory::read(std::uint64_t address,
                               std::span<std::byte> into) const {
  if (into.size() < kFewPages) return read_pages(address, into);
  const Mapping* mapping = mapping_at(map_, address);
  bool whole = mapping && mapping->anonymous() &&
               into.size() <= mapping->range.to - address;
  if (!whole) return read_pages(address, into);
  std::fill(into.begin(), into.end(), std::byte{0});
  for (const MemoryRange& part : touched({address, address + into.size()})) {
    std::span<std::byte> there =
        into.subspan(part.from - address, part.to - part.from);
    std::size_t got = read_pages(part.from, there);
    if (got != there.size()) return part.from - address + got;
  }
  return into.size();
}

std::vector<MemoryRange> CopiedMemory::touched(MemoryRange range) const {
  std::vector<MemoryRange> parts;
  // A child gets no page table for shared memory: all looks untouched.
  const Mapping* mapping = mapping_at(map_, range.from);
  if (mapping && mapping->shared) return {range};
  std::vector<std::uint64_t> entries;
  std::uint64_t end = page_of(range.to + kPage - 1);
  for (std::uint64_t at = page_of(range.from); at < end;) {
    MemoryRange pages{at, std::min(end, at + kAtOnce * kPage)};
    if (!page_entries(pages, entries)) return {range};
    for (std::uint64_t entry : entries) {
      MemoryRange page = common({at, at + kPage}, range);
      at += kPage;
      if (!holds_data(entry)) continue;
      if (!parts.empty() && parts.back().to == page.from)
        parts.back().to = page.to;
      else
        parts.push_back(page);
    }
  }
  return parts;
}

std::string CopiedMemory::text(std::uint64_t address, std::size_t limit) const {
  std::string found(limit, '\0');
  found.resize(read_pages(address, std::as_writable_bytes(std::span(found))));
  found.resize(std::min(found.find('\0'), found.size()));
  return found;
}

}  // namespace tidemark
