// A Go service, looked at by the pages that net/http/pprof gives it.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tidemark/clock.h"
#include "tidemark/probe.h"
#include "tidemark/result.h"
#include "tidemark/scenario.h"

namespace tidemark {

struct GoProbeOptions {
  PprofAccess access;    // with its secrets
  std::string load_url;  // whose address it is if the access has none
  // Mean bytes between samples that the service is to have; absent: its own.
  std::optional<std::uint64_t> wanted_rate;
  std::function<bool()> cancelled;  // may be empty
  // The TCP ports on which a process listens; may be empty, and the first Go
  // program is taken for the one that shows its profiles.
  std::function<std::vector<std::uint16_t>(pid_t)> ports_of;
};

// Snapshots have a site for each stack and size, without what the runtime
// keeps for itself, and goroutines as kThread sites. Of a service that samples,
// rings have samples (HeapSnapshot::sample_period). `counters` are constant:
// to ask would be work for the service that is to come to rest; snapshots have
// them. Of a service of several processes it is the one that listens where its
// profiles are. kUsage: the access makes no sense.
Result<std::unique_ptr<HeapProbe>> make_go_probe(const GoProbeOptions& options,
                                                 Clock& clock);

}  // namespace tidemark
