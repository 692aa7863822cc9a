// A client's conversation, made as the engine makes it, and the service's
// side of the wire to speak with it.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "drivers/common/load_url.h"
#include "drivers/websocket/codec_hybi13.h"
#include "drivers/websocket/protocol.h"
#include "tests/unit/drivers/websocket/listeners.h"

namespace tidemark::websocket_test {

class WebsocketConversation : public testing::Test {
 protected:
  using MessageKind = websocket::MessageKind;

  static LoadUrl url() {
    LoadUrl made;
    made.scheme = "ws";
    made.host = "127.0.0.1";
    made.port = 9001;
    made.resource = "/chat";
    return made;
  }

  void start(const LoadSpec& spec = {}) {
    auto made = make_websocket_protocol(spec, url());
    ASSERT_TRUE(made) << made.error().message;
    protocol_ = *std::move(made);
    conversation_ = protocol_->start(0);
  }

  std::unique_ptr<Request> prepare(const Step& step) {
    auto made = protocol_->prepare(step, names_);
    EXPECT_TRUE(made) << made.error().message;
    return made ? *std::move(made) : nullptr;
  }

  static Step text(std::string body, ReplyRule rule = ReplyRule::kEcho) {
    Step step;
    step.body = std::move(body);
    step.binary = false;
    step.expect.replies = rule;
    return step;
  }

  // The right reply to what greet() has written.
  static std::string switching(const std::string& request) {
    const std::string name = "Sec-WebSocket-Key: ";
    return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
           "Connection: Upgrade\r\nSec-WebSocket-Accept: " +
           websocket::accept_value(std::string_view(request).substr(
               request.find(name) + name.size(), 24)) +
           "\r\n\r\n";
  }

  void open() {
    std::string request;
    EXPECT_FALSE(conversation_->greet(request));
    feed(*conversation_, switching(request), events_);
    ASSERT_EQ(events_.diary, Lines{"open"});
    events_.diary.clear();
  }

  // What is sent for it, read by a server's codec: "text Hello".
  Lines send(const Request& request, std::string_view generated = {}) {
    std::string out;
    conversation_->send(request, {context_, generated}, out);
    events_.request = request.wants_reply ? &request : nullptr;
    return read(out);
  }

  static Lines read(std::string wire) {
    websocket::CodecPool pool(1);
    websocket::Codec codec(websocket::Role::kServer, pool);
    Lines found;
    std::span<std::uint8_t> rest(reinterpret_cast<std::uint8_t*>(wire.data()),
                                 wire.size());
    while (true) {
      const auto message = codec.next(rest);
      if (!message) found.push_back("error: " + message.error().message);
      if (!message || !*message) return found;
      static const char* const kNames[] = {"text", "binary", "ping", "pong",
                                           "close"};
      std::string line = kNames[static_cast<int>((*message)->kind)];
      if ((*message)->kind == MessageKind::kClose)
        line += " " + std::to_string((*message)->close_code);
      found.push_back(line + " " + std::string((*message)->payload));
    }
  }

  void take(const std::string& bytes) { feed(*conversation_, bytes, events_); }

  VariableNames names_;
  std::vector<std::string> values_;
  Random random_{5};
  TemplateContext context_{values_, 7, 3, 0, random_};
  std::unique_ptr<Protocol> protocol_;
  std::unique_ptr<Conversation> conversation_;
  ClientEvents events_;
};

}  // namespace tidemark::websocket_test
