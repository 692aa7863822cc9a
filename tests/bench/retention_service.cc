// A service with much on its heap, in the mix of one: retention_service SOCKET
// BLOCKS. Says "ready" when it has that many, and answers each byte that comes
// from the only client of the Unix socket. For each it looks at a session and
// changes it; for a 'k' it keeps a thousand more, which ci/bench_retention.py
// asks about.
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <list>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace {

// 14 blocks and 5,500 bytes with its node in the map.
constexpr std::uint64_t kBlocksOfSession = 14;
constexpr int kBuffers = 4;
constexpr int kLines = 3;
constexpr int kKept = 1000;

std::mt19937_64 randomness(1);

struct Session {
  std::string name;
  std::vector<std::unique_ptr<char[]>> buffers;
  std::list<std::string> lines;
  std::uint64_t asked = 0;
  Session* neighbour = nullptr;
};

std::map<std::uint64_t, std::unique_ptr<Session>> sessions;
std::map<std::uint64_t, std::unique_ptr<Session>> kept;

std::unique_ptr<Session> make_session(Session* neighbour) {
  auto session = std::make_unique<Session>();
  session->name.assign(64 + randomness() % 128, 'n');
  session->buffers.reserve(kBuffers);
  for (int i = 0; i < kBuffers; ++i) {
    const std::size_t bytes = 600 + randomness() % 1100;
    session->buffers.push_back(std::make_unique_for_overwrite<char[]>(bytes));
    std::memset(session->buffers.back().get(), 'b', bytes);
  }
  for (int i = 0; i < kLines; ++i)
    session->lines.emplace_back(40 + randomness() % 80, 'l');
  session->neighbour = neighbour;
  return session;
}

void fill(std::uint64_t blocks) {
  Session* last = nullptr;
  for (std::uint64_t i = 0; i < blocks / kBlocksOfSession; ++i) {
    std::unique_ptr<Session>& added = sessions[randomness()];
    added = make_session(last);
    last = added.get();
  }
}

void keep_more() {
  for (int i = 0; i < kKept; ++i) kept[randomness()] = make_session(nullptr);
}

void look_at_one() {
  const auto found = sessions.lower_bound(randomness());
  if (found == sessions.end()) return;
  ++found->second->asked;
  found->second->buffers[0][0] = 'c';
}

int listen_at(const char* path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path, sizeof address.sun_path - 1);
  const int listener = socket(AF_UNIX, SOCK_STREAM, 0);
  if (bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address) ||
      listen(listener, 1)) {
    std::perror("retention_service");
    std::exit(1);
  }
  return listener;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 3) return 3;
  const int listener = listen_at(arguments[1]);
  fill(std::strtoull(arguments[2], nullptr, 10));
  std::puts("ready");
  std::fflush(stdout);
  const int client = accept(listener, nullptr, nullptr);
  char byte;
  while (read(client, &byte, 1) == 1) {
    byte == 'k' ? keep_more() : look_at_one();
    if (write(client, &byte, 1) != 1) break;
  }
}
