// Time as it is, for tests of real processes: what they wait for is an event,
// looked for again and again.
#pragma once

#include <chrono>
#include <thread>

#include "tidemark/clock.h"

namespace tidemark {

class RealClock final : public Clock {
 public:
  TimePoint now() const override { return std::chrono::steady_clock::now(); }
  void sleep(Duration d) override { std::this_thread::sleep_for(d); }
};

}  // namespace tidemark
