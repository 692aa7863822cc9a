#include "harness/verdict/enough.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <span>
#include <string>

#include "harness/verdict/limit.h"
#include "harness/verdict/phrases.h"
#include "harness/verdict/rings.h"
#include "harness/verdict/units.h"

namespace tidemark {
namespace {

constexpr std::size_t kFewestLoaded = 3;
// What grows beside a leak that is known is waited for so long.
constexpr std::size_t kPatience = 30;
// Cycles, after which what no cycle can mend is not waited for any more.
constexpr std::size_t kHopeless = 12;
constexpr std::size_t kEachTwice = 2;  // loaded cycles with a way, a level

struct Done {
  std::size_t cycles = 0;  // measured
  std::size_t loaded = 0;
  std::size_t idle = 0;
  // Loaded cycles but the newest, by what they had.
  std::map<CycleSettings, std::size_t> settings;
  std::map<std::string, std::size_t> ways;
  // Without the newest cycle's: what those leave may yet be in flight.
  double connections = 0;
};

Done done_so_far(const std::vector<CycleFacts>& cycles, CycleIndex baseline) {
  Done done;
  for (const CycleFacts& facts : cycles) {
    if (facts.index <= baseline) continue;
    ++done.cycles;
    const bool newest = &facts == &cycles.back();
    if (!newest)
      done.connections += static_cast<double>(facts.load.reached().value);
    if (facts.kind == CycleKind::kIdle) {
      ++done.idle;
      continue;
    }
    ++done.loaded;
    if (newest) continue;
    ++done.settings[facts.settings];
    for (const auto& [way, count] : facts.load.closed)
      if (count.value > 0) ++done.ways[way];
  }
  return done;
}

template <class Level>
bool seen_each(const std::vector<Level>& levels, const Done& done,
               std::optional<Level> CycleSettings::*which) {
  return std::all_of(levels.begin(), levels.end(), [&](const Level& level) {
    std::size_t times = 0;
    for (const auto& [settings, count] : done.settings)
      if (settings.*which == level) times += count;
    return times >= kEachTwice;
  });
}

// Cycles tell units apart, but not messages from connections where each sends
// as many.
bool may_tell_apart(const Finding& finding, std::span<const Dose> doses) {
  if (finding.rivals.size() != 1) return !finding.rivals.empty();
  return finding.rivals.front() != doses.front().message ||
         !messages_per_connection(doses);
}

const Finding* open_question(const Evidence& evidence,
                             const Judgement& judgement) {
  const double budget =
      static_cast<double>(evidence.expect.residue_per_connection.value);
  const std::vector<Dose> doses = measured_doses(evidence);
  for (const Finding& finding : judgement.findings) {
    if (finding.suppressed) continue;
    const Rate& rate = finding.rate;
    if (finding.kind == FindingClass::kLeak && !finding.fails &&
        rate.bytes_per_connection_low <= budget &&
        rate.bytes_per_connection_high > budget)
      return &finding;
    // A longer watch would tell, more cycles would not.
    if (finding.kind == FindingClass::kUndecided && !finding.half_life)
      return &finding;
    if (finding.fails && may_tell_apart(finding, doses)) return &finding;
  }
  return nullptr;
}

// More connections make the limit smaller.
bool limit_exceeds_budget(const Evidence& evidence,
                          const Judgement& judgement) {
  const double budget =
      static_cast<double>(evidence.expect.residue_per_connection.value);
  return evidence.has_heap && budget > 0 &&
         judgement.limit.bytes_per_connection > budget;
}

Enough known(std::string why) { return {true, std::move(why)}; }
Enough unknown(std::string why) { return {false, std::move(why)}; }

Enough leak_known(const Finding* open, const Done& done) {
  if (open == nullptr || done.cycles >= kPatience) {
    return known("the leak is known");
  }
  return unknown("something else grows, too");
}

bool grows_and_is_known(const Finding& finding) {
  return finding.suppressed && (finding.kind == FindingClass::kLeak ||
                                finding.kind == FindingClass::kTimeGrowth ||
                                finding.kind == FindingClass::kUndecided);
}

Enough clean_known(const Evidence& evidence, const Judgement& judgement,
                   const Done& done) {
  const double limit = judgement.limit.objects_per_connection;
  // Large blocks that are few may be noise: more connections show it. Where
  // each is a sample of many, what is wanted is out of reach.
  const bool sampled = evidence.sample_period.value > 1;
  if (!sampled && judgement.limit.bytes_per_connection > kWantedBytes) {
    return unknown("a few large blocks may be a leak");
  }
  const bool some_known = std::any_of(
      judgement.findings.begin(), judgement.findings.end(), grows_and_is_known);
  if (limit > 0 && limit <= kWantedLimit &&
      done.connections * kWantedLimit >= kEnoughToSee) {
    return known(fmt::format("{}a leak of {} per connection would have shown",
                             some_known ? "nothing beyond what is known; " : "",
                             say_bytes(judgement.limit.bytes_per_connection)));
  }
  if (done.cycles >= kFewestCycles) {
    return known(fmt::format(
        "{}, as far as so many connections can tell",
        some_known ? "nothing beyond what is known" : "nothing stays"));
  }
  return unknown("too few connections to call it clean");
}

}  // namespace

bool tried_all(const std::vector<CycleFacts>& cycles, CycleIndex baseline,
               const std::vector<std::string>& ways,
               const FactorSpec& factors) {
  const Done done = done_so_far(cycles, baseline);
  if (done.loaded < kFewestLoaded || done.idle < 1) return false;
  if (done.cycles >= kPatience) return true;
  // With one way there is nothing to tell apart.
  const bool each_way =
      ways.size() < 2 ||
      std::all_of(ways.begin(), ways.end(), [&](const std::string& way) {
        const auto found = done.ways.find(way);
        return found != done.ways.end() && found->second >= kEachTwice;
      });
  return each_way && seen_each(factors.sizes, done, &CycleSettings::size) &&
         seen_each(factors.messages, done, &CycleSettings::messages) &&
         seen_each(factors.concurrency, done, &CycleSettings::concurrency);
}

Enough enough(const Evidence& evidence, const Judgement& judgement) {
  const Done done = done_so_far(evidence.cycles, evidence.baseline);
  const Finding* open = open_question(evidence, judgement);
  switch (judgement.outcome) {
    case Outcome::kLeak:
      return leak_known(open, done);
    case Outcome::kPass:
      return clean_known(evidence, judgement, done);
    case Outcome::kInconclusive:
      // Without a heap it is the kernel's figure, and seldom gets clearer.
      if (open != nullptr && (evidence.has_heap || done.cycles < kPatience)) {
        return unknown("something grows, and it is not clear per what");
      }
      if (limit_exceeds_budget(evidence, judgement)) {
        return unknown("too few connections for the budget");
      }
      if (done.cycles >= kHopeless) {
        return known("more cycles would not decide it");
      }
      return unknown("not decided");
    case Outcome::kInvalid:
    case Outcome::kError:
      break;
  }
  return known("nothing can be said");
}

}  // namespace tidemark
