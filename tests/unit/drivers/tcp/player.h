// An engine without sockets: plays requests on one conversation and writes
// down all that it is told.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/tcp/protocol.h"

namespace tidemark::tcp_test {

using Lines = std::vector<std::string>;

inline Step send_step(std::string body, Expect expect = {}) {
  Step step;
  step.body = std::move(body);
  step.expect = std::move(expect);
  return step;
}

inline Step receive_step(Expect expect) {
  Step step;
  step.kind = StepKind::kReceive;
  step.expect = std::move(expect);
  return step;
}

inline Expect echo() {
  Expect expect;
  expect.replies = ReplyRule::kEcho;
  return expect;
}

inline Expect any() {
  Expect expect;
  expect.replies = ReplyRule::kAny;
  return expect;
}

inline Expect equals(std::string text) {
  Expect expect;
  expect.equals = std::move(text);
  return expect;
}

inline Expect contains(std::string text) {
  Expect expect;
  expect.contains = std::move(text);
  return expect;
}

inline Expect of_size(std::int64_t size) {
  Expect expect;
  expect.size = Bytes{size};
  return expect;
}

class Player final : public ConversationEvents {
 public:
  explicit Player(const LoadSpec& spec = {})
      : protocol_(
            *make_tcp_protocol(spec, LoadUrl{"tcp", "127.0.0.1", 7, "/"})),
        conversation_(protocol_->start(3)) {}

  Protocol& protocol() { return *protocol_; }
  Conversation& conversation() { return *conversation_; }

  // The error's message if the step is refused, else "".
  std::string prepare(const Step& step) {
    Result<std::unique_ptr<Request>> request = protocol_->prepare(step, names_);
    if (!request) return request.error().message;
    requests_.push_back(*std::move(request));
    return {};
  }

  // Sends the prepared request number `index`.
  void send(std::size_t index) {
    const Request& request = *requests_.at(index);
    const TemplateContext context{values_, 0, 3, 0, random_};
    std::string generated;
    if (request.generated)
      generated.assign(static_cast<std::size_t>(request.generated->value), 'g');
    if (request.wants_reply) awaited_.push_back(&request);
    conversation_->send(request, {context, generated}, sent);
  }

  void play(const Step& step) {
    ASSERT_EQ(prepare(step), "");
    send(requests_.size() - 1);
  }

  void take(std::string_view bytes) {
    std::vector<std::uint8_t> copy(bytes.begin(), bytes.end());
    conversation_->take(copy, *this);
    // What was shown must not be looked at later.
    std::fill(copy.begin(), copy.end(), std::uint8_t{0xee});
  }

  // The engine does not wait any longer for the oldest.
  void give_up() { awaited_.pop_front(); }

  void greeted(Status) override { told.push_back("greeted"); }
  void replied(const Reply& reply) override {
    ASSERT_FALSE(awaited_.empty()) << "a reply that nobody awaits";
    awaited_.pop_front();
    std::string line =
        "reply " + std::to_string(reply.size) + ": " + std::string(reply.body);
    if (!reply.error.empty()) line += " !" + std::string(reply.error);
    told.push_back(line);
    if (on_reply) on_reply();
  }
  void pushed(const Reply& message) override {
    std::string line = "pushed: " + std::string(message.body);
    if (!message.error.empty()) line += " !" + std::string(message.error);
    told.push_back(line);
  }
  void ended(Ending, std::string_view why) override {
    told.push_back("ended: " + std::string(why));
  }
  const Request* awaited() const override {
    return awaited_.empty() ? nullptr : awaited_.front();
  }
  std::string& out() override { return sent; }
  bool alive() const override { return is_alive; }

  VariableNames& names() { return names_; }
  std::vector<std::string>& values() { return values_; }

  Lines told;
  std::string sent;
  bool is_alive = true;
  std::function<void()> on_reply;

 private:
  VariableNames names_;
  std::vector<std::string> values_;
  Random random_{1};
  std::unique_ptr<Protocol> protocol_;
  std::vector<std::unique_ptr<Request>> requests_;
  std::unique_ptr<Conversation> conversation_;
  std::deque<const Request*> awaited_;
};

}  // namespace tidemark::tcp_test
