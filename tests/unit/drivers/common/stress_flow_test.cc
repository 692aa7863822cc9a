// Load by rate and by connections against an echo: what is due is counted to
// the last iteration, and nothing outlives its end.
#include "drivers/common/stress_flow.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <utility>

#include "tests/unit/drivers/common/wire_fixture.h"

namespace tidemark::wire_test {
namespace {

class Stress : public Wire {
 protected:
  // Echoes, and hangs up after the client.
  static void echo(Peer& peer) {
    std::size_t told = 0;
    while (peer.read_some()) {
      peer.say(std::string_view(peer.bytes()).substr(told));
      told = peer.bytes().size();
    }
    if (peer.fd() >= 0) peer.fin();
  }

  LoadSpec load(const WireServer& server, Executor executor) {
    LoadSpec made = spec(Engine::kTcp, server);
    made.traffic.messages = 1;
    made.stress.emplace();
    made.stress->executor = executor;
    made.stress->duration = milliseconds(200);
    return made;
  }

  std::unique_ptr<StressFlow> make_flow(const LoadSpec& made) {
    Result<EngineSetup> setup = make_setup(made);
    EXPECT_TRUE(setup);
    auto flow = StressFlow::make(*std::move(setup), clock_, cancellation_);
    EXPECT_TRUE(flow);
    return *std::move(flow);
  }

