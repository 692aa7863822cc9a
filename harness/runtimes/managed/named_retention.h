// Who holds what, in names, as managed runtimes tell it.
#pragma once

#include <string>
#include <vector>

#include "harness/runtimes/managed/sites.h"
#include "tidemark/retention.h"
#include "tidemark/units.h"

namespace tidemark {

struct NamedHolder {
  std::string type;    // its class: "chat.Session", "Object[]"
  std::string member;  // by which name what is before it holds it; may be empty
  Bytes bytes;         // its own
  std::uint32_t repeated = 1;  // a run of alike holders

  bool operator==(const NamedHolder&) const = default;
};

// As RetainingPath in tidemark/retention.h, but for the last two.
struct NamedPath {
  RootKind root = RootKind::kGlobal;
  std::string root_name;
  std::vector<NamedHolder> holders;
  Count objects;
  Bytes bytes;
  Bytes retained;    // by the path's objects, not by the root
  double share = 0;  // the path's part of the question's bytes, 0 to 1

  bool operator==(const NamedPath&) const = default;
};

// As Retention there.
struct NamedRetention {
  Count objects;
  Bytes bytes;
  std::vector<NamedPath> paths;
  Count unreachable;
  Bytes unreachable_bytes;
  Count doubtful;

  bool operator==(const NamedRetention&) const = default;
};

// The same with sites of classes in place of names. A RetainingPath's share is
// in bytes: what the path retains, since no other has a part of it.
Retention with_sites(const NamedRetention& named, ManagedSites& sites);

}  // namespace tidemark
