// Bytes of a service, heard by a conversation that waits for the replies to
// commands of every habit: nothing may crash, answer more than was asked,
// tell the password, or depend on where the bytes are cut. And whatever comes
// back after a provocation is described in short and printable words.
//
//   byte 0      bit 0: RESP3; bit 1: a greeting, and no commands; the whole
//               seeds the cuts
//   bytes 1, 2  which commands are on the way
//   rest        what comes
#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/common/random.h"
#include "tests/unit/drivers/redis/talk.h"

namespace {

using namespace tidemark;
using namespace tidemark::redis;

constexpr std::string_view kPassword = "hunter2";
constexpr std::size_t kMaxWords = 300;

std::vector<Step> all_steps() {
  std::vector<Step> steps;
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{{"GET", "k"},
                                             {"GET", "k"},
                                             {"GET", "k"},
                                             {"SUBSCRIBE", "a", "b"},
                                             {"PSUBSCRIBE", "p"},
                                             {"SSUBSCRIBE", "s"},
                                             {"UNSUBSCRIBE", "a"},
                                             {"UNSUBSCRIBE"},
                                             {"PUNSUBSCRIBE"},
                                             {"SUNSUBSCRIBE"},
                                             {"MONITOR"},
                                             {"RESET"},
                                             {"CLIENT", "REPLY", "SKIP"},
                                             {"CLIENT", "REPLY", "OFF"},
                                             {"CLIENT", "REPLY", "ON"},
                                             {"PING"}})
    steps.push_back(step_of(words));
  steps[1].expect.replies = ReplyRule::kIgnore;
  steps[2].expect.contains = "x";
  return steps;
}

bool is_printable(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return c >= 0x20 && c < 0x7f; });
}

void check(const Lines& lines, std::size_t asked, std::string_view secret) {
  std::size_t replies = 0;
  for (const std::string& line : lines) {
    if (line.starts_with("push ")) continue;
    replies += line.starts_with("reply ") || line.starts_with("error ");
    if (line.starts_with("reply ")) continue;
    if (line.size() > kMaxWords || !is_printable(line)) std::abort();
    if (!secret.empty() && line.find(secret) != line.npos) std::abort();
  }
  if (replies > asked) std::abort();
}

Lines tell(const std::uint8_t* data, std::string_view bytes, bool cut) {
  LoadSpec spec = resp((data[0] & 1) != 0 ? 3 : 2);
  const bool greets = (data[0] & 2) != 0;
  if (greets) spec.password = kPassword;
  Talk talk(spec);
  talk.greet();
  // Commands are sent once the conversation is open.
  if (!greets && spec.resp == 3) talk.hear("%0\r\n+OK\r\n");
  const unsigned chosen = greets ? 0 : data[1] + data[2] * 256u;
  const std::vector<Step> steps = all_steps();
  for (std::size_t i = 0; i < steps.size(); ++i)
    if ((chosen >> i & 1) != 0) talk.send(steps[i]);
  const auto asked = static_cast<std::size_t>(std::popcount(chosen));
  if (!greets && data[0] >= 128) talk.leave();
  Random random(data[0]);
  while (talk.story.alive() && !bytes.empty()) {
    const std::size_t count = cut ? 1 + random.below(8) : bytes.size();
    talk.hear(bytes.substr(0, count));
    bytes.remove_prefix(std::min(count, bytes.size()));
  }
  check(talk.story.lines, asked, spec.password);
  return talk.take_lines();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  if (size < 3) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data + 3),
                               size - 3);
  if (tell(data, bytes, false) != tell(data, bytes, true)) std::abort();
  const std::string words = Talk().protocol().describe_answer(bytes);
  if (words.size() > 60 || !is_printable(words)) std::abort();
  return 0;
}
