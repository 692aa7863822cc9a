// What the texts of /proc say about a process's memory. Pure: text in,
// figures out; a line that is not understood counts nothing.
#pragma once

#include <optional>
#include <string_view>

#include "tidemark/units.h"

namespace tidemark::kernel {

struct MemoryFigures {
  Bytes rss;
  Bytes pss;
  Bytes private_dirty;

  bool operator==(const MemoryFigures&) const = default;
};

// /proc/PID/smaps_rollup. Empty when the figures are not in it.
std::optional<MemoryFigures> parse_smaps_rollup(std::string_view text);

// /proc/PID/smaps: the sum over the mappings of files whose path starts with
// `path_prefix`.
MemoryFigures sum_mappings(std::string_view smaps,
                           std::string_view path_prefix);

// VmPTE of /proc/PID/status; 0 when it is not there (a zombie).
Bytes parse_page_tables(std::string_view status);
// The most bytes that were resident at once, of the same text.
Bytes parse_peak_rss(std::string_view status);

}  // namespace tidemark::kernel
