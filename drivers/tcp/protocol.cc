#include "drivers/tcp/protocol.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

#include "drivers/tcp/conversation.h"
#include "drivers/tcp/provocations.h"
#include "drivers/tcp/quoted.h"
#include "drivers/tcp/request.h"

namespace tidemark {
namespace {

using tcp::Shared;
using tcp::TcpConversation;
using tcp::TcpRequest;

constexpr CloseBehavior kBehaviors[] = {
    CloseBehavior::kGraceful,   CloseBehavior::kFin,
    CloseBehavior::kReset,      CloseBehavior::kHalfClose,
    CloseBehavior::kHalfOpen,   CloseBehavior::kStall,
    CloseBehavior::kSlowReader, CloseBehavior::kAbortMidMessage,
};

// The first message of the flow if it is a text that is always the same.
std::string first_message(const std::vector<Step>& steps) {
  for (const Step& step : steps) {
    if (step.kind == StepKind::kLoop) {
      std::string found = first_message(step.steps);
      if (!found.empty()) return found;
    }
    if (step.kind != StepKind::kSend) continue;
    const bool constant = step.body.find("{{") == std::string::npos;
    return constant ? step.body : std::string();
  }
  return {};
}

// As large as the plain message and every part of it that is asked for.
Bytes generated_size(const LoadSpec& spec) {
  Bytes size = std::max(spec.traffic.size, Bytes{1});
  for (const WeightedClose& close : spec.close)
    size = std::max(size, Bytes{close.after_bytes});
  return size;
}

class TcpProtocol final : public Protocol {
 public:
  explicit TcpProtocol(const LoadSpec& spec)
      : shared_{false, first_message(spec.flow),
                Payload(generated_size(spec), true, spec.seed)},
        traffic_(spec.traffic) {}

  Result<std::unique_ptr<Request>> prepare(
      const Step& step, const VariableNames& names) override {
    Step whole = step;
    // Nothing in particular to be sent: the plainest message.
    if (step.kind == StepKind::kSend && step.body.empty() && !step.size)
      whole.size = traffic_.size;
    Result<std::unique_ptr<TcpRequest>> request =
        tcp::prepare_request(whole, names);
    TIDEMARK_TRY(request);
    shared_.receives |= (*request)->receives;
    return std::unique_ptr<Request>(*std::move(request));
  }

  Step plain_step(const Traffic& traffic) const override {
    Step step;
    step.size = traffic.size;
    step.binary = traffic.binary;
    step.expect.replies = traffic.replies;
    return step;
  }

  std::unique_ptr<Conversation> start(std::uint32_t connection) override {
    return std::make_unique<TcpConversation>(connection, shared_);
  }

  std::span<const CloseBehavior> behaviors() const override {
    return kBehaviors;
  }

  std::span<const Provocation> provocations() const override {
    return tcp::provocations();
  }

  std::string describe_answer(std::string_view bytes) const override {
    return tcp::quoted(bytes);
  }

 private:
  Shared shared_;
  Traffic traffic_;
};

}  // namespace

Result<std::unique_ptr<Protocol>> make_tcp_protocol(const LoadSpec& spec,
                                                    const LoadUrl& url) {
  if (url.resource != "/")
    return fail(
        ErrorKind::kUsage,
        fmt::format("raw TCP has no path, but the url has `{}`", url.resource),
        "write SCHEME://HOST:PORT only");
  return std::unique_ptr<Protocol>(std::make_unique<TcpProtocol>(spec));
}

}  // namespace tidemark
