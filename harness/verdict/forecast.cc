#include "harness/verdict/forecast.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <string>

#include "harness/verdict/unit_columns.h"

namespace tidemark {
namespace {

// Of all connections in the scenario's own mix of closes, which the warm-up
// has; the measured cycles' is a code.
std::map<std::string, double> close_shares(const RunRecord& record) {
  std::map<std::string, double> shares;
  double all = 0;
  for (const CycleFacts& facts : record.cycles) {
    if (facts.kind != CycleKind::kWarmup) continue;
    all += static_cast<double>(facts.load.reached().value);
    for (const auto& [way, count] : facts.load.closed)
      shares[way] += static_cast<double>(count.value);
  }
  for (auto& [way, share] : shares) share = all > 0 ? share / all : 0;
  return shares;
}

// nullopt: the unit is no way of closing.
std::optional<double> share_of(const std::string& unit,
                               const std::map<std::string, double>& shares) {
  double abnormal = 0;
  for (const auto& [way, share] : shares) {
    if (unit == close_unit(way)) return share;
    if (is_abnormal(way)) abnormal += share;
  }
  if (unit == kAbnormalClose && abnormal > 0) return abnormal;
  return std::nullopt;
}

// Of a finding that eats memory; nullopt: of any other.
std::optional<ByteRate> byte_rate(const Finding& finding, double arrivals,
                                  std::optional<double> share) {
  const Rate& rate = finding.rate;
  // What is open is closed again: a peak over its budget is no growth.
  const bool leak =
      finding.kind == FindingClass::kLeak && finding.unit != kOpenConnection;
  const bool by_time =
      finding.kind == FindingClass::kTimeGrowth && finding.unit == "second";
  if (!leak && !by_time) return std::nullopt;
  const double each = rate.bytes_per_connection;
  const double arriving = share ? *share * rate.bytes_per_unit : each;
  const double value = by_time ? rate.bytes_per_unit : arriving * arrivals;
  if (!(value > 0) || !std::isfinite(value)) return std::nullopt;
  if (!(each > 0) || rate.bytes_per_connection_high < each)
    return ByteRate{value, value, value};
  return ByteRate{
      value, value * std::clamp(rate.bytes_per_connection_low / each, 0.0, 1.0),
      value * rate.bytes_per_connection_high / each};
}

}  // namespace

Forecast forecast(Bytes headroom, const ByteRate& rate) {
  const double bytes = static_cast<double>(headroom.value);
  Forecast result;
  result.seconds = bytes / rate.value;
  result.seconds_low = bytes / rate.high;
  if (rate.low > 0) result.seconds_high = bytes / rate.low;
  return result;
}

void add_forecasts(RunRecord& record) {
  ForecastRecord& told = *record.forecast;
  const std::map<std::string, double> shares = close_shares(record);
  ByteRate all;
  for (Finding& finding : record.judgement->findings) {
    finding.forecast.reset();
    const std::optional<ByteRate> rate = byte_rate(
        finding, told.arrivals_per_second, share_of(finding.unit, shares));
    if (!rate) continue;
    finding.forecast = forecast(told.headroom, *rate);
    all.value += rate->value;
    all.low += rate->low;
    all.high += rate->high;
  }
  told.together.reset();
  if (all.value > 0) told.together = forecast(told.headroom, all);
  const double unseen =
      record.judgement->limit.bytes_per_connection * told.arrivals_per_second;
  told.unseen_seconds.reset();
  if (unseen > 0)
    told.unseen_seconds = static_cast<double>(told.headroom.value) / unseen;
}

}  // namespace tidemark
