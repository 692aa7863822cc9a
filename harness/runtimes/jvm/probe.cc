#include "harness/runtimes/jvm/probe.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "harness/base/proc_tree.h"
#include "harness/base/text_file.h"
#include "harness/runtimes/jvm/ask_each.h"
#include "harness/runtimes/jvm/class_histogram.h"
#include "harness/runtimes/jvm/heap_dump.h"
#include "harness/runtimes/jvm/heap_info.h"
#include "harness/runtimes/jvm/holdings.h"
#include "harness/runtimes/jvm/look.h"
#include "harness/runtimes/jvm/native_memory.h"
#include "harness/runtimes/jvm/questions.h"
#include "harness/runtimes/jvm/string_table.h"
#include "harness/runtimes/jvm/taken_dump.h"
#include "harness/runtimes/jvm/thread_dump.h"
#include "harness/runtimes/jvm/way_in.h"

namespace tidemark {
namespace {

using namespace jvm;

// A full collection of a heap of 30 GB takes some tens of seconds.
constexpr Duration kLookTimeout = std::chrono::minutes(2);
constexpr Duration kQuickTimeout = std::chrono::seconds(10);
// Some 500 MB/s where the disk is fast, a tenth of it where not.
constexpr Duration kDumpTimeout = std::chrono::minutes(10);
// Of a JVM that cannot be asked; shorter ones are made at each occasion, as one
// that begins refuses at once.
constexpr Duration kLongTry = std::chrono::seconds(1);
constexpr int kLongTries = 2;
constexpr std::size_t kCategoriesTold = 5;
constexpr std::size_t kClassesTold = 20;

struct Process {
  pid_t pid = 0;
  WayIn way;
  LevelBook levels;
  Bytes live;  // when last looked at
};

// A JVM of the service that cannot be asked, or what may be one.
struct Unseen {
  Error why;
  int long_tries = 0;
};

double mib(Bytes bytes) { return static_cast<double>(bytes.value) / (1 << 20); }

Bytes resident(pid_t pid) {
  const Result<std::string> text =
      read_file(fmt::format("/proc/{}/statm", pid));
  long size = 0;
  long pages = 0;
  if (!text || sscanf(text->c_str(), "%ld %ld", &size, &pages) != 2) return {};
  return {pages * sysconf(_SC_PAGESIZE)};
}

Result<ClassHistogram> ask_histogram(DiagnosticCommands& commands) {
  const Result<std::string> text =
      commands.ask("GC.class_histogram", kLookTimeout);
  TIDEMARK_TRY(text);
  return parse_class_histogram(*text);
}

Result<std::vector<JavaThread>> ask_threads(DiagnosticCommands& commands) {
  const Result<std::string> text = commands.ask("Thread.print", kLookTimeout);
  TIDEMARK_TRY(text);
  return parse_thread_dump(*text);
}

// Strings may be interned between two questions: then it is asked again.
Result<Look> look_into(DiagnosticCommands& commands) {
  constexpr int kTries = 3;
  Look look;
  Result<StringTable> strings = ask_string_table(commands, kLookTimeout);
  TIDEMARK_TRY(strings);
  for (int i = 0; i < kTries; ++i) {
    // The histogram collects, and what has ended meanwhile is gone in both.
    Result<ClassHistogram> classes = ask_histogram(commands);
    TIDEMARK_TRY(classes);
    look.classes = *std::move(classes);
    const StringTable before = *strings;
    strings = ask_string_table(commands, kLookTimeout);
    TIDEMARK_TRY(strings);
    look.strings = *strings;
    if (look.strings == before) break;
  }
  Result<std::vector<JavaThread>> threads = ask_threads(commands);
  TIDEMARK_TRY(threads);
  look.threads = *std::move(threads);
  return look;
}

Status collect(DiagnosticCommands& commands, Duration timeout) {
  const Result<std::string> done = commands.ask("GC.run", timeout);
  TIDEMARK_TRY(done);
  // What a finalizer holds goes with the next collection, the histogram's own.
  // JVMs to come will have no finalizers to run.
  static_cast<void>(commands.ask("GC.run_finalization", timeout));
  return {};
}

void add_facts(Process& process, std::vector<std::string>& facts) {
  DiagnosticCommands& commands = *process.way.commands;
  facts.push_back(process.way.version.machine);
  if (const auto text = commands.ask("GC.heap_info", kQuickTimeout)) {
    const HeapInfo heap = parse_heap_info(*text);
    facts.push_back(fmt::format(
        "{} collector, {:.1f} MiB of heap in use of {:.1f} MiB committed",
        heap.collector.empty() ? "unknown" : heap.collector, mib(heap.used),
        mib(heap.committed)));
  }
  const auto text = commands.ask("VM.native_memory summary", kQuickTimeout);
  const NativeMemory native = parse_native_memory(text ? *text : "");
  if (native.categories.empty()) return;
  std::string most;
  for (const NativeCategory& category : native.categories) {
    if (&category - native.categories.data() >= std::ptrdiff_t{kCategoriesTold})
      break;
    most += fmt::format("{}{} {:.1f}", most.empty() ? "" : ", ", category.name,
                        mib(category.committed));
  }
  facts.push_back(
      fmt::format("native memory: {:.1f} MiB committed, most of it: {}",
                  mib(native.total.committed), most));
}

class JvmProbe final : public HeapProbe {
 public:
  JvmProbe(JvmProbeOptions options, Clock& clock)
      : options_(std::move(options)), clock_(clock) {}

