// The one face of all rules that a leak finder may have: it plays cycles on a
// service and says what it thinks of it. So each can be run on the same
// service, as it was published and with the effort that others have.
#pragma once

#include <functional>

namespace tidemark::peers {

// Plays one cycle of so many connections, none for an idle one; the level
// when all of them are gone again and the service has come to rest: live
// objects of one site.
using PlayCycle = std::function<double(int connections)>;

// What a rule says. Those of others know leaks and nothing else.
enum class PeerAnswer { kClean, kLeak, kBounded, kTime };

struct PeerTrial {
  PlayCycle play;
  int connections = 100;  // of a cycle
  // Cycles that the rule may spend: it takes several for each of its runs,
  // trips or loops, or as many calls as fit. 0: as published, which is also
  // the least where no calls are counted.
  int cycles = 0;
  double object_bytes = 64;  // for rules that count bytes
};

struct PeerRule {
  const char* name;
  const char* source;
  // As published, in loaded cycles of `connections`.
  int cycles;
  PeerAnswer (*judge)(const PeerTrial& trial);
};

// How many cycles stand for one of the rule's when it may spend so many.
inline int cycles_for_one(const PeerTrial& trial, int published) {
  return trial.cycles > published ? trial.cycles / published : 1;
}

// Plays the cycles until nothing grows any more, but for three objects in six
// cycles, or until the cap; how many they were. At least eight.
int warm_up(const PlayCycle& play, int connections, int cap);

struct PeerBudget {
  int connections = 200;  // of a cycle
  int warmup = 60;        // cycles at most, before the rule's first; 0: none
  int cycles = 60;        // of the rule, as in PeerTrial
};

inline constexpr PeerBudget kAsPublished{100, 0, 0};

PeerAnswer judge_within(const PeerRule& rule, const PlayCycle& play,
                        const PeerBudget& budget);

}  // namespace tidemark::peers
