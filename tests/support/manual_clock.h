// A clock that is wound by hand: sleeping moves it.
#pragma once

#include "tidemark/clock.h"

namespace tidemark {

class ManualClock final : public Clock {
 public:
  TimePoint now() const override { return now_; }
  void sleep(Duration d) override { now_ += d; }
  void advance(Duration d) { now_ += d; }

 private:
  TimePoint now_{std::chrono::seconds(1000)};
};

}  // namespace tidemark
