#include "harness/profile/profile.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <charconv>

namespace tidemark {
namespace {

std::vector<std::string> names_of(const Profile& profile) {
  std::vector<std::string> names;
  for (const ValueType& type : profile.types) names.push_back(type.type);
  return names;
}

bool is_of_base(const ProfileSample& sample) {
  for (const ProfileLabel& label : sample.labels)
    if (!label.is_number && label.key == kBaseLabel && label.text == "true")
      return true;
  return false;
}

}  // namespace

Result<std::size_t> value_index(const Profile& profile,
                                const std::string& wanted) {
  const std::vector<std::string> names = names_of(profile);
  if (names.empty())
    return fail(ErrorKind::kUsage, "the profile has no sample types", "");
  const auto find = [&](std::string_view name) {
    std::size_t i = 0;
    while (i < names.size() && names[i] != name) ++i;
    return i;
  };
  if (wanted.empty()) {
    const std::size_t i = find(profile.default_type);
    return i < names.size() ? i : names.size() - 1;
  }
  std::size_t number = 0;
  const char* end = wanted.data() + wanted.size();
  const auto [stop, error] = std::from_chars(wanted.data(), end, number);
  if (error == std::errc() && stop == end && number < names.size())
    return number;
  if (const std::size_t i = find(wanted); i < names.size()) return i;
  constexpr std::string_view kInUse = "inuse_";
  if (wanted.starts_with(kInUse))
    if (const std::size_t i =
            find(std::string_view(wanted).substr(kInUse.size()));
        i < names.size())
      return i;
  return fail(ErrorKind::kUsage,
              fmt::format("the profile has no sample type \"{}\"", wanted),
              fmt::format("it has {}", fmt::join(names, ", ")));
}

std::int64_t total_of(const Profile& profile, std::size_t value) {
  std::int64_t all = 0;
  std::int64_t base = 0;
  for (const ProfileSample& sample : profile.samples) {
    const std::int64_t size = magnitude(sample.values[value]);
    all = wrapping_sum(all, size);
    if (is_of_base(sample)) base = wrapping_sum(base, size);
  }
  return base > 0 ? base : all;
}

}  // namespace tidemark
