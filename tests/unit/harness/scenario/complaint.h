// What a person reads about a faulty scenario, for the tests that compare all
// of it.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "harness/scenario/load.h"
#include "tests/unit/harness/scenario/words.h"

namespace tidemark {

// The message between two line breaks, so that raw strings line up.
inline std::string complaint(std::string_view text) {
  const Result<Scenario> scenario = load_scenario("s.yaml", text, test_words());
  if (scenario) return "accepted";
  EXPECT_EQ(scenario.error().kind, ErrorKind::kUsage);
  EXPECT_EQ(scenario.error().hint, "");
  return "\n" + scenario.error().message + "\n";
}

// A good file, one line per section; a test replaces the one it is about.
struct Lines {
  std::string target = "target: { command: [./server] }";
  std::string load = "load: { url: \"ws://127.0.0.1:1/\" }";
  std::string rest = "";
};

inline std::string complaint(const Lines& lines) {
  return complaint("version: 1\n" + lines.target + "\n" + lines.load + "\n" +
                   lines.rest);
}

inline std::string about_target(const std::string& line) {
  Lines lines;
  lines.target = line;
  return complaint(lines);
}

inline std::string about_load(const std::string& line) {
  Lines lines;
  lines.load = line;
  return complaint(lines);
}

inline std::string about_rest(const std::string& line) {
  Lines lines;
  lines.rest = line;
  return complaint(lines);
}

}  // namespace tidemark
