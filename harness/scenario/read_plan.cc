// The `cycles` and `expect` sections: how long to look, and for what.
#include <fmt/format.h>

#include <limits>

#include "harness/scenario/sections.h"

namespace tidemark {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Bytes kMaxBudget{std::int64_t{1} << 40};
constexpr std::uint64_t kMaxCount = 1'000'000'000;

// `warmup: 5`, or a least and a most: warming up ends when nothing grows.
void read_warmup(Section& section, CycleSpec& cycles) {
  const Node* node = section.find("warmup");
  if (node == nullptr) return;
  const std::string name = section.path("warmup");
  if (node->kind == NodeKind::kScalar) {
    const std::optional<std::uint64_t> value =
        read_whole(*node, name, 1, kMaxCycles, section.problems());
    if (!value) return;
    cycles.warmup_min = cycles.warmup_max = static_cast<std::uint32_t>(*value);
    return;
  }
  Section bounds(*node, name, section.problems());
  bounds.whole("min", cycles.warmup_min, 1, kMaxCycles);
  bounds.whole("max", cycles.warmup_max, 1, kMaxCycles);
  bounds.finish();
  if (cycles.warmup_min <= cycles.warmup_max) return;
  section.problems().add(
      node->at,
      fmt::format("`{}`: wanted min up to max, found min {} and max {}", name,
                  cycles.warmup_min, cycles.warmup_max));
}

void check_total(const Node& node, const CycleSpec& cycles,
                 Diagnostics& problems) {
  const std::uint64_t total = std::uint64_t{cycles.warmup_max} + cycles.loaded +
                              cycles.idle + cycles.half;
  if (total <= kMaxCycles) return;
  problems.add(
      node.at,
      fmt::format("`cycles`: wanted at most {} in all, found {} = warmup {} + "
                  "loaded {} + idle {} + half {}",
                  kMaxCycles, total, cycles.warmup_max, cycles.loaded,
                  cycles.idle, cycles.half),
      "more connections per cycle tell as much as more cycles");
}

template <class Quantity, class Read>
void read_budget(Section& section, std::string_view key,
                 std::optional<Quantity>& out, Read read) {
  const Node* node = section.find(key);
  if (node == nullptr) return;
  if (node->kind == NodeKind::kScalar && node->text == "any") {
    out.reset();
    return;
  }
  const std::optional<Quantity> value = read(*node, section.path(key));
  if (value) out = *value;
}

}  // namespace

void read_cycles(const Node& node, CycleSpec& cycles, Diagnostics& problems) {
  if (node.kind == NodeKind::kScalar && node.text == "auto") return;
  if (node.kind != NodeKind::kMap) {
    add_mismatch(node, "cycles", "auto or a map", problems);
    return;
  }
  Section section(node, "cycles", problems);
  read_warmup(section, cycles);
  section.whole("loaded", cycles.loaded, 1, kMaxCycles);
  section.whole("idle", cycles.idle, 0, kMaxCycles);
  section.whole("half", cycles.half, 0, kMaxCycles);
  section.duration("settle", cycles.settle, milliseconds(1), hours(1));
  section.duration("settleTimeout", cycles.settle_timeout, milliseconds(1),
                   hours(1));
  section.duration("drainTimeout", cycles.drain_timeout, milliseconds(1),
                   hours(1));
  section.duration("linger", cycles.linger, Duration(0), hours(1));
  section.duration("maxDuration", cycles.max_duration, seconds(1), hours(24));
  section.finish();
  check_total(node, cycles, problems);
  if (cycles.settle > cycles.settle_timeout) {
    problems.add(node.at,
                 "`cycles`: wanted settle up to settleTimeout, found it longer",
                 "nothing could ever settle");
  }
}

void read_expect(Section section, Expectations& expect) {
  const auto size = [&section](const Node& node, const std::string& name) {
    return read_size(node, name, kMaxBudget, section.problems());
  };
  const auto count = [&section](const Node& node, const std::string& name) {
    const std::optional<std::uint64_t> value =
        read_whole(node, name, 0, kMaxCount, section.problems());
    std::optional<Count> result;
    if (value) result = Count{static_cast<std::int64_t>(*value)};
    return result;
  };
  section.size("residue_per_connection", expect.residue_per_connection,
               kMaxBudget);
  read_budget(section, "peak_per_connection", expect.peak_per_connection, size);
  read_budget(section, "fds", expect.fds, count);
  read_budget(section, "threads", expect.threads, count);
  read_budget(section, "sockets", expect.sockets, count);
  section.word<bool>("time_growth", expect.allow_time_growth,
                     {{"deny", false}, {"allow", true}});
  section.finish();
}

}  // namespace tidemark
