// The variables of a flow: what the scenario sets, what feeders hand out, and
// what replies leave behind.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "drivers/common/capture.h"
#include "drivers/common/feeder.h"
#include "drivers/common/random.h"
#include "drivers/common/text_template.h"
#include "tidemark/result.h"
#include "tidemark/scenario.h"

namespace tidemark {

// One thread at a time.
class FlowVariables {
 public:
  // Names everything the flow may use; opens its feeders, whose paths are
  // relative to `folder`.
  static Result<FlowVariables> make(const LoadSpec& flow,
                                    const std::string& folder);

  const VariableNames& names() const { return names_; }

  // The values for another iteration: the scenario's own, a new row of each
  // feeder, and nothing captured yet.
  void fill(std::vector<std::string>& values);

 private:
  struct Source {
    Feeder feeder;
    std::vector<std::uint16_t> numbers;  // of its columns
  };
  VariableNames names_;
  std::vector<std::string> base_;
  std::vector<Source> feeders_;
  Random random_{0};
};

}  // namespace tidemark
