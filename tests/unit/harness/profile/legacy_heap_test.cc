#include "harness/profile/legacy_heap.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/profile/flat_cum.h"

namespace tidemark {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

using Values = std::vector<std::int64_t>;

std::vector<Values> values_of(const Profile& profile) {
  std::vector<Values> all;
  for (const ProfileSample& sample : profile.samples)
    all.push_back(sample.values);
  return all;
}

std::vector<std::string> types_of(const Profile& profile) {
  std::vector<std::string> all;
  for (const ValueType& type : profile.types) all.push_back(type.type);
  return all;
}

Profile read(std::string_view text) {
  Result<Profile> profile = read_legacy_heap(text);
  EXPECT_TRUE(profile) << profile.error().message;
  return profile.value_or(Profile());
}

std::string complaint(std::string_view text) {
  const Result<Profile> profile = read_legacy_heap(text);
  EXPECT_FALSE(profile);
  return profile ? "" : profile.error().message;
}

TEST(LegacyHeap, GperftoolsAsItStandsFor) {
  const Profile profile = read(
      "heap profile:    144:  8498176 [   144:  8498176] @ "
      "heapz_v2/524288\n"
      "     1:     9216 [     1:     9216] @ 0x4a1b2c 0x4a1b99\n"
      "    47:  1925120 [    47:  1925120] @ 0x4a1b2c\n"
      "     0:        0 [     0:        0] @ 0x4a1b2c\n"
      "\n"
      "# a comment\n"
      "MAPPED_LIBRARIES:\n"
      "00400000-004a9000 r-xp 00000000 fe:00 248139     /opt/server\n"
      "004a9000-004b0000 rw-p 000a9000 fe:00 248139     /opt/server\n");
  EXPECT_THAT(types_of(profile), ElementsAre("objects", "space"));
  EXPECT_THAT(
      values_of(profile),
      ElementsAre(Values{57, 528909}, Values{625, 25616628}, Values{0, 0}));
  ASSERT_EQ(profile.samples[0].labels.size(), 1u);
  EXPECT_EQ(profile.samples[0].labels[0].key, "bytes");
  EXPECT_EQ(profile.samples[0].labels[0].number, 9216);
  EXPECT_EQ(profile.samples[1].labels[0].number, 40960);
  // The call, not where it returns to; one location for one address.
  ASSERT_EQ(profile.locations.size(), 2u);
  EXPECT_EQ(profile.locations[0].address, 0x4a1b2bu);
  EXPECT_EQ(profile.samples[1].stack, std::vector<std::size_t>{0});
  ASSERT_EQ(profile.mappings.size(), 1u);
  EXPECT_EQ(profile.mappings[0].file, "/opt/server");
  EXPECT_EQ(profile.locations[1].mapping, 0u);
  EXPECT_EQ(profile.period, 524288);
}

TEST(LegacyHeap, GoHasWhatWasAllocatedFirst) {
  const Profile profile = read(
      "heap profile: 3: 534816 [648: 8147560] @ heap/1048576\n"
      "1: 524288 [3: 1572864] @ 0x40e1 0x40e2\n"
      "1: 10240 [642: 6574080] @ 0x40e3\n"
      "0: 0 [1: 16] @ 0x40e4\n"
      "#\t0x40e3\tmain.main+0x10\t/src/main.go:12\n"
      "1: 288 [2: 296] @ 0x40e5\n");
  EXPECT_THAT(types_of(profile), ElementsAre("alloc_objects", "alloc_space",
                                             "inuse_objects", "inuse_space"));
  EXPECT_THAT(values_of(profile),
              ElementsAre(Values{4, 2488234, 1, 829411},
                          Values{33192, 339890635, 51, 529424},
                          Values{32768, 524296, 0, 0},
                          Values{7085, 1048724, 1820, 524432}));
  // Without mappings all is in one that has no name.
  ASSERT_EQ(profile.mappings.size(), 1u);
  EXPECT_EQ(profile.mappings[0].file, "");
}

TEST(LegacyHeap, AnExactOneStaysAsItIs) {
  EXPECT_THAT(values_of(read("heap profile: 1: 9216 [1: 9216] @ heapprofile\n"
                             "1: 9216 [1: 9216] @ 0x40\n")),
              ElementsAre(Values{1, 9216}));
  EXPECT_THAT(values_of(read("heap profile: 1: 9216 [1: 9216] @ growthz\n"
                             "1: 9216 [1: 9216] @ 0x40\n")),
              ElementsAre(Values{1, 9216}));
}

constexpr std::string_view kJemalloc =
    "heap_v2/524288\n"
    "  t*: 8: 123904 [0: 0]\n"
    "  t0: 7: 114688 [0: 0]\n"
    "  t1: 1: 9216 [0: 0]\n"
    "@ 0x7f01 0x7f02\n"
    "  t*: 7: 114688 [0: 0]\n"
    "  t0: 7: 114688 [0: 0]\n"
    "@ 0x7f03\n"
    "  t*: 1: 9216 [0: 0]\n"
    "  t1: 1: 9216 [0: 0]\n"
    "\n"
    "MAPPED_LIBRARIES:\n"
    "7000-8000 r-xp 00001000 fe:00 12 /opt/server\n";

TEST(LegacyHeap, OfJemallocTheSumsOverThreadsCount) {
  const Profile profile = read(kJemalloc);
  EXPECT_THAT(types_of(profile), ElementsAre("objects", "space"));
  EXPECT_THAT(values_of(profile),
              ElementsAre(Values{227, 3727658}, Values{57, 528909}));
  EXPECT_EQ(profile.samples[0].labels[0].number, 16384);
  const FlatCum sums = flat_cum(profile, {1});
  ASSERT_EQ(sums.places.size(), 3u);
  EXPECT_EQ(sums.places[0].place.name, "server+0x1f00");
}

TEST(LegacyHeap, AnotherLineIsToldWithItsNumber) {
  EXPECT_EQ(complaint("heap profile: 1: 9216 [1: 9216] @ heapz_v2/524288\n"
                      "one: two\n"),
            "line 2, \"one: two\": wanted `blocks: bytes [blocks: bytes] @ …`");
  EXPECT_THAT(complaint("heap profile: 1: 9216 [1: 9216] @ heapz_v2/524288\n"
                        "0: 16 [0: 0] @ 0x40\n"),
              HasSubstr("no blocks have 16 bytes"));
  EXPECT_THAT(complaint("heap profile: 1: 9216 [1: 9216] @ heapz_v2/524288\n"
                        "1: 16 [0: 0] @ 0x11112222333344445\n"),
              HasSubstr("is no address of 64 bits"));
  EXPECT_THAT(complaint("heap profile: 1: 9216 [1: 9216] @ heapz_v9/1\n"),
              HasSubstr("line 1, "));
  EXPECT_THAT(complaint("heap_v2/lots\n"), HasSubstr("between two samples"));
}

TEST(LegacyHeap, MappingsOfOneFileAreOneAndTheProgramIsFirst) {
  const Profile profile = read(
      "heap profile: 1: 9 [1: 9] @ heapprofile\n"
      "1: 9 [1: 9] @ 0x401801 0x7f0000001801 0x7f0000002801 0x99\n"
      "--- Memory map: ---\n"
      "7f0000001000-7f0000002000 r-xp 00001000 fe:00 1 /lib/libc.so.6\n"
      "7f0000002000-7f0000003000 r-xp 00002000 fe:00 1 /lib/libc.so.6\n"
      "401000-402000 r-xp 00001000 fe:00 2 /opt/server\n"
      "7000-8000: /lib/other.so (@1000) abc123\n"
      "no mapping at all\n");
  ASSERT_EQ(profile.mappings.size(), 4u);
  // A program that is not position-independent begins where it is linked to.
  EXPECT_EQ(profile.mappings[0],
            (ProfileMapping{0x400000, 0x402000, 0, "/opt/server", ""}));
  EXPECT_EQ(profile.mappings[1],
            (ProfileMapping{0x7f0000001000, 0x7f0000003000, 0x1000,
                            "/lib/libc.so.6", ""}));
  EXPECT_EQ(profile.mappings[2], (ProfileMapping{0x7000, 0x8000, 0x1000,
                                                 "/lib/other.so", "abc123"}));
  EXPECT_EQ(profile.mappings[3].file, "");
  std::vector<std::optional<std::size_t>> of;
  for (const ProfileLocation& location : profile.locations)
    of.push_back(location.mapping);
  EXPECT_THAT(of, ElementsAre(0u, 1u, 1u, 3u));
}

TEST(LegacyHeap, IsKnownByItsFirstLine) {
  EXPECT_TRUE(looks_like_legacy_heap(kJemalloc));
  EXPECT_TRUE(looks_like_legacy_heap("heap profile: 1: 2 [3: 4] @ heap/2\n"));
  EXPECT_FALSE(looks_like_legacy_heap("{\"heap profile\": 1}"));
  EXPECT_FALSE(looks_like_legacy_heap(""));
}

}  // namespace
}  // namespace tidemark
