#include "harness/verdict/outcome.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>

#include "harness/verdict/phrases.h"

namespace tidemark {
namespace {

// The threshold of growth at random, with room for bad luck.
constexpr double kWantedT = 5;
// Of the memory of open connections: smaller sites go unnamed.
constexpr double kMattersOfPeak = 0.05;

double budget_of(const Expectations& expect) {
  return static_cast<double>(expect.residue_per_connection.value);
}

// A leak that counts against the budget for what stays behind.
bool is_residue(const Finding& finding) {
  return finding.kind == FindingClass::kLeak && !finding.suppressed &&
         finding.unit != kOpenConnection;
}

struct LoadTotals {
  std::int64_t attempted = 0;
  std::int64_t opened = 0;
  std::int64_t early_closed = 0;
  std::int64_t sent = 0;
  std::int64_t reply_errors = 0;
  std::int64_t undrained = 0;
  std::int64_t measured_cycles = 0;
  std::int64_t measured_opened = 0;
  std::string common_reason;
};

LoadTotals load_totals(const Evidence& evidence) {
  LoadTotals totals;
  std::map<std::string, std::int64_t> reasons;
  for (const CycleFacts& facts : evidence.cycles) {
    totals.attempted += facts.load.attempted.value;
    const std::int64_t reached = facts.load.reached().value;
    totals.opened += reached;
    totals.early_closed += facts.load.early_closed.value;
    totals.sent += facts.load.messages_sent.value;
    totals.reply_errors += facts.load.reply_errors.value;
    if (!facts.drained) ++totals.undrained;
    for (const auto& [reason, count] : facts.load.reasons) {
      reasons[reason] += count.value;
    }
    if (facts.index <= evidence.baseline) continue;
    ++totals.measured_cycles;
    totals.measured_opened += reached;
  }
  std::int64_t most = 0;
  for (const auto& [reason, count] : reasons) {
    if (count <= most) continue;
    most = count;
    totals.common_reason = fmt::format(" (mostly: {})", reason);
  }
  return totals;
}

std::string say_upstream(const Finding& finding) {
  return fmt::format("the service leaves {}{} to `{}` open for every {}",
                     finding.rate.exact ? "" : "about ",
                     say_count(finding.rate.objects_per_unit, "connection"),
                     finding.standin, finding.unit);
}

std::string say_leak(const Evidence& evidence, const Finding& finding) {
  const Rate& rate = finding.rate;
  if (finding.kind == FindingClass::kDescriptors) return finding.explanation;
  if (finding.unit == kOpenConnection) return finding.explanation;
  if (finding.kind == FindingClass::kUpstream) return say_upstream(finding);
  if (finding.kind == FindingClass::kTimeGrowth) {
    return fmt::format("the service grows by {} every second, connected or not",
                       say_bytes(rate.bytes_per_unit));
  }
  std::string text =
      fmt::format("the service keeps {}{}", rate.exact ? "" : "about ",
                  say_bytes(rate.bytes_per_unit));
  // What lies in a block that grows is no object.
  if (rate.objects_per_unit > 0) {
    text += " in " + say_count(rate.objects_per_unit, "object");
  }
  text += " for every " + finding.unit;
  const double budget = budget_of(evidence.expect);
  if (budget > 0) {
    text +=
        fmt::format(", {} per connection where {} are allowed",
                    say_bytes(rate.bytes_per_connection), say_bytes(budget));
  }
  return text;
}

// How long the cycles took that open connections, on average, with their share
// of idle ones; and how many connections those with most of them opened.
struct Pace {
  double seconds = 0;
  double connections = 0;
};

Pace pace_of(const Evidence& evidence) {
  Pace pace;
  double loaded = 0;
  for (const CycleFacts& facts : evidence.cycles) {
    if (facts.index <= evidence.baseline) continue;
    pace.seconds += to_seconds(facts.finished - facts.started);
    const double opened = static_cast<double>(facts.load.reached().value);
    pace.connections = std::max(pace.connections, opened);
    if (opened > 0) loaded += 1;
  }
  if (loaded > 0) pace.seconds /= loaded;
  return pace;
}

// "5 more loaded cycles of 200 connections, about 3 s", so that `wanted` have
// been measured.
std::string more_cycles(const Evidence& evidence, double wanted,
                        double measured) {
  const Pace pace = pace_of(evidence);
  if (pace.connections <= 0) return "more connections";
  const double cycles =
      std::max(1.0, std::ceil((wanted - measured) / pace.connections));
  std::string text = say_count(cycles, "more loaded cycle") + " of " +
                     say_count(pace.connections, "connection");
  if (pace.seconds > 0) {
    text += fmt::format(", about {} s",
                        say_number(std::ceil(cycles * pace.seconds)));
  }
  return text;
}

// After which the growth seen so far would be decided.
std::string more_connections(const Evidence& evidence, double confidence,
                             double measured) {
  double factor = 4;
  if (confidence > 0) {
    factor =
        std::clamp(kWantedT * kWantedT / (confidence * confidence), 2.0, 50.0);
  }
  const double wanted = std::ceil(factor * measured / 100) * 100;
  return "what would decide it: " + more_cycles(evidence, wanted, measured);
}

struct Doubt {
  std::string reason;  // empty: none
};

// Why the absence of failing findings is not a pass.
Doubt load_doubts(const LoadTotals& totals, const std::string& message) {
  if (totals.measured_cycles == 0 || totals.measured_opened == 0) {
    return {
        "no connection was opened after the baseline: more cycles, or a "
        "longer run, would decide it"};
  }
  if (2 * totals.opened < totals.attempted) {
    return {
        fmt::format("only {} of {} connections were opened{}: nothing can "
                    "be said about the others",
                    totals.opened, totals.attempted, totals.common_reason)};
  }
  if (2 * totals.early_closed > totals.opened) {
    return {fmt::format(
        "the service ended {} of {} connections before we did{}: what clients "
        "do was not tried",
        totals.early_closed, totals.opened, totals.common_reason)};
  }
  if (2 * totals.reply_errors > totals.sent) {
    return {fmt::format(
        "{} of {} got no right reply{}: {}", totals.reply_errors,
        say_count(static_cast<double>(totals.sent), message),
        totals.common_reason,
        message == "message"
            ? "is it an echo service? `expect: ignore` sends without asking "
              "for echoes"
            : "what the flow asks for and expects is not what it serves")};
  }
  if (totals.undrained > 0) {
    return {fmt::format(
        "the service still held connections of ours at the drain timeout in "
        "{}: what is left may belong to them; a longer drainTimeout would "
        "decide it",
        say_count(static_cast<double>(totals.undrained), "cycle"))};
  }
  return {};
}

Doubt budget_doubts(const Evidence& evidence, double confidence,
                    const Judgement& judgement) {
  const double budget = budget_of(evidence.expect);
  double high = 0;
  bool undecided = false;
  for (const Finding& finding : judgement.findings) {
    if (finding.suppressed) continue;
    if (finding.kind == FindingClass::kUndecided && !finding.standin.empty()) {
      return {finding.explanation + "; more cycles would decide it"};
    }
    if (const auto watch = watch_that_decides(finding)) {
      return {fmt::format("{}; what would decide it: `cycles.linger: {}s`",
                          finding.explanation, std::ceil(to_seconds(*watch)))};
    }
    if (finding.kind != FindingClass::kLeak &&
        finding.kind != FindingClass::kUndecided) {
      continue;
    }
    high += finding.rate.bytes_per_connection_high;
    undecided = undecided || finding.kind == FindingClass::kUndecided;
  }
  const double measured =
      static_cast<double>(judgement.limit.connections.value);
  if (high > budget) {
    return {fmt::format("{}: up to {} per connection where {} are allowed; {}",
                        undecided
                            ? "something grows and it is not clear per what"
                            : "the leak's rate is too uncertain",
                        say_bytes(high), say_bytes(budget),
                        more_connections(evidence, confidence, measured))};
  }
  if (evidence.has_heap && budget > 0 &&
      judgement.limit.bytes_per_connection > budget) {
    return {fmt::format(
        "the smallest leak this run could have seen is {} per connection, "
        "above the {} allowed; what would decide it: {}",
        say_bytes(judgement.limit.bytes_per_connection), say_bytes(budget),
        more_cycles(evidence,
                    judgement.limit.bytes_per_connection / budget * measured,
                    measured))};
  }
  if (evidence.has_heap && evidence.expect.peak_per_connection &&
      !evidence.peak_bytes_per_connection) {
    return {
        "the memory of open connections was not measured, so "
        "peak_per_connection cannot be judged"};
  }
  return {};
}

std::string say_found(const Evidence& evidence, const Judgement& judgement) {
  const std::string over = say_count(
      static_cast<double>(judgement.limit.connections.value), "connection");
  if (!evidence.has_heap) {
    return fmt::format(
        "kernel view only: descriptors, threads and sockets are back at the "
        "baseline after {}; the heap was not seen",
        over);
  }
  double kept = 0;
  for (const Finding& finding : judgement.findings) {
    if (finding.kind == FindingClass::kLeak && !finding.suppressed) {
      kept += finding.rate.bytes_per_connection;
    }
  }
  if (kept > 0) {
    return fmt::format(
        "the service keeps {} per connection, within the {} "
        "allowed, over {}",
        say_bytes(kept), say_bytes(budget_of(evidence.expect)), over);
  }
  return fmt::format(
      "nothing stays behind {}; a leak of {} per connection would have been "
      "seen",
      over, say_bytes(judgement.limit.bytes_per_connection));
}

std::string say_pass(const Evidence& evidence, const Judgement& judgement) {
  const auto suppressed = std::count_if(
      judgement.findings.begin(), judgement.findings.end(),
      [](const Finding& finding) { return finding.suppressed.has_value(); });
  const std::string found = say_found(evidence, judgement);
  if (suppressed == 0) return found;
  return fmt::format("but for {} that {} suppressed, {}",
                     say_count(static_cast<double>(suppressed), "finding"),
                     suppressed == 1 ? "is" : "are", found);
}

// ": 1.0 MiB in 1 block at dial (client.cc:80), … ; together … of …", for the
// sites that matter; those are put into `named`.
std::string name_open_sites(const OpenMemory& open,
                            std::vector<SiteId>& named) {
  const double connections = static_cast<double>(open.connections.value);
  const double total = static_cast<double>(open.bytes.value);
  std::string text;
  double sum = 0;
  for (const OpenSite& site : open.sites) {
    const double bytes = static_cast<double>(site.bytes.value);
    if (!named.empty() && bytes < kMattersOfPeak * total) break;
    named.push_back(site.site);
    sum += bytes;
    text += fmt::format(
        "{} {} in {} at {}", text.empty() ? ":" : ",",
        say_bytes(site.bytes_per_connection),
        say_count(static_cast<double>(site.objects.value) / connections,
                  "block"),
        site.place);
  }
  if (named.empty()) return {};
  return text + fmt::format("; {} × {} = {} of {}, {} unexplained",
                            say_bytes(sum / connections),
                            say_count(connections, "connection"),
                            say_bytes(sum), say_bytes(total),
                            say_bytes(std::max(0.0, total - sum)));
}

// What was not recorded is not known to be gone.
Doubt sight_doubts(const Evidence& evidence) {
  if (evidence.unrecorded.empty()) return {};
  std::string others;
  if (evidence.unrecorded.size() > 1)
    others = fmt::format(" (and {} more)", evidence.unrecorded.size() - 1);
  return {fmt::format(
      "part of the heap was not seen: {}{}; nothing was found in the rest",
      evidence.unrecorded.front(), others)};
}

}  // namespace

void apply_budgets(const Expectations& expect, std::vector<Draft>& drafts) {
  double low = 0;
  for (const Draft& draft : drafts) {
    if (draft.finding.kind == FindingClass::kLeak) {
      low += draft.finding.rate.bytes_per_connection_low;
    }
  }
  for (Draft& draft : drafts) {
    Finding& finding = draft.finding;
    if (finding.kind == FindingClass::kLeak) {
      finding.fails = low > budget_of(expect);
    } else if (finding.kind == FindingClass::kTimeGrowth) {
      finding.fails = !expect.allow_time_growth;
    }
  }
}

void forgive_the_rest(const Expectations& expect,
                      std::vector<Finding>& findings) {
  double low = 0;
  for (const Finding& finding : findings) {
    if (is_residue(finding)) low += finding.rate.bytes_per_connection_low;
  }
  if (low > budget_of(expect)) return;
  for (Finding& finding : findings) {
    if (is_residue(finding)) finding.fails = false;
  }
}

std::optional<Finding> peak_finding(const Evidence& evidence) {
  const std::optional<Bytes>& budget = evidence.expect.peak_per_connection;
  if (!budget || !evidence.peak_bytes_per_connection) return std::nullopt;
  const double peak = *evidence.peak_bytes_per_connection;
  if (peak <= static_cast<double>(budget->value)) return std::nullopt;
  Finding finding;
  finding.kind = FindingClass::kLeak;
  finding.fails = true;
  finding.unit = kOpenConnection;
  finding.rate.bytes_per_connection = peak;
  finding.rate.bytes_per_unit = peak;
  finding.rate.bytes_per_connection_low = peak;
  finding.rate.bytes_per_connection_high = peak;
  finding.explanation = fmt::format(
      "each open connection holds {} of the heap where {} are allowed{}",
      say_bytes(peak), say_bytes(static_cast<double>(budget->value)),
      evidence.open ? name_open_sites(*evidence.open, finding.sites) : "");
  return finding;
}

void decide(const Evidence& evidence, double confidence, Judgement& judgement) {
  const LoadTotals totals = load_totals(evidence);
  if (totals.opened == 0) {
    judgement.outcome = Outcome::kInvalid;
    judgement.reason = fmt::format(
        "none of {} connections was opened{}: the service was never loaded",
        totals.attempted, totals.common_reason);
    return;
  }
  for (const Finding& finding : judgement.findings) {
    if (!finding.fails) continue;
    judgement.outcome = Outcome::kLeak;
    judgement.reason = say_leak(evidence, finding);
    return;
  }
  Doubt doubt;
  if (evidence.cut_short && totals.measured_cycles == 0) {
    doubt.reason =
        "the time was over in the warm-up, and nothing was measured: "
        "cycles.maxDuration, raised, or fewer connections would decide it";
  }
  if (doubt.reason.empty()) doubt = load_doubts(totals, evidence.message);
  if (doubt.reason.empty()) {
    doubt = budget_doubts(evidence, confidence, judgement);
  }
  if (doubt.reason.empty()) doubt = sight_doubts(evidence);
  if (doubt.reason.empty() && evidence.cut_short) {
    doubt.reason =
        "the time was over before the plan: nothing was found so far, and "
        "cycles.maxDuration, raised, would let it go on";
  }
  if (!doubt.reason.empty()) {
    judgement.outcome = Outcome::kInconclusive;
    judgement.reason = doubt.reason;
    return;
  }
  judgement.outcome = Outcome::kPass;
  judgement.reason = say_pass(evidence, judgement);
}

}  // namespace tidemark
