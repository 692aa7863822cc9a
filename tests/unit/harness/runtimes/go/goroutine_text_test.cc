#include "harness/runtimes/go/goroutine_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/runtimes/go/frames.h"

namespace tidemark::go {
namespace {

using testing::HasSubstr;

GoroutineText read(std::string_view text) {
  const Result<GoroutineText> read = read_goroutine_text(text);
  EXPECT_TRUE(read) << read.error().message;
  return read ? *read : GoroutineText{};
}

std::string complaint(std::string_view text) {
  const Result<GoroutineText> read = read_goroutine_text(text);
  return read ? "" : read.error().message;
}

std::vector<std::string> functions(const GoroutineText& text,
                                   std::size_t group) {
  std::vector<std::string> names;
  for (const Frame& frame : frames_of(text.groups[group], text.frames))
    names.push_back(frame.function);
  return names;
}

constexpr std::string_view kEach =
    "goroutine 1 [IO wait, 5 minutes]:\n"
    "net.(*netFD).accept(0xc0000cac80)\n"
    "\t/go/src/net/fd_unix.go:172 +0x35\n"
    "net/http.Serve(...)\n"
    "\t/go/src/net/http/server.go:2568\n"
    "main.main()\n"
    "\t/src/main.go:17 +0xc9\n"
    "\n"
    "goroutine 19 [chan receive]:\n"
    "main.listen({0x75df40, 0xc00015c000}, 0x0?)\n"
    "\t/src/main.go:10 +0x17\n"
    "created by main.serve\n"
    "\t/src/main.go:31 +0xf3\n"
    "\n"
    // As Go 1.21 and later say who it was.
    "goroutine 20 gp=0xc000 m=nil [select, locked to thread]:\n"
    "main.listen({0x75df40, 0xc00015c000}, 0x0?)\n"
    "\t/src/main.go:10 +0x17\n"
    "...additional frames elided...\n"
    "created by main.serve in goroutine 7\n"
    "\t/src/main.go:31 +0xf3\n";

TEST(GoGoroutineText, EachGoroutineHasItsCreator) {
  const GoroutineText text = read(kEach);
  EXPECT_EQ(text.total, Count{3});
  EXPECT_FALSE(text.cut_off);
  ASSERT_EQ(text.groups.size(), 2u);
  EXPECT_EQ(text.groups[0].state, "IO wait");
  EXPECT_EQ(functions(text, 0),
            (std::vector<std::string>{"net.(*netFD).accept", "net/http.Serve",
                                      "main.main"}));
  EXPECT_FALSE(text.groups[0].created_by);
  EXPECT_EQ(text.groups[1].goroutines, Count{2});
  EXPECT_EQ(text.groups[1].state, "chan receive");
  EXPECT_EQ(functions(text, 1),
            (std::vector<std::string>{"main.listen", "main.serve"}));
  EXPECT_EQ(text.frames[*text.groups[1].created_by],
            (StackFrame{"main.serve", "/src/main.go", 31}));
}

TEST(GoGoroutineText, ThoseAlikeMayComeTogether) {
  const GoroutineText text = read(
      "goroutine profile: total 8\n"
      "7 @ 0x43b256 0x44a88c 0x670997\n"
      "# labels: {\"a\":\"b\"}\n"
      "#\t0x670996\tmain.listen+0x16\t/src/main.go:10\n"
      "\n"
      "1 @ 0x43b256\n"
      "#\t0x465b88\tmain.main+0x88\t/src/main.go:17\n");
  EXPECT_EQ(text.total, Count{8});
  ASSERT_EQ(text.groups.size(), 2u);
  EXPECT_EQ(text.groups[0].goroutines, Count{7});
  EXPECT_EQ(functions(text, 0), std::vector<std::string>{"main.listen"});
}

TEST(GoGoroutineText, SaysWhichLineIsWrong) {
  EXPECT_THAT(complaint("404 page not found"),
              HasSubstr("found `404 page not found`"));
  EXPECT_THAT(complaint("goroutine 1 IO wait:\n"), HasSubstr("line 1"));
  EXPECT_THAT(complaint("goroutine 1 [running]:\nmain.main()\nmain.f()\n"),
              HasSubstr("line 2, `main.main()`"));
  EXPECT_THAT(complaint("goroutine profile: total many\n"),
              HasSubstr("the number of goroutines"));
  EXPECT_THAT(complaint("goroutine profile: total 1\n1 at 0x1\n"),
              HasSubstr("line 2"));
  EXPECT_THAT(complaint("goroutine profile: total 1\n#\t0x1\tf\tg:1\n"),
              HasSubstr("a frame of no goroutine"));
}

TEST(GoGoroutineText, MoreThanThereCanBeAreRefused) {
  EXPECT_THAT(complaint("goroutine profile: total 1\n"
                        "9223372036854775807 @ 0x1\n"),
              HasSubstr("line 2"));
  EXPECT_THAT(complaint("goroutine profile: total 1\n"
                        "600000000000 @ 0x1\n600000000000 @ 0x2\n"),
              HasSubstr("line 3, `600000000000 @ 0x2`: more goroutines"));
  std::string text = "goroutine profile: total 1\n";
  for (std::size_t i = 0; i <= kMostStacks; ++i) text += "1 @\n";
  EXPECT_THAT(complaint(text), HasSubstr("more stacks than any service has"));
}

TEST(GoGoroutineText, TheOneThatAnswersUsIsNotTheServices) {
  const GoroutineText text = read(
      "goroutine 33 [running]:\n"
      "runtime/pprof.writeGoroutineStacks({0x75c0c0, 0xc00015c000})\n"
      "\t/go/src/runtime/pprof/pprof.go:692 +0x70\n"
      "net/http.(*conn).serve(0xc000002000, {0x75e400, 0xc00007b3e0})\n"
      "\t/go/src/net/http/server.go:1991 +0x607\n"
      "created by net/http.(*Server).Serve\n"
      "\t/go/src/net/http/server.go:3102 +0x4db\n"
      "\n"
      "goroutine 50 [IO wait]:\n"
      "internal/poll.(*FD).Read(0xc00007c100, {0xc00007b4a1, 0x1, 0x1})\n"
      "\t/go/src/internal/poll/fd_unix.go:167 +0x25a\n"
      "net.(*conn).Read(0xc00000e048, {0xc00007b4a1?, 0x0?, 0x0?})\n"
      "\t/go/src/net/net.go:183 +0x45\n"
      "net/http.(*connReader).backgroundRead(0xc00007b490)\n"
      "\t/go/src/net/http/server.go:678 +0x3f\n"
      "created by net/http.(*connReader).startBackgroundRead\n"
      "\t/go/src/net/http/server.go:674 +0xca\n"
      "\n"
      // Waits for the next request of a client of the service.
      "goroutine 51 [IO wait]:\n"
      "internal/poll.(*FD).Read(0xc00007c200, {0xc0000ea000, 0x1000, 0x1000})\n"
      "\t/go/src/internal/poll/fd_unix.go:167 +0x25a\n"
      "net.(*conn).Read(0xc00000e050, {0xc0000ea000?, 0x0?, 0x0?})\n"
      "\t/go/src/net/net.go:183 +0x45\n"
      "net/http.(*connReader).Read(0xc00007b500, {0xc0000ea000, 0x1000, "
      "0x1000})\n"
      "\t/go/src/net/http/server.go:786 +0x171\n"
      "bufio.(*Reader).fill(0xc00005a060)\n"
      "\t/go/src/bufio/bufio.go:106 +0x103\n"
      "bufio.(*Reader).Peek(0xc00005a060, 0x4)\n"
      "\t/go/src/bufio/bufio.go:144 +0x5d\n"
      "net/http.(*conn).serve(0xc000002000, {0x75e400, 0xc00007b3e0})\n"
      "\t/go/src/net/http/server.go:2017 +0x77c\n"
      "created by net/http.(*Server).Serve\n"
      "\t/go/src/net/http/server.go:3102 +0x4db\n");
  ASSERT_EQ(text.groups.size(), 3u);
  EXPECT_TRUE(is_own_goroutine(text.groups[0], text.frames));
  EXPECT_TRUE(is_own_goroutine(text.groups[1], text.frames));
  EXPECT_FALSE(is_own_goroutine(text.groups[2], text.frames));
}

}  // namespace
}  // namespace tidemark::go
