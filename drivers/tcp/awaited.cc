#include "drivers/tcp/awaited.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "drivers/tcp/protocol.h"
#include "drivers/tcp/quoted.h"

namespace tidemark::tcp {
namespace {

// Where two texts of the same length differ first; the length if nowhere.
std::size_t first_difference(std::string_view a, std::string_view b) {
  return static_cast<std::size_t>(
      std::mismatch(a.begin(), a.end(), b.begin()).first - a.begin());
}

std::string differs(const char* from, std::size_t at) {
  return fmt::format("the reply differed from what was {} at byte {}", from,
                     at + 1);
}

}  // namespace

Awaited::Awaited(const TcpRequest& request, std::string text, std::size_t size)
    : request_(&request), text_(std::move(text)), size_(size) {}

bool Awaited::counts_only() const {
  const bool by_number =
      request_->until == Until::kEcho || request_->until == Until::kSize;
  return by_number && text_.empty() && !request_->keep_body;
}

std::size_t Awaited::count(std::string_view bytes) {
  const std::size_t own = std::min(bytes.size(), remaining());
  seen_ += own;
  return own;
}

std::optional<Found> Awaited::look(std::string_view bytes, After after) {
  switch (request_->until) {
    case Until::kNothing:
      return Found{};
    case Until::kRead:
      if (bytes.empty()) return std::nullopt;
      return Found{bytes.size(), bytes.size(), {}};
    case Until::kEqual:
      return look_for_equal(bytes, after);
    case Until::kFound:
      return look_for_text(bytes, after);
    case Until::kEcho:
    case Until::kSize:
      break;
  }
  if (bytes.size() < size_) return std::nullopt;
  return counted(bytes.substr(0, size_));
}

Found Awaited::counted(std::string_view bytes) const {
  Found found{bytes.size(), bytes.size(), {}};
  if (text_.empty()) return found;
  if (request_->until == Until::kSize) {
    if (bytes.find(text_) == std::string_view::npos)
      found.error = fmt::format("the reply does not contain {}", quoted(text_));
    return found;
  }
  const std::size_t at = first_difference(bytes, text_);
  if (at != bytes.size()) found.error = differs("sent", at);
  return found;
}

std::optional<Found> Awaited::look_for_equal(std::string_view bytes,
                                             After after) {
  const std::size_t there = std::min(bytes.size(), size_);
  const std::size_t at =
      seen_ + first_difference(bytes.substr(seen_, there - seen_),
                               std::string_view(text_).substr(seen_));
  seen_ = at;
  if (at == size_) return Found{size_, size_, {}};
  if (at == there) return std::nullopt;
  // How long a wrong reply is nobody knows: as long as the right one if
  // another follows, else it is all there is.
  const std::size_t own = after == After::kReply ? there : bytes.size();
  return Found{own, own, differs("wanted", at)};
}

std::optional<Found> Awaited::look_for_text(std::string_view bytes,
                                            After after) {
  const std::size_t at = bytes.find(text_, std::min(seen_, bytes.size()));
  if (at == std::string_view::npos) {
    // The text may begin in the last bytes.
    seen_ = bytes.size() - std::min(bytes.size(), text_.size() - 1);
    if (bytes.size() <= static_cast<std::size_t>(kMaxTcpReply.value))
      return std::nullopt;
    return Found{
        bytes.size(), bytes.size(),
        fmt::format("{} bytes came without {}", bytes.size(), quoted(text_))};
  }
  const std::size_t end = at + text_.size();
  return Found{after == After::kReply ? end : bytes.size(),
               after == After::kNothing ? bytes.size() : end,
               {}};
}

std::string Awaited::cut_short(std::size_t got) const {
  if (request_->until == Until::kFound)
    return fmt::format("the service closed before {} came", quoted(text_));
  return fmt::format("the service closed after {} of {} bytes", got, size_);
}

}  // namespace tidemark::tcp
