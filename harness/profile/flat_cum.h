// What each function has itself, and with all that it calls; who calls whom.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "harness/profile/profile.h"

namespace tidemark {

// Functions: by name alone, wherever they are. Lines: by name, file, line.
enum class Granularity { kFunctions, kLines };

// What is one row of a table. Without a function it is the module and the
// address in it: "libc.so.6+0x2710a", and its `module` is set.
struct ProfilePlace {
  std::string name;
  std::string file;  // kLines only, as the next two
  std::int64_t line = 0;
  std::int64_t start_line = 0;
  std::string module;  // kLines, or where there is no function

  auto operator<=>(const ProfilePlace&) const = default;
};

// Of one place. `flat`: of samples whose leaf it is; `cum`: of all that it is
// in, however often it is in one of them.
struct PlaceSums {
  ProfilePlace place;
  std::int64_t flat = 0;
  std::int64_t cum = 0;

  bool operator==(const PlaceSums&) const = default;
};

// Samples in which `caller` calls `callee`, once each. Inlined: in all of them
// the one is inlined into the other. Indexes into FlatCum::places.
struct CallSums {
  std::size_t caller = 0;
  std::size_t callee = 0;
  std::int64_t value = 0;
  bool inlined = false;

  bool operator==(const CallSums&) const = default;
};

struct FlatCum {
  // Those that have any are the first `rows`: the largest |flat| (or |cum|)
  // first, then by name. Behind them, where what they have cancels out, those
  // that somebody calls or is called by nevertheless.
  std::vector<PlaceSums> places;
  std::size_t rows = 0;
  std::vector<CallSums> calls;  // the largest |value| first, then by name
  std::size_t all = 0;  // rows there are, also those that nobody asked for
};

struct FlatCumQuestion {
  std::size_t value = 0;  // index into Profile::types
  Granularity granularity = Granularity::kFunctions;
  bool by_cum = false;  // their order
  // Only so many of the places; what calls what is told as if there were no
  // others. 0: all.
  std::size_t most = 0;
};

// As pprof counts. REQUIRES: there is such a value.
FlatCum flat_cum(const Profile& profile, const FlatCumQuestion& question);

// Of one place, among those that call it: not inlined anywhere, everywhere or
// in some of them.
enum class Inlined { kNowhere, kEverywhere, kPartly };
std::vector<Inlined> inlined(const FlatCum& sums);

}  // namespace tidemark
