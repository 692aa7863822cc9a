#include "harness/run/service_exit.h"

#include <fmt/format.h>

#include <optional>

namespace tidemark {

std::string how_it_ended(const ServiceExit& exit) {
  if (!exit.signal && !exit.code) return "ended";
  return exit.signal
             ? fmt::format("was killed by signal {}", *exit.signal)
             : fmt::format("ended with exit code {}", exit.code.value_or(-1));
}

void blame_memory_limit(RunRecord& record) {
  const std::optional<MemoryUse>& use = record.service.memory_limit;
  if (!use || use->kills.value == 0 || !record.error) return;
  record.error->message += fmt::format(
      "; the kernel killed {} of its processes for memory: "
      "target.memoryLimit is {:.1f} MiB, and {:.1f} MiB were in use when it "
      "was "
      "last looked at",
      use->kills.value, static_cast<double>(use->limit.value) / (1 << 20),
      static_cast<double>(use->now.value) / (1 << 20));
}

Status check_exit(const StopRule& rule, const ServiceExit& exit) {
  if (exit.killed_by_us)
    return fail(ErrorKind::kEnvironment,
                fmt::format("the service did not stop within {} s of signal "
                            "{} and was killed",
                            to_seconds(rule.timeout), rule.signal),
                "raise target.stop.timeout, or name the signal it listens to "
                "in target.stop.signal");
  std::optional<int> wanted = rule.expect_exit_code;
  if (wanted && exit.code != wanted)
    return fail(
        ErrorKind::kEnvironment,
        fmt::format("the service ended with {}, target.stop.expectExitCode "
                    "is {}",
                    exit.signal
                        ? fmt::format("signal {}", *exit.signal)
                        : fmt::format("code {}", exit.code.value_or(-1)),
                    *wanted));
  return {};
}

}  // namespace tidemark
