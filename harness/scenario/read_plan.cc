// The `cycles` and `expect` sections: how long to look, and for what.
#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "harness/scenario/sections.h"
#include "tidemark/factors.h"
#include "tidemark/ways.h"

namespace tidemark {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Bytes kMaxBudget{std::int64_t{1} << 40};
constexpr std::uint64_t kMaxCount = 1'000'000'000;
constexpr std::size_t kMaxLevels = 8;  // of a factor

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

// What a plan needs at least: the first four of its cycles tell a leak of each
// connection.
void check_plan(Section& section, const Node& node, const CycleSpec& cycles,
                Diagnostics& problems) {
  constexpr std::uint32_t kLeastMeasured = 4;
  const bool most = section.find("most") != nullptr;
  if (most && !cycles.planned) {
    problems.add(node.at,
                 "`cycles.most`: wanted a plan, found loaded, idle or half, "
                 "which say how many cycles there are");
    return;
  }
  const std::uint32_t least = cycles.warmup_max + kLeastMeasured;
  if (!cycles.planned || cycles.most >= least) return;
  problems.add(
      node.at,
      fmt::format("`cycles.most`: wanted at least {}, the warm-up's {} and {} "
                  "measured, found {}{}",
                  least, cycles.warmup_max, kLeastMeasured, cycles.most,
                  most ? "" : ", which it is if nothing is said"),
      least <= kMaxCycles
          ? fmt::format("`cycles.most: {}` has room for them", least)
          : fmt::format("a warm-up of at most {} cycles leaves room for them",
                        kMaxCycles - kLeastMeasured));
}

// Each level comes in two loaded cycles, of which every second one of a plan is
// sure to be.
void check_levels(const Node& node, const CycleSpec& cycles,
                  Diagnostics& problems) {
  const FactorSpec& factors = cycles.factors;
  const std::size_t most_levels =
      std::max({factors.sizes.size(), factors.messages.size(),
                factors.concurrency.size()});
  const std::uint32_t loaded = surely_loaded(cycles);
  if (loaded >= kLoadedPerLevel * most_levels) return;
  problems.add(
      node.at,
      fmt::format("`cycles.factors`: wanted two loaded cycles for each of {} "
                  "levels, found {}",
                  most_levels, loaded),
      cycles.planned
          ? fmt::format("`cycles.most: {}` has room for them",
                        cycles.warmup_max + 2 * kLoadedPerLevel * most_levels)
          : fmt::format("`cycles.loaded: {}` has room for them",
                        kLoadedPerLevel * most_levels));
}

// The levels of one factor: a list of two and more that differ.
template <class Level, class Read>
void read_levels(Section& section, std::string_view key,
                 std::vector<Level>& out, Read read) {
  const Node* node = section.find(key);
  if (node == nullptr) return;
  const std::string name = section.path(key);
  if (node->kind != NodeKind::kList || node->items.size() < 2 ||
      node->items.size() > kMaxLevels) {
    add_mismatch(*node, name, fmt::format("a list of 2 to {}", kMaxLevels),
                 section.problems(),
                 "what is to be compared from cycle to cycle");
    return;
  }
  for (const Node& item : node->items) {
    const auto level = read(item, name);
    if (!level) continue;
    const Level value{static_cast<decltype(Level())>(*level)};
    if (std::find(out.begin(), out.end(), value) != out.end())
      section.problems().add(item.at, fmt::format("`{}`: wanted levels that "
                                                  "differ, found one twice",
                                                  name));
    out.push_back(value);
  }
}

void read_factors(const Node& node, CycleSpec& cycles, Diagnostics& problems) {
  if (node.kind == NodeKind::kScalar && node.text == "auto") {
    cycles.factors.automatic = true;
    return;
  }
  if (node.kind == NodeKind::kScalar && node.text == "none") return;
  if (node.kind != NodeKind::kMap) {
    add_mismatch(node, "cycles.factors", "auto, none or a map", problems);
    return;
  }
  Section section(node, "cycles.factors", problems);
  FactorSpec& factors = cycles.factors;
  read_levels(section, "size", factors.sizes,
              [&](const Node& item, const std::string& name) {
                return read_size(item, name, kMaxMessageSize, problems);
              });
  const auto whole = [&](std::uint32_t most) {
    return [&problems, most](const Node& item, const std::string& name) {
      return read_whole(item, name, 1, most, problems);
    };
  };
  read_levels(section, "messages", factors.messages, whole(kMaxMessages));
  read_levels(section, "concurrency", factors.concurrency,
              whole(kMaxConnections));
  section.finish();
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
  // Warming up ends when nothing grows.
  section.whole_or_bounds("warmup", cycles.warmup_min, cycles.warmup_max, 1,
                          kMaxCycles);
  // Whoever says how many wants so many.
  for (const char* kind : {"loaded", "idle", "half"})
    if (section.find(kind) != nullptr) cycles.planned = false;
  section.whole("most", cycles.most, 1, kMaxCycles);
  if (const Node* factors = section.find("factors"))
    read_factors(*factors, cycles, problems);
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
  check_plan(section, node, cycles, problems);
  check_levels(node, cycles, problems);
  check_total(node, cycles, problems);
  if (cycles.settle > cycles.settle_timeout) {
    problems.add(node.at,
                 "`cycles`: wanted settle up to settleTimeout, found it longer",
                 "nothing could ever settle");
  }
}

void settle_factors(Scenario& scenario, const Node* cycles,
                    Diagnostics& problems) {
  FactorSpec& factors = scenario.cycles.factors;
  if (factors.automatic) {
    factors = automatic_levels(scenario);
    factors.automatic = true;
  }
  if (cycles == nullptr) return;
  const bool of_messages = !factors.sizes.empty() || !factors.messages.empty();
  if (of_messages && std::none_of(scenario.flows.begin(), scenario.flows.end(),
                                  has_variable_messages)) {
    problems.add(cycles->at,
                 "`cycles.factors`: wanted messages that can vary, found none: "
                 "flows that are written down and plain HTTP stay as they are",
                 "use `send` instead of `flow`, or leave out size and "
                 "messages");
  }
  const std::int64_t all = connections_of(scenario).value;
  for (const std::uint32_t level : factors.concurrency) {
    if (level <= all) continue;
    problems.add(cycles->at,
                 fmt::format("`cycles.factors.concurrency`: wanted at most the "
                             "{} connections of a cycle, found {}",
                             all, level));
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
