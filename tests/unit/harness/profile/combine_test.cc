#include "harness/profile/combine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/profile/profile_maker.h"

namespace tidemark {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using Values = std::vector<std::int64_t>;

// A row each, of a function of its own.
Profile rows(const std::vector<ValueType>& types,
             const std::vector<Values>& all) {
  ProfileMaker maker(types);
  for (std::size_t i = 0; i < all.size(); ++i) {
    NamedFrame frame;
    frame.function.name = "f" + std::to_string(i);
    maker.add({frame}, all[i], {});
  }
  return maker.finish();
}

const std::vector<ValueType> kDelays = {{"contentions", "count"},
                                        {"delay", "nanoseconds"}};

// pprof's cppbench.contention and cppbench.small.contention as it scales them.
Profile big() {
  return rows(kDelays, {{2700, 608881724},
                        {100, 23992},
                        {200, 179943},
                        {100, 17778444},
                        {100, 75976},
                        {300, 63568134}});
}
Profile small() { return rows(kDelays, {{1000, 3124}}); }

std::vector<Values> values_of(const Result<Profile>& profile) {
  std::vector<Values> all;
  EXPECT_TRUE(profile) << profile.error().message;
  if (!profile) return all;
  for (const ProfileSample& sample : profile->samples)
    all.push_back(sample.values);
  return all;
}

// What pprof's TestFetchWithBase wants.
TEST(Combine, ADifferenceFromItselfIsNothing) {
  for (const bool normalise : {false, true})
    EXPECT_THAT(
        values_of(difference(big(), big(), Against::kSubtracted, normalise)),
        IsEmpty());
}

TEST(Combine, TwoOfItselfAreItselfTooMuchUnlessNormalised) {
  const Result<Profile> twice = merged({big(), big()});
  ASSERT_TRUE(twice);
  EXPECT_THAT(values_of(difference(big(), *twice, Against::kSubtracted, false)),
              ElementsAre(Values{-2700, -608881724}, Values{-100, -23992},
                          Values{-200, -179943}, Values{-100, -17778444},
                          Values{-100, -75976}, Values{-300, -63568134}));
  EXPECT_THAT(values_of(difference(big(), *twice, Against::kSubtracted, true)),
              IsEmpty());
}

TEST(Combine, ASmallerOneIsTakenOff) {
  EXPECT_THAT(
      values_of(difference(big(), small(), Against::kSubtracted, false)),
      ElementsAre(Values{1700, 608878600}, Values{100, 23992},
                  Values{200, 179943}, Values{100, 17778444},
                  Values{100, 75976}, Values{300, 63568134}));
}

TEST(Combine, AndNormalised) {
  EXPECT_THAT(values_of(difference(big(), small(), Against::kSubtracted, true)),
              ElementsAre(Values{-229, -369}, Values{29, 0}, Values{57, 1},
                          Values{29, 80}, Values{29, 0}, Values{86, 288}));
}

TEST(Combine, ComparedWithItselfBothAreThereAndTheBaseIsMarked) {
  const Result<Profile> both =
      difference(big(), big(), Against::kCompared, false);
  ASSERT_TRUE(both);
  ASSERT_EQ(both->samples.size(), 12u);
  int negative = 0;
  for (const ProfileSample& sample : both->samples) {
    const bool marked = !sample.labels.empty() &&
                        sample.labels[0].key == kBaseLabel &&
                        sample.labels[0].text == "true";
    EXPECT_EQ(marked, sample.values[0] < 0);
    negative += marked ? 1 : 0;
  }
  EXPECT_EQ(negative, 6);
  EXPECT_EQ(total_of(*both, 0), 3500);
}

TEST(Combine, NormalisedEachColumnForItself) {
  const std::vector<ValueType> types = {{"samples", "count"},
                                        {"cpu", "milliseconds"}};
  Profile source =
      rows(types, {{1000, 1000}, {100, 100}, {10, 10}, {10000, 10000}, {1, 1}});
  Profile base =
      rows(types, {{70, 1000}, {60, 100}, {50, 10}, {40, 10000}, {1, 1}});
  Result<Profile> less = difference(source, base, Against::kSubtracted, true);
  // + base again: what the source has become.
  ASSERT_TRUE(less);
  const Result<Profile> scaled = merged({*less, base});
  std::vector<Values> sorted = values_of(scaled);
  std::sort(sorted.begin(), sorted.end());
  EXPECT_THAT(sorted, ElementsAre(Values{0, 1}, Values{0, 10}, Values{2, 100},
                                  Values{20, 1000}, Values{199, 10000}));
}

TEST(Combine, PercentagesAreOfTheBaseIfThereIsOne) {
  Profile profile = rows({{"a", "count"}}, {{1}, {-10}, {100}});
  EXPECT_EQ(total_of(profile, 0), 111);
  profile = rows({{"a", "count"}},
                 {{10000}, {-10}, {1000}, {-9000}, {-1}, {100}, {100}});
  ProfileLabel base;
  base.key = kBaseLabel;
  base.text = "true";
  for (const std::size_t i : {1, 3, 4, 6})
    profile.samples[i].labels.push_back(base);
  EXPECT_EQ(total_of(profile, 0), 9111);
}

TEST(Combine, OnlySampleTypesThatAllHaveAreKept) {
  const Profile a = rows({{"x", "count"}, {"inuse_space", "bytes"}}, {{1, 2}});
  const Profile b = rows({{"inuse_space", "byte"}, {"y", "count"}}, {{3, 4}});
  const Result<Profile> sum = merged({a, b});
  EXPECT_THAT(values_of(sum), ElementsAre(Values{5}));
  EXPECT_EQ(sum->types, (std::vector<ValueType>{{"inuse_space", "bytes"}}));
}

TEST(Combine, WithoutACommonTypeItIsAnError) {
  const Profile cpu =
      rows({{"samples", "count"}, {"cpu", "nanoseconds"}}, {{1, 2}});
  const Result<Profile> none =
      difference(cpu, big(), Against::kSubtracted, false);
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().kind, ErrorKind::kUsage);
  EXPECT_EQ(none.error().message, "the profiles have no sample type in common");
  EXPECT_EQ(none.error().hint,
            "one has samples (count), cpu (nanoseconds); another has "
            "contentions (count), delay (nanoseconds)");
}

