#include "harness/verdict/clusters.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <utility>

#include "harness/verdict/phrases.h"
#include "harness/verdict/units.h"

namespace tidemark {
namespace {

constexpr double kTogether = 0.99;
// A ratio of counts is small if both its numbers are, or if one is a whole
// multiple of the other; counts may be so far from it.
constexpr int kSmall = 6;
constexpr double kNearRatio = 0.02;

bool grows(const Draft& draft) {
  return draft.finding.kind == FindingClass::kLeak ||
         draft.finding.kind == FindingClass::kTimeGrowth ||
         draft.finding.kind == FindingClass::kUndecided;
}

bool share_a_cycle(const Finding& a, const Finding& b) {
  if (a.rings.empty() || b.rings.empty()) return false;
  return a.rings.front().cycle <= b.rings.back().cycle &&
         b.rings.front().cycle <= a.rings.back().cycle;
}

bool share_a_size(const Draft& a, const Draft& b) {
  return std::any_of(a.sizes.begin(), a.sizes.end(), [&](Bytes size) {
    return std::find(b.sizes.begin(), b.sizes.end(), size) != b.sizes.end();
  });
}

// One of them is the same caller and size before it was zoomed.
bool continues(const Draft& a, const Draft& b) {
  return a.group == b.group && a.zoomed != b.zoomed && share_a_size(a, b) &&
         !share_a_cycle(a.finding, b.finding);
}

void add_rings(Finding& into, const Finding& from) {
  std::map<CycleIndex, FindingRing> rings;
  for (const FindingRing& ring : into.rings) rings[ring.cycle] = ring;
  for (const FindingRing& ring : from.rings) {
    const auto [place, added] = rings.try_emplace(ring.cycle, ring);
    if (added) continue;
    place->second.bytes += ring.bytes;
    place->second.objects += ring.objects;
  }
  into.rings.clear();
  for (const auto& [_, ring] : rings) into.rings.push_back(ring);
}

void add_rate(Rate& into, const Rate& from) {
  into.bytes_per_connection += from.bytes_per_connection;
  into.objects_per_connection += from.objects_per_connection;
  into.bytes_per_unit += from.bytes_per_unit;
  into.objects_per_unit += from.objects_per_unit;
  into.bytes_per_connection_low += from.bytes_per_connection_low;
  into.bytes_per_connection_high += from.bytes_per_connection_high;
  into.exact = into.exact && from.exact;
}

// Of what both left in the cycles that both cover.
double ratio_of(const Finding& a, const Finding& b) {
  double of_a = 0;
  double of_b = 0;
  for (const FindingRing& ring : a.rings) {
    const auto other = std::find_if(
        b.rings.begin(), b.rings.end(),
        [&](const FindingRing& r) { return r.cycle == ring.cycle; });
    if (other == b.rings.end()) continue;
    of_a += static_cast<double>(ring.objects.value);
    of_b += static_cast<double>(other->objects.value);
  }
  return of_b > 0 ? of_a / of_b : 0;
}

std::string module_of(const std::string& caller) {
  return caller.substr(0, caller.find('!'));
}

bool asks_for(const SiteCallers& callers, const std::string& function) {
  return std::find(callers.own.begin(), callers.own.end(), function) !=
         callers.own.end();
}

const SiteCallers* callers_at(const ClusterContext& context,
                              const FindingMember& member) {
  const auto found = context.callers.find(member.sites.front().site);
  return found == context.callers.end() || found->second.own.empty()
             ? nullptr
             : &found->second;
}

Naming naming_of(const ClusterContext& context, const Draft& draft) {
  if (draft.finding.sites.empty()) return Naming::kUsual;
  const auto found = context.callers.find(draft.finding.sites.front());
  return found == context.callers.end() ? Naming::kUsual : found->second.naming;
}

// A draft with what was merged into it. The ratios are to the first part.
struct Cluster {
  struct Part {
    Draft draft;
    std::size_t member;  // of `all`; a place seen twice has two parts
  };

