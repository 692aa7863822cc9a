// Who holds it, in a live service: retention_live PID SOCKET. Asks the service
// (retention_service.cc) one byte after the other and notes the longest time
// without an answer, alone and while a copy is made, read and ended. Prints
// "name value" lines for ci/bench_retention.py.
#include <sched.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>
#include <thread>

#include "harness/run/retainers.h"
#include "harness/runtimes/native/probe.h"
#include "harness/runtimes/native/segment_reader.h"
#include "tests/support/real_clock.h"

namespace {

using namespace tidemark;
using Steady = std::chrono::steady_clock;
using Milliseconds = std::chrono::duration<double, std::milli>;

constexpr Duration kPatience = std::chrono::minutes(2);
constexpr auto kAlone = std::chrono::seconds(1);

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "retention_live: %s\n", why.c_str());
  std::exit(1);
}

void print(const char* name, double value) {
  std::printf("%s %.3f\n", name, value);
}

// One client that never pauses.
class Asking {
 public:
  explicit Asking(const char* path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path, sizeof address.sun_path - 1);
    socket_ = socket(AF_UNIX, SOCK_STREAM, 0);
    if (connect(socket_, reinterpret_cast<sockaddr*>(&address),
                sizeof address) != 0)
      give_up("the service does not listen");
  }
  ~Asking() {
    stop();
    close(socket_);
  }

  void ask(char what) {
    char answer;
    if (write(socket_, &what, 1) != 1 || read(socket_, &answer, 1) != 1)
      give_up("the service does not answer");
  }

  void start() {
    thread_ = std::jthread([this](const std::stop_token& token) {
      Steady::time_point last = Steady::now();
      while (!token.stop_requested()) {
        ask('l');
        const Steady::time_point now = Steady::now();
        longest_ = std::max(longest_.load(), now - last);
        last = now;
        ++answers_;
      }
    });
  }

  void stop() {
    thread_.request_stop();
    if (thread_.joinable()) thread_.join();
  }

  // The longest gap since this was last called.
  double longest_ms() {
    return Milliseconds(longest_.exchange(Steady::duration::zero())).count();
  }
  double answers() const { return double(answers_.load()); }

 private:
  int socket_ = -1;
  std::atomic<Steady::duration> longest_{};
  std::atomic<std::uint64_t> answers_{0};
  std::jthread thread_;
};

// What this process has for itself: not the agent's table, which it shares
// with the service.
double own_bytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("RssAnon:"))
      return 1024 * std::strtod(line.c_str() + 8, nullptr);
  return 0;
}

// The most of it, looked at every few milliseconds.
class Most {
 public:
  double stop() {
    thread_.request_stop();
    thread_.join();
    return most_;
  }

 private:
  double most_ = own_bytes();
  std::jthread thread_{[this](const std::stop_token& token) {
    while (!token.stop_requested()) {
      most_ = std::max(most_, own_bytes());
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
  }};
};

// One finding: all that was born since tidemark looks.
Finding all_new(const HeapSnapshot& snapshot) {
  Finding finding;
  for (const Ring& ring : snapshot.rings) {
    if (ring.born != CycleIndex{1}) continue;
    finding.sites.push_back(ring.site);
    finding.objects += ring.objects;
  }
  return finding;
}

// As a run asks: for the finding, and for all that is live.
void answer(HeapProbe& probe, Asking& asking) {
  const Result<HeapSnapshot> snapshot = probe.snapshot();
  if (!snapshot) give_up(snapshot.error().message);
  const Finding finding = all_new(*snapshot);
  const double before = own_bytes();
  Most watched;
  asking.longest_ms();
  const Steady::time_point begun = Steady::now();
  const auto told =
      find_retainers({finding}, CycleIndex{0}, *snapshot, probe, kPatience);
  if (!told) give_up(told.error().message);
  if (!*told) give_up("no process to be asked");
  const Steady::time_point answered = Steady::now();
  const double most = watched.stop();
  const Retention& kept = (*told)->of_findings.front();
  std::int64_t of_map = 0;
  for (const RetainingPath& path : kept.paths)
    if (path.root_name.find("kept") != std::string::npos)
      of_map += path.objects.value;
  const double blocks = double((*told)->all->objects.value);
  print("blocks", blocks);
  print("live_bytes", double(snapshot->live_bytes.value));
  print("answer_ms", Milliseconds(answered - begun).count());
  print("harness_bytes_per_block", (most - before) / blocks);
  print("asked_about", double(finding.objects.value));
  print("held_by_kept", double(of_map));
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 3) return 3;
  const pid_t pid = static_cast<pid_t>(std::atoi(arguments[1]));
  RealClock clock;
  const std::unique_ptr<HeapProbe> probe = make_native_probe(clock);
  const Result<HeapDescription> seen = probe->attach({pid});
  if (!seen) give_up(seen.error().message);
  if (!probe->begin_cycle({1})) give_up("no cycle");
  Asking asking(arguments[2]);
  asking.ask('k');
  const auto segment = SegmentReader::open(pid);
  if (!segment) give_up(segment.error().message);
  while ((*segment)->header().agent_tid.load() == 0) sched_yield();
  asking.start();
  clock.sleep(kAlone);
  print("alone_ms", asking.longest_ms());
  answer(*probe, asking);
  print("pause_ms", asking.longest_ms());
  print("answers", asking.answers());
}
