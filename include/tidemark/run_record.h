// Everything a run found, as one value: reports are made from this alone.
// As JSON it is documented in harness/report/run_record.schema.json.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tidemark/heap_snapshot.h"
#include "tidemark/kernel_sample.h"
#include "tidemark/matrix.h"
#include "tidemark/memory_account.h"
#include "tidemark/result.h"
#include "tidemark/standin.h"
#include "tidemark/verdict.h"

namespace tidemark {

// 2: `memory` is a list of accounts, where it was one or none.
// 4: facts of the runtime; kinds of memory that managed runtimes have.
inline constexpr int kRunRecordVersion = 4;

// A site as reports show it.
struct SiteRecord {
  SiteId id = 0;
  MemoryKind kind = MemoryKind::kHeap;
  Bytes size;
  bool zoomed = false;
  bool truncated = false;
  std::vector<Frame> frames;  // leaf first, inlined frames expanded

  bool operator==(const SiteRecord&) const = default;
};

// Why the process ended: exactly one of the two is set once it has.
struct ServiceExit {
  std::optional<int> code;
  std::optional<int> signal;
  bool killed_by_us = false;  // it did not stop when asked

  bool operator==(const ServiceExit&) const = default;
};

// One process of the service, at the end of the run.
struct ServiceProcess {
  int pid = 0;
  std::string command;  // its words with blanks between
  Count live_objects;   // of its heap
  Bytes live_bytes;
  Bytes residue;  // of what lives, mappings included: born after the baseline
  Bytes pss;      // 0: it had ended

  bool operator==(const ServiceProcess&) const = default;
};

// A service whose memory is limited by a cgroup of its own.
struct MemoryUse {
  Bytes limit;   // as asked for
  Bytes beside;  // the agent's, which is allowed on top of it
  // Of the service itself: without the agent's, and without pages of files
  // that the kernel may drop at any time.
  Bytes now;
  // How often an allocation met the limit, and pages were taken back for it.
  Count refusals;
  Count kills;  // of its processes, by the kernel, for memory

  bool operator==(const MemoryUse&) const = default;
};

struct ServiceRecord {
  std::vector<std::string> command;
  // It ran already: tidemark neither started nor stopped it.
  bool attached = false;
  int pid = 0;
  std::string allocator;  // as found in the process: "glibc", "jemalloc" …
  Duration ready_after{};
  std::optional<ServiceExit> exit;
  std::vector<std::string> last_output;  // at most 20 lines
  // What the runtime says of itself, a line each.
  std::vector<std::string> facts;
  // What the agent cannot see, in words; empty is good.
  std::vector<std::string> invisible;
  std::vector<ServiceProcess> processes;  // the main process first
  std::optional<MemoryUse> memory_limit;  // `now`: the most that was seen
  // What of tidemark's stayed in a service that goes on; empty is good.
  std::vector<std::string> left_behind;

  bool operator==(const ServiceRecord&) const = default;
};

struct PhaseRecord {
  std::string name;  // "start", "warm-up", "baseline", "loaded", "linger" …
  Duration started{};
  Duration finished{};

  bool operator==(const PhaseRecord&) const = default;
};

// What the allocator gave back when asked.
struct PurgeRecord {
  CycleIndex cycle;
  std::string allocator;
  Bytes rss_before;
  Bytes rss_after;
  Duration took{};

  bool operator==(const PurgeRecord&) const = default;
};

// What a site held at the end, or when the service died; or what it ever
// allocated.
struct LastHeld {
  SiteId site = 0;
  Count objects;
  Bytes bytes;

  bool operator==(const LastHeld&) const = default;
};

// A stand-in over the whole run, as it was before the service was stopped.
struct StandInRecord {
  std::string name;
  StandInCounts counts;
  // Open then, oldest first; at most kStayedShown of them.
  std::vector<StandInConnection> stayed;

  bool operator==(const StandInRecord&) const = default;
};

inline constexpr std::size_t kStayedShown = 5;

// A rule of a suppression file, and what came of it.
struct SuppressionRecord {
  std::string rule;     // "suppressions.yaml:3"
  std::string subject;  // what it is about: its fingerprint, its frames
  std::string kind;     // "leak", "cache", "library"
  std::string owner;    // may be empty
  Count findings;       // that it suppressed, and what they had left
  Count objects;
  Bytes bytes;
  std::string complaint;  // why it suppressed none, one sentence; else empty

  bool operator==(const SuppressionRecord&) const = default;
};

// What forecasts are for, as asked.
struct ForecastRecord {
  double arrivals_per_second = 0;
  Bytes headroom;
  std::string headroom_of;  // whose it is, in words; empty: it was given
  std::optional<Forecast> together;  // all findings; absent: none grows
  // So long at least, in seconds, if what was not found is a leak just below
  // the detection limit; absent: the heap was not seen.
  std::optional<double> unseen_seconds;

  bool operator==(const ForecastRecord&) const = default;
};

struct RunRecord {
  int version = kRunRecordVersion;
  std::string tidemark_version;
  std::string scenario_path;
  std::string scenario_name;
  std::string scenario_digest;  // SHA-256 of the file, in hex
  CellLevels cell;              // of its matrix; empty: it has none
  std::string started_at;       // UTC, ISO 8601
  // Off loopback: who loaded whom, by whose leave, within which caps.
  std::string audit;
  bool partial = true;   // until the verdict is in
  bool watched = false;  // by `tidemark watch`: nothing was loaded or judged
  Duration took{};
  ServiceRecord service;
  LoadCounts connections;  // over all cycles
  std::vector<PhaseRecord> phases;
  std::vector<CycleFacts> cycles;
  // Planned cycles: what was known when they ended; empty: they were written
  // down, or there were no more of them.
  std::string stopped_because;
  std::vector<KernelSample> kernel;
  std::vector<PurgeRecord> purges;
  std::vector<MemoryAccount> memory;  // in the order they were taken
  std::optional<OpenMemory> open;     // at full concurrency
  std::vector<StandInRecord> standins;
  std::vector<SuppressionRecord> suppressions;  // every rule there was
  HeapCounters heap_counters;
  // After a crash: the largest holders in the dead service's heap.
  std::vector<LastHeld> post_mortem;
  // Who holds all that is live at the end; absent when nobody was asked.
  std::optional<Retention> held;
  // Then: who allocated most of it, largest first.
  std::vector<LastHeld> allocated;
  // Who allocated most, freed or not, most bytes first: since the agent came
  // in, by the processes that are still there. The size of these sites is 0:
  // they are of all sizes. C4: this is not what is kept.
  std::vector<LastHeld> ever_allocated;
  std::vector<SiteRecord> sites;  // those that anything above names
  std::optional<ForecastRecord> forecast;
  std::optional<Judgement> judgement;
  std::optional<Error> error;

  bool operator==(const RunRecord&) const = default;
};

// The record's word for how the run ended.
inline Outcome outcome_of(const RunRecord& record) {
  if (record.error) return Outcome::kError;
  if (record.judgement) return record.judgement->outcome;
  return Outcome::kError;
}

}  // namespace tidemark
