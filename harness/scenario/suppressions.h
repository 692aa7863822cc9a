// The suppression file: findings that are known, and within which bounds.
//
//   version: 1
//   suppressions:
//     - fingerprint: 1f0e2d3c4b5a6978   # this or frames, or both
//       frames: [ "handshake_*", "libtls.so!*" ]   # globs, innermost first
//       kind: library                   # leak, cache or library
//       max_bytes_per_connection: 96    # no rule without a bound
//       max_objects_per_connection: 1   # growth with time: …_per_second
//       bug: https://bugs.example/7     # these four may be left out
//       owner: chat-team
//       expires: 2027-01-31             # the last day it holds
//       applies: libtls < 3.0.12        # a module of the stack, its version
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tidemark/result.h"
#include "tidemark/suppression.h"

namespace tidemark {

inline constexpr std::size_t kMaxSuppressions = 1000;

// `path` is for messages and for SuppressionRule::where. All problems of the
// text come back together, in one kUsage error (harness/scenario/load.h).
// Thread-safe; never throws.
Result<std::vector<SuppressionRule>> load_suppressions(const std::string& path,
                                                       std::string_view text);

// The file's rules, read with its limit of size.
Result<std::vector<SuppressionRule>> load_suppression_file(
    const std::string& path);

}  // namespace tidemark
