// Held by memory that no allocator gave, or by the kernel.
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "tests/retention/shape.h"

namespace shapes {

void* volatile* volatile g_mapping = nullptr;

namespace {

constexpr std::size_t kBytes = 64 * 1024;

void require(bool good) {
  if (!good) {
    std::perror("shapes");
    std::exit(4);
  }
}

void* volatile* map(int flags, int file) {
  void* mapped = mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, flags, file, 0);
  require(mapped != MAP_FAILED);
  return static_cast<void* volatile*>(mapped);
}

int file() {
  std::FILE* made = std::tmpfile();
  require(made && ftruncate(fileno(made), kBytes) == 0);
  return fileno(made);
}

// Nothing knows where the mapping is: its address is forgotten here.
Truth held_by(void* volatile* mapping) {
  const Hidden made = hidden_block(64);
  mapping[100] = made.reveal();
  return {.block = made,
          .bytes = 64,
          .root_kind = "mapping",
          .interior = 0,
          .offset = -1};
}

Truth mapping_anonymous() {
  return held_by(map(MAP_PRIVATE | MAP_ANONYMOUS, -1));
}

Truth mapping_shared() { return held_by(map(MAP_SHARED | MAP_ANONYMOUS, -1)); }

Truth mapping_shared_file() { return held_by(map(MAP_SHARED, file())); }
Truth mapping_private_file() { return held_by(map(MAP_PRIVATE, file())); }

Truth mapping_known() {
  g_mapping = map(MAP_PRIVATE | MAP_ANONYMOUS, -1);
  Truth truth = held_by(g_mapping);
  truth.also_kind = "global";
  truth.any_path = true;
  truth.note = "g_mapping points to the mapping";
  return truth;
}

Truth unreachable(Hidden address, Answers also, const char* note) {
  return {.block = address,
          .bytes = 64,
          .held = kUnreachable,
          .also = also,
          .note = note};
}

Truth mapping_gone() {
  void* volatile* mapping = map(MAP_PRIVATE | MAP_ANONYMOUS, -1);
  const Hidden made = held_by(mapping).block;
  munmap(const_cast<void**>(mapping), kBytes);
  return unreachable(made, 0, "the mapping that held it is gone");
}

constexpr Answers kKernelIsKnown = kReachable | kDoubtful;

Truth epoll_data() {
  const Hidden made = hidden_block(64);
  epoll_event event = {};
  event.events = EPOLLIN;
  event.data.ptr = made.reveal();
  const int queue = epoll_create1(EPOLL_CLOEXEC);
  const int watched = eventfd(0, EFD_CLOEXEC);
  require(epoll_ctl(queue, EPOLL_CTL_ADD, watched, &event) == 0);
  return unreachable(made, kKernelIsKnown, "the kernel has it: epoll's data");
}

Truth timer_value() {
  const Hidden made = hidden_block(64);
  sigevent event = {};
  event.sigev_notify = SIGEV_SIGNAL;
  event.sigev_signo = SIGRTMIN;
  event.sigev_value.sival_ptr = made.reveal();
  timer_t timer;
  require(timer_create(CLOCK_MONOTONIC, &event, &timer) == 0);
  return unreachable(made, kKernelIsKnown, "the kernel has it: a timer's");
}

Truth pipe_content() {
  const Hidden made = hidden_block(64);
  int ends[2];
  require(pipe(ends) == 0);
  const void* sent = made.reveal();
  require(write(ends[1], &sent, sizeof sent) == sizeof sent);
  return unreachable(made, kKernelIsKnown, "the kernel has it: in a pipe");
}

constexpr Shape kMappings[] = {
    {"mapping_anonymous", "a mapping whose address nobody keeps",
     built<mapping_anonymous>},
    {"mapping_known", "a mapping that a global points to",
     built<mapping_known>},
    {"mapping_shared", "an anonymous mapping that forks share",
     built<mapping_shared>},
    {"mapping_shared_file", "a file mapped shared", built<mapping_shared_file>},
    {"mapping_private_file", "a file mapped privately",
     built<mapping_private_file>},
    {"mapping_gone", "a mapping that was unmapped", built<mapping_gone>},
    {"epoll_data", "the data of an epoll registration", built<epoll_data>},
    {"timer_value", "the value of a POSIX timer", built<timer_value>},
    {"pipe_content", "bytes in a pipe", built<pipe_content>},
};

}  // namespace

std::span<const Shape> mappings() { return kMappings; }

}  // namespace shapes
