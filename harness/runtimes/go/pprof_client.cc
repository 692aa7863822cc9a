#include "harness/runtimes/go/pprof_client.h"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <utility>

#include "drivers/common/transport.h"
#include "harness/base/short_text.h"
#include "harness/runtimes/go/answer_reader.h"

namespace tidemark::go {
namespace {

using State = IoResult::State;
using std::chrono::steady_clock;

constexpr std::string_view kFolder = "/debug/pprof/";
// How long the service may take to close a connection after its answer.
constexpr Duration kGoodbye = std::chrono::seconds(1);
// At the latest then it is asked whether anybody still wants to know.
constexpr Duration kSlice = std::chrono::milliseconds(200);

tl::unexpected<Error> environment(std::string what) {
  return fail(ErrorKind::kEnvironment, std::move(what));
}

// Whether there is time left to wait, and somebody who wants it.
Status go_on(TimePoint end, const std::function<bool()>& cancelled) {
  if (cancelled && cancelled())
    return fail(ErrorKind::kInterrupted, "interrupted");
  if (steady_clock::now() >= end) return environment(std::strerror(ETIMEDOUT));
  return {};
}

// Until the socket is ready, or go_on() says no.
Status wait_for(int socket, short what, TimePoint end,
                const std::function<bool()>& cancelled) {
  while (true) {
    TIDEMARK_TRY(go_on(end, cancelled));
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(
        std::min<Duration>(end - steady_clock::now(), kSlice));
    pollfd ready{socket, what, 0};
    const int count = ::poll(
        &ready, 1, static_cast<int>(std::max<std::int64_t>(left.count(), 0)));
    if (count > 0) return {};
    if (count < 0 && errno != EINTR) return environment(std::strerror(errno));
  }
}

// Where an exchange with the service stands: over when `end` has passed, even
// if there is always something to read.
class Exchange {
 public:
  Exchange(Fd socket, TimePoint end, const std::function<bool()>& cancelled)
      : transport_(std::move(socket)), end_(end), cancelled_(cancelled) {}

  Status secure(const TlsContext& tls) {
    transport_.secure(tls.connect(transport_.fd()));
    while (true) {
      const IoResult result = transport_.secure_up();
      if (result.state == State::kSome) return {};
      if (result.state == State::kEnd)
        return environment("the connection ended in the TLS handshake");
      if (result.state == State::kFailed) return failed(result);
      TIDEMARK_TRY(wait(POLLIN));
    }
  }

  Status send(std::string_view bytes) {
    while (!bytes.empty()) {
      TIDEMARK_TRY(go_on(end_, cancelled_));
      const IoResult result = transport_.write(bytes);
      if (result.state == State::kSome) {
        bytes.remove_prefix(result.count);
        continue;
      }
      if (result.state != State::kNotNow) return failed(result);
      TIDEMARK_TRY(wait(POLLOUT));
    }
    return {};
  }

  // Empty at the end of the connection.
  Result<std::string_view> receive() {
    while (true) {
      TIDEMARK_TRY(go_on(end_, cancelled_));
      const IoResult result = transport_.read(piece_);
      if (result.state == State::kEnd) return std::string_view();
      if (result.state == State::kFailed) return broken(result);
      if (result.state == State::kSome)
        return std::string_view(reinterpret_cast<const char*>(piece_.data()),
                                result.count);
      TIDEMARK_TRY(wait(POLLIN));
    }
  }

  void end_by(TimePoint end) { end_ = std::min(end_, end); }

 private:
  Status wait(short what) {
    return wait_for(transport_.fd(), what, end_, cancelled_);
  }

  Status failed(const IoResult& result) const {
    return environment(result.error != 0 ? std::strerror(result.error)
                                         : transport_.trouble());
  }
  tl::unexpected<Error> broken(const IoResult& result) const {
    return fail(failed(result).error());
  }

