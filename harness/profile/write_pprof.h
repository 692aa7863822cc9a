// A profile as `go tool pprof` and its kin read it: gzip'ed protobuf,
// github.com/google/pprof/proto/profile.proto.
//
//   Profile   1 sample_type  2 sample   3 mapping  4 location  5 function
//             6 string_table 7 drop_frames  8 keep_frames  9 time_nanos
//             10 duration_nanos  11 period_type  12 period  13 comment
//             14 default_sample_type
//   ValueType 1 type  2 unit                     (numbers of strings)
//   Sample    1 location_id…  2 value…  3 label  (packed; leaf first)
//   Label     1 key  2 str  3 num  4 num_unit
//   Mapping   1 id  2 memory_start  3 memory_limit  4 file_offset  5 filename
//             6 build_id  7-10 has_functions, _filenames, _line_numbers,
//             _inline_frames
//   Location  1 id  2 mapping_id  3 address  4 line  5 is_folded
//   Line      1 function_id  2 line              (inlined functions first)
//   Function  1 id  2 name  3 system_name  4 filename  5 start_line
//
// So the string "leak" as number 5 of the table is 32 04 6c 65 61 6b.
#pragma once

#include <string>

#include "harness/profile/profile.h"

namespace tidemark {

// The whole file. Same profile in, same bytes out.
std::string write_pprof(const Profile& profile);

}  // namespace tidemark
