#include "harness/runtimes/native/smaps.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace tidemark {
namespace {

// "Pss:                 132 kB"
std::optional<Bytes> figure(std::string_view line, std::string_view name) {
  constexpr std::int64_t kKib = 1024;
  if (!line.starts_with(name)) return std::nullopt;
  line.remove_prefix(name.size());
  line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
  std::int64_t kib = 0;
  auto [end, error] =
      std::from_chars(line.data(), line.data() + line.size(), kib);
  std::string_view unit(end, line.data() + line.size());
  // No machine has 2⁵⁶ bytes, and sums must not overflow.
  constexpr std::int64_t kMost = std::int64_t{1} << 46;
  if (error != std::errc{} || unit != " kB" || kib < 0 || kib > kMost)
    return std::nullopt;
  return Bytes{kib * kKib};
}

}  // namespace

std::vector<MappedMemory> parse_smaps(std::string_view smaps) {
  std::vector<MappedMemory> mapped;
  while (!smaps.empty()) {
    std::size_t newline = std::min(smaps.find('\n'), smaps.size());
    std::string_view line = smaps.substr(0, newline);
    smaps.remove_prefix(std::min(newline + 1, smaps.size()));
    if (std::optional<Mapping> mapping = parse_mapping(line)) {
      mapped.push_back({std::move(*mapping), {}, {}});
      continue;
    }
    if (mapped.empty()) continue;
    if (auto rss = figure(line, "Rss:")) mapped.back().rss = *rss;
    if (auto pss = figure(line, "Pss:")) mapped.back().pss = *pss;
  }
  std::stable_sort(mapped.begin(), mapped.end(),
                   [](const MappedMemory& a, const MappedMemory& b) {
                     return a.mapping.range.from < b.mapping.range.from;
                   });
  return mapped;
}

}  // namespace tidemark
