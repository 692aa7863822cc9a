// Random numbers of other shapes than Random's own.
#pragma once

#include <cmath>

#include "drivers/common/random.h"

namespace tidemark {

// In [0, 1), of 53 binary digits.
inline double draw_unit(Random& random) {
  return static_cast<double>(random.next() >> 11) * 0x1p-53;
}

// Exponential with mean 1; at most about 36.7, as 53 digits allow.
inline double draw_exponential(Random& random) {
  return -std::log1p(-draw_unit(random));
}

}  // namespace tidemark
