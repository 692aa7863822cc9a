#include "drivers/standin/server.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <utility>

#include "drivers/common/reasons.h"

namespace tidemark::standin {
namespace {

using State = IoResult::State;

// A client that asks and never reads is not read from either.
constexpr std::size_t kMaxUnsent = 16 << 20;
constexpr std::size_t kMaxOwed = 100'000;
// Buffers that one client may fill before the others have their turn.
constexpr int kReadsInARow = 4;

}  // namespace

class Server::Events final : public ResponderEvents {
 public:
  Events(Server& server, Client& client, TimePoint now)
      : server_(server), client_(client), now_(now) {}

  void asked(const Asked& request) override {
    server_.counts_.requests += Count{1};
    if (client_.about.opened_by.empty()) {
      client_.about.opened_by = std::string(request.title.substr(0, 120));
      for (char& c : client_.about.opened_by)
        if (c < ' ' || c > '~') c = '?';
    }
    const StandInRule* rule = server_.pick(request);
    const TimePoint due = now_ + (rule != nullptr ? rule->delay : Duration{});
    client_.owed.push_back({rule, due});
  }
  void ended(std::string_view trouble) override {
    if (!trouble.empty()) server_.trouble(trouble);
    client_.ending = true;
  }
  std::string& out() override { return client_.unsent.tail(); }

