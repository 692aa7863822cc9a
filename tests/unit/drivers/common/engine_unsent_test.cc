// What a service does not take: a polite end waits for it, nothing waits for
// ever, and a load that is given up says how its connections went.
#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "tests/unit/drivers/common/wire_fixture.h"

namespace tidemark::wire_test {
namespace {

using B = CloseBehavior;

// More than the small buffers below take at once.
constexpr std::int64_t kMuch = 2 << 20;

class EngineUnsent : public Wire {
 protected:
  // One message that nobody answers, through a narrow socket.
  static LoadSpec much(const WireServer& server, B behavior) {
    WeightedClose way;
    way.behavior = behavior;
    way.hold = milliseconds(1);
    LoadSpec load = spec(Engine::kTcp, server, way);
    load.socket.send_buffer = Bytes{8 << 10};
    Step step;
    step.size = Bytes{kMuch};
    step.expect.replies = ReplyRule::kIgnore;
    load.flow = {step};
    return load;
  }
};

TEST_F(EngineUnsent, APoliteEndComesAfterTheLastByte) {
  for (const B behavior : {B::kGraceful, B::kFin, B::kHalfClose}) {
    SCOPED_TRACE(to_word(behavior));
    WireServer server([](Peer& peer) {
      peer.wait_end();
      peer.fin();
    });
    const LoadCounts counts = cycle(much(server, behavior), 1);
    EXPECT_TRUE(counts.reasons.empty());
    EXPECT_EQ(counts.closed, (WayCounts{{to_word(behavior), Count{1}}}));
    const Record record = server.records(1)[0];
    EXPECT_EQ(static_cast<std::int64_t>(record.bytes.size()), kMuch);
    EXPECT_EQ(record.end, End::kFin);
  }
}

TEST_F(EngineUnsent, AServiceThatTakesNothingHasUntilTheCloseTimeout) {
  WireServer server([&](Peer& peer) {
    peer.give_up();
    server.wait_for("over");
  });
  LoadSpec load = much(server, B::kGraceful);
  load.timeouts.response = load.timeouts.close = milliseconds(50);
  const LoadCounts counts = cycle(load, 1);
  server.signal("over");
  EXPECT_EQ(counts.close_timeouts.value, 1);
  EXPECT_EQ(counts.reasons,
            (Reasons{{"a message was not taken within 50 ms", Count{1}},
                     {"what we sent before our good-bye was not taken within "
                      "50 ms",
                      Count{1}}}));
}

TEST_F(EngineUnsent, AServiceThatGoesInsteadHasEndedItEarly) {
  WireServer server([](Peer& peer) {
    peer.give_up();
    peer.read_bytes(1);
    peer.reset();
  });
  const LoadCounts counts = cycle(much(server, B::kGraceful), 1);
  EXPECT_EQ(counts.early_closed.value, 1);
  EXPECT_TRUE(counts.closed.empty());
}

TEST_F(EngineUnsent, APauseInTheFlowDoesNotWaitForEver) {
  WireServer server([&](Peer& peer) {
    peer.give_up();
    server.wait_for("over");
  });
  LoadSpec load = much(server, B::kReset);
  load.timeouts.response = milliseconds(50);
  Step think;
  think.kind = StepKind::kThink;
  think.think.mean = milliseconds(1);
  load.flow = {load.flow[0], think, load.flow[0]};
  const LoadCounts counts = cycle(load, 1);
  server.signal("over");
  EXPECT_EQ(counts.reasons,
            (Reasons{{"a message was not taken within 50 ms", Count{1}}}));
  EXPECT_EQ(counts.closed, (WayCounts{{"reset", Count{1}}}));
}

TEST_F(EngineUnsent, WhatIsGivenUpWentByFin) {
  WireServer server([](Peer& peer) { peer.wait_end(); });
  LoadSpec load = spec(Engine::kTcp, server);
  load.close[0].behavior = B::kReset;
  load.hold = std::chrono::hours(1);
  const std::unique_ptr<Driver> driver = make(load);
  ASSERT_TRUE(driver);
  ASSERT_TRUE(driver->open({{"reset", Count{1}}}));
  cancellation_.request();
  EXPECT_FALSE(driver->exercise());
  EXPECT_EQ(accounted(driver->take_counts()).closed,
            (WayCounts{{"fin", Count{1}}}));
  EXPECT_EQ(server.records(1)[0].end, End::kFin);
}

}  // namespace
}  // namespace tidemark::wire_test
