#include "harness/runtimes/jvm/way_in.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "tests/support/real_clock.h"

namespace tidemark::jvm {
namespace {

// jcmd would send SIGQUIT to this process, which does not take it.
TEST(WayIn, NeitherWayIsTriedWhereSigquitWouldEndTheProcess) {
  char name[] = "/tmp/tidemark-jdk-XXXXXX";
  const std::string jdk = ::mkdtemp(name);
  std::filesystem::create_directory(jdk + "/bin");
  const std::string program = jdk + "/bin/jcmd";
  std::ofstream(program) << "#!/bin/sh\ntouch " << jdk << "/asked\n";
  ::chmod(program.c_str(), 0700);
  RealClock clock;
  for (const std::string& given : {std::string(), jdk}) {
    const Result<WayIn> way = find_way_in(::getpid(), given, clock, {});
    ASSERT_FALSE(way);
    EXPECT_EQ(way.error().message,
              "the JVM does not take SIGQUIT, by which it is asked to listen");
  }
  EXPECT_FALSE(std::filesystem::exists(jdk + "/asked"));
  std::filesystem::remove_all(jdk);
}

TEST(IsJvm, AProcessWithoutALibraryOfThatNameIsNone) {
  EXPECT_EQ(is_jvm(::getpid()), false);
}

TEST(IsJvm, AProcessThatIsGoneIsNone) { EXPECT_EQ(is_jvm(0), false); }

// As somebody else, who may not look at this process; who is not root may not
// look at the first of all.
TEST(IsJvm, AProcessThatMayNotBeLookedAtMayBeOne) {
  if (::geteuid() != 0) {
    EXPECT_FALSE(is_jvm(1));
    return;
  }
  enum { kError = 7, kSomethingElse };
  const pid_t child = ::fork();
  if (child == 0) {
    constexpr uid_t kNobody = 65534;
    if (::setuid(kNobody) != 0) ::_exit(kSomethingElse);
    const Result<bool> found = is_jvm(::getppid());
    ::_exit(!found && found.error().message.starts_with(
                          "cannot tell whether it is a JVM: ")
                ? kError
                : kSomethingElse);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), kError);
}

}  // namespace
}  // namespace tidemark::jvm
