#include "harness/profile/combine.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <tuple>
#include <utility>

namespace tidemark {
namespace {

// "objects" and "object" are the same, as are "bytes" and "byte".
std::string_view singular(std::string_view word) {
  if (word.ends_with('s')) word.remove_suffix(1);
  return word;
}

bool same_type(const ValueType& a, const ValueType& b) {
  return singular(a.type) == singular(b.type) &&
         singular(a.unit) == singular(b.unit);
}

std::string told(const Profile& profile) {
  std::vector<std::string> words;
  for (const ValueType& type : profile.types)
    words.push_back(fmt::format("{} ({})", type.type, type.unit));
  return words.empty() ? "none" : fmt::format("{}", fmt::join(words, ", "));
}

// For each of the common types, where each profile has it.
using Columns = std::vector<std::vector<std::size_t>>;

Columns common_columns(const std::vector<Profile>& profiles) {
  Columns common;
  for (const ValueType& type : profiles.front().types) {
    std::vector<std::size_t> columns;
    for (const Profile& profile : profiles) {
      const auto at = std::find_if(
          profile.types.begin(), profile.types.end(),
          [&](const ValueType& other) { return same_type(type, other); });
      if (at == profile.types.end()) break;
      columns.push_back(static_cast<std::size_t>(at - profile.types.begin()));
    }
    if (columns.size() == profiles.size()) common.push_back(columns);
  }
  return common;
}

bool all_zero(const std::vector<std::int64_t>& values) {
  return std::all_of(values.begin(), values.end(),
                     [](std::int64_t value) { return value == 0; });
}

class Merger {
 public:
  explicit Merger(Profile head) : merged_(std::move(head)) {}

  // `columns`: where `from` has the types of the result.
  void add(const Profile& from, const std::vector<std::size_t>& columns) {
    mappings_of_.assign(from.mappings.size(), std::nullopt);
    functions_of_.assign(from.functions.size(), std::nullopt);
    locations_of_.assign(from.locations.size(), std::nullopt);
    // The main program stays first.
    if (merged_.mappings.empty() && !from.mappings.empty()) mapping(from, 0);
    for (const ProfileSample& sample : from.samples) {
      std::vector<std::int64_t> values;
      for (const std::size_t column : columns)
        values.push_back(sample.values[column]);
      if (!all_zero(values)) add_sample(from, sample, values);
    }
  }

  Profile finish() {
    std::erase_if(merged_.samples, [](const ProfileSample& sample) {
      return all_zero(sample.values);
    });
    return std::move(merged_);
  }

 private:
  using Index = std::optional<std::size_t>;
  // Size, offset, build id or file.
  using MappingKey = std::tuple<std::uint64_t, std::uint64_t, std::string>;
  using FunctionKey =
      std::tuple<std::int64_t, std::string, std::string, std::string>;
  using Lines = std::vector<std::pair<std::size_t, std::int64_t>>;
  // Mapping, address in it, lines, folded.
  using LocationKey = std::tuple<std::size_t, std::uint64_t, Lines, bool>;
  using SampleKey =
      std::pair<std::vector<std::size_t>, std::vector<ProfileLabel>>;

  void add_sample(const Profile& from, const ProfileSample& sample,
                  const std::vector<std::int64_t>& values) {
    SampleKey key{{}, sample.labels};
    for (const std::size_t at : sample.stack)
      key.first.push_back(location(from, at));
    const auto [known, fresh] =
        samples_.try_emplace(key, merged_.samples.size());
    if (fresh) {
      merged_.samples.push_back({key.first, values, key.second});
      return;
    }
    std::vector<std::int64_t>& sums = merged_.samples[known->second].values;
    for (std::size_t i = 0; i < sums.size(); ++i)
      sums[i] = wrapping_sum(sums[i], values[i]);
  }

  std::size_t mapping(const Profile& from, std::size_t at) {
    if (mappings_of_[at]) return *mappings_of_[at];
    const ProfileMapping& mapping = from.mappings[at];
    constexpr std::uint64_t kPage = 0x1000;
    const std::uint64_t size =
        (mapping.limit - mapping.start + kPage - 1) & ~(kPage - 1);
    const auto [known, fresh] = mappings_.try_emplace(
        MappingKey(size, mapping.offset,
                   mapping.build_id.empty() ? mapping.file : mapping.build_id),
        merged_.mappings.size());
    if (fresh) merged_.mappings.push_back(mapping);
    mappings_of_[at] = known->second;
    return known->second;
  }

  std::size_t function(const Profile& from, std::size_t at) {
    if (functions_of_[at]) return *functions_of_[at];
    const ProfileFunction& function = from.functions[at];
    const auto [known, fresh] =
        functions_.try_emplace(FunctionKey(function.start_line, function.name,
                                           function.system_name, function.file),
                               merged_.functions.size());
    if (fresh) merged_.functions.push_back(function);
    functions_of_[at] = known->second;
    return known->second;
  }

