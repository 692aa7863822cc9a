// The command line: what there is, said once, in the order of first need.

#include <CLI/CLI.hpp>
#include <exception>

#include "harness/base/address_range.h"
#include "harness/cli/commands.h"
#include "harness/cli/exit_codes.h"
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
    "  tidemark report --format junit tidemark-out/chat-guilty.json\n"
    "  tidemark report --format pprof -o heap.pb.gz tidemark-out/"
    "chat-guilty.json\n"
    "  tidemark tree tidemark-out/chat-guilty.json";

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

// The first key to targets off loopback; the second is theirs.
void add_target_option(CLI::App& command, std::vector<std::string>& ranges) {
  command
      .add_option(
          "--allow-target", ranges,
          "Let scenarios load machines in this range of addresses, too, as\n"
          "192.0.2.0/24; repeatable. Without it only loopback and Unix\n"
          "sockets are. Each target must agree by serving the scenario's\n"
          "SHA-256 (sha256sum SCENARIO) on a line of\n"
          "http://HOST/.well-known/tidemark.txt, and hostile ways to end a\n"
          "connection by the line `tidemark: hostile`. At most 1000\n"
          "connections, 200 new ones per second, 10 minutes")
      ->type_name("CIDR")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

void add_holdings_options(CLI::App& command, HoldingsOptions& options) {
  command.add_option("RECORD", options.record,
                     "A run's record, as tidemark-out/NAME.json");
  command
      .add_option("--pid", options.pid,
                  "Instead: a live process, and its children, that was\n"
                  "started with LD_PRELOAD=libtidemark_agent.so. A copy of it\n"
                  "is read; it goes on itself")
      ->check(CLI::PositiveNumber);
  command
      .add_option("--finding", options.finding,
                  "The finding of that number only, 1 being the report's first")
      ->check(CLI::PositiveNumber);
  command.add_option("-n,--rows", options.rows, "At most so many rows")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command.add_option("-o,--output", options.output.output,
                     "Write to this file instead of stdout");
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
  run_command
      ->add_option("--suppressions", run_options.suppressions,
                   "File of findings that are known and shall not fail,\n"
                   "beside the scenario's own; repeatable. A report of a leak\n"
                   "has the rule to copy")
      ->type_name("FILE")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  add_target_option(*run_command, ranges);
  add_output_options(*run_command, run_options.output);

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

  add_target_option(*stress_command, ranges);

  std::string engine;
  CLI::App* provocations_command = app.add_subcommand(
      "provocations", "List what clients can do wrong, by protocol");
  provocations_command->add_option("ENGINE", engine,
                                   "websocket, http, redis, tcp or tls");

  std::vector<std::string> files;
  CLI::App* validate_command = app.add_subcommand(
      "validate", "Check scenario files without running them");
  validate_command->add_option("SCENARIO", files, "Scenario files")->required();

  ReportOptions report_options;
  CLI::App* report_command =
      app.add_subcommand("report", "Any report from stored run records");
  report_command->add_option("RECORD", report_options.records, "Run records")
      ->required();
  add_output_options(*report_command, report_options.output);

  HoldingsOptions holdings;
  CLI::App* top_command = app.add_subcommand(
      "top", "Who holds and who allocated most, from a record or live");
  CLI::App* list_command = app.add_subcommand(
      "list", "Who allocated, line by line, from a record or live");
  CLI::App* tree_command = app.add_subcommand(
      "tree", "Who holds what, as a tree, from a record or live");
  for (CLI::App* command : {top_command, list_command, tree_command})
    add_holdings_options(*command, holdings);
  list_command->add_option("PATTERN", holdings.pattern,
                           "Part of a function's or a file's name");

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kExitPass : kExitUsage;
  }
  const Result<TargetPolicy> policy = policy_of(ranges);
  if (!policy) return print_error(policy.error());
  run_options.policy = stress_options.policy = *policy;
  if (*run_command) return cmd_run(run_options);
  if (*stress_command) return cmd_stress(stress_options);
  if (*provocations_command) return cmd_provocations(engine);
  if (*validate_command) return cmd_validate(files);
  if (*report_command) return cmd_report(report_options);
  holdings.table = *top_command    ? HoldingsTable::kTop
                   : *list_command ? HoldingsTable::kList
                                   : HoldingsTable::kTree;
  return cmd_holdings(holdings);
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
