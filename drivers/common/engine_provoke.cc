// Unusual and illegal input: sent as the catalogue has it, and what the
// service answered is kept.
#include <fmt/format.h>

#include "drivers/common/engine.h"
#include "drivers/common/reasons.h"

namespace tidemark {
namespace {

constexpr std::string_view kAlert = "\x15\x03";

// The alerts a server sends (RFC 8446 §6), by number.
std::string_view alert_name(unsigned char number) {
  switch (number) {
    case 0:
      return "close_notify";
    case 10:
      return "unexpected_message";
    case 22:
      return "record_overflow";
    case 40:
      return "handshake_failure";
    case 47:
      return "illegal_parameter";
    case 50:
      return "decode_error";
    case 70:
      return "protocol_version";
    case 80:
      return "internal_error";
    case 112:
      return "unrecognized_name";
    case 120:
      return "no_application_protocol";
    default:
      return "";
  }
}

std::string describe_tls(std::string_view bytes) {
  if (bytes.starts_with('\x16')) return "TLS ServerHello";
  if (bytes.size() < 7 || !bytes.starts_with(kAlert)) return {};
  const auto number = static_cast<unsigned char>(bytes[6]);
  const std::string_view name = alert_name(number);
  return name.empty() ? fmt::format("TLS alert {}", number)
                      : fmt::format("TLS alert {}", name);
}

}  // namespace

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
    words = describe_tls(*connection.answer);
  if (words.empty() && !connection.answer->empty())
    words = setup_.protocol->describe_answer(*connection.answer);
  if (words.empty() && !connection.answer->empty()) words = "an answer";
  if (!words.empty()) words += ", ";
  words += ending;
  count_reason(counts_.answers[way_names_[connection.way]], words);
}

}  // namespace tidemark
