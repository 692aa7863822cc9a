// What the run is judged by and what the judgement is: plain values. The
// engine in harness/verdict turns Evidence into a Judgement; same evidence,
// same judgement.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tidemark/driver.h"
#include "tidemark/heap_snapshot.h"
#include "tidemark/kernel_sample.h"
#include "tidemark/memory_account.h"
#include "tidemark/retention.h"
#include "tidemark/scenario.h"
#include "tidemark/units.h"

namespace tidemark {

enum class CycleKind { kWarmup, kLoaded, kIdle, kHalf };

// What a stand-in saw of one cycle.
struct StandInFacts {
  std::string name;
  Count accepted;  // since the last cycle ended
  Count open;      // when the cycle ended: drained, settled
  Count requests;  // since the last cycle ended, as are the bytes
  Bytes received;
  Bytes sent;

  bool operator==(const StandInFacts&) const = default;
};

// One cycle as it happened.
struct CycleFacts {
  CycleIndex index;
  CycleKind kind = CycleKind::kLoaded;
  CycleSettings settings{};  // levels of its factors
  Duration started{};        // since the start of the run
  Duration finished{};       // when its snapshot was taken
  LoadCounts load;
  CyclePace pace;
  Duration linger{};          // drained → settled
  bool settled = true;        // false: still moving at settle_timeout
  bool drained = true;        // false: sockets left at drain_timeout
  HeapCounters counters;      // at the snapshot
  std::optional<Bytes> live;  // of the heap, then; absent: not seen
  std::vector<StandInFacts> standins;
  Bytes limited_use;  // of a limited service, at full load; 0: no limit

  bool operator==(const CycleFacts&) const = default;
};

// All rings of one site as snapshot `after` saw them.
struct RingReading {
  CycleIndex after;  // the cycle after which the snapshot was taken
  CycleIndex born;
  Count objects;
  Bytes bytes;

  bool operator==(const RingReading&) const = default;
};

struct SiteEvidence {
  SiteId site = 0;
  MemoryKind kind = MemoryKind::kHeap;
  Bytes size;
  bool zoomed = false;
  // False when the site is only known since it was zoomed mid-run: rings
  // born before `known_since` belong to another entry of the evidence.
  CycleIndex known_since;
  // Sites with the same caller carry the same group: a site zoomed in
  // mid-run continues the series of its group.
  SiteId group = 0;
  std::vector<RingReading> readings;  // every snapshot from the baseline on
  // Born after the baseline, at the last look of the linger watch; empty where
  // nobody watched.
  std::vector<RingReading> watched;
  // Zoomed sites with the same whole stack, whatever their size, carry the
  // same number: strings of varying length are one place. 0: not known.
  std::uint32_t stack = 0;
  // One number for each of several innermost parts of the stack, the longest
  // first: what differs only near the root (by which of its paths an event
  // loop came) is one place, too. All lists are of one length.
  std::vector<std::uint32_t> prefixes;
  bool by_level = false;  // as in SiteBrief

  bool operator==(const SiteEvidence&) const = default;
};

// Which of the places that grow together names a finding, before the others.
enum class Naming {
  kThread,  // what a thread holds goes with it
  kUsual,
  kLibraryClass,  // what the service's own classes are made of
  kPlainArray,    // "byte[]": what those of the library are made of
};

// Who asked for a site's blocks, by name: addresses are not needed to say
// what is one leak.
struct SiteCallers {
  // "module!function" of the frames that are no library's, innermost first,
  // as harness/run/callers.h makes them.
  std::vector<std::string> own;
  bool whole = false;  // the stack is known, not only its innermost caller
  Naming naming = Naming::kUsual;

  bool operator==(const SiteCallers&) const = default;
};

// A look at the heap while nothing happened after the last cycle: waiting
// for late releases.
struct LingerReading {
  Duration waited{};  // since the last cycle was drained
  SiteId site = 0;
  Count objects;  // of rings born after the baseline
  Bytes bytes;

  bool operator==(const LingerReading&) const = default;
};

// What a site held more while all connections of a cycle were open than
// before they were.
struct OpenSite {
  SiteId site = 0;
  Bytes bytes;
  Count objects;
  double bytes_per_connection = 0;
  std::string place;  // in words: "dial (client.cc:80)"

  bool operator==(const OpenSite&) const = default;
};

// All of the heap, likewise.
struct OpenMemory {
  Count connections;
  Bytes bytes;
  std::vector<OpenSite> sites;  // the largest, largest first, at most five

