#include <fmt/format.h>

#include "harness/cli/commands.h"
#include "harness/cli/exit_codes.h"
#include "harness/cli/load_wiring.h"

namespace tidemark {

int cmd_provocations(const std::string& engine) {
  std::size_t shown = 0;
  for (const ProvocationWords& words : all_provocations()) {
    if (!engine.empty() && words.engine != engine) continue;
    fmt::print("{:<10}{:<34}{}\n", words.engine, words.name, words.summary);
    ++shown;
  }
  if (shown > 0) return kExitPass;
  return print_error({ErrorKind::kUsage,
                      fmt::format("there are no provocations for `{}`", engine),
                      "websocket, http, redis, tcp or tls"});
}

}  // namespace tidemark
