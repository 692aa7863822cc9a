// A service that pings and does not read, on a wire: what cannot be sent is
// not put together either.
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <optional>
#include <string>

#include "tests/unit/drivers/common/wire_fixture.h"

namespace tidemark::wire_test {
namespace {

constexpr int kNarrow = 16 << 10;

class Opened final : public EngineUser {
 public:
  void on_open(SlotId id) override { open = id; }
  void on_played(SlotId, bool) override {}
  void on_gone(SlotId, Fate) override {}
  std::optional<SlotId> open;
};

// What the kernel keeps for us is bounded, however much it may be elsewhere.
void narrow_our_end(std::uint16_t port) {
  for (int fd = 0; fd < 4096; ++fd) {
    sockaddr_in peer{};
    socklen_t size = sizeof(peer);
    if (::getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &size) == 0 &&
        peer.sin_family == AF_INET && ntohs(peer.sin_port) == port)
      ::setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &kNarrow, sizeof(kNarrow));
  }
}

class Pongs : public Wire {};

TEST_F(Pongs, DoNotPileUpForAServiceThatDoesNotReadThem) {
  std::string pings;
  while (pings.size() < 4 << 20) pings += "\x89\x7d" + std::string(125, 'p');
  WireServer* wire = nullptr;
  WireServer server([&](Peer& peer) {
    ::setsockopt(peer.fd(), SOL_SOCKET, SO_RCVBUF, &kNarrow, sizeof(kNarrow));
    answer_upgrade(peer);
    wire->wait_for("narrow");
    peer.say(pings);
    wire->wait_for("counted");
  });
  wire = &server;
  WeightedClose reset;
  reset.behavior = CloseBehavior::kReset;
  Result<EngineSetup> setup =
      make_setup(spec(Engine::kWebSocket, server, reset));
  ASSERT_TRUE(setup);
  Opened user;
  auto made = FlowEngine::make(*std::move(setup), clock_, cancellation_, user);
  ASSERT_TRUE(made);
  FlowEngine& load = **made;
  load.reserve(1);
  load.start(0, Count{1});
  while (!user.open && load.alive() > 0)
    EXPECT_TRUE(load.turn(TimePoint::max()));
  narrow_our_end(server.port());
  server.signal("narrow");
  const auto all = static_cast<std::int64_t>(pings.size());
  while (load.times().received.value < all && load.alive() > 0)
    EXPECT_TRUE(load.turn(TimePoint::max()));
  // Handed to the kernel or kept for it.
  EXPECT_GT(load.times().sent.value, 64 << 10);
  EXPECT_LT(load.times().sent.value, 1 << 20);
  ASSERT_TRUE(user.open);
  load.end(*user.open);
  server.signal("counted");
  while (load.alive() > 0) EXPECT_TRUE(load.turn(TimePoint::max()));
}

}  // namespace
}  // namespace tidemark::wire_test
