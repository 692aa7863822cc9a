// The engine below every protocol: owns the sockets of one flow, opens them,
// plays the flow on them, ends each in its way, and counts what became of it.
// What happens when is decided by its user: CycleDriver for a hunt,
// StressFlow for a test by arrival rate.
//
//   Connecting → Securing → Greeting → Open ─┬─ fin, reset … ───────→ gone
//        │           │          │        │   ├─ Farewell → AwaitEof ─┐
//        └ refused   └ failed   └ failed │   └─ Lingering ───────────┤
//                                        └─ ended early ─────────────┘
//
// One thread. One read buffer for all connections: a silent connection costs
// no buffer. Sockets are closed and callbacks made only from turn(), so that
// nothing a protocol holds disappears while it is at work.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <queue>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "drivers/common/conversation.h"
#include "drivers/common/endpoint.h"
#include "drivers/common/flow_program.h"
#include "drivers/common/flow_times.h"
#include "drivers/common/load_url.h"
#include "drivers/common/payload.h"
#include "drivers/common/random.h"
#include "drivers/common/reactor.h"
#include "drivers/common/slab.h"
#include "drivers/common/tls.h"
#include "drivers/common/transport.h"
#include "drivers/common/unsent.h"
#include "drivers/common/variables.h"
#include "tidemark/cancellation.h"
#include "tidemark/clock.h"
#include "tidemark/driver.h"
#include "tidemark/result.h"
#include "tidemark/scenario.h"

namespace tidemark {

// What a flow needs, checked: see make_engine_setup().
struct EngineSetup {
  LoadSpec spec;
  LoadUrl url;
  std::unique_ptr<Protocol> protocol;
  std::vector<Endpoint> endpoints;  // not empty
  std::vector<Endpoint> sources;    // empty: the kernel chooses
  std::optional<TlsContext> tls;
  FlowVariables variables;
  std::optional<FlowProgram> program;
  // One for each of spec.close; null where it is no provocation.
  std::vector<const Provocation*> provocations;
  // New connections per second of a stress flow without arrivals; 0: as fast
  // as they are accepted.
  double open_rate = 0;
  // As many connections as it takes: start()'s `wanted` is maxConnections.
  bool as_needed = false;
};

enum class Stage : std::uint8_t {
  kConnecting,
  kSecuring,  // TLS handshake
  kGreeting,  // the protocol's own
  kOpen,
  kFarewell,    // our good-bye is out, no answer is in
  kAwaitEof,    // nothing is left to say; the service should close first
  kHalfClosed,  // our FIN is out, too
  kLingering,   // its way is being carried out; ends by timer or peer
};

enum class Fate : std::uint8_t { kNeverOpened, kEndedOurWay, kEndedEarly };

// Who decides what happens next. Called from FlowEngine::turn(), play() and
// end(); may call start(), play() and end() back.
class EngineUser {
 public:
  virtual ~EngineUser() = default;

  virtual void on_open(SlotId id) = 0;
  // The flow is over; `whole` is false if a reply did not come in time. The
  // connection is open still.
  virtual void on_played(SlotId id, bool whole) = 0;
  // `id` names nothing any more.
  virtual void on_gone(SlotId id, Fate fate) = 0;
};

class FlowEngine {
 public:
  static Result<std::unique_ptr<FlowEngine>> make(EngineSetup setup,
                                                  Clock& clock,
                                                  Cancellation& cancellation,
                                                  EngineUser& user);
  ~FlowEngine();
  FlowEngine(const FlowEngine&) = delete;
  FlowEngine& operator=(const FlowEngine&) = delete;

  // Room for so many connections: needed before start() goes beyond.
  void reserve(std::size_t connections);

  // Begins a connection that is to go the way spec.close[way]. `wanted` is
  // how many are asked for in all, for messages.
  SlotId start(std::uint16_t way, Count wanted);

  // Plays the flow once on an open connection. `intended` is when that
  // should have begun. REQUIRES: it is open and nothing is being played.
  void play(SlotId id, std::uint64_t iteration, TimePoint intended);

  // Whether, with a pipeline, a flow is over once its last request is sent,
  // so that the next one can follow: for users that play on until they say
  // otherwise. Flows whose replies depend on their iteration never do.
  void run_ahead(bool on) {
    runs_ahead_ = on && setup_.program->replies_stand_alone();
  }

  // Nothing will be played on it for a while: memory for that is freed.
  void rest(SlotId id);

  // Ends an open connection in its way.
  void end(SlotId id);

  // Reads what has come on connections at rest, so that those the service
  // has ended are known to be gone.
  void look_around();

  // Waits for something to happen, at most until `until`, and deals with
  // it. After an error no connection is left, and each is accounted for.
  Status turn(TimePoint until);

