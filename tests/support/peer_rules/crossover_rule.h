// The crossover experiment in its plain form, without birth rings: what can
// be had from levels alone when phases are designed. Block one is loaded and
// idle, block two idle, half and loaded, twelve cycles each and an idle
// reading before; both are fitted by harness/verdict/crossover.
//
//   LEAK     t(β₁) > 3.5, t(β₂) > 2.5, β₂ > β₁ / 2
//   BOUNDED  only one of the two over 3.5, or β shrinks
//   TIME     t(γ) > 3.5 in both
//   CLEAN    else
#pragma once

#include "tests/support/peer_rules/peer_rule.h"

namespace tidemark::peers {

inline constexpr int kCrossoverPhase = 12;
inline constexpr int kCrossoverCycles = 5 * kCrossoverPhase + 2;

PeerAnswer crossover_rule(const PeerTrial& trial);

}  // namespace tidemark::peers
