#include "harness/target/memory_cgroup.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tidemark {
namespace {

using testing::ElementsAre;

constexpr const char* kBoth =
    "31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755\n"
    "34 31 0:31 / /sys/fs/cgroup/cpuset rw,relatime - cgroup cgroup rw,cpuset\n"
    "35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory\n"
    "41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw\n";
constexpr const char* kOwn = "5:cpuset:/\n4:memory:/job/one\n0::/\n";

TEST(CgroupPlaces, TheNearestFirstAndVersionOneBeforeTwo) {
  EXPECT_THAT(
      cgroup_places(kBoth, kOwn),
      ElementsAre(
          CgroupPlace{CgroupVersion::kV1, "/sys/fs/cgroup/memory/job/one"},
          CgroupPlace{CgroupVersion::kV1, "/sys/fs/cgroup/memory/job"},
          CgroupPlace{CgroupVersion::kV1, "/sys/fs/cgroup/memory"},
          CgroupPlace{CgroupVersion::kV2, "/sys/fs/cgroup/unified"}));
}

TEST(CgroupPlaces, VersionTwoAlone) {
  EXPECT_THAT(
      cgroup_places("25 20 0:22 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 "
                    "cgroup2 rw,nsdelegate\n",
                    "0::/user.slice/me.scope\n"),
      ElementsAre(
          CgroupPlace{CgroupVersion::kV2, "/sys/fs/cgroup/user.slice/me.scope"},
          CgroupPlace{CgroupVersion::kV2, "/sys/fs/cgroup/user.slice"},
          CgroupPlace{CgroupVersion::kV2, "/sys/fs/cgroup"}));
}

TEST(CgroupPlaces, OfAContainerOnlyItsPartIsMounted) {
  EXPECT_THAT(
      cgroup_places("35 31 0:32 /docker/abc /sys/fs/cgroup/memory rw - cgroup "
                    "cgroup rw,memory\n",
                    "4:memory:/docker/abc\n"),
      ElementsAre(CgroupPlace{CgroupVersion::kV1, "/sys/fs/cgroup/memory"}));
}

TEST(CgroupPlaces, DamagedTextsHaveNone) {
  EXPECT_TRUE(cgroup_places("", "").empty());
  EXPECT_TRUE(cgroup_places(kBoth, "").empty());
  EXPECT_TRUE(cgroup_places("", kOwn).empty());
  EXPECT_TRUE(cgroup_places("a - b\n - \n35", "::\n:\n4").empty());
}

TEST(WorkingSet, FilesThatMayBeDroppedAreNotInUse) {
  constexpr Bytes kUsage{10'000};
  EXPECT_EQ(working_set(kUsage, "anon 7000\ninactive_file 2000\n"),
            Bytes{8'000});
  EXPECT_EQ(working_set(kUsage, "inactive_file 1\ntotal_inactive_file 2500\n"),
            Bytes{7'500});
  EXPECT_EQ(working_set(kUsage, ""), kUsage);
  EXPECT_EQ(working_set(kUsage, "inactive_file 99999\n"), Bytes{});
}

TEST(MemoryCgroup, PlacesThatDoNotWorkAreTold) {
  const auto none = make_memory_cgroup(
      Bytes{1 << 20}, {{CgroupVersion::kV2, "/proc/no/such/place"}});
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().kind, ErrorKind::kEnvironment);
  EXPECT_THAT(none.error().message, testing::HasSubstr("/proc/no/such/place"));
  EXPECT_THAT(none.error().hint, testing::HasSubstr("Delegate"));
}

}  // namespace
}  // namespace tidemark
