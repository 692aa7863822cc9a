// What stands in for the engines in tests of conversations and responders:
// keeps a diary of all that it was told.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "drivers/common/conversation.h"
#include "drivers/common/responder.h"

namespace tidemark::websocket_test {

using Lines = std::vector<std::string>;

// The bytes as scratch space, as a read buffer is.
template <class Taker, class Events>
void feed(Taker& taker, std::string bytes, Events& events) {
  taker.take({reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()},
             events);
  if constexpr (requires { events.taken(); }) events.taken();
}

class ClientEvents final : public ConversationEvents {
 public:
  void greeted(Status status) override {
    diary.push_back(status ? "open" : "not open: " + status.error().message);
  }
  void replied(const Reply& reply) override {
    note(reply.error.empty() ? "reply" : std::string(reply.error), reply);
    request = nullptr;
  }
  void pushed(const Reply& message) override { note("pushed", message); }
  void ended(Ending how, std::string_view why) override {
    static const char* const kNames[] = {"answered", "closing", "violation"};
    diary.push_back(std::string(kNames[static_cast<int>(how)]) + ": " +
                    std::string(why));
  }
  const Request* awaited() const override { return request; }
  std::string& out() override { return written; }
  bool alive() const override { return diary.size() < lines_to_live; }

  Lines diary;
  std::string written;
  const Request* request = nullptr;
  std::size_t lines_to_live = 1 << 20;

 private:
  void note(std::string what, const Reply& reply) {
    diary.push_back(what + (reply.binary ? ": binary " : ": text ") +
                    std::string(reply.body));
  }
};

class ServerEvents final : public ResponderEvents {
 public:
  explicit ServerEvents(bool keeps_titles = true) : keeps_(keeps_titles) {}

  void asked(const Asked& request) override {
    diary.push_back(keeps_ ? std::string(request.title) + " = " +
                                 std::string(request.what)
                           : std::string(request.what));
    const StandInRule* fit = nullptr;
    if (rule != nullptr && protocol->fits(*rule, request)) fit = rule;
    if (responder != nullptr) owed_.push_back(fit);
  }
  // As the stand-in's engine does: no answer before all bytes are read.
  void taken() {
    for (const StandInRule* fit : std::exchange(owed_, {})) {
      going_on = responder->answer(fit, generated, written);
      if (!going_on) return;
    }
  }
  void ended(std::string_view trouble) override {
    diary.push_back("ended: " + std::string(trouble));
  }
  std::string& out() override { return written; }

  // Set: requests are answered once the bytes that they came in are read.
  Responder* responder = nullptr;
  const StandInProtocol* protocol = nullptr;
  const StandInRule* rule = nullptr;

  Lines diary;
  std::string written;
  std::string generated;
  bool going_on = true;

 private:
  bool keeps_;
  std::vector<const StandInRule*> owed_;
};

}  // namespace tidemark::websocket_test
