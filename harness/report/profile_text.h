// Profiles as tables: the columns, numbers and order are pprof's, so that who
// knows the one can read the other. Pure.
#pragma once

#include <cstddef>
#include <string>

#include "harness/profile/profile.h"
#include "harness/report/source_lines.h"
#include "tidemark/result.h"

namespace tidemark {

struct ProfileQuestion {
  std::size_t value = 0;       // index into Profile::types
  std::int64_t total = 0;      // of which percentages are: total_of()
  std::size_t most_rows = 20;  // 0: all
  bool by_cum = false;         // the order of rows
  std::string unit;            // "kB", "ms" …; empty: one that fits
  std::string pattern;         // `list`: a regular expression on functions
};

// A row per function: flat, flat%, sum%, cum, cum%, name.
std::string profile_top(const Profile& profile,
                        const ProfileQuestion& question);

// The same, each row with who calls it above and whom it calls below, and how
// much of it comes that way.
std::string profile_tree(const Profile& profile,
                         const ProfileQuestion& question);

// Flat and cum of every line of the functions whose name has the pattern, with
// the source where it can be read. kUsage: there is no such function, or the
// pattern is none.
Result<std::string> profile_list(const Profile& profile,
                                 const ProfileQuestion& question,
                                 const SourceLines& source);

}  // namespace tidemark
