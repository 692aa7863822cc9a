// EXPECT pass
//
// Buffers are kept for the next connection: as many as were ever open at
// once, never more. Sized by the peak, and innocent.

#include <map>
#include <memory>
#include <vector>

#include "tests/specimens/common/ws_server.h"

namespace {

constexpr std::size_t kBufferBytes = 8192;
using Buffer = std::unique_ptr<char[]>;

std::vector<Buffer> idle;
std::map<std::size_t, Buffer> in_use;

[[gnu::noinline]] Buffer pool_take() {
  if (idle.empty()) return std::make_unique<char[]>(kBufferBytes);
  Buffer buffer = std::move(idle.back());
  idle.pop_back();
  return buffer;
}

}  // namespace

int main(int argc, char** argv) {
  specimen::Arguments arguments = specimen::parse_arguments(argc, argv);
  boost::asio::io_context io;
  specimen::Events events;
  events.on_open = [](std::size_t id) { in_use[id] = pool_take(); };
  events.on_close = [](std::size_t id, bool) {
    auto found = in_use.find(id);
    idle.push_back(std::move(found->second));
    in_use.erase(found);
  };
  return specimen::serve(io, arguments, events);
}
