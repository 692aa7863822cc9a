// Did you mean …? Finds the known word that a person most likely meant.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tidemark {

// How many single-letter insertions, deletions, replacements and swaps of
// neighbours lead from `a` to `b`. Words are cut at 64 letters: this runs on
// foreign text.
std::size_t edit_distance(std::string_view a, std::string_view b);

// The word of `known` nearest to `word`, or nothing if none is near enough to
// be a slip of the fingers. Case, `_` and `-` count for nothing, so that
// `connect_rate` finds `connectRate`. Among equals the first of `known` wins.
std::optional<std::string> nearest_word(std::string_view word,
                                        const std::vector<std::string>& known);

}  // namespace tidemark
