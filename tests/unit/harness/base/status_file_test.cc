#include "harness/base/status_file.h"

#include <gtest/gtest.h>

namespace tidemark {
namespace {

TEST(StatusFile, ANumberByItsKey) {
  const char* text = "Name:\tSigBlk: 7\nTgid:\t12\nSigBlk:\t00000000000000ff\n";
  EXPECT_EQ(status_number(text, "Tgid"), 12u);
  EXPECT_EQ(status_number(text, "SigBlk", 16), 255u);
  EXPECT_EQ(status_number(text, "Seccomp"), 0u);
}

TEST(StatusFile, AContainersFiltersAreNotAProcesssOwn) {
  const std::string none = "Seccomp:\t0\nSeccomp_filters:\t0\n";
  const std::string one = "Seccomp:\t2\nSeccomp_filters:\t1\n";
  const std::string two = "Seccomp:\t2\nSeccomp_filters:\t2\n";
  const std::string strict = "Seccomp:\t1\n";
  EXPECT_FALSE(has_filters_of_its_own(none, none));
  EXPECT_FALSE(has_filters_of_its_own(one, one));
  EXPECT_FALSE(has_filters_of_its_own(none, one));
  EXPECT_TRUE(has_filters_of_its_own(one, none));
  EXPECT_TRUE(has_filters_of_its_own(two, one));
  EXPECT_FALSE(has_filters_of_its_own(strict, none));
  EXPECT_FALSE(has_filters_of_its_own("Seccomp:\t2\n", "Seccomp:\t2\n"));
}

}  // namespace
}  // namespace tidemark
