// The words of `top`, `list`, `tree` and `diff`. Private to main.cc, which is
// long.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>

#include "harness/cli/commands.h"

namespace tidemark {

// Adds the four to the program's commands.
class ProfileCommands {
 public:
  explicit ProfileCommands(CLI::App& app);

  // The exit code of the one that was called, if one was.
  std::optional<int> run();

 private:
  CLI::App* top_;
  CLI::App* list_;
  CLI::App* tree_;
  CLI::App* diff_;
  HoldingsOptions holdings_;
  DiffOptions diff_options_;
};

}  // namespace tidemark
