// Unusual and illegal input: sent as the catalogue has it, and what the
// service answered is kept.
#include "drivers/common/engine.h"
#include "drivers/common/reasons.h"
#include "drivers/common/tls_answer.h"

namespace tidemark {

void FlowEngine::provoke(SlotId id) {
  Connection& connection = *connections_.find(id);
  const Provocation& provocation = *setup_.provocations[connection.way];
  if (provocation.when != Provocation::When::kOpen) in_flight_ -= Count{1};
  count_closed(connection);
  std::string bytes;
  const std::string authority = setup_.url.authority();
  provocation.write({authority, setup_.url.resource, extra_headers_, random_},
                    bytes);
  counts_.messages_sent += Count{1};
  connection.talk.reset();
  connection.answer = std::make_unique<std::string>();
  const bool by_reset = provocation.then == Provocation::Then::kReset;
  linger(id, by_reset ? Linger::kPause : Linger::kAnswer,
         way_of(connection).hold);
  send(id, bytes);
  if (provocation.then != Provocation::Then::kFin) return;
  Connection* sent = connections_.find(id);
  // What the kernel has not taken yet is cut off here, which is the point.
  if (sent != nullptr) sent->transport.shut_down_write();
}

void FlowEngine::note_answer(Connection& connection, std::string_view ending) {
  const Provocation* provocation = setup_.provocations[connection.way];
  std::string words;
  if (provocation != nullptr && provocation->when == Provocation::When::kTls)
    words = describe_tls_answer(*connection.answer);
  if (words.empty() && !connection.answer->empty())
    words = setup_.protocol->describe_answer(*connection.answer);
  if (words.empty() && !connection.answer->empty()) words = "an answer";
  if (!words.empty()) words += ", ";
  words += ending;
  count_reason(counts_.answers[way_names_[connection.way]], words);
}

}  // namespace tidemark
