#include "harness/runtimes/go/frames.h"

#include <gtest/gtest.h>

namespace tidemark::go {
namespace {

// A record of these functions, leaf first.
bool is_own(const std::vector<std::string>& functions) {
  std::vector<StackFrame> frames;
  HeapRecord record;
  for (const std::string& function : functions) {
    record.frames.push_back(static_cast<std::uint32_t>(frames.size()));
    frames.push_back({function, "x.go", 1});
  }
  return is_own_record(record, frames);
}

TEST(GoFrames, TheStandardLibraryIsKnownByItsPaths) {
  EXPECT_TRUE(is_standard("net/http.(*conn).serve"));
  EXPECT_TRUE(is_standard("bufio.NewReaderSize"));
  EXPECT_TRUE(is_standard("internal/poll.(*FD).Read"));
  EXPECT_FALSE(is_standard("main.main"));
  EXPECT_FALSE(is_standard("github.com/gorilla/websocket.newConn"));
  EXPECT_FALSE(is_standard("networks/chat.Serve"));
}

TEST(GoFrames, BlocksOfTheRuntimeAndOfOurQuestionsAreNotTheServices) {
  EXPECT_FALSE(is_own({"main.serve", "net/http.(*conn).serve"}));
  EXPECT_FALSE(is_own({"runtime.growslice", "main.serve"}));
  EXPECT_TRUE(is_own({"runtime.malg", "runtime.newproc1"}));
  EXPECT_TRUE(is_own({"time.resetTimer", "runtime.bgscavenge"}));
  EXPECT_TRUE(is_own({}));
  EXPECT_TRUE(
      is_own({"net/http.(*Server).trackConn", "net/http.(*conn).setState",
              "net/http.(*Server).Serve"}));
  EXPECT_FALSE(is_own({"main.track", "net/http.(*Server).trackConn"}));
  EXPECT_TRUE(
      is_own({"compress/flate.NewWriter", "runtime/pprof.newProfileBuilder",
              "net/http/pprof.handler.ServeHTTP"}));
  // In a page of the service's own making.
  EXPECT_TRUE(is_own({"compress/flate.NewWriter", "runtime/pprof.writeHeap",
                      "runtime/pprof.(*Profile).WriteTo", "main.page"}));
  EXPECT_TRUE(is_own({"bufio.NewWriter", "runtime/pprof.profileWriter"}));
}

TEST(GoFrames, WhatRunsWithLabelsOfAProfileIsTheServices) {
  EXPECT_FALSE(is_own({"main.keep", "main.serve.func1", "runtime/pprof.Do",
                       "main.serve", "net/http.(*conn).serve"}));
  EXPECT_FALSE(is_own(
      {"runtime/pprof.WithLabels", "runtime/pprof.Do.func1", "main.serve"}));
  EXPECT_FALSE(is_own({"runtime/pprof.SetGoroutineLabels", "main.serve"}));
  EXPECT_FALSE(is_own({"runtime/pprof.(*Profile).Add", "main.open"}));
  const std::vector<StackFrame> frames = {
      {"main.wait", "a.go", 1}, {"runtime/pprof.Do", "runtime.go", 40}};
  GoroutineGroup group;
  group.frames = {0, 1};
  EXPECT_FALSE(is_own_goroutine(group, frames));
}

TEST(GoFrames, TheRuntimesListsAreKnownByTheirInnermostFunction) {
  EXPECT_TRUE(is_own_leaf("runtime.acquireSudog"));
  EXPECT_TRUE(is_own_leaf("runtime.(*hmap).newoverflow"));
  EXPECT_TRUE(is_own_leaf("runtime.doaddtimer"));
  EXPECT_TRUE(is_own_leaf("runtime.(*timers).addHeap"));
  EXPECT_FALSE(is_own_leaf("runtime.hashGrow"));
  EXPECT_FALSE(is_own_leaf("main.serve"));
}

TEST(GoFrames, AGoroutineEndsWithTheLineThatCreatedIt) {
  const std::vector<StackFrame> frames = {{"main.listen", "a.go", 1},
                                          {"main.serve", "a.go", 7}};
  GoroutineGroup group;
  group.frames = {0};
  group.created_by = 1;
  const std::vector<Frame> made = frames_of(group, frames);
  ASSERT_EQ(made.size(), 2u);
  EXPECT_EQ(made[0].function, "main.listen");
  EXPECT_EQ(made[1].line, 7u);
  EXPECT_FALSE(made[1].library);
}

}  // namespace
}  // namespace tidemark::go
