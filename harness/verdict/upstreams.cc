#include "harness/verdict/upstreams.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "harness/verdict/classify.h"
#include "harness/verdict/phrases.h"
#include "harness/verdict/shape.h"
#include "harness/verdict/units.h"

namespace tidemark {
namespace {

// What is open at one stand-in, as the levels above the baseline.
struct Upstream {
  std::string name;
  std::vector<double> steps;  // per dose
  Series series;              // connections as objects without a size
};

const CycleFacts* facts_of(const Evidence& evidence, CycleIndex cycle) {
  for (const CycleFacts& facts : evidence.cycles) {
    if (facts.index == cycle) return &facts;
  }
  return nullptr;
}

std::int64_t open_in(const CycleFacts* facts, const std::string& name) {
  if (facts == nullptr) return 0;
  for (const StandInFacts& standin : facts->standins) {
    if (standin.name == name) return standin.open.value;
  }
  return 0;
}

std::set<std::string> names_in(const Evidence& evidence) {
  std::set<std::string> names;
  for (const CycleFacts& facts : evidence.cycles) {
    for (const StandInFacts& standin : facts.standins) {
      names.insert(standin.name);
    }
  }
  return names;
}

std::vector<std::int64_t> levels_of(const Evidence& evidence,
                                    std::span<const Dose> doses,
                                    const std::string& name) {
  const std::int64_t before =
      open_in(facts_of(evidence, evidence.baseline), name);
  std::vector<std::int64_t> levels;
  for (const Dose& dose : doses) {
    levels.push_back(open_in(facts_of(evidence, dose.cycle), name) - before);
  }
  return levels;
}

Upstream upstream_of(const Evidence& evidence, std::span<const Dose> doses,
                     const std::string& name) {
  Upstream upstream;
  upstream.name = name;
  Series& series = upstream.series;
  series.levels.push_back(0);
  for (const std::int64_t level : levels_of(evidence, doses, name)) {
    const double step = static_cast<double>(level) - series.levels.back();
    series.levels.push_back(static_cast<double>(level));
    upstream.steps.push_back(step);
    const Count more{std::max<std::int64_t>(0, std::llround(step))};
    series.rings.push_back({more, Bytes{0}});
    series.residue.objects += more;
  }
  return upstream;
}

double sum_of(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

// "1 connection to `cache`".
std::string say_upstreams(double count, const std::string& name) {
  return fmt::format("{} to `{}`", say_count(count, "connection"), name);
}

Finding finding_of(const Upstream& upstream, std::span<const Dose> doses,
                   FindingClass kind, std::string unit) {
  Finding finding;
  finding.kind = kind;
  finding.unit = std::move(unit);
  finding.standin = upstream.name;
  finding.objects = Count{std::llround(upstream.series.net())};
  double connections = 0;
  for (std::size_t i = 0; i < doses.size(); ++i) {
    connections += doses[i].connections;
    finding.rings.push_back({doses[i].cycle,
                             Count{std::llround(doses[i].connections)},
                             Bytes{0}, Count{std::llround(upstream.steps[i])}});
  }
  if (connections > 0) {
    finding.rate.objects_per_connection = upstream.series.net() / connections;
  }
  return finding;
}

// A connection that makes one request: nobody can tell the two apart.
std::string say_unit(const UnitFit& fit, std::span<const Dose> doses) {
  if (fit.unit == "cycle") return "cycle, " + fit.detail;
  if (fit.unit != "connection") return fit.unit;
  const std::optional<int> each = messages_per_connection(doses);
  if (!each) return fit.unit;
  return fmt::format("{} (of {})", fit.unit,
                     say_count(*each, doses.front().message));
}

std::string exact_sentence(const Upstream& upstream, const UnitFit& fit,
                           std::span<const Dose> doses) {
  const double open = upstream.series.net();
  const double units = sum_of(fit.units);
  if (!fit.detail.empty() && fit.unit == "connection") {
    return fmt::format("{} stay open after {}: {}",
                       say_upstreams(open, upstream.name),
                       say_count(units, fit.unit), fit.detail);
  }
  return fmt::format("{} per {} {} open: {} after {}, {}",
                     say_upstreams(fit.per_unit, upstream.name),
                     say_unit(fit, doses), fit.per_unit == 1 ? "stays" : "stay",
                     say_number(open), say_count(units, fit.unit),
                     fit.every_ring ? "the same in every cycle"
                                    : "a few more or less in some cycles");
}

Finding grows_with_time(const Upstream& upstream, std::span<const Dose> doses) {
  const Shape shape = shape_of(upstream.series, doses);
  Finding finding =
      finding_of(upstream, doses, FindingClass::kUpstream, "second");
  finding.rate.objects_per_unit = shape.total / shape.seconds;
  finding.explanation = fmt::format(
      "{} per second stay open whether or not anything is connected: {} more "
      "while idle, {} in {:.1f} s altogether",
      say_upstreams(finding.rate.objects_per_unit, upstream.name),
      say_number(shape.idle_total), say_number(shape.total), shape.seconds);
  return finding;
}

// As many as there were messages, three or more, are taken for one each: a
// connection is asked for in order to ask something.
void name_messages(std::span<const Dose> doses, UnitFit& fit) {
  if (fit.unit != "connection" || !fit.detail.empty()) return;
  const std::optional<int> messages = messages_per_connection(doses);
  if (!messages || *messages < 3) return;
  if (std::fmod(fit.per_unit, *messages) != 0) return;
  fit.unit = doses.front().message;
  fit.per_unit /= *messages;
  for (double& units : fit.units) units *= *messages;
}

std::optional<Finding> grows_exactly(const Upstream& upstream,
                                     std::span<const Dose> doses) {
  std::optional<UnitFit> fit = fit_exactly(doses, upstream.steps);
  if (!fit) return std::nullopt;
  // Cycles take much the same time: what idle ones leave, too, is time's.
  if (fit->unit == "cycle" && shape_of(upstream.series, doses).idle_total > 0) {
    return grows_with_time(upstream, doses);
  }
  name_messages(doses, *fit);
  Finding finding =
      finding_of(upstream, doses, FindingClass::kUpstream, fit->unit);
  finding.rate.objects_per_unit = fit->per_unit;
  finding.rate.exact = fit->every_ring;
  finding.explanation = exact_sentence(upstream, *fit, doses);
  return finding;
}

Finding grows_at_random(const Upstream& upstream, std::span<const Dose> doses,
                        const Finding& draft) {
  const Shape shape = shape_of(upstream.series, doses);
  Finding finding =
      finding_of(upstream, doses, FindingClass::kUpstream, draft.unit);
  finding.rate.objects_per_unit = draft.rate.objects_per_unit;
  finding.explanation = fmt::format(
      "about {} per {} stay open: {} of {} left some, {} in all",
      say_upstreams(draft.rate.objects_per_unit, upstream.name), draft.unit,
      say_number(shape.loaded_rings_with),
      say_count(shape.loaded_rings, "loaded cycle"), say_number(shape.total));
  return finding;
}

std::optional<Finding> grows_somehow(const Upstream& upstream,
                                     std::span<const Dose> doses) {
  const std::optional<Draft> draft = classify(upstream.series, doses);
  if (!draft) return std::nullopt;
  const std::string more = fmt::format(
      "{} more than at the baseline",
      say_upstreams(std::max(0.0, upstream.series.net()), upstream.name));
  Finding finding =
      finding_of(upstream, doses, draft->finding.kind, "connection");
  switch (draft->finding.kind) {
    case FindingClass::kLeak:
      return grows_at_random(upstream, doses, draft->finding);
    case FindingClass::kTimeGrowth:
      return grows_with_time(upstream, doses);
    case FindingClass::kUndecided:
      finding.explanation =
          more + ", and no pattern says whether they go on growing";
      return finding;
    default:
      finding.kind = FindingClass::kBounded;
      finding.explanation = more + ", which do not grow with the load: a pool";
      return finding;
  }
}

// What was closed after the last cycle, while something else was watched.
bool closed_at_last(const Evidence& evidence, const Upstream& upstream) {
  const auto at_end = evidence.upstreams_at_end.find(upstream.name);
  if (at_end == evidence.upstreams_at_end.end()) return false;
  return at_end->second.value <=
         open_in(facts_of(evidence, evidence.baseline), upstream.name);
}

Finding lingering(const Upstream& upstream, std::span<const Dose> doses) {
  Finding finding =
      finding_of(upstream, doses, FindingClass::kLingering, "connection");
  finding.explanation =
      fmt::format("{} were open after the last cycle and were closed later",
                  say_upstreams(upstream.series.net(), upstream.name));
  return finding;
}

bool may_stay(const Evidence& evidence, const std::string& name) {
  return std::find(evidence.may_stay.begin(), evidence.may_stay.end(), name) !=
         evidence.may_stay.end();
}

std::optional<Finding> judge_upstream(const Evidence& evidence,
                                      const Upstream& upstream,
                                      std::span<const Dose> doses) {
  if (upstream.series.net() <= 0) return std::nullopt;
  if (closed_at_last(evidence, upstream)) return lingering(upstream, doses);
  std::optional<Finding> finding = grows_exactly(upstream, doses);
  if (!finding) finding = grows_somehow(upstream, doses);
  if (!finding || finding->kind != FindingClass::kUpstream) return finding;
  finding->fails = !may_stay(evidence, upstream.name);
  finding->explanation +=
      finding->fails
          ? "; their sockets and descriptors in the service are counted here "
            "alone"
          : "; the scenario allows it";
  return finding;
}

}  // namespace

std::vector<Finding> upstream_findings(const Evidence& evidence,
                                       std::span<const Dose> doses) {
  std::vector<Finding> findings;
  if (doses.empty()) return findings;
  for (const std::string& name : names_in(evidence)) {
    const Upstream upstream = upstream_of(evidence, doses, name);
    if (auto finding = judge_upstream(evidence, upstream, doses)) {
      findings.push_back(std::move(*finding));
    }
  }
  return findings;
}

std::vector<std::int64_t> upstream_levels(const Evidence& evidence,
                                          std::span<const Dose> doses) {
  std::vector<std::int64_t> sums(doses.size(), 0);
  for (const std::string& name : names_in(evidence)) {
    const std::vector<std::int64_t> levels = levels_of(evidence, doses, name);
    for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += levels[i];
  }
  return sums;
}

}  // namespace tidemark
