// Looking into the service: the heap by one runtime's means, the kernel's
// view beside it.
#pragma once

#include <sys/types.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tidemark/heap_snapshot.h"
#include "tidemark/kernel_sample.h"
#include "tidemark/memory_account.h"
#include "tidemark/result.h"
#include "tidemark/retention.h"
#include "tidemark/run_record.h"

namespace tidemark {

// What a heap is, and what of it cannot be seen, in words.
struct HeapDescription {
  std::string allocator;  // "glibc", "jemalloc", "mimalloc", "tcmalloc" …
  std::vector<std::string> invisible;  // empty is good
  // Those of them that hold blocks which no snapshot has: with any, that
  // nothing was found does not say that nothing is there.
  std::vector<std::string> unrecorded;
  std::vector<std::string> facts;  // what the runtime says of itself
};

// What a runtime knows of who holds its objects.
struct RuntimeHoldings {
  std::vector<Retention> of_sites;  // one for each that was asked for
  std::optional<Retention> all;     // of all that is live
};

// One runtime's way to look at a heap. Used from one thread.
class HeapProbe {
 public:
  virtual ~HeapProbe() = default;

  // Finds the service's processes anew (children may have come and gone).
  // An error says why the heap cannot be seen.
  virtual Result<HeapDescription> attach(
      const std::vector<pid_t>& processes) = 0;

  // Blocks born from now on carry this cycle.
  virtual Status begin_cycle(CycleIndex cycle) = 0;

  // Cumulative counters: cheap, taken many times while settling.
  virtual Result<HeapCounters> counters() = 0;

  // Collects, and gives memory back to the system.
  virtual Result<PurgeRecord> purge(Duration timeout) = 0;

  virtual Result<HeapSnapshot> snapshot() = 0;

  // Whom to tell how far work is that takes long; called in the thread that
  // asked for it, at most some ten times a second.
  virtual void on_progress(std::function<void(const std::string&)> /*tell*/) {}

  // All that was allocated since the probe's means came in, freed or not, by
  // place: sites of blocks of every size. In no order; empty where the runtime
  // does not tell.
  virtual std::vector<LastHeld> ever_allocated() { return {}; }

  // Who has the memory of the service's processes at this moment; without
  // moment and socket queues. Takes as long as a snapshot and a look at every
  // page.
  virtual Result<MemoryAccount> account() = 0;

  // From the next cycle on, records whole stacks for these sites. Sites that
  // are zoomed already are left as they are.
  virtual Status zoom(const std::vector<SiteId>& sites) = 0;

  // A site in words.
  virtual SiteRecord describe(SiteId site) = 0;

  // Copies of the service's processes that stand still, to find out who holds
  // what: one per process that has a heap. The service waits for the kernel
  // to copy its page tables, 20 ms for 1 GiB; afterwards its first write to
  // each page costs a copy of the page, until the heap returned is gone.
  // Each keeps a process alive: they should go soon. The clock that the probe
  // was made with must outlive them; the probe need not. Empty where the
  // runtime has no such means.
  virtual Result<std::vector<std::unique_ptr<FrozenHeap>>> freeze(
      Duration timeout) = 0;

  // What the runtime itself knows of who holds what is live of these sites and
  // was born after the baseline, where it can tell that, else of all that is
  // live of them; `sites` has one list for each question. The service may wait
  // for as long as its heap takes to be written. Empty where the runtime has
  // no such means.
  virtual Result<std::optional<RuntimeHoldings>> who_holds(
      const std::vector<std::vector<SiteId>>& /*sites*/,
      CycleIndex /*baseline*/, Duration /*timeout*/) {
    return std::nullopt;
  }
};

// The kernel's view of a set of processes.
class KernelProbe {
 public:
  virtual ~KernelProbe() = default;

  virtual Result<KernelSample> sample(const std::vector<pid_t>& processes) = 0;

  // Connections that clients have to the processes, accepted or waiting to
  // be; not those that the processes opened to others. The cheap figure used
  // while draining.
  virtual Result<Count> connections(const std::vector<pid_t>& processes) = 0;

  // CPU time that the processes have taken since each began, threads that
  // have ended included; what cannot be asked counts nothing.
  virtual Duration cpu_time(const std::vector<pid_t>& /*processes*/) {
    return {};
  }

  // From now on KernelSample::peak_rss is of what comes.
  virtual void forget_peak(const std::vector<pid_t>& /*processes*/) {}
};

}  // namespace tidemark
