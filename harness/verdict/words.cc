#include "tidemark/verdict.h"

namespace tidemark {

const char* to_word(FindingClass kind) {
  switch (kind) {
    case FindingClass::kLeak:
      return "leak";
    case FindingClass::kTimeGrowth:
      return "time growth";
    case FindingClass::kBounded:
      return "bounded";
    case FindingClass::kPeakSized:
      return "peak-sized";
    case FindingClass::kChurn:
      return "churn";
    case FindingClass::kLingering:
      return "lingering";
    case FindingClass::kAllocatorRetained:
      return "retained by the allocator";
    case FindingClass::kDescriptors:
      return "descriptors";
    case FindingClass::kUpstream:
      return "upstream not closed";
    case FindingClass::kUndecided:
      return "undecided";
  }
  return "undecided";
}

const char* to_word(Outcome outcome) {
  switch (outcome) {
    case Outcome::kPass:
      return "pass";
    case Outcome::kLeak:
      return "leak";
    case Outcome::kInconclusive:
      return "inconclusive";
    case Outcome::kInvalid:
      return "invalid";
    case Outcome::kError:
      return "error";
  }
  return "error";
}

const char* to_word(CycleKind kind) {
  switch (kind) {
    case CycleKind::kWarmup:
      return "warm-up";
    case CycleKind::kLoaded:
      return "loaded";
    case CycleKind::kIdle:
      return "idle";
    case CycleKind::kHalf:
      return "half";
  }
  return "loaded";
}

}  // namespace tidemark
