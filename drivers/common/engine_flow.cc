// The flow on an open connection: what is sent next, and whether what came
// back is what was wanted.
#include <fmt/format.h>

#include <algorithm>

#include "drivers/common/engine.h"
#include "drivers/common/engine_events.h"
#include "drivers/common/think.h"

namespace tidemark {
namespace {

using Kind = Instruction::Kind;

// Bytes put together before they are handed to the kernel.
constexpr std::size_t kBatch = 64 << 10;
// Requests without a pause, before others have their turn.
constexpr int kRounds = 256;
// Messages kept for steps that will receive them.
constexpr std::size_t kMaxPushed = 16;

}  // namespace

void FlowEngine::play(SlotId id, std::uint64_t iteration, TimePoint intended) {
  Connection* connection = connections_.find(id);
  if (connection == nullptr || connection->stage != Stage::kOpen) return;
  if (!connection->player) connection->player = std::make_unique<Player>();
  Player& player = *connection->player;
  player.cursor.rewind();
  player.pending = nullptr;
  player.iteration = iteration;
  player.intended = player.began = intended;
  if (!player.playing) playing_ += Count{1};
  player.playing = true;
  player.thinking = player.resting = player.at_end = player.capturing = false;
  setup_.variables.fill(setup_.program->initial_values(), player.values);
  // Nothing is sent before the last flow's bytes are gone.
  if (connection->unsent)
    connection->deadline = clock_.now() + setup_.spec.timeouts.response;
  if (!(advancing_ == id)) advance(id);
}

void FlowEngine::rest(SlotId id) {
  Connection* connection = connections_.find(id);
  if (connection == nullptr || !connection->player) return;
  Player& player = *connection->player;
  player.resting = true;
  if (advancing_ == id) return;  // it is in use up the stack
  if (!player.playing && player.awaited.empty()) connection->player.reset();
}

// Goes on until a reply is due, the kernel takes no more, or all is done.
void FlowEngine::advance(SlotId id) {
  Connection* connection = connections_.find(id);
  if (connection == nullptr || !connection->player) return;
  if (connection->stage != Stage::kOpen || advancing_ == id) return;
  const SlotId before = std::exchange(advancing_, id);
  instant_ = clock_.now();
  out_.clear();
  int rounds = 0;
  while (do_next(id)) {
    if (++rounds < kRounds) continue;
    ready_.push_back(id);
    break;
  }
  advancing_ = before;
  connection = connections_.find(id);
  if (connection == nullptr) return;
  if (!out_.empty()) {
    send(id, out_);
    out_.clear();
  }
  const Player* player = connection->player.get();
  if (player != nullptr && player->resting) rest(id);
}

// One instruction; false if this is all for now.
bool FlowEngine::do_next(SlotId id) {
  Connection* connection = connections_.find(id);
  if (connection == nullptr || connection->stage != Stage::kOpen) return false;
  Player* player = connection->player.get();
  if (player == nullptr || !player->playing || player->thinking) return false;
  if (connection->unsent || connection->broken) return false;
  const std::size_t on_the_way = player->awaited.size();
  if (player->pending == nullptr && !player->at_end) {
    player->pending = player->cursor.next(*setup_.program);
    player->at_end = player->pending == nullptr;
  }
  if (player->at_end) {
    // With a pipeline, the next iteration's requests may follow at once.
    if (on_the_way > 0 && (!runs_ahead_ || setup_.spec.pipeline == 1 ||
                           on_the_way >= setup_.spec.pipeline))
      return false;
    flow_over(id, true);
    return true;
  }
  const Instruction& instruction = *player->pending;
  switch (instruction.kind) {
    case Kind::kSend:
      if (on_the_way >= setup_.spec.pipeline || player->capturing) return false;
      push_request(id, instruction);
      break;
    case Kind::kReceive:
      if (on_the_way > 0) return false;
      receive(id, instruction);
      connection = connections_.find(id);
      if (connection == nullptr || connection->stage != Stage::kOpen)
        return false;
      player = connection->player.get();
      break;
    case Kind::kThink: {
      if (on_the_way > 0) return false;
      player->thinking = true;
      connection->deadline = TimePoint::max();
      const ThinkTime& think = setup_.program->thinks()[instruction.index];
      wake(id, draw_think(think, random_), WakeFor::kThink);
      break;
    }
    case Kind::kRepeat:
      break;  // the cursor's own
  }
  player->pending = nullptr;
  if (out_.size() >= kBatch) {
    send(id, out_);
    out_.clear();
  }
  return true;
}

void FlowEngine::push_request(SlotId id, const Instruction& instruction) {
  Connection& connection = *connections_.find(id);
  Player& player = *connection.player;
  const FlowRequest& step = setup_.program->requests()[instruction.index];
  const MessageId message{connection.serial, connection.sent++};
  const TemplateContext context{player.values, player.iteration,
                                connection.serial, unix_milliseconds_, random_};
  Sending sending{context, {}};
  if (step.request->generated)
    sending.generated =
        payload_for(*step.request->generated, step.binary).content(message);
  connection.talk->send(*step.request, sending, out_);
  counts_.messages_sent += Count{1};
  const TimePoint now = instant_;
  if (!step.request->wants_reply) {
    // Nothing answers it, but the kernel has to take it in time.
    if (player.awaited.empty()) connection.deadline = now + step.within;
    return;
  }
  // The first request of an iteration should have been sent when the
  // iteration should have begun; the others follow what came before them.
  const TimePoint intended = std::min(player.intended, now);
  Awaited& awaited = player.awaited.push();
  awaited.intended = intended;
  awaited.sent = now;
  awaited.step = instruction.index;
  awaited.message = message;
  awaited.receive = false;
  player.capturing = !step.captures.empty();
  player.intended = TimePoint::max();
  if (player.awaited.size() == 1) {
    connection.deadline = now + step.within;
  }
}

// Waits for what the service sends of its own accord; it may be here already,
// with us or with the conversation.
void FlowEngine::receive(SlotId id, const Instruction& instruction) {
  Connection& connection = *connections_.find(id);
  Player& player = *connection.player;
  const FlowRequest& step = setup_.program->requests()[instruction.index];
  player.awaited.push() = {instant_, instant_, instruction.index, {}, true};
  player.intended = TimePoint::max();
  connection.deadline = instant_ + step.within;
  const TemplateContext context{player.values, player.iteration,
                                connection.serial, unix_milliseconds_, random_};
  connection.talk->send(*step.request, {context, {}}, out_);
  if (!player.pushed.empty()) {
    const std::string body = std::move(player.pushed.front());
    player.pushed.erase(player.pushed.begin());
    Reply early;
    early.body = body;
    early.size = static_cast<std::int64_t>(body.size());
    counts_.messages_received -= Count{1};  // it was counted when it came
    on_reply(connection, early);
    return;
  }
  events_->begin(connection);
  connection.talk->take({}, *events_);
  after_take(id);
}

void FlowEngine::on_reply(Connection& connection, const Reply& reply) {
  Player* player = connection.player.get();
  if (player == nullptr || player->awaited.empty()) {
    counts_.messages_received += Count{1};
    return;  // came too late: it is no answer and no error
  }
  const Awaited awaited = player->awaited.front();
  player->awaited.pop();
  const TimePoint now = instant_;
  times_->request.record(now - awaited.intended);
  times_->request_service.record(now - awaited.sent);
  times_->requests += Count{1};
  counts_.messages_received += Count{1};
  const FlowRequest& step = setup_.program->requests()[awaited.step];
  std::string text;
  const std::string_view fault =
      fault_of(step, connection, awaited, reply, text);
  bool missed = false;
  for (std::size_t i = 0; i < step.captures.size(); ++i) {
    if (auto found = capture(step.captures[i], reply)) {
      player->values[step.captured[i]] = *std::move(found);
    } else if (fault.empty()) {
      missed = true;
      reason(fmt::format("`{}` was not found in the reply to capture it from",
                         step.captures[i].as));
    }
  }
  player->capturing = false;
  if (!fault.empty()) reason(fault);
  if (!fault.empty() || missed) {
    counts_.reply_errors += Count{1};
    times_->request_errors += Count{1};
  }
  if (!player->awaited.empty())
    connection.deadline =
        now + setup_.program->requests()[player->awaited.front().step].within;
  else
    none_awaited(connection);
}

// Nothing but the kernel has to be waited for.
void FlowEngine::none_awaited(Connection& connection) {
  connection.deadline = connection.unsent
                            ? clock_.now() + setup_.spec.timeouts.response
                            : TimePoint::max();
}

// A message that nobody asked for: the one a kReceive step waits for, or one
// for the next such step.
void FlowEngine::on_push(Connection& connection, const Reply& message) {
  Player* player = connection.player.get();
  if (player != nullptr && !player->awaited.empty() &&
      player->awaited.front().receive) {
    on_reply(connection, message);
    return;
  }
  counts_.messages_received += Count{1};
  if (!setup_.program->receives()) return;
  if (player == nullptr) {
    connection.player = std::make_unique<Player>();
    player = connection.player.get();
  }
  if (player->pushed.size() < kMaxPushed && message.body.size() <= kBatch)
    player->pushed.emplace_back(message.body);
}

// "" if the reply is as it should be.
std::string_view FlowEngine::fault_of(const FlowRequest& step,
                                      Connection& connection,
                                      const Awaited& awaited,
                                      const Reply& reply, std::string& text) {
  const Expect& expect = step.expect;
  if (expect.status && reply.status != *expect.status) {
    text = fmt::format("status {} instead of {}", reply.status, *expect.status);
    return text;
  }
  if (!reply.error.empty()) return reply.error;
  if (step.echo) {
    const std::string_view sent =
        payload_for(*step.request->generated, step.binary)
            .content(awaited.message);
    if (reply.body != sent) return "an echo differed from what was sent";
  }
  const Player& player = *connection.player;
  const TemplateContext context{player.values, player.iteration,
                                connection.serial, unix_milliseconds_, random_};
  if (!expect.equals.empty()) {
    step.equals.append(context, text);
    if (reply.body != text) return "a reply differed from what was expected";
  }
  if (!expect.contains.empty()) {
    text.clear();
    step.contains.append(context, text);
    if (reply.body.find(text) == std::string_view::npos)
      return "a reply did not contain what was expected";
  }
  if (expect.size && reply.size != expect.size->value) {
    text = fmt::format("a reply of {} bytes instead of {}", reply.size,
                       expect.size->value);
    return text;
  }
  return {};
}

void FlowEngine::flow_over(SlotId id, bool whole) {
  Connection& connection = *connections_.find(id);
  if (!connection.player || !connection.player->playing) return;
  Player& player = *connection.player;
  player.playing = false;
  playing_ -= Count{1};
  player.pending = nullptr;
  if (!whole) {
    if (!player.awaited.empty()) record_wait(player);  // counted already
    lose_awaited(player);
  }
  if (whole && player.awaited.empty()) {
    none_awaited(connection);
    times_->iteration.record(clock_.now() - player.began);
  }
  user_.on_played(id, whole);
}

// Whether the flow is played to its end, but for pauses.
bool FlowEngine::nothing_left(const Connection& connection) const {
  const Player* player = connection.player.get();
  if (player == nullptr || !player->playing || !player->awaited.empty())
    return false;
  const Instruction* next = player->pending;
  FlowCursor ahead = player->cursor;
  if (next == nullptr && !player->at_end) next = ahead.next(*setup_.program);
  while (next != nullptr && next->kind == Kind::kThink)
    next = ahead.next(*setup_.program);
  return next == nullptr;
}

void FlowEngine::stop_playing(Connection& connection) {
  if (!connection.player) return;
  if (connection.player->playing) playing_ -= Count{1};
  connection.player->playing = false;
  connection.player->pending = nullptr;
  lose_awaited(*connection.player);
}

// The connection goes, or is given up, before their replies have come.
void FlowEngine::lose_awaited(Player& player) {
  const Count lost{static_cast<std::int64_t>(player.awaited.size())};
  times_->request_errors += lost;
  times_->lost += lost;
  while (!player.awaited.empty()) record_wait(player);
}

// The oldest request will have no reply. It took as long as it was waited
// for: without it, a service that hangs would look fast.
void FlowEngine::record_wait(Player& player) {
  const Awaited& given_up = player.awaited.front();
  const TimePoint now = clock_.now();
  times_->request.record(now - given_up.intended);
  times_->request_service.record(now - given_up.sent);
  player.awaited.pop();
}

Payload& FlowEngine::payload_for(Bytes size, bool binary) {
  const auto found = payloads_.find({size.value, binary});
  if (found != payloads_.end()) return found->second;
  return payloads_
      .emplace(std::pair{size.value, binary},
               Payload(size, binary, setup_.spec.seed + 2))
      .first->second;
}

}  // namespace tidemark
