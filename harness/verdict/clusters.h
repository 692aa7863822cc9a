// One leak leaves more than one kind of block: the session, its string, its
// map node. Growth that co-varies is one finding, and each place that takes
// part is a member of it with its own share of the rate.
//
// Two drafts are one leak if all of this holds:
//  1. They are of one kind and grow per the same unit.
//  2. Their rings correlate at 0.99 or more, and what they left is in a small
//     ratio: 1 to n, or p to q of at most 6. So leaks of different behaviours
//     part here, or at the unit.
//  3. Their stacks are kin (are_kin). This decides between leaks that happen
//     to grow alike, one block per connection each: two modules, or two
//     functions with different callers, are two findings unless one of them
//     allocates for the other. Without names, 1 and 2 must do.
// What of a leak at random came by another path of calls, too little to be told
// for itself, is taken into it: blocks of the same size that the same function
// asked for.
//
// What no rule can tell apart by then are two leaks that one function asks for
// side by side; they are one finding with both places named.
#pragma once

#include <map>
#include <span>
#include <vector>

#include "harness/verdict/classify.h"

namespace tidemark {

// Correlation of two findings' objects over the rings that both cover;
// 0 where either does not vary.
double ring_correlation(const Finding& a, const Finding& b);

// Whether a ratio of counts is one of a structure's parts.
bool is_small_ratio(double ratio);

// Whether one function may be behind both: what allocates the one is in the
// stack of the other (an object's constructor asks for its string), whatever
// the modules; or the same function of the same module called both (a factory
// and a registry).
bool are_kin(const SiteCallers& a, const SiteCallers& b);

struct ClusterContext {
  std::span<const Dose> doses;
  const std::map<SiteId, SiteCallers>& callers;
};

// The place with the most bytes names a finding, of those that come first by
// their Naming. A caller's rings from before
// its zoom continue those from after it. Every finding comes back with its
// members, whose shares of sites are not yet filled in.
std::vector<Draft> merge_covarying(std::vector<Draft> drafts,
                                   const ClusterContext& context);

}  // namespace tidemark
