// The only file that knows websocketpp, of which it uses the codec alone; its
// endpoint costs 23 KB per connection and does not compile as C++20.
#include "drivers/websocket/codec_hybi13.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <exception>
#include <utility>
#include <websocketpp/extensions/permessage_deflate/disabled.hpp>
#include <websocketpp/http/request.hpp>
#include <websocketpp/http/response.hpp>
#include <websocketpp/message_buffer/alloc.hpp>
#include <websocketpp/message_buffer/message.hpp>
#include <websocketpp/processors/hybi13.hpp>
#include <websocketpp/uri.hpp>

#include "drivers/common/http_words.h"
#include "drivers/common/random.h"
#include "drivers/websocket/plain_reply.h"

namespace tidemark::websocket {
namespace {

namespace wpp = websocketpp;

struct Config {
  using request_type = wpp::http::parser::request;
  using response_type = wpp::http::parser::response;
  using message_type =
      wpp::message_buffer::message<wpp::message_buffer::alloc::con_msg_manager>;
  using con_msg_manager_type =
      wpp::message_buffer::alloc::con_msg_manager<message_type>;
  // Upstream's default, random_device, costs 295 ns per masked frame.
  using rng_type = Random;

  static constexpr std::size_t max_message_size =
      static_cast<std::size_t>(kMaxMessage.value);
  static constexpr bool enable_extensions = false;

  struct deflate {};
  using permessage_deflate_type =
      wpp::extensions::permessage_deflate::disabled<deflate>;
};

using MessagePtr = Config::message_type::ptr;
namespace opcode = wpp::frame::opcode;

// Two checks that hybi13 0.8.2 lacks.
class Processor final : public wpp::processor::hybi13<Config> {
 public:
  using hybi13::hybi13;

  // It adds the announced length of a fragment to what it has without
  // looking for overflow, and would then collect without end. Only lengths
  // far beyond the limit overflow.
  bool wants_too_much() const {
    return m_state == APPLICATION && m_bytes_needed > Config::max_message_size;
  }

  // It asks whether UTF-8 is complete only if the last frame is the first.
  bool text_is_cut() {
    return m_state == READY &&
           m_current_msg->msg_ptr->get_opcode() == opcode::TEXT &&
           !m_current_msg->validator.complete();
  }
};

MessageKind kind_of(opcode::value code) {
  switch (code) {
    case opcode::TEXT:
      return MessageKind::kText;
    case opcode::PING:
      return MessageKind::kPing;
    case opcode::PONG:
      return MessageKind::kPong;
    case opcode::CLOSE:
      return MessageKind::kClose;
    default:
      return MessageKind::kBinary;
  }
}

std::uint16_t violation_code_of(const wpp::lib::error_code& why) {
  namespace errors = wpp::processor::error;
  if (why == errors::make_error_code(errors::message_too_big))
    return wpp::close::status::message_too_big;
  if (why == errors::make_error_code(errors::invalid_utf8) ||
      why == wpp::error::make_error_code(wpp::error::invalid_utf8))
    return wpp::close::status::invalid_payload;
  return wpp::close::status::protocol_error;
}

tl::unexpected<Error> peer_error(std::string_view what) {
  return fail(ErrorKind::kEnvironment, std::string(what));
}

Status check(const wpp::lib::error_code& code, std::string_view what) {
  if (!code) return {};
  return fail(ErrorKind::kUsage,
              fmt::format("cannot encode {}: {}", what, code.message()));
}

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = lower_letter(c);
  return result;
}

// Like authority(), which knows only the default port of ws.
std::string host_header(const LoadUrl& url) {
  LoadUrl named = url;
  named.scheme = "ws";
  named.port = 80;
  const std::uint16_t standard = url.scheme == "wss" ? 443 : 80;
  return url.port == standard
             ? named.authority()
             : fmt::format("{}:{}", named.authority(), url.port);
}

// Of `HTTP/1.1 101 Switching Protocols`, or nothing if it is no such line.
std::optional<unsigned> status_of(std::string_view head) {
  constexpr std::string_view kVersion = "HTTP/1.";
  const std::size_t at = kVersion.size() + 2;
  if (!head.starts_with(kVersion) || head.size() < at + 4 ||
      head[at - 1] != ' ' || (head[at + 3] != ' ' && head[at + 3] != '\r'))
    return std::nullopt;
  unsigned status = 0;
  const char* end = head.data() + at + 3;
  const std::from_chars_result parsed =
      std::from_chars(head.data() + at, end, status);
  if (parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;
  return status;
}

Status check_header(const std::string& name, const std::string& value) {
  // What a user would set here is overwritten or breaks the handshake.
  constexpr std::string_view kOwned[] = {
      "connection", "sec-websocket-extensions", "sec-websocket-key",
      "sec-websocket-version", "upgrade"};
  const std::string key = lower(name);
  if (std::find(std::begin(kOwned), std::end(kOwned), key) != std::end(kOwned))
    return fail(ErrorKind::kUsage,
                fmt::format("header `{}` is written by the handshake", name),
                "remove it from the scenario's headers");
  if (key == "sec-websocket-protocol")
    return fail(ErrorKind::kUsage,
                fmt::format("header `{}` is written by the handshake", name),
                "use `subprotocols` instead");
  const bool breaks =
      value.find_first_of(std::string("\r\n\0", 3)) != std::string::npos;
  if (!is_token(name) || breaks)
    return fail(ErrorKind::kUsage,
                fmt::format("header `{}` cannot be sent: {}", name,
                            breaks ? "its value contains a line end"
                                   : "this is no name of a header"),
                "correct it in the scenario's headers");
  return {};
}

}  // namespace

struct CodecPool::Impl {
  explicit Impl(std::uint64_t seed)
      : random(seed),
        manager(std::make_shared<Config::con_msg_manager_type>()),
        plain(manager->get_message(opcode::BINARY, 0)),
        framed(manager->get_message(opcode::BINARY, 0)) {}

