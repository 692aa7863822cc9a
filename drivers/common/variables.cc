#include "drivers/common/variables.h"

#include <utility>

namespace tidemark {

Result<FlowVariables> FlowVariables::open(const LoadSpec& flow,
                                          const std::string& folder) {
  FlowVariables made;
  made.random_ = Random(flow.seed + 3);
  for (const FeederSpec& spec : flow.feeders) {
    Result<Feeder> feeder = Feeder::open(spec, folder);
    TIDEMARK_TRY(feeder);
    made.feeders_.push_back(*std::move(feeder));
  }
  return made;
}

void FlowVariables::bind(const VariableNames& names) {
  for (const Feeder& feeder : feeders_) {
    std::vector<std::uint16_t>& numbers = numbers_.emplace_back();
    for (const std::string& column : feeder.columns())
      numbers.push_back(static_cast<std::uint16_t>(names.find(column)));
  }
}

void FlowVariables::fill(const std::vector<std::string>& initial,
                         std::vector<std::string>& values) {
  if (initial.empty()) return;
  values = initial;
  for (std::size_t i = 0; i < feeders_.size(); ++i)
    feeders_[i].assign(feeders_[i].next(random_), numbers_[i], values);
}

}  // namespace tidemark
