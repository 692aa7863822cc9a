// EXPECT pass
//
// A cache of the 64 sessions that ended last. Its entries are always young,
// and there are never more of them.
#include <array>
#include <cstdint>
#include <list>
#include <map>
#include <string>

#include "common/counting_allocator.h"
#include "common/options.h"
#include "common/ws_server.h"

namespace {

using specimen::ConnectionId;

constexpr std::size_t kEntries = 64;

struct Entry {
  ConnectionId session = 0;
  std::array<char, 256> state{};
};

using Order = std::list<Entry>;
using CountedOrder = std::list<Entry, specimen::CountingAllocator<Entry>>;
using Index = std::map<ConnectionId, Order::iterator>;
using CountedIndex = std::map<ConnectionId, Order::iterator, std::less<>,
                              specimen::CountingAllocator<Index::value_type>>;

Order order;  // the oldest first
Index by_session;

[[gnu::noinline]] void remember_session(ConnectionId id) {
  by_session[id] = order.insert(order.end(), Entry{id, {}});
  if (order.size() <= kEntries) return;
  by_session.erase(order.front().session);
  order.pop_front();
}

class Lru final : public specimen::Behaviour {
 public:
  void closed(ConnectionId id, bool) override {
    remember_session(id);
    ++closed_;
  }
  std::string truth() const override {
    return specimen::truth_line(
        order.size() * (entry_.bytes + key_.bytes),
        order.size() * (entry_.objects + key_.objects),
        "kept by " + std::to_string(closed_) + " connections");
  }

 private:
  specimen::Cost entry_ = specimen::cost_of<CountedOrder>(
      [](CountedOrder& counted) { counted.push_back({}); });
  specimen::Cost key_ = specimen::cost_of<CountedIndex>(
      [](CountedIndex& counted) { counted[0] = {}; });
  std::uint64_t closed_ = 0;
};

}  // namespace

int main(int count, char** arguments) {
  const specimen::Options options(count, arguments);
  Lru cache;
  return specimen::serve(options.port(), cache);
}
