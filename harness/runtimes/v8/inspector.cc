#include "harness/runtimes/v8/inspector.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <cerrno>
#include <mutex>
#include <optional>
#include <span>
#include <thread>
#include <utility>
#include <vector>

#include "drivers/websocket/codec_hybi13.h"
#include "harness/runtimes/v8/inspector_message.h"
#include "harness/runtimes/v8/loopback_socket.h"

namespace tidemark::v8 {
namespace {

using websocket::ClientHandshake;
using websocket::Codec;
using websocket::CodecPool;
using websocket::HandshakeKey;
using websocket::Message;
using websocket::MessageKind;
using websocket::Role;

constexpr std::size_t kReadAtOnce = 256 << 10;
constexpr std::uint16_t kNormalClose = 1000;
constexpr std::string_view kFarewell = "NodeRuntime.waitingForDisconnect";
constexpr const char* kEnding = "the process is about to end";
constexpr Duration kGoodbye = std::chrono::milliseconds(100);

class SocketInspector final : public Inspector {
 public:
  SocketInspector(LoopbackSocket socket, Clock& clock)
      : socket_(std::move(socket)),
        clock_(clock),
        pool_(
            static_cast<std::uint64_t>(clock.now().time_since_epoch().count())),
        codec_(Role::kClient, pool_),
        buffer_(kReadAtOnce) {}

  ~SocketInspector() override {
    ::eventfd_write(stop_.get(), 1);
    if (listener_.joinable()) listener_.join();
    std::string wire;
    if (ended_.message.empty() && codec_.append_close(kNormalClose, {}, wire))
      (void)socket_.send(wire, clock_.now() + kGoodbye);
  }

  Status greet(std::uint16_t port, const std::string& resource,
               TimePoint until);
  Result<std::string> call(std::string_view method, std::string_view parameters,
                           Duration silence, const OnChunk& on_chunk) override;

  // From now on farewells are heard.
  Status listen() {
    // Without it the listener could not be told to end.
    if (!stop_)
      return fail(ErrorKind::kEnvironment,
                  "there are no descriptors left to listen with");
    listener_ = std::thread([this] { hear_farewells(); });
    return {};
  }

 private:
  Result<std::string> converse(std::int64_t number, std::string_view method,
                               Duration silence, const OnChunk& on_chunk);
  void hear_farewells();
  void take_what_has_come();
  Result<Message> next_message(TimePoint until);
  tl::unexpected<Error> broken(Error why);
  tl::unexpected<Error> broken(std::string why) {
    return broken(Error{ErrorKind::kEnvironment, std::move(why), {}});
  }