  bool operator==(const OpenMemory&) const = default;
};

struct Evidence {
  Expectations expect;
  // Stand-ins that expect no close: what stays there is told and is no fault.
  std::vector<std::string> may_stay;
  // What clients call a message: "message", "request", "command".
  std::string message = "message";
  CycleIndex baseline;  // the last warm-up cycle: its snapshot is the baseline
  std::vector<CycleFacts> cycles;  // warm-up included
  std::vector<SiteEvidence> sites;
  // Of the sites that matter; the others' names are not known.
  std::map<SiteId, SiteCallers> callers;
  std::vector<LingerReading> linger;
  std::vector<KernelSample> kernel;
  std::vector<MemoryAccount> memory;  // in the order they were taken
  bool has_heap = true;  // false: runtime `process`, kernel view only
  Bytes sample_period;   // as in HeapSnapshot
  // What of the heap no snapshot has, in words: with any there is no pass.
  std::vector<std::string> unrecorded;
  // The time for the run was over before its plan had been tried.
  bool cut_short = false;
  // Live heap bytes at full concurrency minus those at the baseline, per
  // connection; absent without a heap.
  std::optional<double> peak_bytes_per_connection;
  std::optional<OpenMemory> open;  // where that is
  // Connections open at each stand-in when the service was about to be
  // stopped; empty: not looked at.
  std::map<std::string, Count> upstreams_at_end;
};

enum class FindingClass {
  kLeak,
  kTimeGrowth,
  kBounded,
  kLingering,
  kAllocatorRetained,
  kDescriptors,  // fds, threads or sockets above their budget
  kUpstream,     // connections to a stand-in that the service leaves open
  kPeakSized,    // follows the most connections there ever were at once
  kChurn,        // much is allocated and all of it freed
  kUndecided,    // grows, and the evidence does not say why
};

struct Rate {
  double bytes_per_connection = 0;  // over all connections opened
  double objects_per_connection = 0;
  double bytes_per_unit = 0;  // the same per `Finding::unit`
  double objects_per_unit = 0;
  bool exact = false;                   // every ring agrees to the last byte
  double bytes_per_connection_low = 0;  // 99.9 % interval; equal when exact
  double bytes_per_connection_high = 0;

  bool operator==(const Rate&) const = default;
};

struct FindingRing {
  CycleIndex cycle;
  Count connections;  // opened in that cycle
  Bytes bytes;
  Count objects;

  bool operator==(const FindingRing&) const = default;
};

// What one site has of a residue.
struct SiteShare {
  SiteId site = 0;
  Bytes bytes;
  Count objects;

  bool operator==(const SiteShare&) const = default;
};

// A place whose residue moves with the rest of its finding: the object, or
// its string, or its map node.
struct FindingMember {
  double bytes_per_unit = 0;
  double objects_per_unit = 0;
  Bytes residue;
  Count objects;
  std::vector<SiteShare> sites;  // never empty; the first is the one named

  bool operator==(const FindingMember&) const = default;
};

// A finding that a rule of a suppression file allows.
struct Suppressed {
  std::string rule;  // where the rule is: "suppressions.yaml:3"
  std::string kind;  // "leak", "cache", "library"
  std::string bug;   // URL; may be empty, as may be the next two
  std::string owner;
  std::string expires;  // "2027-01-31"

  bool operator==(const Suppressed&) const = default;
};

// How long some memory lasts, in seconds, and within which bounds.
struct Forecast {
  double seconds = 0;
  double seconds_low = 0;
  std::optional<double> seconds_high;  // absent: it may last for ever

  bool operator==(const Forecast&) const = default;
};

// The unit of findings about memory of connections that are open.
inline constexpr std::string_view kOpenConnection = "open connection";

struct Finding {
  FindingClass kind = FindingClass::kUndecided;
  bool fails = false;   // whether it makes the run a LEAK
  std::string unit;     // "connection", "reset close", "abnormal close",
                        // "second", "descriptor" …
  std::string standin;  // whose connections are counted; else empty
  // Other units that explain its rings as well: it is one of them.
  std::vector<std::string> rivals;
  Rate rate;
  std::vector<SiteId> sites;  // the first is the one named; co-varying others
  // The same by place, the one with most bytes first; its share of the rate
  // included. Empty where memory is not what is found.
  std::vector<FindingMember> members;
  // 16 hexadecimal digits, the same in every build and run of the service
  // (harness/run/fingerprint.h); empty until it has been looked at.
  std::string fingerprint;
  std::optional<Suppressed> suppressed;  // if so, it does not fail
  std::vector<FindingRing> rings;
  std::optional<Duration> linger;  // lingering: released after
  // Lingering: after which half of it was gone, between two looks by an
  // exponential.
  std::optional<Duration> half_life;
  Bytes residue;  // live at the end and born after the baseline
  Count objects;
  std::string explanation;  // one sentence of evidence
  // Who holds its blocks at the end; absent when nobody was asked.
  std::optional<Retention> retention;
  // How long the memory lasts that ForecastRecord names, if it alone takes it;
  // absent when nobody asked, or it takes none.
  std::optional<Forecast> forecast;

  bool operator==(const Finding&) const = default;
};

// Of what is undecided because it still goes away: how long to watch it until
// one block in a hundred of it is left. Absent: a longer watch decides nothing.
inline std::optional<Duration> watch_that_decides(const Finding& finding) {
  constexpr int kHalfLives = 7;
  if (finding.kind != FindingClass::kUndecided || !finding.half_life) return {};
  return kHalfLives * *finding.half_life;
}

enum class Outcome { kPass, kLeak, kInconclusive, kInvalid, kError };

struct DetectionLimit {
  double bytes_per_connection = 0;
  double objects_per_connection = 0;
  Count connections;  // measured, after the baseline

  bool operator==(const DetectionLimit&) const = default;
};

struct Judgement {
  Outcome outcome = Outcome::kInconclusive;
  std::string reason;  // one sentence; for kInconclusive what would decide it
  DetectionLimit limit;
  std::vector<Finding> findings;  // worst first

  bool operator==(const Judgement&) const = default;
};

// The words used in records, reports and messages.
const char* to_word(FindingClass kind);  // "leak", "time growth", "bounded" …
const char* to_word(Outcome outcome);    // "pass", "leak", "inconclusive" …
const char* to_word(CycleKind kind);     // "warm-up", "loaded", "idle", "half"

}  // namespace tidemark
