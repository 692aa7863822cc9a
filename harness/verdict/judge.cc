#include "harness/verdict/judge.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "harness/verdict/bursts.h"
#include "harness/verdict/churn.h"
#include "harness/verdict/classify.h"
#include "harness/verdict/clusters.h"
#include "harness/verdict/containers.h"
#include "harness/verdict/descriptors.h"
#include "harness/verdict/limit.h"
#include "harness/verdict/outcome.h"
#include "harness/verdict/peak.h"
#include "harness/verdict/phrases.h"
#include "harness/verdict/retained.h"
#include "harness/verdict/rings.h"
#include "harness/verdict/sampled.h"
#include "harness/verdict/upstreams.h"

namespace tidemark {
namespace {

// The hunt through the sites. Series leave `rest` as they are explained, so
// that each block is counted once.
class Hunt {
 public:
  Hunt(const Evidence& evidence, const std::vector<Dose>& doses)
      : doses_(doses), book_(evidence, doses), rest_(book_.series()) {}

  void run() {
    // What fits in every cycle first. Stacks that part only near the root
    // take turns at random; together they are as exact as the place is, and
    // the stack that takes most turns must not be judged without the others.
    take_each(classify_without_exception);
    for (std::size_t i = 0; i < std::size(kPrefixFrames); ++i)
      take_pools(by_prefix_and_size(i), classify_without_exception);
    take_each(classify_exactly);
    for (std::size_t i = 0; i < std::size(kPrefixFrames); ++i)
      take_pools(by_prefix_and_size(i), classify_exactly);
    take_pools(by_stack, classify_exactly);
    for (std::size_t i = 0; i < std::size(kPrefixFrames); ++i)
      take_pools(by_prefix(i), classify_exactly);
    take_pools(by_group, classify_exactly);
    take_each([this](const Series& series, std::span<const Dose> doses) {
      return classify_other_half(series, doses, drafts_);
    });
    // Strings of many lengths from one place: the place grows, not a length.
    take_pools(by_stack, classify);
    for (std::size_t i = 0; i < std::size(kPrefixFrames); ++i)
      take_pools(by_prefix_and_size(i), classify, Wanted::kGrowth);
    find_spread_within_groups();
    take_each(classify);
    doubt_few_among_many(find_spread());
  }

  const std::vector<Draft>& drafts() const { return drafts_; }
  const std::vector<Series>& noise() const { return rest_; }
  const RingBook& book() const { return book_; }

 private:
  using Rule = std::optional<Draft> (*)(const Series&, std::span<const Dose>);
  // The last is a size, or kAnySize.
  using Key = std::tuple<MemoryKind, std::uint32_t, Bytes>;
  using KeyOf = std::function<std::optional<Key>(const Series&)>;
  static constexpr Bytes kAnySize{-1};
  enum class Wanted { kAll, kGrowth, kDoubt };  // of pools; doubt: or growth

  // Growth only where every cycle left what the rate says.
  static std::optional<Draft> classify_without_exception(
      const Series& series, std::span<const Dose> doses) {
    std::optional<Draft> draft = classify_exactly(series, doses);
    const bool grows =
        draft && (draft->finding.kind == FindingClass::kLeak ||
                  draft->finding.kind == FindingClass::kTimeGrowth);
    if (grows && !draft->finding.rate.exact) return std::nullopt;
    return draft;
  }

  static std::optional<Key> by_stack(const Series& series) {
    if (series.stack == 0) return std::nullopt;
    return Key{series.kind, series.stack, kAnySize};
  }
  static KeyOf by_prefix(std::size_t i) {
    return [i](const Series& series) -> std::optional<Key> {
      if (series.prefixes.size() <= i) return std::nullopt;
      return Key{series.kind, series.prefixes[i], kAnySize};
    };
  }
  static KeyOf by_prefix_and_size(std::size_t i) {
    return [i](const Series& series) -> std::optional<Key> {
      if (series.prefixes.size() <= i) return std::nullopt;
      return Key{series.kind, series.prefixes[i], series.size};
    };
  }
  static std::optional<Key> by_group_and_size(const Series& series) {
    return Key{series.kind, series.group, series.size};
  }
  static std::optional<Key> by_group(const Series& series) {
    return Key{series.kind, series.group, kAnySize};
  }

  static bool is_wanted(FindingClass kind, Wanted wanted) {
    if (wanted == Wanted::kAll || kind == FindingClass::kLeak ||
        kind == FindingClass::kTimeGrowth) {
      return true;
    }
    return wanted == Wanted::kDoubt && kind == FindingClass::kUndecided;
  }

  template <class AnyRule>
  void take_each(AnyRule rule) {
    std::vector<Series> rest;
    for (Series& series : rest_) {
      if (std::optional<Draft> draft = rule(series, doses_)) {
        drafts_.push_back(std::move(*draft));
      } else {
        rest.push_back(std::move(series));
      }
    }
    rest_ = std::move(rest);
  }

