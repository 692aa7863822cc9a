#include "harness/report/record_profile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/profile/flat_cum.h"
#include "harness/profile/frames.h"
#include "tests/support/full_records.h"

namespace tidemark {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Not;

std::vector<std::string> types_of(const Profile& profile) {
  std::vector<std::string> all;
  for (const ValueType& type : profile.types) all.push_back(type.type);
  return all;
}

std::int64_t total(const Profile& profile, const std::string& type) {
  return total_of(profile, value_index(profile, type).value());
}

std::string label(const ProfileSample& sample, const std::string& key) {
  for (const ProfileLabel& label : sample.labels)
    if (label.key == key)
      return label.is_number ? std::to_string(label.number) : label.text;
  return "";
}

TEST(RecordProfile, HasTheColumnsThatTheRecordKnows) {
  RunRecord record = samples::leak();
  EXPECT_THAT(types_of(allocation_profile(record)),
              ElementsAre("inuse_objects", "inuse_space", "retained_space",
                          "residue_objects", "residue_space"));
  record.allocated.clear();
  record.post_mortem.clear();
  record.held.reset();
  for (Finding& finding : record.judgement->findings) finding.retention.reset();
  EXPECT_THAT(types_of(allocation_profile(record)),
              ElementsAre("residue_objects", "residue_space"));
}

TEST(RecordProfile, WhatWasEverAllocatedIsApartFromWhatIsLive) {
  RunRecord record = samples::leak();
  const SiteId site = record.sites.front().id;
  record.allocated = {{site, {2}, {32}}};
  record.ever_allocated = {{site, {5000}, {80'000}}};
  const Profile profile = allocation_profile(record);
  EXPECT_EQ(types_of(profile).front(), "alloc_objects");
  EXPECT_EQ(total(profile, "alloc_objects"), 5000);
  EXPECT_EQ(total(profile, "alloc_space"), 80'000);
  EXPECT_EQ(total(profile, "inuse_objects"), 2);
  EXPECT_EQ(total(profile, "inuse_space"), 32);
}

TEST(RecordProfile, TheResidueIsWhatTheFindingsSay) {
  RunRecord record = samples::leak();
  Finding& finding = record.judgement->findings.front();
  const SiteId site = finding.sites.front();
  finding.members = {{96, 2, {9600}, {200}, {{site, {9600}, {200}}}}};
  record.judgement->findings.resize(1);
  const Profile profile = allocation_profile(record);
  EXPECT_EQ(profile.default_type, "residue_space");
  EXPECT_EQ(total(profile, "residue_space"), 9600);
  EXPECT_EQ(total(profile, "residue_objects"), 200);
  const std::size_t residue = value_index(profile, "residue_space").value();
  for (const ProfileSample& sample : profile.samples) {
    if (sample.values[residue] == 0) continue;
    EXPECT_EQ(label(sample, "unit"), finding.unit);
    EXPECT_EQ(label(sample, "class"), "leak");
    EXPECT_EQ(label(sample, "finding"), finding.fingerprint);
  }
}

TEST(RecordProfile, NamesAreThoseOfReportsAndTheWholeOnesAreKept) {
  const Profile profile = allocation_profile(samples::leak());
  ProfileFunction join;
  join.name = "chat::Room::join";
  join.system_name = "chat::Room::join(std::shared_ptr<chat::Session> const&)";
  join.file = "src/room.cc";
  EXPECT_THAT(profile.functions, Contains(join));
  // Equal ones would be shortened once more by pprof.
  for (const ProfileFunction& function : profile.functions)
    EXPECT_NE(function.name, function.system_name);
  EXPECT_EQ(profile.mappings.front().file, "/opt/chat/chat-server");
}

std::vector<std::string> leaves(const RunRecord& record) {
  const Profile profile = without_dropped_frames(allocation_profile(record));
  std::vector<std::string> names;
  for (const ProfileSample& sample : profile.samples) {
    const ProfileLocation& leaf = profile.locations[sample.stack.front()];
    names.push_back(profile.functions[leaf.lines.front().function].name);
  }
  return names;
}

TEST(RecordProfile, TheLeafIsTheServicesOwn) {
  RunRecord record = samples::leak();
  EXPECT_THAT(leaves(record), Contains("chat::Room::join"));
  EXPECT_THAT(leaves(record), Not(Contains("operator new")));
  // Also called from elsewhere by somebody's own: it is not glue then.
  SiteRecord other = samples::chat_site();
  other.id = 99;
  other.frames = {samples::frame("f", "", 0), other.frames[0], other.frames[1]};
  record.sites.push_back(other);
  EXPECT_THAT(leaves(record), Contains("operator new"));
}

TEST(RecordProfile, ARootCountsOnceHoweverManyFindingsItHolds) {
  RunRecord record = samples::leak();
  const Retention held = samples::chat_retention();
  record.held = held;
  record.judgement->findings[0].retention = held;
  record.judgement->findings.resize(1);
  const std::int64_t once = total(allocation_profile(record), "retained_space");
  EXPECT_GT(once, 0);
  record.judgement->findings.push_back(record.judgement->findings[0]);
  EXPECT_EQ(total(allocation_profile(record), "retained_space"), once);
  EXPECT_EQ(total(holder_profile(record), "retained_space"), once);
}

TEST(RecordProfile, HoldersAreTheCallersOfWhatTheyHold) {
  const Profile profile = holder_profile(samples::leak());
  EXPECT_EQ(profile.default_type, "held_space");
  const FlatCum sums =
      flat_cum(profile, {value_index(profile, "held_space").value()});
  ASSERT_FALSE(sums.places.empty());
  EXPECT_EQ(sums.places[0].place.name,
            "std::map or set node by chat::Room::join");
}

TEST(RecordProfile, AnEmptyRecordIsAnEmptyProfile) {
  const Profile profile = allocation_profile(RunRecord());
  EXPECT_TRUE(profile.samples.empty());
  EXPECT_EQ(value_index(profile, "").value_or(9), 1u);
  EXPECT_TRUE(holder_profile(RunRecord()).samples.empty());
}

}  // namespace
}  // namespace tidemark
