// What a protocol is, for the engine that drives all of them: how to open,
// ask, understand and say good-bye. No socket, no clock: bytes in, bytes out,
// so that every protocol is tested byte by byte.
//
// The engine (engine.h) owns sockets, time, order and counts. For each
// connection it has one Conversation, made by the load's Protocol.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/common/payload.h"
#include "drivers/common/provocation.h"
#include "drivers/common/text_template.h"
#include "tidemark/result.h"
#include "tidemark/scenario.h"

namespace tidemark {

// A longer generated body is refused.
inline constexpr Bytes kMaxGenerated{16 << 20};

// A step of a flow, checked and made ready to be sent many times. Protocols
// derive their own and static_cast back: a Request only ever meets the
// Protocol that prepared it.
class Request {
 public:
  virtual ~Request() = default;

  bool wants_reply = true;  // false: replies to it are not awaited
  bool keep_body = false;   // Reply::body is needed, else it may be empty
  // A generated body, made anew for each sending; its echo can be compared.
  std::optional<Bytes> generated;
  bool echoes = false;  // the reply to `generated` must be the same bytes
};

struct Reply {
  std::string_view error;  // not empty: the service said no ("ERR …")
  int status = 0;          // HTTP
  std::string_view head;   // HTTP: the whole head, if the request keeps it
  std::string_view body;   // valid during the call
  std::int64_t size = 0;   // of the body
  bool binary = false;     // WebSocket
};

enum class Ending {
  kAnswered,   // our good-bye was answered, or the service closes after this
  kClosing,    // the service says good-bye
  kViolation,  // the service broke the protocol
};

// What a Conversation tells its engine while it reads. Any call may be the
// last the Conversation makes: the engine may end the connection, and says so
// by `alive`.
class ConversationEvents {
 public:
  virtual ~ConversationEvents() = default;

  // The conversation is open, or (an error with few words) never will be.
  virtual void greeted(Status status) = 0;

  // The reply to the oldest request that wants one.
  virtual void replied(const Reply& reply) = 0;

  // What nobody asked for: a pushed message, an event of a stream.
  virtual void pushed(const Reply& message) = 0;

  // `why` in few words, for people.
  virtual void ended(Ending how, std::string_view why) = 0;

  // The oldest request that awaits its reply; null if none does.
  virtual const Request* awaited() const = 0;

  // Where an answer of the protocol's own (pong, close frame) is appended:
  // behind all that the service has not taken yet.
  virtual std::string& out() = 0;

  // False once the connection is not to be read any more.
  virtual bool alive() const = 0;
};

// What one sending of a request is made of.
struct Sending {
  const TemplateContext& context;
  std::string_view generated;  // the body, if the request generates one
};

class Conversation {
 public:
  virtual ~Conversation() = default;

  // Appends what opens the conversation. True if it is open at once; false
  // if greeted() will tell.
  virtual bool greet(std::string& out) = 0;

  virtual void send(const Request& request, const Sending& sending,
                    std::string& out) = 0;

  // Takes all of `input`, which may serve as scratch space, however it is
  // split; stops when `events` is not alive any more.
  virtual void take(std::span<std::uint8_t> input,
                    ConversationEvents& events) = 0;

  // The service's FIN has come: a reply that lasts until then is complete.
  virtual void take_end(ConversationEvents&) {}

  // Appends the protocol's good-bye. True if ended(kAnswered) will tell that
  // it was answered; false if there is nothing to wait for but the FIN.
  virtual bool say_goodbye(const WeightedClose& how, std::string& out) = 0;

  // For behaviours that end in the middle of something (abort_mid_frame …)
  // or ask for what they will not read (unread_body …): appends the bytes,
  // `close.after_bytes` of them, by default half, where that has a meaning.
  virtual void begin_unfinished(const WeightedClose& close,
                                std::string& out) = 0;
};

// One per load; outlives its requests and conversations. One thread.
class Protocol {
 public:
  virtual ~Protocol() = default;

  // Checks and prepares a kSend or kReceive step; kUsage says what the step
  // cannot have in this protocol. An empty `method`/`words`/`body`/`size`
  // means the protocol's plainest request.
  virtual Result<std::unique_ptr<Request>> prepare(
      const Step& step, const VariableNames& names) = 0;

  // The steps that the load's `traffic` stands for, once per message.
  virtual Step plain_step(const Traffic& traffic) const = 0;

  virtual std::unique_ptr<Conversation> start(std::uint32_t connection) = 0;

  // What a service says before it closes ("close frame"); empty where it may
  // just close.
  virtual std::string_view last_word() const { return {}; }

  // The behaviours that mean something here, kProvocation left out.
  virtual std::span<const CloseBehavior> behaviors() const = 0;

  virtual std::span<const Provocation> provocations() const = 0;

  // A few words for what came back after a provocation; `bytes` are the
  // first of them, perhaps none: "HTTP 400", "close 1002", "-ERR syntax".
  // "" if they say nothing. Bytes of hostile services: clean them.
  virtual std::string describe_answer(std::string_view bytes) const = 0;
};

}  // namespace tidemark
