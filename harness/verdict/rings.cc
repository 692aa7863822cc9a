#include "harness/verdict/rings.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

namespace tidemark {
namespace {

const CycleFacts* facts_after(const Evidence& evidence, std::size_t at) {
  return at + 1 < evidence.cycles.size() ? &evidence.cycles[at + 1] : nullptr;
}

double as_double(Count count) { return static_cast<double>(count.value); }

}  // namespace

std::vector<Dose> measured_doses(const Evidence& evidence) {
  std::vector<Dose> doses;
  for (std::size_t i = 0; i < evidence.cycles.size(); ++i) {
    const CycleFacts& facts = evidence.cycles[i];
    if (facts.index <= evidence.baseline) continue;
    Dose dose;
    dose.cycle = facts.index;
    dose.kind = facts.kind;
    dose.early = as_double(facts.load.early_closed);
    double ended = dose.early;
    for (const auto& [way, count] : facts.load.closed) {
      dose.closed[way] = as_double(count);
      ended += as_double(count);
    }
    // Some ways end before the handshake does: those were never opened.
    dose.connections = std::max(as_double(facts.load.opened), ended);
    dose.failed = as_double(facts.load.failed);
    dose.messages = as_double(facts.load.messages_sent);
    dose.message = evidence.message;
    const CycleFacts* next = facts_after(evidence, i);
    const Duration end = next != nullptr ? next->started : facts.finished;
    dose.seconds = to_seconds(end - facts.started);
    // Evidence without clock readings: count in cycles.
    if (dose.seconds <= 0) dose.seconds = 1;
    doses.push_back(dose);
  }
  return doses;
}

RingBook::RingBook(const Evidence& evidence, const std::vector<Dose>& doses)
    : evidence_(evidence), doses_(doses) {
  views_.reserve(evidence.sites.size());
  for (const SiteEvidence& site : evidence.sites) {
    places_[site.site] = views_.size();
    views_.push_back(view_of(site));
  }
  for (const LingerReading& reading : evidence.linger) {
    looks_[reading.waited][reading.site] += as_double(reading.objects);
  }
  set_windows();
  sum_losses();
}

RingBook::View RingBook::view_of(const SiteEvidence& site) const {
  View view;
  view.site = &site;
  view.final_rings.resize(doses_.size());
  view.young.resize(doses_.size() + 1);
  view.old.resize(doses_.size() + 1);
  const auto place_of = [&](CycleIndex cycle) {
    std::size_t i = 0;
    while (i < doses_.size() && doses_[i].cycle != cycle) ++i;
    return i;
  };
  double old_bytes_first = 0;
  double old_bytes_last = 0;
  for (const RingReading& reading : site.readings) {
    const bool is_baseline = reading.after == evidence_.baseline;
    const std::size_t at = place_of(reading.after);
    if (!is_baseline && at == doses_.size()) continue;
    const std::size_t snapshot = is_baseline ? 0 : at + 1;
    const bool is_last = snapshot == doses_.size();
    if (reading.born <= evidence_.baseline) {
      view.old[snapshot] += as_double(reading.objects);
      const double bytes = static_cast<double>(reading.bytes.value);
      if (is_baseline) old_bytes_first += bytes;
      if (is_last) old_bytes_last += bytes;
      continue;
    }
    view.young[snapshot] += as_double(reading.objects);
    const std::size_t born = place_of(reading.born);
    if (!is_last || born == doses_.size()) continue;
    view.final_rings[born].objects += reading.objects;
    view.final_rings[born].bytes += reading.bytes;
    view.residue.objects += reading.objects;
    view.residue.bytes += reading.bytes;
  }
  view.old_bytes_lost = old_bytes_first - old_bytes_last;
  return view;
}

// A site speaks for the cycles since it is known; a caller's unzoomed entry
// only for those before its zoom, unless it has survivors born later.
void RingBook::set_windows() {
  std::map<std::uint32_t, CycleIndex> zoomed_since;
  for (const View& view : views_) {
    if (!view.site->zoomed) continue;
    const CycleIndex since = view.site->known_since;
    const auto [entry, added] =
        zoomed_since.try_emplace(view.site->group, since);
    if (!added) entry->second = std::min(entry->second, since);
  }
  for (View& view : views_) {
    view.end = doses_.size();
    while (view.begin < doses_.size() &&
           doses_[view.begin].cycle < view.site->known_since &&
           view.final_rings[view.begin].objects.value == 0) {
      ++view.begin;
    }
    const auto zoom = zoomed_since.find(view.site->group);
    if (view.site->zoomed || zoom == zoomed_since.end()) continue;
    std::size_t last = doses_.size();
    while (last > 0 && doses_[last - 1].cycle >= zoom->second &&
           view.final_rings[last - 1].objects.value == 0) {
      --last;
    }
    if (last == 0 || doses_[last - 1].cycle < zoom->second) view.end = last;
    view.begin = std::min(view.begin, view.end);
  }
}

void RingBook::sum_losses() {
  for (const View& view : views_) {
    const SiteEvidence& site = *view.site;
    for (const Bytes size : {site.size, kAllSizes}) {
      Loss& loss = losses_[{site.group, site.kind, size}];
      loss.old.resize(view.old.size());
      for (std::size_t s = 0; s < view.old.size(); ++s) {
        loss.old[s] += view.old[s];
      }
      loss.born_since += as_double(view.residue.objects);
    }
  }
  for (auto& [_, loss] : losses_) {
    for (const double old : loss.old) {
      loss.lost.push_back(std::max(0.0, loss.old.front() - old));
    }
  }
}

std::optional<Watch> RingBook::watch_of(
    const std::vector<SiteId>& sites) const {
  std::map<Duration, double> looks;
  bool mentioned = false;
  for (const auto& [waited, held] : looks_) {
    double& sum = looks[waited];
    for (SiteId site : sites) {
      const auto found = held.find(site);
      if (found == held.end()) continue;
      mentioned = true;
      sum += found->second;
    }
  }
  if (!mentioned) return std::nullopt;
  Watch watch;
  watch.first = looks.begin()->second;
  watch.last = looks.rbegin()->second;
  watch.watched = looks.rbegin()->first - looks.begin()->first;
  for (const auto& [waited, objects] : looks) {
    if (objects > watch.last) continue;
    watch.gone = waited;
    break;
  }
  return watch;
}

void RingBook::settle_levels(Series& series, const std::vector<double>& young,
                             const Loss& loss) const {
  // Who replaced whom is not known where several sites share a caller and a
  // size: each takes the share of the loss that it has of the survivors.
  const double mine = as_double(series.residue.objects);
  const double share = loss.born_since > 0 ? mine / loss.born_since : 0;
  const std::size_t start = series.first;
  const double lost_before = loss.lost[start];
  for (std::size_t i = 0; i <= series.rings.size(); ++i) {
    const double lost = share * (loss.lost[start + i] - lost_before);
    series.levels.push_back(young[start + i] - young[start] - lost);
    series.replaced = lost;
  }
}

std::vector<Series> RingBook::series() const {
  std::vector<Series> all;
  for (const View& view : views_) {
    if (view.residue.objects.value <= 0 || view.begin >= view.end) continue;
    const SiteEvidence& site = *view.site;
    Series series;
    series.sites = {site.site};
    series.kind = site.kind;
    series.size = site.size;
    series.zoomed = site.zoomed;
    series.group = site.group;
    series.stack = site.stack;
    series.prefixes = site.prefixes;
    series.first = view.begin;
    for (std::size_t i = view.begin; i < view.end; ++i) {
      series.rings.push_back(view.final_rings[i]);
      series.residue.objects += view.final_rings[i].objects;
      series.residue.bytes += view.final_rings[i].bytes;
    }
    if (series.residue.objects.value <= 0) continue;
    settle_levels(series, view.young,
                  losses_.at({site.group, site.kind, site.size}));
    series.watch = watch_of(series.sites);
    all.push_back(std::move(series));
  }
  return all;
}

Series RingBook::pool(const std::vector<const Series*>& members) const {
  std::vector<const Series*> sorted = members;
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const Series* a, const Series* b) {
                     return a->residue.bytes > b->residue.bytes;
                   });
  Series sum = *sorted.front();
  sum.levels.clear();
  sum.replaced = 0;
  sum.sites.clear();
  sum.residue = {};
  sum.first = doses_.size();
  std::size_t end = 0;
  for (const Series* member : sorted) {
    sum.first = std::min(sum.first, member->first);
    end = std::max(end, member->first + member->rings.size());
    sum.one_size = sum.one_size && member->size == sum.size;
    sum.zoomed = sum.zoomed && member->zoomed;
    if (member->stack != sum.stack) sum.stack = 0;
  }
  sum.rings.assign(end - sum.first, {});
  std::vector<double> young(doses_.size() + 1);
  for (const Series* member : sorted) {
    sum.sites.insert(sum.sites.end(), member->sites.begin(),
                     member->sites.end());
    sum.residue.objects += member->residue.objects;
    sum.residue.bytes += member->residue.bytes;
    for (std::size_t i = 0; i < member->rings.size(); ++i) {
      Tally& ring = sum.rings[member->first + i - sum.first];
      ring.objects += member->rings[i].objects;
      ring.bytes += member->rings[i].bytes;
    }
  }
  for (const SiteId site : sum.sites) {
    const View& view = views_[places_.at(site)];
    for (std::size_t s = 0; s < young.size(); ++s) young[s] += view.young[s];
  }
  settle_levels(
      sum, young,
      losses_.at({sum.group, sum.kind, sum.one_size ? sum.size : kAllSizes}));
  sum.watch = watch_of(sum.sites);
  return sum;
}

Tally RingBook::residue_of(SiteId site) const {
  Tally sum;
  const auto place = places_.find(site);
  if (place == places_.end()) return sum;
  const View& view = views_[place->second];
  for (std::size_t i = view.begin; i < view.end; ++i) {
    sum.objects += view.final_rings[i].objects;
    sum.bytes += view.final_rings[i].bytes;
  }
  return sum;
}

Bytes RingBook::live_growth() const {
  double bytes = 0;
  for (const View& view : views_) {
    bytes +=
        static_cast<double>(view.residue.bytes.value) - view.old_bytes_lost;
  }
  return Bytes{static_cast<std::int64_t>(bytes)};
}

}  // namespace tidemark
