#include "harness/runtimes/v8/probe.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>

#include "harness/base/proc_tree.h"
#include "harness/base/text_file.h"
#include "harness/runtimes/managed/joined_retention.h"
#include "harness/runtimes/managed/levels.h"
#include "harness/runtimes/managed/named_retention.h"
#include "harness/runtimes/managed/object_graph.h"
#include "harness/runtimes/managed/sites.h"
#include "harness/runtimes/v8/births.h"
#include "harness/runtimes/v8/census.h"
#include "harness/runtimes/v8/inspector_signal.h"
#include "harness/runtimes/v8/node_process.h"
#include "harness/runtimes/v8/node_program.h"
#include "harness/runtimes/v8/snapshot_graph.h"
#include "harness/runtimes/v8/wholes.h"

namespace tidemark {
namespace {

using v8::Births;
using v8::Census;
using v8::NodeProcess;

// How long a process that was just born is waited for until its inspector
// listens, and one that broke off until it is gone.
constexpr Duration kBirth = std::chrono::seconds(10);
constexpr Duration kDeath = std::chrono::seconds(2);
// How often those whose port was taken are asked to try it again, and how long:
// a port that a client had is kept for a minute after its end (TIME_WAIT).
constexpr Duration kTaken = std::chrono::seconds(2);
constexpr Duration kTimeWait = std::chrono::seconds(65);
// Between looks, longer each time: a look is a request to whatever listens.
constexpr Duration kLook = std::chrono::milliseconds(5);
constexpr Duration kLongestPause = std::chrono::milliseconds(250);
constexpr std::size_t kMostPaths = 16;
constexpr std::size_t kMostPathsOfAll = 64;  // of all that is live
// A collection of a heap of gigabytes takes its time, and so does that of a
// service that is at work.
constexpr Duration kCollection = std::chrono::minutes(2);
constexpr std::size_t kMostFacts = 8;  // processes that are told one by one

struct Process {
  NodeProcess node;
  Births births;
  LevelBook natives;
  Count workers;  // as of the latest snapshot
  Bytes left_out;
};

// A process of the service that is not looked into.
struct Unseen {
  std::string why;
  bool node = false;
  int tries = 0;
};

// After its time to begin, a process is asked so often again: on a machine that
// is busy it may have needed longer. No oftener, as each may take seconds.
constexpr int kMoreTries = 8;

using Rings = std::map<std::pair<SiteId, CycleIndex>, Ring>;

Bytes resident(pid_t pid) {
  const Result<std::string> text =
      read_file(fmt::format("/proc/{}/statm", pid));
  long size = 0, pages = 0;
  if (!text || sscanf(text->c_str(), "%ld %ld", &size, &pages) != 2) return {};
  return {pages * sysconf(_SC_PAGESIZE)};
}

class V8Probe final : public HeapProbe {
 public:
  V8Probe(V8ProbeOptions options, Clock& clock)
      : options_(std::move(options)), clock_(clock) {}

  Result<HeapDescription> attach(const std::vector<pid_t>& pids) override;
  Status begin_cycle(CycleIndex cycle) override;
  Result<HeapCounters> counters() override { return HeapCounters{}; }
  Result<PurgeRecord> purge(Duration timeout) override;
  Result<HeapSnapshot> snapshot() override;
  Result<MemoryAccount> account() override;
  Status zoom(const std::vector<SiteId>&) override { return {}; }
  SiteRecord describe(SiteId site) override { return sites_.describe(site); }
  Result<std::vector<std::unique_ptr<FrozenHeap>>> freeze(Duration) override {
    return std::vector<std::unique_ptr<FrozenHeap>>{};
  }
  Result<std::optional<RuntimeHoldings>> who_holds(
      const std::vector<std::vector<SiteId>>& sites, CycleIndex baseline,
      Duration timeout) override;

 private:
  Status adopt(pid_t pid, int tries);
  bool ends(pid_t pid);
  bool wants_to_stop() const {
    return options_.cancelled && options_.cancelled();
  }
  Result<NodeProcess> find_inspector(pid_t pid,
                                     std::optional<std::uint16_t> port);
  Result<NodeProcess> wait_for_inspector(pid_t pid, bool first);
  Result<V8Snapshot> look(Process& process, Census& census);
  void add(Process& process, const V8Snapshot& snapshot, const Census& census,
           HeapSnapshot& into, Rings& rings);
  std::vector<SiteId> sites_of(const Census& census);
  HeapDescription describe_heap();
  Result<std::vector<NamedRetention>> holders_in(
      Process& process, const std::vector<std::vector<SiteId>>& sites,
      CycleIndex baseline);
  Status each(const std::function<Status(Process&)>& ask);

