#include "harness/profile/read_pprof.h"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <protozero/pbf_reader.hpp>
#include <unordered_map>
#include <utility>

namespace tidemark {
namespace {

using protozero::pbf_reader;
using protozero::pbf_wire_type;

using Numbers = std::vector<std::uint64_t>;
using StringId = std::uint64_t;

struct RawType {
  StringId type = 0, unit = 0;
};
struct RawLabel {
  StringId key = 0, text = 0, unit = 0;
  std::int64_t number = 0;
};
struct RawSample {
  Numbers locations;
  std::vector<std::int64_t> values;
  std::vector<RawLabel> labels;
};
struct RawMapping {
  std::uint64_t id = 0, start = 0, limit = 0, offset = 0;
  StringId file = 0, build_id = 0;
};
struct RawLine {
  std::uint64_t function = 0;
  std::int64_t line = 0;
};
struct RawLocation {
  std::uint64_t id = 0, mapping = 0, address = 0;
  std::vector<RawLine> lines;
  bool folded = false;
};
struct RawFunction {
  std::uint64_t id = 0;
  StringId name = 0, system_name = 0, file = 0;
  std::int64_t start_line = 0;
};

// The fields of one message, in whatever order. A known field of another wire
// type than it should have makes the whole bad.
class Fields {
 public:
  Fields(protozero::data_view bytes, std::string& complaint)
      : reader_(bytes), complaint_(complaint) {}

  bool next() {
    if (!complaint_.empty()) return false;
    if (taken_ || !begun_) {
      begun_ = true;
      taken_ = false;
      return reader_.next();
    }
    reader_.skip();  // nobody wanted it
    return reader_.next();
  }

  std::uint32_t tag() const {
    return static_cast<std::uint32_t>(reader_.tag());
  }

  std::uint64_t number() {
    if (!expect(pbf_wire_type::varint)) return 0;
    return reader_.get_uint64();
  }

  std::int64_t signed_number() { return static_cast<std::int64_t>(number()); }

  protozero::data_view bytes() {
    if (!expect(pbf_wire_type::length_delimited)) return {"", 0};
    return reader_.get_view();
  }

  // Repeated numbers, packed or one by one.
  template <class T>
  void numbers(std::vector<T>& into) {
    if (reader_.wire_type() == pbf_wire_type::varint) {
      into.push_back(static_cast<T>(number()));
      return;
    }
    if (!expect(pbf_wire_type::length_delimited)) return;
    for (const std::uint64_t value : reader_.get_packed_uint64())
      into.push_back(static_cast<T>(value));
  }

  std::string& complaint() { return complaint_; }

 private:
  bool expect(pbf_wire_type type) {
    if (reader_.wire_type() == type) {
      taken_ = true;
      return true;
    }
    complaint_ = fmt::format("field {} is of another type", tag());
    return false;
  }

