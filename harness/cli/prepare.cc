#include "harness/cli/prepare.h"

#include <fmt/format.h>
#include <time.h>

#include <cstdlib>
#include <map>
#include <optional>
#include <utility>

#include "drivers/common/ownership.h"
#include "harness/cli/free_port.h"
#include "harness/cli/load_wiring.h"
#include "harness/cli/preflight.h"
#include "harness/cli/wiring.h"
#include "harness/scenario/expand.h"
#include "harness/scenario/load.h"
#include "harness/scenario/secrets.h"

namespace tidemark {
namespace {

std::optional<std::string> environment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  if (value == nullptr) return std::nullopt;
  return value;
}

}  // namespace

std::vector<StandIn*> Prepared::borrowed_standins() const {
  std::vector<StandIn*> borrowed;
  for (const auto& standin : standins) borrowed.push_back(standin.get());
  return borrowed;
}

Result<ReadScenario> read_scenario(const std::string& path,
                                   const TargetPolicy& policy, int pid,
                                   const std::optional<CellLevels>& cell) {
  // Read once, so that what is carried out is what the target agreed to.
  const Result<std::string> text = read_scenario_text(path);
  TIDEMARK_TRY(text);
  LoadRules rules;
  rules.other_machines = !policy.allowed.empty();
  rules.cell = cell;
  Result<Scenario> scenario = load_scenario(path, *text, load_words(), rules);
  TIDEMARK_TRY(scenario);
  if (pid != 0) scenario = with_pid(*std::move(scenario), pid);
  TIDEMARK_TRY(scenario);
  return ReadScenario{*std::move(scenario), {policy, sha256_hex(*text)}};
}

Result<Prepared> prepare_scenario(const std::string& path,
                                  const TargetPolicy& policy, bool stress,
                                  int pid,
                                  const std::optional<CellLevels>& cell) {
  Result<ReadScenario> read = read_scenario(path, policy, pid, cell);
  TIDEMARK_TRY(read);
  return prepare_read(std::move(read->scenario), std::move(read->leave),
                      stress);
}

Result<Prepared> prepare_read(Scenario scenario, Leave leave, bool stress) {
  TIDEMARK_TRY(preflight(scenario, stress));
  Result<Scenario> filled = with_templates(std::move(scenario));
  TIDEMARK_TRY(filled);
  scenario = *std::move(filled);
  if (uses_port(scenario)) {
    const Result<int> port = free_port();
    TIDEMARK_TRY(port);
    scenario = with_port(std::move(scenario), *port);
  }
  Prepared prepared;
  prepared.leave = std::move(leave);
  // Passwords of stand-ins are secrets, too.
  Result<Scenario> secret = with_secrets(scenario, environment);
  TIDEMARK_TRY(secret);
  Result<std::vector<std::unique_ptr<StandIn>>> standins =
      make_standins(*secret);
  TIDEMARK_TRY(standins);
  prepared.standins = *std::move(standins);
  std::map<std::string, int> ports;
  for (const auto& standin : prepared.standins)
    ports[standin->name()] = standin->port();
  prepared.scenario = with_standins(std::move(scenario), ports);
  prepared.secret = with_standins(*std::move(secret), ports);
  Result<ScratchFolder> files = write_files(prepared.secret);
  TIDEMARK_TRY(files);
  prepared.files = *std::move(files);
  for (Scenario* told : {&prepared.scenario, &prepared.secret})
    *told = with_files(std::move(*told), prepared.files.path());
  return prepared;
}

std::string utc_now() {
  const time_t now = time(nullptr);
  tm parts;
  gmtime_r(&now, &parts);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z",
                     parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday,
                     parts.tm_hour, parts.tm_min, parts.tm_sec);
}

}  // namespace tidemark
