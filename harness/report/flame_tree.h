// Stacks as the tree that a flame graph draws. Private to this folder.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "harness/report/flame_stacks.h"

namespace tidemark {

// Nobody reads further into a name; all of it is in the record.
inline constexpr std::size_t kLongestText = 400;

// Each text of a page's data once: the data has its number. Longer ones than
// kLongestText are cut.
class TextTable {
 public:
  std::size_t number(const std::string& text);
  nlohmann::ordered_json json() const { return texts_; }

 private:
  std::map<std::string, std::size_t> numbers_;
  std::vector<std::string> texts_;
};

// A frame is [number of its name, bytes with all above it, [frames above]];
// the outermost has the name "all".
nlohmann::ordered_json flame_tree(const std::vector<FlameStack>& stacks,
                                  TextTable& texts);

// Of two sides, whose bytes are multiplied by a scale first: [name, width,
// [frames above], old, new]. A stack is as wide as the larger of its two
// sides, so that what is gone is still seen.
struct ScaledStacks {
  std::vector<FlameStack> stacks;
  double scale = 1;
};
nlohmann::ordered_json flame_difference(const ScaledStacks& before,
                                        const ScaledStacks& after,
                                        TextTable& texts);

}  // namespace tidemark
