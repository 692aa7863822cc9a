#include "harness/scenario/write.h"

#include <csignal>
#include <utility>

#include "harness/scenario/secrets.h"
#include "harness/scenario/write_flow.h"
#include "harness/scenario/yaml_text.h"
#include "tidemark/sample_rate.h"

namespace tidemark {
namespace {

YamlValue texts_by_name(const std::map<std::string, std::string>& texts) {
  YamlValue map;
  for (const auto& [name, text] : texts)
    map.put(name, YamlValue::of_text(text));
  return map;
}

void put_text(YamlValue& map, const char* key, const std::string& text) {
  if (!text.empty()) map.put(key, YamlValue::of_text(text));
}

void put_duration(YamlValue& map, const char* key, Duration value,
                  Duration plain) {
  if (value != plain) map.put(key, duration_value(value));
}

void put_number(YamlValue& map, const char* key, std::uint64_t value,
                std::uint64_t plain) {
  if (value != plain) map.put(key, YamlValue::of_number(value));
}

const char* signal_word(int signal) {
  constexpr std::pair<int, const char*> kNames[] = {
      {SIGINT, "SIGINT"},   {SIGQUIT, "SIGQUIT"}, {SIGHUP, "SIGHUP"},
      {SIGUSR1, "SIGUSR1"}, {SIGUSR2, "SIGUSR2"}, {SIGKILL, "SIGKILL"}};
  for (const auto& [number, name] : kNames)
    if (number == signal) return name;
  return "SIGTERM";
}

YamlValue ready_value(const ReadyCheck& ready) {
  YamlValue map;
  put_text(map, "tcp", ready.tcp);
  put_text(map, "output", ready.output);
  put_duration(map, "timeout", ready.timeout, ReadyCheck{}.timeout);
  return map;
}

YamlValue stop_value(const StopRule& stop) {
  YamlValue map;
  if (stop.signal != StopRule{}.signal)
    map.put("signal", YamlValue::of_word(signal_word(stop.signal)));
  put_duration(map, "timeout", stop.timeout, StopRule{}.timeout);
  if (stop.expect_exit_code)
    map.put("expectExitCode", YamlValue::of_number(static_cast<std::uint64_t>(
                                  *stop.expect_exit_code)));
  return map;
}

// Where a secret is to be found is written, never a secret itself.
void put_secret(YamlValue& map, const char* key, const std::string& text) {
  if (has_secret(text)) put_text(map, key, text);
}

YamlValue pprof_value(const PprofAccess& access) {
  YamlValue map;
  put_text(map, "url", access.url);
  put_text(map, "user", access.user);
  put_secret(map, "password", access.password);
  put_secret(map, "bearer", access.bearer);
  put_text(map, "caFile", access.ca_file);
  if (!access.verify) map.put("rejectUnauthorized", YamlValue::of_flag(false));
  put_text(map, "certFile", access.certificate_file);
  put_text(map, "keyFile", access.key_file);
  if (access.rate == kServicesOwnRate)
    map.put("rate", YamlValue::of_word("default"));
  else if (access.rate == 1)
    map.put("rate", YamlValue::of_word("exact"));
  else if (access.rate)
    map.put("rate", size_value(Bytes{static_cast<std::int64_t>(*access.rate)}));
  put_duration(map, "timeout", access.timeout, PprofAccess{}.timeout);
  return map;
}

YamlValue target_value(const TargetSpec& target) {
  YamlValue map;
  map.put_some("command", YamlValue::of_texts(target.command));
  put_number(map, "pid", static_cast<std::uint64_t>(target.pid), 0);
  map.put_some("environment", texts_by_name(target.environment));
  put_text(map, "directory", target.directory);
  map.put_some("ready", ready_value(target.ready));
  map.put_some("stop", stop_value(target.stop));
  if (target.runtime == Runtime::kProcess)
    map.put("runtime", YamlValue::of_word("process"));
  if (target.runtime == Runtime::kGo)
    map.put("runtime", YamlValue::of_word("go"));
  map.put_some("pprof", pprof_value(target.pprof));
  if (target.runtime == Runtime::kJvm)
    map.put("runtime", YamlValue::of_word("jvm"));
  put_text(map, "jdk", target.jdk);
  if (target.runtime == Runtime::kV8)
    map.put("runtime", YamlValue::of_word("v8"));
  put_text(map, "allocator", target.allocator);
  if (target.stacks == StackMode::kAlways)
    map.put("stacks", YamlValue::of_word("always"));
  if (target.forks == ForkMode::kIgnore)
    map.put("forks", YamlValue::of_word("ignore"));
  if (target.retention != RetentionMode::kFindings)
    map.put("retention",
            YamlValue::of_word(target.retention == RetentionMode::kAlways
                                   ? "always"
                                   : "never"));
  if (target.memory_limit.value > 0)
    map.put("memoryLimit", size_value(target.memory_limit));
  if (target.show_output) map.put("output", YamlValue::of_word("show"));
  return map;
}

YamlValue send_value(const LoadSpec& load) {
  Traffic plain;
  if (load.engine == Engine::kHttp || load.engine == Engine::kRedis)
    plain.replies = ReplyRule::kAny;
  const Traffic& traffic = load.traffic;
  YamlValue map;
  put_number(map, "count", traffic.messages, plain.messages);
  if (traffic.size != plain.size) map.put("size", size_value(traffic.size));
  if (traffic.binary != plain.binary)
    map.put("binary", YamlValue::of_flag(traffic.binary));
  if (traffic.replies != plain.replies)
    map.put("expect", YamlValue::of_word(
                          traffic.replies == ReplyRule::kEcho  ? "echo"
                          : traffic.replies == ReplyRule::kAny ? "any"
                                                               : "ignore"));
  return map;
}

YamlValue tls_value(const TlsSpec& tls) {
  YamlValue map;
  if (!tls.verify) map.put("rejectUnauthorized", YamlValue::of_flag(false));
  put_text(map, "caFile", tls.ca_file);
  put_text(map, "serverName", tls.server_name);
  put_text(map, "certFile", tls.certificate_file);
  put_text(map, "keyFile", tls.key_file);
  return map;
}

YamlValue socket_value(const SocketSpec& socket) {
  YamlValue map;
  map.put_some("sourceIps", YamlValue::of_texts(socket.source_addresses));
  if (socket.receive_buffer)
    map.put("rcvbuf", size_value(*socket.receive_buffer));
  if (socket.send_buffer) map.put("sndbuf", size_value(*socket.send_buffer));
  if (!socket.no_delay) map.put("nodelay", YamlValue::of_flag(false));
  return map;
}

YamlValue feeders_value(const std::vector<FeederSpec>& feeders) {
  YamlValue list = YamlValue::list();
  for (const FeederSpec& feeder : feeders) {
    YamlValue map;
    map.put("path", YamlValue::of_text(feeder.path));
    map.put_some("fields", YamlValue::of_texts(feeder.fields));
    if (feeder.random) map.put("order", YamlValue::of_word("random"));
    if (feeder.skip_header) map.put("skipHeader", YamlValue::of_flag(true));
    list.add(std::move(map));
  }
  return list;
}

YamlValue timeouts_value(const Timeouts& timeouts) {
  const Timeouts plain;
  YamlValue map;
  put_duration(map, "connect", timeouts.connect, plain.connect);
  put_duration(map, "handshake", timeouts.handshake, plain.handshake);
  put_duration(map, "response", timeouts.response, plain.response);
  put_duration(map, "close", timeouts.close, plain.close);
  return map;
}

YamlValue load_value(const LoadSpec& load) {
  const LoadSpec plain;
  YamlValue map;
  if (load.engine == Engine::kExec)
    map.put("engine", YamlValue::of_word("exec"));
  put_text(map, "url", load.url);
  map.put_some("command", YamlValue::of_texts(load.command));
  put_number(map, "connections", load.connections, plain.connections);
  if (load.connect_rate != plain.connect_rate)
    map.put("connectRate", rate_value(load.connect_rate));
  put_duration(map, "hold", load.hold, plain.hold);
  if (load.flow.empty())
    map.put_some("send", send_value(load));
  else
    map.put("flow", steps_value(load.flow, load.engine));
  if (load.close != plain.close) map.put("close", closes_value(load.close));
  put_number(map, "pipeline", load.pipeline, plain.pipeline);
  map.put_some("headers", texts_by_name(load.headers));
  map.put_some("subprotocols", YamlValue::of_texts(load.subprotocols));
  put_number(map, "resp", static_cast<std::uint64_t>(load.resp),
             static_cast<std::uint64_t>(plain.resp));
  put_text(map, "username", load.username);
  put_text(map, "password", load.password);
  map.put_some("tls", tls_value(load.tls));
  map.put_some("socket", socket_value(load.socket));
  map.put_some("variables", texts_by_name(load.variables));
  map.put_some("payload", feeders_value(load.feeders));
  map.put_some("timeouts", timeouts_value(load.timeouts));
  put_number(map, "seed", load.seed, plain.seed);
  return map;
}

YamlValue warmup_value(const CycleSpec& cycles) {
  YamlValue map;
  put_number(map, "min", cycles.warmup_min, CycleSpec{}.warmup_min);
  put_number(map, "max", cycles.warmup_max, CycleSpec{}.warmup_max);
  return map;
}

YamlValue factors_value(const FactorSpec& factors) {
  YamlValue map;
  YamlValue sizes = YamlValue::list();
  for (const Bytes size : factors.sizes) sizes.add(size_value(size));
  map.put_some("size", std::move(sizes));
  const auto put_levels = [&map](const char* key,
                                 const std::vector<std::uint32_t>& levels) {
    YamlValue list = YamlValue::list();
    for (const std::uint32_t level : levels)
      list.add(YamlValue::of_number(level));
    map.put_some(key, std::move(list));
  };
  put_levels("messages", factors.messages);
  put_levels("concurrency", factors.concurrency);
  return map;
}

YamlValue cycles_value(const CycleSpec& cycles) {
  const CycleSpec plain;
  YamlValue map;
  map.put_some("warmup", warmup_value(cycles));
  put_number(map, "most", cycles.most, plain.most);
  if (cycles.factors.automatic)
    map.put("factors", YamlValue::of_word("auto"));
  else
    map.put_some("factors", factors_value(cycles.factors));
  // One of the three says that they are not planned.
  if (!cycles.planned) {
    map.put("loaded", YamlValue::of_number(cycles.loaded));
    put_number(map, "idle", cycles.idle, plain.idle);
    put_number(map, "half", cycles.half, plain.half);
  }
  put_duration(map, "settle", cycles.settle, plain.settle);
  put_duration(map, "settleTimeout", cycles.settle_timeout,
               plain.settle_timeout);
  put_duration(map, "drainTimeout", cycles.drain_timeout, plain.drain_timeout);
  put_duration(map, "linger", cycles.linger, plain.linger);
  put_duration(map, "maxDuration", cycles.max_duration, plain.max_duration);
  return map;
}

void put_budget(YamlValue& map, const char* key,
                const std::optional<Count>& value,
                const std::optional<Count>& plain) {
  if (value == plain) return;
  map.put(key,
          value ? YamlValue::of_number(static_cast<std::uint64_t>(value->value))
                : YamlValue::of_word("any"));
}

YamlValue expect_value(const Expectations& expect) {
  const Expectations plain;
  YamlValue map;
  if (expect.residue_per_connection != plain.residue_per_connection)
    map.put("residue_per_connection",
            size_value(expect.residue_per_connection));
  if (expect.peak_per_connection)
    map.put("peak_per_connection", size_value(*expect.peak_per_connection));
  put_budget(map, "fds", expect.fds, plain.fds);
  put_budget(map, "threads", expect.threads, plain.threads);
  put_budget(map, "sockets", expect.sockets, plain.sockets);
  if (expect.allow_time_growth)
    map.put("time_growth", YamlValue::of_word("allow"));
  return map;
}

}  // namespace

std::string write_scenario(const Scenario& scenario) {
  YamlValue file;
  file.put("version", YamlValue::of_number(1));
  put_text(file, "name", scenario.name);
  put_text(file, "description", scenario.description);
  file.put_some("target", target_value(scenario.target));
  if (scenario.flows.size() == 1 && scenario.flows.front().name.empty()) {
    file.put("load", load_value(scenario.flows.front()));
  } else {
    YamlValue flows;
    for (const LoadSpec& flow : scenario.flows)
      flows.put(flow.name, load_value(flow));
    file.put("flows", std::move(flows));
  }
  file.put_some("cycles", cycles_value(scenario.cycles));
  file.put_some("expect", expect_value(scenario.expect));
  put_text(file, "suppressions", scenario.suppressions);
  return yaml_text(file);
}

}  // namespace tidemark
