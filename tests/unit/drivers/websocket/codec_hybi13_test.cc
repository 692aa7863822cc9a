// The codec against RFC 6455: its examples, every split, every violation.
#include "drivers/websocket/codec_hybi13.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace tidemark::websocket {
namespace {

using Wire = std::vector<std::uint8_t>;

// What came of some bytes: messages as text, then the error if there was one.
std::vector<std::string> decode(Role role, Wire wire, std::size_t split = 0) {
  CodecPool pool(1);
  Codec codec(role, pool);
  std::vector<std::string> found;
  const std::span<std::uint8_t> whole(wire);
  for (std::span<std::uint8_t> part :
       {whole.first(split), whole.subspan(split)}) {
    while (true) {
      const auto message = codec.next(part);
      if (!message) {
        found.push_back("error: " + message.error().message);
        return found;
      }
      if (!*message) break;
      static const char* const kNames[] = {"text", "binary", "ping", "pong",
                                           "close"};
      std::string line = kNames[static_cast<int>((*message)->kind)];
      if ((*message)->kind == MessageKind::kClose)
        line += " " + std::to_string((*message)->close_code);
      found.push_back(line + " " + std::string((*message)->payload));
    }
  }
  return found;
}

// The same bytes at once and cut in two at every place give the same.
std::vector<std::string> decode_all_ways(Role role, const Wire& wire) {
  const std::vector<std::string> whole = decode(role, wire);
  for (std::size_t i = 1; i < wire.size(); ++i)
    EXPECT_EQ(decode(role, wire, i), whole) << "cut after byte " << i;
  return whole;
}

using Lines = std::vector<std::string>;

Wire operator+(Wire a, const Wire& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

Wire zeros(std::size_t size, std::uint8_t byte = 0) { return Wire(size, byte); }

// RFC 6455 §5.7.
const Wire kHello{0x81, 0x05, 0x48, 0x65, 0x6c, 0x6c, 0x6f};
const Wire kMaskedHello{0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d,
                        0x7f, 0x9f, 0x4d, 0x51, 0x58};
const Wire kHel{0x01, 0x03, 0x48, 0x65, 0x6c};
const Wire kLo{0x80, 0x02, 0x6c, 0x6f};
const Wire kPing{0x89, 0x05, 0x48, 0x65, 0x6c, 0x6c, 0x6f};
const Wire kMaskedPong{0x8a, 0x85, 0x37, 0xfa, 0x21, 0x3d,
                       0x7f, 0x9f, 0x4d, 0x51, 0x58};

TEST(WebsocketCodec, AnUnmaskedTextIsRead) {
  EXPECT_EQ(decode_all_ways(Role::kClient, kHello), Lines{"text Hello"});
}

TEST(WebsocketCodec, AMaskedTextIsRead) {
  EXPECT_EQ(decode_all_ways(Role::kServer, kMaskedHello), Lines{"text Hello"});
}

TEST(WebsocketCodec, FragmentsArePutTogether) {
  EXPECT_EQ(decode_all_ways(Role::kClient, kHel + kLo), Lines{"text Hello"});
}

TEST(WebsocketCodec, AControlFrameMayStandBetweenFragments) {
  EXPECT_EQ(decode_all_ways(Role::kClient, kHel + kPing + kLo + kHello),
            (Lines{"ping Hello", "text Hello", "text Hello"}));
}

TEST(WebsocketCodec, AMaskedPongIsRead) {
  EXPECT_EQ(decode_all_ways(Role::kServer, kMaskedPong), Lines{"pong Hello"});
}

TEST(WebsocketCodec, LengthsOf16And64BitsAreRead) {
  const Wire medium = Wire{0x82, 0x7e, 0x01, 0x00} + zeros(256, 'x');
  EXPECT_EQ(decode_all_ways(Role::kClient, medium),
            Lines{"binary " + std::string(256, 'x')});
  const Wire large =
      Wire{0x82, 0x7f, 0, 0, 0, 0, 0, 1, 0, 0} + zeros(65536, 'y');
  EXPECT_EQ(decode(Role::kClient, large),
            Lines{"binary " + std::string(65536, 'y')});
  for (std::size_t cut = 1; cut < 12; ++cut)
    EXPECT_EQ(decode(Role::kClient, large, cut), decode(Role::kClient, large));
}

TEST(WebsocketCodec, AnEmptyMessageIsAMessage) {
  EXPECT_EQ(decode_all_ways(Role::kClient, {0x82, 0x00, 0x81, 0x00}),
            (Lines{"binary ", "text "}));
}

TEST(WebsocketCodec, ACloseFrameTellsCodeAndReason) {
  EXPECT_EQ(decode_all_ways(Role::kClient, {0x88, 0x00}), Lines{"close 1005 "});
  EXPECT_EQ(decode_all_ways(Role::kClient, {0x88, 0x02, 0x03, 0xe8}),
            Lines{"close 1000 "});
  EXPECT_EQ(
      decode_all_ways(Role::kClient, {0x88, 0x05, 0x0f, 0xa1, 'b', 'y', 'e'}),
      Lines{"close 4001 bye"});
}

TEST(WebsocketCodec, EveryViolationIsAnError) {
  const std::pair<Wire, const char*> violations[] = {
      {{0x83, 0x00}, "invalid opcode"},
      {{0x87, 0x00}, "invalid opcode"},
      {{0x8b, 0x00}, "invalid opcode"},
      {{0x8f, 0x00}, "invalid opcode"},
      {{0xc1, 0x00}, "Invalid use of reserved bits"},
      {{0xa1, 0x00}, "Invalid use of reserved bits"},
      {{0x91, 0x00}, "Invalid use of reserved bits"},
      {{0x09, 0x00}, "Control messages cannot be fragmented"},
      {{0x89, 0x7e}, "Control messages are limited to"},
      {{0x80, 0x00}, "Invalid message continuation"},
      {kHel + kHello, "Invalid message continuation"},
      {kMaskedHello, "Servers may not send masked frames"},
      {Wire{0x82, 0x7e, 0x00, 0x7d},
       "Payload length was not minimally encoded"},
      {Wire{0x82, 0x7f, 0, 0, 0, 0, 0, 0, 0xff, 0xff},
       "Payload length was not minimally encoded"},
      {Wire{0x81, 0x02, 0xc3, 0x28}, "Invalid UTF8 encoding"},
      {Wire{0x81, 0x01, 0xc3}, "Invalid UTF8 encoding"},
      {Wire{0x01, 0x00, 0x80, 0x01, 0xc3}, "Invalid UTF8 encoding"},
      {Wire{0x88, 0x01, 0x03}, "Unable to extract close code"},
      {Wire{0x88, 0x02, 0x03, 0xe7}, "Extracted close code is in an invalid"},
      {Wire{0x88, 0x02, 0x03, 0xed}, "Extracted close code is in an invalid"},
      {Wire{0x88, 0x02, 0x03, 0xec}, "Extracted close code is in a reserved"},
      {Wire{0x88, 0x02, 0x13, 0x88}, "Extracted close code is in an invalid"},
      {Wire{0x88, 0x03, 0x03, 0xe8, 0xff}, "Invalid UTF-8"},
  };
  for (const auto& [wire, text] : violations) {
    const Lines found = decode_all_ways(Role::kClient, wire);
    ASSERT_FALSE(found.empty()) << text;
    EXPECT_TRUE(found.back().starts_with("error: ")) << text;
    EXPECT_NE(found.back().find(text), std::string::npos) << found.back();
  }
}

TEST(WebsocketCodec, AServerRefusesWhatIsNotMasked) {
  const Lines found = decode_all_ways(Role::kServer, kHello);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_TRUE(found[0].starts_with("error: ")) << found[0];
}

TEST(WebsocketCodec, WhatCameBeforeAViolationIsStillGiven) {
  const Lines found = decode_all_ways(Role::kClient, kHello + Wire{0x83, 0x00});
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0], "text Hello");
}

