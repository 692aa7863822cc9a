#include "harness/runtimes/go/answer_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include "harness/base/short_text.h"

namespace tidemark::go {
namespace {

namespace http = boost::beast::http;

constexpr std::uint32_t kMostHead = 64 << 10;
constexpr std::string_view kBegin = "HTTP/1.";

tl::unexpected<Error> trouble(std::string what) {
  return fail(ErrorKind::kEnvironment, std::move(what));
}

}  // namespace

struct AnswerReader::Parser {
  http::response_parser<http::string_body> http;
  std::string held;  // what the parser could not take in pieces
  std::size_t most = 0;
  std::size_t received = 0;  // of the whole answer
  bool begun = false;
  bool checked = false;  // the head

  // What the parser would do with other answers is of no use.
  Status check_head() {
    checked = true;
    const auto& head = http.get();
    if (head.find(http::field::content_encoding) != head.end())
      return trouble("an encoded answer, though none was asked for");
    if (head.result_int() < 200)
      return trouble(
          fmt::format("HTTP {}, which is no answer", head.result_int()));
    return {};
  }
};

AnswerReader::AnswerReader(std::size_t most)
    : parser_(std::make_unique<Parser>()) {
  parser_->most = most;
  parser_->http.eager(true);
  parser_->http.header_limit(kMostHead);
  parser_->http.body_limit(most);
}

AnswerReader::~AnswerReader() = default;
AnswerReader::AnswerReader(AnswerReader&&) noexcept = default;

Status AnswerReader::put(std::string_view bytes) {
  // What is around the body, as extensions of chunks, has no limit of its own.
  parser_->received += bytes.size();
  if (parser_->received / 2 > parser_->most + kMostHead)
    return trouble("an answer that is more than twice its body");
  std::string& held = parser_->held;
  held.append(bytes);
  if (!parser_->begun) {
    const std::size_t known = std::min(held.size(), kBegin.size());
    if (held.substr(0, known) != kBegin.substr(0, known))
      return trouble(
          fmt::format("an answer that is not HTTP: it begins with "
                      "`{}`",
                      one_line(trimmed(held), 30)));
    parser_->begun = known == kBegin.size();
  }
  if (!parser_->begun) return {};
  boost::beast::error_code error;
  std::size_t used = 0;
  while (!parser_->http.is_done() && used < held.size()) {
    used += parser_->http.put(
        boost::asio::buffer(held.data() + used, held.size() - used), error);
    if (error == http::error::need_more) break;
    if (error == http::error::body_limit)
      return trouble(
          fmt::format("more than {} MiB, which is the most that is read",
                      parser_->most >> 20));
    if (error)
      return trouble(
          fmt::format("an answer that is not HTTP: {}", error.message()));
    if (parser_->http.is_header_done() && !parser_->checked)
      TIDEMARK_TRY(parser_->check_head());
  }
  held.erase(0, used);
  if (parser_->http.is_done() && !held.empty())
    return trouble("more than the length that it had told");
  if (held.size() > kMostHead && !parser_->http.is_done())
    return trouble("a head, or a chunk's, without an end");
  return {};
}

Status AnswerReader::end() {
  if (is_done()) return {};
  if (!parser_->http.is_header_done())
    return trouble(parser_->held.empty() && !parser_->http.got_some()
                       ? "no answer: the connection ended"
                       : "half an answer: the connection ended in its head");
  boost::beast::error_code error;
  const auto left = parser_->http.content_length_remaining();
  parser_->http.put_eof(error);
  if (!error && is_done()) return {};
  return trouble(
      left ? fmt::format("half an answer: the connection ended {} bytes before "
                         "the length that it had told",
                         *left)
           : "half an answer: the connection ended before the last chunk");
}

bool AnswerReader::is_done() const { return parser_->http.is_done(); }

std::size_t AnswerReader::received() const {
  return parser_->http.get().body().size();
}

Answer AnswerReader::take() {
  auto message = parser_->http.release();
  Answer answer;
  answer.status = static_cast<int>(message.result_int());
  const auto location = message[http::field::location];
  answer.location.assign(location.data(), location.size());
  answer.body = std::move(message.body());
  return answer;
}

}  // namespace tidemark::go
