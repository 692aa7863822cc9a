// Who comes in which cycle: the ways of going are switched on and off from
// cycle to cycle by a code, so that few cycles tell them all apart.
//
// Way w (from 1) is on in a cycle with mask m if the bits of w & m have an odd
// sum (a Walsh function of w), and once all masks have had their turn, if it is
// even. The masks are the powers of two first: each way has come after
// ⌈log2(K+1)⌉ cycles, and they all differ; over all masks any two ways are
// together as often as apart. A plan that
// mixed all ways in every cycle would need K cycles; and what happens at
// random would hardly ever be told.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "tidemark/driver.h"

namespace tidemark {

using WayShares = std::map<std::string, double>;  // add up to 1

// Largest remainder: the sum is exact.
WayCounts proportional(const WayShares& shares, Count connections);

// `turn`: how many loaded cycles came before. What is on gets up to four times
// its share, the others what is left; what is on comes at least once where
// there are enough connections. With one way, that one.
WayCounts coded_mix(const WayShares& shares, Count connections,
                    std::size_t turn);

// The same connections, at most `at_once` of them at a time, each wave with as
// nearly the same mix as whole numbers allow.
std::vector<WayCounts> waves_of(const WayCounts& counts, Count at_once);

// Loaded cycles after which each of so many ways has a history of its own.
std::size_t turns_to_differ(std::size_t ways);

}  // namespace tidemark
