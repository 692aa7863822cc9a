// The `stress` section: arrivals by a schedule that does not wait for the
// service. Names and meanings are k6's.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "harness/scenario/quantities.h"
#include "harness/scenario/sections.h"
#include "tidemark/ways.h"

namespace tidemark {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

constexpr std::uint32_t kMaxRequests = 1'000'000'000;

// A number without unit, perhaps with a fraction.
std::optional<double> plain_number(const Node& node) {
  if (node.kind != NodeKind::kScalar || node.quoted) return std::nullopt;
  const std::string& text = node.text;
  const bool plain =
      !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= '0' && c <= '9') || c == '.';
      });
  if (!plain) return std::nullopt;
  double value = 0;
  const char* end = text.data() + text.size();
  const std::from_chars_result parsed =
      std::from_chars(text.data(), end, value, std::chars_format::fixed);
  if (parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;
  return value;
}

class StressReader {
 public:
  StressReader(Section& section, StressSpec& stress)
      : section_(section), stress_(stress) {}

  void read() {
    read_executor();
    read_time_unit();
    read_rates();
    read_connections();
    read_times();
    section_.word<bool>("arrivals", stress_.poisson,
                        {{"uniform", false}, {"poisson", true}});
    section_.flag("reuse", stress_.reuse);
    read_requests();
    section_.duration("startAfter", stress_.start_after, Duration(0),
                      hours(24));
    section_.duration("gracefulStop", stress_.graceful_stop, Duration(0),
                      hours(1));
    section_.finish();
  }

 private:
  void read_executor() {
    section_.word<Executor>(
        "executor", stress_.executor,
        {{"constant-arrival-rate", Executor::kConstantArrivalRate},
         {"ramping-arrival-rate", Executor::kRampingArrivalRate},
         {"constant-connections", Executor::kConstantConnections},
         {"ramping-connections", Executor::kRampingConnections},
         {"constant-vus", Executor::kConstantConnections},
         {"ramping-vus", Executor::kRampingConnections}});
  }

  void read_time_unit() {
    Duration unit = std::chrono::seconds(1);
    section_.duration("timeUnit", unit, milliseconds(1), hours(24));
    unit_seconds_ = std::chrono::duration<double>(unit).count();
  }

  // `100/s`, or a number of arrivals per timeUnit.
  std::optional<double> read_arrivals(const Node& node,
                                      const std::string& name) {
    if (const std::optional<double> number = plain_number(node)) {
      const double rate = *number / unit_seconds_;
      if (rate <= kMaxRate) return rate;
      add_mismatch(node, name, fmt::format("at most {}/s", kMaxRate),
                   section_.problems());
      return std::nullopt;
    }
    return read_rate(node, name, kMaxRate, section_.problems());
  }

  // False if the field is wrong. REQUIRES: it is there.
  bool arrivals(std::string_view key, double& out) {
    const std::optional<double> rate =
        read_arrivals(*section_.find(key), section_.path(key));
    if (rate) out = *rate;
    return rate.has_value();
  }

  // Whether `key` is there and belongs to the executor.
  const Node* find_if(std::string_view key, bool belongs) {
    const Node* node = section_.find(key);
    if (node == nullptr || belongs) return node;
    section_.complain(
        *node, key,
        fmt::format("means nothing for {}", to_word(stress_.executor)));
    return nullptr;
  }

  void read_rates() {
    const Executor executor = stress_.executor;
    const bool ramping_rate = executor == Executor::kRampingArrivalRate;
    if (const Node* rate = find_if("rate", !ramping_rate)) {
      const bool read = arrivals("rate", stress_.rate);
      if (read && executor == Executor::kConstantArrivalRate &&
          stress_.rate == 0)
        section_.complain(*rate, "rate", "wanted more than nothing");
    } else if (executor == Executor::kConstantArrivalRate) {
      section_.require("rate", "say how often: rate: 100/s");
    }
    if (find_if("startRate", ramping_rate))
      arrivals("startRate", stress_.start);
    if (find_if("stages", is_ramping(stress_)))
      read_stages();
    else if (is_ramping(stress_))
      section_.require("stages",
                       "say how: stages: [ { duration: 30s, target: 200 } ]");
  }

  void read_connections() {
    const Executor executor = stress_.executor;
    if (find_if("connections", executor == Executor::kConstantConnections))
      section_.whole("connections", stress_.connections, 1, kMaxConnections);
    if (find_if("startConnections",
                executor == Executor::kRampingConnections)) {
      std::uint32_t start = 0;
      section_.whole("startConnections", start, 0, kMaxConnections);
      stress_.start = start;
    }
    if (find_if("maxConnections", has_arrivals(stress_)))
      section_.whole("maxConnections", stress_.max_connections, 1,
                     kMaxConnections);
    if (const Node* alias = find_if("maxVUs", has_arrivals(stress_))) {
      section_.whole("maxVUs", stress_.max_connections, 1, kMaxConnections);
      if (section_.find("maxConnections") != nullptr)
        section_.complain(*alias, "maxVUs",
                          "means the same as `maxConnections`",
                          "keep one of them");
    }
  }

  void read_times() {
    if (find_if("duration", !is_ramping(stress_)))
      section_.duration("duration", stress_.duration, milliseconds(1),
                        hours(24));
  }

  void read_requests() {
    const Node* node = section_.find("requestsPerConnection");
    section_.whole("requestsPerConnection", stress_.requests_per_connection, 0,
                   kMaxRequests);
    if (node != nullptr && !stress_.reuse)
      section_.complain(*node, "requestsPerConnection",
                        "means nothing without reuse", "add reuse: true");
  }

  void read_stages() {
    const Node& node = *section_.find("stages");
    const std::string name = section_.path("stages");
    if (node.kind != NodeKind::kList) {
      add_mismatch(node, name, "a list of stages", section_.problems(),
                   "write [ { duration: 30s, target: 200 } ]");
      return;
    }
    if (node.items.empty())
      section_.complain(node, "stages", "wanted at least one, found none");
    for (std::size_t i = 0; i < node.items.size(); ++i)
      stress_.stages.push_back(
          read_stage(node.items[i], fmt::format("{}[{}]", name, i)));
  }

  RateStage read_stage(const Node& node, const std::string& name) {
    RateStage stage;
    Section section(node, name, section_.problems());
    section.require("duration", "say how long: duration: 30s");
    section.duration("duration", stage.duration, Duration(0), hours(24));
    const Node* target =
        section.require("target", "say where it ends: target: 200");
    if (target != nullptr && has_arrivals(stress_)) {
      const std::optional<double> rate =
          read_arrivals(*target, section.path("target"));
      if (rate) stage.target = *rate;
    } else if (target != nullptr) {
      std::uint32_t connections = 0;
      section.whole("target", connections, 0, kMaxConnections);
      stage.target = connections;
    }
    section.finish();
    return stage;
  }

  Section& section_;
  StressSpec& stress_;
  double unit_seconds_ = 1;
};

}  // namespace

void read_stress(Section section, StressSpec& stress) {
  StressReader(section, stress).read();
}

}  // namespace tidemark
