#include "harness/compare/baseline.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "harness/compare/findings.h"

namespace tidemark {
namespace {

// Of a rate in the finding's unit, in objects where it is in bytes, too.
GrowthBound bound_of(const MeasuredRate& measured, double bytes,
                     double objects) {
  const double room = 1 + kLeastRateChange;
  const double wider = measured.rate.high / measured.rate.value * room;
  return {bytes * wider, objects * wider};
}

const Finding* find(const RunRecord& record, const std::string& fingerprint) {
  for (const Finding& finding : record.judgement->findings)
    if (grows(finding) && finding.fingerprint == fingerprint) return &finding;
  return nullptr;
}

// Whether `now` bounds it lower. With another unit they cannot be compared.
bool is_lower(const Finding& now, const Finding& known) {
  const std::optional<MeasuredRate> new_rate = rate_per_unit(now);
  const std::optional<MeasuredRate> old_rate = rate_per_unit(known);
  return new_rate && old_rate && new_rate->unit == old_rate->unit &&
         new_rate->in_bytes == old_rate->in_bytes &&
         new_rate->rate.high < old_rate->rate.high;
}

// All that does not name sites, whose numbers are each record's own.
void take_figures(Finding& known, const Finding& now) {
  known.kind = now.kind;
  known.rate = now.rate;
  known.rings = now.rings;
  known.residue = now.residue;
  known.objects = now.objects;
  known.explanation = now.explanation;
  known.members.clear();
  known.retention.reset();
}

}  // namespace

std::vector<SuppressionRule> known_rules(const RunRecord& baseline,
                                         const std::string& where) {
  std::vector<SuppressionRule> rules;
  if (!baseline.judgement) return rules;
  for (const Finding& finding : baseline.judgement->findings) {
    if (!grows(finding) || finding.fingerprint.empty()) continue;
    SuppressionRule rule;
    rule.where = where;
    rule.fingerprint = finding.fingerprint;
    rule.kind = SuppressionKind::kKnown;
    const Rate& rate = finding.rate;
    if (const auto measured = rate_per_unit(finding)) {
      rule.unit = measured->unit;
      rule.per_unit =
          bound_of(*measured, rate.bytes_per_unit, rate.objects_per_unit);
    }
    if (const auto measured = rate_per_connection(finding))
      rule.per_connection = bound_of(*measured, rate.bytes_per_connection,
                                     rate.objects_per_connection);
    if (rule.per_unit || rule.per_connection) rules.push_back(std::move(rule));
  }
  return rules;
}

std::optional<Tightened> tightened(const RunRecord& baseline,
                                   const RunRecord& now) {
  Tightened result{baseline, 0, 0};
  Judgement& judgement = *result.baseline.judgement;
  std::erase_if(judgement.findings, [&](Finding& known) {
    if (!grows(known) || known.fingerprint.empty()) return false;
    const Finding* found = find(now, known.fingerprint);
    if (found == nullptr) {
      const bool gone = would_be_seen(known, now.judgement->limit);
      if (gone) ++result.gone;
      return gone;
    }
    if (is_lower(*found, known)) {
      take_figures(known, *found);
      ++result.lower;
    }
    return false;
  });
  if (result.lower + result.gone == 0) return std::nullopt;
  const bool fails =
      std::any_of(judgement.findings.begin(), judgement.findings.end(),
                  [](const Finding& finding) { return finding.fails; });
  if (judgement.outcome == Outcome::kLeak && !fails)
    judgement.outcome = Outcome::kPass;
  judgement.reason =
      fmt::format("what was known, as of a run at {}", now.started_at);
  return result;
}

}  // namespace tidemark
