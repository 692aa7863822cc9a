#include "harness/report/flame_tree.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "harness/report/text.h"

namespace tidemark {
namespace {

using Json = nlohmann::ordered_json;

struct Sides {
  double before = 0;
  double after = 0;
};

struct FlameNode {
  Sides own;  // of the stack that ends here
  std::map<std::string, FlameNode> above;
};

// A tree is written and drawn frame by frame of each stack: who has more of
// them than this has a broken record, or a recursion that is no news any more.
constexpr std::size_t kDeepest = 300;

FlameNode& end_of(FlameNode& root, const FlameStack& stack) {
  FlameNode* at = &root;
  const std::size_t frames = std::min(stack.frames.size(), kDeepest);
  for (std::size_t i = 0; i < frames; ++i) at = &at->above[stack.frames[i]];
  return *at;
}

// A fraction of a byte is seen only where bytes are divided by connections.
Json number(double value) {
  const double rounded = std::round(value * 1000) / 1000;
  if (rounded == std::floor(rounded)) return std::llround(rounded);
  return rounded;
}

struct Written {
  Json json;
  double width = 0;
  Sides sides;
};

Written written(const std::string& name, const FlameNode& node, bool both,
                TextTable& texts) {
  Written result;
  result.width = std::max(node.own.before, node.own.after);
  result.sides = node.own;
  Json above = Json::array();
  for (const auto& [frame, child] : node.above) {
    Written part = written(frame, child, both, texts);
    result.width += part.width;
    result.sides.before += part.sides.before;
    result.sides.after += part.sides.after;
    above.push_back(std::move(part.json));
  }
  result.json =
      Json::array({texts.number(name), number(result.width), std::move(above)});
  if (both) {
    result.json.push_back(number(result.sides.before));
    result.json.push_back(number(result.sides.after));
  }
  return result;
}

constexpr const char* kAll = "all";

}  // namespace

std::size_t TextTable::number(const std::string& text) {
  const auto [place, fresh] = numbers_.try_emplace(text, texts_.size());
  if (fresh) texts_.push_back(clipped(text, kLongestText));
  return place->second;
}

Json flame_tree(const std::vector<FlameStack>& stacks, TextTable& texts) {
  FlameNode root;
  for (const FlameStack& stack : stacks)
    end_of(root, stack).own.after += static_cast<double>(stack.bytes.value);
  return written(kAll, root, false, texts).json;
}

Json flame_difference(const ScaledStacks& before, const ScaledStacks& after,
                      TextTable& texts) {
  FlameNode root;
  for (const FlameStack& stack : before.stacks)
    end_of(root, stack).own.before +=
        static_cast<double>(stack.bytes.value) * before.scale;
  for (const FlameStack& stack : after.stacks)
    end_of(root, stack).own.after +=
        static_cast<double>(stack.bytes.value) * after.scale;
  return written(kAll, root, true, texts).json;
}

}  // namespace tidemark
