#include "harness/runtimes/kernel/parse_memory.h"

#include <charconv>

namespace tidemark::kernel {
namespace {

constexpr std::int64_t kKib = 1024;

// Takes the first line off `text`; without its line end.
std::string_view take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return line;
}

// The figure of a line "Rss:      1234 kB" if it is that of `name`.
std::optional<Bytes> figure(std::string_view line, std::string_view name) {
  if (!line.starts_with(name)) return std::nullopt;
  line.remove_prefix(name.size());
  const std::size_t begin = line.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return std::nullopt;
  line.remove_prefix(begin);
  std::int64_t kib = 0;
  const auto [stop, error] =
      std::from_chars(line.data(), line.data() + line.size(), kib);
  constexpr std::int64_t kMost = INT64_MAX / kKib;
  if (error != std::errc() || kib < 0 || kib > kMost) return std::nullopt;
  if (!std::string_view(stop, line.data() + line.size()).ends_with("kB")) {
    return std::nullopt;
  }
  return Bytes{kib * kKib};
}

// The path in a mapping's first line "55d0-55d1 r-xp 0000 08:01 42   /path";
// empty for an anonymous mapping. Nothing for a line of figures, which begins
// with a name and a colon.
std::optional<std::string_view> mapping_path(std::string_view line) {
  const std::size_t dash = line.find_first_not_of("0123456789abcdef");
  if (dash == 0 || dash == std::string_view::npos || line[dash] != '-') {
    return std::nullopt;
  }
  constexpr int kFieldsBeforePath = 5;
  for (int field = 0; field < kFieldsBeforePath; ++field) {
    const std::size_t end = line.find(' ');
    if (end == std::string_view::npos) return std::string_view();
    line.remove_prefix(end);
    const std::size_t begin = line.find_first_not_of(' ');
    if (begin == std::string_view::npos) return std::string_view();
    line.remove_prefix(begin);
  }
  return line;
}

// Adds the line's figure to the sum it belongs to.
void add_line(std::string_view line, MemoryFigures& sum) {
  if (const auto rss = figure(line, "Rss:")) sum.rss += *rss;
  if (const auto pss = figure(line, "Pss:")) sum.pss += *pss;
  if (const auto dirty = figure(line, "Private_Dirty:")) {
    sum.private_dirty += *dirty;
  }
}

// 0 where there is no such line.
Bytes status_figure(std::string_view status, std::string_view name) {
  while (!status.empty()) {
    if (const auto bytes = figure(take_line(status), name)) return *bytes;
  }
  return {};
}

}  // namespace

std::optional<MemoryFigures> parse_smaps_rollup(std::string_view text) {
  MemoryFigures sum;
  bool found = false;
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    found = found || figure(line, "Rss:").has_value();
    add_line(line, sum);
  }
  if (!found) return std::nullopt;
  return sum;
}

MemoryFigures sum_mappings(std::string_view smaps,
                           std::string_view path_prefix) {
  MemoryFigures sum;
  bool inside = false;
  while (!smaps.empty()) {
    const std::string_view line = take_line(smaps);
    if (const auto path = mapping_path(line)) {
      inside = path->starts_with(path_prefix);
    } else if (inside) {
      add_line(line, sum);
    }
  }
  return sum;
}

Bytes parse_page_tables(std::string_view status) {
  return status_figure(status, "VmPTE:");
}

Bytes parse_peak_rss(std::string_view status) {
  return status_figure(status, "VmHWM:");
}

}  // namespace tidemark::kernel
