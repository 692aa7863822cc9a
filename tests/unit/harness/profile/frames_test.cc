#include "harness/profile/frames.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/profile/profile_maker.h"

namespace tidemark {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

NamedFrame frame(const std::string& name, bool inlined = false) {
  NamedFrame made;
  made.function.name = name;
  made.function.file = name + ".cc";
  made.module = "/opt/server";
  made.inlined = inlined;
  return made;
}

Profile stack(const std::vector<NamedFrame>& frames) {
  ProfileMaker maker(std::vector<ValueType>{{"space", "bytes"}});
  maker.add(frames, {1}, {});
  return maker.finish();
}

std::vector<std::string> names_of(const Profile& profile) {
  std::vector<std::string> names;
  for (const ProfileSample& sample : profile.samples)
    for (const std::size_t at : sample.stack)
      for (const ProfileLine& line : profile.locations[at].lines)
        names.push_back(profile.functions[line.function].name);
  return names;
}

std::vector<std::string> dropped(std::vector<NamedFrame> frames,
                                 const std::string& drop,
                                 const std::string& keep = "") {
  Profile profile = stack(frames);
  profile.drop_frames = drop;
  profile.keep_frames = keep;
  return names_of(without_dropped_frames(profile));
}

TEST(Frames, TheAllocatorsOwnAreNoLeaves) {
  EXPECT_THAT(dropped({frame("do_malloc"), frame("malloc(unsigned long)"),
                       frame("f"), frame("main")},
                      "malloc|free"),
              ElementsAre("f", "main"));
}

TEST(Frames, AWholeNameIsMeant) {
  EXPECT_THAT(dropped({frame("malloc_usable"), frame("main")}, "malloc"),
              ElementsAre("malloc_usable", "main"));
}

TEST(Frames, WhatIsKeptIsNotDropped) {
  EXPECT_THAT(dropped({frame("runtime.panic"), frame("main")}, "runtime\\..*",
                      "runtime\\.panic"),
              ElementsAre("runtime.panic", "main"));
}

TEST(Frames, AStackOfNothingElseStays) {
  EXPECT_THAT(dropped({frame("malloc"), frame("malloc")}, "malloc"),
              ElementsAre("malloc", "malloc"));
  // From the root on: what calls nothing of interest before is left.
  EXPECT_THAT(dropped({frame("f"), frame("malloc")}, "malloc"),
              ElementsAre("f", "malloc"));
}

TEST(Frames, OfInlinedOnesTheCallerStays) {
  EXPECT_THAT(
      dropped({frame("malloc", true), frame("f"), frame("main")}, "malloc"),
      ElementsAre("f", "main"));
}

TEST(Frames, AnExpressionThatIsNoneOrTakesForEverDropsNothing) {
  EXPECT_THAT(dropped({frame("malloc"), frame("main")}, "mal(loc"),
              ElementsAre("malloc", "main"));
  const std::string many(60, 'a');
  EXPECT_THAT(dropped({frame(many + "!"), frame("main")}, "((a+)+)+b"),
              ElementsAre(many + "!", "main"));
}

TEST(Frames, ParametersAreNoPartOfAName) {
  EXPECT_EQ(without_parameters("(anonymous namespace)::f(int)::g()"),
            "(anonymous namespace)::f");
  EXPECT_EQ(without_parameters("A::operator()(int) const"), "A::operator()");
  EXPECT_EQ(without_parameters(".f"), "f");
}

TEST(Frames, FocusAndIgnoreLookAtFunctionsFilesAndModules) {
  ProfileMaker maker(std::vector<ValueType>{{"space", "bytes"}});
  maker.add({frame("f"), frame("main")}, {1}, {});
  maker.add({frame("g"), frame("main")}, {1}, {});
  const Profile profile = maker.finish();
  EXPECT_THAT(names_of(*focused(profile, "^f$", "")), ElementsAre("f", "main"));
  EXPECT_THAT(names_of(*focused(profile, "", "f\\.cc")),
              ElementsAre("g", "main"));
  EXPECT_THAT(names_of(*focused(profile, "/opt", "main")), IsEmpty());
  EXPECT_EQ(*focused(profile, "", ""), profile);
  EXPECT_FALSE(focused(profile, "f(", ""));
  EXPECT_EQ(focused(profile, "f(", "").error().kind, ErrorKind::kUsage);
}

}  // namespace
}  // namespace tidemark
