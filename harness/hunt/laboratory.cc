#include "harness/hunt/laboratory.h"

#include <utility>

namespace tidemark {

const Done* Laboratory::perform(const Scenario& scenario,
                                const std::string& title) {
  for (const Done& done : done_)
    if (done.scenario == scenario) return &done;
  if (interrupt_) return nullptr;
  if (took_ >= limits_.budget) {
    out_of_time_ = true;
    return nullptr;
  }
  Done& done = done_.emplace_back(Done{scenario, run_(scenario, title)});
  took_ += done.record.took;
  if (done.record.error && done.record.error->kind == ErrorKind::kInterrupted) {
    interrupt_ = done.record.error;
    done_.pop_back();
    return nullptr;
  }
  return &done;
}

}  // namespace tidemark
