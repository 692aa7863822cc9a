#include "tidemark/sweep.h"

namespace tidemark {

const char* to_word(SweepFigure figure) {
  switch (figure) {
    case SweepFigure::kOpenHeap:
      return "open heap";
    case SweepFigure::kOpenPss:
      return "open PSS";
    case SweepFigure::kPeakRss:
      return "peak RSS";
    case SweepFigure::kBasePss:
      return "PSS at the baseline";
    case SweepFigure::kResidue:
      return "residue";
    case SweepFigure::kThroughput:
      return "throughput";
    case SweepFigure::kReplyMedian:
      return "median reply";
    case SweepFigure::kReplyP90:
      return "p90 reply";
    case SweepFigure::kReplyP99:
      return "p99 reply";
    case SweepFigure::kReplyP999:
      return "p99.9 reply";
    case SweepFigure::kHandshakeMedian:
      return "median handshake";
    case SweepFigure::kCpu:
      return "CPU per reply";
    case SweepFigure::kAllocations:
      return "allocations per reply";
    case SweepFigure::kErrors:
      return "errors";
  }
  return "";
}

const char* to_word(SweepStanding standing) {
  switch (standing) {
    case SweepStanding::kUnknown:
      return "unknown";
    case SweepStanding::kKeeps:
      return "keeps";
    case SweepStanding::kDoubt:
      return "doubt";
    case SweepStanding::kLoses:
      return "loses";
  }
  return "";
}

}  // namespace tidemark