  pbf_reader reader_;
  std::string& complaint_;
  bool begun_ = false;
  bool taken_ = false;
};

RawType read_type(Fields fields) {
  RawType type;
  while (fields.next()) {
    if (fields.tag() == 1) type.type = fields.number();
    if (fields.tag() == 2) type.unit = fields.number();
  }
  return type;
}

RawLabel read_label(Fields fields) {
  RawLabel label;
  while (fields.next()) {
    switch (fields.tag()) {
      case 1:
        label.key = fields.number();
        break;
      case 2:
        label.text = fields.number();
        break;
      case 3:
        label.number = fields.signed_number();
        break;
      case 4:
        label.unit = fields.number();
        break;
      default:
        break;
    }
  }
  return label;
}

RawSample read_sample(Fields fields) {
  RawSample sample;
  while (fields.next()) {
    switch (fields.tag()) {
      case 1:
        fields.numbers(sample.locations);
        break;
      case 2:
        fields.numbers(sample.values);
        break;
      case 3:
        sample.labels.push_back(
            read_label({fields.bytes(), fields.complaint()}));
        break;
      default:
        break;
    }
  }
  return sample;
}

RawMapping read_mapping(Fields fields) {
  RawMapping mapping;
  while (fields.next()) {
    switch (fields.tag()) {
      case 1:
        mapping.id = fields.number();
        break;
      case 2:
        mapping.start = fields.number();
        break;
      case 3:
        mapping.limit = fields.number();
        break;
      case 4:
        mapping.offset = fields.number();
        break;
      case 5:
        mapping.file = fields.number();
        break;
      case 6:
        mapping.build_id = fields.number();
        break;
      default:
        break;
    }
  }
  return mapping;
}

RawLine read_line(Fields fields) {
  RawLine line;
  while (fields.next()) {
    if (fields.tag() == 1) line.function = fields.number();
    if (fields.tag() == 2) line.line = fields.signed_number();
  }
  return line;
}

RawLocation read_location(Fields fields) {
  RawLocation location;
  while (fields.next()) {
    switch (fields.tag()) {
      case 1:
        location.id = fields.number();
        break;
      case 2:
        location.mapping = fields.number();
        break;
      case 3:
        location.address = fields.number();
        break;
      case 4:
        location.lines.push_back(
            read_line({fields.bytes(), fields.complaint()}));
        break;
      case 5:
        location.folded = fields.number() != 0;
        break;
      default:
        break;
    }
  }
  return location;
}

RawFunction read_function(Fields fields) {
  RawFunction function;
  while (fields.next()) {
    switch (fields.tag()) {
      case 1:
        function.id = fields.number();
        break;
      case 2:
        function.name = fields.number();
        break;
      case 3:
        function.system_name = fields.number();
        break;
      case 4:
        function.file = fields.number();
        break;
      case 5:
        function.start_line = fields.signed_number();
        break;
      default:
        break;
    }
  }
  return function;
}

struct RawProfile {
  std::vector<RawType> types;
  std::vector<RawSample> samples;
  std::vector<RawMapping> mappings;
  std::vector<RawLocation> locations;
  std::vector<RawFunction> functions;
  std::vector<std::string> strings;
  StringId drop_frames = 0, keep_frames = 0, default_type = 0;
  RawType period_type;
  std::int64_t time_nanos = 0, duration_nanos = 0, period = 0;
  Numbers comments;
};

void read_field(Fields& fields, RawProfile& raw) {
  std::string& complaint = fields.complaint();
  const auto message = [&] { return Fields(fields.bytes(), complaint); };
  switch (fields.tag()) {
    case 1:
      raw.types.push_back(read_type(message()));
      break;
    case 2:
      raw.samples.push_back(read_sample(message()));
      break;
    case 3:
      raw.mappings.push_back(read_mapping(message()));
      break;
    case 4:
      raw.locations.push_back(read_location(message()));
      break;
    case 5:
      raw.functions.push_back(read_function(message()));
      break;
    case 6:
      raw.strings.emplace_back(std::string(fields.bytes()));
      break;
    case 7:
      raw.drop_frames = fields.number();
      break;
    case 8:
      raw.keep_frames = fields.number();
      break;
    case 9:
      if (raw.time_nanos != 0)
        complaint = "it is two profiles, one after the other";
      raw.time_nanos = fields.signed_number();
      break;
    case 10:
      raw.duration_nanos = fields.signed_number();
      break;
    case 11:
      raw.period_type = read_type(message());
      break;
    case 12:
      raw.period = fields.signed_number();
      break;
    case 13:
      fields.numbers(raw.comments);
      break;
    case 14:
      raw.default_type = fields.number();
      break;
    default:
      break;
  }
}

// Numbers become indexes and texts; the first that leads nowhere is told.
class Resolver {
 public:
  explicit Resolver(RawProfile raw) : raw_(std::move(raw)) {}

  Result<Profile> profile() {
    if (raw_.strings.empty() || !raw_.strings.front().empty())
      complain("its table of strings does not begin with the empty one");
    Profile made;
    for (const RawType& type : raw_.types) made.types.push_back(value(type));
    add_mappings(made);
    add_functions(made);
    add_locations(made);
    add_samples(made);
    made.drop_frames = text(raw_.drop_frames);
    made.keep_frames = text(raw_.keep_frames);
    made.default_type = text(raw_.default_type);
    made.period_type = value(raw_.period_type);
    made.period = raw_.period;
    made.time_nanos = raw_.time_nanos;
    made.duration_nanos = raw_.duration_nanos;
    for (const StringId comment : raw_.comments)
      made.comments.push_back(text(comment));
    if (!complaint_.empty()) return fail(ErrorKind::kUsage, complaint_, "");
    return made;
  }

