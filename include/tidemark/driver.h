// A load driver: calls the service as its clients do.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>

#include "tidemark/result.h"
#include "tidemark/scenario.h"
#include "tidemark/units.h"

namespace tidemark {

// How many connections are to end in each way; indexed by CloseBehavior.
using CloseCounts = std::array<Count, kCloseBehaviors>;

// Every connection the driver was asked for ends in exactly one of: closed
// (by one behaviour), refused, failed, early_closed.
struct LoadCounts {
  Count attempted;
  Count opened;        // handshake complete
  Count refused;       // TCP connect refused, reset or timed out
  Count failed;        // connected, but the handshake did not succeed
  Count early_closed;  // the service ended it before we did
  CloseCounts closed{};
  Count messages_sent;
  Count messages_received;
  Count reply_errors;    // an echo that was wrong or did not come in time
  Count close_timeouts;  // graceful closes that the service never answered
  // The first few distinct reasons, as people read them, with their counts:
  // "HTTP 404 instead of 101" → 200.
  std::map<std::string, Count> reasons;

  bool operator==(const LoadCounts&) const = default;
};

// Used from one thread. Calls block; they return early, with kInterrupted,
// when the run is cancelled. After an error, and at destruction, no socket of
// the driver is open.
class Driver {
 public:
  virtual ~Driver() = default;

  // Opens `connections` at the scenario's rate and returns when each is open
  // or has failed; failures are counts, not errors. REQUIRES: none is open.
  virtual Status open(Count connections) = 0;

  // Sends the scenario's messages on every open connection, checks the
  // replies, and keeps the connections open for the scenario's hold time.
  virtual Status exercise() = 0;

  // Ends every open connection, so many in each way as `plan` says (assigned
  // by the scenario's seed; connections beyond the plan end gracefully), and
  // returns when no descriptor of ours is left.
  virtual Status close(const CloseCounts& plan) = 0;

  // Connections now open (handshake complete).
  virtual Count open_now() const = 0;

  // Counts since the last call; then starts again at zero.
  virtual LoadCounts take_counts() = 0;
};

}  // namespace tidemark
