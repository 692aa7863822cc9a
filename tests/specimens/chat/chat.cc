// EXPECT leak 104 bytes in 1 objects per connection at chat_join
//
// A chat room (field case C2). Guilty: a member is put into the global map
// under one key and erased under another one, computed from the map's length,
// and so stays for ever. Innocent: erased under its own key.
#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>

#include "common/counting_allocator.h"
#include "common/options.h"
#include "common/retainer.h"
#include "common/ws_server.h"

namespace {

using specimen::ConnectionId;

struct Member {
  ConnectionId connection = 0;
  std::uint64_t joined_as = 0;
  std::array<char, 48> nickname{};
};

using Room = std::map<std::uint64_t, Member>;
using CountedRoom = std::map<std::uint64_t, Member, std::less<>,
                             specimen::CountingAllocator<Room::value_type>>;

Room room;

// Far above any length of the map.
std::uint64_t key_of(ConnectionId id) { return 1'000'000'000 + id; }

[[gnu::noinline]] void chat_join(ConnectionId id) {
  const Member member{id, key_of(id), {"guest"}};
  room.emplace(key_of(id), member);
}

[[gnu::noinline]] void chat_leave(ConnectionId id, bool guilty) {
  const std::uint64_t key = guilty ? room.size() : key_of(id);
  room.erase(key);
}

class Chat final : public specimen::Behaviour {
 public:
  explicit Chat(bool guilty) : guilty_(guilty) {}

  void opened(ConnectionId id) override {
    chat_join(id);
    ++open_;
  }
  void closed(ConnectionId id, bool) override {
    chat_leave(id, guilty_);
    --open_;
    ++closed_;
  }
  std::string retainer() const override {
    if (!guilty_) return {};
    return specimen::retainer_line({.root_kind = "global",
                                    .root = "(anonymous namespace)::room",
                                    .through = {"map"}});
  }
  std::string truth() const override {
    const std::uint64_t left = room.size() - open_;
    return specimen::truth_line(
        left * member_.bytes, left * member_.objects,
        "kept by " + std::to_string(closed_) + " connections");
  }

 private:
  specimen::Cost member_ = specimen::cost_of<CountedRoom>(
      [](CountedRoom& counted) { counted.emplace(1, Member{}); });
  bool guilty_;
  std::uint64_t open_ = 0;
  std::uint64_t closed_ = 0;
};

}  // namespace

int main(int count, char** arguments) {
  const specimen::Options options(count, arguments);
  Chat chat(options.guilty());
  return specimen::serve(options.port(), chat);
}
