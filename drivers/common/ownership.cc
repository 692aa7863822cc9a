#include "drivers/common/ownership.h"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstring>

#include "drivers/common/http_words.h"
#include "harness/base/short_text.h"

namespace tidemark {
namespace {

using Instant = std::chrono::steady_clock::time_point;

constexpr std::size_t kShownFile = 60;

tl::unexpected<Error> trouble(std::string what) {
  return fail(ErrorKind::kEnvironment, std::move(what));
}

std::string errno_text(int cause) { return std::strerror(cause); }

// 0, or the errno of the wait: ETIMEDOUT past `end`.
int wait_for(const Fd& socket, short what, Instant end) {
  while (true) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(
        end - std::chrono::steady_clock::now());
    if (left.count() <= 0) return ETIMEDOUT;
    pollfd wait{socket.get(), what, 0};
    const int ready = ::poll(&wait, 1, static_cast<int>(left.count()));
    if (ready > 0) return 0;
    if (ready < 0 && errno != EINTR) return errno;
  }
}

Result<Fd> connect_to(const Endpoint& address, Instant end) {
  int cause = 0;
  Fd socket = begin_connect(address, nullptr, {}, cause);
  if (socket) cause = wait_for(socket, POLLOUT, end);
  socklen_t size = sizeof cause;
  if (socket && cause == 0)
    ::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &cause, &size);
  if (cause != 0) return trouble(errno_text(cause));
  return socket;
}

Status send_all(const Fd& socket, std::string_view text, Instant end) {
  while (!text.empty()) {
    const ssize_t sent =
        ::send(socket.get(), text.data(), text.size(), MSG_NOSIGNAL);
    if (sent > 0) {
      text.remove_prefix(static_cast<std::size_t>(sent));
      continue;
    }
    int cause = errno;
    if (cause == EINTR) continue;
    if (cause == EAGAIN) cause = wait_for(socket, POLLOUT, end);
    if (cause != 0) return trouble(errno_text(cause));
  }
  return {};
}

Result<std::string> receive_file(const Fd& socket, Instant end) {
  std::string answer;
  char chunk[4096];
  while (true) {
    if (const int cause = wait_for(socket, POLLIN, end); cause != 0)
      return trouble(errno_text(cause));
    const ssize_t got = ::recv(socket.get(), chunk, sizeof chunk, 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    if (got < 0) return trouble(errno_text(errno));
    answer.append(chunk, static_cast<std::size_t>(got));
    Result<std::optional<std::string>> file =
        parse_ownership_answer(answer, got == 0);
    TIDEMARK_TRY(file);
    if (*file) return **std::move(file);
  }
}

// HTTP/1.0: no chunks, no upgrade, and the connection ends with the answer.
Result<std::string> fetch(const OwnershipQuestion& question) {
  const Instant end = std::chrono::steady_clock::now() + kOwnershipTimeout;
  Result<Fd> socket = connect_to(question.address, end);
  TIDEMARK_TRY(socket);
  TIDEMARK_TRY(send_all(
      *socket,
      fmt::format("GET {} HTTP/1.0\r\nHost: {}\r\nUser-Agent: tidemark\r\n"
                  "Accept: text/plain\r\nConnection: close\r\n\r\n",
                  kOwnershipPath, question.host),
      end));
  return receive_file(*socket, end);
}

// The line after `text`'s first; `text` becomes what follows it.
std::string_view take_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = trimmed(text.substr(0, end));
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

bool has_line(std::string_view text, std::string_view wanted) {
  while (!text.empty())
    if (same_word(take_line(text), wanted)) return true;
  return false;
}

Result<int> read_status(std::string_view line) {
  const bool http = line.starts_with("HTTP/1.") && line.size() >= 12 &&
                    line[8] == ' ' && (line.size() == 12 || line[12] == ' ');
  int status = 0;
  if (http) std::from_chars(line.data() + 9, line.data() + 12, status);
  if (status < 100) return trouble("an answer that is not HTTP");
  return status;
}

// What the head says about the body's end.
Result<std::optional<std::size_t>> read_length(std::string_view head) {
  std::optional<std::size_t> length;
  while (!head.empty()) {
    const std::string_view line = take_line(head);
    const std::size_t colon = std::min(line.find(':'), line.size());
    const std::string_view name = line.substr(0, colon);
    if (same_word(name, "transfer-encoding") ||
        same_word(name, "content-encoding"))
      return trouble("an encoded answer, though none was asked for");
    if (!same_word(name, "content-length") || colon == line.size()) continue;
    const std::string_view digits = trimmed(line.substr(colon + 1));
    std::size_t value = 0;
    const auto [stop, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc() || stop != digits.data() + digits.size() ||
        (length && *length != value))
      return trouble("an answer of no known length");
    length = value;
  }
  return length;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words)
    text += fmt::format("{}{}", text.empty() ? "" : ", ", word);
  return text;
}

