// EXPECT pass
//
// What a session held is freed three seconds after it has ended, as servers
// do that wait for a client to come back. Lingering, and innocent.

#include <boost/asio/steady_timer.hpp>
#include <map>
#include <memory>
#include <vector>

#include "tests/specimens/common/ws_server.h"

namespace {

constexpr auto kGrace = std::chrono::seconds(3);

struct State {
  explicit State(boost::asio::io_context& io) : timer(io), history(512) {}
  boost::asio::steady_timer timer;
  std::vector<char> history;
};

std::map<std::size_t, std::unique_ptr<State>> states;

[[gnu::noinline]] void open_session(boost::asio::io_context& io,
                                    std::size_t id) {
  states[id] = std::make_unique<State>(io);
}

void release_later(std::size_t id) {
  State& state = *states[id];
  state.timer.expires_after(kGrace);
  state.timer.async_wait([id](boost::system::error_code error) {
    if (!error) states.erase(id);
  });
}

}  // namespace

int main(int argc, char** argv) {
  specimen::Arguments arguments = specimen::parse_arguments(argc, argv);
  boost::asio::io_context io;
  specimen::Events events;
  events.on_open = [&](std::size_t id) { open_session(io, id); };
  events.on_close = [](std::size_t id, bool) { release_later(id); };
  int result = specimen::serve(io, arguments, events);
  states.clear();
  return result;
}
