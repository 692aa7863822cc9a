#include "harness/cli/interview.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "harness/cli/free_port.h"
#include "harness/cli/load_wiring.h"
#include "harness/cli/wiring.h"
#include "harness/hunt/questions.h"
#include "harness/scenario/expand.h"
#include "tidemark/target.h"

namespace tidemark {
namespace {

class Interview {
 public:
  Interview(const HuntAddress& address, const LoadSpec& given, int port,
            Clock& clock, Cancellation& cancellation)
      : address_(address),
        given_(given),
        port_(port),
        clock_(clock),
        cancellation_(cancellation) {}

  Result<std::vector<Spoken>> ask() {
    const bool secure =
        address_.scheme.empty() ? is_good(tls_question(address_)) : is_secure();
    if (wants("ws", "wss")) ask_websocket(secure);
    if (wants("http", "https")) ask_http(secure);
    // The rest is one of its kind: who speaks one of these two is known.
    if (found_.empty() && wants("redis", "rediss")) ask_redis(secure);
    if (found_.empty() && wants("tcp", "tls")) ask_tcp(secure);
    if (!found_.empty()) return std::move(found_);
    return fail(ErrorKind::kEnvironment,
                fmt::format("the service does not answer as {}:// should",
                            address_.scheme.empty() ? "tcp" : address_.scheme),
                "is this the right address? Without a scheme, tidemark asks "
                "for what it speaks");
  }

 private:
  bool is_secure() const {
    for (const char* scheme : {"wss", "https", "rediss", "tls"})
      if (address_.scheme == scheme) return true;
    return false;
  }

  bool wants(std::string_view plain, std::string_view with_tls) const {
    return address_.scheme.empty() || address_.scheme == plain ||
           address_.scheme == with_tls;
  }

  // One connection that is opened, gets its replies and is closed.
  bool is_good(const LoadSpec& question) {
    Scenario scenario;
    scenario.target.command = {"as started"};
    scenario.flows = {question};
    scenario = with_port(std::move(scenario), port_);
    auto wired = make_driver(scenario, {}, clock_, cancellation_);
    if (!wired || !wired->foreign.empty()) return false;
    Driver& driver = *wired->load;
    if (!driver.open({{"graceful", Count{1}}}) || !driver.exercise() ||
        !driver.close())
      return false;
    const LoadCounts counts = driver.take_counts();
    return counts.opened.value == 1 && counts.reply_errors.value == 0 &&
           counts.messages_received.value >= replies_to(question);
  }

  // How many it waits for.
  static std::int64_t replies_to(const LoadSpec& question) {
    if (!question.flow.empty())
      return std::count_if(question.flow.begin(), question.flow.end(),
                           [](const Step& step) {
                             return step.expect.replies != ReplyRule::kIgnore;
                           });
    const bool ignored = question.traffic.replies == ReplyRule::kIgnore;
    return ignored ? 0 : question.traffic.messages;
  }

  std::optional<LoadSpec> first_good(const Questions& questions) {
    for (const LoadSpec& question : questions)
      if (is_good(question)) return question;
    return std::nullopt;
  }

  // Asked with haste, hunted without: timeouts and the like as by default.
  void note(const char* protocol, LoadSpec answered, bool secure) {
    LoadSpec load = std::move(answered);
    const LoadSpec plain;
    load.connections = plain.connections;
    load.hold = plain.hold;
    load.timeouts = plain.timeouts;
    if (!secure) load.tls = plain.tls;
    if (!load.flow.empty()) load.traffic = plain.traffic;
    if (!load.flow.empty() && load.engine != Engine::kWebSocket &&
        load.engine != Engine::kTcp)
      load.traffic.replies = ReplyRule::kAny;
    found_.push_back({protocol, std::move(load), secure});
  }

  const Step* said() const {
    return given_.flow.empty() ? nullptr : &given_.flow.front();
  }

  LoadSpec with_given(LoadSpec question) const {
    question.headers = given_.headers;
    question.subprotocols = given_.subprotocols;
    return question;
  }

  void ask_websocket(bool secure) {
    Questions questions = websocket_questions(address_, secure);
    for (LoadSpec& question : questions) question = with_given(question);
    const std::optional<LoadSpec> open = first_good(questions);
    if (!open) return;
    if (const auto spoken = first_good(message_questions(*open, said())))
      note("websocket", *spoken, secure);
  }

  void ask_http(bool secure) {
    Questions questions = http_questions(address_, secure);
    for (LoadSpec& question : questions) question.headers = given_.headers;
    const std::optional<LoadSpec> answered = first_good(questions);
    if (!answered) return;
    // Who upgrades and has no page is asked for none.
    if (!found_.empty() && answered->flow.front().expect.status) return;
    const auto both = first_good(post_questions(*answered));
    note("http", both ? *both : *answered, secure);
  }

  void ask_redis(bool secure) {
    if (const auto answered = first_good(redis_questions(address_, secure)))
      note("redis", *answered, secure);
  }

  void ask_tcp(bool secure) {
    const LoadSpec question = tcp_question(address_, secure);
    if (!is_good(question)) return;
    if (const auto spoken = first_good(message_questions(question, said())))
      note("tcp", *spoken, secure);
  }

  const HuntAddress& address_;
  const LoadSpec& given_;
  const int port_;
  Clock& clock_;
  Cancellation& cancellation_;
  std::vector<Spoken> found_;
};

}  // namespace

Result<std::vector<Spoken>> interview(const TargetSpec& target,
                                      const HuntAddress& address,
                                      const LoadSpec& given, Clock& clock,
                                      Cancellation& cancellation) {
  Scenario scenario;
  scenario.target = target;
  // That somebody accepts is all that is known of it now.
  LoadSpec load;
  load.engine = Engine::kTcp;
  load.url = url_of(address, "tcp", "");
  scenario.flows = {load};
  const Result<int> port = free_port();
  TIDEMARK_TRY(port);
  scenario = with_port(std::move(scenario), *port);
  auto service = make_plain_target(scenario, false, clock, cancellation);
  TIDEMARK_TRY(service);
  TIDEMARK_TRY((*service)->start());
  Result<std::vector<Spoken>> spoken =
      Interview(address, given, *port, clock, cancellation).ask();
  const bool died = (*service)->exited().has_value();
  (*service)->stop();
  if (cancellation.requested())
    return fail(ErrorKind::kInterrupted, "interrupted");
  if (!spoken && died)
    return fail(ErrorKind::kEnvironment,
                "the service died while it was asked what it speaks",
                "name the protocol by a scheme: ws://, http://, redis:// or "
                "tcp://");
  return spoken;
}

}  // namespace tidemark
