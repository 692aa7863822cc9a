#include "harness/runtimes/v8/snapshot_answer.h"

#include <algorithm>
#include <utility>

#include "harness/runtimes/v8/snapshot_graph.h"

namespace tidemark {
namespace {

tl::unexpected<Error> interrupted() {
  return fail(ErrorKind::kInterrupted, "interrupted");
}

bool go_on(const SnapshotOptions& options, const char* phase) {
  return !options.progress || options.progress(phase);
}

// By type, whether a question has it.
std::vector<bool> types_of(const ObjectGraph& graph,
                           const SnapshotQuestion& question) {
  std::vector<bool> wanted(graph.type_names.size(), question.types.empty());
  for (std::size_t type = 0; type < wanted.size(); ++type)
    if (std::find(question.types.begin(), question.types.end(),
                  graph.type_names[type]) != question.types.end())
      wanted[type] = true;
  return wanted;
}

std::vector<NamedRetention> ways(const SnapshotGraph& snapshot,
                                 const Dominators& dominators,
                                 std::span<const SnapshotQuestion> questions,
                                 std::size_t most_paths) {
  std::vector<std::vector<bool>> types;
  for (const SnapshotQuestion& question : questions)
    types.push_back(types_of(snapshot.graph, question));
  std::vector<Wanted> wanted;
  for (std::size_t i = 0; i < questions.size(); ++i)
    wanted.push_back([&snapshot, &of = types[i],
                      after = questions[i].born_after](ObjectIndex object) {
      if (!of[snapshot.graph.type[object]]) return false;
      return after == 0 || (id_tells_birth(snapshot.id[object]) &&
                            snapshot.id[object] > after);
    });
  return folded_ways(snapshot.graph, dominators, wanted, most_paths);
}

// Of the classes that a program has made itself, those that keep most.
SnapshotQuestion question_of_top(const ObjectGraph& graph,
                                 const Dominators& dominators,
                                 const SnapshotOptions& options) {
  SnapshotQuestion question;
  for (const TopHolder& row :
       top_holders(graph, dominators, graph.type_names.size())) {
    if (question.types.size() == options.ways_of_top) break;
    if (!is_plain_class(row.type)) question.types.push_back(row.type);
  }
  // None is not all.
  if (question.types.empty()) question.types.emplace_back();
  return question;
}

}  // namespace

Result<SnapshotAnswer> answer_of(V8Snapshot snapshot,
                                 std::span<const SnapshotQuestion> questions,
                                 const SnapshotOptions& options) {
  SnapshotAnswer answer;
  for (ObjectIndex node = 0; node < snapshot.nodes(); ++node)
    answer.bytes.value += static_cast<std::int64_t>(snapshot.bytes_of(node));
  answer.objects.value = static_cast<std::int64_t>(snapshot.nodes());
  if (!go_on(options, "finding the roots")) return interrupted();
  const bool asks_for_ways = !questions.empty() || options.ways_of_top > 0;
  SnapshotGraph graph = snapshot_graph(
      std::move(snapshot), asks_for_ways ? Members::kNamed : Members::kUnnamed);
  if (std::none_of(questions.begin(), questions.end(),
                   [](const SnapshotQuestion& question) {
                     return question.born_after != 0;
                   }))
    graph.id = {};
  if (!go_on(options, "finding what each object keeps")) return interrupted();
  const Dominators dominators = dominators_of(graph.graph);
  answer.top = top_holders(graph.graph, dominators, options.most_rows);
  answer.roots = top_roots(graph.graph, dominators, options.most_rows);
  std::vector<SnapshotQuestion> all(questions.begin(), questions.end());
  if (options.ways_of_top > 0)
    all.push_back(question_of_top(graph.graph, dominators, options));
  if (!asks_for_ways) return answer;
  if (!go_on(options, "finding who holds what")) return interrupted();
  answer.of_questions = ways(graph, dominators, all, options.most_paths);
  if (options.ways_of_top > 0) {
    answer.of_top = std::move(answer.of_questions.back());
    answer.of_questions.pop_back();
  }
  return answer;
}

}  // namespace tidemark
