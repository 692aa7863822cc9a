#include "harness/run/open_costs.h"

namespace tidemark {
namespace {

constexpr std::int64_t kMattersTo = 20;  // a part of so many

}  // namespace

bool costs_too_much(const OpenMemory& memory, const Expectations& expect) {
  const std::optional<Bytes>& budget = expect.peak_per_connection;
  return budget &&
         memory.bytes.value > budget->value * memory.connections.value;
}

std::vector<SiteId> large_sites(const OpenMemory& memory) {
  std::vector<SiteId> large;
  for (const OpenSite& site : memory.sites) {
    if (kMattersTo * site.bytes.value < memory.bytes.value) break;
    large.push_back(site.site);
  }
  return large;
}

Finding open_as_finding(const OpenMemory& memory) {
  Finding open;
  for (const OpenSite& site : memory.sites) {
    open.sites.push_back(site.site);
    open.objects += site.objects;
  }
  return open;
}

}  // namespace tidemark
