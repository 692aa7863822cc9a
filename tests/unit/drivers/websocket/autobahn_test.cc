// What the Autobahn test suite asks of a WebSocket, its sections 1 to 7 and
// 10, asked of the codec in both roles and cut in two at every byte.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/websocket/codec_hybi13.h"
#include "drivers/websocket/frame.h"
#include "tests/unit/drivers/websocket/listeners.h"

namespace tidemark::websocket {
namespace {

using websocket_test::Lines;
using namespace std::string_literals;

constexpr unsigned kTextFrame = kFin | kText;
constexpr unsigned kBinaryFrame = kFin | kBinary;
constexpr unsigned kLast = kFin | kContinuation;

struct Frame {
  unsigned first;
  std::string payload;
};

struct Case {
  const char* id;
  std::vector<Frame> frames;
  Lines expected;
};

std::string wire_of(Role role, const std::vector<Frame>& frames) {
  Random random(3);
  std::string wire;
  for (const Frame& frame : frames) {
    if (role == Role::kServer)
      append_frame(frame.first, frame.payload, random, wire);
    else
      append_unmasked(frame.first, frame.payload, wire);
  }
  return wire;
}

// Feeds `piece` and notes what comes of it. False after an error.
bool read(Codec& codec, std::string piece, Lines& found) {
  std::span<std::uint8_t> rest(reinterpret_cast<std::uint8_t*>(piece.data()),
                               piece.size());
  while (true) {
    const auto message = codec.next(rest);
    if (!message) {
      found.push_back("fail " + std::to_string(codec.violation_code()));
      return false;
    }
    if (!*message) return true;
    static const char* const kNames[] = {"text", "binary", "ping", "pong",
                                         "close"};
    std::string line = kNames[static_cast<int>((*message)->kind)];
    if ((*message)->kind == MessageKind::kClose)
      line += " " + std::to_string((*message)->close_code);
    found.push_back(line + " " + std::string((*message)->payload));
  }
}

// In pieces of `step` bytes after a first one of `cut`.
Lines decode(Role role, const std::string& wire, std::size_t cut,
             std::size_t step) {
  CodecPool pool(1);
  Codec codec(role, pool);
  Lines found;
  if (!read(codec, wire.substr(0, cut), found)) return found;
  for (std::size_t at = cut; at < wire.size(); at += step)
    if (!read(codec, wire.substr(at, step), found)) return found;
  return found;
}

void expect(const Case& test) {
  SCOPED_TRACE("Autobahn " + std::string(test.id));
  for (const Role role : {Role::kClient, Role::kServer}) {
    SCOPED_TRACE(role == Role::kClient ? "as a client" : "as a server");
    const std::string wire = wire_of(role, test.frames);
    EXPECT_EQ(decode(role, wire, wire.size(), 1), test.expected);
    EXPECT_EQ(decode(role, wire, 0, 1), test.expected) << "octet by octet";
    EXPECT_EQ(decode(role, wire, 0, 997), test.expected) << "in chops of 997";
    const bool small = wire.size() <= 4096;
    for (std::size_t i = 1; i < wire.size(); i += small || i < 20 ? 1 : 9973)
      ASSERT_EQ(decode(role, wire, i, wire.size()), test.expected)
          << "cut after byte " << i;
  }
}

const std::string kGreek = "\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5";

TEST(Autobahn, S1MessagesOfAllLengthsAreRead) {
  for (const std::size_t size : {0u, 125u, 126u, 127u, 128u, 65535u, 65536u}) {
    const std::string payload(size, '*');
    expect({"1.1.1-8", {{kTextFrame, payload}}, {"text " + payload}});
    const std::string bytes(size, '\xfe');
    expect({"1.2.1-8", {{kBinaryFrame, bytes}}, {"binary " + bytes}});
  }
}

TEST(Autobahn, S2PingsAndPongs) {
  const unsigned ping = kFin | kPing;
  const unsigned pong = kFin | kPong;
  const std::string longest(125, '\xfe');
  const std::string binary = "\0\xff\xfe\xfd\xfc\xfb\0\xff"s;
  Case ten{"2.10", {}, {}};
  for (int i = 0; i < 10; ++i) {
    ten.frames.push_back({ping, "payload-" + std::to_string(i)});
    ten.expected.push_back("ping payload-" + std::to_string(i));
  }
  const Case cases[] = {
      {"2.1", {{ping, ""}}, {"ping "}},
      {"2.2", {{ping, "Hello, world!"}}, {"ping Hello, world!"}},
      {"2.3", {{ping, binary}}, {"ping " + binary}},
      {"2.4", {{ping, longest}}, {"ping " + longest}},
      {"2.5", {{ping, longest + "x"}}, {"fail 1002"}},
      {"2.7", {{pong, ""}}, {"pong "}},
      {"2.8", {{pong, "unsolicited"}}, {"pong unsolicited"}},
      {"2.9",
       {{pong, "unsolicited"}, {ping, "p"}},
       {"pong unsolicited", "ping p"}},
      ten,
  };
  for (const Case& test : cases) expect(test);
}

TEST(Autobahn, S3ReservedBitsFail) {
  const std::string hello = "Hello, world!";
  for (unsigned bits = 1; bits <= 7; ++bits) {
    const unsigned rsv = bits << 4;
    expect({"3.1", {{kTextFrame | rsv, hello}}, {"fail 1002"}});
    expect({"3.2-4",
            {{kTextFrame, hello}, {kTextFrame | rsv, hello}},
            {"text " + hello, "fail 1002"}});
    expect({"3.5", {{kBinaryFrame | rsv, hello}}, {"fail 1002"}});
    expect({"3.6", {{kFin | kPing | rsv, hello}}, {"fail 1002"}});
    expect({"3.7", {{kFin | kClose | rsv, "\x03\xe8"}}, {"fail 1002"}});
  }
}

TEST(Autobahn, S4ReservedOpcodesFail) {
  for (const unsigned opcode :
       {3u, 4u, 5u, 6u, 7u, 0xbu, 0xcu, 0xdu, 0xeu, 0xfu}) {
    expect({"4.1/2.1", {{kFin | opcode, ""}}, {"fail 1002"}});
    expect({"4.1/2.2", {{kFin | opcode, "reserved"}}, {"fail 1002"}});
    expect({"4.1/2.3-5",
            {{kTextFrame, "Hello"}, {kFin | opcode, "x"}, {kFin | kPing, ""}},
            {"text Hello", "fail 1002"}});
  }
}

TEST(Autobahn, S5Fragmentation) {
  const unsigned ping = kFin | kPing;
  const Case cases[] = {
      {"5.1", {{kPing, "frag"}, {kLast, "ment"}}, {"fail 1002"}},
      {"5.2", {{kPong, "frag"}, {kLast, "ment"}}, {"fail 1002"}},
      {"5.3-5", {{kText, "frag"}, {kLast, "ment"}}, {"text fragment"}},
      {"5.6-8",
       {{kText, "frag"}, {ping, "p"}, {kLast, "ment"}},
       {"ping p", "text fragment"}},
      {"5.9-11", {{kLast, "lone"}, {kTextFrame, "Hello"}}, {"fail 1002"}},
      {"5.12-14",
       {{kContinuation, "lone"}, {kTextFrame, "Hello"}},
       {"fail 1002"}},
      {"5.15",
       {{kText, "frag"}, {kLast, "ment"}, {kContinuation, "x"}},
       {"text fragment", "fail 1002"}},
      {"5.16",
       {{kContinuation, "x"}, {kText, "frag"}, {kLast, "ment"}},
       {"fail 1002"}},
      {"5.17", {{kLast, "x"}, {kText, "frag"}}, {"fail 1002"}},
      {"5.18", {{kText, "frag"}, {kTextFrame, "ment"}}, {"fail 1002"}},
      {"5.18 binary", {{kText, "frag"}, {kBinaryFrame, "m"}}, {"fail 1002"}},
      {"5.19-20",
       {{kText, "1"},
        {kContinuation, "2"},
        {ping, "p"},
        {kContinuation, "3"},
        {kContinuation, "4"},
        {ping, "q"},
        {kLast, "5"}},
       {"ping p", "ping q", "text 12345"}},
  };
  for (const Case& test : cases) expect(test);
}

TEST(Autobahn, S6TextsThatAreUtf8AreRead) {
  const std::string mixed =
      "Hello-\xc2\xb5@\xc3\x9f\xc3\xb6\xc3\xa4\xc3\xbc\xc3\xa0\xc3\xa1-UTF-8!!";
  Case octets{"6.2.3", {}, {"text " + mixed}};
  for (std::size_t i = 0; i < mixed.size(); ++i) {
    const unsigned kind = i == 0 ? kText : kContinuation;
    octets.frames.push_back(
        {i + 1 == mixed.size() ? kLast : kind, mixed.substr(i, 1)});
  }
  const Case cases[] = {
      {"6.1.1", {{kTextFrame, ""}}, {"text "}},
      {"6.1.2", {{kText, ""}, {kContinuation, ""}, {kLast, ""}}, {"text "}},
      {"6.1.3",
       {{kText, ""}, {kContinuation, "middle"}, {kLast, ""}},
       {"text middle"}},
      {"6.2.1", {{kTextFrame, mixed}}, {"text " + mixed}},
      {"6.2.2",
       {{kText, mixed.substr(0, 7)}, {kLast, mixed.substr(7)}},
       {"text " + mixed}},
      octets,
  };
  for (const Case& test : cases) expect(test);

  const std::string good[] = {
      // 6.5, 6.7, 6.9, 6.11
      kGreek, "\0"s, "\xc2\x80", "\xe0\xa0\x80", "\xf0\x90\x80\x80", "\x7f",
      "\xdf\xbf", "\xef\xbf\xbf", "\xf4\x8f\xbf\xbf", "\xed\x9f\xbf",
      "\xee\x80\x80", "\xef\xbf\xbd",
      // 6.22: noncharacters
      "\xef\xbf\xbe", "\xf0\x9f\xbf\xbe", "\xf0\x9f\xbf\xbf",
      "\xf0\xaf\xbf\xbe", "\xf0\xbf\xbf\xbf", "\xf1\x8f\xbf\xbe",
      "\xf1\xbf\xbf\xbf", "\xf2\x8f\xbf\xbe", "\xf2\xbf\xbf\xbf",
      "\xf3\x8f\xbf\xbe", "\xf3\xbf\xbf\xbf", "\xf4\x8f\xbf\xbe",
      // 6.23
      "\xef\xbf\xb9", "\xef\xbf\xba", "\xef\xbf\xbb", "\xef\xbf\xbc"};
  for (const std::string& text : good)
    expect({"6.5-23", {{kTextFrame, text}}, {"text " + text}});
}

TEST(Autobahn, S6TextsThatAreNotUtf8Fail) {
  const std::string bad[] = {
      // 6.3
      kGreek + "\xed\xa0\x80" + "edited",
      // 6.8, 6.10
      "\xf8\x88\x80\x80\x80", "\xfc\x84\x80\x80\x80\x80", "\xf7\xbf\xbf\xbf",
      "\xfb\xbf\xbf\xbf\xbf", "\xfd\xbf\xbf\xbf\xbf\xbf",
      // 6.11
      "\xf4\x90\x80\x80",
      // 6.12: unexpected continuations
      "\x80", "\xbf", "\x80\xbf", "\x80\xbf\x80", "\x80\xbf\x80\xbf",
      // 6.13: lonely starts
      "\xc0 \xc1 \xc2 ", "\xc2 \xc3 ", "\xe0 \xe1 ", "\xf0 \xf1 ", "\xf8 ",
      "\xfc ",
      // 6.14, 6.15: last byte missing
      "\xc0", "\xe0\x80", "\xf0\x80\x80", "\xf8\x80\x80\x80",
      "\xfc\x80\x80\x80\x80", "\xdf", "\xef\xbf", "\xf7\xbf\xbf",
      "\xfb\xbf\xbf\xbf", "\xfd\xbf\xbf\xbf\xbf", "\xdf\xef\xbf",
      // 6.16
      "\xfe", "\xff", "\xfe\xfe\xff\xff",
      // 6.17, 6.18, 6.19: overlong
      "\xc0\xaf", "\xe0\x80\xaf", "\xf0\x80\x80\xaf", "\xf8\x80\x80\x80\xaf",
      "\xc1\xbf", "\xe0\x9f\xbf", "\xf0\x8f\xbf\xbf", "\xf8\x87\xbf\xbf\xbf",
      "\xc0\x80", "\xe0\x80\x80", "\xf0\x80\x80\x80",
      "\xfc\x80\x80\x80\x80\x80",
      // 6.20, 6.21: surrogates, alone and in pairs
      "\xed\xa0\x80", "\xed\xad\xbf", "\xed\xae\x80", "\xed\xaf\xbf",
      "\xed\xb0\x80", "\xed\xbe\x80", "\xed\xbf\xbf",
      "\xed\xa0\x80\xed\xb0\x80", "\xed\xaf\xbf\xed\xbf\xbf"};
  for (const std::string& text : bad) {
    expect({"6.3-21", {{kTextFrame, text}}, {"fail 1007"}});
    expect({"6.3-21 later", {{kTextFrame, "ok" + text}}, {"fail 1007"}});
    expect({"6.3-21 halved",
            {{kText, text.substr(0, text.size() / 2)},
             {kLast, text.substr(text.size() / 2)}},
            {"fail 1007"}});
    expect({"binary", {{kBinaryFrame, text}}, {"binary " + text}});
  }
}

TEST(Autobahn, S6EveryPrefixOfAWordIsGoodOrBadByItsLastByte) {
  const std::size_t borders[] = {0, 2, 5, 7, 9, 11};
  for (std::size_t i = 0; i <= kGreek.size(); ++i) {
    const bool good = std::find(std::begin(borders), std::end(borders), i) !=
                      std::end(borders);
    const std::string text = kGreek.substr(0, i);
    expect(
        {"6.6", {{kTextFrame, text}}, {good ? "text " + text : "fail 1007"}});
  }
}

TEST(Autobahn, S6BadTextFailsBeforeItsMessageIsWhole) {
  const Case cases[] = {
      {"6.4.1", {{kText, kGreek}, {kContinuation, "\xf4\x90"}}, {"fail 1007"}},
      {"6.4.2",
       {{kText, kGreek + "\xf4"}, {kContinuation, "\x90"}},
       {"fail 1007"}}};
  for (const Case& test : cases) expect(test);
  // 6.4.3-4: within one frame, of which nothing has come behind the bad byte.
  for (const Role role : {Role::kClient, Role::kServer}) {
    const std::string whole =
        wire_of(role, {{kTextFrame, kGreek + "\xf4\x90\x80\x80 edited"}});
    const std::size_t rest = 9;  // "\x80\x80 edited"
    const std::string start = whole.substr(0, whole.size() - rest);
    EXPECT_EQ(decode(role, start, start.size(), 1), Lines{"fail 1007"});
  }
}

TEST(Autobahn, S7ClosesAreRead) {
  const unsigned close = kFin | kClose;
  const std::string reason(123, '*');
  const Case cases[] = {
      {"7.1.1",
       {{kTextFrame, "Hello"}, {close, "\x03\xe8"}},
       {"text Hello", "close 1000 "}},
      {"7.1.4", {{kText, "frag"}, {close, "\x03\xe8"}}, {"close 1000 "}},
      {"7.3.1", {{close, ""}}, {"close 1005 "}},
      {"7.3.2", {{close, "a"}}, {"fail 1002"}},
      {"7.3.3", {{close, "\x03\xe8"}}, {"close 1000 "}},
      {"7.3.4", {{close, "\x03\xe8 why"}}, {"close 1000  why"}},
      {"7.3.5", {{close, "\x03\xe8" + reason}}, {"close 1000 " + reason}},
      {"7.3.6", {{close, "\x03\xe8" + reason + "*"}}, {"fail 1002"}},
      {"7.5.1", {{close, "\x03\xe8" + kGreek + "\xed\xa0\x80"}}, {"fail 1007"}},
  };
  for (const Case& test : cases) expect(test);
}

TEST(Autobahn, S7OnlyCodesThatMayBeSentAreRead) {
  const auto closing = [](unsigned code, const char* id, bool good) {
    const std::string payload = {static_cast<char>(code >> 8),
                                 static_cast<char>(code & 0xff)};
    expect({id,
            {{kFin | kClose, payload}},
            {good ? "close " + std::to_string(code) + " " : "fail 1002"}});
    CodecPool pool(1);
    Codec codec(Role::kClient, pool);
    std::string wire;
    if (code == kNoCloseCode) return;  // tells the codec to send none
    EXPECT_EQ(codec.append_close(static_cast<std::uint16_t>(code), "", wire)
                  .has_value(),
              good)
        << code;
  };
  for (const unsigned code :
       {1000u, 1001u, 1002u, 1003u, 1007u, 1008u, 1009u, 1010u, 1011u, 1012u,
        1013u, 1014u, 3000u, 3999u, 4000u, 4999u})
    closing(code, "7.7", true);
  for (const unsigned code : {0u, 999u, 1004u, 1005u, 1006u, 1015u, 1016u,
                              1100u, 2000u, 2999u, 5000u, 65535u})
    closing(code, "7.9, 7.13", false);
}

TEST(Autobahn, S10AMessageOfManyFragmentsIsRead) {
  const std::string payload(65536, '*');
  Case test{"10.1.1", {}, {"text " + payload}};
  for (std::size_t at = 0; at < payload.size(); at += 1300) {
    const bool last = at + 1300 >= payload.size();
    const unsigned kind = at == 0 ? kText : kContinuation;
    test.frames.push_back({last ? kLast : kind, payload.substr(at, 1300)});
  }
  expect(test);
}

}  // namespace
}  // namespace tidemark::websocket
