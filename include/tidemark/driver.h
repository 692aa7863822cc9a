// A load driver: calls the service as its clients do.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "tidemark/load_times.h"
#include "tidemark/result.h"
#include "tidemark/scenario.h"
#include "tidemark/units.h"

namespace tidemark {

// How many connections go each way. A way is named as in its scenario: a
// close behaviour ("reset"), or a provocation ("bad_utf8"); with several
// flows, "FLOW/reset". See way_of() in tidemark/ways.h.
using WayCounts = std::map<std::string, Count>;

// The levels of a cycle's factors: what its load is besides its ways. What is
// absent is as the scenario says.
struct CycleSettings {
  std::optional<Bytes> size;                 // of each message
  std::optional<std::uint32_t> messages;     // per connection
  std::optional<std::uint32_t> concurrency;  // open at once; see below

  auto operator<=>(const CycleSettings&) const = default;
};

// Every connection the driver was asked for ends in exactly one of: closed
// (one way or another), refused, failed, early_closed.
struct LoadCounts {
  Count attempted;
  Count opened;        // handshake complete
  Count refused;       // TCP connect refused, reset or timed out
  Count failed;        // connected, but the handshake did not succeed
  Count early_closed;  // the service ended it before we did
  // Those whose way ended them before the handshake was over (half a
  // handshake, an illegal one) were never opened.
  WayCounts closed;
  Count messages_sent;
  Count messages_received;
  Count reply_errors;    // a reply that was wrong or did not come in time
  Count close_timeouts;  // good-byes that the service never answered
  // The first few distinct reasons, as people read them, with their counts:
  // "HTTP 404 instead of 101" → 200.
  std::map<std::string, Count> reasons;
  // Engine exec: runs of the program that ended with exit code 0 (any other
  // is an error), and how long they took together.
  Count programs;
  Duration program_time{};
  // What the service answered to each provocation: way → answer → count.
  std::map<std::string, std::map<std::string, Count>> answers;

  LoadCounts& operator+=(const LoadCounts& more);

  // Connections that had their effect on the service: some ways end before
  // the handshake does.
  Count reached() const;

  bool operator==(const LoadCounts&) const = default;
};

inline Count LoadCounts::reached() const {
  Count ended = early_closed;
  for (const auto& [way, count] : closed) ended += count;
  return std::max(opened, ended);
}

inline LoadCounts& LoadCounts::operator+=(const LoadCounts& more) {
  attempted += more.attempted;
  opened += more.opened;
  refused += more.refused;
  failed += more.failed;
  early_closed += more.early_closed;
  for (const auto& [way, count] : more.closed) closed[way] += count;
  messages_sent += more.messages_sent;
  messages_received += more.messages_received;
  reply_errors += more.reply_errors;
  close_timeouts += more.close_timeouts;
  programs += more.programs;
  program_time += more.program_time;
  for (const auto& [reason, count] : more.reasons) reasons[reason] += count;
  for (const auto& [way, heard] : more.answers)
    for (const auto& [answer, count] : heard) answers[way][answer] += count;
  return *this;
}

// Used from one thread. Calls block; they return early, with kInterrupted,
// when the run is cancelled. After an error, and at destruction, no socket of
// the driver is open.
class Driver {
 public:
  virtual ~Driver() = default;

  // Size and number of messages of the connections that are opened from now
  // on. `concurrency` is not the driver's: whoever asks for connections asks
  // for so many at a time. A flow that is written down step by step stays as
  // it is. An error leaves the driver as it was. REQUIRES: none is open.
  virtual Status use(const CycleSettings& /*settings*/) { return {}; }

  // Opens as many connections as `plan` adds up to, each destined for one
  // way, in an order drawn by the scenario's seed, at the scenario's rate;
  // returns when each is open, has failed, or is over because its way ends
  // before it opens. Failures are counts, not errors. REQUIRES: none is open.
  virtual Status open(const WayCounts& plan) = 0;

  // Plays the scenario's flow on every open connection, checks the replies,
  // and keeps the connections open for the scenario's hold time.
  virtual Status exercise() = 0;

  // Ends every open connection, each in its way, and returns when no
  // descriptor of ours is left.
  virtual Status close() = 0;

  // Connections that the service holds for us now: those whose handshake is
  // complete, and those that linger in their way of closing.
  virtual Count open_now() const = 0;

  // Counts since the last call; then starts again at zero.
  virtual LoadCounts take_counts() = 0;

  // How long it took since the last call, likewise; nothing from a driver
  // that does not know.
  virtual LoadTimes take_times() { return {}; }
};

}  // namespace tidemark
