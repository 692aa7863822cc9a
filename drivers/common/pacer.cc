#include "drivers/common/pacer.h"

namespace tidemark {

Pacer::Pacer(double per_second, TimePoint start)
    : interval_ns_(per_second > 0 ? 1e9 / per_second : 0), start_(start) {}

TimePoint Pacer::due(Count index) const {
  // One multiplication per event and no running sum: rounding cannot add up.
  const double offset = interval_ns_ * static_cast<double>(index.value);
  return start_ + Duration(static_cast<Duration::rep>(offset));
}

}  // namespace tidemark
