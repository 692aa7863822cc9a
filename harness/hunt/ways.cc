#include "harness/hunt/ways.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "harness/base/spelling.h"
#include "tidemark/ways.h"

namespace tidemark {
namespace {

constexpr const char* kBehaviors = "behaviors";
constexpr const char* kProvocations = "provocations";

bool is_named(const WeightedClose& way, const std::string& name) {
  const bool provocation = way.behavior == CloseBehavior::kProvocation;
  return name == way_of(way) ||
         name == (provocation ? kProvocations : kBehaviors);
}

bool is_named(const WeightedClose& way, const std::vector<std::string>& names) {
  return std::any_of(
      names.begin(), names.end(),
      [&way](const std::string& name) { return is_named(way, name); });
}

Status check_names(const Ways& ways, const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    const bool known =
        std::any_of(ways.begin(), ways.end(),
                    [&name](const auto& way) { return is_named(way, name); });
    if (known) continue;
    std::vector<std::string> words = names_of(ways);
    words.emplace_back(kBehaviors);
    words.emplace_back(kProvocations);
    const std::optional<std::string> nearest = nearest_word(name, words);
    return fail(ErrorKind::kUsage,
                fmt::format("no connection goes the way `{}` here", name),
                nearest ? fmt::format("did you mean `{}`?", *nearest)
                        : "`tidemark provocations` lists them; beside them "
                          "are the behaviors of the README");
  }
  return {};
}

}  // namespace

WeightedClose graceful_way() { return {}; }

bool is_graceful(const WeightedClose& way) {
  return way.behavior == CloseBehavior::kGraceful;
}

std::vector<std::string> names_of(const Ways& ways) {
  std::vector<std::string> names;
  for (const WeightedClose& way : ways) names.push_back(way_of(way));
  return names;
}

Ways all_ways(const EngineWords& engine, bool secure, bool unix_socket) {
  Ways ways{graceful_way()};
  for (const CloseBehavior behavior : engine.behaviors) {
    // A vanished peer is known by the packets that nobody answers.
    if (unix_socket && behavior == CloseBehavior::kHalfOpen) continue;
    WeightedClose way;
    way.behavior = behavior;
    if (!is_graceful(way)) ways.push_back(way);
  }
  const auto provoke = [&ways](const std::vector<std::string>& names) {
    for (const std::string& name : names) {
      WeightedClose way;
      way.behavior = CloseBehavior::kProvocation;
      way.provocation = name;
      ways.push_back(way);
    }
  };
  provoke(engine.provocations);
  if (secure) provoke(engine.tls_provocations);
  return ways;
}

Result<Ways> chosen_ways(const Ways& ways, const std::vector<std::string>& only,
                         const std::vector<std::string>& skip) {
  TIDEMARK_TRY(check_names(ways, only));
  TIDEMARK_TRY(check_names(ways, skip));
  Ways chosen;
  for (const WeightedClose& way : ways) {
    const bool wanted =
        (only.empty() || is_named(way, only)) && !is_named(way, skip);
    if (wanted || is_graceful(way)) chosen.push_back(way);
  }
  return chosen;
}

}  // namespace tidemark
