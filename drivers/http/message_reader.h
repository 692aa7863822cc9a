// Cuts a stream of bytes into HTTP/1 messages: Beast's parser understands
// heads and framing, and what it cannot take in pieces is held here.
#pragma once

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tidemark::http {

// Of a head, and of a chunk's header with its trailers; also the most that
// is ever held back.
inline constexpr std::size_t kMaxHead = 64 << 10;

using ErrorCode = boost::beast::error_code;

// "bad chunk", "header limit exceeded": for people.
std::string describe(const ErrorCode& error);

// Looks for the empty line at the end of a head. `line` is where the line
// begins that was not whole in the last search of the same bytes; 0 at first.
// Its size, 0 if it is not there yet. Bare line feeds are an error at once:
// who writes them never sends the end that is waited for.
std::size_t find_head_end(std::string_view bytes, std::uint32_t& line,
                          ErrorCode& error);

// True if `begin` may be the begin of a reply, or of a request.
bool can_be_reply(std::string_view begin);
bool can_be_request(std::string_view begin);

// A reply's first line may end after the status code, which Beast refuses:
// the head with the blank that it wants, or empty if there is no need.
std::string with_blank_reason(std::string_view head);

// What Beast tells while it parses, kept for MessageReader and its owner.
template <bool kRequest>
class Parser : public boost::beast::http::basic_parser<kRequest> {
 public:
  using View = boost::beast::string_view;

  std::string_view piece;  // of the body, from the last step
  bool in_chunk = false;

 private:
  void take(View bytes) { piece = {bytes.data(), bytes.size()}; }

  void on_header_impl(ErrorCode&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&,
                         ErrorCode&) override {}
  std::size_t on_body_impl(View bytes, ErrorCode&) override {
    take(bytes);
    return bytes.size();
  }
  void on_chunk_header_impl(std::uint64_t size, View, ErrorCode&) override {
    in_chunk = size > 0;
  }
  std::size_t on_chunk_body_impl(std::uint64_t left, View bytes,
                                 ErrorCode&) override {
    take(bytes);
    in_chunk = bytes.size() < left;
    return bytes.size();
  }
  void on_finish_impl(ErrorCode&) override {}
};

enum class Progress {
  kMore,    // all input is taken; nothing came of it yet
  kHead,    // the head is whole
  kBody,    // parser().piece, perhaps empty
  kBroken,  // `error` says why; nothing more can be read
};

// What a step found beside its Progress.
struct Found {
  std::string_view head;  // kHead
  ErrorCode error;        // kBroken
};

// Reads one message after another. P is a Parser. While it waits for a
// message it owns no memory.
template <class P>
class MessageReader {
 public:
  // Begins a message. REQUIRES: the last one is done or there is none.
  P& start() {
    P& parser = parser_.emplace();
    parser.body_limit(boost::none);
    parser.header_limit(UINT32_MAX);  // kMaxHead is looked after here
    return parser;
  }

  bool reading() const { return parser_.has_value(); }
  P& parser() { return *parser_; }
  // Also lets go of all views.
  void finish() {
    parser_.reset();
    let_go();
  }

  // Takes a step, from `input` onward. Views into it are valid until the
  // next call; so call it until kMore, which lets go of them. REQUIRES:
  // reading() or `input` is empty.
  Progress next(std::span<std::uint8_t>& input, Found& found);

 private:
  void let_go() {
    if (spent_) held_.reset();
    spent_ = false;
  }

  ErrorCode put_head(std::string_view view, std::size_t& used);
  ErrorCode put_body(std::string_view view, std::size_t& used);

  std::optional<P> parser_;
  std::unique_ptr<std::string> held_;
  std::uint32_t line_ = 0;  // of a held head
  bool spent_ = false;      // held_ is only there for views into it
};

template <class P>
Progress MessageReader<P>::next(std::span<std::uint8_t>& input, Found& found) {
  let_go();
  if (input.empty()) return Progress::kMore;
  parser_->piece = {};
  const std::size_t before = held_ ? held_->size() : 0;
  const std::size_t fresh = std::min(input.size(), kMaxHead - before);
  std::string_view view(reinterpret_cast<const char*>(input.data()), fresh);
  if (held_) view = held_->append(view);

  const bool has_head = parser_->is_header_done();
  std::size_t used = 0;
  found.error = has_head ? put_body(view, used) : put_head(view, used);
  if (found.error == boost::beast::http::error::need_more) {
    if (view.size() == kMaxHead) {
      found.error = boost::beast::http::error::header_limit;
      return Progress::kBroken;
    }
    if (!held_) held_ = std::make_unique<std::string>(view);
    input = input.subspan(fresh);
    return Progress::kMore;
  }
  if (found.error) return Progress::kBroken;
  if (used >= before) {
    input = input.subspan(used - before);
    spent_ = held_ != nullptr;
  } else {
    held_->resize(before);
    held_->erase(0, used);
  }
  if (has_head) return Progress::kBody;
  found.head = view.substr(0, used);
  return Progress::kHead;
}

template <class P>
ErrorCode MessageReader<P>::put_head(std::string_view view, std::size_t& used) {
  namespace beast_http = boost::beast::http;
  if (!P::can_begin_with(view)) return P::kBadBegin;
  ErrorCode error;
  used = find_head_end(view, line_, error);
  if (error) return error;
  if (used == 0) return beast_http::error::need_more;
  line_ = 0;
  std::string_view head = view.substr(0, used);
  const std::string mended = P::mend(head);
  if (!mended.empty()) head = mended;
  const std::size_t put =
      parser_->put(boost::asio::buffer(head.data(), head.size()), error);
  // The head is all there: to want more of it is to misunderstand it.
  if (error == beast_http::error::need_more ||
      (!error && (put != head.size() || !parser_->is_header_done())))
    return beast_http::error::bad_field;
  return error;
}

template <class P>
ErrorCode MessageReader<P>::put_body(std::string_view view, std::size_t& used) {
  // Beast asserts that a last chunk has this much when it is asked again.
  constexpr std::size_t kLastChunk = 5;
  if (parser_->chunked() && !parser_->in_chunk && view.size() < kLastChunk)
    return boost::beast::http::error::need_more;
  ErrorCode error;
  used = parser_->put(boost::asio::buffer(view.data(), view.size()), error);
  return error;
}

}  // namespace tidemark::http
