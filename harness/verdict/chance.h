// Whether what a unit predicts would have come by chance. Stray blocks - a
// slot that is renewed, a burst, a cache that gets one more entry - fall into
// any cycle; with few of a unit in each, some unit or other has been just
// where they fell. In bits: so many tosses of a coin that all came up heads.
#pragma once

#include <cstddef>
#include <span>

namespace tidemark {

// How improbable it is that blocks without a cause would fall as `rings` say:
// these amounts, in these of the loaded cycles, in clumps of that size.
double bits_of_rings(std::span<const double> rings);

// Of a whole number, 1 being none: a code for any of them, however large.
double bits_of_number(double whole);

// That each of so many rings has just `count`, where that is their mean
// (Poisson).
double bits_of_same(double rings, double count);

// Of which `some` of `all` it is; 0 where there is no choice.
double bits_of_choice(double all, double some);

}  // namespace tidemark
