#include "drivers/common/variables.h"

#include <utility>

namespace tidemark {
namespace {

void name_captures(const std::vector<Step>& steps, VariableNames& names) {
  for (const Step& step : steps) {
    for (const Capture& capture : step.captures) names.add(capture.as);
    name_captures(step.steps, names);
  }
}

}  // namespace

Result<FlowVariables> FlowVariables::make(const LoadSpec& flow,
                                          const std::string& folder) {
  FlowVariables made;
  made.random_ = Random(flow.seed + 3);
  for (const auto& [name, value] : flow.variables) {
    const std::uint16_t number = made.names_.add(name);
    made.base_.resize(number + 1u);
    made.base_[number] = value;
  }
  for (const FeederSpec& spec : flow.feeders) {
    Result<Feeder> feeder = Feeder::open(spec, folder);
    TIDEMARK_TRY(feeder);
    std::vector<std::uint16_t> numbers;
    for (const std::string& column : feeder->columns())
      numbers.push_back(made.names_.add(column));
    made.feeders_.push_back({*std::move(feeder), std::move(numbers)});
  }
  name_captures(flow.flow, made.names_);
  made.base_.resize(made.names_.all().size());
  return made;
}

void FlowVariables::fill(std::vector<std::string>& values) {
  if (base_.empty()) return;
  values = base_;
  for (Source& source : feeders_)
    source.feeder.assign(source.feeder.next(random_), source.numbers, values);
}

}  // namespace tidemark