// One address of a library that two processes have mapped elsewhere.
Profile mapped_at(std::uint64_t start, std::uint64_t size,
                  const std::string& build_id, const std::string& file) {
  Profile profile;
  profile.types = {{"space", "bytes"}};
  profile.mappings = {{start, start + size, 0, file, build_id}};
  ProfileLocation location;
  location.mapping = 0;
  location.address = start + 0x123;
  profile.locations = {location};
  profile.samples = {{{0}, {7}, {}}};
  return profile;
}

TEST(Combine, PlacesAreTheSameWhereverTheirFileIsMapped) {
  const Profile one = mapped_at(0x1000, 0x5000, "abc", "/lib/a.so");
  EXPECT_THAT(
      values_of(merged({one, mapped_at(0x9000, 0x4ff0, "abc", "/lib/b.so")})),
      ElementsAre(Values{14}));
  EXPECT_THAT(
      values_of(merged({one, mapped_at(0x9000, 0x5000, "abd", "/lib/a.so")})),
      ElementsAre(Values{7}, Values{7}));
  EXPECT_THAT(
      values_of(merged({one, mapped_at(0x9000, 0x6000, "abc", "/lib/a.so")})),
      ElementsAre(Values{7}, Values{7}));
}

TEST(Combine, LabelsKeepSamplesApart) {
  Profile one = rows({{"a", "count"}}, {{1}});
  Profile other = one;
  ProfileLabel label;
  label.key = "unit";
  label.text = "connection";
  other.samples[0].labels.push_back(label);
  EXPECT_THAT(values_of(merged({one, other, one})),
              ElementsAre(Values{2}, Values{1}));
}

}  // namespace
}  // namespace tidemark
