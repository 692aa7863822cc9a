// scenarios/REFERENCE.md against the loader: neither knows a key that the
// other does not.
#include <gtest/gtest.h>

#include <fstream>
#include <regex>
#include <set>

#include "harness/scenario/load.h"
#include "tests/unit/harness/scenario/words.h"

namespace tidemark {
namespace {

using Keys = std::set<std::string>;

// Every section there is, so that each is looked into.
constexpr std::string_view kAll = R"yaml(
version: 1
target: { ready: {}, stop: {} }
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
cycles: { warmup: {} }
expect: {}
)yaml";

// "flows.a.close[0].code" → "load.close[].code", as the reference has it.
Keys known() {
  const std::pair<std::regex, const char*> rules[] = {
      {std::regex(R"(^flows\.\w+)"), "load"},
      {std::regex(R"(^(standins)\.\w+)"), "$1.NAME"},
      {std::regex(R"(^(thresholds)\.\w+)"), "$1.METRIC"},
      {std::regex(R"(\[\d+\])"), "[]"},
      {std::regex(R"(^load\.flow\[\]\.\w+\.(expect|capture)\.)"), "STEP.$1."},
  };
  Keys keys;
  for (std::string key : known_keys(kAll, test_words())) {
    for (const auto& [pattern, replacement] : rules)
      key = std::regex_replace(key, pattern, replacement);
    keys.insert(key);
  }
  return keys;
}

// The first column of each table, under the path in its heading.
Keys documented() {
  std::ifstream file("scenarios/REFERENCE.md");
  EXPECT_TRUE(file) << "run this from the top of the project";
  Keys keys;
  std::string line, section;
  bool in_keys = false;
  while (std::getline(file, line)) {
    std::smatch match;
    if (line.starts_with("## "))
      section = std::regex_search(line, match, std::regex("`(.*)`"))
                    ? match[1].str() + "."
                    : "";
    if (!line.starts_with("|")) in_keys = false;
    if (line.starts_with("| key |")) in_keys = true;
    if (in_keys && std::regex_search(line, match, std::regex("^\\| `(\\w+)` ")))
      keys.insert(section + match[1].str());
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
