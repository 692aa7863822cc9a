#include "harness/verdict/sampled.h"

#include <fmt/format.h>

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

}  // namespace

void to_estimates(const Evidence& evidence, Finding& finding) {
  if (evidence.sample_period.value <= 1) return;
  const Scale scale(evidence);
  std::vector<SiteShare> all;
  for (const FindingMember& member : finding.members)
    all.insert(all.end(), member.sites.begin(), member.sites.end());
  const Factors whole = scale.of(all);
  if (whole.objects == 1 && whole.bytes == 1) return;
  Rate& rate = finding.rate;
  rate.objects_per_connection *= whole.objects;
  rate.objects_per_unit *= whole.objects;
  rate.bytes_per_connection *= whole.bytes;
  rate.bytes_per_unit *= whole.bytes;
  rate.bytes_per_connection_low *= whole.bytes;
  rate.bytes_per_connection_high *= whole.bytes;
  rate.exact = false;
  finding.residue = scaled(finding.residue, whole.bytes);
  finding.objects = scaled(finding.objects, whole.objects);
  for (FindingRing& ring : finding.rings) {
    ring.bytes = scaled(ring.bytes, whole.bytes);
    ring.objects = scaled(ring.objects, whole.objects);
  }
  for (FindingMember& member : finding.members) {
    const Factors own = scale.of(member.sites);
    member.bytes_per_unit *= own.bytes;
    member.objects_per_unit *= own.objects;
    member.residue = scaled(member.residue, own.bytes);
    member.objects = scaled(member.objects, own.objects);
    for (SiteShare& share : member.sites) {
      const double p = scale.chance(share.site);
      share.bytes = scaled(share.bytes, 1 / p);
      share.objects = scaled(share.objects, 1 / p);
    }
  }
  finding.explanation += fmt::format(
      ": by samples, one in {}; the other figures are estimates of all",
      say_bytes(as_double(evidence.sample_period)));
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
  const double wanted = std::ceil(kCourseEvents / sample_chance(kEach, period));
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
