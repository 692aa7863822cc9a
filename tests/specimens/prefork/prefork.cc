// EXPECT leak 96 bytes in 1 objects per connection at prefork_remember
//
// An echo server of several processes: the first listens and forks --workers
// of them, which accept connections and serve them. Guilty: each worker keeps
// a visitor for each of its connections. Innocent: the visitor goes with it.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <list>
#include <string>
#include <vector>

#include "common/acceptor.h"
#include "common/options.h"
#include "common/retainer.h"
#include "common/ws_server.h"

namespace {

struct Visitor {
  std::uint64_t number;
  char name[72];
};

std::list<Visitor> visitors;

// Shared by all workers: what they have left behind.
struct Counts {
  std::atomic<std::uint64_t> kept;
};

[[gnu::noinline]] void prefork_remember(std::uint64_t number) {
  visitors.push_front({number, "visitor"});
}

volatile sig_atomic_t asked_to_stop = 0;

void note_stop(int) { asked_to_stop = 1; }

int listen_on(std::uint16_t port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  const int one = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
      listen(fd, 1024) != 0) {
    std::perror("listen");
    _exit(4);
  }
  return fd;
}

// False at the connection's end.
bool echo(int fd) {
  char text[4096];
  const ssize_t got = recv(fd, text, sizeof text, 0);
  return got > 0 &&
         send(fd, text, static_cast<std::size_t>(got), MSG_NOSIGNAL) == got;
}

// One worker, on one thread.
[[noreturn]] void work(int listener, bool guilty, Counts& counts) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  std::vector<pollfd> watched;
  watched.reserve(4096);
  watched.push_back({listener, POLLIN, 0});
  std::uint64_t number = 0;
  while (!asked_to_stop) {
    if (poll(watched.data(), watched.size(), -1) <= 0) continue;
    for (std::size_t i = watched.size(); i-- > 1;) {
      if (watched[i].revents == 0 || echo(watched[i].fd)) continue;
      close(watched[i].fd);
      watched[i] = watched.back();
      watched.pop_back();
      if (!guilty) visitors.pop_front();
    }
    if (!(watched[0].revents & POLLIN)) continue;
    const int fd = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) continue;  // another worker was faster
    specimen::notice_vanished_peers(fd);
    prefork_remember(++number);
    if (guilty) ++counts.kept;
    watched.push_back({fd, POLLIN, 0});
  }
  _exit(0);
}

}  // namespace

int main(int count, char** arguments) {
  const specimen::Options options(count, arguments);
  struct sigaction action {};
  action.sa_handler = note_stop;
  sigaction(SIGTERM, &action, nullptr);
  sigaction(SIGINT, &action, nullptr);
  void* shared = mmap(nullptr, sizeof(Counts), PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  Counts& counts = *static_cast<Counts*>(shared);
  const int listener = listen_on(options.port());
  if (options.guilty()) {
    const std::string line =
        specimen::retainer_line({.root_kind = "global",
                                 .root = "(anonymous namespace)::visitors",
                                 .through = {"list"}});
    std::printf("%s\n", line.c_str());
  }
  std::printf("listening on 127.0.0.1:%u\n", options.port());
  std::fflush(stdout);
  std::vector<pid_t> workers;
  for (std::uint64_t i = options.number("--workers", 3); i > 0; --i) {
    const pid_t pid = fork();
    if (pid == 0) work(listener, options.guilty(), counts);
    workers.push_back(pid);
  }
  while (!asked_to_stop) pause();
  for (const pid_t worker : workers) kill(worker, SIGTERM);
  for (const pid_t worker : workers) waitpid(worker, nullptr, 0);
  const std::uint64_t kept = counts.kept;
  const std::string truth = specimen::truth_line(
      kept * 96, kept, "kept by " + std::to_string(kept) + " connections");
  std::printf("%s\n", truth.c_str());
  return 0;
}
