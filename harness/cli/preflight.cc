#include "harness/cli/preflight.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <cstdint>
#include <fstream>

#include "harness/cli/load_wiring.h"

namespace tidemark {
namespace {

// Files, the event loop, the agent's segment, reports.
constexpr std::uint64_t kOwnDescriptors = 128;

struct Connections {
  std::uint64_t wanted = 0;
  std::uint64_t most = 0;  // with caps, which few runs come near
};

Connections connections_of_flow(const LoadSpec& flow, bool stress) {
  if (!stress || !flow.stress) return {flow.connections, flow.connections};
  if (has_arrivals(*flow.stress)) return {0, flow.stress->max_connections};
  const auto peak = static_cast<std::uint64_t>(peak_of(*flow.stress));
  return {peak, peak};
}

// Ports that connect() chooses from.
std::uint64_t ephemeral_ports() {
  std::ifstream file("/proc/sys/net/ipv4/ip_local_port_range");
  std::uint64_t first = 32768;
  std::uint64_t last = 60999;
  file >> first >> last;
  return last >= first ? last - first + 1 : 0;
}

Status check_descriptors(std::uint64_t wanted, std::uint64_t most) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return {};
  const rlim_t before = limit.rlim_cur;
  limit.rlim_cur = std::max(before, std::min<rlim_t>(most, limit.rlim_max));
  if (limit.rlim_cur > before && ::setrlimit(RLIMIT_NOFILE, &limit) != 0)
    limit.rlim_cur = before;
  if (wanted <= limit.rlim_cur) return {};
  return fail(
      ErrorKind::kEnvironment,
      fmt::format("wanted {} descriptors for the connections, this process "
                  "may have {}",
                  wanted, limit.rlim_max),
      fmt::format("raise the limit with `ulimit -n {}` (as root, or in "
                  "/etc/security/limits.conf; the service needs as many), or "
                  "ask for at most {} connections",
                  wanted,
                  limit.rlim_max > kOwnDescriptors
                      ? limit.rlim_max - kOwnDescriptors
                      : 1));
}

Status check_ports(const LoadSpec& flow, std::uint64_t connections) {
  const std::string address = address_of(flow);
  if (address.empty() || address.starts_with('/')) return {};
  const std::uint64_t sources =
      std::max<std::uint64_t>(1, flow.socket.source_addresses.size());
  const std::uint64_t ports = ephemeral_ports();
  if (connections <= sources * ports) return {};
  const std::uint64_t needed = (connections + ports - 1) / ports;
  return fail(
      ErrorKind::kEnvironment,
      fmt::format("wanted {} connections to {}, but {} source {} only {} ports",
                  connections, address, sources,
                  sources == 1 ? "address has" : "addresses have",
                  sources * ports),
      fmt::format("use more source addresses: socket: {{ sourceIps: "
                  "[127.0.0.2-127.0.0.{}] }}",
                  needed + 1));
}

}  // namespace

Status preflight(const Scenario& scenario, bool stress) {
  Connections sum;
  for (const LoadSpec& flow : scenario.flows) {
    if (flow.engine == Engine::kExec) continue;
    const Connections connections = connections_of_flow(flow, stress);
    TIDEMARK_TRY(check_ports(flow, connections.wanted));
    sum.wanted += connections.wanted;
    sum.most += connections.most;
  }
  // A stand-in's connections are ours, too: one for each at least.
  const std::uint64_t times = scenario.standins.empty() ? 1 : 2;
  return check_descriptors(times * sum.wanted + kOwnDescriptors,
                           times * sum.most + kOwnDescriptors);
}

}  // namespace tidemark
