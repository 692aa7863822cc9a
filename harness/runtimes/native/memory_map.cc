#include "harness/runtimes/native/memory_map.h"

#include <algorithm>
#include <charconv>

namespace tidemark {
namespace {

// Takes a number and the separator behind it off the text.
std::optional<std::uint64_t> number(std::string_view& text, int base,
                                    char stop) {
  std::uint64_t value = 0;
  const char* end_of_text = text.data() + text.size();
  auto [end, error] = std::from_chars(text.data(), end_of_text, value, base);
  if (error != std::errc{} || end == end_of_text || *end != stop)
    return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()) + 1);
  return value;
}

}  // namespace

// "5581…-5581… rw-p 00001000 fe:00 1234      /usr/bin/x"
std::optional<Mapping> parse_mapping(std::string_view line) {
  Mapping mapping;
  std::optional<std::uint64_t> from = number(line, 16, '-');
  if (!from) return std::nullopt;
  std::optional<std::uint64_t> to = number(line, 16, ' ');
  if (!to || *to <= *from || line.size() < 5) return std::nullopt;
  mapping.range = {*from, *to};
  mapping.readable = line[0] == 'r';
  mapping.writable = line[1] == 'w';
  mapping.executable = line[2] == 'x';
  mapping.shared = line[3] == 's';
  line.remove_prefix(5);
  std::optional<std::uint64_t> offset = number(line, 16, ' ');
  if (!offset) return std::nullopt;
  mapping.offset = *offset;
  std::size_t device = line.find(' ');
  if (device == line.npos) return std::nullopt;
  line.remove_prefix(device + 1);
  // Anonymous mappings end here, with or without a space.
  std::string rest(line.substr(0, line.find(' ')));
  auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(),
                                      mapping.inode, 10);
  if (error != std::errc{} || end != rest.data() + rest.size())
    return std::nullopt;
  line.remove_prefix(rest.size());
  std::size_t name = line.find_first_not_of(' ');
  if (name != line.npos) mapping.name = line.substr(name);
  return mapping;
}

std::vector<Mapping> parse_memory_map(std::string_view maps) {
  std::vector<Mapping> map;
  while (!maps.empty()) {
    std::size_t newline = std::min(maps.find('\n'), maps.size());
    std::optional<Mapping> mapping = parse_mapping(maps.substr(0, newline));
    maps.remove_prefix(std::min(newline + 1, maps.size()));
    if (mapping) map.push_back(std::move(*mapping));
  }
  std::sort(map.begin(), map.end(), [](const Mapping& a, const Mapping& b) {
    return a.range.from < b.range.from;
  });
  return map;
}

const Mapping* mapping_at(const std::vector<Mapping>& map,
                          std::uint64_t address) {
  auto after = std::upper_bound(
      map.begin(), map.end(), address,
      [](std::uint64_t a, const Mapping& m) { return a < m.range.from; });
  if (after == map.begin()) return nullptr;
  const Mapping& mapping = *std::prev(after);
  return mapping.range.contains(address) ? &mapping : nullptr;
}

std::vector<MemoryRange> united(std::vector<MemoryRange> ranges) {
  std::sort(ranges.begin(), ranges.end(),
            [](const MemoryRange& a, const MemoryRange& b) {
              return a.from < b.from;
            });
  std::vector<MemoryRange> merged;
  for (const MemoryRange& range : ranges) {
    if (range.from >= range.to) continue;
    if (!merged.empty() && range.from <= merged.back().to)
      merged.back().to = std::max(merged.back().to, range.to);
    else
      merged.push_back(range);
  }
  return merged;
}

void unite(MemoryRange range, std::vector<MemoryRange>& into) {
  if (range.from >= range.to) return;
  auto first = std::lower_bound(
      into.begin(), into.end(), range.from,
      [](const MemoryRange& t, std::uint64_t from) { return t.to < from; });
  auto last = first;
  for (; last != into.end() && last->from <= range.to; ++last) {
    range.from = std::min(range.from, last->from);
    range.to = std::max(range.to, last->to);
  }
  into.insert(into.erase(first, last), range);
}

std::vector<MemoryRange> without(MemoryRange range,
                                 const std::vector<MemoryRange>& taken) {
  std::vector<MemoryRange> left;
  auto next = std::upper_bound(
      taken.begin(), taken.end(), range.from,
      [](std::uint64_t a, const MemoryRange& t) { return a < t.to; });
  for (; next != taken.end() && next->from < range.to; ++next) {
    if (range.from < next->from) left.push_back({range.from, next->from});
    range.from = std::max(range.from, next->to);
  }
  if (range.from < range.to) left.push_back(range);
  return left;
}

MemoryRange common(MemoryRange a, MemoryRange b) {
  MemoryRange both{std::max(a.from, b.from), std::min(a.to, b.to)};
  if (both.from >= both.to) return {};
  return both;
}

}  // namespace tidemark
