#include "harness/profile/read_pprof.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "harness/profile/gzip.h"
#include "harness/profile/read_profile.h"
#include "harness/profile/write_pprof.h"

namespace tidemark {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

// With something in every field that there is.
Profile full() {
  Profile profile;
  profile.types = {{"inuse_objects", "count"}, {"inuse_space", "bytes"}};
  profile.default_type = "inuse_space";
  profile.drop_frames = "malloc|free";
  profile.keep_frames = "free";
  profile.time_nanos = 1767323045'000'000'000;
  profile.duration_nanos = 5;
  profile.period_type = {"space", "bytes"};
  profile.period = 524288;
  profile.comments = {"one", "two"};
  profile.mappings = {{0x400000, 0x500000, 0x1000, "/opt/server", "abc"},
                      {0, 0, 0, "", ""}};
  profile.functions = {{"main", "main", "main.cc", 3},
                       {"f", "_Z1fv", "f.cc", 0}};
  profile.locations = {{0, 0x401234, {{1, 12}, {0, 4}}, true},
                       {std::nullopt, 0x99, {}, false}};
  ProfileLabel word;
  word.key = "unit";
  word.text = "connection";
  ProfileLabel number;
  number.key = "bytes";
  number.number = -80;
  number.unit = "bytes";
  number.is_number = true;
  profile.samples = {{{0, 1}, {3, -240}, {word, number}}, {{}, {1, 2}, {}}};
  return profile;
}

std::string unpacked(const Profile& profile) {
  return gunzipped(write_pprof(profile), 1 << 20).value_or("");
}

TEST(ReadPprof, WhatWasWrittenComesBack) {
  const Result<Profile> back = read_pprof(unpacked(full()));
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(*back, full());
  EXPECT_EQ(unpacked(*back), unpacked(full()));
}

TEST(ReadPprof, PackedOrNotItIsRecognised) {
  const Result<Profile> packed = read_profile(write_pprof(full()));
  ASSERT_TRUE(packed) << packed.error().message;
  EXPECT_EQ(*packed, full());
  const Result<Profile> plain = read_profile(unpacked(full()));
  ASSERT_TRUE(plain) << plain.error().message;
  EXPECT_EQ(*plain, full());
  EXPECT_TRUE(
      read_profile(gzipped("heap profile: 0: 0 [0: 0] @ heapprofile\n")));
}

std::string complaint(const Profile& profile) {
  const Result<Profile> back = read_pprof(unpacked(profile));
  EXPECT_FALSE(back);
  return back ? "" : back.error().message;
}

TEST(ReadPprof, WhatLeadsNowhereIsToldAndNotFollowed) {
  Profile profile = full();
  profile.samples[0].values.pop_back();
  EXPECT_EQ(complaint(profile), "a sample has 1 values for 2 types");
  profile = full();
  profile.samples[0].stack = {7};
  EXPECT_EQ(complaint(profile),
            "a sample has the location 8, which is not there");
  profile = full();
  profile.locations[0].lines[0].function = 9;
  EXPECT_EQ(complaint(profile), "location 1 has a line of no function");
  profile = full();
  const std::string twice = unpacked(profile) + unpacked(profile);
  const Result<Profile> both = read_pprof(twice);
  ASSERT_FALSE(both);
  EXPECT_THAT(both.error().message, HasSubstr("two profiles"));
}

// Field, wire type 0, value.
TEST(ReadPprof, NumbersOfStringsAreChecked) {
  const Result<Profile> none = read_pprof("\x38\x05");  // drop_frames: 5
  ASSERT_FALSE(none);
  EXPECT_THAT(none.error().message, HasSubstr("table of strings"));
  const Result<Profile> far = read_pprof(std::string("\x32\x00\x38\x05", 4));
  ASSERT_FALSE(far);
  EXPECT_EQ(far.error().message, "it has no string 5");
  // string_table as a number
  const Result<Profile> wrong = read_pprof("\x30\x05");
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().message,
            "it is no protobuf of pprof: field 6 is of another type");
}

TEST(ReadPprof, EveryCutIsAnErrorOrAProfile) {
  const std::string whole = unpacked(full());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const Result<Profile> cut = read_pprof(whole.substr(0, size));
    if (!cut) {
      EXPECT_EQ(cut.error().kind, ErrorKind::kUsage);
    }
  }
}

TEST(ReadProfile, SaysWhatWasWantedAndWhatIsThere) {
  const Result<Profile> text = read_profile("hello, world\n");
  ASSERT_FALSE(text);
  EXPECT_THAT(
      text.error().message,
      StartsWith("it is no profile: wanted pprof's protobuf, plain or "
                 "gzip'ed, or a text that begins with `heap profile:` "
                 "or `heap_v2/`; it begins with \"hello, world\\x0a\""));
  EXPECT_EQ(read_profile("").error().message, "it is empty");
  const Result<Profile> cut =
      read_profile(std::string_view("\x1f\x8b\x08\x00", 4));
  ASSERT_FALSE(cut);
  EXPECT_EQ(cut.error().message, "cannot unpack it: it is cut off");
}

TEST(Gzip, ABombIsNotUnpacked) {
  const std::string bomb = gzipped(std::string(1 << 20, 'x'));
  ASSERT_LT(bomb.size(), 10000u);
  EXPECT_EQ(gunzipped(bomb, 1 << 20)->size(), std::size_t{1} << 20);
  const Result<std::string> limited = gunzipped(bomb, (1 << 20) - 1);
  ASSERT_FALSE(limited);
  EXPECT_EQ(limited.error().message, "it unpacks to more than 1048575 bytes");
}

TEST(Gzip, SeveralMembersAreOneText) {
  EXPECT_EQ(gunzipped(gzipped("one ") + gzipped("two"), 100).value_or(""),
            "one two");
  EXPECT_EQ(gunzipped(gzipped(""), 100).value_or("-"), "");
  EXPECT_FALSE(gunzipped(gzipped("one") + "garbage", 100));
}

TEST(Gzip, EveryDamageIsAnErrorOrAText) {
  std::mt19937 random(7);
  const std::string good = write_pprof(full());
  for (int i = 0; i < 2000; ++i) {
    std::string bad = good;
    bad[random() % bad.size()] ^= static_cast<char>(1 << (random() % 8));
    const Result<Profile> read = read_profile(bad);
    if (read) {
      EXPECT_EQ(read->types.size(), 2u);
    }
  }
}

}  // namespace
}  // namespace tidemark
