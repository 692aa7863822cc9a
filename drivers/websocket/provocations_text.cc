// What can be wrong with the text of a WebSocket message, and with a good-bye.
#include <cstdint>
#include <string>
#include <string_view>

#include "drivers/websocket/frame.h"
#include "drivers/websocket/provocations.h"

namespace tidemark::websocket {
namespace {

using Scene = ProvocationScene;
using When = Provocation::When;
using Then = Provocation::Then;

template <std::uint16_t code>
void close_with(const Scene& scene, std::string& out) {
  const char payload[] = {static_cast<char>(code >> 8),
                          static_cast<char>(code & 0xff)};
  append_frame(kFin | kClose, {payload, 2}, scene.random, out);
}

void text(std::string_view bytes, const Scene& scene, std::string& out) {
  append_frame(kFin | kText, bytes, scene.random, out);
}

constexpr Provocation kTexts[] = {
    {.name = "utf8_overlong",
     .summary = "text with a slash in two bytes",
     .when = When::kOpen,
     .write = [](const Scene& s,
                 std::string& out) { text("Hello \xc0\xaf", s, out); }},
    {.name = "utf8_overlong_nul",
     .summary = "text with a NUL in two bytes",
     .when = When::kOpen,
     .write = [](const Scene& s,
                 std::string& out) { text("Hello \xc0\x80", s, out); }},
    {.name = "utf8_surrogate",
     .summary = "text with a UTF-16 surrogate",
     .when = When::kOpen,
     .write =
         [](const Scene& s, std::string& out) {
           text("\xce\xba\xe1\xbd\xb9\xed\xa0\x80 edited", s, out);
         }},
    {.name = "utf8_too_high",
     .summary = "text with a character beyond U+10FFFF",
     .when = When::kOpen,
     .write = [](const Scene& s,
                 std::string& out) { text("\xf4\x90\x80\x80", s, out); }},
    {.name = "utf8_five_bytes",
     .summary = "text with a sequence of five bytes",
     .when = When::kOpen,
     .write = [](const Scene& s,
                 std::string& out) { text("\xf8\x88\x80\x80\x80", s, out); }},
    {.name = "utf8_fe_ff",
     .summary = "text of the bytes FE FF",
     .when = When::kOpen,
     .write = [](const Scene& s,
                 std::string& out) { text("\xfe\xff", s, out); }},
    {.name = "utf8_lone_continuation",
     .summary = "text that begins in the middle of a character",
     .when = When::kOpen,
     .write = [](const Scene& s, std::string& out) { text("\x80", s, out); }},
    {.name = "utf8_truncated",
     .summary = "text that ends in the middle of a character",
     .when = When::kOpen,
     .write = [](const Scene& s,
                 std::string& out) { text("Hello \xf0\x9f\x98", s, out); }},
    {.name = "utf8_truncated_in_fragments",
     .summary = "fragmented text that ends in the middle of a character",
     .when = When::kOpen,
     .write =
         [](const Scene& s, std::string& out) {
           append_frame(kText, "Hello \xf0\x9f", s.random, out);
           append_frame(kFin | kContinuation, "\x98", s.random, out);
         }},
    {.name = "utf8_bad_in_fragments",
     .summary = "a character broken where two fragments meet",
     .when = When::kOpen,
     .write =
         [](const Scene& s, std::string& out) {
           append_frame(kText, "Hello \xf0\x9f", s.random, out);
           append_frame(kFin | kContinuation, "(\x98", s.random, out);
         }},
    {.name = "utf8_bad_unfinished",
     .summary = "the bad start of a text that is never ended",
     .when = When::kOpen,
     .write =
         [](const Scene& s, std::string& out) {
           append_frame(kText, "Hello \xff", s.random, out);
         }},
    {.name = "utf8_split_in_fragments",
     .summary = "a good character split between fragments",
     .when = When::kOpen,
     .legal = true,
     .write =
         [](const Scene& s, std::string& out) {
           append_frame(kText, "\xf0\x9f", s.random, out);
           append_frame(kFin | kContinuation, "\x98\x80", s.random, out);
         }},
    {.name = "utf8_noncharacters",
     .summary = "text of U+FEFF, U+FFFF and U+10FFFF",
     .when = When::kOpen,
     .legal = true,
     .write =
         [](const Scene& s, std::string& out) {
           text("\xef\xbb\xbf\xef\xbf\xbf\xf4\x8f\xbf\xbf", s, out);
         }},
    {.name = "nul_text",
     .summary = "text of NULs",
     .when = When::kOpen,
     .legal = true,
     .write =
         [](const Scene& s, std::string& out) {
           text(std::string_view("\0\0\0", 3), s, out);
         }},
    {.name = "close_of_1_byte",
     .summary = "a close frame with half a code",
     .when = When::kOpen,
     .write =
         [](const Scene& s, std::string& out) {
           append_frame(kFin | kClose, "\x03", s.random, out);
         }},
    {.name = "close_of_126_bytes",
     .summary = "a close frame that is too long",
     .when = When::kOpen,
     .write =
         [](const Scene& s, std::string& out) {
           append_frame(kFin | kClose, "\x03\xe8" + std::string(124, 'x'),
                        s.random, out);
         }},
    {.name = "close_0",
     .summary = "close code 0",
     .when = When::kOpen,
     .write = close_with<0>},
    {.name = "close_999",
     .summary = "close code 999",
     .when = When::kOpen,
     .write = close_with<999>},
    {.name = "close_1004",
     .summary = "close code 1004, reserved",
     .when = When::kOpen,
     .write = close_with<1004>},
    {.name = "close_1005",
     .summary = "close code 1005, which means that there is none",
     .when = When::kOpen,
     .write = close_with<1005>},
    {.name = "close_1006",
     .summary = "close code 1006, which is never sent",
     .when = When::kOpen,
     .write = close_with<1006>},
    {.name = "close_1015",
     .summary = "close code 1015, which is never sent",
     .when = When::kOpen,
     .write = close_with<1015>},
    {.name = "close_1016",
     .summary = "close code 1016, unassigned",
     .when = When::kOpen,
     .write = close_with<1016>},
    {.name = "close_2999",
     .summary = "close code 2999, unassigned",
     .when = When::kOpen,
     .write = close_with<2999>},
    {.name = "close_5000",
     .summary = "close code 5000, out of range",
     .when = When::kOpen,
     .legal = true,  // RFC 6455 says nothing of codes this high
     .write = close_with<5000>},
    {.name = "close_65535",
     .summary = "close code 65535, out of range",
     .when = When::kOpen,
     .legal = true,  // RFC 6455 says nothing of codes this high
     .write = close_with<65535>},
    {.name = "close_bad_reason",
     .summary = "a close reason that is not UTF-8",
     .when = When::kOpen,
     .write =
         [](const Scene& s, std::string& out) {
           append_frame(kFin | kClose, "\x03\xe8 bye \xed\xa0\x80", s.random,
                        out);
         }},
    {.name = "close_in_message",
     .summary = "a close frame in the middle of a fragmented message",
     .when = When::kOpen,
     .legal = true,
     .write =
         [](const Scene& s, std::string& out) {
           append_frame(kText, "Hel", s.random, out);
           close_with<1000>(s, out);
         }},
    {.name = "data_after_close",
     .summary = "a message and a ping behind the close frame",
     .when = When::kOpen,
     .legal = true,  // what follows a close frame is to be dropped
     .write =
         [](const Scene& s, std::string& out) {
           close_with<1000>(s, out);
           text("Hello", s, out);
           append_frame(kFin | kPing, "p", s.random, out);
         }},
    {.name = "two_closes",
     .summary = "two close frames",
     .when = When::kOpen,
     .legal = true,
     .write =
         [](const Scene& s, std::string& out) {
           close_with<1000>(s, out);
           close_with<1001>(s, out);
         }},
    {.name = "close_and_reset",
     .summary = "a close frame, then RST before its answer",
     .when = When::kOpen,
     .then = Then::kReset,
     .write = close_with<1000>},
};

}  // namespace

std::span<const Provocation> text_provocations() { return kTexts; }

}  // namespace tidemark::websocket
