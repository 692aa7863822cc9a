// The pages of /debug/pprof/ of a Go service, over TCP, TLS or a Unix socket.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/common/endpoint.h"
#include "drivers/common/load_url.h"
#include "drivers/common/tls.h"
#include "harness/runtimes/go/answer_reader.h"
#include "tidemark/clock.h"
#include "tidemark/result.h"
#include "tidemark/scenario.h"

namespace tidemark::go {

// No profile is larger; what lies about itself may be.
inline constexpr std::size_t kMostBody = std::size_t{1} << 30;

// Who asks.
struct PprofAsker {
  std::function<bool()> cancelled;  // asked while it waits; may be empty
  // Whether a hint may name the keys of target.pprof.
  bool has_scenario = true;
};

// The URL of the folder: `access.url` with a `/` at its end, or /debug/pprof/
// at the address of `load_url`: http for ws, https for wss. "unix:/SOCKET"
// stands for "http+unix:/SOCKET:/debug/pprof/". kUsage: it is none, and what
// is said has no secret that stood in it.
Result<LoadUrl> pprof_url(const std::string& url, const std::string& load_url,
                          const PprofAsker& asker = {});

// Asks one page at a time, each over a connection of its own, so that between
// two of them the service has neither a connection nor a buffer of ours.
// Used from one thread.
class PprofClient {
 public:
  // Finds addresses and reads certificates. kUsage: the address is not on this
  // machine, or a file cannot be used.
  static Result<PprofClient> make(const PprofAccess& access,
                                  const std::string& load_url,
                                  PprofAsker asker = {});

  // Whether somebody takes connections there.
  bool is_listening() const;

  // The body of `page`, as "heap?gc=1&debug=1", of at most `most` bytes.
  // kEnvironment: what came instead and what to do; takes at most the access's
  // timeout. No message has a password or a token.
  Result<std::string> get(std::string_view page, std::size_t most = kMostBody);

  // The answer to `body` by POST.
  Result<std::string> post(std::string_view page, std::string_view body,
                           std::size_t most = kMostBody);

  // "http://127.0.0.1:9001/debug/pprof/", for people.
  const std::string& shown() const { return shown_; }
  // 0: a Unix socket.
  std::uint16_t port() const { return url_.unix_path.empty() ? url_.port : 0; }

 private:
  PprofClient() = default;

  Result<std::string> ask(std::string_view page, std::string_view method,
                          std::string_view body, std::size_t most);
  Result<Fd> connect(TimePoint end) const;
  tl::unexpected<Error> trouble(std::string_view page, const Error& error,
                                std::string hint = {}) const;
  // Of two hints the one that is of use to who asks.
  std::string hint_for(const char* scenario, const char* other = "") const;
  std::string advice(const Answer& answer) const;
  std::string without_secrets(std::string text) const;

  LoadUrl url_;
  std::string shown_;
  std::vector<Endpoint> endpoints_;
  std::optional<TlsContext> tls_;
  std::string headers_;               // with the credentials
  std::vector<std::string> secrets_;  // that an answer may repeat
  Duration timeout_{};
  PprofAsker asker_;
};

}  // namespace tidemark::go
