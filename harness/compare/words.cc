// The words of a comparison.
#include "tidemark/comparison.h"

namespace tidemark {

const char* to_word(ChangeKind change) {
  switch (change) {
    case ChangeKind::kNew:
      return "new";
    case ChangeKind::kPerhapsNew:
      return "perhaps new";
    case ChangeKind::kHigher:
      return "higher";
    case ChangeKind::kLower:
      return "lower";
    case ChangeKind::kSame:
      return "same";
    case ChangeKind::kUnclear:
      return "unclear";
    case ChangeKind::kGone:
      return "gone";
  }
  return "unclear";
}

const char* to_word(FigureKind kind) {
  switch (kind) {
    case FigureKind::kPeak:
      return "peak_per_connection";
    case FigureKind::kThroughput:
      return "throughput";
    case FigureKind::kReplyMedian:
      return "reply_median";
    case FigureKind::kReplyP99:
      return "reply_p99";
    case FigureKind::kHandshakeMedian:
      return "handshake_median";
  }
  return "figure";
}

const char* to_word(FigureVerdict verdict) {
  switch (verdict) {
    case FigureVerdict::kNoDifference:
      return "no difference";
    case FigureVerdict::kBetter:
      return "better";
    case FigureVerdict::kWorse:
      return "worse";
    case FigureVerdict::kNoiseUnknown:
      return "noise unknown";
  }
  return "no difference";
}

const char* to_word(ComparisonOutcome word) {
  switch (word) {
    case ComparisonOutcome::kNothingWorse:
      return "nothing worse";
    case ComparisonOutcome::kWorse:
      return "worse";
    case ComparisonOutcome::kInconclusive:
      return "inconclusive";
  }
  return "inconclusive";
}

}  // namespace tidemark
