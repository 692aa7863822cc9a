#include "harness/profile/write_pprof.h"

#include <map>
#include <protozero/pbf_writer.hpp>
#include <utility>

#include "harness/profile/gzip.h"

namespace tidemark {
namespace {

using protozero::pbf_writer;

class PprofWriter {
 public:
  explicit PprofWriter(const Profile& profile)
      : profile_(profile), out_(bytes_) {
    text("");
  }

  std::string protobuf() {
    for (const ValueType& type : profile_.types) add_type(1, type);
    for (const ProfileSample& sample : profile_.samples) add_sample(sample);
    add_mappings();
    for (std::size_t i = 0; i < profile_.locations.size(); ++i)
      add_location(i + 1, profile_.locations[i]);
    for (std::size_t i = 0; i < profile_.functions.size(); ++i)
      add_function(i + 1, profile_.functions[i]);
    add_head();
    for (const std::string& value : strings_) out_.add_string(6, value);
    return std::move(bytes_);
  }

 private:
  std::int64_t text(const std::string& value) {
    const auto [place, fresh] =
        ids_.try_emplace(value, static_cast<std::int64_t>(strings_.size()));
    if (fresh) strings_.push_back(value);
    return place->second;
  }

  void add_type(std::uint32_t field, const ValueType& type) {
    pbf_writer value(out_, field);
    value.add_int64(1, text(type.type));
    value.add_int64(2, text(type.unit));
  }

  void add_sample(const ProfileSample& from) {
    pbf_writer sample(out_, 2);
    std::vector<std::uint64_t> stack;
    for (const std::size_t location : from.stack) stack.push_back(location + 1);
    sample.add_packed_uint64(1, stack.begin(), stack.end());
    sample.add_packed_int64(2, from.values.begin(), from.values.end());
    for (const ProfileLabel& with : from.labels) {
      pbf_writer label(sample, 3);
      label.add_int64(1, text(with.key));
      if (!with.is_number) {
        label.add_int64(2, text(with.text));
        continue;
      }
      label.add_int64(3, with.number);
      if (!with.unit.empty()) label.add_int64(4, text(with.unit));
    }
  }

  // Readers look up the names of mappings that have none: only of those.
  void add_mappings() {
    std::vector<bool> named(profile_.mappings.size());
    std::vector<bool> inlined(profile_.mappings.size());
    for (const ProfileLocation& location : profile_.locations) {
      if (!location.mapping || location.lines.empty()) continue;
      named[*location.mapping] = true;
      if (location.lines.size() > 1) inlined[*location.mapping] = true;
    }
    for (std::size_t i = 0; i < profile_.mappings.size(); ++i) {
      const ProfileMapping& from = profile_.mappings[i];
      pbf_writer mapping(out_, 3);
      mapping.add_uint64(1, i + 1);
      mapping.add_uint64(2, from.start);
      mapping.add_uint64(3, from.limit);
      mapping.add_uint64(4, from.offset);
      mapping.add_int64(5, text(from.file));
      mapping.add_int64(6, text(from.build_id));
      for (std::uint32_t has : {7, 8, 9}) mapping.add_bool(has, named[i]);
      mapping.add_bool(10, inlined[i]);
    }
  }

  void add_location(std::uint64_t id, const ProfileLocation& from) {
    pbf_writer location(out_, 4);
    location.add_uint64(1, id);
    location.add_uint64(2, from.mapping ? *from.mapping + 1 : 0);
    location.add_uint64(3, from.address);
    for (const ProfileLine& at : from.lines) {
      pbf_writer line(location, 4);
      line.add_uint64(1, at.function + 1);
      line.add_int64(2, at.line);
    }
    if (from.folded) location.add_bool(5, true);
  }

  void add_function(std::uint64_t id, const ProfileFunction& from) {
    pbf_writer function(out_, 5);
    function.add_uint64(1, id);
    function.add_int64(2, text(from.name));
    function.add_int64(3, text(from.system_name));
    function.add_int64(4, text(from.file));
    if (from.start_line != 0) function.add_int64(5, from.start_line);
  }

  void add_head() {
    if (!profile_.drop_frames.empty())
      out_.add_int64(7, text(profile_.drop_frames));
    if (!profile_.keep_frames.empty())
      out_.add_int64(8, text(profile_.keep_frames));
    if (profile_.time_nanos != 0) out_.add_int64(9, profile_.time_nanos);
    out_.add_int64(10, profile_.duration_nanos);
    if (profile_.period_type != ValueType{}) add_type(11, profile_.period_type);
    if (profile_.period != 0) out_.add_int64(12, profile_.period);
    std::vector<std::int64_t> comments;
    for (const std::string& comment : profile_.comments)
      comments.push_back(text(comment));
    out_.add_packed_int64(13, comments.begin(), comments.end());
    if (!profile_.default_type.empty())
      out_.add_int64(14, text(profile_.default_type));
  }

  const Profile& profile_;
  std::string bytes_;
  pbf_writer out_;
  std::vector<std::string> strings_;
  std::map<std::string, std::int64_t> ids_;
};

}  // namespace

std::string write_pprof(const Profile& profile) {
  return gzipped(PprofWriter(profile).protobuf());
}

}  // namespace tidemark