  Transport transport_;
  TimePoint end_;
  const std::function<bool()>& cancelled_;
  std::array<std::uint8_t, 64 << 10> piece_;
};

std::string base64(const std::string& text) {
  std::string coded((text.size() + 2) / 3 * 4 + 1, '\0');
  const int size =
      ::EVP_EncodeBlock(reinterpret_cast<unsigned char*>(coded.data()),
                        reinterpret_cast<const unsigned char*>(text.data()),
                        static_cast<int>(text.size()));
  coded.resize(static_cast<std::size_t>(size));
  return coded;
}

bool is_one_line(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) ==
         std::string_view::npos;
}

// As a header's line; empty without credentials.
Result<std::string> authorization(const PprofAccess& access) {
  if (!is_one_line(access.bearer))
    return fail(ErrorKind::kUsage,
                "target.pprof.bearer: the token has more than one line");
  if (!access.bearer.empty())
    return fmt::format("Authorization: Bearer {}\r\n", access.bearer);
  if (access.user.empty() && access.password.empty()) return std::string();
  return fmt::format("Authorization: Basic {}\r\n",
                     base64(access.user + ":" + access.password));
}

// The scheme and the host of a load's URL, for its service's own pages.
Result<std::string> base_of(const std::string& load_url) {
  const std::size_t colon = std::min(load_url.find(':'), load_url.size());
  std::string scheme = load_url.substr(0, colon);
  const bool is_unix = scheme.ends_with("+unix");
  if (is_unix) scheme.resize(scheme.size() - 5);
  const bool secure = scheme == "wss" || scheme == "https";
  if (!secure && scheme != "ws" && scheme != "http")
    return fail(ErrorKind::kUsage,
                fmt::format("target.pprof.url is missing: the load's own "
                            "address, by {}, has no pages of profiles",
                            scheme.empty() ? "no URL" : scheme),
                "name the folder: http://127.0.0.1:6060/debug/pprof/");
  std::string rest = load_url.substr(colon);
  if (is_unix) {
    rest = rest.substr(0, rest.find(':', 1)) + ":";
  } else {
    rest = rest.substr(0, rest.find_first_of("/?", 3));
  }
  return fmt::format("{}{}{}{}", secure ? "https" : "http",
                     is_unix ? "+unix" : "", rest, kFolder);
}

std::string shown_of(const LoadUrl& url) {
  if (!url.unix_path.empty())
    return fmt::format("{}+unix:{}:{}", url.scheme, url.unix_path,
                       url.resource);
  return fmt::format("{}://{}{}", url.scheme, url.authority(), url.resource);
}

constexpr const char* kFetchIt =
    "curl has options for that, and what it has fetched is read as a file";

std::string what_came(const Answer& answer) {
  if (answer.status / 100 == 3)
    return fmt::format("HTTP {}, a redirect to `{}`", answer.status,
                       one_line(answer.location));
  std::string text = fmt::format("HTTP {}", answer.status);
  if (answer.status == 401 || answer.status == 403)
    return text + ", access refused";
  if (const std::string said = one_line(trimmed(answer.body)); !said.empty())
    text += fmt::format(": `{}`", said);
  return text;
}

}  // namespace

