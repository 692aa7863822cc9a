// EXPECT leak 80 bytes in 1 objects per tick at keep_tick
//
// Something that happens every 20 ms, whatever the connections do. Guilty:
// each tick is kept, so that memory grows with time. Innocent: only the last
// one is.
#include <array>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <list>
#include <memory>
#include <string>

#include "common/counting_allocator.h"
#include "common/options.h"
#include "common/retainer.h"
#include "common/ws_server.h"

namespace {

constexpr auto kPeriod = std::chrono::milliseconds(20);

using Tick = std::array<char, 64>;
using CountedTicks = std::list<Tick, specimen::CountingAllocator<Tick>>;

std::list<Tick> ticks;

[[gnu::noinline]] void keep_tick() { ticks.push_back(Tick{"tick"}); }

class Ticker final : public specimen::Behaviour {
 public:
  explicit Ticker(bool guilty) : guilty_(guilty) {}

  void started(boost::asio::io_context& context) override {
    wait(std::make_shared<boost::asio::steady_timer>(
        context, boost::asio::steady_timer::clock_type::now()));
  }
  std::string retainer() const override {
    if (!guilty_) return {};
    return specimen::retainer_line({.root_kind = "global",
                                    .root = "(anonymous namespace)::ticks",
                                    .through = {"list"}});
  }
  std::string truth() const override {
    return specimen::truth_line(ticks.size() * tick_.bytes,
                                ticks.size() * tick_.objects,
                                "in " + std::to_string(count_) + " ticks");
  }

 private:
  void wait(const std::shared_ptr<boost::asio::steady_timer>& timer) {
    timer->expires_at(timer->expiry() + kPeriod);
    timer->async_wait([this, timer](const boost::system::error_code& error) {
      if (error) return;
      keep_tick();
      if (!guilty_ && ticks.size() > 1) ticks.pop_front();
      ++count_;
      wait(timer);
    });
  }

  specimen::Cost tick_ = specimen::cost_of<CountedTicks>(
      [](CountedTicks& counted) { counted.push_back({}); });
  bool guilty_;
  std::uint64_t count_ = 0;
};

}  // namespace

int main(int count, char** arguments) {
  const specimen::Options options(count, arguments);
  Ticker ticker(options.guilty());
  return specimen::serve(options.port(), ticker);
}