  LoopbackSocket socket_;
  Clock& clock_;
  CodecPool pool_;
  Codec codec_;
  MessageReader reader_;
  std::vector<std::uint8_t> buffer_;
  std::span<std::uint8_t> unread_;  // of buffer_
  std::int64_t calls_ = 0;
  Error ended_;  // with a message: why nothing can be said any more
  // Of all the above, once the listener runs.
  std::mutex speaking_;
  Fd stop_{::eventfd(0, EFD_CLOEXEC)};
  std::thread listener_;
};

// Nobody waits for us any more. The descriptor stays, as both threads know it.
tl::unexpected<Error> SocketInspector::broken(Error why) {
  ended_ = why;
  socket_.hang_up();
  return fail(std::move(why));
}

Status SocketInspector::greet(std::uint16_t port, const std::string& resource,
                              TimePoint until) {
  LoadUrl url;
  url.scheme = "ws";
  url.host = "127.0.0.1";
  url.port = port;
  url.resource = resource;
  const Result<ClientHandshake> handshake = ClientHandshake::make(url, {}, {});
  TIDEMARK_TRY(handshake);
  const HandshakeKey key = handshake->new_key(pool_);
  std::string text;
  handshake->append_request(key, text);
  TIDEMARK_TRY(socket_.send(text, until));
  std::string head;
  for (std::size_t end = head.npos; end == head.npos;) {
    if (head.size() > static_cast<std::size_t>(websocket::kMaxReplyHead.value))
      return broken("the reply to the handshake is longer than 16 KiB");
    const Result<std::size_t> got = socket_.receive(buffer_, until);
    TIDEMARK_TRY(got);
    if (*got == 0) return broken("it closed during the handshake");
    const std::size_t before = head.size();
    head.append(reinterpret_cast<const char*>(buffer_.data()), *got);
    end = head.find("\r\n\r\n");
    if (end == head.npos) continue;
    head.resize(end + 4);
    unread_ = std::span(buffer_).subspan(head.size() - before,
                                         *got - (head.size() - before));
  }
  return handshake->check_reply(head, key);
}

// The next text; what the protocol itself wants is done on the way.
Result<Message> SocketInspector::next_message(TimePoint until) {
  for (;;) {
    const Result<std::optional<Message>> message = codec_.next(unread_);
    if (!message)
      return broken("it broke RFC 6455: " + message.error().message);
    if (!*message) {
      const Result<std::size_t> got = socket_.receive(buffer_, until);
      if (!got) return broken(got.error());
      if (*got == 0) return broken("it has closed the connection");
      unread_ = std::span(buffer_).first(*got);
      continue;
    }
    switch ((*message)->kind) {
      case MessageKind::kPing: {
        std::string pong;
        (void)codec_.append(MessageKind::kPong, (*message)->payload, pong);
        const Status sent = socket_.send(pong, until);
        if (!sent) return broken(sent.error());
        break;
      }
      case MessageKind::kPong:
        break;
      case MessageKind::kClose:
        return broken("it has closed the connection");
      case MessageKind::kText:
      case MessageKind::kBinary:
        return **message;
    }
  }
}

Result<std::string> SocketInspector::call(std::string_view method,
                                          std::string_view parameters,
                                          Duration silence,
                                          const OnChunk& on_chunk) {
  const std::scoped_lock speaks(speaking_);
  if (!ended_.message.empty()) return fail(ended_);
  const std::int64_t number = ++calls_;
  std::string wire;
  TIDEMARK_TRY(
      codec_.append(MessageKind::kText,
                    fmt::format("{{\"id\":{},\"method\":\"{}\",\"params\":{}}}",
                                number, method, parameters),
                    wire));
  const Status sent = socket_.send(wire, clock_.now() + silence);
  if (!sent) return broken(sent.error());
  return converse(number, method, silence, on_chunk);
}

Result<std::string> SocketInspector::converse(std::int64_t number,
                                              std::string_view method,
                                              Duration silence,
                                              const OnChunk& on_chunk) {
  for (;;) {
    // Where messages never end nobody waits, and nobody looks for this.
    if (socket_.is_cancelled())
      return broken(Error{ErrorKind::kInterrupted, "interrupted", {}});
    const Result<Message> text = next_message(clock_.now() + silence);
    TIDEMARK_TRY(text);
    const Result<InspectorMessage> message = reader_.read(text->payload);
    if (!message) return broken(message.error());
    if (message->method == kFarewell) return broken(kEnding);
    if (!message->chunk.empty() && on_chunk) {
      const Status taken = on_chunk(message->chunk);
      // The rest of the snapshot would come in the way of the next answer.
      if (!taken) return broken(taken.error());
    }
    if (message->answers != number) continue;
    const std::string refusal(message->refusal);
    std::string result(message->result);
    take_what_has_come();
    if (refusal.empty()) return result;
    return fail(ErrorKind::kEnvironment,
                fmt::format("{} is refused: {}", method, refusal));
  }
}

// What lies in the buffer already would wake nobody.
void SocketInspector::take_what_has_come() {
  while (ended_.message.empty()) {
    const Result<std::optional<Message>> message = codec_.next(unread_);
    if (!message) {
      (void)broken("it broke RFC 6455: " + message.error().message);
      return;
    }
    if (!*message) return;
    if ((*message)->kind == MessageKind::kClose) {
      (void)broken("it has closed the connection");
      return;
    }
    if ((*message)->kind != MessageKind::kText) continue;
    const Result<InspectorMessage> event = reader_.read((*message)->payload);
    if (event && event->method == kFarewell) (void)broken(kEnding);
  }
}

void SocketInspector::hear_farewells() {
  for (;;) {
    pollfd both[] = {{socket_.number(), POLLIN, 0}, {stop_.get(), POLLIN, 0}};
    if (::poll(both, 2, -1) < 0 && errno != EINTR) return;
    if (both[1].revents != 0) return;
    if (both[0].revents == 0) continue;
    // During a call this waits for its end.
    const std::scoped_lock speaks(speaking_);
    if (!ended_.message.empty()) return;
    pollfd still{socket_.number(), POLLIN, 0};
    if (::poll(&still, 1, 0) <= 0) continue;
    const Result<std::size_t> got =
        socket_.receive(buffer_, clock_.now() + kGoodbye);
    if (!got || *got == 0) {
      (void)broken("it has closed the connection");
      return;
    }
    unread_ = std::span(buffer_).first(*got);
    take_what_has_come();
    if (!ended_.message.empty()) return;
  }
}

}  // namespace

Result<std::unique_ptr<Inspector>> Inspector::connect(
    std::uint16_t port, const std::string& resource, Clock& clock,
    Duration timeout, Cancelled cancelled) {
  const TimePoint until = clock.now() + timeout;
  Result<LoopbackSocket> socket =
      LoopbackSocket::connect(port, clock, until, std::move(cancelled));
  TIDEMARK_TRY(socket);
  auto made = std::make_unique<SocketInspector>(*std::move(socket), clock);
  TIDEMARK_TRY(made->greet(port, resource, until));
  TIDEMARK_TRY(made->listen());
  return std::unique_ptr<Inspector>(std::move(made));
}

}  // namespace tidemark::v8
