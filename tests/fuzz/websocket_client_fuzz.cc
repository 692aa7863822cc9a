// Bytes from a service, read by a client's conversation: nothing may crash,
// grow without end, come after the end, or depend on where the bytes are cut.
//
// The first byte: bit 0 the reply to the handshake is part of the bytes, bit
// 1 our good-bye comes first, bit 2 an echo is awaited; the rest seeds cuts.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "drivers/common/random.h"
#include "drivers/websocket/codec_hybi13.h"
#include "drivers/websocket/protocol.h"

namespace {

using namespace tidemark;

class Story final : public ConversationEvents {
 public:
  void greeted(Status status) override {
    note(status ? "open" : status.error().message);
    over = !status;
  }
  void replied(const Reply& reply) override {
    note(reply.error);
    note(reply.body);
    request = nullptr;
  }
  void pushed(const Reply& message) override { note(message.body); }
  void ended(Ending, std::string_view why) override {
    note(why);
    over = true;
  }
  const Request* awaited() const override { return request; }
  std::string& out() override { return written; }
  bool alive() const override { return true; }

  std::string text;
  std::string written;
  const Request* request = nullptr;
  bool over = false;

 private:
  void note(std::string_view line) {
    if (over) std::abort();  // nothing may follow the end
    text += line;
    text += '\n';
  }
};

LoadUrl url() {
  LoadUrl made;
  made.scheme = "ws";
  made.host = "127.0.0.1";
  made.resource = "/";
  return made;
}

std::string run(unsigned mode, std::string_view bytes, Random* random) {
  // Anew, so that both runs draw the same keys and masks.
  const std::unique_ptr<Protocol> protocol =
      *make_websocket_protocol({}, url());
  const VariableNames names;
  Step step;
  step.body = "Hello";
  step.binary = false;
  step.expect.replies = ReplyRule::kEcho;
  const std::unique_ptr<Request> request = *protocol->prepare(step, names);
  const std::unique_ptr<Conversation> conversation = protocol->start(0);
  std::string wire;
  conversation->greet(wire);
  std::string input;
  if ((mode & 1) == 0) {
    const std::size_t at = wire.find("Sec-WebSocket-Key: ") + 19;
    input =
        "HTTP/1.1 101 X\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Accept: " +
        websocket::accept_value(std::string_view(wire).substr(at, 24)) +
        "\r\n\r\n";
  }
  Story story;
  const auto feed = [&](std::string piece) {
    if (!story.over)
      conversation->take(
          {reinterpret_cast<std::uint8_t*>(piece.data()), piece.size()}, story);
  };
  if (!input.empty()) feed(input);
  if ((mode & 2) != 0) conversation->say_goodbye({}, wire);
  if ((mode & 4) != 0) story.request = request.get();
  while (!bytes.empty()) {
    std::size_t count = bytes.size();
    if (random != nullptr)
      count = std::min<std::size_t>(count, 1 + random->below(16));
    feed(std::string(bytes.substr(0, count)));
    bytes.remove_prefix(count);
  }
  return story.text + "|" + story.written;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1,
                               size - 1);
  Random random(data[0] >> 3);
  if (run(data[0], bytes, nullptr) != run(data[0], bytes, &random))
    std::abort();
  return 0;
}
