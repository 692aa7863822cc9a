// What a conversation or a responder tells about some bytes, as text: for
// comparing the same bytes in different pieces.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/common/random.h"
#include "drivers/http/protocol.h"
#include "drivers/http/responder.h"
#include "tests/support/late_answers.h"

namespace tidemark::http_test {

// Gives `bytes` to `take` in pieces; `cut` says how large the next one is
// at most.
inline void in_pieces(
    std::string_view bytes, const std::function<std::size_t()>& cut,
    const std::function<void(std::span<std::uint8_t>)>& take) {
  while (!bytes.empty()) {
    const std::string_view piece = bytes.substr(0, cut());
    // A copy of its own: ASan sees who reads beyond it, or later.
    std::vector<std::uint8_t> copy(piece.begin(), piece.end());
    take(copy);
    bytes.remove_prefix(piece.size());
  }
}

struct Teller final : ConversationEvents {
  void greeted(Status) override { story += "greeted\n"; }
  void replied(const Reply& reply) override {
    story += "reply " + std::to_string(reply.status);
    if (!reply.error.empty()) story += " (" + std::string(reply.error) + ")";
    story += " of " + std::to_string(reply.size) + " `";
    story.append(reply.head).append("` `").append(reply.body).append("`\n");
    if (waiting > 0) --waiting;
    // Behind a switch of protocols the pieces are pushed as they come.
    if (reply.status == 101) marks_pushes = false;
  }
  void pushed(const Reply& message) override {
    if (marks_pushes) story += "pushed `";
    story += message.body;
    if (marks_pushes) story += "`\n";
  }
  void ended(Ending how, std::string_view why) override {
    static const char* const kNames[] = {"answered", "closing", "violation"};
    story += std::string(kNames[static_cast<int>(how)]) + ": ";
    story.append(why).append("\n");
  }
  const Request* awaited() const override {
    return waiting > 0 ? request.get() : nullptr;
  }
  std::string& out() override { return answers; }
  bool alive() const override { return true; }

  std::unique_ptr<Request> request;
  int waiting = 1;  // so many replies are awaited
  bool marks_pushes = true;
  std::string story;
  std::string answers;
};

inline std::unique_ptr<Protocol> protocol_for(const LoadSpec& load = {}) {
  return std::move(*make_http_protocol(load, {"http", "127.0.0.1", 9001, "/"}));
}

// The step whose request has the replies of `kind`: bit 1 HEAD, bit 2 keeps
// the body, bit 3 CONNECT, bit 4 keeps the head.
inline Step step_of(unsigned kind) {
  Step step;
  if ((kind & 2) != 0) step.method = "HEAD";
  if ((kind & 8) != 0) {
    step.method = "CONNECT";
    step.path = "a:1";
  }
  if ((kind & 4) != 0) step.expect.contains = "x";
  if ((kind & 16) != 0)
    step.captures.push_back({"a", CaptureFrom::kHeader, "A"});
  return step;
}

inline std::string reply_story(unsigned kind, std::string_view bytes,
                               const std::function<std::size_t()>& cut) {
  const std::unique_ptr<Protocol> protocol = protocol_for();
  Teller teller;
  teller.request = std::move(*protocol->prepare(step_of(kind), {}));
  teller.waiting = 4;
  teller.marks_pushes = (kind & 8) == 0;
  const std::unique_ptr<Conversation> conversation = protocol->start(0);
  in_pieces(bytes, cut, [&](std::span<std::uint8_t> piece) {
    conversation->take(piece, teller);
  });
  teller.story += "FIN\n";
  conversation->take_end(teller);
  return teller.story;
}

// Of a stand-in that answers everything with an echo.
inline std::string request_story(std::string_view bytes,
                                 const std::function<std::size_t()>& cut) {
  StandInSpec spec;
  spec.rules.resize(1);
  spec.rules[0].echo = true;
  LateAnswers standin(make_http_responder(spec), spec);
  in_pieces(bytes, cut,
            [&](std::span<std::uint8_t> piece) { standin.take(piece); });
  return standin.story + "OUT\n" + standin.wire;
}

// As corpus/http has it: the first byte says whose bytes they are (bit 0: a
// client's) and of which kind.
inline std::string corpus_story(std::string_view file,
                                const std::function<std::size_t()>& cut) {
  if (file.empty()) return {};
  const unsigned kind = static_cast<unsigned char>(file[0]);
  file.remove_prefix(1);
  return (kind & 1) != 0 ? request_story(file, cut)
                         : reply_story(kind & 0x1e, file, cut);
}

}  // namespace tidemark::http_test