  Draft all;
  std::vector<Part> parts;
};

const Cluster::Part* continued_part(const Cluster& cluster,
                                    const Draft& draft) {
  const auto part =
      std::find_if(cluster.parts.begin(), cluster.parts.end(),
                   [&](const auto& p) { return continues(p.draft, draft); });
  return part == cluster.parts.end() ? nullptr : &*part;
}

bool have_kin(const Finding& a, const Finding& b,
              const ClusterContext& context) {
  for (const FindingMember& one : a.members) {
    for (const FindingMember& other : b.members) {
      const SiteCallers* mine = callers_at(context, one);
      const SiteCallers* theirs = callers_at(context, other);
      if (!mine || !theirs || are_kin(*mine, *theirs)) return true;
    }
  }
  return false;
}

bool belong_together(const Cluster& a, const Cluster& b,
                     const ClusterContext& context) {
  const Finding& mine = a.all.finding;
  const Finding& theirs = b.all.finding;
  if (mine.kind != theirs.kind || mine.unit != theirs.unit || !grows(a.all)) {
    return false;
  }
  for (const Cluster::Part& part : b.parts) {
    if (continued_part(a, part.draft) != nullptr) return true;
  }
  double ratio = ratio_of(a.parts[0].draft.finding, b.parts[0].draft.finding);
  if (ratio == 0) ratio = ratio_of(mine, theirs);
  return ring_correlation(mine, theirs) >= kTogether && is_small_ratio(ratio) &&
         have_kin(mine, theirs, context);
}

template <class T>
void append(std::vector<T>& into, const std::vector<T>& from) {
  into.insert(into.end(), from.begin(), from.end());
}

// The last `count` to the front.
template <class T>
void bring_forward(std::vector<T>& items, std::size_t count) {
  std::rotate(items.begin(), items.end() - static_cast<std::ptrdiff_t>(count),
              items.end());
}

// The same place before its zoom, or after it: the same growth in other
// cycles. The zoomed entry has the stack and names the place.
void add_continuation(Cluster& into, const Draft& from, std::size_t place) {
  FindingMember& member = into.all.finding.members[place];
  const FindingMember& other = from.finding.members.front();
  member.residue += other.residue;
  member.objects += other.objects;
  append(member.sites, other.sites);
  if (!from.zoomed) return;
  bring_forward(member.sites, other.sites.size());
  if (place != 0) return;
  bring_forward(into.all.finding.sites, from.finding.sites.size());
  into.all.zoomed = true;
}

void add_place(Cluster& into, const Draft& from) {
  append(into.all.finding.members, from.finding.members);
  add_rate(into.all.finding.rate, from.finding.rate);
  into.all.zoomed = into.all.zoomed && from.zoomed;
  append(into.all.objects_per_unit, from.objects_per_unit);
}

void add_part(Cluster& into, const Draft& from) {
  Finding& finding = into.all.finding;
  const Cluster::Part* part = continued_part(into, from);
  const std::size_t place = part ? part->member : finding.members.size();
  add_rings(finding, from.finding);
  append(finding.sites, from.finding.sites);
  finding.residue += from.finding.residue;
  finding.objects += from.finding.objects;
  append(into.all.sizes, from.sizes);
  into.all.confidence = std::max(into.all.confidence, from.confidence);
  if (part != nullptr)
    add_continuation(into, from, place);
  else
    add_place(into, from);
  into.parts.push_back({from, place});
}

void scale(Rate& rate, double factor) {
  for (double* part :
       {&rate.bytes_per_connection, &rate.objects_per_connection,
        &rate.bytes_per_unit, &rate.objects_per_unit,
        &rate.bytes_per_connection_low, &rate.bytes_per_connection_high})
    *part *= factor;
}

// Whether it is too little to be told for itself, and the same function asked
// for blocks of the same size: an event loop comes to it by several paths.
bool is_rest_of(const Cluster& leak, const Cluster& rest,
                const ClusterContext& context) {
  const Finding& mine = leak.all.finding;
  const Finding& theirs = rest.all.finding;
  if (mine.kind != FindingClass::kLeak || mine.rate.exact ||
      theirs.kind != FindingClass::kUndecided || mine.members.size() != 1 ||
      theirs.members.size() != 1 || theirs.objects >= mine.objects ||
      !share_a_size(leak.all, rest.all))
    return false;
  const SiteCallers* one = callers_at(context, mine.members.front());
  const SiteCallers* other = callers_at(context, theirs.members.front());
  return one && other && one->whole && other->whole &&
         one->own.front() == other->own.front();
}

void add_rest(Cluster& leak, const Draft& rest) {
  Finding& finding = leak.all.finding;
  const double factor = 1 + static_cast<double>(rest.finding.objects.value) /
                                static_cast<double>(finding.objects.value);
  scale(finding.rate, factor);
  FindingMember& member = finding.members.front();
  member.bytes_per_unit *= factor;
  member.objects_per_unit *= factor;
  member.residue += rest.finding.residue;
  member.objects += rest.finding.objects;
  append(member.sites, rest.finding.members.front().sites);
  add_rings(finding, rest.finding);
  append(finding.sites, rest.finding.sites);
  finding.residue += rest.finding.residue;
  finding.objects += rest.finding.objects;
  finding.explanation += fmt::format(
      "; and {} by another path of calls to the same function",
      say_count(static_cast<double>(rest.finding.objects.value), "block"));
}

void take_in_rests(std::vector<Cluster>& clusters,
                   const ClusterContext& context) {
  std::vector<Cluster> kept;
  std::vector<Cluster> rests;
  for (const Cluster& cluster : clusters) {
    const bool has_home =
        std::any_of(clusters.begin(), clusters.end(), [&](const Cluster& leak) {
          return is_rest_of(leak, cluster, context);
        });
    (has_home ? rests : kept).push_back(cluster);
  }
  for (const Cluster& rest : rests) {
    // A leak is never a rest: its home was kept.
    const auto home = std::find_if(
        kept.begin(), kept.end(),
        [&](const Cluster& leak) { return is_rest_of(leak, rest, context); });
    if (home != kept.end()) add_rest(*home, rest.all);
  }
  clusters = std::move(kept);
}

void say_what_is_with_it(Draft& draft) {
  const std::size_t more = draft.finding.members.size() - 1;
  if (more == 0) return;
  draft.finding.explanation += fmt::format(
      "; {} with it, {} per {} in all",
      more == 1 ? std::string("1 more site grows")
                : fmt::format("{} more sites grow", more),
      say_bytes(draft.finding.rate.bytes_per_unit), draft.finding.unit);
}

// Where each connection sends as many messages, no cycle tells so many blocks
// per connection from some per message, unless something of the same leak is
// there that is no multiple of them.
void suspect_messages(Draft& draft, std::span<const Dose> doses) {
  Finding& finding = draft.finding;
  const std::vector<double>& all = draft.objects_per_unit;
  const std::optional<int> messages = messages_per_connection(doses);
  if (finding.unit != "connection" || all.empty() || !messages ||
      *messages < 2) {
    return;
  }
  if (std::any_of(all.begin(), all.end(), [&](double each) {
        return each <= 0 || std::fmod(each, *messages) != 0;
      })) {
    return;
  }
  const std::string& message = doses.front().message;
  finding.rivals.push_back(message);
  finding.explanation += fmt::format(
      "; perhaps {} per {}", say_number(all.front() / *messages), message);
}

FindingMember as_member(const Finding& finding) {
  FindingMember member;
  member.bytes_per_unit = finding.rate.bytes_per_unit;
  member.objects_per_unit = finding.rate.objects_per_unit;
  member.residue = finding.residue;
  member.objects = finding.objects;
  for (SiteId site : finding.sites) member.sites.push_back({site, {}, {}});
  return member;
}

}  // namespace

bool is_small_ratio(double ratio) {
  if (ratio <= 0) return false;
  const double up = std::max(ratio, 1 / ratio);
  for (int below = 1; below <= kSmall; ++below) {
    const double above = std::round(up * below);
    if (below > 1 && above > kSmall) break;
    if (std::abs(up * below - above) <= kNearRatio * above) return true;
  }
  return false;
}

bool are_kin(const SiteCallers& a, const SiteCallers& b) {
  if (a.own.empty() || b.own.empty()) return true;
  if (asks_for(a, b.own.front()) || asks_for(b, a.own.front())) return true;
  if (module_of(a.own.front()) != module_of(b.own.front())) return false;
  // One was never seen with its whole stack: nothing speaks against it.
  if ((!a.whole && a.own.size() < 2) || (!b.whole && b.own.size() < 2)) {
    return true;
  }
  return a.own.size() > 1 && b.own.size() > 1 && a.own[1] == b.own[1];
}

double ring_correlation(const Finding& a, const Finding& b) {
  std::vector<std::pair<double, double>> both;
  for (const FindingRing& ring : a.rings) {
    const auto other = std::find_if(
        b.rings.begin(), b.rings.end(),
        [&](const FindingRing& r) { return r.cycle == ring.cycle; });
    if (other == b.rings.end()) continue;
    both.emplace_back(static_cast<double>(ring.objects.value),
                      static_cast<double>(other->objects.value));
  }
  if (both.size() < 3) return 0;
  const double n = static_cast<double>(both.size());
  double mean_x = 0;
  double mean_y = 0;
  for (const auto& [x, y] : both) {
    mean_x += x / n;
    mean_y += y / n;
  }
  double xx = 0;
  double yy = 0;
  double xy = 0;
  for (const auto& [x, y] : both) {
    xx += (x - mean_x) * (x - mean_x);
    yy += (y - mean_y) * (y - mean_y);
    xy += (x - mean_x) * (y - mean_y);
  }
  if (xx <= 0 || yy <= 0) return 0;
  return xy / std::sqrt(xx * yy);
}

std::vector<Draft> merge_covarying(std::vector<Draft> drafts,
                                   const ClusterContext& context) {
  std::stable_sort(
      drafts.begin(), drafts.end(), [&](const Draft& a, const Draft& b) {
        return std::pair(naming_of(context, a), b.finding.residue) <
               std::pair(naming_of(context, b), a.finding.residue);
      });
  for (Draft& draft : drafts) {
    draft.finding.members.assign(1, as_member(draft.finding));
  }
  std::vector<Cluster> clusters;
  for (Draft& draft : drafts) clusters.push_back({draft, {{draft, 0}}});
  // What comes in may be kin of what was refused before.
  for (bool again = true; again;) {
    again = false;
    for (std::size_t i = 1; i < clusters.size(); ++i) {
      const auto end = clusters.begin() + static_cast<std::ptrdiff_t>(i);
      const auto home =
          std::find_if(clusters.begin(), end, [&](const Cluster& other) {
            return belong_together(other, clusters[i], context);
          });
      if (home == end) continue;
      for (const Cluster::Part& part : clusters[i].parts) {
        add_part(*home, part.draft);
      }
      clusters.erase(end);
      --i;
      again = true;
    }
  }
  take_in_rests(clusters, context);
  std::vector<Draft> merged;
  for (Cluster& cluster : clusters) {
    say_what_is_with_it(cluster.all);
    suspect_messages(cluster.all, context.doses);
    merged.push_back(std::move(cluster.all));
  }
  return merged;
}

}  // namespace tidemark