TEST(WebsocketCodec, AfterAnErrorEveryCallFails) {
  CodecPool pool(1);
  Codec codec(Role::kClient, pool);
  Wire bad{0x83, 0x00};
  std::span<std::uint8_t> input(bad);
  ASSERT_FALSE(codec.next(input));
  Wire good = kHello;
  input = good;
  EXPECT_FALSE(codec.next(input));
}

TEST(WebsocketCodec, AnAnnouncedLengthBeyondTheLimitIsRefusedAtOnce) {
  const Wire first{0x82, 0x7f, 0, 0, 0, 0, 0x01, 0x00, 0x00, 0x01};
  EXPECT_EQ(decode_all_ways(Role::kClient, first).size(), 1u);
  const Wire top_bit{0x82, 0x7f, 0x80, 0, 0, 0, 0, 0, 0, 0};
  EXPECT_EQ(decode_all_ways(Role::kClient, top_bit).size(), 1u);
}

// 3 + (2⁶⁴ − 3) is 0 to a sum that overflows; the codec beneath lets it pass.
TEST(WebsocketCodec, FragmentsWhoseLengthsOverflowAreRefused) {
  const Wire rest{0x80, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfd};
  const Lines found =
      decode_all_ways(Role::kClient, kHel + rest + zeros(64, 'x'));
  ASSERT_EQ(found.size(), 1u);
  EXPECT_TRUE(found[0].starts_with("error: ")) << found[0];
}

