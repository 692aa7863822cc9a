// A sweep: one scenario run with every combination of some settings, and what
// each combination costs and gives. harness/sweep turns the records of its
// runs into an answer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tidemark/comparison.h"
#include "tidemark/matrix.h"
#include "tidemark/units.h"
#include "tidemark/verdict.h"

namespace tidemark {

// What is measured of a cell.
enum class SweepFigure {
  kOpenHeap,     // heap bytes per open connection, its traffic over
  kOpenPss,      // PSS per open connection, then
  kPeakRss,      // most resident bytes of the service while it was loaded
  kBasePss,      // PSS without connections, at the baseline
  kResidue,      // bytes per connection that stay when all are gone
  kThroughput,   // replies per second while the flow is played
  kReplyMedian,  // seconds, as those that follow
  kReplyP90,
  kReplyP99,
  kReplyP999,
  kHandshakeMedian,
  kCpu,          // of the service, per reply
  kAllocations,  // blocks asked for per reply
  kErrors,       // replies that were wrong or late, and connections that
                 // failed, of all
};

// Of one figure over the runs of a cell; a run that has no such figure is
// left out. The median and its neighbours are of the rounds that all cells
// have: the first `repeat`.
struct SweepValue {
  double median = 0;
  double least = 0;
  double most = 0;
  std::vector<double> runs;  // in the order they were made
  // For each of them its round, from 0: what is of one round was measured
  // within the same minutes.
  std::vector<std::uint32_t> rounds;

  bool operator==(const SweepValue&) const = default;
};

// A place in the arithmetic of open connections.
struct SweepSite {
  std::string place;
  double bytes_per_connection = 0;
  double blocks_per_connection = 0;

  bool operator==(const SweepSite&) const = default;
};

// Sites × connections against what was measured while they were open.
struct SweepArithmetic {
  Count connections;
  Bytes heap;       // more than at the baseline
  Bytes explained;  // of it, by the sites
  Bytes pss;        // more than at the baseline

  bool operator==(const SweepArithmetic&) const = default;
};

struct SweepRun {
  Outcome outcome = Outcome::kError;
  std::string reason;   // of the judgement, or of the error
  std::string kept_at;  // the record's file; empty: none
  std::uint32_t round = 0;

  bool operator==(const SweepRun&) const = default;
};

// Whether a cell keeps what the baseline gives, as far as may be lost.
enum class SweepStanding {
  kUnknown,  // no speed of it or of the baseline was measured
  kKeeps,    // its losses are within it, their intervals' ends included
  kDoubt,    // an interval has both sides of it
  kLoses,    // it loses more, an interval's lower end included
};

struct SweepCell {
  CellLevels levels;
  std::vector<SweepRun> runs;
  std::map<SweepFigure, SweepValue> figures;
  // Of the first good run.
  std::vector<SweepSite> sites;  // largest first
  std::optional<SweepArithmetic> arithmetic;
  // How much less throughput than the baseline, and how much slower a median
  // reply: 0.1 is 10 %, at 99 %; see harness/sweep/knee.h. Absent without such
  // a figure in both.
  std::optional<Estimate> throughput_loss;
  std::optional<Estimate> reply_loss;
  SweepStanding standing = SweepStanding::kUnknown;
  // More runs of it could change the answer; see harness/sweep/doubts.h.
  bool in_question = false;
  bool pareto = false;   // no other cell takes less memory and gives more
  std::string given_up;  // why it was not run again, one sentence; else empty

  bool operator==(const SweepCell&) const = default;
};

// A level and the larger of its two losses.
struct SweepLoss {
  std::string level;
  Estimate loss;

  bool operator==(const SweepLoss&) const = default;
};

// Along one factor, the others at the baseline.
struct SweepKnee {
  std::string factor;
  std::string level;  // the smallest that keeps what the baseline gives
  std::string from;   // the baseline's
  double bytes = 0;   // per open connection, at `level` and at `from`
  double bytes_from = 0;
  Estimate loss;  // the larger of the two losses
  // Smaller ones of which it is not known, largest first.
  std::vector<SweepLoss> doubtful;
  // The largest one below that loses more; absent: none that was tried does.
  std::optional<SweepLoss> below;

  bool operator==(const SweepKnee&) const = default;
};

// What a level does compared with the baseline's level of its factor, over
// all pairs of cells that differ in nothing else: ratios, 1 is no change.
struct SweepEffect {
  std::string factor;
  std::string level;
  std::map<SweepFigure, double> ratios;
  std::size_t pairs = 0;

  bool operator==(const SweepEffect&) const = default;
};

struct SweepAnswer {
  std::string scenario_path;
  std::string scenario_name;
  std::string tidemark_version;
  std::string started_at;  // of the first run
  SweepSpec spec;
  std::vector<SweepCell> cells;  // as written, the first factor slowest
  std::size_t runs = 0;          // that there are
  std::size_t wanted = 0;        // and those that are to be made now
  std::vector<SweepKnee> knees;  // one for each factor of sizes or numbers
  std::vector<SweepEffect> effects;
  std::optional<std::size_t> best;  // the one of least memory that keeps all
  std::vector<std::string> notes;   // what was not told, and why

  bool operator==(const SweepAnswer&) const = default;
};

const char* to_word(SweepFigure figure);      // "open heap", "throughput" …
const char* to_word(SweepStanding standing);  // "keeps", "doubt" …

}  // namespace tidemark
