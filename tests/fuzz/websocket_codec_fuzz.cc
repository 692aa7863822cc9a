// Bytes from a service, read by the WebSocket codec and by the handshake:
// nothing may crash, grow without end, or depend on where the bytes are cut.
//
// The first byte chooses: bit 0 the role, bit 1 the handshake instead of
// frames; the rest of it seeds the cuts.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/common/load_url.h"
#include "drivers/common/random.h"
#include "drivers/websocket/codec_hybi13.h"

namespace {

using namespace tidemark;
using namespace tidemark::websocket;

// All that the codec says about some bytes. False: it failed.
bool feed(Codec& codec, std::span<std::uint8_t> input, std::string& story) {
  while (true) {
    const Result<std::optional<Message>> message = codec.next(input);
    if (!message) {
      story += "!" + message.error().message;
      return false;
    }
    if (!*message) return true;
    story += static_cast<char>('0' + static_cast<int>((*message)->kind));
    story += std::to_string((*message)->close_code) + ":";
    story += (*message)->payload;
  }
}

void fuzz_frames(Role role, std::vector<std::uint8_t> bytes,
                 std::uint64_t seed) {
  CodecPool pool(1);
  std::string pieces;
  {
    std::vector<std::uint8_t> copy = bytes;
    Codec codec(role, pool);
    Random random(seed);
    std::span<std::uint8_t> rest(copy);
    bool good = true;
    while (good && !rest.empty()) {
      const std::size_t most = rest.size() < 8 ? rest.size() : 8;
      const std::size_t count =
          1 + random.below(static_cast<std::uint32_t>(most));
      const std::size_t taken = count < rest.size() ? count : rest.size();
      good = feed(codec, rest.first(taken), pieces);
      rest = rest.subspan(taken);
    }
  }
  std::string whole;
  Codec codec(role, pool);
  feed(codec, bytes, whole);
  if (whole != pieces) std::abort();  // it matters where the bytes are cut
}

void fuzz_handshake(std::string_view head) {
  const Result<LoadUrl> url = parse_load_url("ws://127.0.0.1:1/", {"ws"});
  const Result<ClientHandshake> handshake =
      ClientHandshake::make(*url, {}, {"chat"});
  // Of RFC 6455 §1.3, as the replies in the corpus.
  constexpr std::string_view kKey = "dGhlIHNhbXBsZSBub25jZQ==";
  HandshakeKey key;
  std::copy(kKey.begin(), kKey.end(), key.text.begin());
  const bool accepted = handshake->check_reply(head, key).has_value();
  // The short way must accept nothing that the long way refuses.
  if (accepted != handshake->check_closely(head, key).has_value()) std::abort();
  (void)parse_load_url(head, {"ws"});
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  if (size == 0) return 0;
  const std::span<const std::uint8_t> rest(data + 1, size - 1);
  if ((data[0] & 2) != 0) {
    fuzz_handshake({reinterpret_cast<const char*>(rest.data()), rest.size()});
  } else {
    fuzz_frames((data[0] & 1) != 0 ? Role::kServer : Role::kClient,
                {rest.begin(), rest.end()}, data[0] >> 2);
  }
  return 0;
}
