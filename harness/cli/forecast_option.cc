#include "harness/cli/forecast_option.h"

#include <fmt/format.h>

#include <string_view>
#include <utility>

#include "harness/base/free_memory.h"
#include "harness/scenario/quantities.h"

namespace tidemark {
namespace {

tl::unexpected<Error> wrong(const std::string& text, const std::string& why) {
  return fail(ErrorKind::kUsage, fmt::format("--forecast {}: {}", text, why),
              "for example --forecast 40/s,512MiB");
}

}  // namespace

Result<std::optional<ForecastRecord>> parse_forecast(const std::string& text) {
  if (text.empty()) return std::optional<ForecastRecord>();
  const std::string_view all(text);
  const std::size_t comma = all.find(',');
  const Result<double> rate = parse_rate(all.substr(0, comma));
  if (!rate) return wrong(text, rate.error().message);
  if (!(*rate > 0)) return wrong(text, "no connections take no memory");
  ForecastRecord forecast;
  forecast.arrivals_per_second = *rate;
  if (comma == std::string_view::npos) {
    Result<FreeMemory> memory = free_memory();
    TIDEMARK_TRY(memory);
    forecast.headroom = memory->bytes;
    forecast.headroom_of = std::move(memory->of);
    return std::optional<ForecastRecord>(std::move(forecast));
  }
  const Result<Bytes> size = parse_size(all.substr(comma + 1));
  if (!size) return wrong(text, size.error().message);
  if (size->value <= 0) return wrong(text, "there is no memory to last");
  forecast.headroom = *size;
  return std::optional<ForecastRecord>(std::move(forecast));
}

}  // namespace tidemark
