#include "harness/verdict/phrases.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <string_view>

namespace tidemark {
namespace {

std::string with_commas(std::int64_t value) {
  std::string digits = fmt::format("{}", value < 0 ? -value : value);
  for (std::size_t at = digits.size(); at > 3;) {
    at -= 3;
    digits.insert(at, ",");
  }
  return value < 0 ? "-" + digits : digits;
}

}  // namespace

std::string say_number(double value) {
  if (std::abs(value - std::round(value)) < 1e-9 && std::abs(value) < 1e15) {
    return with_commas(std::llround(value));
  }
  if (std::abs(value) >= 1000) return with_commas(std::llround(value));
  return fmt::format("{:.3g}", value);
}

std::string say_bytes(double bytes) {
  static constexpr std::array<const char*, 4> kUnits = {"KiB", "MiB", "GiB",
                                                        "TiB"};
  if (std::abs(bytes) < 10000) return say_number(bytes) + " B";
  double scaled = bytes;
  std::size_t unit = 0;
  scaled /= 1024;
  while (std::abs(scaled) >= 1024 && unit + 1 < kUnits.size()) {
    scaled /= 1024;
    ++unit;
  }
  return fmt::format("{:.1f} {}", scaled, kUnits[unit]);
}

std::string say_seconds(Duration duration) {
  const double seconds = to_seconds(duration);
  if (seconds < 1) return fmt::format("{:.0f} ms", seconds * 1000);
  return fmt::format("{:.1f} s", seconds);
}

std::string say_plural(const std::string& unit) {
  // What is said of the unit follows it: "message of 8,192 B".
  for (const std::string_view said :
       {" by the service", " of ", " with ", " at "}) {
    const std::size_t at = unit.find(said);
    if (at == std::string::npos) continue;
    return unit.substr(0, at) + "s" + unit.substr(at);
  }
  return unit + "s";
}

std::string say_count(double count, const std::string& thing) {
  return say_number(count) + " " + (count == 1 ? thing : say_plural(thing));
}

}  // namespace tidemark
