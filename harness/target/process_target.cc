#include "harness/target/process_target.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <random>
#include <thread>
#include <utility>

#include "harness/base/fd.h"
#include "harness/base/spawn.h"
#include "harness/target/environment.h"
#include "harness/target/memory_cgroup.h"
#include "harness/target/output_reader.h"
#include "harness/target/service_processes.h"
#include "harness/target/tcp_ready.h"

namespace tidemark {
namespace {

constexpr Duration kFirstPause = std::chrono::milliseconds(1);
constexpr Duration kLongestPause = std::chrono::milliseconds(50);
// How long a killed process may take to end: it may be writing a core file.
constexpr Duration kAfterKill = std::chrono::seconds(10);
// How long the other threads of a process may take after its first.
constexpr Duration kAfterEnd = std::chrono::seconds(2);
constexpr Bytes kAgentAtFirst{4 << 20};  // with what it records of a start
constexpr int kKillRounds = 20;  // a process may fork while it is killed

std::string unique_id() {
  std::random_device random;
  return fmt::format("{:x}-{:08x}{:08x}", ::getpid(), random(), random());
}

ServiceExit exit_of(int status) {
  ServiceExit exit;
  if (WIFSIGNALED(status)) {
    exit.signal = WTERMSIG(status);
  } else {
    exit.code = WEXITSTATUS(status);
  }
  return exit;
}

// A process is a zombie as soon as its first thread is; it has no exit status
// before the last of them is gone.
bool collect_within(pid_t pid, Duration timeout, int& status) {
  const auto end = std::chrono::steady_clock::now() + timeout;
  while (true) {
    const pid_t ended = ::waitpid(pid, &status, WNOHANG);
    if (ended != 0) return ended == pid;
    if (std::chrono::steady_clock::now() >= end) return false;
    std::this_thread::sleep_for(kFirstPause);
  }
}

std::string in_words(const ServiceExit& exit) {
  if (exit.signal) {
    const char* name = ::sigabbrev_np(*exit.signal);
    return fmt::format("was killed by signal {} (SIG{})", *exit.signal,
                       name != nullptr ? name : "?");
  }
  return fmt::format("ended with exit code {}", exit.code.value_or(0));
}

std::string in_words(const std::vector<std::string>& output) {
  if (output.empty()) return "it wrote nothing";
  std::string text = "its last output:";
  for (const std::string& line : output) text += "\n  | " + line;
  return text;
}

class ProcessTarget final : public Target {
 public:
  ProcessTarget(TargetOptions options, Clock& clock, Cancellation& cancellation)
      : options_(std::move(options)),
        clock_(clock),
        cancellation_(cancellation),
        run_id_(unique_id()) {}

  ~ProcessTarget() override { stop(); }

  Status start() override;
  std::vector<pid_t> processes() const override;
  std::optional<ServiceExit> exited() override;
  ServiceExit stop() override;
  std::vector<std::string> last_output() const override;
  std::optional<MemoryUse> memory_use() override;
  void allow_beside(Bytes agent) override;

 private:
  Status prepare();
  Status launch();
  Status wait_until_ready();
  bool is_ready();
  Error died() const;
  Error never_ready() const;
  std::string command_line() const;
  std::vector<ProcessEntry> live() const { return processes_->look(main_); }
  void ask_to_stop();
  void kill_all();
  void collect_exit();

