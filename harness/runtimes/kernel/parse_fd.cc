#include "harness/runtimes/kernel/parse_fd.h"

#include <charconv>
#include <string>

#include "tidemark/agent_protocol.h"

namespace tidemark::kernel {
namespace {

// The kernel writes most names in brackets and inotify's without.
bool is_anonymous(std::string_view link, std::string_view name) {
  constexpr std::string_view kPrefix = "anon_inode:";
  if (!link.starts_with(kPrefix)) return false;
  link.remove_prefix(kPrefix.size());
  if (link.starts_with('[')) link.remove_prefix(1);
  return link.starts_with(name);
}

bool is_event(std::string_view link) {
  return is_anonymous(link, "eventfd") || is_anonymous(link, "timerfd") ||
         is_anonymous(link, "signalfd") || is_anonymous(link, "inotify");
}

bool is_agent(std::string_view link) {
  constexpr std::string_view kPrefix = "/memfd:";
  if (!link.starts_with(kPrefix)) return false;
  link.remove_prefix(kPrefix.size());
  return link.starts_with(agent::kMemfdName);
}

}  // namespace

void count_fd(std::string_view link, FdCounts& counts) {
  constexpr Count kOne{1};
  if (is_agent(link)) return;
  if (link.starts_with("socket:")) {
    counts.sockets += kOne;
  } else if (link.starts_with("pipe:")) {
    counts.pipes += kOne;
  } else if (is_anonymous(link, "eventpoll")) {
    counts.epolls += kOne;
  } else if (is_event(link)) {
    counts.events += kOne;
  } else if (link.starts_with('/')) {
    counts.files += kOne;
  } else {
    counts.other += kOne;
  }
}

std::optional<std::uint64_t> socket_inode(std::string_view link) {
  constexpr std::string_view kPrefix = "socket:[";
  if (!link.starts_with(kPrefix) || !link.ends_with(']')) return std::nullopt;
  link.remove_prefix(kPrefix.size());
  link.remove_suffix(1);
  std::uint64_t inode = 0;
  const char* end = link.data() + link.size();
  const auto [stop, error] = std::from_chars(link.data(), end, inode);
  if (error != std::errc() || stop != end) return std::nullopt;
  return inode;
}

}  // namespace tidemark::kernel