// Exactly what to put there, to be copied: short enough for any terminal.
std::string recipe(const OwnershipQuestion& question) {
  std::string text = fmt::format(
      "who owns the target makes the file .well-known/tidemark.txt, in the\n"
      "folder that its web server serves at /, with {}:\n  {}",
      question.hostile.empty() ? "this line" : "these two lines",
      question.digest);
  if (!question.hostile.empty()) text += fmt::format("\n  {}", kHostileLine);
  return text +
         "\nThe digits are the scenario file's SHA-256: they change with it.";
}

tl::unexpected<Error> refuse(const OwnershipQuestion& question,
                             std::string_view wanted, std::string_view found) {
  return fail(ErrorKind::kUsage,
              fmt::format("target refused: {} does not agree to this load: "
                          "wanted {} in http://{}{} (asked at {}), found {}",
                          question.address.text, wanted, question.host,
                          kOwnershipPath, question.address.text, found),
              recipe(question));
}

}  // namespace

std::string sha256_hex(std::string_view text) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  // Fails without memory only; no digest agrees with "".
  if (::EVP_Digest(text.data(), text.size(), digest, &size, ::EVP_sha256(),
                   nullptr) != 1)
    return {};
  std::string hex;
  for (unsigned int i = 0; i < size; ++i)
    hex += fmt::format("{:02x}", digest[i]);
  return hex;
}

Result<std::optional<std::string>> parse_ownership_answer(
    std::string_view answer, bool ended) {
  if (answer.size() > kMaxOwnershipBytes)
    return trouble(fmt::format("more than {} KiB", kMaxOwnershipBytes >> 10));
  const std::size_t blank = answer.find("\r\n\r\n");
  if (blank == std::string_view::npos) {
    if (!ended) return std::optional<std::string>();
    return trouble(answer.empty() ? "no answer" : "half an answer");
  }
  std::string_view head = answer.substr(0, blank);
  const std::string_view body = answer.substr(blank + 4);
  const Result<int> status = read_status(take_line(head));
  TIDEMARK_TRY(status);
  if (*status != 200)
    return trouble(fmt::format(
        "HTTP {}{}", *status,
        *status / 100 == 3 ? ", a redirect, which is not followed" : ""));
  const Result<std::optional<std::size_t>> length = read_length(head);
  TIDEMARK_TRY(length);
  if (*length && **length > kMaxOwnershipBytes)
    return trouble(fmt::format("more than {} KiB", kMaxOwnershipBytes >> 10));
  if (*length && body.size() >= **length)
    return std::optional<std::string>(body.substr(0, **length));
  if (!ended) return std::optional<std::string>();
  if (*length) return trouble("half an answer");
  return std::optional<std::string>(body);
}

Status check_ownership(const OwnershipQuestion& question) {
  const std::string wanted = fmt::format("the line `{}`", question.digest);
  if (question.digest.empty()) return refuse(question, "a digest", "none");
  const Result<std::string> file = fetch(question);
  if (!file) return refuse(question, wanted, file.error().message);
  if (!has_line(*file, question.digest)) {
    std::string_view rest = *file;
    const std::string first = one_line(take_line(rest), kShownFile);
    return refuse(question, wanted,
                  first.empty() ? "a file that does not begin with a line"
                                : fmt::format("`{}` first", first));
  }
  if (!question.hostile.empty() && !has_line(*file, kHostileLine))
    return refuse(question,
                  fmt::format("the line `{}`, for the hostile {},",
                              kHostileLine, joined(question.hostile)),
                  "the fingerprint only");
  return {};
}

Status OwnershipWatch::check_if_due() {
  const TimePoint now = clock_.now();
  if (asked_ && now < *asked_ + kOwnershipInterval) return {};
  const bool again = asked_.has_value();
  asked_ = now;
  for (const OwnershipQuestion& question : questions_) {
    const Status status = check_ownership(question);
    if (status) continue;
    if (!again) return status;
    return fail(
        ErrorKind::kEnvironment,
        "the leave was withdrawn during the run: " + status.error().message,
        status.error().hint);
  }
  return {};
}

}  // namespace tidemark
