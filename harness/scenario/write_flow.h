// The parts of a scenario's text that say what connections do. Private to
// this folder.
#pragma once

#include <vector>

#include "harness/scenario/yaml_text.h"
#include "tidemark/scenario.h"

namespace tidemark {

// As the key `flow` has them.
YamlValue steps_value(const std::vector<Step>& steps, Engine engine);

// As the key `close` has it.
YamlValue closes_value(const std::vector<WeightedClose>& closes);

YamlValue duration_value(Duration duration);
YamlValue size_value(Bytes size);
YamlValue rate_value(double per_second);

}  // namespace tidemark
