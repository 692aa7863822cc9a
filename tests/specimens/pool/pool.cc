// EXPECT pass
//
// A pool of buffers: a connection borrows one, and the pool keeps as many as
// were ever borrowed at a time. It is as big as the peak, not as the number
// of connections.
#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/options.h"
#include "common/ws_server.h"

namespace {

using specimen::ConnectionId;
using Buffer = std::array<char, 4096>;

std::vector<std::unique_ptr<Buffer>> pool;
std::map<ConnectionId, std::unique_ptr<Buffer>> borrowed;

[[gnu::noinline]] void borrow_buffer(ConnectionId id) {
  if (pool.empty()) pool.push_back(std::make_unique<Buffer>());
  borrowed.emplace(id, std::move(pool.back()));
  pool.pop_back();
}

[[gnu::noinline]] void return_buffer(ConnectionId id) {
  const auto mine = borrowed.find(id);
  pool.push_back(std::move(mine->second));
  borrowed.erase(mine);
}

class Pool final : public specimen::Behaviour {
 public:
  void opened(ConnectionId id) override { borrow_buffer(id); }
  void closed(ConnectionId id, bool) override {
    return_buffer(id);
    ++closed_;
  }
  std::string truth() const override {
    return specimen::truth_line(
        pool.size() * sizeof(Buffer), pool.size(),
        "kept by " + std::to_string(closed_) + " connections");
  }

 private:
  std::uint64_t closed_ = 0;
};

}  // namespace

int main(int count, char** arguments) {
  const specimen::Options options(count, arguments);
  Pool behaviour;
  return specimen::serve(options.port(), behaviour);
}
