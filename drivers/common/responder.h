// The service's side of a protocol, for stand-ins: understands requests and
// frames answers. No socket, no clock; the stand-in's engine picks the rule
// for each request, waits as it says, and sends.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "tidemark/scenario.h"

namespace tidemark {

// A request as rules look at it. Views are valid during the call.
struct Asked {
  // What StandInRule::when is compared with: HTTP path without its query;
  // Redis command word in capitals; WebSocket and TCP message; "handshake"
  // for a WebSocket handshake.
  std::string_view what;
  // A few words for people: "GET /items", "SUBSCRIBE", "text 12 B".
  std::string_view title;
};

class ResponderEvents {
 public:
  virtual ~ResponderEvents() = default;

  // A whole request has come; answer() will be called for it, in order,
  // perhaps later.
  virtual void asked(const Asked& request) = 0;

  // The client said good-bye, or its input cannot be understood: no more is
  // read, what is in out() is sent and what is owed is answered, then FIN.
  // What the protocol says to it is in out() already, or follows the last
  // answer. `trouble` is empty for a good-bye.
  virtual void ended(std::string_view trouble) = 0;

  // Where answers of the protocol's own (pong, close frame) are appended.
  virtual std::string& out() = 0;
};

class Responder {
 public:
  virtual ~Responder() = default;

  // Takes all of `input`, however it is split; it may serve as scratch space.
  virtual void take(std::span<std::uint8_t> input, ResponderEvents& events) = 0;

  // Appends the answer to the oldest request without one. `rule` null: the
  // protocol's plain answer (HTTP 200 and a short body, the echo of a
  // WebSocket or TCP message, what Redis itself would say to the commonest
  // commands). `generated` is the body if the rule has a `size`.
  // False: the connection ends after this answer (Connection: close, QUIT).
  virtual bool answer(const StandInRule* rule, std::string_view generated,
                      std::string& out) = 0;

  // Appends the protocol's good-bye, for rules that close gracefully.
  virtual void say_goodbye(std::string& out) = 0;
};

// Of a message that waits for its answer, beside the message itself.
inline constexpr std::size_t kCostOfWaiting = 64;

// Whether a rule leaves the answer to the protocol: it has neither words nor
// an end of the connection.
inline bool says_nothing(const StandInRule& rule) {
  return rule.reply.empty() && !rule.raw && !rule.size && !rule.close &&
         rule.repeat > 0;
}

class StandInProtocol {
 public:
  virtual ~StandInProtocol() = default;
  virtual std::unique_ptr<Responder> start() = 0;
  // Whether `rule.when` fits; `request` as given to asked().
  virtual bool fits(const StandInRule& rule, const Asked& request) const = 0;
};

}  // namespace tidemark
