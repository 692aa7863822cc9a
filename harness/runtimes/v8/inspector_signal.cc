#include "harness/runtimes/v8/inspector_signal.h"

#include <fmt/format.h>
#include <signal.h>

#include <charconv>
#include <string>
#include <system_error>

#include "harness/base/status_file.h"
#include "harness/base/text_file.h"

namespace tidemark::v8 {

std::optional<std::uint16_t> inspector_port(std::string_view command_line) {
  // The last one counts.
  constexpr std::string_view kOption = " --inspect-port=";
  const std::size_t option = command_line.rfind(" --inspect");
  if (option == std::string_view::npos ||
      !command_line.substr(option).starts_with(kOption))
    return std::nullopt;
  // "9230", or with an address before it.
  std::string_view value = command_line.substr(option + kOption.size());
  value = value.substr(0, value.find(' '));
  value = value.substr(value.rfind(':') + 1);
  std::uint16_t port = 0;
  const auto [end, error] =
      std::from_chars(value.data(), value.data() + value.size(), port);
  if (error != std::errc{} || end != value.data() + value.size() || port == 0)
    return std::nullopt;
  return port;
}

bool begin_inspector(pid_t pid) {
  const Result<std::string> status =
      read_file(fmt::format("/proc/{}/status", pid));
  constexpr std::uint64_t kBegin = std::uint64_t{1} << (SIGUSR1 - 1);
  return status && (status_number(*status, "SigCgt", 16) & kBegin) != 0 &&
         ::kill(pid, SIGUSR1) == 0;
}

}  // namespace tidemark::v8
