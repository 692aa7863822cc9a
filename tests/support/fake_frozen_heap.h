// A heap that tests build by hand, word by word.
//
//   FakeFrozenHeap heap;
//   std::uint64_t rooms = heap.global("g_rooms", 24);
//   std::uint64_t room = heap.block(56, 1);
//   heap.set(rooms + 8, room);
#pragma once

#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tidemark/retention.h"

namespace tidemark {

class FakeFrozenHeap : public FrozenHeap {
 public:
  // A block of that many bytes, 16 after the one before; its address.
  std::uint64_t block(std::uint64_t bytes, SiteId site = 0,
                      std::uint32_t born = 0) {
    const std::uint64_t address = next_block_;
    next_block_ = (address + bytes + 31) & ~15ull;
    return block_at(address, bytes, site, born);
  }

  std::uint64_t block_at(std::uint64_t address, std::uint64_t bytes,
                         SiteId site = 0, std::uint32_t born = 0) {
    const LiveBlock added{address, bytes, site, {born}};
    blocks_.insert(std::upper_bound(blocks_.begin(), blocks_.end(), added,
                                    [](const LiveBlock& a, const LiveBlock& b) {
                                      return a.address < b.address;
                                    }),
                   added);
    map(address, bytes);
    return address;
  }

  // A root of that many bytes; its address.
  std::uint64_t root(RootKind kind, const std::string& name,
                     std::uint64_t bytes = 8, std::uint32_t thread = 0) {
    const std::uint64_t from = next_root_;
    next_root_ += (bytes + 31) & ~15ull;
    root_at(from, bytes, kind, thread);
    name_at(from, name);
    return from;
  }

  // The same at a place of a block's.
  void root_at(std::uint64_t from, std::uint64_t bytes, RootKind kind,
               std::uint32_t thread = 0) {
    const RootRange added{from, from + bytes, kind, thread};
    roots_.insert(std::upper_bound(roots_.begin(), roots_.end(), added,
                                   [](const RootRange& a, const RootRange& b) {
                                     return a.kind < b.kind;
                                   }),
                  added);
    map(from, bytes);
  }

  std::uint64_t global(const std::string& name, std::uint64_t bytes = 8) {
    return root(RootKind::kGlobal, name, bytes);
  }

  // From here on, words of a root are called so: two variables in one range.
  void name_at(std::uint64_t address, const std::string& name) {
    names_[address] = name;
  }

  // The class whose vtable is at that address.
  void vtable(std::uint64_t address, const std::string& name) {
    classes_[address] = name;
  }

  void set(std::uint64_t address, std::uint64_t word) {
    set_bytes(address,
              std::string_view(reinterpret_cast<const char*>(&word), 8));
  }

  void set_bytes(std::uint64_t address, std::string_view bytes) {
    for (const char c : bytes) {
      pages_[address / kPage][address % kPage] = static_cast<std::byte>(c);
      ++address;
    }
  }

  void make_unreadable(std::uint64_t address) {
    unreadable_.insert(address / kPage);
  }

  pid_t pid() const override { return 4711; }
  std::span<const LiveBlock> blocks() const override { return blocks_; }
  std::span<const RootRange> roots() const override { return roots_; }

  std::size_t read(std::uint64_t address,
                   std::span<std::byte> into) const override {
    std::size_t done = 0;
    while (done < into.size()) {
      const std::uint64_t page = address / kPage;
      auto at = pages_.find(page);
      if (at == pages_.end() || unreadable_.contains(page)) break;
      const std::size_t offset = address % kPage;
      const std::size_t n = std::min(into.size() - done, kPage - offset);
      std::memcpy(into.data() + done, at->second.data() + offset, n);
      done += n;
      address += n;
    }
    return done;
  }

  RootPart root_part(const RootRange& root, std::uint64_t word) const override {
    const auto next = names_.upper_bound(word);
    const auto at = std::prev(next);
    const std::uint64_t to =
        next == names_.end() ? root.to : std::min(root.to, next->first);
    return {at->second, at->first, std::max(at->first, root.from), to};
  }

  Status intact() const override {
    if (!gone) return {};
    return fail(ErrorKind::kEnvironment, "the copy was ended");
  }

  bool gone = false;

  std::string class_of_vtable(std::uint64_t word) const override {
    auto at = classes_.find(word);
    return at == classes_.end() ? "" : at->second;
  }

 private:
  static constexpr std::size_t kPage = 4096;

  void map(std::uint64_t address, std::uint64_t bytes) {
    for (std::uint64_t page = address / kPage;
         page <= (address + bytes) / kPage; ++page)
      pages_.try_emplace(page);
  }

  std::uint64_t next_block_ = 0x555500000010;
  std::uint64_t next_root_ = 0x400000;
  std::vector<LiveBlock> blocks_;
  std::vector<RootRange> roots_;
  std::map<std::uint64_t, std::array<std::byte, kPage>> pages_;
  std::set<std::uint64_t> unreadable_;
  std::map<std::uint64_t, std::string> names_;
  std::map<std::uint64_t, std::string> classes_;
};

}  // namespace tidemark