  TargetOptions options_;
  Clock& clock_;
  Cancellation& cancellation_;
  std::string run_id_;
  std::optional<TcpAddress> address_;  // to be tried for readiness
  std::string refusal_;                // why the last attempt failed
  pid_t main_ = -1;
  std::optional<ServiceExit> exit_;
  bool stopped_ = false;
  // A look also remembers what it saw, which is no change to the target.
  std::unique_ptr<ServiceProcesses> processes_;
  std::unique_ptr<OutputReader> output_;
  std::unique_ptr<MemoryCgroup> cgroup_;  // null: no limit
  std::optional<MemoryUse> last_use_;
};

Status ProcessTarget::start() {
  TIDEMARK_TRY(prepare());
  TIDEMARK_TRY(launch());
  Status ready = wait_until_ready();
  // Whoever is a descendant or an orphan of the service by now is remembered;
  // later orphans are told from helpers of ours by their mark.
  live();
  processes_->stop_adopting();
  if (!ready) {
    kill_all();
    stopped_ = true;
  }
  return ready;
}

Status ProcessTarget::prepare() {
  const ReadyCheck& check = options_.spec.ready;
  if (!check.output.empty()) return {};
  const std::string& text =
      check.tcp.empty() ? options_.load_address : check.tcp;
  if (text.empty()) return {};
  Result<TcpAddress> address = parse_tcp_address(text);
  if (!address) return fail(address.error());
  if (try_to_connect(*address).empty()) {
    return fail(ErrorKind::kEnvironment,
                fmt::format("something accepts connections at {} already, "
                            "before '{}' was started",
                            text, options_.spec.command.front()),
                "stop it, or give the service another port: '{{ port }}' "
                "stands for a free one");
  }
  address_ = std::move(*address);
  return {};
}

Status ProcessTarget::launch() {
  int ends[2];
  if (::prctl(PR_SET_CHILD_SUBREAPER, 1) != 0 ||
      ::pipe2(ends, O_CLOEXEC) != 0) {
    return fail(
        ErrorKind::kEnvironment,
        fmt::format("cannot start '{}': {}", options_.spec.command.front(),
                    std::strerror(errno)));
  }
  Fd read_end(ends[0]);
  const Fd write_end(ends[1]);
  Environment changes = options_.extra_environment;
  changes[kRunIdVariable] = run_id_;
  changes.insert(options_.spec.environment.begin(),
                 options_.spec.environment.end());
  SpawnRequest request;
  request.command = options_.spec.command;
  request.environment = service_environment(parse_environment(::environ),
                                            changes, options_.preload);
  request.directory = options_.spec.directory;
  request.output = write_end.get();
  if (options_.spec.memory_limit.value > 0) {
    Result<std::unique_ptr<MemoryCgroup>> cgroup =
        make_memory_cgroup(options_.spec.memory_limit);
    TIDEMARK_TRY(cgroup);
    cgroup_ = *std::move(cgroup);
    // Until somebody has looked how much it is.
    if (!options_.preload.empty()) cgroup_->allow_beside(kAgentAtFirst);
    request.cgroup = cgroup_->procs_file();
  }
  processes_ = std::make_unique<ServiceProcesses>(
      fmt::format("{}={}", kRunIdVariable, run_id_));
  const Result<pid_t> pid = spawn(request);
  if (!pid) return fail(pid.error());
  main_ = *pid;
  processes_->add_main(main_);
  output_ = std::make_unique<OutputReader>(
      std::move(read_end), options_.spec.ready.output,
      options_.spec.show_output ? STDERR_FILENO : -1);
  if (options_.on_spawn) options_.on_spawn(main_);
  return {};
}

Status ProcessTarget::wait_until_ready() {
  const TimePoint end = clock_.now() + options_.spec.ready.timeout;
  Duration pause = kFirstPause;
  while (true) {
    if (cancellation_.requested()) {
      return fail(ErrorKind::kInterrupted,
                  "interrupted while the service was starting");
    }
    // In this order: an address that answers is only good news while the
    // service that shall own it lives.
    const bool ready = is_ready();
    if (exited()) return fail(died());
    if (ready) return {};
    if (clock_.now() >= end) return fail(never_ready());
    clock_.sleep(pause);
    pause = std::min(pause * 2, kLongestPause);
  }
}

bool ProcessTarget::is_ready() {
  if (!options_.spec.ready.output.empty()) return output_->saw_awaited();
  if (!address_) return true;
  refusal_ = try_to_connect(*address_);
  return refusal_.empty();
}

Error ProcessTarget::died() const {
  output_->finish();
  return {
      ErrorKind::kEnvironment,
      fmt::format("the service '{}' {} before it was ready; {}", command_line(),
                  in_words(*exit_), in_words(output_->lines())),
      "start it by hand with the same arguments to see why"};
}

Error ProcessTarget::never_ready() const {
  const ReadyCheck& check = options_.spec.ready;
  std::string found;
  std::string hint = "raise target.ready.timeout, or correct ";
  if (!check.output.empty()) {
    found = fmt::format("'{}' did not appear in its output", check.output);
    hint += "target.ready.output";
  } else {
    found = fmt::format("{}:{} does not accept connections ({})",
                        address_->host, address_->port, refusal_);
    hint += check.tcp.empty()
                ? "load.url, or say in target.ready what to wait for"
                : "target.ready.tcp";
  }
  return {ErrorKind::kEnvironment,
          fmt::format("the service '{}' was not ready within {} s: {}; {}",
                      command_line(), to_seconds(check.timeout), found,
                      in_words(output_->lines())),
          hint};
}

std::string ProcessTarget::command_line() const {
  return fmt::format("{}", fmt::join(options_.spec.command, " "));
}

std::vector<pid_t> ProcessTarget::processes() const {
  std::vector<pid_t> pids;
  if (main_ < 0 || stopped_) return pids;
  for (const ProcessEntry& entry : live()) pids.push_back(entry.pid);
  const auto main = std::find(pids.begin(), pids.end(), main_);
  if (main != pids.end()) std::rotate(pids.begin(), main, main + 1);
  return pids;
}

std::optional<ServiceExit> ProcessTarget::exited() {
  if (exit_ || main_ < 0) return exit_;
  siginfo_t info = {};
  const int peeked = ::waitid(P_PID, static_cast<id_t>(main_), &info,
                              WEXITED | WNOHANG | WNOWAIT);
  if (peeked == 0 && info.si_pid == 0) return std::nullopt;
  // Looked at after its end, when its children are ours, but before its exit
  // status is taken: from then on nothing would tie them to it.
  const std::vector<ProcessEntry> left = live();
  collect_exit();
  // A daemon: what was started ends well and leaves the service running.
  const auto heir =
      std::find_if(left.begin(), left.end(), [this](const ProcessEntry& entry) {
        return entry.pid != main_ && entry.parent == ::getpid();
      });
  if (exit_->code == 0 && heir != left.end()) {
    main_ = heir->pid;
    exit_.reset();
  }
  return exit_;
}

ServiceExit ProcessTarget::stop() {
  if (main_ < 0) return {};
  if (!stopped_) {
    ask_to_stop();
    last_use_ = memory_use();
    kill_all();
    stopped_ = true;
    cgroup_.reset();
  }
  return exit_.value_or(ServiceExit{});
}

// The main process first: it may want to end its workers itself. What is left
// after it is asked in the same way, and both share the one timeout.
void ProcessTarget::ask_to_stop() {
  const StopRule& rule = options_.spec.stop;
  const auto begin = std::chrono::steady_clock::now();
  std::vector<ProcessEntry> main = live();
  std::erase_if(main, [this](const ProcessEntry& e) { return e.pid != main_; });
  if (!main.empty()) {
    ::kill(main_, rule.signal);
    if (!wait_for_end(main, rule.timeout)) return;
  }
  const std::vector<ProcessEntry> others = live();
  for (const ProcessEntry& entry : others) ::kill(entry.pid, rule.signal);
  const auto used = std::chrono::steady_clock::now() - begin;
  wait_for_end(others, std::max<Duration>(rule.timeout - used, {}));
}

void ProcessTarget::kill_all() {
  bool killed = false;
  std::vector<ProcessEntry> left = live();
  for (int round = 0; round < kKillRounds && !left.empty(); ++round) {
    killed = true;
    for (const ProcessEntry& entry : left) ::kill(entry.pid, SIGKILL);
    wait_for_end(left, kAfterKill);
    left = live();
  }
  collect_exit();
  exit_->killed_by_us |= killed;
  output_->finish();
}

// REQUIRES: the main process has ended, or does not end though killed.
void ProcessTarget::collect_exit() {
  if (exit_) return;
  int status = 0;
  bool ended = collect_within(main_, kAfterEnd, status);
  // Threads that outlive the first of them are still the service.
  const bool killed = !ended;
  if (killed) {
    ::kill(main_, SIGKILL);
    ended = collect_within(main_, kAfterEnd, status);
  }
  exit_ = ended ? exit_of(status) : ServiceExit{{}, SIGKILL, true};
  exit_->killed_by_us = killed;
}

std::optional<MemoryUse> ProcessTarget::memory_use() {
  if (!cgroup_) return last_use_;
  MemoryUse use = cgroup_->use();
  use.now = std::max(Bytes{}, use.now - use.beside);
  return use;
}

void ProcessTarget::allow_beside(Bytes agent) {
  if (cgroup_) cgroup_->allow_beside(agent);
}

std::vector<std::string> ProcessTarget::last_output() const {
  return output_ ? output_->lines() : std::vector<std::string>();
}

}  // namespace

std::unique_ptr<Target> make_process_target(TargetOptions options, Clock& clock,
                                            Cancellation& cancellation) {
  return std::make_unique<ProcessTarget>(std::move(options), clock,
                                         cancellation);
}

}  // namespace tidemark
