#include "harness/verdict/containers.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "harness/verdict/phrases.h"
#include "harness/verdict/successions.h"

namespace tidemark {
namespace {

// Steps like that of a vector: 1.5, the golden ratio, 2, and a little for
// headers.
constexpr double kLeastFactor = 1.4;
constexpr double kMostFactor = 2.6;
constexpr double kAlike = 1.1;  // factors of one container
// Of what grows by chance steps are few, and small; a buffer that is another
// size each time has one in each cycle.
constexpr std::size_t kFewSteps = 2;
constexpr std::size_t kManySteps = 5;
constexpr std::size_t kMoreSteps = 8;  // beside what was there from the start
constexpr std::size_t kAgreeForLeak = 3;
constexpr std::size_t kCyclesOfAStep = 2;
// Times what it was at the baseline. A cache that fills is a straight line,
// too, while one looks at a little of it.
constexpr double kGrown = 1.5;
constexpr double kMuchGrown = 1.8;
constexpr double kLoose = 0.05;      // where a share of connections adds
constexpr double kLooseRate = 0.1;   // chance is not in the bounds
constexpr double kSlowedDown = 0.5;  // the second half of the first
constexpr double kAsBefore = 0.8;

// Running totals at the end of each cycle, by its index; 0 before the first.
struct Progress {
  std::vector<double> connections{0};
  std::vector<double> seconds{0};
};

Progress progress_of(const Evidence& evidence) {
  Progress progress;
  for (const CycleFacts& facts : evidence.cycles) {
    progress.connections.push_back(
        progress.connections.back() +
        static_cast<double>(facts.load.reached().value));
    progress.seconds.push_back(to_seconds(facts.finished));
  }
  return progress;
}

double bytes_of(const LoneBlock& block) {
  return static_cast<double>(block.size);
}

double grown(const Succession& blocks) {
  return bytes_of(blocks.back()) / bytes_of(blocks.front());
}

// Bytes that are in the container after so many units, at least or at most.
struct Bound {
  double units = 0;
  double bytes = 0;
};

// The lines between bounds, by their slopes: bytes per unit. Which of them
// start at zero is a bound, too.
struct Lines {
  std::vector<Bound> least;
  std::vector<Bound> most;
  std::size_t full = 0;  // blocks of which it is known when they were

  void add_full(double bytes, double off, CycleIndex successor,
                const std::vector<double>& totals) {
    if (successor.value == 0 || successor.value >= totals.size()) return;
    most.push_back({totals[successor.value - 1], bytes + off});
    least.push_back({totals[successor.value], bytes - off});
    ++full;
  }
};

struct Slopes {
  double low = 0;
  double high = 1e300;