Result<LoadUrl> pprof_url(const std::string& url, const std::string& load_url,
                          const PprofAsker& asker) {
  const std::string name =
      asker.has_scenario ? "target.pprof.url" : "the address";
  std::string wanted = url;
  if (wanted.empty()) {
    Result<std::string> base = base_of(load_url);
    TIDEMARK_TRY(base);
    wanted = *std::move(base);
  }
  const auto found = [&](const char* what, const char* hint) {
    return fail(ErrorKind::kUsage,
                fmt::format("{}: wanted http://HOST:PORT/debug/pprof/, found "
                            "{} in it",
                            name, what),
                asker.has_scenario ? hint : "");
  };
  // What stands there may be a password or a token, so it is not repeated.
  if (wanted.find('@') != std::string::npos)
    return found("a user name", "target.pprof has `user` and `password`");
  if (wanted.find_first_of("?#") != std::string::npos)
    return found("a query",
                 "it is the folder of all profiles; a token is what "
                 "target.pprof has `bearer` for");
  if (wanted.starts_with("unix:")) {
    wanted = "http+" + wanted;
    if (wanted.find(':', 10) == std::string::npos)
      wanted += fmt::format(":{}", kFolder);
  }
  Result<LoadUrl> parsed = parse_load_url(wanted, {"http", "https"});
  if (!parsed)
    return fail(ErrorKind::kUsage,
                fmt::format("{}: {}", name, parsed.error().message),
                "for example http://127.0.0.1:6060/debug/pprof/");
  if (!parsed->resource.ends_with('/')) parsed->resource += '/';
  if (parsed->resource == "/") parsed->resource = kFolder;
  return parsed;
}

Result<PprofClient> PprofClient::make(const PprofAccess& access,
                                      const std::string& load_url,
                                      PprofAsker asker) {
  PprofClient made;
  made.asker_ = std::move(asker);
  Result<LoadUrl> url = pprof_url(access.url, load_url, made.asker_);
  TIDEMARK_TRY(url);
  made.url_ = *std::move(url);
  made.shown_ = shown_of(made.url_);
  Result<std::vector<Endpoint>> endpoints = find_endpoints(made.url_, {});
  TIDEMARK_TRY(endpoints);
  made.endpoints_ = *std::move(endpoints);
  if (made.url_.secure) {
    TlsSpec spec;
    spec.verify = access.verify;
    spec.ca_file = access.ca_file;
    spec.certificate_file = access.certificate_file;
    spec.key_file = access.key_file;
    Result<TlsContext> tls = TlsContext::client(spec, made.url_.host);
    TIDEMARK_TRY(tls);
    made.tls_ = *std::move(tls);
  }
  Result<std::string> credentials = authorization(access);
  TIDEMARK_TRY(credentials);
  // The longest first: one may be part of another.
  if (const std::size_t blank = credentials->rfind(' ');
      blank != std::string::npos)
    made.secrets_.emplace_back(trimmed(credentials->substr(blank)));
  for (const std::string& secret : {access.bearer, access.password})
    if (!secret.empty()) made.secrets_.push_back(secret);
  made.headers_ = fmt::format(
      "Host: {}\r\nUser-Agent: tidemark/{}\r\n"
      "Accept-Encoding: identity\r\nConnection: close\r\n{}",
      made.url_.authority(), TIDEMARK_VERSION, *credentials);
  made.timeout_ = access.timeout;
  return made;
}

Result<Fd> PprofClient::connect(TimePoint end) const {
  int cause = ENOENT;
  for (const Endpoint& endpoint : endpoints_) {
    Fd socket = begin_connect(endpoint, nullptr, {}, cause);
    if (!socket) continue;
    const Status ready = wait_for(socket.get(), POLLOUT, end, asker_.cancelled);
    if (!ready && ready.error().kind == ErrorKind::kInterrupted)
      return fail(ready.error());
    cause = ready ? 0 : ETIMEDOUT;
    socklen_t size = sizeof cause;
    if (ready) ::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &cause, &size);
    if (cause == 0) return socket;
  }
  return environment(fmt::format("cannot connect: {}", std::strerror(cause)));
}

bool PprofClient::is_listening() const {
  return connect(steady_clock::now() + timeout_).has_value();
}

tl::unexpected<Error> PprofClient::trouble(std::string_view page,
                                           const Error& error,
                                           std::string hint) const {
  if (error.kind == ErrorKind::kInterrupted) return fail(error);
  return fail(error.kind,
              fmt::format("the profile {}{}: {}", shown_, page, error.message),
              hint.empty() ? error.hint : std::move(hint));
}

