// A real redis-server on a unix socket of its own, gone with its object.
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>

#include "harness/base/fd.h"

namespace tidemark::redis {

class RedisServer {
 public:
  RedisServer() {
    char name[] = "/tmp/tidemark_redis_XXXXXX";
    if (mkdtemp(name) == nullptr) return;
    folder_ = name;
    start();
  }
  ~RedisServer() {
    if (process_ > 0) {
      kill(process_, SIGKILL);
      waitpid(process_, nullptr, 0);
    }
    std::error_code ignored;
    if (!folder_.empty()) std::filesystem::remove_all(folder_, ignored);
  }
  RedisServer(const RedisServer&) = delete;
  RedisServer& operator=(const RedisServer&) = delete;

  // False if there is no redis-server on this machine.
  bool ready() const { return ready_; }

  // What it says to `request`, until `enough` says so, it closes, or nothing
  // has come for five seconds. With `fin` it hears that no more will come.
  template <class Enough>
  std::string ask(std::string_view request, Enough enough,
                  bool fin = false) const {
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const Fd owner(fd);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string path = folder_ + "/s";
    std::memcpy(address.sun_path, path.c_str(), path.size());
    if (connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
      return {};
    std::string answer;
    char buffer[1 << 16];
    while (!enough(answer)) {
      const short events = request.empty() ? POLLIN : POLLIN | POLLOUT;
      pollfd waiting{fd, events, 0};
      if (poll(&waiting, 1, 5000) <= 0) break;
      if ((waiting.revents & POLLOUT) != 0 && !request.empty()) {
        const ssize_t sent = ::send(fd, request.data(), request.size(),
                                    MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent > 0) request.remove_prefix(static_cast<std::size_t>(sent));
        if (fin && request.empty()) shutdown(fd, SHUT_WR);
      }
      if ((waiting.revents & (POLLIN | POLLHUP | POLLERR)) == 0) continue;
      const ssize_t got = recv(fd, buffer, sizeof buffer, 0);
      if (got <= 0) break;
      answer.append(buffer, static_cast<std::size_t>(got));
    }
    return answer;
  }

 private:
  void start() {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return;
    const Fd log(ends[0]);
    {
      const Fd writing(ends[1]);
      const std::string path = folder_ + "/s";
      process_ = fork();
      if (process_ == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        dup2(ends[1], STDOUT_FILENO);
        dup2(ends[1], STDERR_FILENO);
        execlp("redis-server", "redis-server", "--port", "0", "--unixsocket",
               path.c_str(), "--save", "", "--appendonly", "no",
               "--enable-debug-command", "yes", "--dir", folder_.c_str(),
               static_cast<char*>(nullptr));
        _exit(127);
      }
    }
    std::string said;
    char buffer[4096];
    while (said.find("ready to accept") == said.npos) {
      const ssize_t got = read(ends[0], buffer, sizeof buffer);
      if (got <= 0) return;
      said.append(buffer, static_cast<std::size_t>(got));
    }
    ready_ = true;
  }

  std::string folder_;
  pid_t process_ = -1;
  bool ready_ = false;
};

}  // namespace tidemark::redis
