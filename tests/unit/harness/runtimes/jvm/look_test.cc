#include "harness/runtimes/jvm/look.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace tidemark::jvm {
namespace {

// Objects and bytes by the innermost frame.
std::map<std::string, std::pair<std::int64_t, std::int64_t>> by_name(
    const Look& look, ManagedSites& sites) {
  std::map<std::string, std::pair<std::int64_t, std::int64_t>> levels;
  for (const Level& level : levels_of(look, sites)) {
    const SiteRecord site = sites.describe(level.site);
    levels[site.frames.front().function] = {level.objects.value,
                                            level.bytes.value};
  }
  return levels;
}

JavaThread thread(std::string name, std::string function, bool of_jvm) {
  JavaThread made;
  made.name = std::move(name);
  made.of_jvm = of_jvm;
  Frame frame;
  frame.function = std::move(function);
  if (!frame.function.empty()) made.frames.push_back(std::move(frame));
  return made;
}

TEST(Look, InternedStringsAreLeftOut) {
  Look look;
  look.classes.classes = {{"byte[]", true, {100}, {5000}},
                          {"java.lang.String", true, {90}, {90 * 24}},
                          {"UserSession", false, {7}, {168}}};
  look.strings = {{40}, {40 * 24 + 1600}};
  ManagedSites sites;
  const auto levels = by_name(look, sites);
  EXPECT_EQ(levels.at("java.lang.String"), std::pair(50l, 50l * 24));
  EXPECT_EQ(levels.at("byte[]"), std::pair(60l, 3400l));
  EXPECT_EQ(levels.at("UserSession"), std::pair(7l, 168l));
}

// Between two questions strings may go.
TEST(Look, NothingIsLessThanNothing) {
  Look look;
  look.classes.classes = {{"byte[]", true, {5}, {500}},
                          {"java.lang.String", true, {4}, {96}}};
  look.strings = {{40}, {4000}};
  ManagedSites sites;
  const auto levels = by_name(look, sites);
  EXPECT_EQ(levels.at("java.lang.String"), std::pair(0l, 0l));
  EXPECT_EQ(levels.at("byte[]"), std::pair(0l, 0l));
}

TEST(Look, WhatMethodHandlesAreMadeOfIsLeftOut) {
  Look look;
  look.classes.classes = {{"java.lang.invoke.MethodType", true, {5}, {200}},
                          {"java.lang.Class", true, {5}, {500}}};
  ManagedSites sites;
  const auto levels = by_name(look, sites);
  EXPECT_EQ(levels.size(), 1u);
  EXPECT_TRUE(levels.contains("java.lang.Class"));
}

TEST(Look, ThreadsOfTheJvmAreLeftOutWithTheirObjects) {
  Look look;
  look.classes.classes = {{"java.lang.Thread", true, {5}, {5 * 376}}};
  look.threads = {thread("C2 CompilerThread0", "", true),
                  thread("C1 CompilerThread0", "", true),
                  thread("main", "Chat.wait", false)};
  ManagedSites sites;
  const auto levels = by_name(look, sites);
  EXPECT_EQ(levels.size(), 2u);
  EXPECT_EQ(levels.at("java.lang.Thread"), std::pair(3l, 3l * 376));
  EXPECT_EQ(levels.at("Chat.wait"), std::pair(1l, 0l));
}

TEST(Look, ThreadsThatWaitAtOnePlaceAreOneSite) {
  Look look;
  look.threads = {thread("Thread-1", "Chat.wait", false),
                  thread("Thread-2", "Chat.wait", false),
                  thread("Thread-3", "Chat.read", false),
                  thread("reader-3", "Chat.read", false)};
  ManagedSites sites;
  const std::vector<Level> levels = levels_of(look, sites);
  ASSERT_EQ(levels.size(), 3u);
  EXPECT_EQ(levels[0].objects, Count{2});
  const SiteRecord site = sites.describe(levels[0].site);
  EXPECT_EQ(site.kind, MemoryKind::kThread);
  EXPECT_EQ(site.frames.back().function, "thread Thread-N");
}

}  // namespace
}  // namespace tidemark::jvm
