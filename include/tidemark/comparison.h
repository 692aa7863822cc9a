// What two versions of a service differ in, as one value: reports are made
// from this alone. harness/compare turns run records into it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tidemark/run_record.h"
#include "tidemark/units.h"
#include "tidemark/verdict.h"

namespace tidemark {

inline constexpr int kComparisonVersion = 1;

// Of a finding, from OLD to NEW.
enum class ChangeKind {
  kNew,         // in every run of NEW, in none of OLD
  kPerhapsNew,  // likewise in some, or not for certain: see `told`
  kHigher,      // in both, and more of it than the intervals leave open
  kLower,
  kSame,
  kUnclear,  // in both, and one of them does not say how much
  kGone,     // in OLD alone
};

// A number with the interval that it is in at 99.9 %. Equal: it is exact.
struct Estimate {
  double value = 0;
  double low = 0;
  double high = 0;

  bool operator==(const Estimate&) const = default;
};

struct FindingChange {
  ChangeKind change = ChangeKind::kSame;
  bool fails = false;                            // makes NEW the worse
  bool undecided = false;                        // leaves the comparison open
  std::string fingerprint;                       // may be empty
  FindingClass kind = FindingClass::kUndecided;  // in NEW if it is there
  std::string standin;
  std::optional<SiteRecord> site;  // the one named
  int old_runs = 0;                // that have it
  int new_runs = 0;
  // Bytes per `unit`, or things where `in_bytes` is false; absent: not there,
  // or not known.
  std::string unit;
  bool in_bytes = true;
  std::optional<Estimate> before;
  std::optional<Estimate> after;
  std::string told;  // one sentence

  bool operator==(const FindingChange&) const = default;
};

enum class FigureKind {
  kPeak,        // heap bytes of an open connection
  kThroughput,  // replies per second while the flow is played
  kReplyMedian,
  kReplyP99,
  kHandshakeMedian,
};

enum class FigureVerdict { kNoDifference, kBetter, kWorse, kNoiseUnknown };

// One figure of both versions. Times are in seconds.
struct FigureChange {
  FigureKind kind = FigureKind::kPeak;
  std::vector<double> before;  // one for each run, in their order
  std::vector<double> after;
  double before_median = 0;
  double after_median = 0;
  // How much larger NEW is: 0.1 is 10 %. The interval is what the scatter
  // between runs of the same version leaves open; with one run of each there
  // is none, and low and high are the value.
  Estimate change;
  FigureVerdict verdict = FigureVerdict::kNoDifference;
  bool fails = false;
  bool undecided = false;

  bool operator==(const FigureChange&) const = default;
};

struct ComparedRun {
  Outcome outcome = Outcome::kError;
  std::string reason;
  std::string started_at;
  std::string kept_at;  // the record's file; empty: none

  bool operator==(const ComparedRun&) const = default;
};

struct ComparedSide {
  std::string path;  // as given on the command line
  std::string name;  // of its scenario
  std::vector<ComparedRun> runs;
  DetectionLimit limit;  // the worst of its runs'

  bool operator==(const ComparedSide&) const = default;
};

enum class ComparisonOutcome { kNothingWorse, kWorse, kInconclusive };

struct VersionComparison {
  int version = kComparisonVersion;
  std::string tidemark_version;
  std::string started_at;  // UTC, ISO 8601
  Duration took{};
  ComparedSide before;
  ComparedSide after;
  // In per cent: how much slower NEW may be; absent: speed is only told.
  std::optional<double> max_slowdown;
  ComparisonOutcome outcome = ComparisonOutcome::kInconclusive;
  std::string reason;                   // one sentence
  std::vector<FindingChange> findings;  // worst first
  std::vector<FigureChange> figures;
  std::vector<std::string> notes;  // what was not compared, and why

  bool operator==(const VersionComparison&) const = default;
};

// The words used in reports and messages.
const char* to_word(ChangeKind change);       // "new", "perhaps new" …
const char* to_word(FigureKind kind);         // "throughput" …
const char* to_word(FigureVerdict verdict);   // "better", "no difference" …
const char* to_word(ComparisonOutcome word);  // "nothing worse", "worse" …

}  // namespace tidemark