  StressFlowResult run(const LoadSpec& made) {
    const std::unique_ptr<StressFlow> flow = make_flow(made);
    const Status status = flow->run(clock_.now());
    EXPECT_TRUE(status) << status.error().message;
    StressFlowResult result = flow->take_result();
    accounted(result.counts);
    return result;
  }
};

TEST_F(Stress, AConstantRateHasExactlyItsArrivals) {
  WireServer server(echo);
  LoadSpec made = load(server, Executor::kConstantArrivalRate);
  made.stress->rate = 200;
  for (const bool reuse : {false, true}) {
    made.stress->reuse = reuse;
    const StressFlowResult result = run(made);
    EXPECT_EQ(result.iterations.value, 40);
    EXPECT_EQ(result.failed.value, 0);
    EXPECT_EQ(result.dropped.value, 0);
    EXPECT_EQ(result.times.requests.value, 40);
    EXPECT_EQ(result.lag.count(), 40u);
    if (!reuse) {
      EXPECT_EQ(result.counts.opened.value, 40);
    } else {
      EXPECT_LE(result.counts.opened.value, 40);
    }
    EXPECT_EQ(connected_to(server.port()), 0);
  }
}

TEST_F(Stress, ArrivalsBeyondTheConnectionsAreDropped) {
  // Nothing is answered before the last arrival was due.
  WireServer* self = nullptr;
  WireServer server([&self](Peer& peer) {
    peer.read_bytes(64);
    self->wait_for("answer");
    peer.say(peer.bytes());
    echo(peer);
  });
  self = &server;
  LoadSpec made = load(server, Executor::kConstantArrivalRate);
  made.stress->rate = 100;
  made.stress->max_connections = 3;
  const std::unique_ptr<StressFlow> flow = make_flow(made);
  std::thread answers([&] {
    const Time end = std::chrono::steady_clock::now() + kPatience;
    while (flow->progress().dropped < 17 &&
           std::chrono::steady_clock::now() < end)
      std::this_thread::yield();
    server.signal("answer");
  });
  ASSERT_TRUE(flow->run(clock_.now()));
  answers.join();
  const StressFlowResult result = flow->take_result();
  EXPECT_EQ(result.iterations.value, 3);
  EXPECT_EQ(result.dropped.value, 17);
  EXPECT_EQ(accounted(result.counts).opened.value, 3);
}

TEST_F(Stress, ConstantConnectionsAreAsManyAsAskedFor) {
  WireServer server(echo);
  LoadSpec made = load(server, Executor::kConstantConnections);
  made.stress->connections = 4;
  made.stress->reuse = true;
  const StressFlowResult reused = run(made);
  EXPECT_EQ(reused.counts.opened.value, 4);
  EXPECT_GT(reused.iterations.value, 8);
  EXPECT_EQ(reused.failed.value, 0);
  EXPECT_EQ(reused.times.requests, reused.iterations);
  made.stress->reuse = false;
  const StressFlowResult fresh = run(made);
  EXPECT_EQ(fresh.counts.opened, fresh.iterations);
  EXPECT_EQ(fresh.failed.value, 0);
  EXPECT_LE(fresh.most_open.value, 4);
}

TEST_F(Stress, ARampDownTakesNoMoreThanItSays) {
  WireServer server(echo);
  LoadSpec made = load(server, Executor::kRampingConnections);
  // Those that are ended stay for the rest of the run.
  made.close = {{CloseBehavior::kStall}};
  made.close[0].hold = std::chrono::hours(1);
  made.stress->start = 10;
  made.stress->rate = 100;
  made.stress->reuse = true;
  made.stress->stages = {{milliseconds(50), 10}, {milliseconds(350), 8}};
  made.stress->graceful_stop = milliseconds(50);
  const StressFlowResult result = run(made);
  EXPECT_EQ(result.counts.opened.value, 10);
  EXPECT_EQ((result.iterations + result.failed + result.dropped).value, 40);
  EXPECT_GE(result.iterations.value, 35);  // eight were there to the end
}

TEST_F(Stress, AConnectionIsWornAfterItsRequests) {
  WireServer server(echo);
  LoadSpec made = load(server, Executor::kConstantConnections);
  made.stress->connections = 3;
  made.stress->reuse = true;
  made.stress->requests_per_connection = 5;
  const StressFlowResult result = run(made);
  const std::size_t opened =
      static_cast<std::size_t>(result.counts.opened.value);
  EXPECT_GT(opened, 3u);
  std::size_t fewer = 0;
  for (const Record& record : server.records(opened)) {
    EXPECT_LE(record.bytes.size(), 5u * 64);
    if (record.bytes.size() < 5 * 64) ++fewer;
  }
  EXPECT_LE(fewer, 3u);  // those of the end
}

TEST_F(Stress, RampingConnectionsComeAndGo) {
  WireServer server(echo);
  LoadSpec made = load(server, Executor::kRampingConnections);
  made.stress->stages = {{milliseconds(100), 8}, {milliseconds(100), 1}};
  made.stress->reuse = true;
  const StressFlowResult result = run(made);
  EXPECT_GE(result.counts.opened.value, 7);
  EXPECT_LE(result.counts.opened.value, 9);
  EXPECT_EQ(result.failed.value, 0);
}

TEST_F(Stress, ARateOverFixedConnectionsIsCountedToTheLast) {
  WireServer server(echo);
  LoadSpec made = load(server, Executor::kConstantConnections);
  made.stress->connections = 2;
  made.stress->rate = 200;
  for (const bool reuse : {true, false}) {
    made.stress->reuse = reuse;
    const StressFlowResult result = run(made);
    EXPECT_EQ((result.iterations + result.dropped).value, 40);
    EXPECT_GE(result.iterations.value, 30);
    EXPECT_EQ(result.failed.value, 0);
  }
}

TEST_F(Stress, ArrivalsThatStillWaitAtTheEndAreDropped) {
  WireServer server([](Peer& peer) { peer.wait_end(); });
  LoadSpec made = load(server, Executor::kConstantConnections);
  made.stress->connections = 1;
  made.stress->rate = 100;
  made.stress->graceful_stop = milliseconds(50);
  const StressFlowResult result = run(made);
  EXPECT_EQ(result.iterations.value, 0);
  EXPECT_EQ(result.failed.value, 1);  // given up at the end
  EXPECT_EQ(result.dropped.value, 19);
  EXPECT_EQ(result.times.lost.value, 1);
}

TEST_F(Stress, ADeadPortIsNotHammered) {
  const websocket_test::DeadPort dead;
  for (const Executor executor :
       {Executor::kConstantConnections, Executor::kConstantArrivalRate}) {
    LoadSpec made;
    made.engine = Engine::kTcp;
    made.url = "tcp" + dead.url().substr(2);
    made.url.erase(made.url.rfind('/'));
    made.stress.emplace();
    made.stress->executor = executor;
    made.stress->connections = 5;
    made.stress->rate = executor == Executor::kConstantArrivalRate ? 50 : 0;
    made.stress->duration = milliseconds(200);
    const StressFlowResult result = run(made);
    EXPECT_EQ(result.counts.refused, result.counts.attempted);
    EXPECT_EQ(result.failed, result.counts.attempted);
    EXPECT_LE(result.counts.attempted.value, 20);
  }
}

TEST_F(Stress, FlowsThatTheServiceCutsOffHaveFailed) {
  WireServer server([](Peer& peer) {
    peer.read_bytes(64);
    peer.fin();
  });
  LoadSpec made = load(server, Executor::kConstantArrivalRate);
  made.stress->rate = 100;
  const StressFlowResult result = run(made);
  EXPECT_EQ(result.iterations.value, 0);
  EXPECT_EQ(result.failed.value, 20);
  EXPECT_EQ(result.counts.early_closed.value, 20);
  EXPECT_EQ(result.times.lost.value, 20);
  EXPECT_EQ(result.times.request_errors.value, 20);
  EXPECT_EQ(result.times.request.count(), 20u);
  EXPECT_EQ(result.times.request_service.count(), 20u);
}

TEST_F(Stress, ARequestWithoutAReplyTookAsLongAsItWasWaitedFor) {
  WireServer server([](Peer& peer) { peer.wait_end(); });
  LoadSpec made = load(server, Executor::kConstantArrivalRate);
  made.stress->rate = 50;
  made.timeouts.response = milliseconds(50);
  const StressFlowResult result = run(made);
  EXPECT_EQ(result.failed.value, 10);
  EXPECT_EQ(result.times.requests.value, 0);
  EXPECT_EQ(result.times.late.value, 10);
  EXPECT_EQ(result.times.request_errors.value, 10);
  EXPECT_EQ(result.times.request.count(), 10u);
  EXPECT_GE(result.times.request.min(), milliseconds(50));
  EXPECT_EQ(result.times.request_service.count(), 10u);
  EXPECT_GE(result.times.request_service.min(), milliseconds(50));
}

TEST_F(Stress, AReplyThatEndsItsConnectionIsNoFailure) {
  WireServer server([](Peer& peer) {
    peer.read_until("\r\n\r\n");
    peer.say(
        "HTTP/1.1 200 OK\r\nConnection: close\r\n"
        "Content-Length: 0\r\n\r\n");
    peer.fin();
  });
  LoadSpec made = spec(Engine::kHttp, server);
  made.traffic.messages = 1;
  made.stress.emplace();
  made.stress->executor = Executor::kConstantConnections;
  made.stress->connections = 3;
  made.stress->reuse = true;
  made.stress->duration = milliseconds(100);
  const StressFlowResult result = run(made);
  EXPECT_GT(result.iterations.value, 3);
  EXPECT_EQ(result.failed.value, 0);
  EXPECT_EQ(result.counts.early_closed.value, 0);
  EXPECT_EQ(result.counts.messages_sent, result.iterations);
}

TEST_F(Stress, APipelinesLastRepliesAreWaitedFor) {
  WireServer server(echo);
  LoadSpec made = load(server, Executor::kConstantConnections);
  made.stress->connections = 2;
  made.stress->reuse = true;
  made.pipeline = 8;
  const StressFlowResult result = run(made);
  EXPECT_EQ(result.times.lost.value, 0);
  EXPECT_EQ(result.counts.messages_sent, result.counts.messages_received);
}

TEST_F(Stress, APipelinesRepliesAreHeldAgainstTheirOwnIteration) {
  WireServer server([](Peer& peer) {
    std::size_t at = 0;
    while (true) {
      const std::size_t end = peer.read_until("\r\n\r\n", at);
      if (end == std::string::npos) break;
      const std::size_t from = peer.bytes().find('/', at);
      const std::size_t to = peer.bytes().find(' ', from);
      const std::string path = peer.bytes().substr(from, to - from);
      peer.say("HTTP/1.1 200 OK\r\nContent-Length: " +
               std::to_string(path.size()) + "\r\n\r\n" + path);
      at = end;
    }
    peer.fin();
  });
  LoadSpec made = spec(Engine::kHttp, server);
  Step get;
  get.path = "/{{ $iteration }}";
  get.expect.equals = get.path;
  made.flow = {get};
  made.pipeline = 4;
  made.stress.emplace();
  made.stress->executor = Executor::kConstantConnections;
  made.stress->connections = 1;
  made.stress->duration = milliseconds(100);
  const StressFlowResult result = run(made);
  EXPECT_GT(result.iterations.value, 4);
  EXPECT_TRUE(result.counts.reasons.empty());
}

TEST_F(Stress, ConnectionsWithoutTrafficDoNotKeepTheLoopFromStopping) {
  WireServer server(echo);
  LoadSpec made = load(server, Executor::kConstantConnections);
  made.traffic.messages = 0;
  made.close = {{CloseBehavior::kReset}};
  made.stress->connections = 3;
  made.stress->duration = std::chrono::hours(1);
  const std::unique_ptr<StressFlow> flow = make_flow(made);
  std::thread stops([&] {
    server.accepted(20);
    flow->progress().stop = true;
  });
  EXPECT_TRUE(flow->run(clock_.now()));
  stops.join();
  EXPECT_EQ(connected_to(server.port()), 0);
}

TEST_F(Stress, CancellingLeavesNoConnection) {
  WireServer server(echo);
  LoadSpec made = load(server, Executor::kConstantConnections);
  made.stress->connections = 5;
  made.stress->duration = std::chrono::hours(1);
  const std::unique_ptr<StressFlow> flow = make_flow(made);
  std::thread user([&] {
    server.accepted(20);
    cancellation_.request();
  });
  const Status status = flow->run(clock_.now());
  user.join();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().kind, ErrorKind::kInterrupted);
  EXPECT_EQ(connected_to(server.port()), 0);
  accounted(flow->take_result().counts);
}

TEST_F(Stress, AStopWaitsForWhatIsUnderWay) {
  WireServer* self = nullptr;
  WireServer server([&self](Peer& peer) {
    peer.read_bytes(64);
    self->signal("asked");
    self->wait_for("stopped");
    peer.say(peer.bytes());
    echo(peer);
  });
  self = &server;
  LoadSpec made = load(server, Executor::kConstantConnections);
  made.stress->connections = 2;
  made.stress->duration = std::chrono::hours(1);
  const std::unique_ptr<StressFlow> flow = make_flow(made);
  std::thread user([&] {
    server.wait_for("asked", 2);
    flow->progress().stop = true;
    server.signal("stopped");
  });
  EXPECT_TRUE(flow->run(clock_.now()));
  user.join();
  const StressFlowResult result = flow->take_result();
  EXPECT_GE(result.iterations.value, 2);
  EXPECT_EQ(result.failed.value, 0);
}

TEST_F(Stress, WhatIsCountedAfterTheScheduleIsCountedInItsTime) {
  WireServer* self = nullptr;
  WireServer server([&self](Peer& peer) {
    peer.read_bytes(64);
    self->signal("asked");
    peer.say(peer.bytes());
    echo(peer);
  });
  self = &server;
  LoadSpec made = load(server, Executor::kConstantConnections);
  made.traffic.messages = 5'000;
  made.stress->duration = std::chrono::hours(1);
  made.stress->start_after = milliseconds(50);
  const std::unique_ptr<StressFlow> flow = make_flow(made);
  std::thread user([&] {
    server.wait_for("asked");
    flow->progress().stop = true;
  });
  const TimePoint before = clock_.now();
  EXPECT_TRUE(flow->run(before));
  user.join();
  const StressFlowResult result = flow->take_result();
  EXPECT_EQ(result.times.requests.value, 5'000);
  // All round trips of the only connection are in it, the wait before not.
  EXPECT_GE(result.seconds(),
            to_seconds(result.times.request_service.min()) * 5'000);
  EXPECT_GE(result.began - before, milliseconds(50));
  EXPECT_LE(result.cpu, 1.0);
  EXPECT_LE(result.cpu_most, 1.0);
}

TEST_F(Stress, ClosesThatTakeLongAreNotInItsTime) {
  WireServer server(echo);
  LoadSpec made = load(server, Executor::kConstantArrivalRate);
  made.close = {{CloseBehavior::kStall}};
  made.close[0].hold = milliseconds(100);
  made.stress->rate = 50;
  made.stress->reuse = true;
  const StressFlowResult result = run(made);
  EXPECT_GE(clock_.now() - result.ended, milliseconds(100));
  EXPECT_GE(result.seconds(), 0.2);
}

TEST_F(Stress, AnArrivalWhoseWayEndsInTheHandshakeIsAnIteration) {
  WireServer server([](Peer& peer) { peer.wait_end(); });
  LoadSpec made = spec(Engine::kHttp, server);
  made.close = {{CloseBehavior::kAbortMidHandshake}};
  made.stress.emplace();
  made.stress->executor = Executor::kConstantArrivalRate;
  made.stress->rate = 100;
  made.stress->duration = milliseconds(100);
  const StressFlowResult result = run(made);
  EXPECT_EQ(result.iterations.value, 10);
  EXPECT_EQ(result.failed.value, 0);
  EXPECT_EQ(result.dropped.value, 0);
}

TEST_F(Stress, AfterAStopTheGracefulStopBegins) {
  WireServer* self = nullptr;
  WireServer server([&self](Peer& peer) {
    peer.read_bytes(64);
    self->signal("asked");
    peer.wait_end();
  });
  self = &server;
  for (const bool at_once : {false, true}) {
    LoadSpec made = load(server, Executor::kConstantConnections);
    made.timeouts.response = std::chrono::hours(1);
    made.stress->connections = 2;
    made.stress->duration = std::chrono::hours(1);
    made.stress->graceful_stop =
        at_once ? Duration(std::chrono::hours(1)) : milliseconds(50);
    const std::unique_ptr<StressFlow> flow = make_flow(made);
    std::thread user([&] {
      server.wait_for("asked", at_once ? 4 : 2);
      (at_once ? flow->progress().give_up : flow->progress().stop) = true;
    });
    EXPECT_TRUE(flow->run(clock_.now()));
    user.join();
    const StressFlowResult result = flow->take_result();
    EXPECT_EQ(result.failed.value, 2);
    EXPECT_EQ(result.times.lost.value, 2);
    EXPECT_EQ(connected_to(server.port()), 0);
  }
}

TEST_F(Stress, AFlowThatIsStoppedBeforeItsStartDoesNothing) {
  WireServer server(echo);
  LoadSpec made = load(server, Executor::kConstantConnections);
  made.stress->start_after = std::chrono::hours(1);
  const std::unique_ptr<StressFlow> flow = make_flow(made);
  flow->progress().stop = true;
  EXPECT_TRUE(flow->run(clock_.now()));
  const StressFlowResult result = flow->take_result();
  EXPECT_EQ(result.counts.attempted.value, 0);
  EXPECT_EQ(result.seconds(), 0);
}

TEST_F(Stress, AServiceThatReadsNothingIsSaidToTakeNothing) {
  WireServer* self = nullptr;
  WireServer server([&self](Peer& peer) {
    const int small = 4096;
    ::setsockopt(peer.fd(), SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
    self->wait_for("over");
  });
  self = &server;
  LoadSpec made = load(server, Executor::kConstantConnections);
  made.socket.send_buffer = Bytes{4096};
  made.traffic = {1, Bytes{50'000}, true, ReplyRule::kIgnore};
  made.timeouts.response = milliseconds(50);
  made.stress->reuse = true;
  made.stress->duration = milliseconds(400);
  made.close = {{CloseBehavior::kReset}};
  const StressFlowResult result = run(made);
  server.signal("over");
  EXPECT_GT(result.failed.value, 0);
  EXPECT_TRUE(
      result.counts.reasons.contains("a message was not taken within 50 ms"));
}

}  // namespace
}  // namespace tidemark::wire_test
