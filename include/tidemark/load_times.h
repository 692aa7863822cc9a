// How long a hunt's load took: what two versions of a service are compared by
// beside what they keep.
#pragma once

#include <algorithm>

#include "tidemark/histogram.h"
#include "tidemark/units.h"

namespace tidemark {

// As a driver measures it.
struct LoadTimes {
  Histogram reply;      // from a request sent until its reply
  Histogram handshake;  // from connected until the conversation is open
  // While the flow was played on all connections, until the last had ended:
  // without opening, holding and closing.
  Duration playing{};

  // Of another flow that was played beside this one.
  void merge_parallel(const LoadTimes& other) {
    reply.merge(other.reply);
    handshake.merge(other.handshake);
    playing = std::max(playing, other.playing);
  }
};

// One cycle of it, as records keep it. A duration without values is zero.
struct CyclePace {
  Count replies;
  Duration playing{};
  Duration reply_median{};
  Duration reply_p90{};
  Duration reply_p99{};
  Duration reply_p999{};
  Duration handshake_median{};
  // Of the service, while it was played to.
  Duration service_cpu{};
  Count allocations;

  bool operator==(const CyclePace&) const = default;
};

inline CyclePace pace_of(const LoadTimes& times) {
  return {Count{static_cast<std::int64_t>(times.reply.count())},
          times.playing,
          times.reply.value_at_percentile(50),
          times.reply.value_at_percentile(90),
          times.reply.value_at_percentile(99),
          times.reply.value_at_percentile(99.9),
          times.handshake.value_at_percentile(50),
          {},
          {}};
}

}  // namespace tidemark
