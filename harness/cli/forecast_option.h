// `--forecast RATE[,SIZE]`.
#pragma once

#include <optional>
#include <string>

#include "tidemark/result.h"
#include "tidemark/run_record.h"

namespace tidemark {

// Nothing of an empty text. Without a size, what this machine has left.
// kUsage: neither a rate, nor a rate and a size.
Result<std::optional<ForecastRecord>> parse_forecast(const std::string& text);

}  // namespace tidemark
