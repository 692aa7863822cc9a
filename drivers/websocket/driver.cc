#include "drivers/websocket/driver.h"

#include <fmt/format.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <exception>
#include <string>
#include <utility>
#include <vector>

#include "drivers/common/load_url.h"
#include "drivers/websocket/codec_hybi13.h"
#include "drivers/websocket/session.h"

namespace tidemark {
namespace {

using websocket::Codec;
using websocket::CodecPool;
using websocket::Tcp;

// Every address of the name, each checked: connections go to these and the
// name is not looked up again.
Result<std::vector<Tcp::endpoint>> find_addresses(const LoadUrl& url) {
  boost::asio::io_context io;
  Tcp::resolver resolver(io);
  boost::system::error_code error;
  std::vector<Tcp::endpoint> addresses;
  for (const auto& entry :
       resolver.resolve(url.host, std::to_string(url.port),
                        Tcp::resolver::numeric_service, error))
    addresses.push_back(entry.endpoint());
  if (error || addresses.empty())
    return fail(ErrorKind::kEnvironment,
                fmt::format("cannot find the host `{}`: {}", url.host,
                            error ? error.message() : "it has no address"),
                "write its address instead: 127.0.0.1 or [::1]");
  for (const Tcp::endpoint& address : addresses)
    if (!address.address().is_loopback())
      return fail(
          ErrorKind::kUsage,
          fmt::format("target refused: `{}` is {}, not a loopback address",
                      url.host, address.address().to_string()),
          "tidemark loads this machine only: use 127.0.0.1, [::1] or "
          "localhost");
  return addresses;
}

Status check_traffic(const Traffic& traffic) {
  const bool fits =
      traffic.size.value >= 0 && traffic.size <= websocket::kMaxMessage;
  if (fits) return {};
  return fail(ErrorKind::kUsage,
              fmt::format("wanted a message size from 0 to {} bytes, found {}",
                          websocket::kMaxMessage.value, traffic.size.value),
              "change `size` of the traffic");
}

Status check_codes(const std::vector<WeightedClose>& closes) {
  CodecPool pool(0);
  Codec codec(websocket::Role::kClient, pool);
  std::string wire;
  for (const WeightedClose& close : closes) {
    if (close.behavior != CloseBehavior::kGraceful) continue;
    if (!codec.append_close(close.code, {}, wire))
      return fail(ErrorKind::kUsage,
                  fmt::format("close code {} may not be sent", close.code),
                  "use 1000, another of 1001 to 1014 that RFC 6455 allows, or "
                  "3000 to 4999");
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<Driver>> make_websocket_driver(
    const LoadSpec& spec, Clock& clock, Cancellation& cancellation) {
  try {
    const Result<LoadUrl> url = parse_load_url(spec.url, {"ws"});
    TIDEMARK_TRY(url);
    TIDEMARK_TRY(check_traffic(spec.traffic));
    TIDEMARK_TRY(check_codes(spec.close));
    Result<websocket::ClientHandshake> handshake =
        websocket::ClientHandshake::make(*url, spec.headers, spec.subprotocols);
    TIDEMARK_TRY(handshake);
    Result<std::vector<Tcp::endpoint>> addresses = find_addresses(*url);
    TIDEMARK_TRY(addresses);
    return std::make_unique<websocket::Session>(
        websocket::SessionSetup{spec, *std::move(addresses),
                                *std::move(handshake)},
        clock, cancellation);
  } catch (const std::exception& error) {
    return fail(ErrorKind::kEnvironment,
                fmt::format("cannot start the driver: {}", error.what()),
                "if descriptors are short, raise the limit: ulimit -n 4096");
  }
}

}  // namespace tidemark
