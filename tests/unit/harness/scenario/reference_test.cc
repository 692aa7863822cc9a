// scenarios/REFERENCE.md against the loader: neither knows a key that the
// other does not.
#include <gtest/gtest.h>

#include <fstream>
#include <set>

#include "harness/scenario/load.h"
#include "tests/unit/harness/scenario/words.h"

namespace tidemark {
namespace {

using Keys = std::set<std::string>;

// Every section there is, so that each is looked into.
constexpr std::string_view kAll = R"yaml(
version: 1
matrix: { a: [ 1 ] }
target: { ready: {}, stop: {}, pprof: {} }
flows:
  a:
    url: "wss://127.0.0.1:1"
    send: {}
    flow:
      - send: { expect: {}, capture: {} }
      - receive: {}
      - think: {}
    close: [ {} ]
    tls: {}
    socket: {}
    payload: [ {} ]
    timeouts: {}
    stress: { executor: ramping-vus, stages: [ {} ] }
  b: { url: "http://127.0.0.1:1", flow: [ { get: {} } ] }
standins: { a: { engine: redis, rules: [ {} ], tls: {} } }
thresholds: { a: [ {} ] }
cycles: { warmup: {}, factors: {} }
expect: {}
)yaml";

// `text` with its beginning `from` replaced, if it has it.
std::string rebased(const std::string& text, const std::string& from,
                    const std::string& to) {
  return text.starts_with(from) ? to + text.substr(from.size()) : text;
}

// "flows.a.close[0].code" → "load.close[].code", as the reference has it.
Keys known() {
  Keys keys;
  for (std::string key : known_keys(kAll, test_words())) {
    std::erase_if(key, [](char c) { return c >= '0' && c <= '9'; });
    key = rebased(key, "flows.a.", "load.");
    key = rebased(key, "flows.b.", "load.");
    key = rebased(key, "standins.a.", "standins.NAME.");
    key = rebased(key, "matrix.a", "matrix.FACTOR");
    key = rebased(key, "thresholds.a", "thresholds.METRIC");
    key = rebased(key, "load.flow[].send.expect.", "STEP.expect.");
    key = rebased(key, "load.flow[].send.capture.", "STEP.capture.");
    keys.insert(key);
  }
  return keys;
}

// What stands in the first pair of backticks.
std::string first_code(const std::string& line) {
  const std::size_t begin = line.find('`');
  if (begin == std::string::npos) return "";
  return line.substr(begin + 1, line.find('`', begin + 1) - begin - 1);
}

// The first column of each table, under the path in its heading.
Keys documented() {
  std::ifstream file("scenarios/REFERENCE.md");
  EXPECT_TRUE(file) << "run this from the top of the project";
  Keys keys;
  std::string line, section;
  bool in_keys = false;
  while (std::getline(file, line)) {
    if (line.starts_with("## "))
      section = first_code(line).empty() ? "" : first_code(line) + ".";
    if (!line.starts_with("|")) in_keys = false;
    if (line.starts_with("| key |")) in_keys = true;
    if (in_keys && line.starts_with("| `"))
      keys.insert(section + first_code(line));
  }
  return keys;
}

Keys without(const Keys& keys, const Keys& others) {
  Keys rest;
  for (const std::string& key : keys)
    if (!others.contains(key)) rest.insert(key);
  return rest;
}

TEST(Reference, ListsEveryKeyTheLoaderKnows) {
  EXPECT_EQ(without(known(), documented()), Keys{});
}

TEST(Reference, ListsNoKeyTheLoaderDoesNotKnow) {
  EXPECT_EQ(without(documented(), known()), Keys{});
}

}  // namespace
}  // namespace tidemark
