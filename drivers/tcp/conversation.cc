#include "drivers/tcp/conversation.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace tidemark::tcp {
namespace {

// Bytes kept for a kReceive step that has not begun.
constexpr std::size_t kMaxUnclaimed = 64 << 10;
// So much of a buffer may be empty.
constexpr std::size_t kSmallBuffer = 1 << 10;

Reply plain(std::string_view bytes) {
  Reply reply;
  reply.body = bytes;
  reply.size = static_cast<std::int64_t>(bytes.size());
  return reply;
}

}  // namespace

void TcpConversation::send(const Request& request, const Sending& sending,
                           std::string& out) {
  const TcpRequest& asked = static_cast<const TcpRequest&>(request);
  const std::size_t before = out.size();
  if (asked.generated) {
    out += sending.generated;
  } else if (!asked.receives) {
    asked.body.append(sending.context, out);
  }
  if (!asked.wants_reply) return;
  // What came before this was sent cannot be its reply.
  if (!asked.receives && awaited_.empty() && !taking_) stale_ = kept_.size();
  std::string text;
  std::size_t size = asked.size;
  if (asked.until == Until::kEcho) {
    size = out.size() - before;
    if (!asked.generated) text = out.substr(before);
  } else if (asked.has_text) {
    asked.text.append(sending.context, text);
    if (asked.until == Until::kEqual) size = text.size();
  }
  awaited_.emplace_back(asked, std::move(text), size);
  awaited_.back().fresh = taking_ && !asked.receives;
}

void TcpConversation::take(std::span<std::uint8_t> input,
                           ConversationEvents& events) {
  const std::string_view now(reinterpret_cast<const char*>(input.data()),
                             input.size());
  for (Awaited& awaited : awaited_) awaited.fresh = false;
  std::string joined;
  std::string_view bytes = now;
  if (!kept_.empty()) {
    joined = std::exchange(kept_, {});
    joined.append(now);
    bytes = joined;
  }
  taking_ = true;
  needed_ = {};
  const std::size_t stale = std::exchange(stale_, 0);
  if (stale > 0) events.pushed(plain(bytes.substr(0, stale)));
  bytes.remove_prefix(stale);
  take_all(bytes, events);
  taking_ = false;
  keep(joined);
}

// Without a copy if they are in `joined` already: a service that sends a
// large reply byte by byte must not cost more and more.
void TcpConversation::keep(std::string& joined) {
  if (needed_.empty()) return;
  if (joined.empty()) {
    kept_ = needed_;
    return;
  }
  joined.erase(0, static_cast<std::size_t>(needed_.data() - joined.data()));
  kept_ = std::move(joined);
  if (kept_.capacity() > 4 * kept_.size() + kSmallBuffer) kept_.shrink_to_fit();
}

void TcpConversation::take_all(std::string_view bytes,
                               ConversationEvents& events) {
  while (events.alive()) {
    forget_the_unawaited(events);
    if (awaited_.empty() || awaited_.front().fresh) {
      nobodys(bytes, events);
      return;
    }
    const bool complete = awaited_.front().counts_only()
                              ? count_one(bytes, events)
                              : take_one(bytes, events);
    if (!complete) return;
  }
}

bool TcpConversation::take_one(std::string_view& bytes,
                               ConversationEvents& events) {
  const std::optional<Found> found =
      awaited_.front().look(bytes, after_first());
  if (!found) {
    needed_ = bytes;
    return false;
  }
  const std::string_view body = bytes.substr(0, found->body);
  bytes.remove_prefix(found->used);
  give(*found, body, static_cast<std::int64_t>(body.size()), events);
  return true;
}

bool TcpConversation::count_one(std::string_view& bytes,
                                ConversationEvents& events) {
  Awaited& first = awaited_.front();
  bytes.remove_prefix(first.count(bytes));
  if (first.remaining() > 0) return false;
  give({}, {}, static_cast<std::int64_t>(first.size()), events);
  return true;
}

// The engine may send the next request from within. What is received unasked
// is a push for an engine that does not await it as a reply.
void TcpConversation::give(const Found& found, std::string_view bytes,
                           std::int64_t size, ConversationEvents& events) {
  const bool is_reply = events.awaited() == &awaited_.front().request();
  awaited_.erase(awaited_.begin());
  Reply reply = plain(bytes);
  reply.error = found.error;
  reply.size = size;
  if (is_reply) {
    events.replied(reply);
  } else {
    events.pushed(reply);
  }
}

// The engine gives up on a reply that does not come in time.
void TcpConversation::forget_the_unawaited(const ConversationEvents& events) {
  const Request* oldest = events.awaited();
  const auto first =
      std::find_if(awaited_.begin(), awaited_.end(), [&](const Awaited& a) {
        return oldest == nullptr ? a.request().receives
                                 : &a.request() == oldest;
      });
  awaited_.erase(awaited_.begin(), first);
}

void TcpConversation::nobodys(std::string_view bytes,
                              ConversationEvents& events) {
  if (bytes.empty()) return;
  if (shared_.receives && awaited_.empty() && bytes.size() <= kMaxUnclaimed) {
    needed_ = bytes;
  } else {
    events.pushed(plain(bytes));
  }
}

Awaited::After TcpConversation::after_first() const {
  const bool more = awaited_.size() > 1 && !awaited_[1].fresh;
  if (more) return Awaited::After::kReply;
  return shared_.receives ? Awaited::After::kUnasked : Awaited::After::kNothing;
}

void TcpConversation::take_end(ConversationEvents& events) {
  take({}, events);
  if (!events.alive()) return;
  const std::string bytes = std::exchange(kept_, {});
  if (awaited_.empty()) {
    if (!bytes.empty()) events.pushed(plain(bytes));
    return;
  }
  const Awaited& first = awaited_.front();
  const std::size_t got =
      first.counts_only() ? first.size() - first.remaining() : bytes.size();
  // Nothing of it has come: that the service went is all there is to say.
  if (got == 0) return;
  give({bytes.size(), bytes.size(), first.cut_short(got)}, bytes,
       static_cast<std::int64_t>(got), events);
}

void TcpConversation::begin_unfinished(const WeightedClose& close,
                                       std::string& out) {
  const std::string_view message = shared_.message.empty()
                                       ? shared_.generated.content({number_, 0})
                                       : std::string_view(shared_.message);
  const std::size_t half = (message.size() + 1) / 2;
  out += message.substr(0, close.after_bytes > 0 ? close.after_bytes : half);
}

}  // namespace tidemark::tcp
