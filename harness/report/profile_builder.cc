#include "harness/report/profile_builder.h"

#include <protozero/pbf_writer.hpp>

#include "harness/report/gzip.h"

namespace tidemark {
namespace {

using protozero::pbf_writer;

// Known before anything is added.
constexpr const char* kFirst[] = {"", "inuse_objects", "count", "inuse_space",
                                  "bytes"};
enum KnownString : std::uint64_t { kNone, kObjects, kCount, kSpace, kBytes };

void add_value_type(pbf_writer& profile, std::uint64_t type,
                    std::uint64_t unit) {
  pbf_writer value(profile, 1);
  value.add_int64(1, static_cast<std::int64_t>(type));
  value.add_int64(2, static_cast<std::int64_t>(unit));
}

}  // namespace

ProfileBuilder::ProfileBuilder() {
  for (const char* known : kFirst) text(known);
}

ProfileBuilder::Id ProfileBuilder::text(const std::string& value) {
  const auto [place, fresh] = string_ids_.try_emplace(value, strings_.size());
  if (fresh) strings_.push_back(value);
  return place->second;
}

// Numbers of everything but strings begin at 1: 0 is none.
ProfileBuilder::Id ProfileBuilder::mapping(const std::string& path) {
  if (path.empty()) return 0;
  const auto [place, fresh] =
      mapping_ids_.try_emplace(path, mappings_.size() + 1);
  if (fresh) mappings_.push_back({text(path), false});
  return place->second;
}

ProfileBuilder::Id ProfileBuilder::function(const Frame& frame) {
  const std::pair<Id, Id> key{text(frame.function), text(frame.file)};
  const auto [place, fresh] =
      function_ids_.try_emplace(key, functions_.size() + 1);
  if (fresh) functions_.push_back(key);
  return place->second;
}

void ProfileBuilder::add_sample(const std::vector<Frame>& stack, Count objects,
                                Bytes bytes,
                                const std::vector<ProfileLabel>& labels,
                                Bytes size) {
  SampleKey key;
  Location location;
  for (std::size_t i = 0; i < stack.size(); ++i) {
    const Frame& frame = stack[i];
    location.first = mapping(frame.module);
    location.second.emplace_back(function(frame), frame.line);
    if (frame.inlined && location.first != 0)
      mappings_[location.first - 1].inlined = true;
    if (frame.inlined && i + 1 < stack.size()) continue;
    const auto [place, fresh] =
        location_ids_.try_emplace(location, locations_.size() + 1);
    if (fresh) locations_.push_back(location);
    key.first.push_back(place->second);
    location = {};
  }
  for (const ProfileLabel& label : labels)
    if (!label.text.empty() || label.bytes.value > 0)
      key.second.emplace_back(text(label.key), text(label.text),
                              label.bytes.value);
  if (size.value > 0) key.second.emplace_back(kBytes, kNone, size.value);
  Values& values = samples_[key];
  values.objects += objects.value;
  values.bytes += bytes.value;
}

void ProfileBuilder::set_time(std::int64_t started, Duration took) {
  started_ = started;
  took_ = took.count();
}

void ProfileBuilder::add_comment(const std::string& comment) {
  comments_.push_back(text(comment));
}

std::string ProfileBuilder::finish() const {
  std::string bytes;
  pbf_writer profile(bytes);
  add_value_type(profile, kObjects, kCount);
  add_value_type(profile, kSpace, kBytes);
  for (const auto& [key, values] : samples_) {
    const auto& [stack, labels] = key;
    pbf_writer sample(profile, 2);
    sample.add_packed_uint64(1, stack.begin(), stack.end());
    const std::int64_t both[] = {values.objects, values.bytes};
    sample.add_packed_int64(2, std::begin(both), std::end(both));
    for (const auto& [name, value, number] : labels) {
      pbf_writer label(sample, 3);
      label.add_int64(1, static_cast<std::int64_t>(name));
      if (value != kNone) {
        label.add_int64(2, static_cast<std::int64_t>(value));
        continue;
      }
      label.add_int64(3, number);
      label.add_int64(4, kBytes);
    }
  }
  for (std::size_t i = 0; i < mappings_.size(); ++i) {
    pbf_writer mapping(profile, 3);
    mapping.add_uint64(1, i + 1);
    mapping.add_int64(5, static_cast<std::int64_t>(mappings_[i].filename));
    for (std::uint32_t has : {7, 8, 9}) mapping.add_bool(has, true);
    mapping.add_bool(10, mappings_[i].inlined);
  }
  for (std::size_t i = 0; i < locations_.size(); ++i) {
    pbf_writer location(profile, 4);
    location.add_uint64(1, i + 1);
    location.add_uint64(2, locations_[i].first);
    for (const auto& [id, number] : locations_[i].second) {
      pbf_writer line(location, 4);
      line.add_uint64(1, id);
      line.add_int64(2, number);
    }
  }
  for (std::size_t i = 0; i < functions_.size(); ++i) {
    pbf_writer function(profile, 5);
    function.add_uint64(1, i + 1);
    function.add_int64(2, static_cast<std::int64_t>(functions_[i].first));
    function.add_int64(3, static_cast<std::int64_t>(functions_[i].first));
    function.add_int64(4, static_cast<std::int64_t>(functions_[i].second));
  }
  for (const std::string& value : strings_) profile.add_string(6, value);
  if (started_ != 0) profile.add_int64(9, started_);
  profile.add_int64(10, took_);
  profile.add_packed_int64(13, comments_.begin(), comments_.end());
  profile.add_int64(14, kSpace);
  return gzipped(bytes);
}

}  // namespace tidemark
