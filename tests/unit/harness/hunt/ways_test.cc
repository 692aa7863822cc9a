#include "harness/hunt/ways.h"

#include <gtest/gtest.h>

namespace tidemark {
namespace {

using B = CloseBehavior;

EngineWords words() {
  EngineWords words;
  words.behaviors = {B::kReset, B::kGraceful, B::kHalfOpen};
  words.provocations = {"bad_utf8", "rsv1"};
  words.tls_provocations = {"tls_garbage"};
  return words;
}

std::vector<std::string> names(const Result<Ways>& ways) {
  return ways ? names_of(*ways) : std::vector<std::string>{};
}

using Names = std::vector<std::string>;

TEST(HuntWays, AreTheWholeCatalogueWithGracefulFirst) {
  EXPECT_EQ(names_of(all_ways(words(), false, false)),
            (Names{"graceful", "reset", "half_open", "bad_utf8", "rsv1"}));
}

TEST(HuntWays, OfTlsComeWithTlsOnly) {
  EXPECT_EQ(names_of(all_ways(words(), true, false)).back(), "tls_garbage");
}

TEST(HuntWays, NobodyVanishesFromAUnixSocket) {
  EXPECT_EQ(names_of(all_ways(words(), false, true)),
            (Names{"graceful", "reset", "bad_utf8", "rsv1"}));
}

TEST(HuntWays, AreChosenByNameOrByKindAndGracefulStays) {
  const Ways all = all_ways(words(), false, false);
  EXPECT_EQ(names(chosen_ways(all, {"rsv1"}, {})), (Names{"graceful", "rsv1"}));
  EXPECT_EQ(names(chosen_ways(all, {"behaviors"}, {"half_open"})),
            (Names{"graceful", "reset"}));
  EXPECT_EQ(names(chosen_ways(all, {}, {"provocations", "graceful"})),
            (Names{"graceful", "reset", "half_open"}));
}

TEST(HuntWays, ThatAreNoneAreRefusedWithASuggestion) {
  const Result<Ways> ways =
      chosen_ways(all_ways(words(), false, false), {"rst"}, {"bad_utf"});
  ASSERT_FALSE(ways);
  EXPECT_EQ(ways.error().kind, ErrorKind::kUsage);
  EXPECT_EQ(ways.error().message, "no connection goes the way `rst` here");
}

}  // namespace
}  // namespace tidemark