  Random random;
  std::shared_ptr<Config::con_msg_manager_type> manager;
  MessagePtr plain;   // scratch: what is to be sent
  MessagePtr framed;  // scratch: the same as a frame
};

CodecPool::CodecPool(std::uint64_t seed) : impl_(new Impl(seed)) {}
CodecPool::~CodecPool() = default;

struct Codec::Impl {
  Impl(Role role, CodecPool::Impl& shared)
      : pool(shared),
        processor(false, role == Role::kServer, shared.manager, shared.random) {
  }

  CodecPool::Impl& pool;
  Processor processor;
  MessagePtr last;  // holds the payload that next() gave out
  std::unique_ptr<std::string> broken;  // what the peer did wrong
  std::uint16_t violation = wpp::close::status::protocol_error;

  Result<std::optional<Message>> give_error(const wpp::lib::error_code& why) {
    violation = violation_code_of(why);
    broken = std::make_unique<std::string>(why.message());
    return peer_error(*broken);
  }

  Result<std::optional<Message>> give(MessagePtr message) {
    last = std::move(message);
    Message result{kind_of(last->get_opcode()), last->get_payload()};
    if (result.kind != MessageKind::kClose) return {result};
    wpp::lib::error_code error;
    const std::string& payload = last->get_payload();
    result.close_code = wpp::close::extract_code(payload, error);
    if (!error) (void)wpp::close::extract_reason(payload, error);
    if (error) return give_error(error);
    result.payload.remove_prefix(std::min<std::size_t>(2, payload.size()));
    return {result};
  }

