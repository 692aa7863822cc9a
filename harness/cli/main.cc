// The command line: what there is, said once, in the order of first need.

#include <CLI/CLI.hpp>
#include <exception>

#include "harness/base/address_range.h"
#include "harness/cli/commands.h"
#include "harness/cli/exit_codes.h"
#include "harness/cli/profile_commands.h"
#include "harness/cli/version.h"
#include "harness/cli/wiring.h"

namespace tidemark {
namespace {

constexpr const char* kAbout =
    "Hunts the memory that a service keeps for connections that are gone.\n"
    "\n"
    "A scenario file says what to start, how to load it and what to expect.\n"
    "tidemark opens and closes connections in cycles, makes the allocator\n"
    "give back what it can, and names what is left per connection.";

constexpr const char* kFooter =
    "Exit codes: 0 pass, 1 leak or failed expectation, 2 inconclusive,\n"
    "3 usage or scenario error, 4 environment or service failure,\n"
    "5 a bug of tidemark, 6 invalid (the driver was the bottleneck),\n"
    "130 interrupted.\n"
    "\n"
    "  tidemark run tests/specimens/chat/guilty.yaml\n"
    "  tidemark run --format json scenario.yaml > record.json\n"
    "  tidemark stress --junit out.xml scenarios/recipes/stress_arrivals.yaml\n"
    "  tidemark compare old.yaml new.yaml\n"
    "  tidemark sweep scenarios/sweeps/client_buffers.yaml\n"
    "  tidemark report --format junit tidemark-out/chat-guilty.json\n"
    "  tidemark report --format html -o page.html tidemark-out/"
    "chat-guilty.json\n"
    "  tidemark report --format pprof -o heap.pb.gz tidemark-out/"
    "chat-guilty.json\n"
    "  tidemark tree tidemark-out/chat-guilty.json\n"
    "  tidemark diff before.pb.gz after.pb.gz";

constexpr const char* kHuntFooter =
    "Exit codes: 0 nothing found, 1 a finding that its scenario confirms (or\n"
    "a way that ends the service), 2 something that nothing smaller confirms,\n"
    "or a screening that decides nothing, 3 to 5 and 130 as for `run`.\n"
    "\n"
    "  tidemark hunt '127.0.0.1:{port}' -- ./chat-server '--port={port}'\n"
    "  tidemark hunt --only behaviors ws://127.0.0.1:8080/ws -- ./server\n"
    "  tidemark hunt --say '10 0c 00 04 4d 51 54 54 04 02 00 3c 00 00' \\\n"
    "    'tcp://127.0.0.1:{port}' -- scenarios/services/mosquitto.sh '{port}'";

// One value each time that it is given: what follows may be a positional.
CLI::Option* repeatable(CLI::Option* option) {
  return option->expected(1)->allow_extra_args(false)->multi_option_policy(
      CLI::MultiOptionPolicy::TakeAll);
}

void add_output_options(CLI::App& command, OutputOptions& output) {
  command
      .add_option("--format", output.format,
                  std::string("What to print: ") + kFormats)
      ->capture_default_str();
  command.add_option("-o,--output", output.output,
                     "Write the report to this file instead of stdout");
  command.add_option("--junit", output.junit,
                     "Write JUnit XML to this file as well");
  command.add_flag("--all-frames", output.all_frames,
                   "Show standard-library and allocator frames too");
  command.add_flag("--no-color", output.no_colour,
                   "No colour on a terminal (NO_COLOR does the same)");
}

void add_forecast_option(CLI::App& command, std::string& forecast) {
  command
      .add_option("--forecast", forecast,
                  "Say how long memory lasts with what was found, at so many\n"
                  "connections: 40/s,512MiB. Without a size it is what this\n"
                  "machine, or the cgroup that tidemark is in, has left")
      ->type_name("RATE[,SIZE]");
}

// The first key to targets off loopback; the second is theirs.
void add_target_option(CLI::App& command, std::vector<std::string>& ranges) {
  repeatable(
      command.add_option(
          "--allow-target", ranges,
          "Let scenarios load machines in this range of addresses, too, as\n"
          "192.0.2.0/24; repeatable. Without it only loopback and Unix\n"
          "sockets are. Each target must agree by serving the scenario's\n"
          "SHA-256 (sha256sum SCENARIO) on a line of\n"
          "http://HOST/.well-known/tidemark.txt, and hostile ways to end a\n"
          "connection by the line `tidemark: hostile`. At most 1000\n"
          "connections, 200 new ones per second, 10 minutes"))
      ->type_name("CIDR");
}

void add_hunt_options(CLI::App& command, HuntOptions& options) {
  const auto list = [&command](const char* name,
                               std::vector<std::string>& values,
                               const char* about, const char* type) {
    repeatable(command.add_option(name, values, about))
        ->type_name(type)
        ->delimiter(',');
  };
  command
      .add_option("URL", options.url,
                  "Where the service will be: ws://127.0.0.1:{port}/chat,\n"
                  "or without a scheme, 127.0.0.1:8080, :8080 or\n"
                  "unix:/run/service.sock, to find out what it speaks.\n"
                  "{port} is a free port that tidemark picks, here and in\n"
                  "COMMAND")
      ->required();
  command.add_option("COMMAND", options.command, "The service, behind a --")
      ->required();
  command
      .add_option("--out", options.folder,
                  "Folder for the scenarios that are written")
      ->type_name("FOLDER")
      ->capture_default_str();
  command
      .add_option("--records", options.record_folder,
                  "Folder for the records of all runs; without it none are\n"
                  "kept")
      ->type_name("FOLDER");
  command
      .add_option("--connections", options.connections,
                  "At most so many at once; 0 means three for each way")
      ->capture_default_str();
  command
      .add_option("--runtime", options.runtime,
                  "native, or process: looked at from outside only")
      ->capture_default_str();
  list("--only", options.only,
       "Only these ways for a connection to go, beside graceful:\n"
       "reset,bad_utf8; behaviors or provocations mean all of them",
       "WAYS");
  list("--skip", options.skip, "None of these ways", "WAYS");
  repeatable(
      command.add_option("--header", options.headers,
                         "A header of every handshake and request; repeatable"))
      ->type_name("'NAME: VALUE'");
  list("--subprotocol", options.subprotocols,
       "WebSocket: offered in this order", "NAME");
  command
      .add_option("--say", options.say,
                  "tcp, WebSocket: what every connection says, in hex,\n"
                  "instead of a line of text")
      ->type_name("HEX");
  command
      .add_option("--max-duration", options.max_duration,
                  "After so long no further run is begun")
      ->type_name("TIME")
      ->capture_default_str();
  command
      .add_option("--patience", options.patience,
                  "What is found must stay so long to be a finding: what a\n"
                  "timeout ends before is told and does not fail; with 0\n"
                  "nobody waits")
      ->type_name("TIME")
      ->capture_default_str();
  command
      .add_option("--format", options.output.format,
                  "What to print: terminal or json")
      ->capture_default_str();
  command.add_option("-o,--output", options.output.output,
                     "Write the report to this file instead of stdout");
  command.add_flag("--show-output", options.show_output,
                   "Pass the service's output through");
  command.add_flag("-q,--quiet", options.quiet, "No progress");
  command.add_flag("--no-color", options.output.no_colour,
                   "No colour on a terminal (NO_COLOR does the same)");
}

// What commands of several runs have in common behind their own options.
template <class Options>
void add_many_runs_options(CLI::App& command, Options& options,
                           const char* formats,
                           const std::vector<std::string>& known) {
  repeatable(
      command.add_option("--suppressions", options.suppressions,
                         "File of findings that are known and shall not fail;\n"
                         "repeatable"))
      ->type_name("FILE");
  command
      .add_option("--format", options.output.format,
                  std::string("What to print: ") + formats)
      ->check(CLI::IsMember(known))
      ->capture_default_str();
  command.add_option("-o,--output", options.output.output,
                     "Write the report to this file instead of stdout");
  command.add_option("--junit", options.output.junit,
                     "Write JUnit XML to this file as well");
  command.add_flag("--no-color", options.output.no_colour,
                   "No colour on a terminal (NO_COLOR does the same)");
}

void add_compare_options(CLI::App& command, CompareOptions& options) {
  command
      .add_option(
          "OLD", options.paths[0],
          "A scenario file, whose service is run in turns with NEW's on\n"
          "this machine; or a stored run record")
      ->required();
  command.add_option("NEW", options.paths[1], "Likewise, of the new version")
      ->required();
  command
      .add_option("--rounds", options.rounds,
                  "Runs of each version, in turns OLD NEW OLD NEW …: more of\n"
                  "them tell smaller differences of speed from noise")
      ->check(CLI::Range(1, 50))
      ->capture_default_str();
  command
      .add_option(
          "--max-slowdown", options.max_slowdown,
          "Fail if replies or handshakes take longer, or throughput is\n"
          "lower, by more than this beyond the noise. Without it speed\n"
          "is told and never fails")
      ->type_name("PERCENT")
      ->check(CLI::NonNegativeNumber);
  command
      .add_option("--records", options.record_folder,
                  "Folder for the run records, compare-old-1.json …; '' keeps\n"
                  "none")
      ->capture_default_str();
  command.add_flag("--show-output", options.show_output,
                   "Pass the services' output through");
  command.add_flag("-q,--quiet", options.quiet, "No progress");
  add_many_runs_options(command, options, kCompareFormats,
                        {"terminal", "html", "json", "junit", "markdown"});
  command.footer(
      "Worse, exit code 1: a finding is new (in every run of NEW, in none of\n"
      "OLD), one that both have grows faster, or an open connection takes "
      "more\n"
      "memory. 0: nothing worse; 2: not certain, as a finding in some runs of\n"
      "NEW only; 3: usage; 4: a run failed.\n"
      "\n"
      "  tidemark compare old.yaml new.yaml\n"
      "  tidemark compare --rounds 5 --max-slowdown 10 old.yaml new.yaml\n"
      "  tidemark compare --format html -o page.html old.json new.json\n"
      "  tidemark compare --format markdown main.json branch.json \\\n"
      "    >> $GITHUB_STEP_SUMMARY");
}

void add_set_option(CLI::App& command, std::vector<std::string>& settings) {
  repeatable(command.add_option(
                 "--set", settings,
                 "Of scenarios with a matrix: one of its cells; what is not\n"
                 "set is as in its baseline; repeatable"))
      ->type_name("FACTOR=LEVEL");
}

// Nothing given: a scenario with a matrix has no cell that is meant.
Result<std::optional<CellLevels>> cell_of(
    const std::vector<std::string>& settings) {
  if (settings.empty()) return std::optional<CellLevels>();
  CellLevels cell;
  for (const std::string& setting : settings) {
    const std::size_t at = setting.find('=');
    if (at == std::string::npos || at == 0)
      return fail(ErrorKind::kUsage,
                  "--set: wanted FACTOR=LEVEL, found `" + setting + "`",
                  "write --set buffer=4KiB");
    cell[setting.substr(0, at)] = setting.substr(at + 1);
  }
  return std::optional<CellLevels>(std::move(cell));
}

void add_sweep_options(CLI::App& command, SweepOptions& options) {
  command.add_option("SCENARIO", options.scenario, "A scenario with a matrix")
      ->required();
  command
      .add_option(
          "--records", options.record_folder,
          "Folder in which the sweep has one of its own, with a record\n"
          "of each run")
      ->capture_default_str();
  command.add_flag("--fresh", options.fresh,
                   "Begin anew where an interrupted sweep would go on");
  command.add_flag("--report", options.only_report,
                   "Run nothing: what the runs say that there are");
  command.add_flag("--show-output", options.show_output,
                   "Pass the service's output through");
  command.add_flag("-q,--quiet", options.quiet, "No progress");
  add_many_runs_options(command, options, kSweepFormats,
                        {"terminal", "html", "json", "junit", "markdown"});
  command.footer(
      "Exit codes: 0 every cell was run, 1 a cell leaks, 3 usage, 4 the\n"
      "baseline failed, 130 interrupted: the same command goes on.\n"
      "\n"
      "  tidemark sweep scenarios/sweeps/client_buffers.yaml\n"
      "  tidemark sweep --report --format html -o page.html \\\n"
      "    scenarios/sweeps/client_buffers.yaml\n"
      "  tidemark run --set buffer=4KiB scenarios/sweeps/"
      "client_buffers.yaml");
}

void add_watch_options(CLI::App& command, WatchOptions& options) {
  command
      .add_option(
          "SERVICE", options.words,
          "Its number; or where it listens, as :8080, 127.0.0.1:6379 or\n"
          "unix:/run/service.sock; or, behind a --, the command that starts "
          "it")
      ->required();
  command.add_option("--every", options.every, "Time between two readings")
      ->type_name("TIME")
      ->capture_default_str();
  command
      .add_option("--for", options.for_long,
                  "End after so long; without it Ctrl-C does")
      ->type_name("TIME");
  command.add_flag(
      "--attach", options.attach,
      "Let the agent into a service that runs, so that its heap is seen;\n"
      "at the end it is taken out again. Without it nothing is done to\n"
      "the service, and only one that was started with\n"
      "LD_PRELOAD=libtidemark_agent.so shows its heap");
  command.add_flag(
      "--holders", options.holders,
      "At the end, ask who holds what stayed: a copy of the process is\n"
      "read, which stands still for 20 ms per GiB");
  command
      .add_option("--metrics", options.metrics,
                  "Serve the figures at http://HOST:PORT/metrics, loopback\n"
                  "only, while the watch lasts")
      ->type_name("HOST:PORT");
  command
      .add_option("--records", options.record_folder,
                  "Folder for the record, watch-NAME.json; '' keeps none")
      ->capture_default_str();
  command
      .add_option("--format", options.output.format,
                  std::string("What to print: ") + kWatchFormats)
      ->check(CLI::IsMember({"terminal", "lines", "json"}))
      ->capture_default_str();
  command.add_flag("--show-output", options.show_output,
                   "Pass the service's output through");
  command.add_flag("--no-color", options.output.no_colour,
                   "No colour on a terminal (NO_COLOR does the same)");
  command.footer(
      "Nothing is loaded, purged or judged: the heap, what the allocator has,\n"
      "PSS, descriptors, threads and connections, and where there is more\n"
      "than when the watch began. On a terminal a table that is renewed,\n"
      "elsewhere a line for each reading.\n"
      "\n"
      "Exit codes: 0 it ended as asked (Ctrl-C is asked for), 3 usage,\n"
      "4 the service ended, or cannot be seen.\n"
      "\n"
      "  tidemark watch :8080\n"
      "  tidemark watch --attach --every 5s --for 10m 4711\n"
      "  tidemark watch --format json -- ./server --port=8080 >> watch.jsonl");
}

Result<TargetPolicy> policy_of(const std::vector<std::string>& ranges) {
  TargetPolicy policy;
  for (const std::string& text : ranges) {
    Result<AddressRange> range = parse_address_range(text);
    TIDEMARK_TRY(range);
    policy.allowed.push_back(*std::move(range));
  }
  return policy;
}

int run(int argc, char** argv) {
  CLI::App app(kAbout, "tidemark");
  app.footer(kFooter);
  app.set_version_flag("--version", std::string("tidemark ") + kVersionText);
  app.require_subcommand(1);

  std::vector<std::string> ranges;
  std::vector<std::string> settings;
  RunOptions run_options;
  CLI::App* run_command =
      app.add_subcommand("run", "Run scenarios; the exit code is the verdict");
  run_command->add_option("SCENARIO", run_options.scenarios, "Scenario files")
      ->required();
  run_command
      ->add_option(
          "--pid", run_options.pid,
          "Attach to this running service and its children instead of\n"
          "starting one; it is tracked from then on, and at the end left as\n"
          "it was found. Needs the right to trace it (see\n"
          "kernel.yama.ptrace_scope)")
      ->check(CLI::PositiveNumber);
  run_command
      ->add_option("--records", run_options.record_folder,
                   "Folder for the run records; '' keeps none")
      ->capture_default_str();
  run_command->add_flag("--show-output", run_options.show_output,
                        "Pass the service's output through");
  run_command->add_flag("-q,--quiet", run_options.quiet, "No progress");
  repeatable(run_command->add_option(
                 "--suppressions", run_options.suppressions,
                 "File of findings that are known and shall not fail,\n"
                 "beside the scenario's own; repeatable. A report of a leak\n"
                 "has the rule to copy"))
      ->type_name("FILE");
  CLI::Option* baseline =
      run_command
          ->add_option(
              "--baseline", run_options.baseline,
              "A run record, as tidemark-out/NAME.json: what it found is "
              "known\n"
              "and fails only if there is more of it now, by more than both\n"
              "intervals; what it did not find fails as ever")
          ->type_name("RECORD");
  run_command
      ->add_flag("--update-baseline", run_options.update_baseline,
                 "When the run passes, write what there is less of into the\n"
                 "baseline, and take out what is gone: a ratchet, which never\n"
                 "allows more than it did")
      ->needs(baseline);
  add_forecast_option(*run_command, run_options.forecast);
  add_set_option(*run_command, settings);
  add_target_option(*run_command, ranges);
  add_output_options(*run_command, run_options.output);

  HuntOptions hunt_options;
  CLI::App* hunt_command = app.add_subcommand(
      "hunt",
      "Without a scenario: try every way a connection can go, and write the\n"
      "smallest scenario for each finding");
  hunt_command->footer(kHuntFooter);
  add_hunt_options(*hunt_command, hunt_options);

  StressOptions stress_options;
  CLI::App* stress_command = app.add_subcommand(
      "stress", "Load by arrival rate, judged by thresholds");
  stress_command
      ->add_option("SCENARIO", stress_options.scenarios, "Scenario files")
      ->required();
  stress_command
      ->add_option("--format", stress_options.format,
                   std::string("What to print: ") + kStressFormats)
      ->capture_default_str();
  stress_command->add_option("-o,--output", stress_options.output,
                             "Write the report to this file");
  stress_command->add_option("--junit", stress_options.junit,
                             "Write JUnit XML to this file as well");
  stress_command->add_option("--hgrm", stress_options.hgrm_folder,
                             "Write an HDR histogram per metric here");
  stress_command->add_flag("--show-output", stress_options.show_output,
                           "Pass the service's output through");
  stress_command->add_flag("-q,--quiet", stress_options.quiet, "No progress");
  stress_command->add_flag("--no-color", stress_options.no_colour,
                           "No colour on a terminal (NO_COLOR does the same)");

  add_set_option(*stress_command, settings);
  add_target_option(*stress_command, ranges);

  SweepOptions sweep_options;
  CLI::App* sweep_command = app.add_subcommand(
      "sweep",
      "Every cell of a scenario's matrix: what each setting costs and gives");
  add_sweep_options(*sweep_command, sweep_options);
  add_target_option(*sweep_command, ranges);

  CompareOptions compare_options;
  CLI::App* compare_command = app.add_subcommand(
      "compare", "Two versions of a service in turns, or two records");
  add_compare_options(*compare_command, compare_options);

  WatchOptions watch_options;
  CLI::App* watch_command =
      app.add_subcommand("watch", "A live table of a service that others use");
  add_watch_options(*watch_command, watch_options);

  std::string engine;
  CLI::App* provocations_command = app.add_subcommand(
      "provocations", "List what clients can do wrong, by protocol");
  provocations_command->add_option("ENGINE", engine,
                                   "websocket, http, redis, tcp or tls");

  std::vector<std::string> files;
  CLI::App* validate_command = app.add_subcommand(
      "validate", "Check scenario files without running them");
  validate_command->add_option("SCENARIO", files, "Scenario files")->required();

  PlanOptions plan_options;
  CLI::App* plan_command = app.add_subcommand(
      "plan", "What a run will do and be able to tell; nothing is started");
  plan_command->add_option("SCENARIO", plan_options.scenarios, "Scenario files")
      ->required();
  plan_command
      ->add_option("-n,--rows", plan_options.rows, "List so many cycles")
      ->capture_default_str();

  add_set_option(*plan_command, settings);

  ReportOptions report_options;
  CLI::App* report_command =
      app.add_subcommand("report", "Any report from stored run records");
  report_command->add_option("RECORD", report_options.records, "Run records")
      ->required();
  add_forecast_option(*report_command, report_options.forecast);
  add_output_options(*report_command, report_options.output);

  ProfileCommands profile_commands(app);

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kExitPass : kExitUsage;
  }
  const Result<TargetPolicy> policy = policy_of(ranges);
  if (!policy) return print_error(policy.error());
  run_options.policy = stress_options.policy = sweep_options.policy = *policy;
  const Result<std::optional<CellLevels>> cell = cell_of(settings);
  if (!cell) return print_error(cell.error());
  run_options.cell = stress_options.cell = plan_options.cell = *cell;
  if (*run_command) return cmd_run(run_options);
  if (*hunt_command) return cmd_hunt(hunt_options);
  if (*compare_command) return cmd_compare(compare_options);
  if (*stress_command) return cmd_stress(stress_options);
  if (*sweep_command) return cmd_sweep(sweep_options);
  if (*watch_command) return cmd_watch(watch_options);
  if (*plan_command) return cmd_plan(plan_options);
  if (*provocations_command) return cmd_provocations(engine);
  if (*validate_command) return cmd_validate(files);
  if (*report_command) return cmd_report(report_options);
  // A command there is: CLI11 has seen to that.
  return profile_commands.run().value_or(kExitUsage);
}

}  // namespace
}  // namespace tidemark

int main(int argc, char** argv) {
  try {
    return tidemark::run(argc, argv);
  } catch (const std::exception& error) {
    return tidemark::print_error(
        {tidemark::ErrorKind::kBug,
         std::string("unexpected exception: ") + error.what(),
         "this is a bug in tidemark"});
  }
}