std::string PprofClient::hint_for(const char* scenario,
                                  const char* other) const {
  return asker_.has_scenario ? scenario : other;
}

// What to do about an answer that is none of 200.
std::string PprofClient::advice(const Answer& answer) const {
  if (answer.status == 401 || answer.status == 403)
    return secrets_.empty()
               ? hint_for(
                     "target.pprof has user and password, or bearer, for it",
                     kFetchIt)
               : "it does not take the credentials of target.pprof";
  if (answer.status == 404)
    return "a Go service shows its profiles there with\n"
           "import _ \"net/http/pprof\"" +
           hint_for("; target.pprof.url names another place");
  if (answer.status / 100 == 3)
    return "redirects are not followed: name the place itself" +
           hint_for(" in target.pprof.url");
  return {};
}

// A page may show what it was asked with.
std::string PprofClient::without_secrets(std::string text) const {
  for (const std::string& secret : secrets_)
    for (std::size_t at = 0; (at = text.find(secret, at)) != text.npos;
         at += std::strlen("…"))
      text.replace(at, secret.size(), "…");
  return text;
}

Result<std::string> PprofClient::get(std::string_view page, std::size_t most) {
  return ask(page, "GET", {}, most);
}

Result<std::string> PprofClient::post(std::string_view page,
                                      std::string_view body, std::size_t most) {
  return ask(page, "POST", body, most);
}

Result<std::string> PprofClient::ask(std::string_view page,
                                     std::string_view method,
                                     std::string_view body, std::size_t most) {
  const TimePoint end = steady_clock::now() + timeout_;
  Result<Fd> socket = connect(end);
  if (!socket)
    return trouble(page, socket.error(),
                   "does the service listen there by now?" +
                       hint_for(" target.pprof.url says where it shows its "
                                "profiles"));
  Exchange exchange(*std::move(socket), end, asker_.cancelled);
  if (tls_)
    if (const Status secured = exchange.secure(*tls_); !secured)
      return trouble(page, secured.error(),
                     hint_for("target.pprof has caFile, certFile, keyFile and "
                              "rejectUnauthorized for TLS",
                              kFetchIt));
  std::string request = fmt::format("{} {}{} HTTP/1.1\r\n{}", method,
                                    url_.resource, page, headers_);
  if (method == "POST")
    request += fmt::format("Content-Length: {}\r\n", body.size());
  request += fmt::format("\r\n{}", body);
  AnswerReader reader(most);
  Status status = exchange.send(request);
  // A service that refuses at once may have closed before all was sent.
  if (!status && status.error().kind != ErrorKind::kInterrupted &&
      status.error().message != std::strerror(ETIMEDOUT))
    status = {};
  while (status && !reader.is_done()) {
    const Result<std::string_view> piece = exchange.receive();
    if (!piece) status = fail(piece.error());
    if (!piece) break;
    status = piece->empty() ? reader.end() : reader.put(*piece);
  }
  if (!status && status.error().message == std::strerror(ETIMEDOUT))
    return trouble(
        page,
        Error{ErrorKind::kEnvironment,
              fmt::format("no whole answer within {} s, {} bytes of it",
                          to_seconds(timeout_), reader.received()),
              {}},
        hint_for("target.pprof.timeout allows more"));
  if (!status) return trouble(page, status.error());
  // Once the service has closed its side, nothing of ours is left in it.
  exchange.end_by(steady_clock::now() + kGoodbye);
  if (const Result<std::string_view> rest = exchange.receive();
      rest && !rest->empty())
    return trouble(page, environment("it sends more than the length that it "
                                     "had told")
                             .value());
  Answer answer = reader.take();
  if (answer.status == 200) return std::move(answer.body);
  answer.body = without_secrets(std::move(answer.body));
  answer.location = without_secrets(std::move(answer.location));
  return trouble(page, environment(what_came(answer)).value(), advice(answer));
}

}  // namespace tidemark::go
