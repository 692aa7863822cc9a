#include "harness/verdict/settled.h"

#include <cmath>

#include "harness/verdict/limit.h"

namespace tidemark {
namespace {

constexpr double kManyWent = 0.02;         // of all
constexpr double kLikeTheBaseline = 0.25;  // of what went since the baseline

double went(const Series& series) {
  return series.watch ? series.watch->first - series.watch->last : 0;
}

}  // namespace

std::optional<Duration> still_going(const Series& series) {
  if (went(series) <= kDismissed) return std::nullopt;
  const Watch& watch = *series.watch;
  if (went(series) <= kManyWent * watch.first || !watch.gone ||
      *watch.gone <= watch.watched / 2 || watch.last <= 0)
    return std::nullopt;
  const double e_folds = std::log(watch.first / watch.last);
  return std::chrono::duration_cast<Duration>(
      std::chrono::duration<double>(watch.watched) * std::log(2.0) / e_folds);
}

Series as_settled(const Series& series) {
  if (went(series) <= kDismissed || series.watched.empty() ||
      still_going(series))
    return series;
  Series settled = series;
  settled.rings = series.watched;
  settled.residue = {};
  for (const Tally& ring : settled.rings) {
    settled.residue.objects += ring.objects;
    settled.residue.bytes += ring.bytes;
  }
  // What was in flight at the baseline went as these did. There may have been
  // more of it: before an idle cycle there is less.
  if (went(series) >= kLikeTheBaseline * series.replaced)
    settled.replaced = 0;
  else
    settled.replaced -= went(series);
  settled.died = 0;
  // Nobody watched those: what was in flight is among them.
  settled.warm.clear();
  settled.watch->first = settled.watch->last;
  return settled;
}

}  // namespace tidemark
