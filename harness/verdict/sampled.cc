#include "harness/verdict/sampled.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "harness/verdict/classify.h"
#include "harness/verdict/limit.h"
#include "harness/verdict/phrases.h"
#include "harness/verdict/sampling.h"

namespace tidemark {
namespace {

double as_double(Count count) { return static_cast<double>(count.value); }
double as_double(Bytes bytes) { return static_cast<double>(bytes.value); }

Count scaled(Count count, double factor) {
  return {std::llround(as_double(count) * factor)};
}
Bytes scaled(Bytes bytes, double factor) {
  return {std::llround(as_double(bytes) * factor)};
}

// By what samples are multiplied.
struct Factors {
  double objects = 1;
  double bytes = 1;
};

class Scale {
 public:
  explicit Scale(const Evidence& evidence) : period_(evidence.sample_period) {
    for (const SiteEvidence& site : evidence.sites)
      chances_[site.site] = sample_chance(site.kind, site.size, period_);
  }

  Factors of(const std::vector<SiteShare>& shares) const {
    double objects = 0;
    double bytes = 0;
    double all_objects = 0;
    double all_bytes = 0;
    for (const SiteShare& share : shares) {
      const double p = chance(share.site);
      objects += as_double(share.objects);
      bytes += as_double(share.bytes);
      all_objects += as_double(share.objects) / p;
      all_bytes += as_double(share.bytes) / p;
    }
    Factors factors;
    if (objects > 0) factors.objects = all_objects / objects;
    if (bytes > 0) factors.bytes = all_bytes / bytes;
    return factors;
  }

  double chance(SiteId site) const {
    const auto known = chances_.find(site);
    return known == chances_.end() ? 1 : known->second;
  }

 private:
  Bytes period_;
  std::map<SiteId, double> chances_;
};

// The interval of a rate that was fitted, and has none, as if every block were
// told: what was seen is there for sure, how much was not is by chance.
void widen(const Count& samples, double factor, Rate& rate) {
  const double seen = as_double(samples);
  const double each = rate.bytes_per_connection * factor / seen;
  const Interval interval = count_interval(seen, 1);
  rate.bytes_per_connection_low =
      std::max(rate.bytes_per_connection_low, interval.low * each);
  rate.bytes_per_connection_high =
      std::max(rate.bytes_per_connection_high * factor, interval.high * each);
}

void scale(const Factors& factors, Finding& finding) {
  Rate& rate = finding.rate;
  const bool fitted =
      rate.bytes_per_connection_low > 0 &&
      rate.bytes_per_connection_low >= rate.bytes_per_connection;
  if (fitted && finding.objects.value > 0) {
    widen(finding.objects, factors.bytes, rate);
  } else {
    rate.bytes_per_connection_low *= factors.bytes;
    rate.bytes_per_connection_high *= factors.bytes;
  }
  rate.objects_per_connection *= factors.objects;
  rate.objects_per_unit *= factors.objects;
  rate.bytes_per_connection *= factors.bytes;
  rate.bytes_per_unit *= factors.bytes;
  rate.exact = false;
  finding.residue = scaled(finding.residue, factors.bytes);
  finding.objects = scaled(finding.objects, factors.objects);
  for (FindingRing& ring : finding.rings) {
    ring.bytes = scaled(ring.bytes, factors.bytes);
    ring.objects = scaled(ring.objects, factors.objects);
  }
}

}  // namespace

void to_estimates(const Evidence& evidence, const RingBook& book,
                  std::vector<Draft>& drafts) {
  if (evidence.sample_period.value <= 1) return;
  const Scale chances(evidence);
  for (Draft& draft : drafts) {
    std::vector<SiteShare> shares;
    for (const SiteId site : draft.finding.sites) {
      const Tally tally = book.residue_of(site);
      shares.push_back({site, tally.bytes, tally.objects});
    }
    const Factors factors = chances.of(shares);
    if (factors.objects != 1 || factors.bytes != 1)
      scale(factors, draft.finding);
  }
}

void tell_estimates(const Evidence& evidence, std::vector<Draft>& drafts) {
  if (evidence.sample_period.value <= 1) return;
  const Scale chances(evidence);
  for (Draft& draft : drafts) {
    bool sampled = false;
    for (FindingMember& member : draft.finding.members) {
      for (SiteShare& share : member.sites) {
        const double p = chances.chance(share.site);
        share.bytes = scaled(share.bytes, 1 / p);
        share.objects = scaled(share.objects, 1 / p);
        sampled = sampled || p < 1;
      }
    }
    if (!sampled) continue;
    draft.finding.explanation += fmt::format(
        ": by samples, one in {}; the other figures are estimates of all",
        say_bytes(as_double(evidence.sample_period)));
  }
}

void to_estimates(const Evidence& evidence, DetectionLimit& limit) {
  if (evidence.sample_period.value <= 1 || limit.objects_per_connection <= 0)
    return;
  const Bytes size{
      std::llround(limit.bytes_per_connection / limit.objects_per_connection)};
  if (size.value <= 0) return;
  const double p = sample_chance(size, evidence.sample_period);
  limit.bytes_per_connection /= p;
  limit.objects_per_connection /= p;
}

std::string what_samples_show(Bytes period, Count connections) {
  constexpr Bytes kEach{1024};
  // Where as many samples are expected as it takes, half of the runs have
  // fewer.
  constexpr double kSure = 0.95;
  const double samples =
      mean_that_reaches(static_cast<std::int64_t>(kCourseEvents), kSure);
  const double wanted = std::ceil(samples / sample_chance(kEach, period));
  std::string text = fmt::format(
      "profiles have one sample in {}: to tell a leak of {} per connection "
      "takes "
      "{:.0f} connections",
      say_bytes(as_double(period)), say_bytes(as_double(kEach)), wanted);
  const double planned = as_double(connections);
  if (planned <= 0) return text;
  if (planned >= wanted)
    return text + fmt::format("; this run has up to {:.0f}", planned);
  return text + fmt::format(
                    "; this run has up to {:.0f}, which tells {} per "
                    "connection and more",
                    planned, say_bytes(as_double(kEach) * wanted / planned));
}

}  // namespace tidemark