 private:
  Server& server_;
  Client& client_;
  TimePoint now_;
};

void Server::trouble(std::string_view what) {
  count_reason(counts_.troubles, what);
}

std::vector<StandInConnection> Server::open_connections(std::size_t limit) {
  std::vector<StandInConnection> open;
  clients_.for_each(
      [&](SlotId, const Client& client) { open.push_back(client.about); });
  std::sort(open.begin(), open.end(),
            [](const auto& a, const auto& b) { return a.number < b.number; });
  if (open.size() > limit) open.resize(limit);
  return open;
}

void Server::accept(Fd socket, Reactor& reactor, TimePoint now) {
  const int on = 1;
  ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  const int fd = socket.get();
  const SlotId id = clients_.emplace();
  Client& client = *clients_.find(id);
  client.transport = Transport(std::move(socket));
  client.responder = protocol_->start();
  counts_.accepted += Count{1};
  counts_.open += Count{1};
  client.about.number = counts_.accepted;
  client.about.opened_after = now - started_;
  if (tls_) {
    client.transport.secure(tls_->accept(fd));
    client.securing = true;
  }
  if (!reactor.add(fd, token_of(id), false)) drop(id, true);
}

void Server::on_event(std::uint64_t token, std::uint32_t events,
                      Reactor& reactor, TimePoint now) {
  const SlotId id = slot_of(token);
  Client* client = clients_.find(id);
  if (client == nullptr) return;
  if (client->securing) {
    const IoResult up = client->transport.secure_up();
    if (up.state == State::kNotNow) return;
    if (up.state != State::kSome) {
      if (up.state == State::kFailed && up.error == 0)
        trouble(client->transport.trouble());
      drop(id, false);
      return;
    }
    client->securing = false;
  }
  if ((events & ~static_cast<std::uint32_t>(EPOLLOUT)) != 0)
    read_all(id, reactor, now);
  if (clients_.find(id) != nullptr) flush(id, reactor);
}

void Server::read_all(SlotId id, Reactor& reactor, TimePoint now) {
  for (int reads = 0; Client* client = clients_.find(id); ++reads) {
    if (client->unread) return;
    if (reads == kReadsInARow) {
      client->unread = true;
      unread_.push_back(id);
      return;
    }
    const IoResult got = client->transport.read(buffer_);
    if (got.state == State::kNotNow) break;
    if (got.state != State::kSome) {
      drop(id, false);
      return;
    }
    counts_.received += Bytes{static_cast<std::int64_t>(got.count)};
    client->about.received += Bytes{static_cast<std::int64_t>(got.count)};
    if (client->ending) continue;
    Events events(*this, *client, now);
    client->responder->take(std::span<std::uint8_t>(buffer_).first(got.count),
                            events);
    if (client->unsent.size() > kMaxUnsent || client->owed.size() > kMaxOwed) {
      trouble("a client asked for more than it read");
      drop(id, true);
      return;
    }
    answer_due(id, reactor, now);
  }
}

// The first rule that fits and whose turn it is.
const StandInRule* Server::pick(const Asked& request) {
  for (std::size_t i = 0; i < spec_.rules.size(); ++i) {
    const StandInRule& rule = spec_.rules[i];
    if (!protocol_->fits(rule, request)) continue;
    if (++hits_[i] % std::max<std::uint32_t>(1, rule.every) == 0) return &rule;
  }
  return nullptr;
}

std::string_view Server::generated(const StandInRule* rule, Client& client) {
  if (rule == nullptr || !rule->size) return {};
  const auto found =
      payloads_.try_emplace(rule->size->value, *rule->size, false, 7).first;
  return found->second.content(
      {static_cast<std::uint32_t>(client.about.number.value), client.answers});
}

// Answers are given in the order of the requests, each when it is due.
void Server::answer_due(SlotId id, Reactor& reactor, TimePoint now) {
  while (Client* client = clients_.find(id)) {
    if (client->owed.empty()) break;
    const Owed owed = client->owed.front();
    if (owed.due > now) {
      if (!client->waiting) due_.push({owed.due, id});
      client->waiting = true;
      break;
    }
    client->owed.pop_front();
    const bool stays = client->responder->answer(
        owed.rule, generated(owed.rule, *client), client->unsent.tail());
    ++client->answers;
    if (!stays) {
      // RFC 9112 §9.6: what was asked behind it is not answered.
      client->owed.clear();
      client->ending = true;
    }
    if (owed.rule == nullptr || !owed.rule->close) continue;
    const CloseBehavior close = *owed.rule->close;
    if (close == CloseBehavior::kGraceful)
      client->responder->say_goodbye(client->unsent.tail());
    client->owed.clear();
    client->ending = true;
    if (close == CloseBehavior::kReset) {
      flush(id, reactor);
      drop(id, true);
      return;
    }
  }
  if (clients_.find(id) != nullptr) flush(id, reactor);
}

TimePoint Server::run_due(Reactor& reactor, TimePoint now) {
  while (!due_.empty() && due_.top().at <= now) {
    const SlotId id = due_.top().id;
    due_.pop();
    Client* const client = clients_.find(id);
    if (client == nullptr) continue;
    client->waiting = false;
    answer_due(id, reactor, now);
  }
  for (const SlotId id : std::exchange(unread_, {})) {
    Client* const client = clients_.find(id);
    if (client == nullptr) continue;
    client->unread = false;
    read_all(id, reactor, now);
    if (clients_.find(id) != nullptr) flush(id, reactor);
  }
  if (!unread_.empty()) return now;
  return due_.empty() ? TimePoint::max() : due_.top().at;
}

void Server::flush(SlotId id, Reactor& reactor) {
  Client& client = *clients_.find(id);
  if (client.securing) return;
  while (!client.unsent.empty()) {
    const IoResult result = client.transport.write(client.unsent.rest());
    if (result.state == State::kNotNow) break;
    if (result.state != State::kSome) {
      drop(id, false);
      return;
    }
    const Bytes sent{static_cast<std::int64_t>(result.count)};
    counts_.sent += sent;
    client.about.sent += sent;
    client.unsent.take(result.count);
  }
  if (!client.unsent.empty()) {
    if (!client.watching_write)
      reactor.watch_write(client.transport.fd(), token_of(id));
    client.watching_write = true;
    return;
  }
  if (client.ending && client.owed.empty() && !client.half_closed) {
    client.half_closed = true;
    client.transport.shut_down_write();
  }
}

void Server::drop(SlotId id, bool by_reset) {
  Client* client = clients_.find(id);
  if (client == nullptr) return;
  if (by_reset)
    client->transport.reset();
  else
    client->transport.close();
  clients_.erase(id);
  counts_.open -= Count{1};
}

}  // namespace tidemark::standin