  bool any() const { return low > 0 && low <= high; }
};

Slopes slopes_of(const Lines& lines) {
  Slopes slopes;
  for (const Bound& least : lines.least) {
    for (const Bound& most : lines.most) {
      const double units = most.units - least.units;
      const double bytes = most.bytes - least.bytes;
      if (units > 0)
        slopes.high = std::min(slopes.high, bytes / units);
      else if (units < 0)
        slopes.low = std::max(slopes.low, bytes / units);
      else if (bytes < 0)
        slopes.high = -1;
    }
  }
  return slopes;
}

// The predecessor of the first block was freed before anybody looked; where
// each block is as much larger as the next, its size is known.
std::optional<double> size_before(const Succession& blocks) {
  const double first = bytes_of(blocks[1]) / bytes_of(blocks[0]);
  if (first < kLeastFactor || first > kMostFactor) return std::nullopt;
  for (std::size_t i = 2; i < blocks.size(); ++i) {
    const double factor = bytes_of(blocks[i]) / bytes_of(blocks[i - 1]);
    if (factor > kAlike * first || first > kAlike * factor) return std::nullopt;
  }
  return bytes_of(blocks[0]) / first;
}

// How a line is looked for: from nothing, or beside what was there from the
// start; and how far off it may be.
struct Model {
  bool from_nothing = true;
  double loose = 0;
};

constexpr Model kModels[] = {
    {true, 0}, {false, 0}, {true, kLoose}, {false, kLoose}};

struct Fit {
  Slopes slopes;
  std::size_t full = 0;
};

// nullopt: no line.
std::optional<Fit> fit(const Succession& blocks, Model model,
                       const std::vector<double>& totals) {
  Lines lines;
  const double added = bytes_of(blocks.back()) - bytes_of(blocks.front());
  const auto off = [&](double bytes) {
    return model.loose * (model.from_nothing ? bytes : added);
  };
  const std::optional<double> before = size_before(blocks);
  if (before && model.from_nothing)
    lines.add_full(*before, off(*before), blocks[0].born, totals);
  for (std::size_t i = 1; i < blocks.size(); ++i) {
    const std::size_t born = blocks[i].born.value;
    if (born == 0 || born >= totals.size()) return std::nullopt;
    // Nothing came, and yet it grew.
    if (totals[born] <= totals[born - 1]) return std::nullopt;
    // It may have been born after that cycle's snapshot.
    const double bytes = bytes_of(blocks[i - 1]);
    lines.add_full(bytes, off(bytes), blocks[i].first_seen, totals);
  }
  // The last one is not full yet.
  const double last = bytes_of(blocks.back());
  lines.most.push_back({totals.back(), last + off(last)});
  lines.least.push_back({0, 0});
  if (model.from_nothing) lines.most.push_back({0, 0});
  const Slopes slopes = slopes_of(lines);
  if (!slopes.any()) return std::nullopt;
  return Fit{slopes, lines.full};
}

// Worth a doubt: what fits a few steps.
bool tells(const Succession& blocks, Model model) {
  const std::size_t steps = blocks.size() - 1;
  if (!model.from_nothing) return steps >= kManySteps;
  return model.loose == 0 || steps >= kFewSteps;
}

double size_after(const Succession& blocks, std::size_t cycle) {
  double size = bytes_of(blocks.front());
  for (const LoneBlock& block : blocks)
    if (block.born.value <= cycle) size = bytes_of(block);
  return size;
}

// In the second half of the connections at least such a share of what it grew
// by in the first.
bool grows_on(const Succession& blocks, double share, CycleIndex baseline,
              const std::vector<double>& connections) {
  if (blocks.size() - 1 < kManySteps || baseline.value >= connections.size())
    return false;
  const double middle = (connections[baseline.value] + connections.back()) / 2;
  std::size_t cycle = baseline.value;
  while (connections[cycle] < middle) ++cycle;
  const double size = size_after(blocks, cycle);
  return bytes_of(blocks.back()) - size >=
         share * (size - bytes_of(blocks.front()));
}

Draft draft_for(const Succession& blocks, FindingClass kind) {
  Draft draft;
  Finding& finding = draft.finding;
  finding.kind = kind;
  finding.unit = "connection";
  finding.sites = {blocks.back().site};
  finding.residue = Bytes{blocks.back().size - blocks.front().size};
  finding.objects = Count{1};
  finding.explanation = fmt::format(
      "a container that grows: {} to {} in {}",
      say_bytes(bytes_of(blocks.front())), say_bytes(bytes_of(blocks.back())),
      say_count(static_cast<double>(blocks.size() - 1), "step"));
  for (const LoneBlock& block : blocks)
    draft.sizes.push_back(Bytes{block.size});
  draft.zoomed = true;
  draft.objects_per_unit.assign(1, 0);
  return draft;
}

class ContainerJudge {
 public:
  ContainerJudge(const Evidence& evidence, const std::vector<Dose>& doses)
      : baseline_(evidence.baseline), progress_(progress_of(evidence)) {
    for (const Dose& dose : doses) {
      connections_ += dose.connections;
      seconds_ += dose.seconds;
    }
  }