 private:
  using Index = std::unordered_map<std::uint64_t, std::size_t>;

  void complain(std::string what) {
    if (complaint_.empty()) complaint_ = std::move(what);
  }

  std::string text(StringId id) {
    if (id < raw_.strings.size()) return raw_.strings[id];
    complain(fmt::format("it has no string {}", id));
    return {};
  }

  ValueType value(const RawType& type) {
    return {text(type.type), text(type.unit)};
  }

  void number(Index& index, std::uint64_t id, const char* what) {
    if (id == 0)
      complain(fmt::format("a {} has the number 0", what));
    else if (!index.emplace(id, index.size()).second)
      complain(fmt::format("two {}s have the number {}", what, id));
  }

  void add_mappings(Profile& made) {
    for (const RawMapping& raw : raw_.mappings) {
      number(mappings_, raw.id, "mapping");
      made.mappings.push_back({raw.start, raw.limit, raw.offset, text(raw.file),
                               text(raw.build_id)});
    }
  }

  void add_functions(Profile& made) {
    for (const RawFunction& raw : raw_.functions) {
      number(functions_, raw.id, "function");
      made.functions.push_back({text(raw.name), text(raw.system_name),
                                text(raw.file), raw.start_line});
    }
  }

  void add_locations(Profile& made) {
    for (const RawLocation& raw : raw_.locations) {
      number(locations_, raw.id, "location");
      ProfileLocation location;
      // A mapping that there is none of is none, for pprof as well.
      if (const auto at = mappings_.find(raw.mapping); at != mappings_.end())
        location.mapping = at->second;
      location.address = raw.address;
      location.folded = raw.folded;
      for (const RawLine& line : raw.lines) {
        const auto at = functions_.find(line.function);
        if (at == functions_.end())
          complain(
              fmt::format("location {} has a line of no function", raw.id));
        else
          location.lines.push_back({at->second, line.line});
      }
      made.locations.push_back(std::move(location));
    }
  }

  void add_samples(Profile& made) {
    for (const RawSample& raw : raw_.samples) {
      if (raw.values.size() != made.types.size())
        complain(fmt::format("a sample has {} values for {} types",
                             raw.values.size(), made.types.size()));
      ProfileSample sample;
      sample.values = raw.values;
      for (const std::uint64_t id : raw.locations) {
        const auto at = locations_.find(id);
        if (at == locations_.end())
          complain(
              fmt::format("a sample has the location {}, which is not "
                          "there",
                          id));
        else
          sample.stack.push_back(at->second);
      }
      for (const RawLabel& label : raw.labels) add_label(label, sample);
      std::stable_sort(sample.labels.begin(), sample.labels.end(),
                       [](const ProfileLabel& a, const ProfileLabel& b) {
                         return std::tie(a.is_number, a.key) <
                                std::tie(b.is_number, b.key);
                       });
      made.samples.push_back(std::move(sample));
    }
  }

  // A number that is 0 and has no unit is a label that was not set.
  void add_label(const RawLabel& raw, ProfileSample& sample) {
    ProfileLabel label;
    label.key = text(raw.key);
    if (raw.text != 0) {
      label.text = text(raw.text);
    } else if (raw.number != 0 || raw.unit != 0) {
      label.is_number = true;
      label.number = raw.number;
      label.unit = text(raw.unit);
    } else {
      return;
    }
    sample.labels.push_back(std::move(label));
  }

  RawProfile raw_;
  std::string complaint_;
  Index mappings_, functions_, locations_;
};

}  // namespace

Result<Profile> read_pprof(std::string_view protobuf) {
  RawProfile raw;
  std::string complaint;
  try {
    Fields fields({protobuf.data(), protobuf.size()}, complaint);
    while (fields.next()) read_field(fields, raw);
  } catch (const protozero::exception& error) {
    complaint = error.what();
  }
  if (!complaint.empty())
    return fail(ErrorKind::kUsage,
                fmt::format("it is no protobuf of pprof: {}", complaint), "");
  return Resolver(std::move(raw)).profile();
}

}  // namespace tidemark
