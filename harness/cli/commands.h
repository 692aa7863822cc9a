// The program's commands, each a function from its options to an exit code.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/profile/combine.h"
#include "tidemark/matrix.h"
#include "tidemark/result.h"
#include "tidemark/target_policy.h"

namespace tidemark {

struct OutputOptions {
  std::string format = "terminal";
  std::string output;  // empty: stdout
  std::string junit;   // also write JUnit XML here
  bool all_frames = false;
  bool no_colour = false;
};

struct RunOptions {
  std::vector<std::string> scenarios;
  int pid = 0;  // attach to this process instead of starting one
  std::string record_folder = "tidemark-out";
  bool show_output = false;
  bool quiet = false;
  // Beside the scenario's own.
  std::vector<std::string> suppressions;
  std::string baseline;            // a record whose findings are known
  bool update_baseline = false;    // with what is less, if the run passes
  std::string forecast;            // "40/s,512MiB"; empty: none
  std::optional<CellLevels> cell;  // of scenarios with a matrix
  OutputOptions output;
  TargetPolicy policy;
};

struct StressOptions {
  std::vector<std::string> scenarios;
  std::string junit;
  std::string format = "terminal";  // or json
  std::string output;               // empty: stdout
  std::string hgrm_folder;          // empty: no histograms are written
  std::optional<CellLevels> cell;   // of scenarios with a matrix
  bool show_output = false;
  bool quiet = false;
  bool no_colour = false;
  TargetPolicy policy;
};

struct PlanOptions {
  std::vector<std::string> scenarios;
  std::optional<CellLevels> cell;  // of scenarios with a matrix
  std::size_t rows = 12;           // of the measured cycles
};

// Words of `sweep --format`.
inline constexpr const char* kSweepFormats =
    "terminal, html, json, junit, markdown";

struct SweepOptions {
  std::string scenario;
  std::string record_folder = "tidemark-out";  // a folder in it per scenario
  bool fresh = false;        // runs that there are already are not used
  bool only_report = false;  // nothing is run
  bool show_output = false;
  bool quiet = false;
  std::vector<std::string> suppressions;
  OutputOptions output;
  TargetPolicy policy;
};

struct HuntOptions {
  std::string url;
  std::vector<std::string> command;
  std::string folder = "tidemark-hunt";  // scenarios are written here
  std::string record_folder;             // empty: records are not kept
  std::uint32_t connections = 0;         // 0: as many as a screening needs
  std::string runtime = "native";        // or process
  std::vector<std::string> only;
  std::vector<std::string> skip;
  std::vector<std::string> headers;  // "Name: value"
  std::vector<std::string> subprotocols;
  std::string say;  // in hex: what connections say over WebSocket or TCP
  std::string max_duration = "15m";
  std::string patience = "100s";
  bool quiet = false;
  bool show_output = false;
  OutputOptions output;  // format: terminal or json
};

struct ReportOptions {
  std::vector<std::string> records;
  std::string forecast;  // as of RunOptions
  OutputOptions output;
};

// Words of `compare --format`.
inline constexpr const char* kCompareFormats =
    "terminal, html, json, junit, markdown";

struct CompareOptions {
  std::array<std::string, 2> paths;    // OLD, NEW
  int rounds = 2;                      // runs of each version
  std::optional<double> max_slowdown;  // per cent
  std::string record_folder = "tidemark-out";
  bool show_output = false;
  bool quiet = false;
  std::vector<std::string> suppressions;
  OutputOptions output;
};

// Words of `watch --format`.
inline constexpr const char* kWatchFormats = "terminal, lines, json";

struct WatchOptions {
  std::vector<std::string> words;  // a process, an address, or a command
  std::string every = "30s";
  std::string for_long;  // empty: until it is interrupted
  bool attach = false;   // let the agent into a service that runs
  bool holders = false;  // ask at the end who holds what stayed
  std::string metrics;   // HOST:PORT; empty: none are served
  std::string record_folder = "tidemark-out";
  bool show_output = false;
  OutputOptions output;  // format: one of kWatchFormats
};

enum class HoldingsTable { kTop, kList, kTree };

// How a profile is told. Of a record only if any of them is given.
struct ProfileOptions {
  std::string sample_type;  // empty: the default
  Against against = Against::kSubtracted;
  bool normalise = false;
  std::string focus;  // regular expressions; empty: none
  std::string ignore;
  bool by_cum = false;
  std::string unit;  // empty: one that fits
  std::size_t rows = 20;
  std::string pattern;  // `list` only
};

struct HoldingsOptions {
  HoldingsTable table = HoldingsTable::kTop;
  std::string record;       // or a profile, or
  int pid = 0;              // of a process that runs under the agent
  std::size_t finding = 0;  // 0: all that is live
  std::string base;         // a record or a profile; one of the two at most
  std::string diff_base;
  ProfileOptions profile;
  OutputOptions output;
};

struct DiffOptions {
  std::string before;
  std::string after;  // or
  int pid = 0;
  ProfileOptions profile;
  OutputOptions output;
};

int cmd_run(const RunOptions& options);
int cmd_hunt(const HuntOptions& options);
int cmd_compare(const CompareOptions& options);
int cmd_sweep(const SweepOptions& options);
int cmd_stress(const StressOptions& options);
// Every provocation of `engine`, or of all if it is empty.
int cmd_provocations(const std::string& engine);
int cmd_plan(const PlanOptions& options);
int cmd_validate(const std::vector<std::string>& files);
int cmd_report(const ReportOptions& options);
int cmd_watch(const WatchOptions& options);
int cmd_holdings(const HoldingsOptions& options);
int cmd_diff(const DiffOptions& options);

// An error as a person reads it, on stderr; its exit code comes back.
int print_error(const Error& error);

}  // namespace tidemark
