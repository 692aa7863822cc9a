#include "harness/profile/profile_maker.h"

#include <algorithm>
#include <tuple>

namespace tidemark {

ProfileMaker::ProfileMaker(std::vector<ValueType> types) {
  profile_.types = std::move(types);
}

std::size_t ProfileMaker::mapping(const std::string& file) {
  const auto [known, fresh] =
      mappings_.try_emplace(file, profile_.mappings.size());
  if (fresh) profile_.mappings.push_back({0, 0, 0, file, ""});
  return known->second;
}

std::size_t ProfileMaker::function(const ProfileFunction& function) {
  const auto [known, fresh] = functions_.try_emplace(
      {function.name, {function.system_name, function.file}},
      profile_.functions.size());
  if (fresh) profile_.functions.push_back(function);
  return known->second;
}

std::size_t ProfileMaker::location(const std::string& module,
                                   const Lines& lines) {
  const auto [known, fresh] =
      locations_.try_emplace({module, lines}, profile_.locations.size());
  if (fresh) {
    ProfileLocation made;
    if (!module.empty()) made.mapping = mapping(module);
    for (const auto& [of, line] : lines) made.lines.push_back({of, line});
    profile_.locations.push_back(std::move(made));
  }
  return known->second;
}

void ProfileMaker::add(const std::vector<NamedFrame>& stack,
                       const std::vector<std::int64_t>& values,
                       std::vector<ProfileLabel> labels) {
  std::stable_sort(labels.begin(), labels.end(),
                   [](const ProfileLabel& a, const ProfileLabel& b) {
                     return std::tie(a.is_number, a.key) <
                            std::tie(b.is_number, b.key);
                   });
  SampleKey key{{}, std::move(labels)};
  Lines lines;
  for (std::size_t i = 0; i < stack.size(); ++i) {
    const NamedFrame& frame = stack[i];
    lines.emplace_back(function(frame.function), frame.line);
    if (frame.inlined && i + 1 < stack.size()) continue;
    key.first.push_back(location(frame.module, lines));
    lines.clear();
  }
  const auto [known, fresh] =
      samples_.try_emplace(std::move(key), profile_.samples.size());
  if (fresh) {
    profile_.samples.push_back(
        {known->first.first, values, known->first.second});
    return;
  }
  std::vector<std::int64_t>& sums = profile_.samples[known->second].values;
  for (std::size_t i = 0; i < sums.size(); ++i)
    sums[i] = wrapping_sum(sums[i], values[i]);
}

}  // namespace tidemark
