// Runs of a sweep's cells, small enough to be changed by hand.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "harness/sweep/fold.h"
#include "tests/support/compared_runs.h"

namespace tidemark {

// Of a service whose speed and memory per connection are given.
inline StoredRun swept_run(CellLevels cell, double per_second, double bytes,
                           std::uint32_t round = 0) {
  RunRecord record = run_with({}, per_second, bytes);
  record.cell = std::move(cell);
  record.open->sites = {{5,
                         Bytes{static_cast<std::int64_t>(90 * bytes)},
                         {100},
                         0.9 * bytes,
                         "feed_reader (feed.cc:47)"}};
  KernelSample base;
  base.moment = "baseline";
  base.pss = {4 << 20};
  KernelSample open = base;
  open.moment = "open";
  open.pss += Bytes{100 * 3000};
  open.peak_rss = {8 << 20};
  record.kernel = {base, open};
  for (CycleFacts& facts : record.cycles) {
    facts.pace.service_cpu = facts.pace.playing / 2;
    facts.pace.allocations = {facts.pace.replies.value * 3};
  }
  return {std::move(record), "cell.json", round};
}

inline StoredRun failed_run(CellLevels cell, std::uint32_t round) {
  StoredRun run = swept_run(std::move(cell), 1, 1, round);
  run.record.judgement.reset();
  run.record.error = Error{ErrorKind::kEnvironment, "it did not start", ""};
  return run;
}

inline SweepSpec buffer_spec() {
  SweepSpec spec;
  spec.factors = {
      {"buffer", {"1MiB", "64KiB", "4KiB"}, {1048576, 65536, 4096}}};
  spec.baseline = {{"buffer", "1MiB"}};
  spec.repeat = 3;
  return spec;
}

inline std::vector<CellLevels> buffer_cells() {
  return {{{"buffer", "1MiB"}}, {{"buffer", "64KiB"}}, {{"buffer", "4KiB"}}};
}

// A round for each row of `noise`, which has a factor for each cell.
inline std::vector<StoredRun> buffer_rounds(
    const std::vector<std::array<double, 3>>& noise,
    const std::array<double, 3>& per_second) {
  constexpr std::array<double, 3> kBytes{1'000'000, 66'000, 6'000};
  std::vector<StoredRun> runs;
  for (std::uint32_t round = 0; round < noise.size(); ++round)
    for (std::size_t i = 0; i < 3; ++i)
      runs.push_back(swept_run(buffer_cells()[i],
                               per_second[i] * noise[round][i], kBytes[i],
                               round));
  return runs;
}

// 64 KiB loses next to nothing, 4 KiB a third.
inline std::vector<StoredRun> buffer_runs() {
  return buffer_rounds({{0.990, 0.995, 0.990}, {1.01, 1.00, 1.01}, {1, 1, 1}},
                       {1000, 990, 660});
}

}  // namespace tidemark
