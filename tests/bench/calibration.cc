// How often the verdict is right: simulated services of which the truth is
// known, many seeds of each. `calibration --help` tells how it is asked; one
// line per behaviour as JSON for ci/bench_calibration.py, or a table.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "tests/support/peer_rules/peer_rules.h"
#include "tests/support/sim/simulate.h"

namespace tidemark {
namespace {

struct Options {
  int runs = 200;
  int set = 1;
  bool levels = false;
  std::string only;
  std::string named;
  bool json = false;
  bool peers = false;
  bool tell = false;  // every wrong run
  bool all = false;   // every run
  std::uint64_t seed = 1;
};

struct Score {
  int runs = 0;
  std::map<Outcome, int> outcomes;
  int leaks = 0;      // failing findings per connection or the like
  int times = 0;      // runs with time growth
  int right = 0;      // as far as there is a right answer
  int units = 0;      // leak found, unit right
  int rates = 0;      // of those, the interval holds the truth
  double cycles = 0;  // measured, mean
  double seconds = 0;
  const char* growth = "";  // the truth

  int count(Outcome outcome) const {
    const auto found = outcomes.find(outcome);
    return found == outcomes.end() ? 0 : found->second;
  }
};

const char* to_word(SimTruth::Growth growth) {
  switch (growth) {
    case SimTruth::Growth::kNone:
      return "none";
    case SimTruth::Growth::kConnections:
      return "connections";
    case SimTruth::Growth::kTime:
      return "time";
    case SimTruth::Growth::kBoth:
      return "both";
    case SimTruth::Growth::kTooRare:
      return "too rare";
    case SimTruth::Growth::kUndecidable:
      break;
  }
  return "undecidable";
}

const Finding* find_growth(const Judgement& judgement, FindingClass kind,
                           std::int64_t size) {
  for (const Finding& finding : judgement.findings) {
    if (finding.kind != kind || !finding.fails) continue;
    const double mean = finding.objects.value > 0
                            ? static_cast<double>(finding.residue.value) /
                                  static_cast<double>(finding.objects.value)
                            : 0;
    if (size == 0 || std::abs(mean - static_cast<double>(size)) < 0.5)
      return &finding;
  }
  return nullptr;
}

bool holds_truth(const Finding& finding, const SimTruth& truth) {
  const Rate& rate = finding.rate;
  if (rate.bytes_per_unit <= 0) return false;
  const double units_per_connection =
      rate.bytes_per_connection / rate.bytes_per_unit;
  const double expected = truth.objects_per_unit *
                          static_cast<double>(truth.size) *
                          units_per_connection;
  const double slack = 1e-6 * expected;
  return rate.bytes_per_connection_low <= expected + slack &&
         expected - slack <= rate.bytes_per_connection_high;
}

bool is_right(const SimResult& result, Score& score) {
  using Growth = SimTruth::Growth;
  const Judgement& judgement = *result.record.judgement;
  const SimTruth& truth = result.truth;
  const Finding* leak = find_growth(judgement, FindingClass::kLeak, 0);
  const Finding* time = find_growth(judgement, FindingClass::kTimeGrowth, 0);
  if (leak) ++score.leaks;
  if (time) ++score.times;
  if (truth.growth == Growth::kTooRare) return true;
  if (truth.growth == Growth::kNone || truth.growth == Growth::kUndecidable)
    return judgement.outcome != Outcome::kLeak;
  if (truth.growth == Growth::kTime) {
    if (time && !leak && holds_truth(*time, truth)) ++score.rates;
    if (time && !leak) ++score.units;
    return time && !leak;
  }
  const Finding* guilty = find_growth(judgement, FindingClass::kLeak,
                                      truth.one_block ? 0 : truth.size);
  if (guilty && guilty->unit == truth.unit) {
    ++score.units;
    if (holds_truth(*guilty, truth)) ++score.rates;
  }
  return guilty != nullptr;
}

void tell(const SimResult& result, std::uint64_t seed) {
  const Judgement& judgement = *result.record.judgement;
  fmt::print("  seed {}: {}: {}\n", seed, to_word(judgement.outcome),
             judgement.reason);
  for (const Finding& finding : judgement.findings) {
    fmt::print("    {}{} per {}: {:.4f} [{:.4f}, {:.4f}] B/conn; {}\n     ",
               finding.fails ? "! " : "", to_word(finding.kind), finding.unit,
               finding.rate.bytes_per_connection,
               finding.rate.bytes_per_connection_low,
               finding.rate.bytes_per_connection_high, finding.explanation);
    for (const FindingRing& ring : finding.rings)
      fmt::print(" {}:{}", ring.connections.value, ring.objects.value);
    fmt::print("\n");
  }
}

// Sets do not share runs.
std::uint64_t seed_of(const Options& options, int run) {
  return options.seed + static_cast<std::uint64_t>(run) +
         1'000'000u * static_cast<std::uint64_t>(options.set);
}

// Of the set that is asked for.
SimParameters parameters(const Options& options, std::uint64_t seed) {
  switch (options.set) {
    case 1:
      return first_parameters();
    case 2:
      return second_parameters();
    case 3:
      return third_parameters();
    default:
      return drawn_parameters(seed);
  }
}

Score score_case(const SimCase& of, const Options& options) {
  Score score;
  for (int i = 0; i < options.runs; ++i) {
    const std::uint64_t seed = seed_of(options, i);
    const SimParameters with = parameters(options, seed);
    const SimResult result =
        simulate(of, with, seed, sim_scenario(of, with),
                 options.levels ? SimView::kLevels : SimView::kBirths);
    ++score.runs;
    if (!result.record.judgement) {
      fmt::print("  seed {}: {}\n", seed, result.record.error->message);
      continue;
    }
    ++score.outcomes[result.record.judgement->outcome];
    score.growth = to_word(result.truth.growth);
    const int rates = score.rates;
    const int units = score.units;
    const bool right = is_right(result, score);
    const bool off = score.units > units && score.rates == rates;
    if (right) ++score.right;
    if (options.all || ((!right || off) && options.tell)) tell(result, seed);
    score.cycles += static_cast<double>(result.record.cycles.size());
    score.seconds += to_seconds(result.record.took);
  }
  score.cycles /= score.runs;
  score.seconds /= score.runs;
  return score;
}

double percent(int part, int whole) {
  return whole > 0 ? 100.0 * part / whole : 0;
}

void print_row(const SimCase& of, const Score& score, bool json) {
  const auto share = [&](Outcome outcome) {
    return percent(score.count(outcome), score.runs);
  };
  if (json) {
    fmt::print(
        "{{\"case\": \"{}\", \"growth\": \"{}\", \"what\": \"{}\", "
        "\"runs\": {}, \"leak\": {}, \"time\": {}, \"pass\": {}, "
        "\"inconclusive\": {}, \"right\": {}, \"unit\": {}, \"rate\": {}, "
        "\"cycles\": {:.2f}, \"seconds\": {:.2f}}}\n",
        of.name, score.growth, of.what, score.runs, score.leaks, score.times,
        score.count(Outcome::kPass), score.count(Outcome::kInconclusive),
        score.right, score.units, score.rates, score.cycles, score.seconds);
    return;
  }
  fmt::print(
      "{:<26}{:>7.1f}{:>7.1f}{:>7.1f}{:>7.1f} |{:>7.1f}{:>7.1f}{:>7.1f} "
      "|{:>7.1f}{:>7.1f}\n",
      of.name, percent(score.leaks, score.runs),
      percent(score.times, score.runs), share(Outcome::kInconclusive),
      share(Outcome::kPass), percent(score.right, score.runs),
      percent(score.units, score.runs), percent(score.rates, score.units),
      score.cycles, score.seconds);
}

// What the published rules say of the same services: percent called a leak.
// Ours may do 60 cycles; they have as many, the warm-up in them.
constexpr peers::PeerBudget budget_of_ours(int connections) {
  return {connections, 20, 40};
}

void print_peers(const SimCase& of, const Options& options) {
  fmt::print("{{\"case\": \"{}\", \"runs\": {}, \"rules\": {{", of.name,
             options.runs);
  bool first = true;
  for (const peers::PeerRule& rule : peers::peer_rules()) {
    for (const bool published : {true, false}) {
      int leaks = 0;
      for (int i = 0; i < options.runs; ++i) {
        const std::uint64_t seed = seed_of(options, i);
        const SimParameters with = parameters(options, seed);
        SimSeries series(of, with, seed);
        const peers::PlayCycle play = [&](int n) { return series.play(n); };
        const peers::PeerBudget budget =
            published ? peers::PeerBudget{with.connections, 0, 0}
                      : budget_of_ours(with.connections);
        if (peers::judge_within(rule, play, budget) == peers::PeerAnswer::kLeak)
          ++leaks;
      }
      fmt::print("{}\"{}{}\": {{\"leaks\": {}, \"source\": \"{}\"}}",
                 first ? "" : ", ", rule.name, published ? "" : " +", leaks,
                 rule.source);
      first = false;
    }
  }
  fmt::print("}}}}\n");
}

int calibrate(const Options& options) {
  if (!options.json && !options.peers)
    fmt::print("{:<26}{:>7}{:>7}{:>7}{:>7} |{:>7}{:>7}{:>7} |{:>7}{:>7}\n",
               "% of runs", "leak", "time", "incon", "pass", "right", "unit",
               "rate", "cycles", "s");
  std::vector<SimCase> cases = sim_cases();
  cases.insert(cases.end(), rare_way_cases().begin(), rare_way_cases().end());
  for (const SimCase& of : cases) {
    if (of.name.find(options.only) == std::string::npos) continue;
    if (!options.named.empty() && of.name != options.named) continue;
    if (options.peers)
      print_peers(of, options);
    else
      print_row(of, score_case(of, options), options.json);
    std::fflush(stdout);
  }
  return 0;
}

}  // namespace
}  // namespace tidemark

int main(int argc, char** argv) {
  tidemark::Options options;
  CLI::App app("Error rates of the verdict on simulated services.");
  app.add_option("--runs", options.runs, "of each behaviour");
  app.add_option("--set", options.set, "1 to 3, or 4: drawn anew for each run")
      ->check(CLI::Range(1, 4));
  app.add_option("--case", options.only, "those with this in their name");
  app.add_option("--named", options.named, "that of this name");
  app.add_option("--seed", options.seed, "the first");
  app.add_flag("--levels", options.levels,
               "the heap told by levels, as managed runtimes tell it");
  app.add_flag("--peers", options.peers,
               "what the rules of other tools say, one object per line");
  app.add_flag("--json", options.json, "one object per line");
  app.add_flag("--tell", options.tell,
               "every run that is wrong in verdict or rate");
  app.add_flag("--all", options.all, "every run");
  CLI11_PARSE(app, argc, argv);
  return tidemark::calibrate(options);
}
