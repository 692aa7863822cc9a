#include "harness/hunt/killers.h"

#include <fmt/format.h>

#include "tidemark/ways.h"

namespace tidemark {
namespace {

class Search {
 public:
  Search(const HuntSubject& subject, Laboratory& laboratory)
      : subject_(subject), laboratory_(laboratory) {}

  // `known`: together they are known to kill.
  void look(const Ways& ways, bool known) {
    if (ways.empty()) return;
    if (!known || ways.size() == 1) {
      const Done* done = try_out(ways);
      if (done == nullptr || !done->record.error) return;
      if (ways.size() == 1) {
        found.push_back({ways.front(), *done->record.error});
        return;
      }
    }
    const auto middle = ways.begin() + std::ssize(ways) / 2;
    const std::size_t before = found.size();
    look(Ways(ways.begin(), middle), false);
    // If the first half is innocent, it is the second.
    look(Ways(middle, ways.end()), found.size() == before);
  }

  std::vector<Killer> found;

 private:
  const Done* try_out(const Ways& ways) {
    Ways all{graceful_way()};
    all.insert(all.end(), ways.begin(), ways.end());
    return laboratory_.perform(
        short_experiment(subject_, all),
        ways.size() == 1
            ? fmt::format("does it die of {}?", way_of(ways.front()))
            : fmt::format("does it die of one of {} ways?", ways.size()));
  }

  const HuntSubject& subject_;
  Laboratory& laboratory_;
};

}  // namespace

std::vector<Killer> find_killers(const HuntSubject& subject, const Ways& ways,
                                 Laboratory& laboratory) {
  Ways hostile;
  for (const WeightedClose& way : ways)
    if (!is_graceful(way)) hostile.push_back(way);
  Search search(subject, laboratory);
  search.look(hostile, false);
  return std::move(search.found);
}

}  // namespace tidemark
