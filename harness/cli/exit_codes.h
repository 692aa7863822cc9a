// The one table of exit codes (design §8).
#pragma once

#include "tidemark/comparison.h"
#include "tidemark/result.h"
#include "tidemark/verdict.h"

namespace tidemark {

inline constexpr int kExitPass = 0;
inline constexpr int kExitLeak = 1;
inline constexpr int kExitInconclusive = 2;
inline constexpr int kExitUsage = 3;
inline constexpr int kExitEnvironment = 4;
inline constexpr int kExitBug = 5;
inline constexpr int kExitInvalid = 6;
inline constexpr int kExitInterrupted = 130;

inline int exit_code(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kUsage:
      return kExitUsage;
    case ErrorKind::kEnvironment:
      return kExitEnvironment;
    case ErrorKind::kInterrupted:
      return kExitInterrupted;
    case ErrorKind::kBug:
      break;
  }
  return kExitBug;
}

inline int exit_code(Outcome outcome) {
  switch (outcome) {
    case Outcome::kPass:
      return kExitPass;
    case Outcome::kLeak:
      return kExitLeak;
    case Outcome::kInconclusive:
      return kExitInconclusive;
    case Outcome::kInvalid:
      return kExitInvalid;
    case Outcome::kError:
      break;
  }
  return kExitEnvironment;
}

inline int exit_code(ComparisonOutcome outcome) {
  switch (outcome) {
    case ComparisonOutcome::kNothingWorse:
      return kExitPass;
    case ComparisonOutcome::kWorse:
      return kExitLeak;
    case ComparisonOutcome::kInconclusive:
      break;
  }
  return kExitInconclusive;
}

// Of several scenarios' codes, the one the program ends with: an interrupt
// or an error first, then a leak, then an invalid and an inconclusive run.
int worse(int a, int b);

}  // namespace tidemark
