// psleak: a function is called many times and the growth of five figures of
// the process is read; while they grow it is called more often. Two rules,
// one after the other:
//
//   rule 1: fine when each figure grew no more than its tolerance, or no more
//     than in the run before (nought before the first). Each further run has
//     half as many calls more as the first.
//   rule 2: fine at once when no figure grew more than its tolerance. Else a
//     run fades when each figure is within its tolerance, or grew by 16 bytes
//     a call at most, or by at most four fifths as much a call as in the run
//     before; two that fade in a row are fine. Each further run has half as
//     many calls more as the one before.
//
// A leak is what is not fine after all runs.
// Source: giampaolo/psleak d7198606 (rule 1) and 2833ea91 (rule 2),
// psleak.py (MemoryLeakTestCase._check_mem).
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace tidemark::peers {

inline constexpr int kPsleakWarmups = 10;   // calls before the first run
inline constexpr int kPsleakCalls = 200;    // of the first run
inline constexpr int kPsleakRuns = 10;      // at most
inline constexpr double kPsleakNoise = 16;  // bytes per call

// "heap", "uss", "rss", "vms", "mmap"; one that is not there is nought.
using Figures = std::map<std::string, double>;

// Calls the function so often and says how much each figure grew.
using CallTimes = std::function<Figures(int calls)>;

struct PsleakOptions {
  int calls = kPsleakCalls;
  int runs = kPsleakRuns;
  Figures tolerance;
};

struct PsleakAnswer {
  bool leaks = false;
  std::vector<int> calls;  // of each run that was made
  bool told = false;       // it is fine, and says that growth has faded

  bool operator==(const PsleakAnswer&) const = default;
};

PsleakAnswer psleak_1(const CallTimes& call, const PsleakOptions& options);
PsleakAnswer psleak_2(const CallTimes& call, const PsleakOptions& options);

}  // namespace tidemark::peers
