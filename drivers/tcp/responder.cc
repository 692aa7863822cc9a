#include "drivers/tcp/responder.h"

#include <algorithm>
#include <cstddef>
#include <deque>
#include <string>
#include <utility>

#include "drivers/tcp/quoted.h"

namespace tidemark {
namespace {

class TcpResponder final : public Responder {
 public:
  void take(std::span<std::uint8_t> input, ResponderEvents& events) override {
    if (input.empty() || ended_) return;
    unanswered_ += input.size();
    if (unanswered_ > static_cast<std::size_t>(kMaxTcpUnanswered.value)) {
      ended_ = true;
      events.ended("16 MiB came before they could be answered");
      return;
    }
    const std::string_view what(reinterpret_cast<const char*>(input.data()),
                                input.size());
    messages_.emplace_back(what);
    const std::string title = tcp::quoted(what);
    events.asked({what, title});
  }

  bool answer(const StandInRule* rule, std::string_view generated,
              std::string& out) override {
    if (messages_.empty()) return true;
    const std::string message = std::move(messages_.front());
    messages_.pop_front();
    unanswered_ -= message.size();
    std::string_view text = message;
    std::uint32_t times = 1;
    if (rule != nullptr) {
      times = rule->repeat;
      if (!rule->echo && rule->size) {
        text = generated;
      } else if (!rule->echo && (!rule->reply.empty() || rule->close)) {
        text = rule->reply;
      }
    }
    for (std::uint32_t i = 0; i < times; ++i) out += text;
    return true;
  }

  void say_goodbye(std::string&) override {}

 private:
  std::deque<std::string> messages_;  // without an answer, the oldest first
  std::size_t unanswered_ = 0;        // their bytes
  bool ended_ = false;
};

class TcpStandIn final : public StandInProtocol {
 public:
  std::unique_ptr<Responder> start() override {
    return std::make_unique<TcpResponder>();
  }

  bool fits(const StandInRule& rule, const Asked& request) const override {
    return request.what.find(rule.when) != std::string_view::npos;
  }
};

}  // namespace

std::unique_ptr<StandInProtocol> make_tcp_responder(const StandInSpec&) {
  return std::make_unique<TcpStandIn>();
}

}  // namespace tidemark
