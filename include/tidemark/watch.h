// A service that is looked at while others use it: what it has at one moment.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tidemark/units.h"

namespace tidemark {

// Memory of one place that there is more of than when the watch began.
struct GrowingPlace {
  std::string place;  // in words: "subscribe (chat.cc:33)"
  Bytes bytes;
  Count objects;

  bool operator==(const GrowingPlace&) const = default;
};

// What only an agent in the service sees.
struct WatchedHeap {
  Bytes live;          // requested bytes of live blocks, and mappings
  Count live_objects;  // blocks and mappings
  // What the allocator has from the system and resident: live blocks, what it
  // rounds them up to, and what it keeps free. Absent where the service's
  // pages may not be looked into.
  std::optional<Bytes> allocator;
  Count allocations;                  // since the reading before this one
  std::vector<GrowingPlace> growing;  // most bytes first, at most five

  bool operator==(const WatchedHeap&) const = default;
};

struct WatchReading {
  std::string time;  // UTC, ISO 8601
  Duration at{};     // since the watch began
  std::optional<WatchedHeap> heap;
  Bytes pss;
  Bytes rss;
  Count fds;
  Count threads;
  Count connections;  // TCP sockets that do not listen
  Count processes;

  bool operator==(const WatchReading&) const = default;
};

}  // namespace tidemark
