// Comparison of two snapshots, as most tools leave it to their user: more
// than before is a leak. Here for a count, with neither threshold nor filter.
// Source: google/pprof b9395ee1, `-diff_base`; Eclipse MAT 26cff26c, "compare
// to another heap dump".
#pragma once

namespace tidemark::peers {

inline bool grew(double before, double after) { return after > before; }

}  // namespace tidemark::peers
