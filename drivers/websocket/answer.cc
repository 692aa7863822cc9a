#include "drivers/websocket/answer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <optional>

namespace tidemark::websocket {
namespace {

constexpr std::size_t kMaxParts = 4;
constexpr std::size_t kMaxQuoted = 40;

std::string quoted(std::string_view text) {
  std::string clean = "\"";
  for (const char c : text.substr(0, kMaxQuoted))
    clean += c >= 0x20 && c < 0x7f && c != '"' ? c : '?';
  if (text.size() > kMaxQuoted) clean += "...";
  return clean + "\"";
}

// Parts in their order; several of a kind are told as one, since how many of
// them have come is chance.
class Story {
 public:
  bool full() const { return parts_ > kMaxParts; }

  void add(std::string_view kind, std::string_view detail) {
    if (parts_ > 0 && kind == last_kind_) {
      text_.resize(last_at_);
      text_ += fmt::format("several {}", kind);
      return;
    }
    ++parts_;
    if (parts_ > 1) text_ += ", then ";
    last_at_ = text_.size();
    last_kind_ = kind;
    if (full()) {
      text_ += "more";
      return;
    }
    text_ += kind;
    if (!detail.empty()) text_ += fmt::format(" {}", detail);
  }

  std::string take() { return std::move(text_); }

 private:
  std::string text_;
  std::string last_kind_;
  std::size_t last_at_ = 0;
  std::size_t parts_ = 0;
};

struct FrameHead {
  unsigned opcode = 0;
  std::uint64_t length = 0;
  std::size_t size = 0;  // of the head itself
};

// Nothing if the bytes end before it does, or it is none that a server sends.
std::optional<FrameHead> read_head(std::string_view bytes) {
  const auto at = [&](std::size_t i) {
    return static_cast<unsigned char>(bytes[i]);
  };
  if (bytes.size() < 2) return std::nullopt;
  FrameHead head;
  head.opcode = at(0) & 0x0fu;
  const unsigned kind = head.opcode & 7u;
  if ((at(1) & 0x80u) != 0 || (at(0) & 0x70u) != 0 || kind > 2)
    return std::nullopt;
  head.length = at(1);
  std::size_t extra = 0;
  if (head.length == 126) extra = 2;
  if (head.length == 127) extra = 8;
  head.size = 2 + extra;
  if (bytes.size() < head.size) return std::nullopt;
  if (extra > 0) head.length = 0;
  for (std::size_t i = 0; i < extra; ++i)
    head.length = head.length << 8 | at(2 + i);
  return head;
}

void add_close(std::string_view payload, Story& story) {
  if (payload.size() < 2) {
    story.add("close", {});
    return;
  }
  const unsigned code = static_cast<unsigned char>(payload[0]) * 256u +
                        static_cast<unsigned char>(payload[1]);
  payload.remove_prefix(2);
  story.add("close", payload.empty()
                         ? fmt::format("{}", code)
                         : fmt::format("{} {}", code, quoted(payload)));
}

void add_frames(std::string_view bytes, Story& story) {
  static constexpr std::string_view kNames[] = {"fragment", "text", "binary"};
  while (!bytes.empty() && !story.full()) {
    const std::optional<FrameHead> head = read_head(bytes);
    if (!head) {
      const bool cut = bytes.size() < 10 && (bytes[0] & 0x70) == 0;
      story.add(cut ? "part of a frame" : "no frame", {});
      return;
    }
    bytes.remove_prefix(head->size);
    const std::size_t here = static_cast<std::size_t>(
        std::min<std::uint64_t>(head->length, bytes.size()));
    if (head->opcode == 8)
      add_close(bytes.substr(0, here), story);
    else if (head->opcode > 8)
      story.add(head->opcode == 9 ? "ping" : "pong", {});
    else
      story.add(kNames[head->opcode], fmt::format("{} B", head->length));
    bytes.remove_prefix(here);
  }
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// `HTTP/1.1 101 …`, and what follows its head. False if it is not HTTP.
bool add_http(std::string_view bytes, Story& story) {
  constexpr std::size_t kAt = 9;
  if (!bytes.starts_with("HTTP/")) return false;
  if (bytes.size() < kAt + 3 || bytes[kAt - 1] != ' ' ||
      !std::all_of(bytes.begin() + kAt, bytes.begin() + kAt + 3, is_digit)) {
    story.add("broken HTTP", {});
    return true;
  }
  const std::string_view status = bytes.substr(kAt, 3);
  story.add("HTTP", status);
  const std::size_t end = bytes.find("\r\n\r\n");
  if (status == "101" && end != bytes.npos)
    add_frames(bytes.substr(end + 4), story);
  return true;
}

bool is_words(std::string_view bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](char c) {
    return (c >= 0x20 && c < 0x7f) || c == '\r' || c == '\n' || c == '\t';
  });
}

}  // namespace

std::string describe_answer(std::string_view bytes) {
  if (bytes.empty()) return {};
  Story story;
  if (add_http(bytes, story)) return story.take();
  // The first byte of a frame is none of printable text, unless it is a
  // fragment or breaks the rules.
  if (is_words(bytes)) return quoted(bytes);
  add_frames(bytes, story);
  return story.take();
}

}  // namespace tidemark::websocket