  // Counts open ones as ended by FIN, the others as refused or failed.
  void give_up(std::string_view why);
  // It is at that: what is started now would be left over.
  bool giving_up() const { return giving_up_; }

  const LoadSpec& spec() const { return setup_.spec; }
  Count open_now() const { return open_; }
  // When what is being dealt with came.
  TimePoint instant() const { return instant_; }
  Count playing() const { return playing_; }
  Count in_flight() const { return in_flight_; }  // not open yet
  std::size_t alive() const { return connections_.used(); }
  std::vector<SlotId> open_ids();
  bool is_open(SlotId id) {
    const Connection* connection = connections_.find(id);
    return connection != nullptr && connection->stage == Stage::kOpen;
  }

  LoadCounts take_counts() { return std::exchange(counts_, {}); }
  const LoadCounts& counts() const { return counts_; }
  FlowTimes& times() { return *times_; }

 private:
  struct Awaited {
    TimePoint intended;
    TimePoint sent;
    std::uint32_t step = 0;
    MessageId message;
    bool receive = false;  // what the service sends of its own accord
  };

  // The requests on the way, oldest first: a ring, because a pipeline moves
  // through it as fast as the kernel hands bytes over.
  class AwaitQueue {
   public:
    bool empty() const { return used_ == 0; }
    std::size_t size() const { return used_; }
    const Awaited& front() const { return ring_[first_]; }
    // The new last one, to be filled in where it stands: a copy made of
    // small parts waits for each of them to arrive in the cache.
    Awaited& push() {
      if (used_ == room_) grow();
      const std::size_t end = first_ + used_++;
      return ring_[end < room_ ? end : end - room_];
    }
    void pop() {
      if (++first_ == room_) first_ = 0;
      --used_;
    }

   private:
    void grow() {
      std::rotate(ring_.begin(),
                  ring_.begin() + static_cast<std::ptrdiff_t>(first_),
                  ring_.end());
      first_ = 0;
      room_ = std::max<std::size_t>(1, 2 * room_);
      ring_.resize(room_);
    }
    std::vector<Awaited> ring_;
    std::size_t room_ = 0;  // ring_.size(), without its division
    std::size_t first_ = 0;
    std::size_t used_ = 0;
  };

  // What playing a flow takes, beside the connection itself.
  struct Player {
    FlowCursor cursor;
    const Instruction* pending = nullptr;
    std::vector<std::string> values;
    AwaitQueue awaited;
    std::vector<std::string> pushed;  // that no step has received yet
    std::uint64_t iteration = 0;
    TimePoint intended;  // of the next request
    TimePoint began;
    bool playing = false;
    bool thinking = false;
    bool at_end = false;     // nothing is left to send
    bool resting = false;    // to be freed when the flow is over
    bool capturing = false;  // a reply on the way holds what may be sent next
  };

  enum class Linger : std::uint8_t {
    kNone,
    kPause,       // a moment, so that the service reads what we sent
    kUntilInput,  // until an answer has come, then a moment
    kListen,      // reads and drops
    kDeaf,        // reads nothing
    kAnswer,      // reads and keeps the first of it
    kFlush,       // until the kernel has taken what we sent, then its way
  };

  struct Connection {
    Transport transport;
    std::unique_ptr<Conversation> talk;
    std::unique_ptr<Player> player;
    std::unique_ptr<Unsent> unsent;       // not empty
    std::unique_ptr<std::string> answer;  // the first bytes, Linger::kAnswer
    TimePoint deadline = TimePoint::max();
    TimePoint since;  // this stage began
    std::uint32_t serial = 0;
    std::uint32_t sent = 0;  // messages
    std::uint16_t way = 0;
    std::uint16_t endpoint = 0;
    std::uint16_t refusals = 0;
    Stage stage = Stage::kConnecting;
    Linger linger = Linger::kNone;
    bool broken = false;   // a write failed; the next read tells why
    bool counted = false;  // its end is in counts_
    bool watching_write = false;
    bool slow = false;       // reads by timer only
    bool has_input = false;  // slow: something waits to be read
  };

  enum class WakeFor : std::uint8_t { kThink, kRead, kLeave, kRetry };
  struct Wake {
    TimePoint at;
    SlotId id;
    WakeFor why;
    bool operator>(const Wake& other) const { return at > other.at; }
  };

  class Events;

  FlowEngine(EngineSetup setup, Reactor reactor, Clock& clock,
             Cancellation& cancellation, EngineUser& user);

