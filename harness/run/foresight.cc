#include "harness/run/foresight.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "harness/verdict/enough.h"
#include "harness/verdict/limit.h"
#include "harness/verdict/phrases.h"
#include "harness/verdict/plan.h"
#include "harness/verdict/ways_code.h"
#include "tidemark/factors.h"
#include "tidemark/ways.h"

namespace tidemark {
namespace {

// What a connection and a purge with its snapshot take where nothing is slow.
constexpr double kPerConnection = 0.0002;
constexpr double kPerCycle = 0.1;
constexpr double kExactCycles = 4;    // loaded, loaded, idle, half
constexpr double kRisingCycles = 10;  // loaded: growth that is not by chance

struct Course {
  double cycles = 0;
  double connections = 0;
  double seconds = 0;
};

double seconds_of(const Scenario& scenario, const PlannedCycle& cycle) {
  Duration hold{};
  for (const LoadSpec& flow : scenario.flows) hold = std::max(hold, flow.hold);
  const double waves =
      cycle.settings.concurrency && *cycle.settings.concurrency > 0
          ? std::ceil(static_cast<double>(cycle.connections.value) /
                      *cycle.settings.concurrency)
          : 1;
  return kPerCycle + to_seconds(scenario.cycles.settle) +
         waves * to_seconds(hold) +
         kPerConnection * static_cast<double>(cycle.connections.value);
}

// The measured part until `stop` says so, warm-up and watch included.
template <class Stop>
Course course_until(const Scenario& scenario, Stop stop) {
  const PlannedCycle warm = warmup_cycle(scenario, 2);
  Course course;
  course.seconds = scenario.cycles.warmup_min * seconds_of(scenario, warm);
  for (const PlannedCycle& cycle : plan_cycles(scenario)) {
    course.cycles += 1;
    course.connections += static_cast<double>(cycle.connections.value);
    course.seconds += seconds_of(scenario, cycle);
    if (scenario.cycles.planned && stop(course)) break;
  }
  return course;
}

std::string list_ways(const Scenario& scenario) {
  std::string text;
  const auto shares = way_shares(scenario);
  for (const auto& [way, share] : shares) {
    if (!text.empty()) text += ", ";
    text += fmt::format("{} {:.3g} %", way, 100 * share);
  }
  return text;
}

std::string say_settings(const CycleSettings& settings) {
  std::string text;
  if (settings.concurrency)
    text += fmt::format("  {} at once", *settings.concurrency);
  if (settings.size)
    text += fmt::format("  messages of {}",
                        say_bytes(static_cast<double>(settings.size->value)));
  if (settings.messages) text += fmt::format("  {} each", *settings.messages);
  return text;
}

std::string row_of(std::size_t number, const PlannedCycle& cycle) {
  std::string mix;
  for (const auto& [way, count] : cycle.closes)
    if (count.value > 0) mix += fmt::format("  {} {}", way, count.value);
  return fmt::format("  {:>5}  {:<7}{:>7}{}{}\n", number, to_word(cycle.kind),
                     cycle.connections.value, mix,
                     say_settings(cycle.settings));
}

std::string rows_of(const std::vector<PlannedCycle>& plan, std::size_t rows,
                    bool planned) {
  std::string text = "  cycle  kind    opened\n";
  for (std::size_t i = 0; i < std::min(rows, plan.size()); ++i)
    text += row_of(i + 1, plan[i]);
  if (plan.size() > rows)
    text += fmt::format("      …  {} more{}\n", plan.size() - rows,
                        planned ? ", while something is undecided" : "");
  return text;
}

// As a scenario has it.
std::string level_word(std::uint32_t level) { return fmt::format("{}", level); }
std::string level_word(Bytes level) {
  constexpr std::int64_t kKib = 1024;
  return level.value > 0 && level.value % kKib == 0
             ? fmt::format("{}KiB", level.value / kKib)
             : fmt::format("{}B", level.value);
}

// What has to be said beside a factor of two levels for it to be accepted, in
// front of it; nullopt: there is no room for one.
std::optional<std::string> room_for_levels(const CycleSpec& spec) {
  constexpr std::uint32_t kLoaded = 2 * kLoadedPerLevel;
  if (surely_loaded(spec) >= kLoaded) return "";
  const std::uint32_t most = spec.warmup_max + 2 * kLoaded;
  const std::uint32_t all = spec.warmup_max + kLoaded + spec.idle + spec.half;
  if ((spec.planned ? most : all) > kMaxCycles) return std::nullopt;
  return spec.planned ? fmt::format("most: {}, ", most)
                      : fmt::format("loaded: {}, ", kLoaded);
}

// What it cannot know, and what would tell. Only what can vary in this
// scenario can be told at all.
std::string cannot_tell(const Scenario& scenario) {
  std::string text;
  const FactorSpec& factors = scenario.cycles.factors;
  const FactorSpec possible = automatic_levels(scenario);
  const std::optional<std::string> room = room_for_levels(scenario.cycles);
  const auto line = [&](const std::string& what, const std::string& how) {
    text += fmt::format("    {}; {}\n", what, how);
  };
  const auto factor = [&](const auto& now, const auto& then, const char* key,
                          const char* what) {
    if (!now.empty() || then.empty() || !room) return;
    line(what, fmt::format("{}factors: {{ {}: [{}, {}] }}", *room, key,
                           level_word(then[0]), level_word(then[1])));
  };
  factor(factors.messages, possible.messages, "messages",
         "per message or per connection, if each connection sends as many");
  factor(factors.sizes, possible.sizes, "size",
         "whether the size of messages matters");
  factor(factors.concurrency, possible.concurrency, "concurrency",
         "whether it takes many connections at once");
  const bool idle = scenario.cycles.planned || scenario.cycles.idle > 0;
  if (!idle) line("growth with time from growth with connections", "idle: 3");
  return text.empty() ? "" : "\n  It will not tell\n" + text;
}

std::string say_course(const char* what, const Course& course) {
  return fmt::format(
      "    {:<34}{:>4} cycles, {:>6} connections, about {:.0f} s\n", what,
      course.cycles, say_number(course.connections), std::ceil(course.seconds));
}

Course clean_course(const Scenario& scenario) {
  return course_until(scenario, [](const Course& course) {
    return kEnoughToSee / course.connections <= kWantedLimit ||
           course.cycles >= kFewestCycles;
  });
}

std::string courses_of(const Scenario& scenario) {
  const double ways = static_cast<double>(way_shares(scenario).size());
  const double turns =
      static_cast<double>(turns_to_differ(static_cast<std::size_t>(ways)));
  const double exact = std::max(kExactCycles, turns + 1);
  std::string text = "\n  It ends\n";
  if (!scenario.cycles.planned)
    return text + say_course("after these cycles",
                             course_until(scenario,
                                          [](const Course&) { return false; }));
  Course leak = course_until(
      scenario, [&](const Course& c) { return c.cycles >= exact; });
  leak.seconds = std::max(leak.seconds, to_seconds(scenario.cycles.linger));
  text += say_course("with a leak in each connection", leak);
  text += say_course("with a leak in one of a hundred",
                     course_until(scenario, [&](const Course& c) {
                       return c.cycles >= 1.5 * kRisingCycles &&
                              0.01 * c.connections >= 14;
                     }));
  text += say_course("clean", clean_course(scenario));
  text +=
      say_course("undecided, at the latest",
                 course_until(scenario, [](const Course&) { return false; }));
  return text;
}

}  // namespace

std::string foresee(const Scenario& scenario, std::size_t rows) {
  const CycleSpec& spec = scenario.cycles;
  const std::vector<PlannedCycle> plan = plan_cycles(scenario);
  const std::int64_t full = connections_of(scenario).value;
  std::string text = fmt::format(
      "{}: {} cycles{}\n\n  warm-up  {} to {} cycles of {} connections, until "
      "nothing grows\n  ways     {}\n\n",
      scenario.name, spec.planned ? "planned" : "these",
      spec.planned ? ", until the verdict is known" : "", spec.warmup_min,
      spec.warmup_max, full, list_ways(scenario));
  text += rows_of(plan, rows, spec.planned);
  text += courses_of(scenario);
  double connections = 0;
  for (const PlannedCycle& cycle : plan)
    connections += static_cast<double>(cycle.connections.value);
  text += fmt::format(
      "\n  Clean means: a leak of one object in {} connections would have "
      "been seen;\n  with all of the cycles, of one in {}.\n",
      say_number(std::floor(clean_course(scenario).connections / kEnoughToSee)),
      say_number(std::max(1.0, std::floor(connections / kEnoughToSee))));
  return text + cannot_tell(scenario);
}

}  // namespace tidemark
