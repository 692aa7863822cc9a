#include "harness/cli/foreign.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <set>
#include <utility>

#include "drivers/common/foreign_load.h"
#include "drivers/redis/protocol.h"

namespace tidemark {
namespace {

constexpr std::size_t kMostAddresses = 16;
constexpr std::uint16_t kWebPort = 80;

void set_port(Endpoint& endpoint, std::uint16_t port) {
  if (endpoint.address.ss_family == AF_INET)
    reinterpret_cast<sockaddr_in&>(endpoint.address).sin_port = htons(port);
  else
    reinterpret_cast<sockaddr_in6&>(endpoint.address).sin6_port = htons(port);
}

// Where the target serves the file: where it serves HTTP anyway.
LoadUrl web_of(const LoadUrl& url) {
  LoadUrl web = url;
  if (url.scheme != "http" || url.secure) web.port = kWebPort;
  web.scheme = "http";
  web.secure = false;
  return web;
}

std::string who() {
  char host[256] = "?";
  ::gethostname(host, sizeof host - 1);
  return fmt::format("uid {} on {}", ::getuid(), host);
}

class GuardedDriver final : public Driver {
 public:
  GuardedDriver(std::unique_ptr<Driver> driver, OwnershipWatch watch)
      : driver_(std::move(driver)), watch_(std::move(watch)) {}

  Status use(const CycleSettings& settings) override {
    return driver_->use(settings);
  }
  Status open(const WayCounts& plan) override {
    TIDEMARK_TRY(watch_.check_if_due());
    return driver_->open(plan);
  }
  Status exercise() override {
    TIDEMARK_TRY(watch_.check_if_due());
    return driver_->exercise();
  }
  Status close() override { return driver_->close(); }
  Count open_now() const override { return driver_->open_now(); }
  LoadCounts take_counts() override { return driver_->take_counts(); }
  LoadTimes take_times() override { return driver_->take_times(); }

 private:
  std::unique_ptr<Driver> driver_;
  OwnershipWatch watch_;
};

}  // namespace

Status check_foreign_flow(const LoadSpec& spec) {
  if (spec.engine != Engine::kRedis) return {};
  const std::string refused = redis::refused_off_loopback(spec);
  if (refused.empty()) return {};
  return fail(ErrorKind::kUsage,
              fmt::format("target refused: the command {} is for loopback only",
                          refused),
              "what destroys data, ends the service, runs scripts or is only "
              "known while it runs is not sent to other machines");
}

Result<std::vector<OwnershipQuestion>> ownership_questions(
    const std::vector<ForeignFlow>& flows, const std::string& digest) {
  std::vector<OwnershipQuestion> questions;
  for (const ForeignFlow& flow : flows) {
    const LoadUrl web = web_of(flow.url);
    for (const Endpoint& endpoint : flow.endpoints) {
      auto known = std::find_if(
          questions.begin(), questions.end(), [&](const auto& question) {
            return question.address.text == endpoint.text &&
                   question.host == web.authority();
          });
      if (known == questions.end()) {
        known = questions.insert(questions.end(),
                                 {endpoint, web.authority(), digest, {}});
        set_port(known->address, web.port);
      }
      for (const std::string& way : hostile_ways(flow.spec))
        known->hostile.push_back(way);
    }
  }
  if (questions.size() > kMostAddresses)
    return fail(ErrorKind::kUsage,
                fmt::format("target refused: wanted at most {} addresses off "
                            "loopback, found {}",
                            kMostAddresses, questions.size()),
                "name one of them in the URL");
  return questions;
}

std::string audit_line(const std::vector<ForeignFlow>& flows,
                       const TargetPolicy& policy) {
  if (flows.empty()) return {};
  std::set<std::string> targets;
  std::set<std::string> files;
  for (const ForeignFlow& flow : flows) {
    for (const Endpoint& endpoint : flow.endpoints)
      targets.insert(
          fmt::format("{} ({})", flow.url.authority(), endpoint.text));
    files.insert(fmt::format("http://{}{}", web_of(flow.url).authority(),
                             kOwnershipPath));
  }
  std::vector<std::string> ranges;
  for (const AddressRange& range : policy.allowed) ranges.push_back(range.text);
  return fmt::format("{}; target {}; by --allow-target {} and {}; {}", who(),
                     fmt::join(targets, ", "), fmt::join(ranges, " "),
                     fmt::join(files, ", "), foreign_caps());
}

std::unique_ptr<Driver> guarded(std::unique_ptr<Driver> driver,
                                OwnershipWatch watch) {
  return std::make_unique<GuardedDriver>(std::move(driver), std::move(watch));
}

Status check_readiness(const TargetSpec& target) {
  if (!target.ready.tcp.empty() || !target.ready.output.empty()) return {};
  return fail(ErrorKind::kUsage,
              "target refused: a load off loopback says by itself when the "
              "service is ready",
              "its address is not tried before it agreed: set "
              "target.ready.output, or target.ready.tcp on loopback");
}

}  // namespace tidemark
