// Everything about a flow that can be known wrong before the first packet.
#include <fmt/format.h>

#include <algorithm>

#include "drivers/common/engine.h"
#include "tidemark/ways.h"

namespace tidemark {
namespace {

Status check_traffic(const LoadSpec& spec) {
  const Bytes size = spec.traffic.size;
  if (!spec.flow.empty() || (size.value >= 0 && size <= kMaxGenerated))
    return {};
  return fail(ErrorKind::kUsage,
              fmt::format("wanted a message size from 0 to {} bytes, found {}",
                          kMaxGenerated.value, size.value),
              "change `size` of the traffic");
}

const Provocation* find_provocation(std::span<const Provocation> catalogue,
                                    const std::string& name) {
  for (const Provocation& provocation : catalogue)
    if (provocation.name == name) return &provocation;
  return nullptr;
}

std::string names_of(std::span<const CloseBehavior> behaviors) {
  std::string names;
  for (const CloseBehavior behavior : behaviors)
    names += fmt::format("{}{}", names.empty() ? "" : ", ", to_word(behavior));
  return names;
}

Result<const Provocation*> check_way(const WeightedClose& close,
                                     const LoadUrl& url, Protocol& protocol) {
  if (close.behavior == CloseBehavior::kProvocation) {
    const Provocation* found =
        find_provocation(protocol.provocations(), close.provocation);
    if (found == nullptr)
      found = find_provocation(tls_provocations(), close.provocation);
    if (found == nullptr)
      return fail(ErrorKind::kUsage,
                  fmt::format("there is no provocation `{}` for {}",
                              close.provocation, url.scheme),
                  "tidemark provocations lists them");
    if (found->when == Provocation::When::kTls && !url.secure)
      return fail(ErrorKind::kUsage,
                  fmt::format("the provocation `{}` is about TLS, which {} "
                              "does not speak",
                              close.provocation, url.scheme),
                  "use the scheme that does, or another provocation");
    return found;
  }
  const std::span<const CloseBehavior> known = protocol.behaviors();
  if (std::find(known.begin(), known.end(), close.behavior) == known.end())
    return fail(ErrorKind::kUsage,
                fmt::format("the behaviour `{}` means nothing for {}",
                            to_word(close.behavior), url.scheme),
                fmt::format("it knows {}", names_of(known)));
  if (close.behavior == CloseBehavior::kHalfOpen) {
    if (!url.unix_path.empty())
      return fail(ErrorKind::kUsage,
                  "the behaviour `half_open` means nothing for Unix sockets: "
                  "they cannot vanish",
                  "take it out of `close`");
    TIDEMARK_TRY(may_vanish());
  }
  return nullptr;
}

}  // namespace

Result<EngineSetup> make_engine_setup(const LoadSpec& spec, LoadUrl url,
                                      std::unique_ptr<Protocol> protocol,
                                      const TargetPolicy& policy,
                                      const std::string& folder) {
  EngineSetup setup;
  setup.spec = spec;
  TIDEMARK_TRY(check_traffic(spec));
  for (const WeightedClose& close : spec.close) {
    Result<const Provocation*> way = check_way(close, url, *protocol);
    TIDEMARK_TRY(way);
    setup.provocations.push_back(*way);
  }
  Result<FlowVariables> variables = FlowVariables::open(spec, folder);
  TIDEMARK_TRY(variables);
  setup.variables = *std::move(variables);
  VariableNames names;
  Result<FlowProgram> program =
      FlowProgram::compile(spec, *protocol, names, setup.variables.feeders());
  TIDEMARK_TRY(program);
  setup.variables.bind(names);
  setup.program = *std::move(program);
  if (url.secure) {
    const std::string name = url.host;
    Result<TlsContext> tls = TlsContext::client(spec.tls, name);
    TIDEMARK_TRY(tls);
    setup.tls = *std::move(tls);
  }
  Result<std::vector<Endpoint>> sources =
      find_sources(spec.socket.source_addresses);
  TIDEMARK_TRY(sources);
  setup.sources = *std::move(sources);
  Result<std::vector<Endpoint>> endpoints = find_endpoints(url, policy);
  TIDEMARK_TRY(endpoints);
  setup.endpoints = *std::move(endpoints);
  setup.url = std::move(url);
  setup.protocol = std::move(protocol);
  return setup;
}

}  // namespace tidemark
