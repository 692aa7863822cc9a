#include "harness/compare/findings.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <utility>

namespace tidemark {
namespace {

using Runs = std::span<const RunRecord>;

constexpr double kZ999 = 3.2905;  // two-sided, 99.9 %

// What has no fingerprint is known by what it is about.
std::string key_of(const Finding& finding) {
  if (!finding.fingerprint.empty()) return finding.fingerprint;
  return fmt::format("{}/{}/{}", to_word(finding.kind), finding.unit,
                     finding.standin);
}

struct Member {
  const RunRecord* run = nullptr;
  const Finding* finding = nullptr;
};

// A finding as all runs of one version have it.
struct Group {
  std::vector<Member> members;        // of different runs
  const Finding* innocent = nullptr;  // there, and no growth
};

std::map<std::string, Group> groups_of(Runs runs) {
  std::map<std::string, Group> groups;
  for (const RunRecord& run : runs) {
    for (const Finding& finding : run.judgement->findings) {
      Group& group = groups[key_of(finding)];
      if (!grows(finding)) {
        group.innocent = &finding;
        continue;
      }
      // Two findings of a run may share a place: the worst, which comes
      // first, stands for both.
      if (group.members.empty() || group.members.back().run != &run)
        group.members.push_back({&run, &finding});
    }
  }
  return groups;
}

std::optional<MeasuredRate> measured(const Finding& finding, std::string unit,
                                     double bytes, double objects) {
  const Rate& rate = finding.rate;
  MeasuredRate found{std::move(unit), bytes > 0, {}};
  const double value = found.in_bytes ? bytes : objects;
  if (!(value > 0) || !std::isfinite(value)) return std::nullopt;
  double low = 1;  // as shares of the value
  double high = 1;
  const double mean = rate.bytes_per_connection;
  if (mean > 0 && rate.bytes_per_connection_high >= mean) {
    low = std::clamp(rate.bytes_per_connection_low / mean, 0.0, 1.0);
    high = rate.bytes_per_connection_high / mean;
  } else if (!rate.exact && finding.objects.value > 0) {
    // Counted things at random: so many of them, give or take their root.
    const double half =
        kZ999 / std::sqrt(static_cast<double>(finding.objects.value));
    low = std::max(0.0, 1 - half);
    high = 1 + half;
  }
  found.rate = {value, value * low, value * high};
  return found;
}

Estimate hull(const Estimate& a, const Estimate& b) {
  return {0, std::min(a.low, b.low), std::max(a.high, b.high)};
}

// Of all members; nullopt if one of them does not say, or says it otherwise.
template <class RateOf>
std::optional<MeasuredRate> rate_of(const Group& group, RateOf rate) {
  std::optional<MeasuredRate> all;
  double sum = 0;
  for (const Member& member : group.members) {
    std::optional<MeasuredRate> one = rate(*member.finding);
    if (!one) return std::nullopt;
    sum += one->rate.value;
    if (!all) {
      all = std::move(one);
    } else if (all->unit != one->unit || all->in_bytes != one->in_bytes) {
      return std::nullopt;
    } else {
      all->rate = hull(all->rate, one->rate);
    }
  }
  if (all) all->rate.value = sum / static_cast<double>(group.members.size());
  return all;
}

void set_rates(FindingChange& change, const Group* before, const Group* after) {
  const auto take = [&](auto rate) {
    std::optional<MeasuredRate> old_rate;
    std::optional<MeasuredRate> new_rate;
    if (before) old_rate = rate_of(*before, rate);
    if (after) new_rate = rate_of(*after, rate);
    if ((before && !old_rate) || (after && !new_rate)) return false;
    if (old_rate && new_rate &&
        (old_rate->unit != new_rate->unit ||
         old_rate->in_bytes != new_rate->in_bytes))
      return false;
    const MeasuredRate& any = new_rate ? *new_rate : *old_rate;
    change.unit = any.unit;
    change.in_bytes = any.in_bytes;
    if (old_rate) change.before = old_rate->rate;
    if (new_rate) change.after = new_rate->rate;
    return true;
  };
  if (!take(rate_per_unit)) take(rate_per_connection);
}

ChangeKind rate_change(const FindingChange& change) {
  if (!change.before || !change.after) return ChangeKind::kUnclear;
  if (change.after->low > change.before->high * (1 + kLeastRateChange))
    return ChangeKind::kHigher;
  if (change.after->high < change.before->low * (1 - kLeastRateChange))
    return ChangeKind::kLower;
  return ChangeKind::kSame;
}

std::optional<SiteRecord> named_site(const Member& member) {
  if (member.finding->sites.empty()) return std::nullopt;
  for (const SiteRecord& site : member.run->sites)
    if (site.id == member.finding->sites.front()) return site;
  return std::nullopt;
}

bool any_fails(const Group& group) {
  return std::any_of(group.members.begin(), group.members.end(),
                     [](const Member& m) { return m.finding->fails; });
}

bool is_undecided(const Group& group) {
  return std::all_of(group.members.begin(), group.members.end(),
                     [](const Member& m) {
                       return m.finding->kind == FindingClass::kUndecided;
                     });
}

bool is_suppressed(const Group& group) {
  return std::all_of(
      group.members.begin(), group.members.end(),
      [](const Member& m) { return m.finding->suppressed.has_value(); });
}

void judge_new(FindingChange& change, const Group* before, const Group& after,
               std::size_t runs, const DetectionLimit& limit) {
  const bool everywhere = after.members.size() == runs;
  const Finding& finding = *after.members.front().finding;
  const bool seen = would_be_seen(finding, limit);
  const bool certain = everywhere && seen && !is_undecided(after);
  const bool matters =
      any_fails(after) || (is_undecided(after) && !is_suppressed(after));
  change.change = certain ? ChangeKind::kNew : ChangeKind::kPerhapsNew;
  change.fails = certain && any_fails(after);
  change.undecided = !certain && matters;
  if (before && before->innocent)
    change.told = fmt::format("it was {} in OLD, and grows in NEW",
                              to_word(before->innocent->kind));
  else if (!everywhere)
    change.told = fmt::format("only {} of {} runs of NEW have it",
                              after.members.size(), runs);
  else if (is_undecided(after))
    change.told = "it grows in NEW, and the runs do not say why";
  else if (!seen)
    change.told =
        "it may have been in OLD, whose runs could not have seen so little";
  else
    change.told = "every run of NEW has it, no run of OLD";
  if (certain && !change.fails) change.told += "; NEW's scenario allows it";
}

void judge_both(FindingChange& change, const Group& after) {
  change.change = rate_change(change);
  const bool allowed = !any_fails(after);
  switch (change.change) {
    case ChangeKind::kHigher:
      change.fails = !allowed;
      change.told =
          fmt::format("NEW keeps more of it than OLD, beyond both intervals{}",
                      allowed ? "; NEW's scenario allows it" : "");
      break;
    case ChangeKind::kLower:
      change.told = "NEW keeps less of it than OLD, beyond both intervals";
      break;
    case ChangeKind::kUnclear:
      change.undecided = !allowed;
      change.told = "both have it, and one of them does not say how much";
      break;
    default:
      change.told = "both have it, and their rates do not differ for certain";
      break;
  }
}

void judge_gone(FindingChange& change, const Group& before, std::size_t runs,
                const DetectionLimit& limit) {
  change.change = ChangeKind::kGone;
  change.told = fmt::format("{} of {} runs of OLD have it, no run of NEW",
                            before.members.size(), runs);
  if (!would_be_seen(*before.members.front().finding, limit))
    change.told += ", which could not have seen so little";
}

FindingChange change_of(const Group* before, const Group* after, Runs old_runs,
                        Runs new_runs) {
  const Group* old_growth =
      before && !before->members.empty() ? before : nullptr;
  const Group* new_growth = after && !after->members.empty() ? after : nullptr;
  const Member& shown =
      new_growth ? new_growth->members.front() : old_growth->members.front();
  FindingChange change;
  change.fingerprint = shown.finding->fingerprint;
  change.kind = shown.finding->kind;
  change.standin = shown.finding->standin;
  change.site = named_site(shown);
  change.old_runs =
      old_growth ? static_cast<int>(old_growth->members.size()) : 0;
  change.new_runs =
      new_growth ? static_cast<int>(new_growth->members.size()) : 0;
  set_rates(change, old_growth, new_growth);
  if (change.unit.empty()) change.unit = shown.finding->unit;
  if (!new_growth) {
    judge_gone(change, *old_growth, old_runs.size(), worst_limit(new_runs));
  } else if (!old_growth) {
    judge_new(change, before, *new_growth, new_runs.size(),
              worst_limit(old_runs));
  } else {
    judge_both(change, *new_growth);
  }
  return change;
}

// Worst first, and then as long as it is there.
int rank(const FindingChange& change) {
  if (change.fails) return 0;
  if (change.undecided) return 1;
  switch (change.change) {
    case ChangeKind::kNew:
    case ChangeKind::kPerhapsNew:
    case ChangeKind::kHigher:
      return 2;
    case ChangeKind::kGone:
    case ChangeKind::kLower:
      return 4;
    case ChangeKind::kSame:
    case ChangeKind::kUnclear:
      break;
  }
  return 3;
}

}  // namespace

bool grows(const Finding& finding) {
  switch (finding.kind) {
    case FindingClass::kLeak:
    case FindingClass::kTimeGrowth:
    case FindingClass::kDescriptors:
    case FindingClass::kUpstream:
    case FindingClass::kUndecided:
      return true;
    case FindingClass::kBounded:
    case FindingClass::kLingering:
    case FindingClass::kAllocatorRetained:
    case FindingClass::kPeakSized:
    case FindingClass::kChurn:
      break;
  }
  return false;
}

bool would_be_seen(const Finding& finding, const DetectionLimit& limit) {
  const bool in_heap = finding.kind == FindingClass::kLeak ||
                       finding.kind == FindingClass::kTimeGrowth ||
                       finding.kind == FindingClass::kUndecided;
  if (!in_heap || limit.connections.value <= 0) return true;
  // Survivors are what is seen, however large each is.
  if (finding.rate.objects_per_connection > 0)
    return finding.rate.objects_per_connection >= limit.objects_per_connection;
  return finding.rate.bytes_per_connection >= limit.bytes_per_connection;
}

std::optional<MeasuredRate> rate_per_unit(const Finding& finding) {
  return measured(finding, finding.unit, finding.rate.bytes_per_unit,
                  finding.rate.objects_per_unit);
}

std::optional<MeasuredRate> rate_per_connection(const Finding& finding) {
  return measured(finding, "connection", finding.rate.bytes_per_connection,
                  finding.rate.objects_per_connection);
}

DetectionLimit worst_limit(Runs runs) {
  DetectionLimit worst;
  for (const RunRecord& run : runs) {
    const DetectionLimit& limit = run.judgement->limit;
    worst.bytes_per_connection =
        std::max(worst.bytes_per_connection, limit.bytes_per_connection);
    worst.objects_per_connection =
        std::max(worst.objects_per_connection, limit.objects_per_connection);
    if (worst.connections.value == 0 || limit.connections < worst.connections)
      worst.connections = limit.connections;
  }
  return worst;
}

std::vector<FindingChange> compare_findings(Runs before, Runs after) {
  const std::map<std::string, Group> old_groups = groups_of(before);
  const std::map<std::string, Group> new_groups = groups_of(after);
  std::map<std::string, std::pair<const Group*, const Group*>> all;
  for (const auto& [key, group] : old_groups) all[key].first = &group;
  for (const auto& [key, group] : new_groups) all[key].second = &group;
  std::vector<FindingChange> changes;
  for (const auto& [key, both] : all) {
    const auto& [old_group, new_group] = both;
    const bool grew = (old_group && !old_group->members.empty()) ||
                      (new_group && !new_group->members.empty());
    if (grew) changes.push_back(change_of(old_group, new_group, before, after));
  }
  std::stable_sort(changes.begin(), changes.end(),
                   [](const FindingChange& a, const FindingChange& b) {
                     return rank(a) < rank(b);
                   });
  return changes;
}

}  // namespace tidemark
