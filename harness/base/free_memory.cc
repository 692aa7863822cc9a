#include "harness/base/free_memory.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>

#include "harness/base/text_file.h"

namespace tidemark {
namespace {

// The whole number that the text begins with, blanks before it left out.
std::optional<std::int64_t> number_in(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
  std::int64_t value = 0;
  const auto read =
      std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec != std::errc() || value < 0) return std::nullopt;
  return value;
}

std::optional<std::int64_t> number_of(const std::string& path) {
  const Result<std::string> text = read_file(path);
  return text ? number_in(*text) : std::nullopt;
}

// "/user.slice/app.scope" of the line "0::/user.slice/app.scope"; cgroup v2.
std::string cgroup_of(std::string_view text) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    if (line.starts_with("0::/")) return std::string(line.substr(3));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return {};
}

}  // namespace

Result<FreeMemory> free_memory(const std::string& root, pid_t pid) {
  const Result<std::string> meminfo = read_file(root + "/proc/meminfo");
  TIDEMARK_TRY(meminfo);
  constexpr std::string_view kAvailable = "MemAvailable:";
  const std::size_t at = meminfo->find(kAvailable);
  const std::optional<std::int64_t> kilobytes =
      at == std::string::npos ? std::nullopt
                              : number_in(std::string_view(*meminfo).substr(
                                    at + kAvailable.size()));
  if (!kilobytes)
    return fail(ErrorKind::kEnvironment, "/proc/meminfo has no MemAvailable",
                "say how much memory there is: --forecast 40/s,512MiB");
  FreeMemory least{{*kilobytes * 1024}, "available on this machine"};
  const std::string whose = pid == 0 ? "self" : std::to_string(pid);
  std::string group = cgroup_of(
      read_file(fmt::format("{}/proc/{}/cgroup", root, whose)).value_or(""));
  for (; group.size() > 1; group.resize(group.rfind('/'))) {
    const std::string folder = root + "/sys/fs/cgroup" + group;
    const auto most = number_of(folder + "/memory.max");
    const auto used = number_of(folder + "/memory.current");
    if (!most || !used || *most < *used) continue;
    if (*most - *used < least.bytes.value)
      least = {{*most - *used},
               fmt::format("left below the limit of the cgroup {}", group)};
  }
  return least;
}

}  // namespace tidemark
