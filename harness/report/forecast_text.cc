#include "harness/report/forecast_text.h"

#include <fmt/format.h>

#include <array>
#include <cmath>

#include "harness/report/sections.h"
#include "harness/report/text.h"

namespace tidemark {
namespace {

struct TimeUnit {
  double seconds;
  const char* name;
};

constexpr std::array kUnits{TimeUnit{365.25 * 86400, "years"},
                            TimeUnit{86400, "days"}, TimeUnit{3600, "hours"},
                            TimeUnit{60, "minutes"}, TimeUnit{1, "seconds"}};
constexpr double kAges = 1000 * kUnits[0].seconds;
// Bounds that are as far away above as below, but for a tenth.
constexpr double kAlike = 0.1;

// The largest of which there are at least two; seconds else.
const TimeUnit& unit_for(double seconds) {
  for (const TimeUnit& unit : kUnits)
    if (seconds >= 2 * unit.seconds) return unit;
  return kUnits.back();
}

std::string figure(double value) {
  if (value >= 99.95) return fmt::format("{:.0f}", value);
  return fmt::format("{:.1f}", value);
}

std::string asked(const ForecastRecord& forecast) {
  return fmt::format(
      "at {} connections/s {}{}", number_text(forecast.arrivals_per_second),
      bytes_text(forecast.headroom),
      forecast.headroom_of.empty() ? "" : " (" + forecast.headroom_of + ")");
}

}  // namespace

std::string forecast_text(const Forecast& forecast) {
  if (forecast.seconds > kAges) return "more than 1000 years";
  const TimeUnit& unit = unit_for(forecast.seconds);
  const double value = forecast.seconds / unit.seconds;
  const double low = forecast.seconds_low / unit.seconds;
  if (!forecast.seconds_high)
    return fmt::format("{} {}, at least {}", figure(value), unit.name,
                       figure(low));
  const double high = *forecast.seconds_high / unit.seconds;
  const double half = (high - low) / 2;
  if (half < 0.05 && figure(value) == figure(low))
    return fmt::format("{} {}", figure(value), unit.name);
  if (std::abs(high + low - 2 * value) <= kAlike * (high - low))
    return fmt::format("{} ± {} {}", figure(value), figure(half), unit.name);
  return fmt::format("{} {}, from {} to {}", figure(value), unit.name,
                     figure(low), figure(high));
}

std::string forecast_line(const RunRecord& record, const Finding& finding) {
  if (!record.forecast || !finding.forecast) return {};
  std::string text =
      asked(*record.forecast) + " last " + forecast_text(*finding.forecast);
  text[0] = 'A';
  return text + ".";
}

std::string forecast_fact(const RunRecord& record) {
  if (!record.forecast) return {};
  const ForecastRecord& forecast = *record.forecast;
  if (forecast.together)
    return fmt::format("{} last {}, with all that was found", asked(forecast),
                       forecast_text(*forecast.together));
  if (!forecast.unseen_seconds) return {};
  const double least = *forecast.unseen_seconds;
  return fmt::format(
      "{} last {} at least: nothing was found, and what is too little to be "
      "seen takes longer",
      asked(forecast), forecast_text({least, least, least}));
}

}  // namespace tidemark