  Result<HeapDescription> attach(const std::vector<pid_t>& pids) override;
  Status begin_cycle(CycleIndex cycle) override;
  // The JVM counts what is there, not what has been.
  Result<HeapCounters> counters() override { return HeapCounters{}; }
  Result<PurgeRecord> purge(Duration timeout) override;
  Result<HeapSnapshot> snapshot() override;
  Result<MemoryAccount> account() override;
  // Classes have no stacks to be had.
  Status zoom(const std::vector<SiteId>&) override { return {}; }
  SiteRecord describe(SiteId site) override { return sites_.describe(site); }
  Result<std::vector<std::unique_ptr<FrozenHeap>>> freeze(Duration) override {
    return std::vector<std::unique_ptr<FrozenHeap>>{};
  }
  void on_progress(std::function<void(const std::string&)> tell) override {
    tell_ = std::move(tell);
  }
  Result<std::optional<RuntimeHoldings>> who_holds(
      const std::vector<std::vector<SiteId>>& sites, CycleIndex baseline,
      Duration timeout) override;

 private:
  Status adopt(pid_t pid);
  void forget_gone(const std::vector<pid_t>& pids);
  HeapDescription describe_heap();
  Result<DumpAnswer> ask_dump(
      Process& process, std::span<const std::vector<std::string>> questions);
  Status each(const std::function<Status(Process&)>& ask) {
    return ask_each(processes_, clock_, options_.cancelled, ask);
  }
  void tell(const std::string& what) const {
    if (tell_) tell_(what);
  }

