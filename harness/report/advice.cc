#include "harness/report/advice.h"

#include <fmt/format.h>

#include <cmath>

#include "harness/report/names.h"
#include "harness/report/retention_text.h"
#include "harness/report/site_text.h"
#include "harness/report/text.h"

namespace tidemark {
namespace {

std::string owner_of(const RunRecord& record, const Finding& finding) {
  const SiteRecord* site =
      finding.sites.empty() ? nullptr : find_site(record, finding.sites[0]);
  const Frame* frame = site ? guilty_frame(*site) : nullptr;
  return frame ? short_name(frame->function) : "the caller above";
}

bool ends_with(const std::string& text, std::string_view tail) {
  return text.size() >= tail.size() &&
         text.compare(text.size() - tail.size(), tail.size(), tail) == 0;
}

// The same of each connection is what a cache keeps, too, until it is full.
std::string horizon(const RunRecord& record, const Finding& finding) {
  if (!finding.rate.exact) return {};
  return fmt::format(
      "; a cache with room for more than this run's {} looks the same until a "
      "larger `load.connections` fills it, and so does a timer that is longer "
      "than `cycles.linger`",
      plural(static_cast<double>(record.connections.opened.value),
             "connection"));
}

// Of classes it is known who holds them, not who allocated them; of threads
// what they wait for.
std::string for_runtime(const RunRecord& record, const Finding& finding) {
  const SiteRecord* site =
      finding.sites.empty() ? nullptr : find_site(record, finding.sites[0]);
  if (!site) return {};
  const std::string owner = owner_of(record, finding);
  if (site->kind == MemoryKind::kThread)
    return fmt::format(
        "let what waits in {} end with the {} it was started for: close what "
        "it waits for, or give it something else to wait for as well",
        owner, finding.unit);
  if (site->kind != MemoryKind::kClass) return {};
  if (!finding.retention || finding.retention->paths.empty())
    return fmt::format(
        "look what holds {}: nothing takes it out again once the {} is done "
        "with",
        owner, finding.unit);
  // "(Global handles)" is V8's own: what is behind it has the names.
  const std::string root = root_text(record, finding.retention->paths.front());
  return fmt::format(
      "take {} out of {} once the {} is done with{}", owner,
      root.starts_with('(') ? "what holds it above" : root, finding.unit,
      finding.unit == "connection" ? horizon(record, finding) : "");
}

std::string for_leak(const RunRecord& record, const Finding& finding) {
  if (const std::string advice = for_runtime(record, finding); !advice.empty())
    return advice;
  const std::string owner = owner_of(record, finding);
  if (ends_with(finding.unit, "provocation"))
    return fmt::format(
        "follow the error path behind `{}`: it returns without releasing what "
        "{} allocated",
        finding.unit, owner);
  if (ends_with(finding.unit, " close") || finding.unit == "failed handshake")
    return fmt::format(
        "after `{}`, nothing releases what {} allocated; compare that path "
        "with the other ends of a connection",
        finding.unit, owner);
  if (finding.unit == "connection")
    return fmt::format(
        "look where {} stores this block: what it is stored in outlives the "
        "connection, so take it out there at every end of a connection{}",
        owner, horizon(record, finding));
  return fmt::format(
      "look where {} stores this block: nothing takes it out again once the "
      "{} is done with",
      owner, finding.unit);
}

// What a runtime has beside its objects is not the allocator's to give back.
std::string for_kept_by_runtime(std::string_view runtime) {
  if (runtime == "Go")
    return "Go gives back what its heap once needed, but late: GOGC and "
           "GOMEMLIMIT decide how much it takes, debug.FreeOSMemory when it "
           "gives it back";
  if (runtime == "V8")
    return "V8 keeps room for what is born next (--max-semi-space-size) and "
           "what it has compiled; Buffers and addons are outside of its heap: "
           "compare `external` and `rss` of process.memoryUsage()";
  return "the JVM keeps heap for later (-Xmx, -XX:MaxHeapFreeRatio, "
         "-XX:G1PeriodicGCInterval), code that it has compiled, classes and "
         "stacks: `jcmd PID VM.native_memory` tells them apart if it was "
         "started with -XX:NativeMemoryTracking=summary";
}

std::string for_retained(const RunRecord& record, const Finding& finding) {
  if (const std::string_view runtime = runtime_of(record); !runtime.empty())
    return for_kept_by_runtime(runtime);
  if (finding.sites.empty())
    return "the allocator was asked to give it back and did not: its settings "
           "decide (MALLOC_TRIM_THRESHOLD_, dirty_decay_ms …), or another one: "
           "`target.allocator` tries it";
  return fmt::format(
      "keep what {} allocates away from what is short-lived: allocate it "
      "before the large buffers or from a pool of its own, or copy it once "
      "they are gone; `target.allocator: jemalloc` shows whether another "
      "allocator parts them",
      owner_of(record, finding));
}

std::string for_descriptors(const Finding& finding) {
  if (finding.unit == "thread")
    return "end and join what is started for a connection when it ends";
  return fmt::format(
      "close the {} at every end of a connection, errors too; "
      "`ls -l /proc/PID/fd` shows what they are while the service runs",
      finding.unit);
}

std::int64_t rounded_up(double bytes) {
  return static_cast<std::int64_t>(std::ceil(bytes));
}

// The key of the budget that allows this finding, and a value that does.
std::string allowance(const Finding& finding) {
  switch (finding.kind) {
    case FindingClass::kTimeGrowth:
      return "expect.time_growth: allow";
    case FindingClass::kDescriptors:
      return fmt::format("expect.{}s: {}",
                         finding.unit == "descriptor" ? "fd" : finding.unit,
                         finding.objects.value);
    case FindingClass::kUpstream:
      return fmt::format("expectClosed: false at the stand-in {}",
                         finding.standin);
    case FindingClass::kLeak:
      return fmt::format("expect.{}_per_connection: {} B",
                         finding.unit == kOpenConnection ? "peak" : "residue",
                         rounded_up(finding.rate.bytes_per_connection));
    default:
      return {};
  }
}

}  // namespace

std::string advice_for(const RunRecord& record, const Finding& finding) {
  if (finding.unit == kOpenConnection)
    return "make the largest of these smaller, or allocate it only while it "
           "is needed";
  switch (finding.kind) {
    case FindingClass::kLeak:
      return for_leak(record, finding);
    case FindingClass::kTimeGrowth:
      return fmt::format(
          "look for a timer, a log or a statistic behind {} that only adds",
          owner_of(record, finding));
    case FindingClass::kDescriptors:
      return for_descriptors(finding);
    case FindingClass::kUpstream:
      return "close the upstream connection where the request that opened it "
             "ends, errors too, or keep one pool for all requests";
    case FindingClass::kAllocatorRetained:
      return for_retained(record, finding);
    default:
      return {};
  }
}

std::string next_step(const RunRecord& record) {
  if (!record.judgement || record.judgement->outcome != Outcome::kLeak)
    return {};
  std::string allowed;
  for (const Finding& finding : record.judgement->findings) {
    if (!finding.fails) continue;
    allowed = allowance(finding);
    break;
  }
  return fmt::format(
      "mend the service and run this again: exit code 0 says it is "
      "gone{}{}",
      allowed.empty() ? "" : "; what is meant to stay is allowed by ", allowed);
}

}  // namespace tidemark
