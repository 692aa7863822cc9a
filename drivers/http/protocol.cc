#include "drivers/http/protocol.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "drivers/http/conversation.h"
#include "drivers/http/provocations.h"
#include "drivers/http/request.h"

namespace tidemark {
namespace {

using http::HttpConversation;
using http::RequestDefaults;
using http::Workshop;

constexpr std::array kBehaviors{
    CloseBehavior::kGraceful,     CloseBehavior::kFin,
    CloseBehavior::kReset,        CloseBehavior::kHalfClose,
    CloseBehavior::kHalfOpen,     CloseBehavior::kStall,
    CloseBehavior::kSlowReader,   CloseBehavior::kAbortMidHandshake,
    CloseBehavior::kAbortMidBody, CloseBehavior::kUnreadBody,
};

class HttpProtocol final : public Protocol {
 public:
  explicit HttpProtocol(RequestDefaults defaults)
      : defaults_(std::move(defaults)),
        workshop_{http::constant_opening(defaults_), {}} {}

  Result<std::unique_ptr<Request>> prepare(
      const Step& step, const VariableNames& names) override {
    return http::prepare_request(defaults_, step, names);
  }

  // An echo is what messages are answered with; here it is any reply.
  Step plain_step(const Traffic& traffic) const override {
    Step step;
    step.expect.replies = traffic.replies == ReplyRule::kIgnore
                              ? ReplyRule::kIgnore
                              : ReplyRule::kAny;
    return step;
  }

  std::unique_ptr<Conversation> start(std::uint32_t) override {
    return std::make_unique<HttpConversation>(workshop_);
  }

  std::span<const CloseBehavior> behaviors() const override {
    return kBehaviors;
  }

  std::span<const Provocation> provocations() const override {
    return http::provocations();
  }

  std::string describe_answer(std::string_view bytes) const override {
    if (bytes.empty()) return {};
    constexpr std::string_view kBegin = "HTTP/1.";
    constexpr std::size_t kStatus = kBegin.size() + 2;
    const std::string_view status =
        bytes.substr(std::min(bytes.size(), kStatus), 3);
    if (status.size() == 3 && bytes.starts_with(kBegin) &&
        bytes[kStatus - 1] == ' ' &&
        std::all_of(status.begin(), status.end(), digit))
      return fmt::format("HTTP {}", status);
    constexpr std::size_t kShown = 24;
    std::string shown(bytes.substr(0, kShown));
    for (char& c : shown)
      if (c < 0x20 || c > 0x7e) c = '?';
    return "not HTTP: " + shown;
  }

 private:
  static bool digit(char c) { return c >= '0' && c <= '9'; }

  const RequestDefaults defaults_;
  Workshop workshop_;
};

}  // namespace

Result<std::unique_ptr<Protocol>> make_http_protocol(const LoadSpec& load,
                                                     const LoadUrl& url) {
  TIDEMARK_TRY(http::check_headers(load.headers));
  return {std::make_unique<HttpProtocol>(RequestDefaults{url, load.headers})};
}

}  // namespace tidemark