  V8ProbeOptions options_;
  Clock& clock_;
  ManagedSites sites_;
  std::map<pid_t, Process> processes_;
  std::map<pid_t, Unseen> unseen_;
  // What was there for cycles before it could be looked into.
  std::map<pid_t, CycleIndex> late_;
  TimePoint ports_until_;  // the end of waiting for taken ports, anybody's
  std::map<SiteId, bool> native_;
  CycleIndex cycle_;
};

// The connection ends before the process does.
bool V8Probe::ends(pid_t pid) {
  for (const TimePoint until = clock_.now() + kDeath;
       !is_gone(pid) && clock_.now() < until;)
    clock_.sleep(kLook);
  return is_gone(pid);
}

// Asks every process; one that ends meanwhile is forgotten and no error.
Status V8Probe::each(const std::function<Status(Process&)>& ask) {
  for (auto entry = processes_.begin(); entry != processes_.end();) {
    const pid_t pid = entry->first;
    const Status asked = ask(entry->second);
    if (asked) {
      ++entry;
      continue;
    }
    if (asked.error().kind == ErrorKind::kInterrupted)
      return fail(asked.error());
    if (!ends(pid))
      return fail(asked.error().kind,
                  fmt::format("the inspector of process {}: {}", pid,
                              asked.error().message),
                  asked.error().hint);
    entry = processes_.erase(entry);
  }
  if (processes_.empty())
    return fail(ErrorKind::kEnvironment,
                "no Node process of the service is left");
  return {};
}

// One whose port is known is asked there alone: nothing else that it listens on
// is its inspector.
Result<NodeProcess> V8Probe::find_inspector(pid_t pid,
                                            std::optional<std::uint16_t> port) {
  std::vector<std::uint16_t> ports = options_.ports_of(pid);
  if (port) std::erase_if(ports, [&](std::uint16_t p) { return p != *port; });
  Result<NodeProcess> node =
      NodeProcess::attach(pid, ports, clock_, options_.cancelled);
  if (!node && port && ports.empty())
    return fail(ErrorKind::kEnvironment,
                fmt::format("it does not listen on port {}, which node:cluster "
                            "gave it: somebody else may have it",
                            *port));
  return node;
}

// Of one that was looked for before, a single look, and where its port was
// taken one more try of it.
Result<NodeProcess> V8Probe::wait_for_inspector(pid_t pid, bool first) {
  const std::optional<std::uint16_t> port =
      v8::inspector_port(command_line_of(pid));
  const TimePoint began = clock_.now();
  TimePoint until = began + (first ? kBirth : Duration{});
  TimePoint next_try = began + (first ? kTaken : Duration{});
  // The option may be the script's own: at first, everything is asked.
  bool everything = true;
  for (Duration pause = kLook;; pause = std::min(2 * pause, kLongestPause)) {
    Result<NodeProcess> node = find_inspector(
        pid, std::exchange(everything, false) ? std::nullopt : port);
    if (node || node.error().kind == ErrorKind::kInterrupted) return node;
    if (wants_to_stop()) return fail(ErrorKind::kInterrupted, "interrupted");
    if (is_gone(pid)) return node;
    const TimePoint now = clock_.now();
    // Where it does not catch the signal yet it is at its beginning.
    if (port && now >= next_try && v8::begin_inspector(pid)) {
      next_try = first ? now + kTaken : TimePoint::max();
      until = std::max(until, first ? ports_until_ : now + kTaken);
    }
    if (now >= until) return node;
    clock_.sleep(pause);
  }
}

// What is there already was born before now.
Status V8Probe::adopt(pid_t pid, int tries) {
  const std::string program = v8::program_of(pid);
  if (program.empty()) {
    if (!is_gone(pid))
      unseen_[pid] = {
          "cannot be looked into: run tidemark as the user of the "
          "service, or as root",
          true};
    return {};
  }
  if (!v8::is_node(program)) {
    unseen_[pid] = {fmt::format("({}) is not a Node process", program), false};
    return {};
  }
  Result<NodeProcess> node = wait_for_inspector(pid, tries == 0);
  if (!node) {
    if (node.error().kind == ErrorKind::kInterrupted) return fail(node.error());
    if (!is_gone(pid))
      unseen_[pid] = {"has no inspector: " + node.error().message, true,
                      tries + 1};
    return {};
  }
  const auto [entry, fresh] =
      processes_.emplace(pid, Process{*std::move(node), {}, {}, {}, {}});
  entry->second.natives.begin_cycle(cycle_);
  if (tries > 0 && cycle_ > CycleIndex{1}) late_.try_emplace(pid, cycle_);
  Census census;
  const Result<V8Snapshot> first = look(entry->second, census);
  if (first) {
    HeapSnapshot nobodys;
    Rings rings;
    add(entry->second, *first, census, nobodys, rings);
    return {};
  }
  processes_.erase(entry);
  if (first.error().kind != ErrorKind::kInterrupted && ends(pid)) return {};
  return fail(first.error().kind,
              fmt::format("the inspector of process {}: {}", pid,
                          first.error().message),
              first.error().hint);
}

Result<HeapDescription> V8Probe::attach(const std::vector<pid_t>& pids) {
  const auto is_there = [&pids](const auto& entry) {
    return std::find(pids.begin(), pids.end(), entry.first) != pids.end();
  };
  std::erase_if(processes_, [&](const auto& e) { return !is_there(e); });
  std::erase_if(unseen_, [&](const auto& e) { return !is_there(e); });
  std::erase_if(late_, [&](const auto& e) { return !is_there(e); });
  ports_until_ = clock_.now() + kTimeWait;
  for (const pid_t pid : pids) {
    if (processes_.contains(pid)) continue;
    const auto known = unseen_.find(pid);
    int tries = 0;
    // A shell that is replaced by the program it starts keeps its number.
    const std::string program = v8::program_of(pid);
    if (known != unseen_.end() &&
        known->second.node == (program.empty() || v8::is_node(program))) {
      if (!known->second.node || known->second.tries > kMoreTries) continue;
      tries = known->second.tries;
    }
    unseen_.erase(pid);
    TIDEMARK_TRY(adopt(pid, tries));
  }
  if (processes_.empty() && unseen_.empty())
    return fail(ErrorKind::kEnvironment,
                "the heap of the service cannot be seen: it has no process "
                "that is running");
  if (processes_.empty()) {
    const auto& [pid, unseen] = *unseen_.begin();
    return fail(ErrorKind::kEnvironment,
                fmt::format("the heap of the service cannot be seen: process "
                            "{} {}",
                            pid, unseen.why),
                "`runtime: v8` asks Node's inspector: is the service a Node "
                "program of 14 or later? One that runs already must have been "
                "started with --inspect=127.0.0.1:0, or be sent SIGUSR1");
  }
  return describe_heap();
}

HeapDescription V8Probe::describe_heap() {
  HeapDescription about;
  const Process& main = processes_.begin()->second;
  about.allocator = "node " + main.node.version();
  about.facts.push_back(fmt::format("Node {} with V8 {}", main.node.version(),
                                    main.node.engine()));
  std::size_t told = 0;
  const Status asked = each([&](Process& process) -> Status {
    if (told++ >= kMostFacts) return {};
    const Result<v8::NodeFigures> figures = process.node.figures();
    TIDEMARK_TRY(figures);
    about.facts.push_back(fmt::format("process {}: {}", process.node.pid(),
                                      v8::in_words(*figures)));
    return {};
  });
  if (!asked) about.facts.push_back(asked.error().message);
  Bytes left_out;
  for (const auto& [pid, process] : processes_) {
    left_out += process.left_out;
    if (process.workers.value == 0) continue;
    about.unrecorded.push_back(
        fmt::format("process {}: {} worker threads, whose heaps are not seen",
                    pid, process.workers.value));
  }
  for (const auto& [pid, unseen] : unseen_)
    if (unseen.node)
      about.unrecorded.push_back(fmt::format("process {} {}", pid, unseen.why));
  for (const auto& [pid, cycle] : late_)
    about.unrecorded.push_back(
        fmt::format("process {}: what it kept until it had an inspector, in "
                    "cycle {}",
                    pid, cycle.value));
  about.invisible = about.unrecorded;
  for (const auto& [pid, unseen] : unseen_)
    if (!unseen.node)
      about.invisible.push_back(fmt::format("process {} {}", pid, unseen.why));
  about.invisible.push_back(fmt::format(
      "what V8 makes for itself as it compiles (code, feedback, shapes of "
      "objects, caches): {:.1f} MB that are not judged",
      static_cast<double>(left_out.value) / 1e6));
  about.invisible.push_back(
      "what native addons take with malloc, and V8 is not told of");
  return about;
}

Status V8Probe::begin_cycle(CycleIndex cycle) {
  cycle_ = cycle;
  for (auto& [pid, process] : processes_) process.natives.begin_cycle(cycle);
  return {};
}

Result<PurgeRecord> V8Probe::purge(Duration timeout) {
  PurgeRecord record;
  record.cycle = cycle_;
  record.allocator = "node";
  const TimePoint started = clock_.now();
  const Status asked = each([&](Process& process) -> Status {
    const Bytes before = resident(process.node.pid());
    TIDEMARK_TRY(
        process.node.collect(clock_.now() + std::max(timeout, kCollection)));
    record.rss_before += before;
    record.rss_after += resident(process.node.pid());
    return {};
  });
  TIDEMARK_TRY(asked);
  record.took = clock_.now() - started;
  return record;
}

Result<V8Snapshot> V8Probe::look(Process& process, Census& census) {
  Result<V8Snapshot> snapshot = process.node.snapshot();
  TIDEMARK_TRY(snapshot);
  census = v8::take_census(*snapshot);
  process.workers = census.workers;
  process.left_out = census.left_out;
  process.births.note(snapshot->last_id(), cycle_);
  return snapshot;
}

std::vector<SiteId> V8Probe::sites_of(const Census& census) {
  std::vector<SiteId> sites;
  for (const v8::SnapshotClass& known : census.classes) {
    Frame frame;
    frame.function = known.name;
    sites.push_back(sites_.number(MemoryKind::kClass, Bytes{}, {frame}));
    native_[sites.back()] = known.native;
  }
  return sites;
}

void V8Probe::add(Process& process, const V8Snapshot& snapshot,
                  const Census& census, HeapSnapshot& into, Rings& rings) {
  const std::vector<SiteId> sites = sites_of(census);
  into.processes.push_back({process.node.pid(), {}, {}, {}});
  ProcessHeap& own = into.processes.back();
  const auto count = [&](const Ring& one) {
    Ring& ring = rings[{one.site, one.born}];
    ring.site = one.site;
    ring.born = one.born;
    ring.objects += one.objects;
    ring.bytes += one.bytes;
    own.live_objects += one.objects;
    own.live_bytes += one.bytes;
    own.born[one.born] += one.bytes;
  };
  const auto born = [&](ObjectIndex node) {
    return process.births.born(snapshot.id[node], cycle_);
  };
  const std::vector<ObjectIndex> wholes = v8::wholes_of(snapshot, census, born);
  std::map<SiteId, Level> natives;
  for (ObjectIndex node = 0; node < snapshot.nodes(); ++node) {
    if (census.of_node[node] == Census::kNone) continue;
    const Bytes bytes{static_cast<std::int64_t>(snapshot.bytes_of(node))};
    const Count objects{wholes[node] == node ? 1 : 0};
    const std::uint32_t number = census.of_node[wholes[node]];
    const SiteId site = sites[number];
    if (!census.classes[number].native) {
      count({site, born(wholes[node]), objects, bytes});
      continue;
    }
    Level& level = natives[site];
    level.site = site;
    level.objects += objects;
    level.bytes += bytes;
  }
  std::vector<Level> levels;
  for (const auto& [site, level] : natives) levels.push_back(level);
  for (const Ring& ring : process.natives.look(levels)) count(ring);
  into.live_objects += own.live_objects;
  into.live_bytes += own.live_bytes;
}

Result<HeapSnapshot> V8Probe::snapshot() {
  HeapSnapshot into;
  into.taken_in = cycle_;
  const TimePoint started = clock_.now();
  Rings rings;
  const Status asked = each([&](Process& process) -> Status {
    Census census;
    const Result<V8Snapshot> snapshot = look(process, census);
    TIDEMARK_TRY(snapshot);
    add(process, *snapshot, census, into, rings);
    return {};
  });
  TIDEMARK_TRY(asked);
  for (const auto& [key, ring] : rings) {
    into.rings.push_back(ring);
    if (!into.sites.empty() && into.sites.back().id == ring.site) continue;
    into.sites.push_back(sites_.brief(ring.site));
    into.sites.back().by_level = native_[ring.site];
  }
  into.scan_time = clock_.now() - started;
  return into;
}

// First of all that is live, then of each list of sites.
Result<std::vector<NamedRetention>> V8Probe::holders_in(
    Process& process, const std::vector<std::vector<SiteId>>& sites,
    CycleIndex baseline) {
  Census census;
  Result<V8Snapshot> snapshot = look(process, census);
  TIDEMARK_TRY(snapshot);
  const std::vector<SiteId> site_of = sites_of(census);
  // Of each class, the questions that ask for it; the ids tell which of its
  // objects are young enough.
  std::vector<std::vector<std::size_t>> asked(census.classes.size());
  for (std::size_t question = 0; question < sites.size(); ++question)
    for (std::size_t number = 0; number < site_of.size(); ++number)
      if (std::count(sites[question].begin(), sites[question].end(),
                     site_of[number]) > 0)
        asked[number].push_back(question);
  const auto born = [&](ObjectIndex node) {
    return process.births.born(snapshot->id[node], cycle_);
  };
  const std::vector<ObjectIndex> wholes =
      v8::wholes_of(*snapshot, census, born);
  std::vector<std::vector<std::uint32_t>> wanted(sites.size() + 1);
  for (ObjectIndex node = 0; node < snapshot->nodes(); ++node) {
    const std::uint32_t number = census.of_node[node];
    if (number == Census::kNone) continue;
    const std::uint32_t id = snapshot->id[node];
    wanted[0].push_back(id);
    if (wholes[node] != node ||
        (!census.classes[number].native && born(node) <= baseline))
      continue;
    for (const std::size_t question : asked[number])
      wanted[question + 1].push_back(id);
  }
  const SnapshotGraph made = snapshot_graph(*std::move(snapshot));
  std::vector<Wanted> questions;
  for (std::vector<std::uint32_t>& ids : wanted) {
    std::sort(ids.begin(), ids.end());
    questions.push_back([&ids, &made](ObjectIndex object) {
      return std::binary_search(ids.begin(), ids.end(), made.id[object]);
    });
  }
  return folded_ways(made.graph, dominators_of(made.graph), questions,
                     kMostPathsOfAll);
}

Result<std::optional<RuntimeHoldings>> V8Probe::who_holds(
    const std::vector<std::vector<SiteId>>& sites, CycleIndex baseline,
    Duration /*timeout*/) {
  std::vector<std::vector<NamedRetention>> by_question(sites.size() + 1);
  const Status all = each([&](Process& process) -> Status {
    Result<std::vector<NamedRetention>> holders =
        holders_in(process, sites, baseline);
    TIDEMARK_TRY(holders);
    for (std::size_t i = 0; i < holders->size(); ++i)
      by_question[i].push_back(std::move((*holders)[i]));
    return {};
  });
  TIDEMARK_TRY(all);
  RuntimeHoldings holdings;
  for (std::size_t i = 0; i < by_question.size(); ++i) {
    Retention joined = with_sites(
        join(std::move(by_question[i]), i == 0 ? kMostPathsOfAll : kMostPaths),
        sites_);
    if (i == 0)
      holdings.all = std::move(joined);
    else
      holdings.of_sites.push_back(std::move(joined));
  }
  return holdings;
}

Result<MemoryAccount> V8Probe::account() {
  return fail(ErrorKind::kEnvironment,
              "V8 does not tell which page has what; what it says of its heap "
              "as a whole is among the facts");
}

}  // namespace

std::unique_ptr<HeapProbe> make_v8_probe(V8ProbeOptions options, Clock& clock) {
  return std::make_unique<V8Probe>(std::move(options), clock);
}

}  // namespace tidemark
