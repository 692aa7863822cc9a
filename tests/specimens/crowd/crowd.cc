// EXPECT leak 136 bytes in 1 objects per guest beyond the 120th at seat_guest
//
// A hall with 120 seats. Whoever comes when all are taken gets a folding chair
// for as long as he stays. Guilty: the chairs of those who have left stay in
// the hall. Innocent: they are put away. With no more than 120 connections at
// once nothing is left in either, however often they come.
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "common/options.h"
#include "common/retainer.h"
#include "common/ws_server.h"

namespace {

using specimen::ConnectionId;

constexpr std::uint64_t kSeats = 120;

struct Chair {
  ConnectionId guest;
  char row[128];
};

// Taken at the start, so that a chair itself is all that a guest can leave.
constexpr std::size_t kChairs = 1'000'000;

std::vector<std::unique_ptr<Chair>> chairs;

[[gnu::noinline]] void seat_guest(ConnectionId id) {
  chairs.emplace_back(new Chair{id, "behind the last row"});
}

class Crowd final : public specimen::Behaviour {
 public:
  explicit Crowd(bool guilty) : guilty_(guilty) { chairs.reserve(kChairs); }

  void opened(ConnectionId id) override {
    if (++open_ <= kSeats || chairs.size() == kChairs) return;
    seat_guest(id);
    ++without_seat_;
  }
  void closed(ConnectionId id, bool) override {
    --open_;
    if (guilty_) return;
    std::erase_if(chairs, [id](const std::unique_ptr<Chair>& chair) {
      return chair->guest == id;
    });
  }
  std::string retainer() const override {
    if (!guilty_) return {};
    return specimen::retainer_line({.root_kind = "global",
                                    .root = "(anonymous namespace)::chairs",
                                    .through = {"vector"}});
  }
  std::string truth() const override {
    return specimen::truth_line(chairs.size() * sizeof(Chair), chairs.size(),
                                "kept by " + std::to_string(without_seat_) +
                                    " connections above 120 at once");
  }

 private:
  bool guilty_;
  std::uint64_t open_ = 0;
  std::uint64_t without_seat_ = 0;
};

}  // namespace

int main(int count, char** arguments) {
  const specimen::Options options(count, arguments);
  Crowd behaviour(options.guilty());
  return specimen::serve(options.port(), behaviour);
}
