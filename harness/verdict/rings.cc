#include "harness/verdict/rings.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>
#include <utility>

#include "harness/verdict/sampling.h"

namespace tidemark {
namespace {

const CycleFacts* facts_after(const Evidence& evidence, std::size_t at) {
  return at + 1 < evidence.cycles.size() ? &evidence.cycles[at + 1] : nullptr;
}

// Until the next cycle began.
double seconds_of(const Evidence& evidence, std::size_t i) {
  const CycleFacts& facts = evidence.cycles[i];
  const CycleFacts* next = facts_after(evidence, i);
  const Duration end = next != nullptr ? next->started : facts.finished;
  const double seconds = to_seconds(end - facts.started);
  // Evidence without clock readings: count in cycles.
  return seconds > 0 ? seconds : 1;
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
    dose.settings = facts.settings;
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
    dose.seconds = seconds_of(evidence, i);
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
    // They follow each other without a gap.
    if (doses_.empty() || cycle < doses_.front().cycle) return doses_.size();
    return std::min<std::size_t>(doses_.size(),
                                 cycle.value - doses_.front().cycle.value);
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
  if (!evidence_.linger.empty()) view.watched.resize(doses_.size());
  for (const RingReading& reading : site.watched) {
    const std::size_t born = place_of(reading.born);
    if (born >= view.watched.size()) continue;
    view.watched[born].objects += reading.objects;
    view.watched[born].bytes += reading.bytes;
  }
  forget_what_was_in_flight(site, view);
  count_deaths(site, view);
  return view;
}

// What the last warm-up cycle had in flight at the baseline is not missing
// afterwards.
void RingBook::forget_what_was_in_flight(const SiteEvidence& site,
                                         View& view) const {
  double at_baseline = 0;
  double later = 0;
  for (const RingReading& reading : site.readings) {
    if (reading.born != evidence_.baseline) continue;
    if (reading.after == evidence_.baseline) {
      at_baseline += as_double(reading.objects);
    }
    if (reading.after.value == evidence_.baseline.value + 1) {
      later += as_double(reading.objects);
    }
  }
  if (view.old.size() < 2 || later >= at_baseline) return;
  view.old[0] -= at_baseline - later;
}

// Of each measured ring: how many fewer there are at the end than one cycle
// after their birth. Of the warm-up's: what the baseline had of them.
void RingBook::count_deaths(const SiteEvidence& site, View& view) const {
  std::map<CycleIndex, double> adult;
  for (const RingReading& reading : site.readings) {
    const double objects = as_double(reading.objects);
    if (reading.after == evidence_.baseline && reading.born.value > 1 &&
        reading.born < evidence_.baseline) {
      view.warm[reading.born] += objects;
    }
    if (reading.born <= evidence_.baseline) continue;
    if (reading.after.value == reading.born.value + 1) {
      adult[reading.born] += objects;
    }
  }
  for (std::size_t i = 0; i + 1 < doses_.size(); ++i) {
    const auto found = adult.find(doses_[i].cycle);
    if (found == adult.end()) continue;
    const double left = as_double(view.final_rings[i].objects);
    view.died += std::max(0.0, found->second - left);
  }
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
      for (const auto& [born, objects] : view.warm) loss.warm[born] += objects;
    }
  }
  for (auto& [_, loss] : losses_) {
    for (const double old : loss.old) {
      loss.lost.push_back(std::max(0.0, loss.old.front() - old));
    }
  }
}

namespace {

// Between the looks around it the number falls exponentially.
std::optional<Duration> half_life_of(const std::map<Duration, double>& looks) {
  const double half = looks.begin()->second / 2;
  const std::pair<const Duration, double>* before = nullptr;
  for (const auto& look : looks) {
    if (look.second > half) {
      before = &look;
      continue;
    }
    if (before == nullptr) return std::nullopt;
    const double fall = std::log(before->second / std::max(look.second, 0.5));
    const double part = std::log(before->second / half) / fall;
    return before->first + std::chrono::duration_cast<Duration>(
                               part * std::chrono::duration<double>(
                                          look.first - before->first));
  }
  return std::nullopt;
}

}  // namespace

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
  if (watch.first > 0) watch.half_life = half_life_of(looks);
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

std::vector<WarmRing> RingBook::warm_rings(const Loss& loss) const {
  std::vector<WarmRing> rings;
  for (std::size_t i = 0; i < evidence_.cycles.size(); ++i) {
    const CycleFacts& facts = evidence_.cycles[i];
    if (facts.index.value < 2 || facts.index >= evidence_.baseline) continue;
    const auto found = loss.warm.find(facts.index);
    rings.push_back({as_double(facts.load.reached()), seconds_of(evidence_, i),
                     found == loss.warm.end() ? 0 : found->second});
  }
  return rings;
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
      if (!view.watched.empty()) series.watched.push_back(view.watched[i]);
      series.rings.push_back(view.final_rings[i]);
      series.residue.objects += view.final_rings[i].objects;
      series.residue.bytes += view.final_rings[i].bytes;
    }
    if (series.residue.objects.value <= 0) continue;
    const Loss& loss = losses_.at({site.group, site.kind, site.size});
    settle_levels(series, view.young, loss);
    series.died = view.died;
    series.warm = warm_rings(loss);
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
  sum.died = 0;
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
  if (!sum.watched.empty()) sum.watched = sum.rings;
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
    for (std::size_t i = 0; i < member->watched.size(); ++i) {
      Tally& ring = sum.watched[member->first + i - sum.first];
      ring.objects += member->watched[i].objects;
      ring.bytes += member->watched[i].bytes;
    }
  }
  for (const SiteId site : sum.sites) {
    const View& view = views_[places_.at(site)];
    for (std::size_t s = 0; s < young.size(); ++s) young[s] += view.young[s];
    sum.died += view.died;
  }
  const Loss& loss =
      losses_.at({sum.group, sum.kind, sum.one_size ? sum.size : kAllSizes});
  settle_levels(sum, young, loss);
  sum.warm = warm_rings(loss);
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
    const double grown =
        static_cast<double>(view.residue.bytes.value) - view.old_bytes_lost;
    bytes += grown / sample_chance(view.site->kind, view.site->size,
                                   evidence_.sample_period);
  }
  return Bytes{static_cast<std::int64_t>(bytes)};
}

}  // namespace tidemark
