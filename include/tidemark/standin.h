// A server that tidemark plays, so that a service that is itself a client can
// be tested; and its memory of who connected.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "tidemark/result.h"
#include "tidemark/units.h"

namespace tidemark {

// What a stand-in has seen since it was started.
struct StandInCounts {
  Count accepted;
  Count open;      // now
  Count requests;  // messages, commands
  Bytes received;
  Bytes sent;
  // Broken input, rules that could not be carried out: text → count.
  std::map<std::string, Count> troubles;

  bool operator==(const StandInCounts&) const = default;
};

// One connection, as reports show those that stayed.
struct StandInConnection {
  Count number;             // in order of acceptance, from 1
  std::string opened_by;    // first request, command or resource; may be ""
  Duration opened_after{};  // since the start of the stand-in
  Bytes received;
  Bytes sent;

  bool operator==(const StandInConnection&) const = default;
};

// Runs beside the caller; every call may be made from any thread. After
// destruction no socket is left.
class StandIn {
 public:
  virtual ~StandIn() = default;

  virtual const std::string& name() const = 0;
  virtual std::uint16_t port() const = 0;  // on 127.0.0.1
  virtual StandInCounts counts() const = 0;
  // Those open now, oldest first, at most `limit`.
  virtual std::vector<StandInConnection> open_connections(
      std::size_t limit) const = 0;
};

}  // namespace tidemark
