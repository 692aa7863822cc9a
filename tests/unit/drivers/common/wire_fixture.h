// A load against a wire server: made as wiring makes it, played for a cycle,
// and held to its accounts.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "drivers/common/cycle_driver.h"
#include "drivers/common/load_url.h"
#include "drivers/http/protocol.h"
#include "drivers/redis/protocol.h"
#include "drivers/tcp/protocol.h"
#include "drivers/websocket/protocol.h"
#include "tests/unit/drivers/common/wire_server.h"
#include "tests/unit/drivers/websocket/driver_fixture.h"
#include "tidemark/ways.h"

namespace tidemark::wire_test {

using websocket_test::EventCancellation;
using websocket_test::Reasons;
using websocket_test::SteadyClock;

inline const char* scheme_of(Engine engine, bool secure = false) {
  switch (engine) {
    case Engine::kHttp:
      return secure ? "https" : "http";
    case Engine::kRedis:
      return secure ? "rediss" : "redis";
    case Engine::kTcp:
      return secure ? "tls" : "tcp";
    default:
      return secure ? "wss" : "ws";
  }
}

inline Result<std::unique_ptr<Protocol>> make_protocol(const LoadSpec& spec,
                                                       const LoadUrl& url) {
  switch (spec.engine) {
    case Engine::kHttp:
      return make_http_protocol(spec, url);
    case Engine::kRedis:
      return make_redis_protocol(spec, url);
    case Engine::kTcp:
      return make_tcp_protocol(spec, url);
    default:
      return make_websocket_protocol(spec, url);
  }
}

inline Result<EngineSetup> make_setup(const LoadSpec& spec,
                                      const std::string& folder = "") {
  Result<LoadUrl> url = parse_load_url(
      spec.url, {scheme_of(spec.engine, false), scheme_of(spec.engine, true)});
  TIDEMARK_TRY(url);
  Result<std::unique_ptr<Protocol>> protocol = make_protocol(spec, *url);
  TIDEMARK_TRY(protocol);
  return make_engine_setup(spec, *url, *std::move(protocol), {}, folder);
}

// Descriptors of ours that are connected to `port`.
inline int connected_to(std::uint16_t port) {
  int count = 0;
  for (int fd = 0; fd < 4096; ++fd) {
    sockaddr_in peer{};
    socklen_t size = sizeof(peer);
    if (::getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &size) == 0 &&
        peer.sin_family == AF_INET && ntohs(peer.sin_port) == port)
      ++count;
  }
  return count;
}

class Wire : public testing::Test {
 protected:
  // No messages, one way.
  static LoadSpec spec(Engine engine, const WireServer& server,
                       WeightedClose close = {}, bool secure = false) {
    LoadSpec spec;
    spec.engine = engine;
    spec.url = server.url(scheme_of(engine, secure));
    spec.hold = milliseconds(0);
    spec.traffic.messages = 0;
    spec.close = {std::move(close)};
    return spec;
  }

  std::unique_ptr<Driver> make(const LoadSpec& load) {
    Result<EngineSetup> setup = make_setup(load);
    if (!setup) {
      ADD_FAILURE() << setup.error().message;
      return nullptr;
    }
    auto driver = make_cycle_driver(*std::move(setup), clock_, cancellation_);
    if (!driver) {
      ADD_FAILURE() << driver.error().message;
      return nullptr;
    }
    return *std::move(driver);
  }

  // `n` connections, each the first way; all are accounted for.
  LoadCounts cycle(const LoadSpec& load, std::int64_t n) {
    const std::unique_ptr<Driver> driver = make(load);
    if (!driver) return {};
    const Status opened =
        driver->open({{way_of(load, load.close[0]), Count{n}}});
    EXPECT_TRUE(opened) << opened.error().message;
    const Status exercised = driver->exercise();
    EXPECT_TRUE(exercised) << exercised.error().message;
    const Status closed = driver->close();
    EXPECT_TRUE(closed) << closed.error().message;
    EXPECT_EQ(driver->open_now().value, 0);
    return accounted(driver->take_counts());
  }

  static LoadCounts accounted(const LoadCounts& counts) {
    Count ended = counts.refused + counts.failed + counts.early_closed;
    for (const auto& [way, closed] : counts.closed) ended += closed;
    EXPECT_EQ(ended, counts.attempted);
    return counts;
  }

  SteadyClock clock_;
  EventCancellation cancellation_;
};

}  // namespace tidemark::wire_test
