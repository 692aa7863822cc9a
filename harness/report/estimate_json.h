// An estimate in the JSON of reports. Private to this folder.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>

#include "tidemark/comparison.h"

namespace tidemark {

inline nlohmann::ordered_json estimate_json(const Estimate& estimate) {
  return {{"value", estimate.value},
          {"low", estimate.low},
          {"high", estimate.high}};
}

inline nlohmann::ordered_json estimate_json(
    const std::optional<Estimate>& estimate) {
  return estimate ? estimate_json(*estimate) : nlohmann::ordered_json(nullptr);
}

}  // namespace tidemark
