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

std::uint64_t connections_of_flow(const LoadSpec& flow, bool stress) {
  if (!stress || !flow.stress) return flow.connections;
  // A cap, not an intention: few runs come near it.
  if (has_arrivals(*flow.stress)) return 0;
  return static_cast<std::uint64_t>(peak_of(*flow.stress));
}

// Ports that connect() chooses from.
std::uint64_t ephemeral_ports() {
  std::ifstream file("/proc/sys/net/ipv4/ip_local_port_range");
  std::uint64_t first = 32768;
  std::uint64_t last = 60999;
  file >> first >> last;
  return last >= first ? last - first + 1 : 0;
}

Status check_descriptors(std::uint64_t wanted) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || wanted <= limit.rlim_cur)
    return {};
  if (wanted <= limit.rlim_max) {
    limit.rlim_cur = wanted;
    if (::setrlimit(RLIMIT_NOFILE, &limit) == 0) return {};
  }
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
  std::uint64_t sum = 0;
  for (const LoadSpec& flow : scenario.flows) {
    if (flow.engine == Engine::kExec) continue;
    const std::uint64_t connections = connections_of_flow(flow, stress);
    TIDEMARK_TRY(check_ports(flow, connections));
    sum += connections;
  }
  // A stand-in's connections are ours, too: one for each at least.
  if (!scenario.standins.empty()) sum *= 2;
  return check_descriptors(sum + kOwnDescriptors);
}

}  // namespace tidemark