  std::map<Key, std::vector<const Series*>> pools(const KeyOf& key_of) const {
    std::map<Key, std::vector<const Series*>> pools;
    for (const Series& series : rest_) {
      if (const auto key = key_of(series)) pools[*key].push_back(&series);
    }
    std::erase_if(pools, [](const auto& p) { return p.second.size() < 2; });
    return pools;
  }

  void take_pools(const KeyOf& key_of, Rule rule,
                  Wanted wanted = Wanted::kAll) {
    std::set<SiteId> explained;
    for (const auto& [_, members] : pools(key_of)) {
      const Series sum = book_.pool(members);
      std::optional<Draft> draft = rule(sum, doses_);
      if (!draft) continue;
      if (!is_wanted(draft->finding.kind, wanted)) continue;
      draft->sizes.clear();
      for (const Series* member : members) draft->sizes.push_back(member->size);
      explained.insert(sum.sites.begin(), sum.sites.end());
      drafts_.push_back(std::move(*draft));
    }
    std::erase_if(rest_, [&](const Series& series) {
      return explained.contains(series.sites.front());
    });
  }

  // A caller whose sizes each show too little to go by.
  void find_spread_within_groups() {
    std::vector<Series> telling;
    std::vector<Series> weak;
    for (Series& series : rest_) {
      const std::optional<Draft> alone = classify(series, doses_);
      const bool decided =
          alone && alone->finding.kind != FindingClass::kUndecided;
      (decided ? telling : weak).push_back(std::move(series));
    }
    rest_ = std::move(weak);
    // One caller and size before its zoom and after: too few in either.
    take_pools(by_group_and_size, classify, Wanted::kDoubt);
    take_pools(by_group, classify, Wanted::kGrowth);
    rest_.insert(rest_.end(), std::make_move_iterator(telling.begin()),
                 std::make_move_iterator(telling.end()));
  }

  // What no site shows on its own may still be growth all together: said,
  // but not blamed on anybody.
  // Returns of how many sites; 0: they do not.
  std::size_t find_spread() {
    if (rest_.size() < 2) return 0;
    Series sum;
    sum.rings.resize(doses_.size());
    sum.levels.resize(doses_.size() + 1);
    sum.one_size = false;
    for (const Series& series : rest_) {
      sum.sites.push_back(series.sites.front());
      sum.residue.objects += series.residue.objects;
      sum.residue.bytes += series.residue.bytes;
      for (std::size_t i = 0; i < series.rings.size(); ++i) {
        sum.rings[series.first + i].objects += series.rings[i].objects;
        sum.rings[series.first + i].bytes += series.rings[i].bytes;
      }
      for (std::size_t s = 0; s < sum.levels.size(); ++s) {
        if (s < series.first) continue;
        const std::size_t i =
            std::min(s - series.first, series.levels.size() - 1);
        sum.levels[s] += series.levels[i];
      }
    }
    std::optional<Draft> draft = classify(sum, doses_);
    if (!draft || draft->finding.kind != FindingClass::kLeak) return 0;
    leave_undecided(*draft,
                    fmt::format("{} sites, none of which shows enough on its "
                                "own, grow together: {}",
                                rest_.size(), draft->finding.explanation));
    drafts_.push_back(std::move(*draft));
    return rest_.size();
  }

  static void leave_undecided(Draft& draft, std::string why) {
    draft.finding.kind = FindingClass::kUndecided;
    draft.finding.rate.bytes_per_connection_low = 0;
    draft.finding.explanation = std::move(why);
  }

  // Of forty places that fill up one has a dozen events in good order by
  // chance: each that grows undecided beside a leak asks for one event more.
  void doubt_few_among_many(std::size_t spread) {
    const std::size_t beside =
        spread +
        std::count_if(drafts_.begin(), drafts_.end(), [](const Draft& draft) {
          return draft.finding.kind == FindingClass::kUndecided;
        });
    const double wanted =
        std::min(kFewestEvents + static_cast<double>(beside), kCourseEvents);
    for (Draft& draft : drafts_) {
      if (draft.finding.kind != FindingClass::kLeak || draft.events <= 0 ||
          draft.events >= wanted)
        continue;
      leave_undecided(
          draft,
          fmt::format(
              "{}; where {} more grow undecided, one may show that by chance",
              draft.finding.explanation, beside));
    }
  }