TEST(WebsocketCodec, WhatOneRoleWritesTheOtherReads) {
  for (const Role role : {Role::kClient, Role::kServer}) {
    CodecPool pool(3);
    Codec codec(role, pool);
    std::string wire;
    const std::string large(70000, 'z');
    ASSERT_TRUE(codec.append(MessageKind::kText, "Grüße", wire));
    ASSERT_TRUE(codec.append(MessageKind::kPing, "p", wire));
    ASSERT_TRUE(codec.append(MessageKind::kPong, "q", wire));
    ASSERT_TRUE(codec.append(MessageKind::kBinary, large, wire));
    ASSERT_TRUE(codec.append(MessageKind::kBinary, "", wire));
    ASSERT_TRUE(codec.append_close(1001, "so long", wire));
    const Role other = role == Role::kClient ? Role::kServer : Role::kClient;
    EXPECT_EQ(decode(other, Wire(wire.begin(), wire.end())),
              (Lines{"text Grüße", "ping p", "pong q", "binary " + large,
                     "binary ", "close 1001 so long"}));
  }
}

TEST(WebsocketCodec, EachFrameOfAClientHasItsOwnMask) {
  CodecPool pool(3);
  Codec codec(Role::kClient, pool);
  std::set<std::string> frames;
  for (int i = 0; i < 50; ++i) {
    std::string wire;
    ASSERT_TRUE(codec.append(MessageKind::kBinary, "same", wire));
    frames.insert(wire);
  }
  EXPECT_EQ(frames.size(), 50u);
}

TEST(WebsocketCodec, WhatCannotBeSentIsRefusedBeforeItIsSent) {
  CodecPool pool(3);
  Codec codec(Role::kClient, pool);
  std::string wire;
  EXPECT_FALSE(codec.append(MessageKind::kPing, std::string(126, 'x'), wire));
  EXPECT_FALSE(codec.append(MessageKind::kText, "\xc3(", wire));
  EXPECT_FALSE(codec.append_close(999, "", wire));
  EXPECT_FALSE(codec.append_close(1006, "", wire));
  EXPECT_FALSE(codec.append_close(1000, std::string(124, 'x'), wire));
  EXPECT_EQ(wire, "");
}

// The opening handshake.

HandshakeKey rfc_key() {
  HandshakeKey key;
  constexpr std::string_view kText = "dGhlIHNhbXBsZSBub25jZQ==";
  std::copy(kText.begin(), kText.end(), key.text.begin());
  return key;
}

const std::string kRfcReply =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
    "Connection: Upgrade\r\n"
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n";

