// A profile in the sense of pprof, as a value: how much of what, by the stacks
// that it is put down to. Ours, those of others and differences of two are
// alike here. Pure, as all of this folder: bytes and values in, values out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tidemark/result.h"

namespace tidemark {

// What a column of numbers counts: "inuse_space" in "bytes". The numbers
// themselves have no type: the file names the unit, and it may be any.
struct ValueType {
  std::string type;
  std::string unit;

  bool operator==(const ValueType&) const = default;
};

// A file, or a part of it, in the memory of the process.
struct ProfileMapping {
  std::uint64_t start = 0;  // [start, limit); both 0: not known
  std::uint64_t limit = 0;
  std::uint64_t offset = 0;  // of `start` in the file
  std::string file;          // may be empty: nobody knows which
  std::string build_id;

  bool operator==(const ProfileMapping&) const = default;
};

struct ProfileFunction {
  std::string name;         // for people
  std::string system_name;  // as the linker has it, or the whole C++ name
  std::string file;
  std::int64_t start_line = 0;

  bool operator==(const ProfileFunction&) const = default;
};

struct ProfileLine {
  std::size_t function = 0;  // index into Profile::functions
  std::int64_t line = 0;     // 0: not known

  bool operator==(const ProfileLine&) const = default;
};

// A place in the code. `lines`: functions inlined here first, the function
// that they are in last; empty while nobody has looked up the address.
struct ProfileLocation {
  std::optional<std::size_t> mapping;  // index into Profile::mappings
  std::uint64_t address = 0;           // within the call; 0: not known
  std::vector<ProfileLine> lines;
  bool folded = false;  // other functions have the same code

  bool operator==(const ProfileLocation&) const = default;
};

// A word or a number that tells samples of one stack apart.
struct ProfileLabel {
  std::string key;
  std::string text;         // of a word
  std::int64_t number = 0;  // of a number, in `unit`, which may be empty
  std::string unit;
  bool is_number = false;

  auto operator<=>(const ProfileLabel&) const = default;
};

struct ProfileSample {
  std::vector<std::size_t> stack;    // indexes into Profile::locations, leaf
                                     // first; may be empty
  std::vector<std::int64_t> values;  // as many as Profile::types
  std::vector<ProfileLabel> labels;  // sorted by key, words before numbers

  bool operator==(const ProfileSample&) const = default;
};

// Every index in it is good: who makes one sees to that.
struct Profile {
  std::vector<ValueType> types;
  std::vector<ProfileSample> samples;
  std::vector<ProfileMapping> mappings;  // the main program first
  std::vector<ProfileLocation> locations;
  std::vector<ProfileFunction> functions;
  std::string default_type;  // empty: the last of `types`
  // Regular expressions for functions that nobody wants to see as leaves.
  std::string drop_frames;
  std::string keep_frames;
  std::int64_t time_nanos = 0;  // since 1970; 0: not known
  std::int64_t duration_nanos = 0;
  ValueType period_type;
  std::int64_t period = 0;
  std::vector<std::string> comments;

  bool operator==(const Profile&) const = default;
};

// The samples that a difference subtracts are told by this label, "true".
inline constexpr std::string_view kBaseLabel = "pprof::base";

// Which of `types` is meant by a name, or a number from 0; empty: the default.
// "inuse_space" may be "space", too. kUsage, with those that there are.
Result<std::size_t> value_index(const Profile& profile,
                                const std::string& wanted);

// All of one column, negative values as positive ones. If there are samples of
// a base and they are not nothing, of those alone: what percentages are of.
std::int64_t total_of(const Profile& profile, std::size_t value);

// Sums of numbers from a file: they wrap where others would be undefined.
inline std::int64_t wrapping_sum(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) +
                                   static_cast<std::uint64_t>(b));
}

// −value and |value|; of the most negative number both are itself.
inline std::int64_t negated(std::int64_t value) {
  return static_cast<std::int64_t>(0 - static_cast<std::uint64_t>(value));
}
inline std::int64_t magnitude(std::int64_t value) {
  return value < 0 ? negated(value) : value;
}

}  // namespace tidemark
