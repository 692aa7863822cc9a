// EXPECT pass
//
// A session's state is kept for three seconds after its close, in case the
// client comes back, and then freed.
#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "common/options.h"
#include "common/ws_server.h"

namespace {

using specimen::ConnectionId;

constexpr auto kGrace = std::chrono::seconds(3);

struct State {
  explicit State(boost::asio::io_context& context) : release(context) {}

  boost::asio::steady_timer release;
  std::array<char, 1024> memory{};
};

[[gnu::noinline]] std::shared_ptr<State> keep_state(
    boost::asio::io_context& context) {
  return std::make_shared<State>(context);
}

class SlowRelease final : public specimen::Behaviour {
 public:
  void started(boost::asio::io_context& context) override {
    context_ = &context;
  }
  void closed(ConnectionId, bool) override {
    ++closed_;
    ++held_;
    const std::shared_ptr<State> state = keep_state(*context_);
    state->release.expires_after(kGrace);
    // The handler owns the state.
    state->release.async_wait(
        [this, state](const boost::system::error_code&) { --held_; });
  }
  std::string truth() const override {
    return specimen::truth_line(
        held_ * sizeof(State), held_,
        "kept by " + std::to_string(closed_) + " connections");
  }

 private:
  boost::asio::io_context* context_ = nullptr;
  std::uint64_t held_ = 0;
  std::uint64_t closed_ = 0;
};

}  // namespace

int main(int count, char** arguments) {
  const specimen::Options options(count, arguments);
  SlowRelease behaviour;
  return specimen::serve(options.port(), behaviour);
}
