// The program's commands, each a function from its options to an exit code.
#pragma once

#include <string>
#include <vector>

#include "tidemark/result.h"

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
  std::string record_folder = "tidemark-out";
  bool show_output = false;
  bool quiet = false;
  OutputOptions output;
};

struct ReportOptions {
  std::vector<std::string> records;
  OutputOptions output;
};

int cmd_run(const RunOptions& options);
int cmd_validate(const std::vector<std::string>& files);
int cmd_report(const ReportOptions& options);

// An error as a person reads it, on stderr; its exit code comes back.
int print_error(const Error& error);

}  // namespace tidemark
