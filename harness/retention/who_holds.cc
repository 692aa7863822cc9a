#include "harness/retention/who_holds.h"

#include <algorithm>
#include <string>
#include <utility>

#include "harness/retention/shapes.h"
#include "harness/retention/shares.h"

namespace tidemark {
namespace {

// Of each finding those that hold most: `held` is in that order.
std::vector<HeldAlike> most_telling(const std::vector<HeldAlike>& held,
                                    const Question& question) {
  std::vector<std::size_t> told(question.findings);
  std::vector<HeldAlike> kept;
  for (const HeldAlike& one : held)
    if (told[one.finding]++ < question.most_paths) kept.push_back(one);
  return kept;
}

bool in_doubt(RootKind kind) {
  return kind == RootKind::kStack || kind == RootKind::kRegister ||
         kind == RootKind::kAllocator;
}

// Somebody always has the main loop's objects on his stack, and they lead
// everywhere: what a variable retains is not less for that.
std::vector<bool> doubted_roots(const Graph& graph,
                                std::span<const RootRange> ranges) {
  std::vector<bool> doubted(graph.roots.size());
  for (std::size_t i = 0; i < doubted.size(); ++i)
    doubted[i] = in_doubt(ranges[graph.roots[i].range].kind);
  return doubted;
}

// Of each of the roots with these numbers. A frame shares with variables; a
// variable shares with other variables only.
std::vector<Share> shares_of(const std::vector<std::uint32_t>& roots,
                             const Graph& graph, const FrozenHeap& heap,
                             RootNames& names) {
  const std::vector<bool> doubted = doubted_roots(graph, heap.roots());
  std::vector<std::uint32_t> sure;
  for (const std::uint32_t root : roots)
    if (!in_doubt(names.root(root).kind)) sure.push_back(root);
  std::vector<Share> all(roots.size());
  if (sure.size() < roots.size())
    all = shares(graph, heap.blocks(), names.groups(roots), doubted);
  if (sure.empty()) return all;
  const std::vector<Share> of_sure =
      shares(graph, heap.blocks(), names.groups(sure), doubted);
  auto next = of_sure.begin();
  for (std::size_t i = 0; i < roots.size(); ++i)
    if (!in_doubt(names.root(roots[i]).kind)) all[i] = *next++;
  return all;
}

std::vector<Holder> holders_of(const HeldAlike& held, const PathTree& tree,
                               std::span<const LiveBlock> blocks,
                               Shapes& shapes) {
  std::vector<Holder> holders;
  for (PathTree::Number number : tree.way_to(held.node)) {
    const PathTree::Node& node = tree.at(number);
    const LiveBlock& block = blocks[node.sample.number];
    Holder holder;
    holder.site = block.site;
    holder.bytes.value = static_cast<std::int64_t>(block.bytes);
    holder.offset = node.step.offset;
    holder.interior = node.step.interior;
    holder.repeated = node.longest;
    const std::string before = holders.empty() ? "" : holders.back().type;
    holder.type =
        shapes.type_of({node.sample.number, node.sample.pointer, before});
    holders.push_back(std::move(holder));
  }
  return holders;
}

}  // namespace

std::vector<Retention> tell(const FrozenHeap& heap, const BlockIndex& index,
                            const Graph& graph, MergedPaths merged,
                            RootNames& names, const Question& question) {
  const std::vector<HeldAlike> held = most_telling(merged.held, question);
  std::vector<std::uint32_t> roots;
  for (const HeldAlike& one : held)
    if (std::find(roots.begin(), roots.end(), one.root) == roots.end())
      roots.push_back(one.root);
  const std::vector<Share> of_root = shares_of(roots, graph, heap, names);

  Shapes shapes(heap, index);
  for (const HeldAlike& one : held) {
    const NamedRoot& root = names.root(one.root);
    const Share& share = of_root[static_cast<std::size_t>(
        std::find(roots.begin(), roots.end(), one.root) - roots.begin())];
    RetainingPath path;
    path.root = root.kind;
    path.root_name = root.name;
    path.holders = holders_of(one, merged.tree, heap.blocks(), shapes);
    path.objects = one.objects;
    path.bytes = one.bytes;
    path.retained = share.retained;
    path.share = share.shared;
    merged.retention[one.finding].paths.push_back(std::move(path));
  }
  return std::move(merged.retention);
}

Result<std::vector<Retention>> who_holds(const FrozenHeap& heap,
                                         const Question& question) {
  auto answers = who_holds(heap, std::span(&question, 1));
  if (!answers) return fail(std::move(answers).error());
  return std::move(answers->front());
}

Result<std::vector<std::vector<Retention>>> who_holds(
    const FrozenHeap& heap, std::span<const Question> questions) {
  const BlockIndex index(heap.blocks());
  Result<Graph> graph = read_graph(heap, index);
  if (!graph) return fail(std::move(graph).error());
  RootNames names(heap, graph->roots);
  Search found = search(*graph, heap);
  std::vector<std::vector<Retention>> answers;
  for (std::size_t i = 0; i < questions.size(); ++i) {
    // It is used up: the last question need not have a copy.
    const bool last = i + 1 == questions.size();
    MergedPaths merged =
        merge_paths(heap, index, *graph, last ? std::move(found) : found, names,
                    questions[i]);
    answers.push_back(
        tell(heap, index, *graph, std::move(merged), names, questions[i]));
  }
  return answers;
}

}  // namespace tidemark
