// One conversation, and an engine's part in it, without an engine.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "drivers/common/random.h"
#include "drivers/redis/protocol.h"
#include "tests/unit/drivers/redis/story.h"

namespace tidemark::redis {

inline LoadUrl url_of(std::string resource = "/") {
  LoadUrl url;
  url.scheme = "redis";
  url.host = "127.0.0.1";
  url.port = 6379;
  url.resource = std::move(resource);
  return url;
}

inline LoadSpec resp(int version) {
  LoadSpec spec;
  spec.resp = version;
  return spec;
}

inline Step step_of(std::vector<std::string> words) {
  Step step;
  step.words = std::move(words);
  return step;
}

// A protocol, one conversation of it, and the engine's part.
class Talk {
 public:
  explicit Talk(const LoadSpec& spec = {}, std::string resource = "/")
      : protocol_(*make_redis_protocol(spec, url_of(std::move(resource)))),
        conversation_(protocol_->start(0)) {}

  Talk& greet() {
    open_ = conversation_->greet(wire);
    return *this;
  }

  const Request& prepare(const Step& step) {
    requests_.push_back(*protocol_->prepare(step, names_));
    return *requests_.back();
  }

  Talk& send(const Step& step, std::string_view generated = "") {
    const Request& request = prepare(step);
    conversation_->send(request, {context_, generated}, wire);
    if (request.wants_reply) story.waiting.push_back(&request);
    return *this;
  }

  Talk& send(std::vector<std::string> words) {
    return send(step_of(std::move(words)));
  }

  Talk& hear(std::string_view bytes) {
    feed(*conversation_, bytes, story);
    return *this;
  }

  bool leave(CloseBehavior how = CloseBehavior::kGraceful) {
    return conversation_->say_goodbye({.behavior = how}, wire);
  }

  Talk& begin(const WeightedClose& how) {
    conversation_->begin_unfinished(how, wire);
    return *this;
  }

  Lines take_lines() { return std::exchange(story.lines, {}); }
  std::string take_wire() { return std::exchange(wire, {}); }
  Protocol& protocol() { return *protocol_; }
  bool open() const { return open_; }
  VariableNames& names() { return names_; }
  std::vector<std::string>& values() { return values_; }

  Story story;
  std::string wire;

 private:
  VariableNames names_;
  std::vector<std::string> values_;
  Random random_{1};
  TemplateContext context_{.values = values_, .random = random_};
  std::unique_ptr<Protocol> protocol_;
  std::unique_ptr<Conversation> conversation_;
  std::vector<std::unique_ptr<Request>> requests_;
  bool open_ = false;
};

}  // namespace tidemark::redis
