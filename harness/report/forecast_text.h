// Forecasts in words. Private to this folder.
#pragma once

#include <string>

#include "tidemark/verdict.h"

namespace tidemark {

// "9.1 ± 0.4 days", "3.2 hours", "9.1 days, at least 5.0", where it may last
// for ever, "9.1 days, from 5.0 to 31" where the bounds are not alike.
std::string forecast_text(const Forecast& forecast);

}  // namespace tidemark
