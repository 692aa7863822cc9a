// Bytes from a client, read by the stand-in: its parser of handshakes, and
// what follows one. Nothing may crash, grow without end, or depend on where
// the bytes are cut.
//
// Bits 0-1 of the first byte: the bytes stand alone; follow the start of a
// right handshake; follow a whole one. The rest of it seeds the cuts.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "drivers/common/random.h"
#include "drivers/websocket/responder.h"
#include "drivers/websocket/server_handshake.h"
#include "tests/support/websocket_frames.h"

namespace {

using namespace tidemark;

constexpr std::string_view kHandshake =
    "GET /chat HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n"
    "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

// Writes down all that happens, and answers as the stand-in does: once all
// that came is read.
class Story final : public ResponderEvents {
 public:
  void asked(const Asked& request) override {
    if (over) std::abort();  // nothing may follow the end
    text += request.title;
    text += request.what;
    ++owed;
  }
  void ended(std::string_view trouble) override {
    if (over) std::abort();
    over = true;
    text += "!";
    text += trouble;
  }
  std::string& out() override { return written; }

  void answer_all(Responder& responder) {
    for (; owed > 0; --owed)
      if (!responder.answer(nullptr, {}, written)) break;
    if (owed > 1) std::abort();  // what is asked after the end
  }

  std::string text;
  std::string written;
  int owed = 0;
  bool over = false;
};

std::string run(StandInProtocol& protocol, std::string bytes,
                std::size_t longest, Random& random) {
  const std::unique_ptr<Responder> responder = protocol.start();
  Story story;
  std::span<std::uint8_t> rest(reinterpret_cast<std::uint8_t*>(bytes.data()),
                               bytes.size());
  while (!rest.empty() && !story.over) {
    const std::size_t most = std::min(rest.size(), longest);
    const std::size_t count =
        longest > 64 ? most
                     : 1 + random.below(static_cast<std::uint32_t>(most));
    responder->take(rest.first(count), story);
    story.answer_all(*responder);
    rest = rest.subspan(count);
  }
  // It answers with no more than it was sent, and a page for the handshake.
  if (story.written.size() > 2 * bytes.size() + 4096) std::abort();
  return story.text + "|" + pongs_last(story.written);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  if (size == 0) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data) + 1,
                               size - 1);
  const unsigned mode = data[0] & 3u;
  std::string bytes;
  if (mode == 1) bytes = kHandshake.substr(0, kHandshake.size() - 2);
  if (mode == 2) bytes = kHandshake;
  bytes += input;
  const std::unique_ptr<StandInProtocol> protocol =
      make_websocket_responder({});
  Random random(data[0] >> 2);
  const std::string whole = run(*protocol, bytes, bytes.size() + 65, random);
  if (run(*protocol, bytes, 16, random) != whole) std::abort();
  websocket::UpgradeRequest found;
  (void)websocket::read_upgrade(input, found);
  return 0;
}
