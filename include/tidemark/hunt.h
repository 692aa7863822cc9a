// What a hunt without a scenario found, as one value: reports are made from
// this alone.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tidemark/run_record.h"
#include "tidemark/scenario.h"

namespace tidemark {

enum class HuntKind {
  kGrowth,  // something stays: a finding of a run
  kDeath,   // the run ended in an error: the service died, or stopped to answer
};

enum class HuntStanding {
  kConfirmed,   // its scenario finds it, alone
  kReleased,    // the same, but a while later it is gone: a timeout
  kSeenOnce,    // nothing smaller than the screening finds it
  kNotFollowed  // there was no time left
};

struct HuntFinding {
  HuntKind kind = HuntKind::kGrowth;
  HuntStanding standing = HuntStanding::kNotFollowed;
  // kGrowth: the finding, in the run of `scenario` if it is confirmed, else in
  // the screening. Its sites are those of `record`.
  Finding finding;
  // Per what it grows, as the run could tell that had all ways in it.
  std::string screened_unit;
  // The ways that the screening blames; empty: none in particular.
  std::vector<std::string> blamed;
  // kDeath: what the run said.
  Error error;
  std::vector<std::string> ways;  // that bring it about; what was seen once:
                                  // all that were tried together
  // The smallest that finds it; for what was seen once, the screening.
  Scenario scenario;
  RunRecord record;  // of that scenario
  std::string file;  // where it was written; empty: nowhere
  // For how long it was seen to stay, or was gone after; 0: not looked at.
  Duration watched{};

  bool operator==(const HuntFinding&) const = default;
};

// All ways of one protocol tried together.
struct HuntScreen {
  std::string protocol;  // "websocket"
  std::string url;
  std::size_t ways = 0;
  Count connections;                 // opened, over all of its runs
  Outcome outcome = Outcome::kPass;  // of the latest
  std::string reason;                // if that is neither pass nor leak
  DetectionLimit limit;

  bool operator==(const HuntScreen&) const = default;
};

struct HuntReport {
  std::vector<HuntScreen> screens;
  std::vector<HuntFinding> findings;
  // Ways that were not tried, and why: "half_open: needs TCP_REPAIR".
  std::vector<std::string> not_tried;
  std::size_t runs = 0;
  Duration took{};
  bool out_of_time = false;
  // What ended the hunt before its end: an interrupt, a service that does not
  // live through the plainest load.
  std::optional<Error> error;

  bool operator==(const HuntReport&) const = default;
};

}  // namespace tidemark
