// Quantities in words, the same in every report for people.
#pragma once

#include <string>

#include "tidemark/units.h"

namespace tidemark {

// "96 B", "1,520 B", "32.1 KiB", "5.0 MiB".
std::string bytes_text(double bytes);
inline std::string bytes_text(Bytes bytes) {
  return bytes_text(static_cast<double>(bytes.value));
}

// "1", "2.5", "1,520": as many digits as matter.
std::string number_text(double value);
inline std::string number_text(Count count) {
  return number_text(static_cast<double>(count.value));
}

// "1 block", "2 blocks".
std::string plural(double count, const std::string& noun);

// "85 ms", "1.2 s".
std::string duration_text(Duration d);

}  // namespace tidemark
