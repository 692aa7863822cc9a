// Where connections come from and go to: source addresses, buffers, Unix
// sockets and their backlog.
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "drivers/common/endpoint.h"
#include "tests/unit/drivers/common/wire_fixture.h"

namespace tidemark::wire_test {
namespace {

class Endpoints : public Wire {
 protected:
  static std::string socket_path() {
    char pattern[] = "/tmp/tidemark-wire-XXXXXX";
    return std::string(::mkdtemp(pattern)) + "/s";
  }
  static Script hangs_up_after() {
    return [](Peer& peer) {
      peer.wait_end();
      peer.fin();
    };
  }
};

TEST_F(Endpoints, SourceAddressesAreUsedInTurn) {
  WireServer server(hangs_up_after());
  LoadSpec load = spec(Engine::kTcp, server);
  load.socket.source_addresses = {"127.0.0.2", "127.0.0.3", "127.0.0.4"};
  EXPECT_EQ(cycle(load, 6).opened.value, 6);
  std::map<std::string, int> peers;
  for (const Record& record : server.records(6)) ++peers[record.peer];
  EXPECT_EQ(peers, (std::map<std::string, int>{
                       {"127.0.0.2", 2}, {"127.0.0.3", 2}, {"127.0.0.4", 2}}));
}

TEST_F(Endpoints, ASourceOfAnotherFamilyIsLeftToAnotherAddress) {
  WireServer server(hangs_up_after());
  LoadSpec load = spec(Engine::kTcp, server);
  load.socket.source_addresses = {"127.0.0.2"};
  Result<EngineSetup> setup = make_setup(load);
  ASSERT_TRUE(setup);
  // As `localhost` is on most machines.
  LoadUrl six = setup->url;
  six.host = "::1";
  const auto first = find_endpoints(six, {});
  ASSERT_TRUE(first);
  setup->endpoints.insert(setup->endpoints.begin(), first->front());
  auto driver = make_cycle_driver(*std::move(setup), clock_, cancellation_);
  ASSERT_TRUE(driver);
  EXPECT_TRUE((*driver)->open({{"graceful", Count{2}}}));
  EXPECT_TRUE((*driver)->close());
  EXPECT_EQ(accounted((*driver)->take_counts()).opened.value, 2);
}

TEST_F(Endpoints, ASourceThatIsNotOfThisMachineIsAnErrorWithItsCure) {
  WireServer server(hangs_up_after());
  LoadSpec load = spec(Engine::kTcp, server);
  load.socket.source_addresses = {"192.0.2.1"};
  const std::unique_ptr<Driver> driver = make(load);
  const Status opened = driver->open({{"graceful", Count{2}}});
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().kind, ErrorKind::kEnvironment);
  EXPECT_TRUE(opened.error().hint.starts_with(
      "no local port is left, or the address is not of this machine"));
  accounted(driver->take_counts());
}

TEST_F(Endpoints, BuffersAreSetBeforeTheConnectionIsMade) {
  // Scaling and window are said in the SYN: a small buffer set later would
  // not keep the service from sending more at first.
  WireServer server([](Peer& peer) { peer.flood(); });
  LoadSpec load = spec(Engine::kTcp, server, {CloseBehavior::kReset});
  load.socket.receive_buffer = Bytes{4 << 10};
  WeightedClose& stall = load.close[0];
  stall.behavior = CloseBehavior::kStall;
  stall.hold = milliseconds(500);
  Result<LoadUrl> url = parse_load_url(load.url, {"tcp"});
  int error = 0;
  const Fd socket = begin_connect(find_endpoints(*url, {})->front(), nullptr,
                                  load.socket, error);
  ASSERT_TRUE(socket);
  int size = 0;
  socklen_t length = sizeof(size);
  ::getsockopt(socket.get(), SOL_SOCKET, SO_RCVBUF, &size, &length);
  EXPECT_EQ(size, 8 << 10);
  server.accepted(1);
  const Time end = std::chrono::steady_clock::now() + kPatience;
  pollfd wait{socket.get(), POLLIN, 0};
  ASSERT_EQ(::poll(&wait, 1, static_cast<int>(kPatience.count()) * 1000), 1);
  EXPECT_LT(std::chrono::steady_clock::now(), end);
  ::shutdown(socket.get(), SHUT_WR);
  // flood() says how much was taken, though nothing was read.
  const Record record = server.records(1)[0];
  EXPECT_TRUE(record.blocked);
  EXPECT_LE(record.taken, 64 << 10);
}

TEST_F(Endpoints, AUnixSocketIsSpokenTo) {
  WireOptions options;
  options.unix_path = socket_path();
  WireServer server(
      [](Peer& peer) {
        peer.read_bytes(64);
        peer.say(peer.bytes());
        peer.wait_end();
        peer.fin();
      },
      options);
  LoadSpec load = spec(Engine::kTcp, server);
  load.traffic.messages = 1;
  const LoadCounts counts = cycle(load, 3);
  EXPECT_EQ(counts.messages_received.value, 3);
  EXPECT_TRUE(counts.reasons.empty());
}

TEST_F(Endpoints, AFullBacklogOfAUnixSocketIsTriedAgain) {
  WireOptions options;
  options.unix_path = socket_path();
  options.accepts = false;
  options.backlog = 1;
  WireServer server(hangs_up_after(), options);
  const LoadSpec load = spec(Engine::kTcp, server);
  const std::unique_ptr<Driver> driver = make(load);
  std::thread service([&] { server.accept_now(); });
  EXPECT_TRUE(driver->open({{"graceful", Count{20}}}));
  service.join();
  EXPECT_TRUE(driver->close());
  const LoadCounts counts = accounted(driver->take_counts());
  EXPECT_EQ(counts.opened.value, 20);
  EXPECT_EQ(counts.attempted.value, 20);
}

TEST_F(Endpoints, ABacklogThatStaysFullIsARefusal) {
  WireOptions options;
  options.unix_path = socket_path();
  options.accepts = false;
  options.backlog = 1;
  WireServer server(hangs_up_after(), options);
  LoadSpec load = spec(Engine::kTcp, server, {CloseBehavior::kReset});
  load.timeouts.connect = milliseconds(50);
  const LoadCounts counts = cycle(load, 6);
  EXPECT_GT(counts.refused.value, 0);
  EXPECT_EQ(counts.reasons,
            (Reasons{{"not accepted within 50 ms", counts.refused}}));
}

TEST_F(Endpoints, AUnixSocketThatIsNotThereIsARefusal) {
  LoadSpec load;
  load.engine = Engine::kTcp;
  load.url = "tcp+unix:/tmp/tidemark-no-such-socket";
  load.close = {{}};
  const LoadCounts counts = cycle(load, 2);
  EXPECT_EQ(counts.reasons, (Reasons{{"No such file or directory", Count{2}}}));
}

}  // namespace
}  // namespace tidemark::wire_test
