#include "harness/runtimes/jvm/jcmd.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "harness/base/fd.h"
#include "harness/base/short_text.h"
#include "harness/base/spawn.h"
#include "harness/runtimes/jvm/attach_socket.h"
#include "harness/runtimes/jvm/patience.h"
#include "harness/runtimes/jvm/text_lines.h"

namespace tidemark::jvm {
namespace {

constexpr Duration kLookAgain = std::chrono::milliseconds(2);

// A program that was told to answer somebody else: reaped, whatever happens.
class Started {
 public:
  explicit Started(pid_t pid) : pid_(pid) {}
  Started(const Started&) = delete;
  Started& operator=(const Started&) = delete;
  ~Started() {
    if (pid_ == 0) return;
    ::kill(-pid_, SIGKILL);  // it leads a session
    while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
  }

  // Whether it ended with 0: its output may be over before it is.
  Result<bool> wait(const Patience& patience) {
    while (true) {
      int status = 0;
      const pid_t ended = ::waitpid(pid_, &status, WNOHANG);
      if (ended == pid_ || (ended < 0 && errno != EINTR)) {
        pid_ = 0;
        return WIFEXITED(status) && WEXITSTATUS(status) == 0;
      }
      TIDEMARK_TRY(patience.left());
      patience.clock().sleep(kLookAgain);
    }
  }

 private:
  pid_t pid_;
};

// What it needs of ours. JAVA_TOOL_OPTIONS and its kin are meant for the
// service, and change what jcmd prints.
std::vector<std::string> plain_environment() {
  std::vector<std::string> environment{"LC_ALL=C.UTF-8"};
  for (const char* name : {"PATH", "HOME", "TMPDIR"})
    if (const char* value = std::getenv(name))
      environment.push_back(fmt::format("{}={}", name, value));
  return environment;
}

class Jcmd final : public DiagnosticCommands {
 public:
  Jcmd(std::string program, pid_t pid, Clock& clock,
       std::function<bool()> cancelled)
      : program_(std::move(program)),
        pid_(pid),
        clock_(clock),
        cancelled_(std::move(cancelled)) {}

  Result<std::string> ask(const std::string& command,
                          Duration timeout) override;

 private:
  std::string program_;
  pid_t pid_;
  Clock& clock_;
  std::function<bool()> cancelled_;
};

tl::unexpected<Error> gave_up(const std::string& command, const Error& why) {
  if (why.kind == ErrorKind::kInterrupted) return fail(why);
  return fail(ErrorKind::kEnvironment,
              fmt::format("jcmd does not answer {}: {}", command, why.message));
}

Result<std::string> Jcmd::ask(const std::string& command, Duration timeout) {
  const Patience patience(clock_.now() + timeout, clock_, cancelled_);
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0)
    return fail(
        ErrorKind::kEnvironment,
        fmt::format("cannot start {}: {}", program_, std::strerror(errno)));
  const Fd read_end(ends[0]);
  Fd write_end(ends[1]);
  SpawnRequest request;
  request.command = {program_, std::to_string(pid_), command};
  request.environment = plain_environment();
  request.output = write_end.get();
  Result<pid_t> pid = spawn(request);
  TIDEMARK_TRY(pid);
  Started started(*pid);
  write_end.reset();
  std::string output;
  char buffer[64 * 1024];
  while (true) {
    if (const Status waited = patience.wait_for(read_end, POLLIN); !waited)
      return gave_up(command, waited.error());
    const ssize_t got = ::read(read_end.get(), buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    output.append(buffer, static_cast<std::size_t>(got));
    if (output.size() > kMostAnswer)
      return fail(ErrorKind::kEnvironment,
                  fmt::format("the answer to {} has no end", command));
  }
  const Result<bool> ended_well = started.wait(patience);
  if (!ended_well) return gave_up(command, ended_well.error());
  return jcmd_answer(command, output, *ended_well);
}

std::string environment_of_ours(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

}  // namespace

std::vector<std::string> jcmd_places(const std::string& given,
                                     const std::string& java,
                                     const std::string& java_home) {
  namespace fs = std::filesystem;
  std::vector<std::string> places;
  const auto add = [&](const fs::path& jdk) {
    std::string place = (jdk / "bin" / "jcmd").string();
    if (!jdk.empty() &&
        std::find(places.begin(), places.end(), place) == places.end())
      places.push_back(std::move(place));
  };
  add(given);
  if (!given.empty()) return places;
  const fs::path home = fs::path(java).parent_path().parent_path();
  add(home);
  if (home.filename() == "jre") add(home.parent_path());
  add(java_home);
  return places;
}

Result<std::string> find_jcmd(pid_t pid, const std::string& given_jdk) {
  std::error_code error;
  const std::filesystem::path java =
      std::filesystem::read_symlink(fmt::format("/proc/{}/exe", pid), error);
  const std::vector<std::string> places = jcmd_places(
      given_jdk, error ? "" : java.string(), environment_of_ours("JAVA_HOME"));
  for (const std::string& place : places)
    if (::access(place.c_str(), X_OK) == 0) return place;
  return fail(
      ErrorKind::kEnvironment,
      fmt::format("there is no jcmd: looked for {}", fmt::join(places, ", ")),
      "a JRE has none: install the JDK (Debian: openjdk-17-jdk-headless), or "
      "say where one is with target.jdk");
}

Result<std::string> jcmd_answer(const std::string& command,
                                const std::string& output, bool ended_well) {
  std::string_view rest = output;
  std::string_view first = take_line(rest);
  const bool numbered =
      first.ends_with(':') && whole_number(first.substr(0, first.size() - 1));
  const std::string_view text = numbered ? rest : std::string_view(output);
  if (ended_well) return std::string(text);
  return fail(ErrorKind::kEnvironment,
              fmt::format("jcmd fails at {}: {}", command,
                          one_line(trimmed(text), 200)));
}

std::unique_ptr<DiagnosticCommands> make_jcmd(std::string program, pid_t pid,
                                              Clock& clock,
                                              std::function<bool()> cancelled) {
  return std::make_unique<Jcmd>(std::move(program), pid, clock,
                                std::move(cancelled));
}

}  // namespace tidemark::jvm
