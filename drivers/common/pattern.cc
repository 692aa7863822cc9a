#include "drivers/common/pattern.h"

#include <array>
#include <cctype>
#include <cstddef>
#include <utility>

namespace tidemark {
namespace {

using Steps = std::vector<PatternStep>;

bool is_word(char c) {
  return c == '_' || std::isalnum(static_cast<unsigned char>(c)) != 0;
}

// Where a match and its first group begin and end.
constexpr std::size_t kNowhere = std::string_view::npos;
using Slots = std::array<std::size_t, 4>;

// All the places in a pattern where a match may be, best first.
class Places {
 public:
  explicit Places(std::size_t steps) : where_(steps, 0) {}

  struct Place {
    std::size_t step;
    Slots slots;
  };

  void clear() { list_.clear(); }
  const std::vector<Place>& list() const { return list_; }

  // A step is a place only once: the first to come is the better one.
  bool add(std::size_t step) {
    if (where_[step] < list_.size() && list_[where_[step]].step == step)
      return false;
    where_[step] = list_.size();
    list_.push_back({step, {}});
    return true;
  }
  void set_slots(const Slots& slots) { list_.back().slots = slots; }

 private:
  std::vector<Place> list_;
  std::vector<std::size_t> where_;  // in list_, if it is there at all
};

bool holds(PatternOp condition, std::string_view text, std::size_t at) {
  if (condition == PatternOp::kBegin) return at == 0;
  if (condition == PatternOp::kEnd) return at == text.size();
  const bool before = at > 0 && is_word(text[at - 1]);
  const bool after = at < text.size() && is_word(text[at]);
  return (before != after) == (condition == PatternOp::kWordEdge);
}

struct Pending {
  std::size_t step;
  Slots slots;
};

// Adds `start` and all that is reached from it without taking a byte.
void reach(const Steps& steps, Pending start, std::string_view text,
           std::size_t at, std::vector<Pending>& pending, Places& places) {
  pending.push_back(start);
  while (!pending.empty()) {
    const Pending here = pending.back();
    pending.pop_back();
    if (!places.add(here.step)) continue;
    places.set_slots(here.slots);
    const PatternStep& step = steps[here.step];
    const auto go = [&](std::int32_t by) {
      pending.push_back(
          {static_cast<std::size_t>(static_cast<std::int64_t>(here.step) + by),
           here.slots});
    };
    switch (step.op) {
      case PatternOp::kSplit:
        go(step.second);
        go(step.first);  // taken first
        break;
      case PatternOp::kJump:
        go(step.first);
        break;
      case PatternOp::kSave:
        go(1);
        pending.back().slots[static_cast<std::size_t>(step.first)] = at;
        break;
      case PatternOp::kSet:
      case PatternOp::kMatch:
        break;
      default:
        if (holds(step.op, text, at)) go(1);
    }
  }
}

}  // namespace

Result<Pattern> Pattern::parse(std::string_view text) {
  Result<ParsedPattern> parsed = parse_pattern(text);
  TIDEMARK_TRY(parsed);
  Pattern pattern;
  pattern.parsed_ = std::move(*parsed);
  const Steps& steps = pattern.parsed_.steps;
  Places first(steps.size());
  std::vector<Pending> pending;
  reach(steps, {}, {}, 0, pending, first);
  for (const Places::Place& place : first.list()) {
    const PatternStep& step = steps[place.step];
    if (step.op == PatternOp::kSet)
      pattern.starts_ |=
          pattern.parsed_.sets[static_cast<std::size_t>(step.first)];
    else if (step.op != PatternOp::kSplit && step.op != PatternOp::kJump &&
             step.op != PatternOp::kSave)
      pattern.anywhere_ = true;
  }
  return pattern;
}

// Thompson's simulation with Pike's slots: all ways at once, byte by byte.
std::optional<std::string_view> Pattern::find(std::string_view text) const {
  const Steps& steps = parsed_.steps;
  Places now(steps.size()), then(steps.size());
  std::vector<Pending> pending;
  constexpr Slots kEmpty{kNowhere, kNowhere, kNowhere, kNowhere};
  std::optional<Slots> best;
  for (std::size_t at = 0;; ++at) {
    if (now.list().empty()) {
      if (best) break;
      if (!anywhere_)
        while (at < text.size() &&
               !starts_[static_cast<unsigned char>(text[at])])
          ++at;
    }
    // A match that begins later is worse than all that have begun.
    if (!best) {
      Slots slots = kEmpty;
      slots[0] = at;
      reach(steps, {0, slots}, text, at, pending, now);
    }
    then.clear();
    for (const Places::Place& place : now.list()) {
      const PatternStep& step = steps[place.step];
      if (step.op == PatternOp::kMatch) {
        best = place.slots;
        (*best)[1] = at;
        break;  // what follows is worse
      }
      if (step.op == PatternOp::kSet && at < text.size() &&
          parsed_.sets[static_cast<std::size_t>(step.first)]
                      [static_cast<unsigned char>(text[at])])
        reach(steps, {place.step + 1, place.slots}, text, at + 1, pending,
              then);
    }
    if (at >= text.size()) break;
    std::swap(now, then);
  }
  if (!best) return std::nullopt;
  const std::size_t from = parsed_.grouped ? 2 : 0;
  if ((*best)[from] == kNowhere || (*best)[from + 1] == kNowhere)
    return std::nullopt;
  return text.substr((*best)[from], (*best)[from + 1] - (*best)[from]);
}

}  // namespace tidemark
