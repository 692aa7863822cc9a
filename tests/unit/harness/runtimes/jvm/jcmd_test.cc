#include "harness/runtimes/jvm/jcmd.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>

#include "tests/support/real_clock.h"

namespace tidemark::jvm {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(JcmdPlaces, TheServicesOwnJdkComesBeforeJavaHome) {
  EXPECT_THAT(jcmd_places("", "/usr/lib/jvm/a/bin/java", "/opt/b"),
              ElementsAre("/usr/lib/jvm/a/bin/jcmd", "/opt/b/bin/jcmd"));
}

TEST(JcmdPlaces, AJreMayBeWithinItsJdk) {
  EXPECT_THAT(jcmd_places("", "/opt/jdk8/jre/bin/java", ""),
              ElementsAre("/opt/jdk8/jre/bin/jcmd", "/opt/jdk8/bin/jcmd"));
}

TEST(JcmdPlaces, OneThatIsGivenIsTheOnlyOne) {
  EXPECT_THAT(jcmd_places("/opt/c", "/usr/lib/jvm/a/bin/java", "/opt/b"),
              ElementsAre("/opt/c/bin/jcmd"));
}

TEST(FindJcmd, SaysWhereItIsNotAndWhoHasIt) {
  const Result<std::string> found = find_jcmd(1, "/nonexistent");
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().message,
            "there is no jcmd: looked for /nonexistent/bin/jcmd");
  EXPECT_THAT(found.error().hint, HasSubstr("openjdk-17-jdk-headless"));
}

TEST(JcmdAnswer, IsWithoutTheNumberOfTheProcess) {
  EXPECT_EQ(jcmd_answer("VM.version", "4711:\nJDK 17\n", true), "JDK 17\n");
  EXPECT_EQ(jcmd_answer("VM.version", "JDK 17:\n", true), "JDK 17:\n");
}

TEST(JcmdAnswer, AFailureSaysWhatJcmdSaid) {
  const auto answer =
      jcmd_answer("GC.ran", "4711:\nUnknown diagnostic command\n", false);
  EXPECT_EQ(answer.error().message,
            "jcmd fails at GC.ran: Unknown diagnostic command");
}

// A program in its place that says what it was asked.
class JcmdTest : public testing::Test {
 protected:
  void SetUp() override {
    char folder[] = "/tmp/tidemark-jcmd-XXXXXX";
    folder_ = ::mkdtemp(folder);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::unique_ptr<DiagnosticCommands> program(const std::string& script) {
    const std::string path = folder_ + "/jcmd";
    std::ofstream(path) << "#!/bin/sh\n" << script;
    ::chmod(path.c_str(), 0700);
    return make_jcmd(path, 4711, clock_, cancelled_);
  }

  std::string folder_;
  RealClock clock_;
  std::function<bool()> cancelled_;
};

TEST_F(JcmdTest, IsGivenTheProcessAndTheQuestion) {
  const auto answer = program("echo \"$1:\"; echo \"asked $2\"")
                          ->ask("GC.heap_info", std::chrono::seconds(20));
  EXPECT_EQ(answer, "asked GC.heap_info\n");
}

TEST_F(JcmdTest, FailsWithItsWords) {
  const auto answer = program("echo no such process; exit 1")
                          ->ask("GC.run", std::chrono::seconds(20));
  EXPECT_EQ(answer.error().message, "jcmd fails at GC.run: no such process");
}

TEST_F(JcmdTest, IsEndedWhenItsTimeIsOver) {
  const auto answer = program("echo 4711:; exec tail -f /dev/null")
                          ->ask("GC.run", std::chrono::milliseconds(50));
  EXPECT_EQ(answer.error().message,
            "jcmd does not answer GC.run: its time is over");
}

TEST_F(JcmdTest, IsEndedWhenItSaysNoMoreAndDoesNotEnd) {
  const auto answer =
      program("echo 4711:; exec >/dev/null 2>&1; exec tail -f /dev/null")
          ->ask("GC.run", std::chrono::milliseconds(50));
  EXPECT_EQ(answer.error().message,
            "jcmd does not answer GC.run: its time is over");
}

TEST_F(JcmdTest, IsEndedWhenTheUserHasHadEnough) {
  int looks = 0;
  cancelled_ = [&looks] { return ++looks > 1; };
  const auto answer = program("exec tail -f /dev/null")
                          ->ask("GC.run", std::chrono::minutes(10));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, ErrorKind::kInterrupted);
  EXPECT_EQ(answer.error().message, "interrupted");
}

}  // namespace
}  // namespace tidemark::jvm
