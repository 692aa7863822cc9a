// What a conversation tells its engine, noted while it reads and acted upon
// when it has finished: nothing is torn down below a reader's feet. Private
// to the engine.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "drivers/common/engine.h"

namespace tidemark {

class FlowEngine::Events final : public ConversationEvents {
 public:
  explicit Events(FlowEngine& engine) : engine_(engine) {}

  // For one connection, until the next begin().
  void begin(Connection& connection) {
    connection_ = &connection;
    greeted_.reset();
    ended_.reset();
    waited_ = connection.unsent ? connection.unsent->size() : 0;
  }

  void greeted(Status status) override { greeted_ = std::move(status); }
  void replied(const Reply& reply) override {
    engine_.on_reply(*connection_, reply);
  }
  void pushed(const Reply& message) override {
    engine_.on_push(*connection_, message);
  }
  void ended(Ending how, std::string_view why) override {
    if (!ended_) ended_ = {how, std::string(why)};
  }
  const Request* awaited() const override {
    const Player* player = connection_->player.get();
    if (player == nullptr || player->awaited.empty()) return nullptr;
    return engine_.setup_.program->requests()[player->awaited.front().step]
        .request.get();
  }
  // Behind what waits already, so that its size tells a conversation of a
  // service that does not read.
  std::string& out() override {
    return connection_->unsent ? connection_->unsent->tail() : engine_.out_;
  }
  bool alive() const override {
    return !ended_ && !(greeted_ && !greeted_->has_value());
  }

  std::optional<Status> greeted_;
  std::optional<std::pair<Ending, std::string>> ended_;
  std::size_t waited_ = 0;  // unsent when it began to read

 private:
  FlowEngine& engine_;
  Connection* connection_ = nullptr;
};

}  // namespace tidemark
