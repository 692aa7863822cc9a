// Every complaint about `standins`, by its full text.
#include <gtest/gtest.h>

#include "tests/unit/harness/scenario/complaint.h"

namespace tidemark {
namespace {

TEST(StandinErrors, AStandInSpeaksAProtocol) {
  EXPECT_EQ(about_rest(R"(standins: { api: {} }
)"),
            R"(
s.yaml:4:18: `standins.api.engine` is missing
 4 | standins: { api: {} }
   |                  ^
   = say what it speaks: engine: websocket, http, redis or tcp
)");
}

TEST(StandinErrors, AStandInIsNoTool) {
  EXPECT_EQ(about_rest(R"(standins: { api: { engine: exec } }
)"),
            R"(
s.yaml:4:28: `standins.api.engine`: wanted websocket, http, redis or tcp, found `exec`
 4 | standins: { api: { engine: exec } }
   |                            ^~~~
)");
}

TEST(StandinErrors, ANameFitsIntoAVariable) {
  EXPECT_EQ(about_rest(R"(standins: { "My API": { engine: http } }
)"),
            R"(
s.yaml:4:13: `standins`: `My API` is not a name
 4 | standins: { "My API": { engine: http } }
   |             ^~~~~~~~
   = use a to z, digits, _ and -, at most 64
)");
}

TEST(StandinErrors, StandInsHaveNames) {
  EXPECT_EQ(about_rest(R"(standins: [ { engine: http } ]
)"),
            R"(
s.yaml:4:11: `standins`: wanted a map of names to stand-ins, found a list
 4 | standins: [ { engine: http } ]
   |           ^
   = write { api: { engine: http } }
)");
}

TEST(StandinErrors, ARuleGivesOneAnswer) {
  EXPECT_EQ(
      about_rest(
          R"(standins: { api: { engine: http, rules: [ { reply: a, size: 5, echo: true } ] } }
)"),
      R"(
s.yaml:4:43: `standins.api.rules[0]`: wanted one answer, found reply, echo and size
 4 | standins: { api: { engine: http, rules: [ { reply: a, size: 5, echo: true } ] } }
   |                                           ^
   = keep one of them
)");
}

TEST(StandinErrors, RulesOfOtherProtocolsAreNamed) {
  EXPECT_EQ(about_rest(R"(standins:
  api: { engine: http, rules: [ { error: ERR } ] }
  db: { engine: redis, rules: [ { status: 200, headers: { A: b } } ] }
)"),
            R"(
s.yaml:5:42: `standins.api.rules[0].error`: means nothing for http
 5 |   api: { engine: http, rules: [ { error: ERR } ] }
   |                                          ^~~
   = it belongs to redis
s.yaml:6:43: `standins.db.rules[0].status`: means nothing for redis
 6 |   db: { engine: redis, rules: [ { status: 200, headers: { A: b } } ] }
   |                                           ^~~
   = it belongs to websocket and http
s.yaml:6:57: `standins.db.rules[0].headers`: means nothing for redis
 6 |   db: { engine: redis, rules: [ { status: 200, headers: { A: b } } ] }
   |                                                         ^
   = it belongs to websocket and http
)");
}

TEST(StandinErrors, RawIsAboutAReply) {
  EXPECT_EQ(about_rest(
                R"(standins: { api: { engine: http, rules: [ { raw: true } ] } }
)"),
            R"(
s.yaml:4:50: `standins.api.rules[0].raw`: means nothing without `reply`
 4 | standins: { api: { engine: http, rules: [ { raw: true } ] } }
   |                                                  ^~~~
)");
}

TEST(StandinErrors, AStandInClosesInThreeWays) {
  EXPECT_EQ(
      about_rest(
          R"(standins: { api: { engine: http, rules: [ { close: stall } ] } }
)"),
      R"(
s.yaml:4:52: `standins.api.rules[0].close`: wanted graceful, fin or reset, found `stall`
 4 | standins: { api: { engine: http, rules: [ { close: stall } ] } }
   |                                                    ^~~~~
)");
}

TEST(StandinErrors, TlsNeedsACertificateAndAKey) {
  EXPECT_EQ(about_rest(R"(standins:
  a: { engine: http, tls: {} }
  b: { engine: http, tls: { certFile: a.pem } }
)"),
            R"(
s.yaml:5:27: `standins.a.tls.certFile` is missing
 5 |   a: { engine: http, tls: {} }
   |                           ^
   = a server needs a certificate
s.yaml:6:27: `standins.b.tls.keyFile` is missing
 6 |   b: { engine: http, tls: { certFile: a.pem } }
   |                           ^
   = a certificate and its key come together
)");
}

TEST(StandinErrors, APasswordIsRedis) {
  EXPECT_EQ(
      about_rest(R"(standins: { api: { engine: http, password: "hunter2" } }
)"),
      R"(
s.yaml:4:44: `standins.api.password`: means nothing for http
 4 | standins: { api: { engine: http, password: "*******" } }
   |                                            ^~~~~~~~~
   = it belongs to redis
)");
}

TEST(StandinErrors, AnUnknownKeyOfARuleGetsASuggestion) {
  EXPECT_EQ(
      about_rest(R"(standins: { api: { engine: http, rules: [ { wen: / } ] } }
)"),
      R"(
s.yaml:4:45: unknown key `wen` in `standins.api.rules[0]`
 4 | standins: { api: { engine: http, rules: [ { wen: / } ] } }
   |                                             ^~~
   = did you mean `when`?
)");
}

TEST(StandinErrors, AHeaderOfARuleIsOneLine) {
  EXPECT_EQ(
      about_rest(
          R"(standins: { api: { engine: http, rules: [ { headers: { "A b": c, D: "a\nb" } } ] } }
)"),
      R"(
s.yaml:4:56: `standins.api.rules[0].headers`: `A b` is not the name of a header
 4 | standins: { api: { engine: http, rules: [ { headers: { "A b": c, D: "a\nb" } } ] } }
   |                                                        ^~~~~
s.yaml:4:69: `standins.api.rules[0].headers.D`: wanted a header value in one line, found `a\x0ab`
 4 | standins: { api: { engine: http, rules: [ { headers: { "A b": c, D: "a\nb" } } ] } }
   |                                                                     ^~
)");
}

}  // namespace
}  // namespace tidemark
