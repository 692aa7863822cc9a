#include "harness/cli/wiring.h"

#include <fmt/format.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <optional>

#include "harness/attach/attached_target.h"
#include "harness/cli/allocators.h"
#include "harness/cli/load_wiring.h"
#include "harness/report/html.h"
#include "harness/report/junit.h"
#include "harness/report/machine_formats.h"
#include "harness/report/pprof.h"
#include "harness/report/record_json.h"
#include "harness/report/terminal.h"
#include "harness/runtimes/go/probe.h"
#include "harness/runtimes/jvm/probe.h"
#include "harness/runtimes/kernel/kernel_probe.h"
#include "harness/runtimes/kernel/listener.h"
#include "harness/runtimes/kernel/network.h"
#include "harness/runtimes/native/probe.h"
#include "harness/runtimes/v8/node_options.h"
#include "harness/runtimes/v8/probe.h"
#include "harness/target/process_target.h"
#include "tidemark/agent_protocol.h"
#include "tidemark/sample_rate.h"

namespace tidemark {
namespace {

Status add_allocator(const Scenario& scenario, TargetOptions& options) {
  if (scenario.target.allocator.empty()) return {};
  Result<std::string> allocator =
      find_allocator(scenario.target.allocator, library_folders());
  TIDEMARK_TRY(allocator);
  options.preload.push_back(*allocator);
  return {};
}

// The agent lies beside the program.
Result<std::string> find_agent(const char* library) {
  std::error_code error;
  std::filesystem::path self =
      std::filesystem::read_symlink("/proc/self/exe", error);
  std::filesystem::path agent = self.parent_path() / library;
  if (!std::filesystem::exists(agent, error))
    return fail(ErrorKind::kEnvironment,
                fmt::format("the agent is missing: {}", agent.string()),
                fmt::format("{} belongs beside the tidemark program", library));
  // Without links: /proc/PID/maps has it so.
  const std::filesystem::path real = std::filesystem::canonical(agent, error);
  return error ? agent.string() : real.string();
}

std::string agent_options(const TargetSpec& target) {
  std::string words;
  if (target.stacks == StackMode::kAlways) words += "stacks=always ";
  if (target.forks == ForkMode::kIgnore) words += "forks=ignore ";
  return words;
}

Result<std::unique_ptr<Target>> make_found_target(const TargetSpec& spec) {
  AttachOptions options;
  options.pid = spec.pid;
  if (spec.runtime == Runtime::kNative) {
    Result<std::string> agent = find_agent("libtidemark_attached.so");
    TIDEMARK_TRY(agent);
    options.library = *agent;
    options.words = agent_options(spec);
  }
  return make_attached_target(std::move(options));
}

// Node's inspector, of a service that is started, whatever its own options are.
void add_inspector(TargetOptions& options) {
  if (options.spec.runtime != Runtime::kV8) return;
  const auto given = options.spec.environment.find(v8::kNodeOptions);
  const char* inherited = ::getenv(v8::kNodeOptions);
  std::string own = inherited != nullptr ? inherited : "";
  if (given != options.spec.environment.end()) own = given->second;
  options.extra_environment[v8::kNodeOptions] = v8::with_inspector(own);
}

// Of a service that is started.
Status add_agent(TargetOptions& options) {
  add_inspector(options);
  if (options.spec.runtime != Runtime::kNative) return {};
  Result<std::string> agent = find_agent("libtidemark_agent.so");
  TIDEMARK_TRY(agent);
  options.preload.push_back(*agent);
  options.extra_environment[agent::kOptionsVariable] =
      agent_options(options.spec);
  return {};
}

// The rate that a Go service's heap profile is to have; absent: its own.
std::optional<std::uint64_t> wanted_rate(const TargetSpec& spec) {
  if (spec.pprof.rate == kServicesOwnRate) return std::nullopt;
  if (!spec.pprof.rate && spec.pid == 0) return 1;
  return spec.pprof.rate;
}

// Of a Go service that is started, beside other words for its runtime.
void add_sample_rate(TargetOptions& options) {
  const std::optional<std::uint64_t> rate = wanted_rate(options.spec);
  if (options.spec.runtime != Runtime::kGo || !rate) return;
  const auto& said = options.spec.environment;
  std::string words;
  if (const auto found = said.find("GODEBUG"); found != said.end())
    words = found->second;
  else if (const char* inherited = std::getenv("GODEBUG"))
    words = inherited;
  options.spec.environment["GODEBUG"] = fmt::format(
      "{}{}memprofilerate={}", words, words.empty() ? "" : ",", *rate);
}

// The same numbers in another network are somebody else's.
std::vector<std::uint16_t> ports_within_reach(pid_t pid) {
  if (kernel::network_of(pid) != kernel::own_network()) return {};
  return listening_ports(pid);
}

// A service says that it is ready from a shell, perhaps, which it replaces.
constexpr Duration kLoading = std::chrono::seconds(2);

Status add_heap(const Scenario& scenario, Clock& clock,
                Cancellation& cancellation, World& world) {
  const TargetSpec& target = scenario.target;
  const auto cancelled = [&cancellation] { return cancellation.requested(); };
  if (target.runtime == Runtime::kNative)
    world.heap = make_native_probe(
        clock, {target.command.empty() ? Duration{} : kLoading, cancelled});
  if (target.runtime == Runtime::kJvm)
    world.heap = make_jvm_probe({target.jdk, cancelled}, clock);
  if (target.runtime == Runtime::kV8)
    world.heap = make_v8_probe({ports_within_reach, cancelled}, clock);
  if (target.runtime != Runtime::kGo) return {};
  GoProbeOptions options;
  options.access = target.pprof;
  options.load_url = scenario.flows[0].url;
  options.wanted_rate = wanted_rate(target);
  options.ports_of = listening_ports;
  options.cancelled = cancelled;
  Result<std::unique_ptr<HeapProbe>> probe = make_go_probe(options, clock);
  TIDEMARK_TRY(probe);
  world.heap = *std::move(probe);
  return {};
}

Status add_driver(const Scenario& scenario, const Leave& leave, Clock& clock,
                  Cancellation& cancellation, World& world) {
  Result<Wired<std::unique_ptr<Driver>>> wired =
      make_driver(scenario, leave.policy, clock, cancellation);
  TIDEMARK_TRY(wired);
  world.driver = std::move(wired->load);
  if (wired->foreign.empty()) return {};
  TIDEMARK_TRY(check_readiness(scenario.target));
  Result<std::vector<OwnershipQuestion>> questions =
      ownership_questions(wired->foreign, leave.digest);
  TIDEMARK_TRY(questions);
  world.driver = guarded(std::move(world.driver),
                         OwnershipWatch(*std::move(questions), clock));
  world.audit = audit_line(wired->foreign, leave.policy);
  return {};
}

class JsonReporter final : public Reporter {
 public:
  std::string render(const RunRecord& record,
                     const ReportStyle&) const override {
    return to_json(record);
  }
};

}  // namespace

Result<std::unique_ptr<Target>> make_plain_target(const Scenario& scenario,
                                                  bool foreign, Clock& clock,
                                                  Cancellation& cancellation) {
  TargetOptions options;
  options.spec = scenario.target;
  if (!foreign) options.load_address = address_of(scenario.flows[0]);
  TIDEMARK_TRY(add_allocator(scenario, options));
  return make_process_target(std::move(options), clock, cancellation);
}

Result<World> make_world(const Scenario& scenario, const Leave& leave,
                         Clock& clock, Cancellation& cancellation) {
  World world;
  TIDEMARK_TRY(add_driver(scenario, leave, clock, cancellation, world));
  world.kernel = make_kernel_probe();
  TIDEMARK_TRY(add_heap(scenario, clock, cancellation, world));
  if (scenario.target.pid != 0) {
    Result<std::unique_ptr<Target>> found = make_found_target(scenario.target);
    TIDEMARK_TRY(found);
    world.target = *std::move(found);
    return world;
  }
  TargetOptions options;
  options.spec = scenario.target;
  if (world.audit.empty()) options.load_address = address_of(scenario.flows[0]);
  TIDEMARK_TRY(add_agent(options));
  add_sample_rate(options);
  TIDEMARK_TRY(add_allocator(scenario, options));
  world.target = make_process_target(std::move(options), clock, cancellation);
  return world;
}

Result<std::unique_ptr<Target>> make_watched_target(
    const TargetSpec& spec, Clock& clock, Cancellation& cancellation) {
  if (spec.pid != 0) return make_found_target(spec);
  TargetOptions options;
  options.spec = spec;
  TIDEMARK_TRY(add_agent(options));
  return make_process_target(std::move(options), clock, cancellation);
}

Result<std::unique_ptr<Reporter>> make_reporter(const std::string& format) {
  if (format == "terminal") return make_terminal_reporter();
  if (format == "html") return make_html_reporter();
  if (format == "junit") return make_junit_reporter();
  if (format == "pprof") return make_pprof_reporter();
  if (format == "pprof-holders") return make_pprof_holders_reporter();
  if (format == "folded") return make_folded_reporter();
  if (format == "openmetrics") return make_openmetrics_reporter();
  if (format == "markdown") return make_markdown_reporter();
  if (format == "json")
    return std::unique_ptr<Reporter>(std::make_unique<JsonReporter>());
  return fail(ErrorKind::kUsage,
              fmt::format("there is no report format `{}`", format),
              fmt::format("the formats are {}", kFormats));
}

}  // namespace tidemark
