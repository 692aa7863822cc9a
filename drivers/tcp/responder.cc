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
    unanswered_ += input.size() + kCostOfWaiting;
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
    unanswered_ -= message.size() + kCostOfWaiting;
    if (rule == nullptr || says_nothing(*rule)) {
      out += message;
      return true;
    }
    std::string_view text = rule->size ? generated : rule->reply;
    if (rule->echo) text = message;
    for (std::uint32_t i = 0; i < rule->repeat; ++i) out += text;
    return true;
  }

  void say_goodbye(std::string&) override {}

 private:
  std::deque<std::string> messages_;  // without an answer, the oldest first
  std::size_t unanswered_ = 0;        // what they cost
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
