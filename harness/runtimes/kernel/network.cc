#include "harness/runtimes/kernel/network.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <set>

namespace tidemark::kernel {
namespace {

std::string network_at(const std::string& process) {
  std::array<char, 64> link;
  const ssize_t length =
      ::readlink(fmt::format("/proc/{}/ns/net", process).c_str(), link.data(),
                 link.size());
  if (length < 0) return {};
  return std::string(link.data(), static_cast<std::size_t>(length));
}

}  // namespace

std::string own_network() { return network_at("self"); }

std::string network_of(pid_t pid) {
  const std::string network = network_at(std::to_string(pid));
  return network.empty() ? own_network() : network;
}

std::vector<pid_t> one_per_network(const std::vector<pid_t>& processes) {
  std::set<std::string> seen;
  std::vector<pid_t> first;
  for (const pid_t pid : processes) {
    if (seen.insert(network_of(pid)).second) first.push_back(pid);
  }
  return first;
}

}  // namespace tidemark::kernel
