#include "harness/cli/profile_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/harness/runtimes/go/page_server.h"

namespace tidemark {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(ProfileSource, WhatAServiceAnswersIsNoMistakeOfWhoAsks) {
  const go::PageServer server(
      [](const std::string&) { return go::ok("no profile"); });
  const Result<ProfileSource> source = source_of_url(server.url() + "heap");
  ASSERT_FALSE(source);
  EXPECT_EQ(source.error().kind, ErrorKind::kEnvironment);
  EXPECT_THAT(source.error().hint, HasSubstr("/debug/pprof/heap"));
}

TEST(ProfileSource, AnAddressIsNoKeyOfAScenario) {
  const Result<ProfileSource> source =
      source_of_url("http://me:hush@127.0.0.1:1/debug/pprof/heap");
  ASSERT_FALSE(source);
  EXPECT_EQ(source.error().kind, ErrorKind::kUsage);
  EXPECT_THAT(source.error().message, HasSubstr("found a user name in it"));
  EXPECT_THAT(source.error().message + source.error().hint,
              Not(HasSubstr("target.pprof")));
}

}  // namespace
}  // namespace tidemark
