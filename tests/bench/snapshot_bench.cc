// Reads snapshots of a service with a million live blocks while it answers,
// and weighs the tracker: snapshot_bench AGENT BLOCKS_PROGRAM. Prints
// "name value" lines for ci/bench.

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "harness/runtimes/native/segment_reader.h"

namespace {

using tidemark::SegmentReader;
using Clock = std::chrono::steady_clock;

double ms_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start)
      .count();
}

struct Service {
  pid_t pid;
  int in, out;
};

Service start(const char* agent, const char* program, std::uint64_t count,
              std::uint64_t mean) {
  int in[2], out[2];
  if (pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC)) std::exit(1);
  pid_t pid = fork();
  if (pid == 0) {
    dup2(in[0], 0);
    dup2(out[1], 1);
    setenv("LD_PRELOAD", agent, 1);
    execl(program, program, std::to_string(count).c_str(),
          std::to_string(mean).c_str(), nullptr);
    _exit(127);
  }
  close(in[0]);
  close(out[1]);
  char c;
  if (read(out[0], &c, 1) != 1) std::exit(1);
  return {pid, in[1], out[0]};
}

void stop(Service service) {
  close(service.in);
  close(service.out);
  waitpid(service.pid, nullptr, 0);
}

// One question and its answer, in milliseconds.
double answer(Service service) {
  Clock::time_point asked = Clock::now();
  char c = 'q';
  if (write(service.in, &c, 1) != 1 || read(service.out, &c, 1) != 1)
    std::exit(1);
  return ms_since(asked);
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

void snapshots(const char* agent, const char* program) {
  Service service = start(agent, program, 1000000, 96);
  auto segment = SegmentReader::open(service.pid);
  if (!segment) std::exit(1);
  std::vector<double> scans;
  std::atomic<bool> done{false};
  std::atomic<long> answers{0};
  double longest = 0;
  std::thread asker([&] {
    while (!done) {
      longest = std::max(longest, answer(service));
      ++answers;
    }
  });
  std::uint64_t blocks = 0;
  for (int i = 0; i < 9; ++i) {
    Clock::time_point started = Clock::now();
    blocks = 0;
    for (const auto& cell : (*segment)->scan()) blocks += cell.blocks;
    scans.push_back(ms_since(started));
  }
  done = true;
  asker.join();
  std::printf("snapshot_ms %.1f\n", median(scans));
  std::printf("snapshot_first_ms %.1f\n", scans.front());
  std::printf("snapshot_blocks %llu\n", (unsigned long long)blocks);
  std::printf("answers_meanwhile %ld\n", answers.load());
  std::printf("longest_answer_ms %.2f\n", longest);
  stop(service);
}

void weigh(const char* agent, const char* program) {
  for (std::uint64_t mean : {32, 64, 128, 256, 512, 1024, 4096, 16384}) {
    std::uint64_t count = std::min<std::uint64_t>(1000000, (256 << 20) / mean);
    Service service = start(agent, program, count, mean);
    auto segment = SegmentReader::open(service.pid);
    if (!segment) std::exit(1);
    double bytes = double((*segment)->occupied().value);
    std::printf("tracker_bytes_per_block_%llu %.1f\n", (unsigned long long)mean,
                bytes / double(count));
    segment->reset();
    stop(service);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  snapshots(argv[1], argv[2]);
  weigh(argv[1], argv[2]);
}
