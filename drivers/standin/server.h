// The stand-in's connections and what is owed on each. Private to this
// folder; standin.h is its face.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <queue>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/common/payload.h"
#include "drivers/common/reactor.h"
#include "drivers/common/responder.h"
#include "drivers/common/slab.h"
#include "drivers/common/tls.h"
#include "drivers/common/transport.h"
#include "drivers/common/unsent.h"
#include "tidemark/scenario.h"
#include "tidemark/standin.h"

namespace tidemark::standin {

// One thread at a time: the face holds a lock around every call.
class Server {
 public:
  Server(const StandInSpec& spec, std::unique_ptr<StandInProtocol> protocol,
         std::optional<TlsContext> tls, TimePoint started)
      : spec_(spec),
        protocol_(std::move(protocol)),
        tls_(std::move(tls)),
        started_(started),
        hits_(spec.rules.size(), 0),
        buffer_(64 << 10) {}

  void accept(Fd socket, Reactor& reactor, TimePoint now);
  void on_event(std::uint64_t token, std::uint32_t events, Reactor& reactor,
                TimePoint now);
  // Sends the answers that are due, reads on where a client had more to say
  // than its turn, and says when to be called again.
  TimePoint run_due(Reactor& reactor, TimePoint now);

  const StandInCounts& counts() const { return counts_; }
  std::vector<StandInConnection> open_connections(std::size_t limit);
  void trouble(std::string_view what);

 private:
  struct Owed {
    const StandInRule* rule;  // null: the plain answer
    TimePoint due;
  };

  struct Client {
    Transport transport;
    std::unique_ptr<Responder> responder;
    std::deque<Owed> owed;
    Unsent unsent;
    StandInConnection about;
    std::uint32_t answers = 0;
    bool securing = false;
    bool watching_write = false;
    bool ending = false;       // FIN follows what is unsent
    bool half_closed = false;  // our FIN is out
    bool waiting = false;      // in due_
    bool unread = false;       // in unread_
  };

  class Events;
  struct Due {
    TimePoint at;
    SlotId id;
    bool operator>(const Due& other) const { return at > other.at; }
  };

  void read_all(SlotId id, Reactor& reactor, TimePoint now);
  void answer_due(SlotId id, Reactor& reactor, TimePoint now);
  void flush(SlotId id, Reactor& reactor);
  void drop(SlotId id, bool by_reset);
  const StandInRule* pick(const Asked& request);
  std::string_view generated(const StandInRule* rule, Client& client);

  StandInSpec spec_;
  std::unique_ptr<StandInProtocol> protocol_;
  std::optional<TlsContext> tls_;
  TimePoint started_;
  std::vector<std::uint64_t> hits_;  // of each rule
  std::vector<std::uint8_t> buffer_;
  std::map<std::int64_t, Payload> payloads_;
  Slab<Client> clients_;
  std::priority_queue<Due, std::vector<Due>, std::greater<>> due_;
  std::vector<SlotId> unread_;  // their turn ended before their bytes did
  StandInCounts counts_;
};

}  // namespace tidemark::standin
