#include "drivers/common/close_plan.h"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace tidemark {
namespace {

template <class T>
void shuffle(std::vector<T>& items, Random& random) {
  // Not std::shuffle: its result differs between standard libraries.
  for (std::size_t i = items.size(); i > 1; --i)
    std::swap(items[i - 1], items[random.below(static_cast<std::uint32_t>(i))]);
}

std::uint16_t draw_code(const std::vector<WeightedClose>& weights,
                        Random& random) {
  std::uint32_t total = 0;
  for (const WeightedClose& w : weights)
    if (w.behavior == CloseBehavior::kGraceful) total += w.weight;
  if (total == 0) return PlannedClose{}.code;
  std::uint32_t draw = random.below(total);
  for (const WeightedClose& w : weights) {
    if (w.behavior != CloseBehavior::kGraceful) continue;
    if (draw < w.weight) return w.code;
    draw -= w.weight;
  }
  return PlannedClose{}.code;
}

}  // namespace

std::vector<PlannedClose> assign_closes(
    const CloseCounts& plan, Count connections,
    const std::vector<WeightedClose>& weights, Random& random) {
  const std::size_t wanted =
      static_cast<std::size_t>(std::max<std::int64_t>(connections.value, 0));
  std::vector<PlannedClose> closes;
  for (std::size_t i = 0; i < plan.size(); ++i)
    for (std::int64_t n = 0; n < plan[i].value; ++n)
      closes.push_back({static_cast<CloseBehavior>(i)});
  if (closes.size() < wanted) closes.resize(wanted);
  shuffle(closes, random);
  closes.resize(wanted);
  for (PlannedClose& close : closes)
    if (close.behavior == CloseBehavior::kGraceful)
      close.code = draw_code(weights, random);
  return closes;
}

}  // namespace tidemark
