// Rows of a flow's feeders, dealt out to its iterations.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "drivers/common/feeder.h"
#include "drivers/common/random.h"
#include "drivers/common/text_template.h"
#include "tidemark/result.h"
#include "tidemark/scenario.h"

namespace tidemark {

// One thread at a time.
class FlowVariables {
 public:
  // Opens the flow's feeders, whose paths are relative to `folder`.
  static Result<FlowVariables> open(const LoadSpec& flow,
                                    const std::string& folder);

  const std::vector<Feeder>& feeders() const { return feeders_; }

  // Looks the columns up, once they have numbers.
  void bind(const VariableNames& names);

  // The values of another iteration: `initial`, a new row of each feeder,
  // and nothing captured yet.
  void fill(const std::vector<std::string>& initial,
            std::vector<std::string>& values);

 private:
  std::vector<Feeder> feeders_;
  std::vector<std::vector<std::uint16_t>> numbers_;  // of their columns
  Random random_{0};
};

}  // namespace tidemark
