#include "harness/runtimes/jvm/attach_socket.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <functional>
#include <thread>

#include "harness/base/fd.h"
#include "tests/support/real_clock.h"

namespace tidemark::jvm {
namespace {

// A JVM that takes one question and says what it was told to.
class FakeJvm {
 public:
  explicit FakeJvm(std::string answer, bool hang_up = true) {
    char folder[] = "/tmp/tidemark-jvm-XXXXXX";
    folder_ = ::mkdtemp(folder);
    path_ = folder_ + "/socket";
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path_.c_str(), sizeof address.sun_path - 1);
    listener_ = Fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    EXPECT_EQ(::bind(listener_.get(), reinterpret_cast<sockaddr*>(&address),
                     sizeof address),
              0);
    EXPECT_EQ(::listen(listener_.get(), 1), 0);
    thread_ = std::thread([this, answer, hang_up] { serve(answer, hang_up); });
  }

  ~FakeJvm() {
    ::shutdown(listener_.get(), SHUT_RDWR);
    thread_.join();
    std::filesystem::remove_all(folder_);
  }

  const std::string& path() const { return path_; }
  // Valid once it has been answered.
  std::string question;

 private:
  void serve(const std::string& answer, bool hang_up) {
    const Fd fd(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!fd) return;
    char buffer[256];
    // Five texts, each with a zero behind it.
    while (std::count(question.begin(), question.end(), '\0') < 5) {
      const ssize_t got = ::read(fd.get(), buffer, sizeof buffer);
      if (got <= 0) return;
      question.append(buffer, static_cast<std::size_t>(got));
    }
    EXPECT_EQ(::write(fd.get(), answer.data(), answer.size()),
              static_cast<ssize_t>(answer.size()));
    // Until the other side gives up.
    while (!hang_up && ::read(fd.get(), buffer, sizeof buffer) > 0) {
    }
  }

  std::string folder_;
  std::string path_;
  Fd listener_;
  std::thread thread_;
};

class AttachSocketTest : public testing::Test {
 protected:
  Result<std::string> ask(const std::string& path,
                          Duration timeout = std::chrono::seconds(10)) {
    return ask_socket(path, "GC.run",
                      Patience(clock_.now() + timeout, clock_, cancelled_));
  }

  RealClock clock_;
  std::function<bool()> cancelled_;
};

TEST_F(AttachSocketTest, AsksInTheJvmsProtocol) {
  using namespace std::string_literals;
  std::string question;
  {
    FakeJvm jvm("0\nfine\n");
    const Result<std::string> answer = ask(jvm.path());
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(*answer, "fine\n");
    question = jvm.question;
  }
  EXPECT_EQ(question, "1\0jcmd\0GC.run\0\0\0"s);
}

TEST_F(AttachSocketTest, ARefusalSaysWhy) {
  FakeJvm jvm("-1\njava.lang.IllegalArgumentException: Unknown command\n\n");
  EXPECT_EQ(ask(jvm.path()).error().message,
            "the JVM refuses GC.run: java.lang.IllegalArgumentException: "
            "Unknown command");
}

TEST_F(AttachSocketTest, AJvmThatHangsUpHasNotAnswered) {
  FakeJvm jvm("");
  EXPECT_EQ(ask(jvm.path()).error().message,
            "the JVM does not answer GC.run: it hung up");
}

TEST_F(AttachSocketTest, WaitsNoLongerThanItMay) {
  FakeJvm jvm("0\nsome, but not", false);
  EXPECT_EQ(ask(jvm.path(), std::chrono::milliseconds(20)).error().message,
            "the JVM does not answer GC.run: its time is over");
}

TEST_F(AttachSocketTest, WaitsNoLongerThanTheUserWants) {
  FakeJvm jvm("0\nsome, but not", false);
  int looks = 0;
  cancelled_ = [&looks] { return ++looks > 1; };
  const Result<std::string> answer = ask(jvm.path(), std::chrono::minutes(10));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, ErrorKind::kInterrupted);
  EXPECT_EQ(answer.error().message, "interrupted");
}

TEST_F(AttachSocketTest, NobodyIsThere) {
  EXPECT_EQ(ask("/nonexistent/socket").error().message,
            "the JVM does not answer GC.run: No such file or directory");
  EXPECT_EQ(ask(std::string(200, 'a')).error().message,
            "the JVM does not answer GC.run: the path of its socket is too "
            "long");
}

TEST_F(AttachSocketTest, AProcessWithoutAJvmIsNotSignalled) {
  // This one takes no SIGQUIT, and would end by it.
  const auto door = make_attach_socket(::getpid(), clock_, {});
  const Result<std::string> answer =
      door->ask("GC.run", std::chrono::seconds(1));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().message,
            "the JVM does not take SIGQUIT, by which it is asked to listen");
}

// A child that takes SIGQUIT in two threads, as a JVM does, and ends by it.
pid_t start_process_that_ends_by_sigquit() {
  int ends[2];
  EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  const Fd read_end(ends[0]);
  const Fd write_end(ends[1]);
  const pid_t pid = ::fork();
  if (pid == 0) {
    std::signal(SIGQUIT, [](int) { ::_exit(0); });
    std::thread([&] {
      static_cast<void>(!::write(write_end.get(), "!", 1));
      while (true) ::pause();
    }).join();
  }
  char ready = 0;
  EXPECT_EQ(::read(read_end.get(), &ready, 1), 1);
  return pid;
}

TEST_F(AttachSocketTest, AProcessThatEndsIsNotWaitedFor) {
  const pid_t pid = start_process_that_ends_by_sigquit();
  const Result<std::string> answer =
      make_attach_socket(pid, clock_, {})
          ->ask("GC.run", std::chrono::minutes(1));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().message,
            "process " + std::to_string(pid) + " has ended");
  EXPECT_FALSE(
      std::filesystem::exists("/tmp/.attach_pid" + std::to_string(pid)));
  EXPECT_EQ(::waitpid(pid, nullptr, 0), pid);
}

}  // namespace
}  // namespace tidemark::jvm
