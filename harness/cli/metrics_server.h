// The latest figures at http://ADDRESS/metrics, for as long as this lives.
#pragma once

#include <memory>
#include <string>

#include "tidemark/result.h"

namespace tidemark {

class MetricsServer {
 public:
  virtual ~MetricsServer() = default;

  // From now on this is what is answered; until the first of them there is
  // nothing to be had (503). From any thread.
  virtual void publish(std::string openmetrics) = 0;

  // "127.0.0.1:9464".
  virtual std::string address() const = 0;
};

// `address`: HOST:PORT on loopback, else kUsage: whoever reads it sees names
// of the service's functions. kEnvironment: the port is taken. One client at a
// time is served, each for at most a second.
Result<std::unique_ptr<MetricsServer>> serve_metrics(
    const std::string& address);

}  // namespace tidemark
