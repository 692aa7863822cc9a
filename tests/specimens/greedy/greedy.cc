// EXPECT leak 32808 bytes in 3 objects per connection at greedy_open
//
// A server with a read and a write buffer for each connection, of the sizes
// --read-buffer and --write-buffer (field case C1, as a server). Guilty: both
// are kept after the close. Innocent: they go with the connection.
#include <algorithm>
#include <cstdint>
#include <list>
#include <memory>
#include <string>

#include "common/counting_allocator.h"
#include "common/options.h"
#include "common/retainer.h"
#include "common/ws_server.h"

namespace {

using specimen::ConnectionId;

constexpr std::uint64_t kUsualBuffer = 16384;

struct Buffers {
  ConnectionId connection = 0;
  std::unique_ptr<char[]> reads;
  std::unique_ptr<char[]> writes;
};

using List = std::list<Buffers>;
using CountedList = std::list<Buffers, specimen::CountingAllocator<Buffers>>;

List in_use;
List kept;

[[gnu::noinline]] void greedy_open(ConnectionId id, std::size_t reads,
                                   std::size_t writes) {
  in_use.push_back(
      {id, std::make_unique<char[]>(reads), std::make_unique<char[]>(writes)});
}

[[gnu::noinline]] void greedy_close(ConnectionId id, bool guilty) {
  const auto mine = std::find_if(
      in_use.begin(), in_use.end(),
      [id](const Buffers& buffers) { return buffers.connection == id; });
  if (guilty) {
    kept.splice(kept.end(), in_use, mine);
  } else {
    in_use.erase(mine);
  }
}

class Greedy final : public specimen::Behaviour {
 public:
  explicit Greedy(const specimen::Options& options)
      : guilty_(options.guilty()),
        reads_(options.number("read-buffer", kUsualBuffer)),
        writes_(options.number("write-buffer", kUsualBuffer)) {}

  void opened(ConnectionId id) override { greedy_open(id, reads_, writes_); }
  void closed(ConnectionId id, bool) override {
    greedy_close(id, guilty_);
    ++closed_;
  }
  std::string retainer() const override {
    if (!guilty_) return {};
    return specimen::retainer_line({.root_kind = "global",
                                    .root = "(anonymous namespace)::kept",
                                    .through = {"list"}});
  }
  std::string truth() const override {
    const std::uint64_t left = kept.size();
    return specimen::truth_line(
        left * (node_.bytes + reads_ + writes_), left * (node_.objects + 2),
        "kept by " + std::to_string(closed_) + " connections");
  }

 private:
  specimen::Cost node_ = specimen::cost_of<CountedList>(
      [](CountedList& counted) { counted.push_back({}); });
  bool guilty_;
  std::size_t reads_;
  std::size_t writes_;
  std::uint64_t closed_ = 0;
};

}  // namespace

int main(int count, char** arguments) {
  const specimen::Options options(count, arguments);
  Greedy greedy(options);
  return specimen::serve(options.port(), greedy);
}
