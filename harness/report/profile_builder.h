// A profile as `go tool pprof` reads it: gzip'ed protobuf, github.com/google/
// pprof/proto/profile.proto. Private to this folder.
//
//   Profile   1 sample_type  2 sample   3 mapping  4 location  5 function
//             6 string_table 9 time_nanos  10 duration_nanos  13 comment
//             14 default_sample_type
//   ValueType 1 type  2 unit                     (numbers of strings)
//   Sample    1 location_id…  2 value…  3 label  (packed; leaf first)
//   Label     1 key  2 str  3 num  4 num_unit
//   Mapping   1 id  5 filename  7-10 has_functions, _filenames, _line_numbers,
//             _inline_frames
//   Location  1 id  2 mapping_id  4 line         (inlined functions first)
//   Line      1 function_id  2 line
//   Function  1 id  2 name  3 system_name  4 filename
//
// So the string "leak" as number 5 of the table is 32 04 6c 65 61 6b.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "tidemark/heap_snapshot.h"
#include "tidemark/units.h"

namespace tidemark {

// Neither text nor bytes: none.
struct ProfileLabel {
  std::string key;
  std::string text;
  Bytes bytes = {};
};

class ProfileBuilder {
 public:
  ProfileBuilder();

  // `stack` leaf first; a run of inlined frames and the function they are in
  // become one location. `size` 0: blocks of several sizes.
  void add_sample(const std::vector<Frame>& stack, Count objects, Bytes bytes,
                  const std::vector<ProfileLabel>& labels, Bytes size = {});

  // Nanoseconds since 1970, and the length of the run.
  void set_time(std::int64_t started, Duration took);
  void add_comment(const std::string& text);

  // The whole file. Samples of one stack and one set of labels are one.
  std::string finish() const;

 private:
  using Id = std::uint64_t;
  using Line = std::pair<Id, std::int64_t>;           // function, line
  using Location = std::pair<Id, std::vector<Line>>;  // mapping
  // Key, and text or bytes.
  using Labels = std::vector<std::tuple<Id, Id, std::int64_t>>;
  using SampleKey = std::pair<std::vector<Id>, Labels>;
  struct Values {
    std::int64_t objects = 0;
    std::int64_t bytes = 0;
  };
  struct Mapping {
    Id filename = 0;
    bool inlined = false;
  };

  Id text(const std::string& value);
  Id mapping(const std::string& path);
  Id function(const Frame& frame);

  std::vector<std::string> strings_;
  std::map<std::string, Id> string_ids_;
  std::vector<Mapping> mappings_;
  std::map<std::string, Id> mapping_ids_;
  std::vector<std::pair<Id, Id>> functions_;  // name, file
  std::map<std::pair<Id, Id>, Id> function_ids_;
  std::vector<Location> locations_;
  std::map<Location, Id> location_ids_;
  std::map<SampleKey, Values> samples_;
  std::vector<Id> comments_;
  std::int64_t started_ = 0;
  std::int64_t took_ = 0;
};

}  // namespace tidemark