  JvmProbeOptions options_;
  Clock& clock_;
  ManagedSites sites_;
  std::vector<Process> processes_;
  std::map<pid_t, Unseen> unseen_;
  CycleIndex cycle_;
  std::function<void(const std::string&)> tell_;
};

// Whatever the JVM needs for its answers, threads and classes, is there before
// the first level that counts.
Status JvmProbe::adopt(pid_t pid) {
  Result<WayIn> way =
      find_way_in(pid, options_.jdk, clock_, options_.cancelled);
  TIDEMARK_TRY(way);
  DiagnosticCommands& commands = *way->commands;
  TIDEMARK_TRY(collect(commands, kLookTimeout));
  TIDEMARK_TRY(look_into(commands));
  processes_.push_back({pid, *std::move(way), {}, {}});
  processes_.back().levels.begin_cycle(cycle_);
  return {};
}

// JVMs that have gone took their heaps with them. The last stays: whoever asks
// why it does not answer shall hear that it ended, not that there was none.
void JvmProbe::forget_gone(const std::vector<pid_t>& pids) {
  const auto runs = [&](pid_t pid) {
    return std::find(pids.begin(), pids.end(), pid) != pids.end();
  };
  std::erase_if(unseen_, [&](const auto& entry) { return !runs(entry.first); });
  const bool any =
      std::any_of(processes_.begin(), processes_.end(),
                  [&](const Process& process) { return runs(process.pid); });
  if (!any) return;
  std::erase_if(processes_,
                [&](const Process& process) { return !runs(process.pid); });
}

Result<HeapDescription> JvmProbe::attach(const std::vector<pid_t>& pids) {
  forget_gone(pids);
  for (const pid_t pid : pids) {
    const bool known = std::any_of(
        processes_.begin(), processes_.end(),
        [pid](const Process& process) { return process.pid == pid; });
    if (known) continue;
    const Result<bool> jvm = is_jvm(pid);
    if (!jvm) {
      unseen_[pid].why = jvm.error();
      continue;
    }
    // What a JVM has forked looks like one until it is another program.
    if (!*jvm) {
      unseen_.erase(pid);
      continue;
    }
    // One that begins may not listen yet; a try may cost its full time.
    const auto seen = unseen_.find(pid);
    if (seen != unseen_.end() && seen->second.long_tries == kLongTries)
      continue;
    const TimePoint begun = clock_.now();
    Status adopted = adopt(pid);
    if (!adopted && adopted.error().kind == ErrorKind::kInterrupted)
      return fail(std::move(adopted).error());
    if (adopted) {
      unseen_.erase(pid);
    } else {
      Unseen& unseen = unseen_[pid];
      unseen.why = std::move(adopted).error();
      if (clock_.now() - begun > kLongTry) unseen.long_tries += 1;
    }
  }
  if (!processes_.empty()) {
    std::erase_if(unseen_,
                  [](const auto& entry) { return is_gone(entry.first); });
    return describe_heap();
  }
  if (!unseen_.empty()) {
    const Error& why = unseen_.begin()->second.why;
    return fail(ErrorKind::kEnvironment,
                "the heap of the service cannot be seen: " + why.message,
                why.hint);
  }
  return fail(ErrorKind::kEnvironment,
              "the heap of the service cannot be seen: none of its processes "
              "is a JVM",
              "target.runtime is jvm: does target.command start one?");
}

HeapDescription JvmProbe::describe_heap() {
  HeapDescription about;
  about.allocator = "jvm " + processes_.front().way.version.jdk;
  for (Process& process : processes_) add_facts(process, about.facts);
  for (const auto& [pid, unseen] : unseen_)
    about.unrecorded.push_back(
        fmt::format("process {}: {}", pid, unseen.why.message));
  about.invisible = about.unrecorded;
  about.invisible.push_back(
      "where and when objects were made: a JVM counts them by class");
  about.invisible.push_back(
      "interned strings, and what method handles (java.lang.invoke) are made "
      "of: the JVM makes them for itself at any time");
  about.invisible.push_back(
      "memory beside the Java heap: direct buffers, classes, compiled code");
  return about;
}

Status JvmProbe::begin_cycle(CycleIndex cycle) {
  cycle_ = cycle;
  for (Process& process : processes_) process.levels.begin_cycle(cycle);
  return {};
}

Result<PurgeRecord> JvmProbe::purge(Duration timeout) {
  PurgeRecord record;
  record.cycle = cycle_;
  record.allocator = "jvm";
  const TimePoint begun = clock_.now();
  const Status asked = each([&](Process& process) -> Status {
    const Bytes before = resident(process.pid);
    TIDEMARK_TRY(
        collect(*process.way.commands, std::max(timeout, kLookTimeout)));
    record.rss_before += before;
    record.rss_after += resident(process.pid);
    return {};
  });
  TIDEMARK_TRY(asked);
  record.took = clock_.now() - begun;
  return record;
}

Result<HeapSnapshot> JvmProbe::snapshot() {
  HeapSnapshot heap;
  heap.taken_in = cycle_;
  const TimePoint begun = clock_.now();
  std::map<std::pair<SiteId, CycleIndex>, Ring> rings;
  const Status asked = each([&](Process& process) -> Status {
    const Result<Look> look = look_into(*process.way.commands);
    TIDEMARK_TRY(look);
    const ClassHistogram& classes = look->classes;
    process.live = classes.bytes;
    ProcessHeap about;
    about.pid = process.pid;
    about.live_objects = classes.objects;
    about.live_bytes = classes.bytes;
    heap.live_objects += classes.objects;
    heap.live_bytes += classes.bytes;
    const std::vector<Level> levels = levels_of(*look, sites_);
    for (const Ring& ring : process.levels.look(levels)) {
      about.born[ring.born] += ring.bytes;
      Ring& sum = rings[{ring.site, ring.born}];
      sum.site = ring.site;
      sum.born = ring.born;
      sum.objects += ring.objects;
      sum.bytes += ring.bytes;
    }
    heap.processes.push_back(std::move(about));
    return {};
  });
  TIDEMARK_TRY(asked);
  std::set<SiteId> sites;
  for (const auto& [_, ring] : rings) {
    heap.rings.push_back(ring);
    if (sites.insert(ring.site).second)
      heap.sites.push_back(sites_.brief(ring.site));
  }
  heap.scan_time = clock_.now() - begun;
  return heap;
}

Result<MemoryAccount> JvmProbe::account() {
  return fail(ErrorKind::kEnvironment,
              "the memory of a JVM is not divided among its users");
}

Result<DumpAnswer> JvmProbe::ask_dump(
    Process& process, std::span<const std::vector<std::string>> questions) {
  tell("waiting for the JVM's heap dump");
  const Result<TakenDump> dump =
      take_dump(*process.way.commands, process.pid, process.live, kDumpTimeout);
  TIDEMARK_TRY(dump);
  DumpOptions options;
  options.most_paths = kMostPathsOfFinding;
  options.ways_of_top = kClassesTold;
  options.progress = [this](const DumpProgress& progress) {
    const double whole = static_cast<double>(progress.of.value);
    tell(whole > 0
             ? fmt::format(
                   "the heap dump: {}, {:.0f} % of {:.0f} MiB", progress.phase,
                   100 * static_cast<double>(progress.read.value) / whole,
                   mib(progress.of))
             : fmt::format("the heap dump: {}", progress.phase));
    return !options_.cancelled || !options_.cancelled();
  };
  return read_dump(dump->path(), questions, options);
}

// The JVM knows no births: the answer is of all that lives. How long it may
// take follows from the size of the heap, not from what a copy of pages takes.
Result<std::optional<RuntimeHoldings>> JvmProbe::who_holds(
    const std::vector<std::vector<SiteId>>& sites, CycleIndex /*baseline*/,
    Duration /*timeout*/) {
  std::vector<std::vector<std::string>> questions;
  for (const std::vector<SiteId>& of_finding : sites)
    questions.push_back(classes_to_ask(of_finding, sites_));
  std::vector<DumpAnswer> answers;
  const Status asked = each([&](Process& process) -> Status {
    Result<DumpAnswer> answer = ask_dump(process, questions);
    TIDEMARK_TRY(answer);
    answers.push_back(*std::move(answer));
    return {};
  });
  TIDEMARK_TRY(asked);
  return holdings_of(answers, sites_);
}

}  // namespace

std::unique_ptr<HeapProbe> make_jvm_probe(JvmProbeOptions options,
                                          Clock& clock) {
  return std::make_unique<JvmProbe>(std::move(options), clock);
}

}  // namespace tidemark