  // engine.cc: the loop, time, accounting.
  void sweep();
  void run_wakes();
  void run_ready();
  void deliver();
  void wake(SlotId id, Duration after, WakeFor why);
  void finish(SlotId id, Fate fate);
  void reason(std::string_view text);
  std::string_view goodbye() const;
  void count_closed(Connection& connection);
  const WeightedClose& way_of(const Connection& connection) const;
  void on_event(SlotId id, std::uint32_t events);
  void on_deadline(SlotId id);

  // engine_open.cc
  void connect(SlotId id);
  void on_connecting(SlotId id);
  void on_connected(SlotId id);
  void connect_failed(SlotId id, int error);
  void refuse(SlotId id, std::string_view why);
  void step_secure(SlotId id);
  void begin_talk(SlotId id);
  void opened(SlotId id);
  void fail_greeting(SlotId id, std::string_view why);

  // engine_io.cc
  void on_readable(SlotId id, bool more_than_data);
  bool read_once(SlotId id, std::size_t limit, std::size_t& count);
  void drain(Connection& connection);
  void pump(SlotId id);
  void slow_read(SlotId id);
  void take(SlotId id, std::span<std::uint8_t> input);
  void after_take(SlotId id);
  void send(SlotId id, std::string_view bytes);
  void watch_write(SlotId id);
  void on_writable(SlotId id);

  // engine_flow.cc
  void advance(SlotId id);
  bool do_next(SlotId id);
  void push_request(SlotId id, const Instruction& instruction);
  void receive(SlotId id, const Instruction& instruction);
  void on_reply(Connection& connection, const Reply& reply);
  void on_push(Connection& connection, const Reply& message);
  std::string_view fault_of(const FlowRequest& step, Connection& connection,
                            const Awaited& awaited, const Reply& reply,
                            std::string& text);
  void none_awaited(Connection& connection);
  void flow_over(SlotId id, bool whole);
  void stop_playing(Connection& connection);
  void lose_awaited(Player& player);
  void record_wait(Player& player);
  bool nothing_left(const Connection& connection) const;
  Payload& payload_for(Bytes size, bool binary);

  // engine_close.cc
  void leave_open(Connection& connection);
  void carry_out(SlotId id);
  void say_goodbye(SlotId id);
  void await_eof(Connection& connection);
  void linger(SlotId id, Linger how, Duration span);
  void leave(SlotId id);
  void unfinished(SlotId id);
  void vanish(SlotId id);
  void end_early(Connection& connection, std::string_view why);
  void on_ended(SlotId id, Ending how, std::string_view why);
  void on_gone(SlotId id, bool reset);

  // engine_provoke.cc
  void provoke(SlotId id);
  void note_answer(Connection& connection, std::string_view ending);

  EngineSetup setup_;
  Reactor reactor_;
  Clock& clock_;
  Cancellation& cancellation_;
  EngineUser& user_;
  const Duration tick_;

  Slab<Connection> connections_;
  std::vector<std::uint8_t> buffer_;
  std::string out_;  // bytes being put together, for one connection
  std::unique_ptr<Events> events_;
  std::priority_queue<Wake, std::vector<Wake>, std::greater<>> wakes_;
  std::vector<SlotId> ready_;  // have more to read or to send
  std::vector<SlotId> readying_;
  std::vector<std::pair<SlotId, Fate>> gone_;
  std::vector<std::pair<SlotId, Fate>> delivering_;
  std::map<std::pair<std::int64_t, bool>, Payload> payloads_;

  Random random_;
  std::optional<Error> fatal_;
  LoadCounts counts_;
  std::vector<std::string> way_names_;
  std::vector<Count*> way_counts_;  // into counts_.closed
  std::unique_ptr<FlowTimes> times_;
  std::string extra_headers_;
  TimePoint instant_;  // when the bytes at hand were read
  TimePoint now_;      // when the present events were fetched
  TimePoint next_tick_;
  std::int64_t unix_milliseconds_ = 0;
  Count open_;
  Count in_flight_;
  Count playing_;
  Count wanted_;
  Count started_;
  std::uint32_t next_serial_ = 0;
  std::uint32_t next_source_ = 0;
  std::uint16_t preferred_ = 0;  // the endpoint that accepted last
  SlotId advancing_{UINT32_MAX, 0};
  bool runs_ahead_ = false;
  bool giving_up_ = false;
};

// Everything that can be checked before the first packet: the URL, its
// addresses against `policy`, TLS files, behaviours, provocations, the flow.
// `folder` is where the scenario's files are.
Result<EngineSetup> make_engine_setup(const LoadSpec& spec, LoadUrl url,
                                      std::unique_ptr<Protocol> protocol,
                                      const TargetPolicy& policy,
                                      const std::string& folder);

// "5 s", "250 ms": how messages show a timeout.
std::string in_words(Duration duration);

}  // namespace tidemark
