#include "harness/runtimes/v8/inspector_signal.h"

#include <fmt/format.h>
#include <signal.h>

#include <cstdint>
#include <string>

#include "harness/base/proc_tree.h"
#include "harness/base/status_file.h"
#include "harness/base/text_file.h"

namespace tidemark::v8 {

bool has_inspector_port(pid_t pid) {
  return command_line_of(pid).find(" --inspect-port=") != std::string::npos;
}

bool begin_inspector(pid_t pid) {
  const Result<std::string> status =
      read_file(fmt::format("/proc/{}/status", pid));
  constexpr std::uint64_t kBegin = std::uint64_t{1} << (SIGUSR1 - 1);
  return status && (status_number(*status, "SigCgt", 16) & kBegin) != 0 &&
         ::kill(pid, SIGUSR1) == 0;
}

}  // namespace tidemark::v8