  const std::vector<Dose>& doses_;
  RingBook book_;
  std::vector<Series> rest_;
  std::vector<Draft> drafts_;
};

// What was called bounded for being few.
std::vector<DismissedBlocks> dismissed_of(const std::vector<Draft>& drafts) {
  std::vector<DismissedBlocks> dismissed;
  for (const Draft& draft : drafts) {
    const Finding& finding = draft.finding;
    if (finding.kind != FindingClass::kBounded || finding.objects.value <= 0 ||
        finding.objects.value > kDismissed)
      continue;
    dismissed.push_back({static_cast<double>(finding.objects.value),
                         static_cast<double>(finding.residue.value)});
  }
  return dismissed;
}

void fill_in_shares(const RingBook& book, Finding& finding) {
  for (FindingMember& member : finding.members) {
    for (SiteShare& share : member.sites) {
      const Tally tally = book.residue_of(share.site);
      share.bytes = tally.bytes;
      share.objects = tally.objects;
    }
  }
}

bool is_worse(const Finding& a, const Finding& b) {
  if (a.fails != b.fails) return a.fails;
  // What stays open explains the memory that it holds.
  const bool a_open = a.kind == FindingClass::kUpstream;
  const bool b_open = b.kind == FindingClass::kUpstream;
  if (a.fails && a_open != b_open) return a_open;
  const bool a_grows = a.kind == FindingClass::kUndecided;
  const bool b_grows = b.kind == FindingClass::kUndecided;
  if (a_grows != b_grows) return a_grows;
  if (a.residue != b.residue) return a.residue > b.residue;
  return a.objects > b.objects;
}

}  // namespace

// Containers that grow without more blocks are looked for where no block is
// left behind: else they are the tables of what is.
void add_containers(const Evidence& evidence, const std::vector<Dose>& doses,
                    std::vector<Draft>& drafts) {
  const bool leaks =
      std::any_of(drafts.begin(), drafts.end(), [](const Draft& draft) {
        return draft.finding.kind == FindingClass::kLeak;
      });
  // One block that a larger one replaces has no share in samples.
  if (leaks || evidence.sample_period.value > 1) return;
  for (Draft& found : containers_that_grow(evidence, doses)) {
    const SiteId site = found.finding.sites.front();
    std::erase_if(drafts, [site](const Draft& draft) {
      return draft.finding.sites.front() == site;
    });
    drafts.push_back(std::move(found));
  }
}

Judgement judge(const Evidence& evidence, const Excuse& excuse) {
  Judgement judgement;
  const std::vector<Dose> doses = measured_doses(evidence);
  double confidence = 0;
  Bytes live_growth;
  if (evidence.has_heap) {
    Hunt hunt(evidence, doses);
    hunt.run();
    live_growth = hunt.book().live_growth();
    std::vector<Draft> drafts = hunt.drafts();
    add_containers(evidence, doses, drafts);
    excuse_bursts(drafts, evidence.callers);
    judgement.limit =
        detection_limit(hunt.noise(), dismissed_of(drafts), doses);
    to_estimates(evidence, judgement.limit);
    to_estimates(evidence, hunt.book(), drafts);
    drafts = merge_covarying(std::move(drafts), {doses, evidence.callers});
    for (Draft& draft : drafts) fill_in_shares(hunt.book(), draft.finding);
    tell_estimates(evidence, drafts);
    apply_budgets(evidence.expect, drafts);
    for (Draft& draft : drafts) {
      if (draft.finding.kind == FindingClass::kUndecided) {
        confidence = std::max(confidence, draft.confidence);
      }
      judgement.findings.push_back(std::move(draft.finding));
    }
    if (const auto peak = peak_finding(evidence)) {
      judgement.findings.push_back(*peak);
    }
    for (Finding& finding : peak_sized_findings(evidence)) {
      judgement.findings.push_back(std::move(finding));
    }
    if (auto churn = churn_finding(evidence)) {
      judgement.findings.push_back(*std::move(churn));
    }
  } else {
    judgement.limit = detection_limit({}, {}, doses);
    judgement.limit.bytes_per_connection = 0;
    judgement.limit.objects_per_connection = 0;
  }
  for (Finding& finding : upstream_findings(evidence, doses)) {
    judgement.findings.push_back(std::move(finding));
  }
  for (Finding& finding : descriptor_findings(evidence, doses)) {
    judgement.findings.push_back(std::move(finding));
  }
  // The kernel's figure alone where there is no account of it.
  std::vector<Finding> memory =
      evidence.memory.empty() ? memory_findings(evidence, live_growth, doses)
                              : retained_findings(evidence, judgement.findings);
  for (Finding& finding : memory) {
    judgement.findings.push_back(std::move(finding));
  }
  if (excuse) {
    excuse(judgement.findings, judgement.limit);
    forgive_the_rest(evidence.expect, judgement.findings);
  }
  std::stable_sort(judgement.findings.begin(), judgement.findings.end(),
                   is_worse);
  decide(evidence, confidence, judgement);
  return judgement;
}

}  // namespace tidemark