  void append_frame(std::string& wire) {
    wire += pool.framed->get_header();
    wire += pool.framed->get_payload();
    // One large message must not be kept by the scratch buffers for ever.
    constexpr std::size_t kKeep = 64 << 10;
    for (const MessagePtr& scratch : {pool.plain, pool.framed})
      if (scratch->get_payload().capacity() > kKeep)
        std::string().swap(scratch->get_raw_payload());
  }
};

Codec::Codec(Role role, CodecPool& pool)
    : impl_(std::make_unique<Impl>(role, *pool.impl_)) {}
Codec::~Codec() = default;
Codec::Codec(Codec&&) noexcept = default;
Codec& Codec::operator=(Codec&&) noexcept = default;

Result<std::optional<Message>> Codec::next(std::span<std::uint8_t>& input) {
  if (impl_->broken) return peer_error(*impl_->broken);
  impl_->last.reset();
  Processor& processor = impl_->processor;
  while (!input.empty()) {
    wpp::lib::error_code error;
    const std::size_t taken =
        processor.consume(input.data(), input.size(), error);
    input = input.subspan(taken);
    // First, or what is reported would depend on how the bytes were cut.
    if (processor.wants_too_much())
      return impl_->give_error(wpp::processor::error::make_error_code(
          wpp::processor::error::message_too_big));
    if (error) return impl_->give_error(error);
    if (processor.text_is_cut())
      return impl_->give_error(wpp::processor::error::make_error_code(
          wpp::processor::error::invalid_utf8));
    if (processor.ready()) return impl_->give(processor.get_message());
  }
  return {std::nullopt};
}

std::uint16_t Codec::violation_code() const { return impl_->violation; }

Status Codec::append(MessageKind kind, std::string_view payload,
                     std::string& wire) {
  CodecPool::Impl& pool = impl_->pool;
  Processor& processor = impl_->processor;
  if (kind == MessageKind::kClose)
    return append_close(kNoCloseCode, payload, wire);
  wpp::lib::error_code error;
  if (kind == MessageKind::kPing) {
    error = processor.prepare_ping(std::string(payload), pool.framed);
  } else if (kind == MessageKind::kPong) {
    error = processor.prepare_pong(std::string(payload), pool.framed);
  } else {
    pool.plain->set_opcode(kind == MessageKind::kText ? opcode::TEXT
                                                      : opcode::BINARY);
    pool.plain->get_raw_payload().assign(payload);
    error = processor.prepare_data_frame(pool.plain, pool.framed);
  }
  TIDEMARK_TRY(check(error, "a message"));
  impl_->append_frame(wire);
  return {};
}

Status Codec::append_close(std::uint16_t code, std::string_view reason,
                           std::string& wire) {
  TIDEMARK_TRY(check(impl_->processor.prepare_close(code, std::string(reason),
                                                    impl_->pool.framed),
                     fmt::format("a close frame with code {}", code)));
  impl_->append_frame(wire);
  return {};
}

std::string accept_value(std::string_view key) {
  const std::string salted =
      std::string(key) + wpp::processor::constants::handshake_guid;
  std::array<unsigned char, 20> digest;
  wpp::sha1::calc(salted.data(), salted.size(), digest.data());
  return wpp::base64_encode(digest.data(), digest.size());
}

Result<ClientHandshake> ClientHandshake::make(
    const LoadUrl& url, const std::map<std::string, std::string>& headers,
    const std::vector<std::string>& subprotocols) {
  for (const auto& [name, value] : headers)
    TIDEMARK_TRY(check_header(name, value));
  for (const std::string& name : subprotocols)
    if (!is_token(name))
      return fail(ErrorKind::kUsage,
                  fmt::format("subprotocol `{}` cannot be asked for", name),
                  "its name must be an HTTP token: letters, digits, - . _");
  ClientHandshake handshake;
  handshake.subprotocols_ = subprotocols;
  try {
    CodecPool::Impl scratch(0);
    Processor processor(false, false, scratch.manager, scratch.random);
    Config::request_type request;
    const wpp::lib::error_code error = processor.client_handshake_request(
        request,
        std::make_shared<wpp::uri>(false, url.host, url.port, url.resource),
        subprotocols);
    TIDEMARK_TRY(check(error, "the handshake"));
    request.replace_header("Host", host_header(url));
    request.replace_header("User-Agent", "tidemark");
    for (const auto& [name, value] : headers)
      request.replace_header(name, value);
    const std::string whole = request.raw();
    const std::string key = request.get_header("Sec-WebSocket-Key");
    const std::size_t at = whole.find(key);
    handshake.before_key_ = whole.substr(0, at);
    handshake.after_key_ = whole.substr(at + key.size());
  } catch (const std::exception& error) {
    return fail(ErrorKind::kUsage,
                fmt::format("cannot write the handshake: {}", error.what()),
                "look at the scenario's url, headers and subprotocols");
  }
  return handshake;
}

HandshakeKey ClientHandshake::new_key(CodecPool& pool) const {
  std::array<unsigned char, 16> raw;
  for (unsigned char& byte : raw)
    byte = static_cast<unsigned char>(pool.impl_->random());
  const std::string text = wpp::base64_encode(raw.data(), raw.size());
  HandshakeKey key;
  std::copy_n(text.begin(), key.text.size(), key.text.begin());
  return key;
}

void ClientHandshake::append_request(const HandshakeKey& key,
                                     std::string& wire) const {
  wire += before_key_;
  wire.append(key.text.data(), key.text.size());
  wire += after_key_;
}

Status ClientHandshake::check_reply(std::string_view head,
                                    const HandshakeKey& key) const {
  const std::string_view sent(key.text.data(), key.text.size());
  if (is_plain_acceptance(head, accept_value(sent))) return {};
  return check_closely(head, key);
}

Status ClientHandshake::check_closely(std::string_view head,
                                      const HandshakeKey& key) const {
  // Looked at here and not by websocketpp, whose enum of status codes ends at
  // 511.
  const std::optional<unsigned> status = status_of(head);
  if (!status) return peer_error("the reply to the handshake is not HTTP");
  if (*status != 101)
    return peer_error(fmt::format("HTTP {} instead of 101", *status));

  Config::response_type reply;
  try {
    reply.consume(head.data(), head.size());
  } catch (const std::exception& error) {
    return peer_error(fmt::format("the reply to the handshake is not HTTP: {}",
                                  error.what()));
  }
  if (!reply.headers_ready())
    return peer_error("the reply to the handshake is not HTTP");

  Config::request_type request;
  request.replace_header("Sec-WebSocket-Key",
                         std::string(key.text.data(), key.text.size()));
  CodecPool::Impl scratch(0);
  const Processor processor(false, false, scratch.manager, scratch.random);
  if (processor.validate_server_handshake_response(request, reply))
    return peer_error(
        "HTTP 101 with a wrong Upgrade, Connection or Sec-WebSocket-Accept");
  if (!reply.get_header("Sec-WebSocket-Extensions").empty())
    return peer_error("an extension was accepted that was not offered");
  const std::string chosen = reply.get_header("Sec-WebSocket-Protocol");
  if (!chosen.empty() && std::find(subprotocols_.begin(), subprotocols_.end(),
                                   chosen) == subprotocols_.end())
    return peer_error(
        fmt::format("subprotocol `{}` was not asked for", chosen));
  return {};
}

}  // namespace tidemark::websocket