  std::optional<Draft> judge(const Succession& blocks) const {
    if (connections_ <= 0) return std::nullopt;
    for (const Model& model : kModels) {
      if (!tells(blocks, model)) continue;
      const auto by_load = fit(blocks, model, progress_.connections);
      auto by_time = fit(blocks, model, progress_.seconds);
      // Time has passed, too, wherever connections came.
      if (!by_load && !grew_while_idle(blocks)) by_time.reset();
      if (!by_load && !by_time) continue;
      Draft draft = by_load ? of_line(blocks, model, *by_load, true)
                            : of_line(blocks, model, *by_time, false);
      if (by_load && by_time) draft.finding.rivals = {"second"};
      return draft;
    }
    if (!grows_on(blocks, kSlowedDown, baseline_, progress_.connections))
      return std::nullopt;
    return of_no_line(blocks);
  }

 private:
  bool grew_while_idle(const Succession& blocks) const {
    const std::vector<double>& totals = progress_.connections;
    return std::any_of(blocks.begin() + 1, blocks.end(),
                       [&](const LoneBlock& block) {
                         const std::size_t born = block.born.value;
                         return born > 0 && born < totals.size() &&
                                totals[born] <= totals[born - 1];
                       });
  }

  bool is_sure(const Succession& blocks, Model model, const Fit& found) const {
    const std::size_t steps = blocks.size() - 1;
    const double times = grown(blocks);
    if (!model.from_nothing) {
      return steps >= kMoreSteps && times >= kMuchGrown &&
             grows_on(blocks, kAsBefore, baseline_, progress_.connections);
    }
    if (steps >= kManySteps) return times >= kGrown;
    const std::size_t cycles =
        progress_.connections.size() - 1 - baseline_.value;
    return steps >= kFewSteps && found.full >= kAgreeForLeak &&
           times >= kMuchGrown && cycles >= kCyclesOfAStep * steps;
  }

  Draft of_line(const Succession& blocks, Model model, const Fit& found,
                bool by_load) const {
    const bool sure = is_sure(blocks, model, found);
    Draft draft = draft_for(blocks, !sure     ? FindingClass::kUndecided
                                    : by_load ? FindingClass::kLeak
                                              : FindingClass::kTimeGrowth);
    Finding& finding = draft.finding;
    finding.unit = by_load ? "connection" : "second";
    const double each = by_load ? 1 : seconds_ / connections_;
    const auto loose = fit(blocks, {model.from_nothing, kLooseRate},
                           by_load ? progress_.connections : progress_.seconds);
    const auto [low, high] = loose.value_or(found).slopes;
    Rate& rate = finding.rate;
    rate.bytes_per_unit = std::sqrt(low * high);
    rate.bytes_per_connection = rate.bytes_per_unit * each;
    rate.bytes_per_connection_low = sure ? low * each : 0;
    rate.bytes_per_connection_high = high * each;
    finding.explanation +=
        fmt::format(", each when {} to {} had been put into it for every {}",
                    say_bytes(low), say_bytes(high), finding.unit);
    return draft;
  }

  Draft of_no_line(const Succession& blocks) const {
    Draft draft = draft_for(blocks, FindingClass::kUndecided);
    Finding& finding = draft.finding;
    Rate& rate = finding.rate;
    rate.bytes_per_unit =
        static_cast<double>(finding.residue.value) / connections_;
    rate.bytes_per_connection = rate.bytes_per_unit;
    rate.bytes_per_connection_high = rate.bytes_per_unit;
    finding.explanation +=
        ", neither by so much for every connection nor with time";
    return draft;
  }

  CycleIndex baseline_;
  Progress progress_;
  double connections_ = 0;  // since the baseline
  double seconds_ = 0;
};

}  // namespace

std::vector<Draft> containers_that_grow(const Evidence& evidence,
                                        const std::vector<Dose>& doses) {
  std::vector<Draft> drafts;
  const ContainerJudge judge(evidence, doses);
  for (const Succession& blocks : successions(evidence))
    if (std::optional<Draft> draft = judge.judge(blocks))
      drafts.push_back(std::move(*draft));
  return drafts;
}

}  // namespace tidemark
