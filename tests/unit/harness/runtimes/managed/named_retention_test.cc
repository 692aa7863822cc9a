#include "harness/runtimes/managed/named_retention.h"

#include <gtest/gtest.h>

namespace tidemark {
namespace {

TEST(NamedRetention, GivesEachClassASite) {
  NamedRetention named;
  named.objects = {12};
  named.bytes = {480};
  named.unreachable = {2};
  named.unreachable_bytes = {80};
  named.doubtful = {1};
  NamedPath path;
  path.root = RootKind::kThreadLocal;
  path.root_name = "thread main";
  path.holders = {{"Node", "first", Bytes{24}, 10},
                  {"Session", "item", Bytes{40}, 1}};
  path.objects = {10};
  path.bytes = {400};
  path.retained = {4000};
  path.share = 10 / 12.0;
  named.paths = {path};

  ManagedSites sites;
  Frame session;
  session.function = "Session";
  const SiteId known = sites.number(MemoryKind::kClass, {}, {session});
  const Retention found = with_sites(named, sites);

  Retention right;
  right.objects = {12};
  right.bytes = {480};
  right.unreachable = {2};
  right.unreachable_bytes = {80};
  right.doubtful = {1};
  RetainingPath way;
  way.root = RootKind::kThreadLocal;
  way.root_name = "thread main";
  way.objects = {10};
  way.bytes = {400};
  way.retained = {4000};
  way.share = 4000;
  way.holders = {{known + 1, {24}, 0, false, "Node", "first", 10},
                 {known, {40}, 0, false, "Session", "item", 1}};
  right.paths = {way};
  EXPECT_EQ(found, right);
  EXPECT_EQ(sites.describe(known + 1).frames.at(0).function, "Node");
}

TEST(NamedRetention, OfNothingIsNothing) {
  ManagedSites sites;
  EXPECT_EQ(with_sites({}, sites), Retention{});
}

}  // namespace
}  // namespace tidemark
