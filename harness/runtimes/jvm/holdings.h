// What a heap dump answers, as a run's record has it.
#pragma once

#include <span>
#include <vector>

#include "harness/runtimes/jvm/heap_dump.h"
#include "harness/runtimes/managed/sites.h"
#include "tidemark/probe.h"

namespace tidemark::jvm {

inline constexpr std::size_t kMostPathsOfFinding = 16;
inline constexpr std::size_t kMostPathsOfAll = 64;

// Of several JVMs of one service, one answer each to as many questions.
RuntimeHoldings holdings_of(std::span<const DumpAnswer> answers,
                            ManagedSites& sites);

}  // namespace tidemark::jvm
