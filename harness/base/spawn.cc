#include "harness/base/spawn.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/close_range.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "harness/base/fd.h"

namespace tidemark {
namespace {

enum class Step : int { kPrepare, kCgroup, kDirectory, kExec };

// What a child that could not start its program writes before it ends.
struct Failure {
  Step step = Step::kPrepare;
  int cause = 0;
};

std::vector<char*> pointers(const std::vector<std::string>& words) {
  std::vector<char*> result;
  for (const std::string& word : words) {
    result.push_back(const_cast<char*>(word.c_str()));
  }
  result.push_back(nullptr);
  return result;
}

// The child between fork and exec: only calls that are safe after a fork of
// a program with threads, and nothing that allocates.
class Child {
 public:
  Child(const SpawnRequest& request, pid_t parent, int report)
      : parent_(parent),
        report_(report),
        output_(request.output),
        directory_(request.directory.c_str()),
        cgroup_(request.cgroup.c_str()),
        arguments_(pointers(request.command)),
        environment_(pointers(request.environment)) {}

  [[noreturn]] void run() {
    // Without its sender, this would be the init's process already.
    if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) give_up(Step::kPrepare);
    if (::getppid() != parent_) ::_exit(1);
    if (::setsid() < 0) give_up(Step::kPrepare);
    const int null = ::open("/dev/null", O_RDONLY);
    if (null < 0 || ::dup2(null, STDIN_FILENO) < 0 ||
        ::dup2(output_, STDOUT_FILENO) < 0 ||
        ::dup2(output_, STDERR_FILENO) < 0) {
      give_up(Step::kPrepare);
    }
    // A descriptor of ours would be counted as the service's. Old kernels
    // lack the call; there ours are closed by their own O_CLOEXEC.
    ::close_range(STDERR_FILENO + 1, ~0u, CLOSE_RANGE_CLOEXEC);
    if (*cgroup_ != '\0') join_cgroup();
    if (*directory_ != '\0' && ::chdir(directory_) != 0) {
      give_up(Step::kDirectory);
    }
    reset_signals();
    // The search in PATH shall be the service's, not ours.
    ::environ = environment_.data();
    ::execvp(arguments_[0], arguments_.data());
    give_up(Step::kExec);
  }

 private:
  [[noreturn]] void give_up(Step step) {
    const Failure failure{step, errno};
    const ssize_t ignored = ::write(report_, &failure, sizeof failure);
    static_cast<void>(ignored);
    ::_exit(127);
  }

  // Before the program: all that it asks for is counted.
  void join_cgroup() {
    const int file = ::open(cgroup_, O_WRONLY | O_CLOEXEC);
    if (file < 0 || ::write(file, "0", 1) != 1) give_up(Step::kCgroup);
    ::close(file);
  }

  // What we ignore (SIGPIPE) or block would otherwise stay so in the service.
  static void reset_signals() {
    struct sigaction usual = {};
    usual.sa_handler = SIG_DFL;
    for (int number = 1; number < NSIG; ++number) {
      ::sigaction(number, &usual, nullptr);
    }
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
  }

  pid_t parent_;
  int report_;
  int output_;
  const char* directory_;
  const char* cgroup_;
  std::vector<char*> arguments_;
  std::vector<char*> environment_;
};

tl::unexpected<Error> explain(const Failure& failure,
                              const SpawnRequest& request) {
  const char* cause = std::strerror(failure.cause);
  const std::string& program = request.command.front();
  if (failure.step == Step::kDirectory) {
    return fail(ErrorKind::kEnvironment,
                fmt::format("cannot start '{}' in the folder '{}': {}", program,
                            request.directory, cause),
                "target.directory must be a folder that can be entered");
  }
  if (failure.step == Step::kCgroup)
    return fail(ErrorKind::kEnvironment,
                fmt::format("cannot start '{}' in the cgroup of {}: {}",
                            program, request.cgroup, cause),
                "target.memoryLimit puts it there: run tidemark as root, or "
                "without it");
  std::string hint;
  if (failure.step == Step::kExec && failure.cause == ENOENT) {
    hint = program.find('/') == std::string::npos
               ? "it is not in PATH: install it, or give its path"
               : fmt::format("is it built? The path is taken from {}",
                             request.directory.empty()
                                 ? "where tidemark was started"
                                 : "target.directory");
  } else if (failure.step == Step::kExec && failure.cause == EACCES) {
    hint = "it must be a file that may be executed (chmod +x)";
  }
  return fail(ErrorKind::kEnvironment,
              fmt::format("cannot start '{}': {}", program, cause),
              std::move(hint));
}

// A handler of ours must not run in the child, so signals wait until it has
// none any more.
pid_t fork_with_signals_blocked(Child& child) {
  sigset_t all;
  sigset_t before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  const pid_t pid = ::fork();
  if (pid == 0) child.run();
  const int cause = errno;
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  errno = cause;
  return pid;
}

}  // namespace

Result<pid_t> spawn(const SpawnRequest& request) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return explain({{}, errno}, request);
  const Fd read_end(ends[0]);
  Fd write_end(ends[1]);
  Child child(request, ::getpid(), write_end.get());
  const pid_t pid = fork_with_signals_blocked(child);
  if (pid < 0) return explain({Step::kPrepare, errno}, request);
  write_end.reset();
  // The end of the pipe is closed by the exec, or by the child's death.
  Failure failure;
  ssize_t got = 0;
  do {
    got = ::read(read_end.get(), &failure, sizeof failure);
  } while (got < 0 && errno == EINTR);
  if (got != sizeof failure) return pid;
  while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
  }
  return explain(failure, request);
}

}  // namespace tidemark
