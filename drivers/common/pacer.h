// When each of a row of events is due: evenly spaced from a start, with no
// drift, whatever became of the earlier ones.
#pragma once

#include "tidemark/units.h"

namespace tidemark {

class Pacer {
 public:
  // `per_second` <= 0: everything is due at once.
  Pacer(double per_second, TimePoint start);

  // When event number `index`, counted from 0, is due.
  TimePoint due(Count index) const;

  bool unlimited() const { return interval_ns_ == 0; }

 private:
  double interval_ns_;  // 0: unlimited
  TimePoint start_;
};

}  // namespace tidemark
