// EXPECT time growth 1 block per tick at record_tick
//
// A timer writes a sample every 20 ms, whether anybody is connected or not.
// --guilty keeps every sample; without, the last hundred.

#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <list>

#include "tests/specimens/common/counting_allocator.h"
#include "tests/specimens/common/ws_server.h"

namespace {

using specimen::CountingAllocator;

constexpr auto kEvery = std::chrono::milliseconds(20);
constexpr std::size_t kKept = 100;

struct Sample {
  std::chrono::steady_clock::time_point when;
  std::size_t open;
  char note[40];
};

std::list<Sample, CountingAllocator<Sample>> samples;
std::size_t open_now = 0;
long long ticks = 0;

[[gnu::noinline]] void record_tick(bool guilty) {
  samples.push_back({std::chrono::steady_clock::now(), open_now, {}});
  if (!guilty && samples.size() > kKept) samples.pop_front();
  ++ticks;
}

void tick(boost::asio::steady_timer& timer, bool guilty) {
  timer.expires_at(timer.expiry() + kEvery);
  timer.async_wait([&timer, guilty](boost::system::error_code error) {
    if (error) return;
    record_tick(guilty);
    tick(timer, guilty);
  });
}

}  // namespace

int main(int argc, char** argv) {
  specimen::Arguments arguments = specimen::parse_arguments(argc, argv);
  boost::asio::io_context io;
  boost::asio::steady_timer timer(io, std::chrono::steady_clock::now());
  tick(timer, arguments.guilty);
  specimen::Events events;
  events.on_open = [](std::size_t) { ++open_now; };
  events.on_close = [](std::size_t, bool) { --open_now; };
  int result = specimen::serve(io, arguments, events);
  specimen::print_truth(ticks, "ticks");
  return result;
}