Result<ClientHandshake> handshake(
    const std::map<std::string, std::string>& headers = {},
    const std::vector<std::string>& subprotocols = {}) {
  return ClientHandshake::make(
      *parse_load_url("ws://127.0.0.1:9001/chat?x=1", {"ws"}), headers,
      subprotocols);
}

TEST(WebsocketHandshake, TheRequestIsTheOneOfTheRfc) {
  std::string wire;
  handshake({{"X-Token", "t"}}, {"chat", "superchat"})
      ->append_request(rfc_key(), wire);
  EXPECT_EQ(wire,
            "GET /chat?x=1 HTTP/1.1\r\n"
            "Connection: Upgrade\r\n"
            "Host: 127.0.0.1:9001\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            "Sec-WebSocket-Protocol: chat, superchat\r\n"
            "Sec-WebSocket-Version: 13\r\n"
            "Upgrade: websocket\r\n"
            "User-Agent: tidemark\r\n"
            "X-Token: t\r\n\r\n");
}

TEST(WebsocketHandshake, TheAcceptKeyOfTheRfcIsAccepted) {
  EXPECT_TRUE(handshake()->check_reply(kRfcReply + "\r\n", rfc_key()));
}

TEST(WebsocketHandshake, EveryConnectionHasItsOwnKey) {
  CodecPool pool(1);
  const auto made = handshake();
  EXPECT_NE(made->new_key(pool), made->new_key(pool));
}

TEST(WebsocketHandshake, AReplyThatOpensNothingSaysWhy) {
  const auto why = [](const std::string& head) {
    const Status status =
        handshake({}, {"chat"})->check_reply(head + "\r\n", rfc_key());
    return status ? "" : status.error().message;
  };
  EXPECT_EQ(why("HTTP/1.1 404 Not Found\r\n"), "HTTP 404 instead of 101");
  EXPECT_EQ(why("HTTP/1.1 999 Odd\r\n"), "HTTP 999 instead of 101");
  EXPECT_EQ(why("HTTP/1.1 200\r\n"), "HTTP 200 instead of 101");
  EXPECT_EQ(why("SSH-2.0-OpenSSH_9.2\r\n"),
            "the reply to the handshake is not HTTP");
  std::string wrong = kRfcReply;
  wrong.replace(wrong.find("s3p"), 3, "xxx");
  EXPECT_EQ(
      why(wrong),
      "HTTP 101 with a wrong Upgrade, Connection or Sec-WebSocket-Accept");
  EXPECT_EQ(why(kRfcReply + "Sec-WebSocket-Extensions: x\r\n"),
            "an extension was accepted that was not offered");
  EXPECT_EQ(why(kRfcReply + "Sec-WebSocket-Protocol: other\r\n"),
            "subprotocol `other` was not asked for");
  EXPECT_EQ(why(kRfcReply + "Sec-WebSocket-Protocol: chat\r\n"), "");
  // A length means nothing here, and no body may be waited for.
  EXPECT_EQ(why(kRfcReply + "Content-Length: 5\r\n"), "");
}

TEST(WebsocketHandshake, HeadersThatBreakItAreRefused) {
  const auto why = [](const std::string& name, const std::string& value) {
    const auto made = handshake({{name, value}});
    return made ? "" : made.error().message;
  };
  EXPECT_EQ(why("Sec-WebSocket-Key", "x"),
            "header `Sec-WebSocket-Key` is written by the handshake");
  EXPECT_EQ(why("upgrade", "x"),
            "header `upgrade` is written by the handshake");
  EXPECT_EQ(why("Sec-WebSocket-Protocol", "x"),
            "header `Sec-WebSocket-Protocol` is written by the handshake");
  EXPECT_EQ(why("X-A", "b\r\nX-C: d"),
            "header `X-A` cannot be sent: its value contains a line end");
  EXPECT_EQ(why("X A", "b"),
            "header `X A` cannot be sent: this is no name of a header");
  EXPECT_EQ(why("Host", "example"), "");
  EXPECT_FALSE(handshake({}, {"a b"}));
}

}  // namespace
}  // namespace tidemark::websocket
