#include "harness/report/memory_limit_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "harness/report/text.h"

namespace tidemark {
namespace {

// Shares of the limit at full load; the last has no upper end.
constexpr std::array<int, 4> kUpTo = {50, 70, 90, 0};

struct Band {
  Count cycles;
  Count replies;
  Duration playing{};
  Duration p99{};  // the worst of its cycles
  Count errors;
  Bytes allocated;
  Count counted;  // cycles of which that is known
};

Count errors_of(const LoadCounts& load) {
  return load.refused + load.failed + load.early_closed + load.reply_errors +
         load.close_timeouts;
}

std::size_t band_of(Bytes used, Bytes limit) {
  const double share =
      100.0 * static_cast<double>(used.value) /
      static_cast<double>(std::max<std::int64_t>(1, limit.value));
  std::size_t band = 0;
  while (band + 1 < kUpTo.size() && share > kUpTo[band]) ++band;
  return band;
}

std::string name_of(std::size_t band) {
  if (band == 0) return fmt::format("up to {} %", kUpTo[0]);
  if (band + 1 == kUpTo.size())
    return fmt::format("over {} %", kUpTo[band - 1]);
  return fmt::format("{} to {} %", kUpTo[band - 1], kUpTo[band]);
}

std::array<Band, kUpTo.size()> bands_of(const RunRecord& record, Bytes limit) {
  std::array<Band, kUpTo.size()> bands;
  // The first cycle's counters have all that the start has allocated.
  std::optional<Bytes> before;
  for (const CycleFacts& cycle : record.cycles) {
    const Bytes allocated =
        before ? cycle.counters.allocated - *before : Bytes{};
    const bool known = before && cycle.counters.allocated.value > 0;
    before = cycle.counters.allocated;
    if (cycle.limited_use.value == 0) continue;
    Band& band = bands[band_of(cycle.limited_use, limit)];
    band.cycles += Count{1};
    band.replies += cycle.pace.replies;
    band.playing += cycle.pace.playing;
    band.p99 = std::max(band.p99, cycle.pace.reply_p99);
    band.errors += errors_of(cycle.load);
    band.allocated += allocated;
    if (known) band.counted += Count{1};
  }
  return bands;
}

std::string row(const std::string& used, const std::string& cycles,
                const std::string& pace, const std::string& p99,
                const std::string& errors, const std::string& allocated) {
  return "  " + flush_left(used, 16) + flush_right(cycles, 7) +
         flush_right(pace, 13) + flush_right(p99, 11) + flush_right(errors, 8) +
         flush_right(allocated, 16) + "\n";
}

}  // namespace

std::string memory_limit_section(const RunRecord& record,
                                 const ReportStyle& style) {
  const std::optional<MemoryUse>& use = record.service.memory_limit;
  if (!use) return {};
  const auto width = static_cast<std::size_t>(style.width);
  std::string text =
      "\n" +
      wrapped(
          fmt::format(
              "  Memory limit {}: at most {} ({:.0f} %) were in use; {}, {}. "
              "What was allocated is not what is kept: the heap is above.",
              bytes_text(use->limit), bytes_text(use->now),
              100.0 * static_cast<double>(use->now.value) /
                  static_cast<double>(
                      std::max<std::int64_t>(1, use->limit.value)),
              use->refusals.value == 0
                  ? "no allocation met the limit"
                  : fmt::format("allocations met the limit {} times",
                                number_text(use->refusals)),
              use->kills.value == 0
                  ? "nothing was killed"
                  : fmt::format("the kernel killed {}",
                                plural(static_cast<double>(use->kills.value),
                                       "process"))),
          2, width) +
      row("of the limit", "cycles", "replies/s", "p99", "errors",
          "allocated/cycle");
  const auto bands = bands_of(record, use->limit);
  for (std::size_t i = 0; i < bands.size(); ++i) {
    const Band& band = bands[i];
    if (band.cycles.value == 0) continue;
    const double seconds = to_seconds(band.playing);
    text +=
        row(name_of(i), number_text(band.cycles),
            seconds > 0
                ? number_text(static_cast<double>(band.replies.value) / seconds)
                : "-",
            duration_text(band.p99), number_text(band.errors),
            band.counted.value == 0
                ? "-"
                : bytes_text(static_cast<double>(band.allocated.value) /
                             static_cast<double>(band.counted.value)));
  }
  return text;
}

}  // namespace tidemark
