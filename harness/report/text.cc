#include "harness/report/text.h"

#include <fmt/format.h>

#include <cmath>

namespace tidemark {
namespace {

std::string with_commas(std::string digits) {
  std::size_t first = digits.starts_with('-') ? 1 : 0;
  for (std::size_t at = digits.size(); at > first + 3;) {
    at -= 3;
    digits.insert(at, ",");
  }
  return digits;
}

}  // namespace

std::string number_text(double value) {
  if (std::abs(value - std::round(value)) < 1e-9 || std::abs(value) >= 1000)
    return with_commas(fmt::format("{:.0f}", value));
  if (std::abs(value) >= 10) return fmt::format("{:.1f}", value);
  return fmt::format("{:.2g}", value);
}

std::string bytes_text(double bytes) {
  constexpr double kKiB = 1024, kMiB = kKiB * 1024, kGiB = kMiB * 1024;
  double size = std::abs(bytes);
  if (size < 10 * kKiB) return number_text(bytes) + " B";
  if (size < kMiB) return fmt::format("{:.1f} KiB", bytes / kKiB);
  if (size < kGiB) return fmt::format("{:.1f} MiB", bytes / kMiB);
  return fmt::format("{:.2f} GiB", bytes / kGiB);
}

std::string plural(double count, const std::string& noun) {
  return number_text(count) + " " + noun + (count == 1 ? "" : "s");
}

std::string duration_text(Duration d) {
  double seconds = to_seconds(d);
  if (seconds < 1) return fmt::format("{:.0f} ms", seconds * 1e3);
  return fmt::format("{:.1f} s", seconds);
}

}  // namespace tidemark
