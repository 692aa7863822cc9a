// Ways that begin alike, as one tree. Private to this folder.
#pragma once

#include <vector>

#include "tidemark/retention.h"

namespace tidemark {

// A root, or a holder behind it.
struct Branch {
  const RetainingPath* root = nullptr;  // of a root: its name and kind
  const Holder* holder = nullptr;       // of all others
  Count own;                            // blocks in question: here
  Bytes own_bytes;
  Count objects;  // and with all below
  Bytes bytes;
  std::vector<Branch> below;  // most bytes first
};

// The roots, most bytes first. `retention` must outlive the tree. Holders
// that are nodes of one container are one, wherever the pointers to them are.
std::vector<Branch> way_tree(const Retention& retention);

}  // namespace tidemark
