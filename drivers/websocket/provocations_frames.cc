// What can be wrong with the frames on an open WebSocket, and with their
// order.
#include <iterator>
#include <string>
#include <string_view>

#include "drivers/websocket/frame.h"
#include "drivers/websocket/provocations.h"

namespace tidemark::websocket {
namespace {

using Scene = ProvocationScene;
using When = Provocation::When;
using Then = Provocation::Then;

constexpr unsigned kRsv1 = 0x40;
constexpr unsigned kRsv2 = 0x20;
constexpr unsigned kRsv3 = 0x10;

template <unsigned first>
void one_frame(const Scene& scene, std::string& out) {
  append_frame(first, "Hello", scene.random, out);
}

// A header of a binary message, masked, whose length is written as it is.
void raw_length(std::string_view header, std::string_view payload,
                std::string& out) {
  out += '\x82';
  out += header;
  out += std::string_view("\0\0\0\0", 4);  // a mask that changes nothing
  out += payload;
}

void pings(std::size_t size, const Scene& scene, std::string& out) {
  const std::string payload(size, 'p');
  for (int i = 0; i < 1000; ++i)
    append_frame(kFin | kPing, payload, scene.random, out);
}

constexpr Provocation kFrames[] = {
    {.name = "unmasked_text",
     .summary = "a text frame without a mask",
     .when = When::kOpen,
     .write =
         [](const Scene&, std::string& out) {
           append_unmasked(kFin | kText, "Hello", out);
         }},
    {.name = "unmasked_ping",
     .summary = "a ping without a mask",
     .when = When::kOpen,
     .write =
         [](const Scene&, std::string& out) {
           append_unmasked(kFin | kPing, "Hello", out);
         }},
    {.name = "unmasked_close",
     .summary = "a close frame without a mask",
     .when = When::kOpen,
     .write =
         [](const Scene&, std::string& out) {
           append_unmasked(kFin | kClose, "\x03\xe8", out);
         }},
    {.name = "rsv1",
     .summary = "RSV1 without an extension",
     .when = When::kOpen,
     .write = one_frame<kFin | kRsv1 | kText>},
    {.name = "rsv2",
     .summary = "RSV2 is set",
     .when = When::kOpen,
     .write = one_frame<kFin | kRsv2 | kText>},
    {.name = "rsv3",
     .summary = "RSV3 is set",
     .when = When::kOpen,
     .write = one_frame<kFin | kRsv3 | kText>},
    {.name = "rsv_on_ping",
     .summary = "a ping with all RSV bits",
     .when = When::kOpen,
     .write = one_frame<kFin | kRsv1 | kRsv2 | kRsv3 | kPing>},
    {.name = "rsv1_on_close",
     .summary = "a compressed close frame",
     .when = When::kOpen,
     .write = one_frame<kFin | kRsv1 | kClose>},
    {.name = "opcode_3",
     .summary = "reserved opcode 3",
     .when = When::kOpen,
     .write = one_frame<kFin | 0x3>},
    {.name = "opcode_4",
     .summary = "reserved opcode 4",
     .when = When::kOpen,
     .write = one_frame<kFin | 0x4>},
    {.name = "opcode_5",
     .summary = "reserved opcode 5",
     .when = When::kOpen,
     .write = one_frame<kFin | 0x5>},
    {.name = "opcode_6",
     .summary = "reserved opcode 6",
     .when = When::kOpen,
     .write = one_frame<kFin | 0x6>},
    {.name = "opcode_7",
     .summary = "reserved opcode 7",
     .when = When::kOpen,
     .write = one_frame<kFin | 0x7>},
    {.name = "opcode_b",
     .summary = "reserved control opcode B",
     .when = When::kOpen,
     .write = one_frame<kFin | 0xb>},
    {.name = "opcode_c",
     .summary = "reserved control opcode C",
     .when = When::kOpen,
     .write = one_frame<kFin | 0xc>},
    {.name = "opcode_d",
     .summary = "reserved control opcode D",
     .when = When::kOpen,
     .write = one_frame<kFin | 0xd>},
    {.name = "opcode_e",
     .summary = "reserved control opcode E",
     .when = When::kOpen,
     .write = one_frame<kFin | 0xe>},
    {.name = "opcode_f",
     .summary = "reserved control opcode F",
     .when = When::kOpen,
     .write = one_frame<kFin | 0xf>},
    {.name = "fragmented_ping",
     .summary = "a ping in two fragments",
     .when = When::kOpen,
     .write =
         [](const Scene& s, std::string& out) {
           append_frame(kPing, "Hel", s.random, out);
           append_frame(kFin | kContinuation, "lo", s.random, out);
         }},
    {.name = "fragmented_close",
     .summary = "a close frame without FIN",
     .when = When::kOpen,
     .write =
         [](const Scene& s, std::string& out) {
           append_frame(kClose, "\x03\xe8", s.random, out);
         }},
    {.name = "long_ping",
     .summary = "a ping of 126 bytes",
     .when = When::kOpen,
     .write =
         [](const Scene& s, std::string& out) {
           append_frame(kFin | kPing, std::string(126, 'p'), s.random, out);
         }},
    {.name = "huge_ping",
     .summary = "a ping that promises 2^40 bytes",
     .when = When::kOpen,
     .write =
         [](const Scene& s, std::string& out) {
           append_beginning(kFin | kPing, 1ull << 40, "p", s.random, out);
         }},
    {.name = "thousand_pings",
     .summary = "1,000 empty pings at once",
     .when = When::kOpen,
     .legal = true,
     .write = [](const Scene& s, std::string& out) { pings(0, s, out); }},
    {.name = "flood_of_pings",
     .summary = "1,000 pings of 125 bytes at once",
     .when = When::kOpen,
     .legal = true,
     .write = [](const Scene& s, std::string& out) { pings(125, s, out); }},
    {.name = "unasked_pong",
     .summary = "a pong that nobody asked for",
     .when = When::kOpen,
     .legal = true,
     .write = one_frame<kFin | kPong>},
    {.name = "lone_continuation",
     .summary = "the last fragment of a message that never began",
     .when = When::kOpen,
     .write = one_frame<kFin | kContinuation>},
    {.name = "lone_middle",
     .summary = "a middle fragment of a message that never began",
     .when = When::kOpen,
     .write = one_frame<kContinuation>},
    {.name = "message_in_message",
     .summary = "a new message in the middle of a fragmented one",
     .when = When::kOpen,
     .write =
         [](const Scene& s, std::string& out) {
           append_frame(kText, "Hel", s.random, out);
           append_frame(kFin | kText, "lo", s.random, out);
         }},
    {.name = "binary_in_text",
     .summary = "a fragmented message that changes its kind",
     .when = When::kOpen,
     .write =
         [](const Scene& s, std::string& out) {
           append_frame(kText, "Hel", s.random, out);
           append_frame(kBinary, "lo", s.random, out);
         }},
    {.name = "fragments_with_pings",
     .summary = "pings between fragments",
     .when = When::kOpen,
     .legal = true,
     .write =
         [](const Scene& s, std::string& out) {
           append_frame(kText, "H", s.random, out);
           for (const std::string_view part : {"e", "l", "l"}) {
             append_frame(kFin | kPing, part, s.random, out);
             append_frame(kContinuation, part, s.random, out);
           }
           append_frame(kFin | kContinuation, "o", s.random, out);
         }},
    {.name = "empty_fragments",
     .summary = "a message of 1,000 empty fragments",
     .when = When::kOpen,
     .legal = true,
     .write =
         [](const Scene& s, std::string& out) {
           append_frame(kText, "", s.random, out);
           for (int i = 0; i < 1000; ++i)
             append_frame(kContinuation, "", s.random, out);
           append_frame(kFin | kContinuation, "", s.random, out);
         }},
    {.name = "endless_fragments",
     .summary = "64 KiB in fragments of a byte, never ended",
     .when = When::kOpen,
     .legal = true,
     .write =
         [](const Scene& s, std::string& out) {
           append_frame(kBinary, "x", s.random, out);
           for (int i = 0; i < 65535; ++i)
             append_frame(kContinuation, "x", s.random, out);
         }},
    {.name = "empty_text",
     .summary = "a text of no bytes",
     .when = When::kOpen,
     .legal = true,
     .write =
         [](const Scene& s, std::string& out) {
           append_frame(kFin | kText, "", s.random, out);
         }},
    {.name = "length_top_bit",
     .summary = "a 64-bit length with its top bit set",
     .when = When::kOpen,
     .write =
         [](const Scene&, std::string& out) {
           raw_length({"\xff\x80\0\0\0\0\0\0\x05", 9}, "Hello", out);
         }},
    {.name = "length_all_ones",
     .summary = "a length of 2^64 - 1",
     .when = When::kOpen,
     .write =
         [](const Scene&, std::string& out) {
           raw_length("\xff\xff\xff\xff\xff\xff\xff\xff\xff", "Hello", out);
         }},
    {.name = "length_that_overflows",
     .summary = "fragments whose lengths add up to 2^64",
     .when = When::kOpen,
     .write =
         [](const Scene& s, std::string& out) {
           append_frame(kBinary, "Hel", s.random, out);
           append_beginning(kFin | kContinuation, ~0ull - 2, "lo", s.random,
                            out);
         }},
    {.name = "length_16_for_7",
     .summary = "a length of 5 in 16 bits",
     .when = When::kOpen,
     .write =
         [](const Scene&, std::string& out) {
           raw_length({"\xfe\0\x05", 3}, "Hello", out);
         }},
    {.name = "length_64_for_7",
     .summary = "a length of 5 in 64 bits",
     .when = When::kOpen,
     .write =
         [](const Scene&, std::string& out) {
           raw_length({"\xff\0\0\0\0\0\0\0\x05", 9}, "Hello", out);
         }},
    {.name = "length_64_for_16",
     .summary = "a length of 200 in 64 bits",
     .when = When::kOpen,
     .write =
         [](const Scene&, std::string& out) {
           raw_length({"\xff\0\0\0\0\0\0\0\xc8", 9}, std::string(200, 'x'),
                      out);
         }},
    {.name = "length_2_40",
     .summary = "a message that promises 2^40 bytes, and nothing of it",
     .when = When::kOpen,
     .legal = true,
     .write =
         [](const Scene& s, std::string& out) {
           append_beginning(kFin | kBinary, 1ull << 40, "", s.random, out);
         }},
    {.name = "length_16_mib",
     .summary = "the first 64 KiB of a message of 16 MiB and 1 byte",
     .when = When::kOpen,
     .legal = true,
     .write =
         [](const Scene& s, std::string& out) {
           append_beginning(kFin | kBinary, (16u << 20) + 1,
                            std::string(65536, 'x'), s.random, out);
         }},
    {.name = "cut_header_fin",
     .summary = "the first byte of a frame, then FIN",
     .when = When::kOpen,
     .then = Then::kFin,
     .write = [](const Scene&, std::string& out) { out += '\x81'; }},
    {.name = "cut_header_reset",
     .summary = "the first byte of a frame, then RST",
     .when = When::kOpen,
     .then = Then::kReset,
     .write = [](const Scene&, std::string& out) { out += '\x81'; }},
    {.name = "cut_length",
     .summary = "a frame that ends in its length",
     .when = When::kOpen,
     .then = Then::kFin,
     .write =
         [](const Scene&, std::string& out) {
           out += std::string_view("\x82\xff\0\0\0", 5);
         }},
    {.name = "cut_mask",
     .summary = "a frame that ends behind its mask",
     .when = When::kOpen,
     .then = Then::kFin,
     .write =
         [](const Scene& s, std::string& out) {
           append_beginning(kFin | kText, 5, "", s.random, out);
         }},
    {.name = "cut_close",
     .summary = "a close frame without its last byte, then FIN",
     .when = When::kOpen,
     .then = Then::kFin,
     .write =
         [](const Scene& s, std::string& out) {
           append_beginning(kFin | kClose, 2, "\x03", s.random, out);
         }},
    {.name = "http_on_open",
     .summary = "an HTTP request where a frame must be",
     .when = When::kOpen,
     .write =
         [](const Scene& s, std::string& out) {
           out += "GET ";
           out += s.resource;
           out += " HTTP/1.1\r\nHost: ";
           out += s.authority;
           out += "\r\n\r\n";
         }},
    {.name = "random_frames",
     .summary = "1 KiB of random bytes where a frame must be",
     .when = When::kOpen,
     .write =
         [](const Scene& s, std::string& out) {
           for (int i = 0; i < 1024; ++i) out += static_cast<char>(s.random());
         }},
};

}  // namespace

std::span<const Provocation> frame_provocations() { return kFrames; }

}  // namespace tidemark::websocket
