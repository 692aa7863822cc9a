#include "drivers/websocket/protocol.h"

#include <fmt/format.h>

#include <array>
#include <exception>
#include <string>
#include <utility>

#include "drivers/websocket/answer.h"
#include "drivers/websocket/client.h"
#include "drivers/websocket/codec_hybi13.h"
#include "drivers/websocket/provocations.h"

namespace tidemark {
namespace {

using websocket::Client;
using websocket::ClientHandshake;
using websocket::ClientShared;
using websocket::Codec;
using websocket::CodecPool;
using websocket::MessageKind;
using websocket::MessageRequest;

constexpr std::array kBehaviors = {
    CloseBehavior::kGraceful,      CloseBehavior::kCloseNoWait,
    CloseBehavior::kFin,           CloseBehavior::kReset,
    CloseBehavior::kHalfClose,     CloseBehavior::kHalfOpen,
    CloseBehavior::kStall,         CloseBehavior::kSlowReader,
    CloseBehavior::kIgnoreClose,   CloseBehavior::kAbortMidHandshake,
    CloseBehavior::kAbortMidFrame, CloseBehavior::kAbortMidFragment,
};

Status check_size(Bytes size) {
  if (size.value >= 0 && size <= websocket::kMaxMessage) return {};
  return fail(ErrorKind::kUsage,
              fmt::format("wanted a message size from 0 to {} bytes, found {}",
                          websocket::kMaxMessage.value, size.value),
              "change `size` of the traffic");
}

Status check_closes(const std::vector<WeightedClose>& closes) {
  CodecPool pool(0);
  Codec codec(websocket::Role::kClient, pool);
  std::string wire;
  for (const WeightedClose& close : closes) {
    if (!codec.append_close(close.code, {}, wire))
      return fail(ErrorKind::kUsage,
                  fmt::format("close code {} may not be sent", close.code),
                  "use 1000, another of 1001 to 1014 that RFC 6455 allows, or "
                  "3000 to 4999");
    if (!codec.append_close(close.code, close.reason, wire))
      return fail(
          ErrorKind::kUsage,
          fmt::format("close reason `{:.40}` may not be sent", close.reason),
          "at most 123 bytes of UTF-8 fit into a close frame, and "
          "none beside code 1005");
  }
  return {};
}

tl::unexpected<Error> bad_step(std::string_view what, std::string_view hint) {
  return fail(ErrorKind::kUsage, std::string(what), std::string(hint));
}

// What only other protocols have.
Status check_fields(const Step& step) {
  const std::pair<bool, std::string_view> foreign[] = {
      {!step.method.empty(), "method"},
      {!step.path.empty(), "path"},
      {!step.headers.empty(), "headers"},
      {step.chunked, "chunked"},
      {!step.words.empty(), "command"},
      {step.expect.status.has_value(), "status"}};
  for (const auto& [used, name] : foreign)
    if (used)
      return bad_step(
          fmt::format("a step of a WebSocket flow has no `{}`", name),
          "it sends a body or a size, as text or binary");
  for (const Capture& capture : step.captures)
    if (capture.from == CaptureFrom::kHeader)
      return bad_step(
          fmt::format("`{}` cannot be captured from a header", capture.as),
          "a WebSocket message has none: capture from its body");
  if (step.kind == StepKind::kReceive && (!step.body.empty() || step.size))
    return bad_step("a step that receives sends nothing",
                    "send its body or size with a step of its own");
  if (step.size && !step.body.empty())
    return bad_step("a step has both a body and a size",
                    "keep one: a size asks for a generated body");
  return {};
}

ReplyRule reply_rule(const Step& step) {
  if (step.expect.replies) return *step.expect.replies;
  const Expect& expect = step.expect;
  const bool other = !expect.contains.empty() || !expect.equals.empty() ||
                     expect.size || !step.captures.empty();
  return step.size && !other ? ReplyRule::kEcho : ReplyRule::kAny;
}

class WebsocketProtocol final : public Protocol {
 public:
  WebsocketProtocol(ClientHandshake handshake, std::uint64_t seed)
      : shared_(std::move(handshake), seed) {}

  Result<std::unique_ptr<Request>> prepare(
      const Step& step, const VariableNames& names) override {
    TIDEMARK_TRY(check_fields(step));
    if (step.size) TIDEMARK_TRY(check_size(*step.size));
    auto request = std::make_unique<MessageRequest>();
    request->keep_body = true;
    request->kind = step.binary ? MessageKind::kBinary : MessageKind::kText;
    if (step.kind == StepKind::kReceive) {
      request->receives = true;
      return request;
    }
    if (step.kind != StepKind::kSend)
      return fail(ErrorKind::kBug, "this step is the engine's to carry out");
    const ReplyRule rule = reply_rule(step);
    request->wants_reply = rule != ReplyRule::kIgnore;
    request->compares = rule == ReplyRule::kEcho && !step.size;
    request->generated = step.size;
    request->echoes = rule == ReplyRule::kEcho;
    Result<TextTemplate> body = TextTemplate::parse(step.body, names);
    TIDEMARK_TRY(body);
    request->body = *std::move(body);
    if (request->body.constant()) TIDEMARK_TRY(write_constant(*request));
    return request;
  }

  Step plain_step(const Traffic& traffic) const override {
    Step step;
    step.kind = StepKind::kSend;
    step.size = traffic.size;
    step.binary = traffic.binary;
    step.expect.replies = traffic.replies;
    return step;
  }

  std::unique_ptr<Conversation> start(std::uint32_t) override {
    return std::make_unique<Client>(shared_);
  }

  std::string_view last_word() const override { return "close frame"; }

  std::span<const CloseBehavior> behaviors() const override {
    return kBehaviors;
  }

  std::span<const Provocation> provocations() const override {
    return websocket::provocations();
  }

  std::string describe_answer(std::string_view bytes) const override {
    return websocket::describe_answer(bytes);
  }

 private:
  // Tries it, too: text must be UTF-8, and no message is endless.
  Status write_constant(MessageRequest& request) {
    const std::vector<std::string> no_values;
    Random random(0);
    request.body.append(TemplateContext{.values = no_values, .random = random},
                        request.constant);
    TIDEMARK_TRY(
        check_size(Bytes{static_cast<std::int64_t>(request.constant.size())}));
    Codec codec(websocket::Role::kClient, shared_.pool);
    std::string wire;
    if (!codec.append(request.kind, request.constant, wire))
      return bad_step("a text message is not UTF-8",
                      "correct it, or send it as binary");
    return {};
  }

  ClientShared shared_;
};

}  // namespace

Result<std::unique_ptr<Protocol>> make_websocket_protocol(const LoadSpec& spec,
                                                          const LoadUrl& url) {
  TIDEMARK_TRY(check_size(spec.traffic.size));
  TIDEMARK_TRY(check_closes(spec.close));
  Result<ClientHandshake> handshake =
      ClientHandshake::make(url, spec.headers, spec.subprotocols);
  TIDEMARK_TRY(handshake);
  return std::make_unique<WebsocketProtocol>(*std::move(handshake), spec.seed);
}

}  // namespace tidemark
