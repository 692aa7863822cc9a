// Who holds memory, in words. Private to this folder.
#pragma once

#include <string>

#include "harness/report/way_tree.h"
#include "tidemark/run_record.h"

namespace tidemark {

// The ways to the blocks in question as a tree, a holder a line, at most
// `most_lines` of them:
//
//   Held by kept (greedy.cc), a global: all 2,250 blocks, 23.5 MiB;
//       retains 23.5 MiB
//     +0  750 × std::list node, 40 B, up to 750 in a row  open (greedy.cc:37)
//       +24  750 × 16.0 KiB  open (greedy.cc:39)
//
// Each line begins with `indent` spaces; `finding` is the number under which
// `tidemark tree` shows the rest. Empty if the answer is.
std::string retention_text(const RunRecord& record, const Retention& retention,
                           std::size_t finding, std::size_t most_lines,
                           std::size_t indent, std::size_t width);

// What a root alone keeps, and where others hold a part of it as well, how
// much is its when that is divided: "retains 4,096 B, leak share 38.1 KiB".
// Empty if nobody is sure that it holds anything.
std::string retained_text(const Branch& root);

// Blocks that somebody holds in ways that are not in the record: it has those
// that hold most.
struct Unkept {
  Count objects;
  Bytes bytes;
};
Unkept unkept(const Retention& retention);

// "12 more blocks, 1,520 B, in ways that were not kept".
std::string unkept_text(const Unkept& rest, const std::string& noun);

// What is held: "block", of a managed heap "object".
std::string noun_of(const RunRecord& record, const Retention& retention);

// By what the one before it holds it: "+24"; where the runtime tells names,
// ".members" or "[]", and nothing if it has none. `site`: the holder's own, may
// be null.
std::string reference_text(const Holder& holder, const SiteRecord* site);

// Where it was allocated; empty where that is no more than its type.
std::string holder_place(const Holder& holder, const SiteRecord& site);

// "std::list node, 40 B, up to 750 in a row".
std::string holder_text(const Holder& holder);

// "what  place" behind the margin `first`; where that is too long, the place
// and what else has no room on lines of their own, behind `rest` and four
// columns.
std::string broken_line(const std::string& what, const std::string& place,
                        const std::string& first, const std::string& rest,
                        std::size_t width);

// What it is and who allocated it, for stacks of holders: "std::list node by
// open", "block by an unknown caller". `site` may be null.
std::string holder_name(const Holder& holder, const SiteRecord* site);

// "g_rooms (chat.cc), a global"; of a managed heap "static Room.members".
// `first`: the site of the path's first holder, may be null.
std::string root_text(const RetainingPath& path, const SiteRecord* first);
std::string root_text(const RunRecord& record, const RetainingPath& path);

}  // namespace tidemark
