// Ways that begin alike, as one tree. Private to this folder.
#pragma once

#include <vector>

#include "tidemark/run_record.h"

namespace tidemark {

// A root, or a holder behind it.
struct Branch {
  const RetainingPath* root = nullptr;  // of a root: its name and kind
  const Holder* holder = nullptr;       // of all others
  Count own;                            // blocks in question: here
  Bytes own_bytes;
  Count objects;  // and with all below
  Bytes bytes;
  // Of a root: what it alone keeps, other blocks included, and its LeakShare.
  Bytes retained;
  double share = 0;
  std::vector<Branch> below;  // most bytes first
};

// The roots, most bytes first. Both must outlive the tree. Holders from one
// line of source are one, whatever way led there; and nodes of one container,
// wherever the pointers to them are.
std::vector<Branch> way_tree(const RunRecord& record,
                             const Retention& retention);

}  // namespace tidemark