  // Where a file is mapped differs from process to process.
  std::size_t location(const Profile& from, std::size_t at) {
    if (locations_of_[at]) return *locations_of_[at];
    ProfileLocation made = from.locations[at];
    std::uint64_t in_mapping = made.address;
    std::size_t mapping_key = 0;
    if (made.mapping) {
      const std::uint64_t start = from.mappings[*made.mapping].start;
      made.mapping = mapping(from, *made.mapping);
      in_mapping -= start;
      made.address = in_mapping + merged_.mappings[*made.mapping].start;
      mapping_key = *made.mapping + 1;
    }
    Lines lines;
    for (ProfileLine& line : made.lines) {
      line.function = function(from, line.function);
      lines.emplace_back(line.function, line.line);
    }
    const auto [known, fresh] = locations_.try_emplace(
        LocationKey(mapping_key, in_mapping, std::move(lines), made.folded),
        merged_.locations.size());
    if (fresh) merged_.locations.push_back(std::move(made));
    locations_of_[at] = known->second;
    return known->second;
  }

  Profile merged_;
  std::map<SampleKey, std::size_t> samples_;
  std::map<MappingKey, std::size_t> mappings_;
  std::map<FunctionKey, std::size_t> functions_;
  std::map<LocationKey, std::size_t> locations_;
  // Of the profile that is being added.
  std::vector<Index> mappings_of_, functions_of_, locations_of_;
};

// All but samples and what they need.
Profile head_of(const std::vector<Profile>& profiles, const Columns& columns) {
  const Profile& first = profiles.front();
  Profile head;
  for (const std::vector<std::size_t>& of_each : columns)
    head.types.push_back(first.types[of_each.front()]);
  head.drop_frames = first.drop_frames;
  head.keep_frames = first.keep_frames;
  head.period_type = first.period_type;
  for (const Profile& profile : profiles) {
    if (head.time_nanos == 0 ||
        (profile.time_nanos != 0 && profile.time_nanos < head.time_nanos))
      head.time_nanos = profile.time_nanos;
    head.duration_nanos =
        wrapping_sum(head.duration_nanos, profile.duration_nanos);
    head.period = std::max(head.period, profile.period);
    if (head.default_type.empty()) head.default_type = profile.default_type;
    for (const std::string& comment : profile.comments)
      if (std::find(head.comments.begin(), head.comments.end(), comment) ==
          head.comments.end())
        head.comments.push_back(comment);
  }
  return head;
}

std::int64_t scaled(std::int64_t value, double ratio) {
  constexpr double kMost = 9223372036854774784.0;  // below 2^63
  const double exact = std::round(static_cast<double>(value) * ratio);
  if (std::isnan(exact)) return 0;
  if (exact >= kMost) return std::numeric_limits<std::int64_t>::max();
  if (exact <= -kMost) return std::numeric_limits<std::int64_t>::min();
  return static_cast<std::int64_t>(exact);
}

std::int64_t sum_of(const Profile& profile, std::size_t value) {
  std::int64_t sum = 0;
  for (const ProfileSample& sample : profile.samples)
    sum = wrapping_sum(sum, sample.values[value]);
  return sum;
}

// REQUIRES: both have the types of `columns`.
void normalise_to(Profile& profile, const Profile& base,
                  const Columns& columns) {
  for (const std::vector<std::size_t>& of_both : columns) {
    const std::int64_t own = sum_of(profile, of_both[0]);
    const std::int64_t wanted = sum_of(base, of_both[1]);
    if (own == wanted && own != 0) continue;
    const double ratio =
        own == 0 ? 0 : static_cast<double>(wanted) / static_cast<double>(own);
    for (ProfileSample& sample : profile.samples)
      sample.values[of_both[0]] = scaled(sample.values[of_both[0]], ratio);
  }
}

Result<Profile> nothing_common(const std::vector<Profile>& profiles) {
  for (const Profile& profile : profiles)
    if (common_columns({profiles.front(), profile}).empty())
      return fail(ErrorKind::kUsage,
                  "the profiles have no sample type in common",
                  fmt::format("one has {}; another has {}",
                              told(profiles.front()), told(profile)));
  return fail(ErrorKind::kUsage,
              "no sample type is in every one of the profiles", "");
}

}  // namespace

Result<Profile> merged(const std::vector<Profile>& profiles) {
  const Columns columns = common_columns(profiles);
  if (columns.empty()) return nothing_common(profiles);
  Merger merger(head_of(profiles, columns));
  for (std::size_t i = 0; i < profiles.size(); ++i) {
    std::vector<std::size_t> own;
    for (const std::vector<std::size_t>& of_each : columns)
      own.push_back(of_each[i]);
    merger.add(profiles[i], own);
  }
  return merger.finish();
}

Result<Profile> difference(Profile profile, Profile base, Against against,
                           bool normalise) {
  std::vector<Profile> both;
  both.push_back(std::move(profile));
  both.push_back(std::move(base));
  if (normalise) normalise_to(both[0], both[1], common_columns(both));
  for (ProfileSample& sample : both[1].samples) {
    for (std::int64_t& value : sample.values) value = negated(value);
    if (against != Against::kCompared) continue;
    std::erase_if(sample.labels, [](const ProfileLabel& label) {
      return label.key == kBaseLabel;
    });
    ProfileLabel mark;
    mark.key = kBaseLabel;
    mark.text = "true";
    const auto at =
        std::find_if(sample.labels.begin(), sample.labels.end(),
                     [&](const ProfileLabel& label) {
                       return label.is_number || label.key > mark.key;
                     });
    sample.labels.insert(at, std::move(mark));
  }
  return merged(both);
}

Profile single_type(const Profile& profile, std::size_t value,
                    const ValueType& type) {
  Profile single = profile;
  single.types = {type};
  single.default_type = type.type;
  for (ProfileSample& sample : single.samples)
    sample.values = {sample.values[value]};
  return single;
}

}  // namespace tidemark
