// Who holds what in a process that runs under the agent, as one JSON object:
// the judge of check_shapes.py, check_specimens.py and check_services.py.
//
//   who_holds --wake PID      lets the agent's thread start at the process's
//                             next allocation; blocks from then on are new
//   who_holds PID ADDRESS     what holds the block with this address
//   who_holds PID --new       what holds the new blocks, all together
//   who_holds PID --new BYTES the same of those of one size
//
// Waits until all threads are blocked, and asks the agent for a copy as
// tidemark does. The process goes on.
#include <fmt/format.h>
#include <signal.h>

#include <charconv>
#include <chrono>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "harness/base/proc_tree.h"
#include "harness/retention/who_holds.h"
#include "harness/run/retainers.h"
#include "harness/runtimes/native/probe.h"
#include "harness/runtimes/native/segment_reader.h"
#include "tests/support/real_clock.h"

namespace tidemark {
namespace {

using nlohmann::ordered_json;

constexpr Duration kPatience = std::chrono::minutes(1);
constexpr CycleIndex kNew{1};

// What is asked about: a block, or all that are new.
struct Wanted {
  std::uint64_t address = 0;  // 0: all that are new
  std::uint64_t bytes = 0;    // 0: of whatever size

  bool covers(const LiveBlock& block) const {
    if (address != 0) return block.address == address;
    return block.born == kNew && (bytes == 0 || block.bytes == bytes);
  }
};

template <class Number>
std::optional<Number> number(std::string_view word, int base) {
  Number value{};
  const auto [end, error] =
      std::from_chars(word.data(), word.data() + word.size(), value, base);
  if (error != std::errc() || end != word.data() + word.size())
    return std::nullopt;
  return value;
}

bool is_blocked(pid_t thread) {
  const std::optional<ProcessEntry> entry = process_entry(thread);
  return !entry || entry->state == 'S';
}

// A thread that runs has no stack pointer to be had.
Status wait_until_quiet(pid_t pid, Clock& clock) {
  Result<std::unique_ptr<SegmentReader>> segment = SegmentReader::open(pid);
  if (!segment) return fail(std::move(segment).error());
  const TimePoint until = clock.now() + kPatience;
  while (clock.now() < until) {
    bool quiet = (*segment)->header().agent_tid.load() != 0;
    for (const int thread : numbered_entries(pid, "task"))
      quiet = quiet && is_blocked(thread);
    if (quiet) return {};
    clock.sleep(std::chrono::milliseconds(1));
  }
  return fail(
      ErrorKind::kEnvironment,
      fmt::format("process {} is not quiet, or its agent is not awake", pid));
}

ordered_json in_json(const RetainingPath& path) {
  ordered_json holders = ordered_json::array();
  for (const Holder& holder : path.holders)
    holders.push_back({{"bytes", holder.bytes.value},
                       {"offset", holder.offset},
                       {"interior", holder.interior},
                       {"type", holder.type},
                       {"repeated", holder.repeated}});
  return {{"root_kind", to_word(path.root)}, {"root", path.root_name},
          {"objects", path.objects.value},   {"bytes", path.bytes.value},
          {"retained", path.retained.value}, {"share", path.share},
          {"path", std::move(holders)}};
}

// Of one block.
ordered_json of_block(const Retention& retention) {
  if (retention.unreachable.value != 0) return {{"held", "unreachable"}};
  ordered_json answer{
      {"held", retention.doubtful.value != 0 ? "doubtful" : "reachable"}};
  answer.update(in_json(retention.paths.front()));
  return answer;
}

ordered_json of_many(const Retention& retention, std::int64_t objects) {
  ordered_json paths = ordered_json::array();
  for (const RetainingPath& path : retention.paths)
    paths.push_back(in_json(path));
  return {{"objects", objects},
          {"unreachable", retention.unreachable.value},
          {"doubtful", retention.doubtful.value},
          {"paths", std::move(paths)}};
}

Result<ordered_json> answer(HeapProbe& probe, pid_t pid, const Wanted& wanted,
                            Clock& clock) {
  const Status quiet = wait_until_quiet(pid, clock);
  if (!quiet) return fail(quiet.error());
  const Result<HeapSnapshot> snapshot = probe.snapshot();
  if (!snapshot) return fail(snapshot.error());
  Result<std::vector<std::unique_ptr<FrozenHeap>>> heaps =
      probe.freeze(kPatience);
  if (!heaps) return fail(std::move(heaps).error());
  const FrozenHeap& heap = *heaps->front();
  std::int64_t objects = 0;
  for (const LiveBlock& block : heap.blocks()) objects += wanted.covers(block);
  if (objects == 0 && wanted.address != 0)
    return fail(ErrorKind::kUsage, "the process has no such block");
  Question question;
  question.findings = 1;
  question.finding_of =
      [&](const LiveBlock& block) -> std::optional<std::uint32_t> {
    if (!wanted.covers(block)) return std::nullopt;
    return 0;
  };
  question.alike = alike_by_caller(*snapshot);
  Result<std::vector<Retention>> found = who_holds(heap, question);
  if (!found) return fail(std::move(found).error());
  TIDEMARK_TRY(heap.intact());
  return wanted.address != 0 ? of_block(found->front())
                             : of_many(found->front(), objects);
}

// The process, and what is asked; no `wanted`: it is to be woken.
struct Order {
  pid_t pid = 0;
  std::optional<Wanted> wanted;
};

std::optional<Order> read_order(const std::vector<std::string_view>& words) {
  if (words.size() < 2 || words.size() > 3) return std::nullopt;
  const bool wake = words[0] == "--wake";
  const std::optional<pid_t> pid = number<pid_t>(words[wake ? 1 : 0], 10);
  if (!pid) return std::nullopt;
  if (wake) return Order{*pid, std::nullopt};
  Wanted wanted;
  if (words[1] == "--new") {
    if (words.size() == 2) return Order{*pid, wanted};
    const auto bytes = number<std::uint64_t>(words[2], 10);
    if (!bytes) return std::nullopt;
    wanted.bytes = *bytes;
    return Order{*pid, wanted};
  }
  const std::string_view address = words[1];
  const auto value = number<std::uint64_t>(
      address.substr(address.starts_with("0x") ? 2 : 0), 16);
  if (!value || words.size() != 2) return std::nullopt;
  wanted.address = *value;
  return Order{*pid, wanted};
}

Status carry_out(const Order& order) {
  RealClock clock;
  const std::unique_ptr<HeapProbe> probe = make_native_probe(clock);
  const Result<HeapDescription> seen = probe->attach({order.pid});
  if (!seen) return fail(seen.error());
  const Status begun = probe->begin_cycle(kNew);
  if (!begun || !order.wanted) return begun;
  const Result<ordered_json> told =
      answer(*probe, order.pid, *order.wanted, clock);
  if (!told) return fail(told.error());
  fmt::print("{}\n", told->dump());
  return {};
}

}  // namespace
}  // namespace tidemark

int main(int count, char** arguments) {
  const std::optional<tidemark::Order> order =
      tidemark::read_order({arguments + 1, arguments + count});
  if (!order) {
    std::fprintf(stderr,
                 "usage: who_holds --wake PID | PID ADDRESS | "
                 "PID --new [BYTES]\n");
    return 3;
  }
  const tidemark::Status done = tidemark::carry_out(*order);
  if (done) return 0;
  std::fprintf(stderr, "who_holds: %s\n", done.error().message.c_str());
  return 4;
}
