#include "harness/run/retainers.h"

#include <memory>
#include <unordered_map>

#include "harness/retention/processes.h"
#include "harness/retention/who_holds.h"
#include "harness/run/summary.h"

namespace tidemark {
namespace {

constexpr std::size_t kMostPaths = 16;  // of a finding
constexpr std::size_t kMostPathsOfAll = 64;
constexpr std::size_t kAllocatedShown = 30;

// By site, the first finding that names it: it is the worse one.
std::unordered_map<SiteId, std::uint32_t> findings_by_site(
    const std::vector<Finding>& findings) {
  std::unordered_map<SiteId, std::uint32_t> by_site;
  for (std::uint32_t i = 0; i < findings.size(); ++i) {
    if (!has_holders(findings[i])) continue;
    for (const SiteId site : findings[i].sites) by_site.try_emplace(site, i);
  }
  return by_site;
}

// Of a runtime that knows its own objects.
Result<std::optional<Retainers>> ask_the_runtime(
    const std::vector<Finding>& findings, CycleIndex baseline, HeapProbe& probe,
    Duration timeout) {
  std::vector<std::vector<SiteId>> sites;
  for (const Finding& finding : findings) {
    sites.emplace_back();
    if (has_holders(finding) || finding.unit == kOpenConnection)
      sites.back() = finding.sites;
  }
  Result<std::optional<RuntimeHoldings>> told =
      probe.who_holds(sites, baseline, timeout);
  TIDEMARK_TRY(told);
  if (!*told) return std::nullopt;
  Retainers retainers;
  retainers.all = std::move((*told)->all);
  retainers.of_findings = std::move((*told)->of_sites);
  retainers.of_findings.resize(findings.size());
  return retainers;
}

}  // namespace

std::function<SiteId(SiteId)> alike_by_caller(const HeapSnapshot& heap) {
  std::unordered_map<SiteId, SiteId> first_of_group;
  auto of_site = std::make_shared<std::unordered_map<SiteId, SiteId>>();
  for (const SiteBrief& brief : heap.sites)
    (*of_site)[brief.id] =
        first_of_group.try_emplace(brief.group, brief.id).first->second;
  return [of_site](SiteId site) {
    const auto known = of_site->find(site);
    return known == of_site->end() ? site : known->second;
  };
}

bool has_holders(const Finding& finding) {
  return !finding.sites.empty() && finding.objects.value > 0 &&
         finding.unit != kOpenConnection;
}

Result<std::optional<Retainers>> find_retainers(
    const std::vector<Finding>& findings, CycleIndex baseline,
    const HeapSnapshot& heap, HeapProbe& probe, Duration timeout) {
  auto copies = probe.freeze(timeout);
  if (!copies) return fail(std::move(copies).error());
  if (copies->empty())
    return ask_the_runtime(findings, baseline, probe, timeout);
  const auto by_site = findings_by_site(findings);
  const auto alike = alike_by_caller(heap);
  std::unordered_map<SiteId, SiteId> groups;
  for (const SiteBrief& brief : heap.sites) groups[brief.id] = brief.group;
  std::vector<Question> questions(2);
  questions[0].findings = 1;
  questions[0].finding_of = [](const LiveBlock&) -> std::optional<uint32_t> {
    return 0;
  };
  questions[1].findings = static_cast<std::uint32_t>(findings.size());
  questions[1].finding_of =
      [&](const LiveBlock& block) -> std::optional<std::uint32_t> {
    // What pins pages does so at any age, and may be told by its caller.
    const auto pins = [&](auto known) {
      return known != by_site.end() &&
             findings[known->second].kind == FindingClass::kAllocatorRetained;
    };
    auto known = by_site.find(block.site);
    if (known != by_site.end() && (block.born > baseline || pins(known)))
      return known->second;
    if (const auto group = groups.find(block.site); group != groups.end())
      known = by_site.find(group->second);
    if (!pins(known)) return std::nullopt;
    return known->second;
  };
  for (Question& question : questions) {
    question.alike = alike;
    question.most_paths = kMostPaths;
    question.by_bytes = true;
  }
  questions[0].most_paths = kMostPathsOfAll;

  std::vector<Retention> all;
  std::vector<std::vector<Retention>> of_findings(findings.size());
  for (std::unique_ptr<FrozenHeap>& copy : *copies) {
    auto answers = who_holds(*copy, questions);
    if (!answers) return fail(std::move(answers).error());
    TIDEMARK_TRY(copy->intact());
    all.push_back(std::move((*answers)[0][0]));
    for (std::size_t i = 0; i < findings.size(); ++i)
      of_findings[i].push_back(std::move((*answers)[1][i]));
    copy.reset();  // each keeps a process
  }
  Retainers retainers;
  retainers.all = add_up(all, kMostPathsOfAll);
  for (const std::vector<Retention>& of_finding : of_findings)
    retainers.of_findings.push_back(add_up(of_finding, kMostPaths));
  return retainers;
}

void describe_holders(RunRecord& record, const Retention& retention,
                      HeapProbe& probe) {
  for (const RetainingPath& path : retention.paths)
    for (const Holder& holder : path.holders)
      describe_once(record, holder.site, probe);
}

void note_holdings(RunRecord& record, const HeapSnapshot& heap,
                   const Retention* all, HeapProbe& probe) {
  if (all) {
    record.held = *all;
    describe_holders(record, *all, probe);
  }
  record.allocated = largest_holders(heap, kAllocatedShown);
  for (const LastHeld& held : record.allocated)
    describe_once(record, held.site, probe);
}

}  // namespace tidemark
