// Every complaint about whom to load, and over what, by its full text.
#include <gtest/gtest.h>

#include "tests/unit/harness/scenario/complaint.h"

namespace tidemark {
namespace {

TEST(EngineErrors, AnEngineThatIsNotBuiltIsRefused) {
  EXPECT_EQ(about_load(R"(load: { url: "ws://127.0.0.1:1/", engine: grpc })"),
            R"(
s.yaml:3:43: `load.engine`: wanted websocket, http, redis, tcp or exec, found `grpc`
 3 | load: { url: "ws://127.0.0.1:1/", engine: grpc }
   |                                           ^~~~
)");
}

TEST(EngineErrors, AnEngineAndItsUrlAgree) {
  EXPECT_EQ(about_load(R"(load: { url: "ws://127.0.0.1:1/", engine: redis })"),
            R"(
s.yaml:3:14: `load.url`: wanted the scheme redis or rediss of redis, found ws
 3 | load: { url: "ws://127.0.0.1:1/", engine: redis }
   |              ^~~~~~~~~~~~~~~~~~~
   = engine and url must agree; the url alone is enough
)");
}

TEST(EngineErrors, AnUnknownSchemeNamesTheKnownOnes) {
  EXPECT_EQ(about_load(R"(load: { url: "ftp://127.0.0.1:1/" })"), R"(
s.yaml:3:14: `load.url`: wanted a URL such as ws://127.0.0.1:PORT/, found `ftp://127.0.0.1:1/`
 3 | load: { url: "ftp://127.0.0.1:1/" }
   |              ^~~~~~~~~~~~~~~~~~~~
   = the schemes are ws, wss, http, https, redis, rediss, tcp and tls
)");
}

TEST(EngineErrors, AnotherMachineIsRefusedInEveryScheme) {
  EXPECT_EQ(about_load(R"(flows:
  a: { url: "https://example.com:443/" }
  b: { url: "rediss://10.0.0.1:1" }
  c: { url: "tls://[2001:db8::1]:1" })"),
            R"(
s.yaml:4:13: `flows.a.url`: target refused: `example.com` is not a loopback address
 4 |   a: { url: "https://example.com:443/" }
   |             ^~~~~~~~~~~~~~~~~~~~~~~~~~
   = tidemark loads this machine only: use 127.0.0.1, [::1] or localhost, or see --allow-target
s.yaml:5:13: `flows.b.url`: target refused: `10.0.0.1` is not a loopback address
 5 |   b: { url: "rediss://10.0.0.1:1" }
   |             ^~~~~~~~~~~~~~~~~~~~~
   = tidemark loads this machine only: use 127.0.0.1, [::1] or localhost, or see --allow-target
s.yaml:6:13: `flows.c.url`: target refused: `2001:db8::1` is not a loopback address
 6 |   c: { url: "tls://[2001:db8::1]:1" }
   |             ^~~~~~~~~~~~~~~~~~~~~~~
   = tidemark loads this machine only: use 127.0.0.1, [::1] or localhost, or see --allow-target
)");
}

TEST(EngineErrors, AStandInsAddressIsAWholeAddress) {
  EXPECT_EQ(about_load(R"(standins: { api: { engine: http } }
load: { url: "ws://{{ api.address }}.evil.com/" })"),
            R"(
s.yaml:4:14: `load.url`: wanted a port from 1 to 65535, found `65535.evil.com`
 4 | load: { url: "ws://{{ api.address }}.evil.com/" }
   |              ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
)");
}

TEST(EngineErrors, AMisspeltStandInGetsASuggestion) {
  EXPECT_EQ(about_load(R"(standins: { api: { engine: http } }
load: { url: "ws://{{ apl.address }}/" })"),
            R"(
s.yaml:4:14: `load.url`: unknown variable `apl.address`
 4 | load: { url: "ws://{{ apl.address }}/" }
   |              ^~~~~~~~~~~~~~~~~~~~~~~~~
   = did you mean {{ api.address }}?
)");
}

TEST(EngineErrors, AnUnknownVariableNamesThemAll) {
  EXPECT_EQ(about_load(R"(standins: { api: { engine: http } }
load: { url: "ws://{{ something }}/" })"),
            R"(
s.yaml:4:14: `load.url`: unknown variable `something`
 4 | load: { url: "ws://{{ something }}/" }
   |              ^~~~~~~~~~~~~~~~~~~~~~~
   = the variables are {{ port }}, {{ api.port }} and {{ api.address }}
)");
}

TEST(EngineErrors, AVariableOfTheFlowIsNoneOfItsHeaders) {
  EXPECT_EQ(about_load(R"(load:
  url: "ws://127.0.0.1:1/"
  headers: { Authorization: "Bearer {{ token }}" })"),
            R"(
s.yaml:5:29: `load.headers.Authorization`: unknown variable `token`
 5 |   headers: { Authorization: "Bearer {{ token }}" }
   |                             ^~~~~~~~~~~~~~~~~~~~
   = the only variable is {{ port }}
)");
}

TEST(EngineErrors, AToolHasACommand) {
  EXPECT_EQ(about_load(R"(load: { engine: exec })"), R"(
s.yaml:3:7: `load.command` is missing
 3 | load: { engine: exec }
   |       ^
   = say what to start: command: [wrk, -d, 5s, "http://127.0.0.1:{{ port }}/"]
)");
}

TEST(EngineErrors, AToolsCommandIsNotEmpty) {
  EXPECT_EQ(about_load(R"(load: { command: [] })"), R"(
s.yaml:3:18: `load.command`: wanted a program to start, found none
 3 | load: { command: [] }
   |                  ^
)");
}

TEST(EngineErrors, AToolBringsItsOwnLoad) {
  EXPECT_EQ(about_load(R"(load:
  engine: exec
  command: [wrk, "{{ conections }}"]
  send: {}
  close: reset
  tls: {})"),
            R"(
s.yaml:5:18: `load.command[1]`: unknown variable `conections`
 5 |   command: [wrk, "{{ conections }}"]
   |                  ^~~~~~~~~~~~~~~~~~
   = did you mean {{ connections }}?
s.yaml:6:9: `load.send`: means nothing for exec
 6 |   send: {}
   |         ^
   = it belongs to websocket, http, redis and tcp
s.yaml:7:10: `load.close`: means nothing for exec
 7 |   close: reset
   |          ^~~~~
   = it belongs to websocket, http, redis and tcp
s.yaml:8:8: `load.tls`: means nothing for exec
 8 |   tls: {}
   |        ^
   = it belongs to websocket, http, redis and tcp
)");
}

TEST(EngineErrors, TlsIsForSchemesWithTls) {
  EXPECT_EQ(about_load(R"(load:
  url: "ws://127.0.0.1:1/"
  tls: { rejectUnauthorized: false })"),
            R"(
s.yaml:5:8: `load.tls`: means nothing without TLS
 5 |   tls: { rejectUnauthorized: false }
   |        ^
   = use wss:// in the url
)");
}

TEST(EngineErrors, ACertificateAndItsKeyComeTogether) {
  EXPECT_EQ(about_load(R"(load:
  url: "wss://127.0.0.1:1/"
  tls: { certFile: a.pem })"),
            R"(
s.yaml:5:8: `load.tls.keyFile` is missing
 5 |   tls: { certFile: a.pem }
   |        ^
   = a certificate and its key come together
)");
}

TEST(EngineErrors, SourceAddressesAreOnLoopback) {
  EXPECT_EQ(about_load(R"(load:
  url: "ws://127.0.0.1:1/"
  socket: { sourceIps: [10.0.0.1, "::1", 127.0.0.9-127.0.0.2, 127.0.0.1-127.1.0.0] })"),
            R"(
s.yaml:5:25: `load.socket.sourceIps[0]`: wanted an address in 127.0.0.0/8, found `10.0.0.1`
 5 |   socket: { sourceIps: [10.0.0.1, "::1", 127.0.0.9-127.0.0.2, 127.0.0.1-127.1.0.0] }
   |                         ^~~~~~~~
s.yaml:5:35: `load.socket.sourceIps[1]`: wanted an address in 127.0.0.0/8, found `::1`
 5 |   socket: { sourceIps: [10.0.0.1, "::1", 127.0.0.9-127.0.0.2, 127.0.0.1-127.1.0.0] }
   |                                   ^~~~~
s.yaml:5:42: `load.socket.sourceIps[2]`: the range `127.0.0.9-127.0.0.2` ends before it starts
 5 |   socket: { sourceIps: [10.0.0.1, "::1", 127.0.0.9-127.0.0.2, 127.0.0.1-127.1.0.0] }
   |                                          ^~~~~~~~~~~~~~~~~~~
s.yaml:5:63: `load.socket.sourceIps[3]`: wanted at most 4096 addresses in all
 5 |   socket: { sourceIps: [10.0.0.1, "::1", 127.0.0.9-127.0.0.2, 127.0.0.1-127.1.0.0] }
   |                                                               ^~~~~~~~~~~~~~~~~~~
)");
}

TEST(EngineErrors, AUnixSocketHasNoSourceAddress) {
  EXPECT_EQ(
      about_load(
          R"(load: { url: "ws+unix:/run/a.sock", socket: { sourceIps: [127.0.0.2], nodelay: true } })"),
      R"(
s.yaml:3:58: `load.socket.sourceIps`: means nothing for a Unix socket
 3 | load: { url: "ws+unix:/run/a.sock", socket: { sourceIps: [127.0.0.2], nodelay: true } }
   |                                                          ^
   = leave it out
s.yaml:3:80: `load.socket.nodelay`: means nothing for a Unix socket
 3 | load: { url: "ws+unix:/run/a.sock", socket: { sourceIps: [127.0.0.2], nodelay: true } }
   |                                                                                ^~~~
   = leave it out
)");
}

TEST(EngineErrors, APayloadIsAFile) {
  EXPECT_EQ(about_load(R"(load:
  url: "ws://127.0.0.1:1/"
  payload: [ { fields: [a] }, { path: "", order: shuffled } ])"),
            R"(
s.yaml:5:14: `load.payload[0].path` is missing
 5 |   payload: [ { fields: [a] }, { path: "", order: shuffled } ]
   |              ^
   = name a CSV file
s.yaml:5:39: `load.payload[1].path`: wanted text, found none
 5 |   payload: [ { fields: [a] }, { path: "", order: shuffled } ]
   |                                       ^~
s.yaml:5:50: `load.payload[1].order`: wanted sequence or random, found `shuffled`
 5 |   payload: [ { fields: [a] }, { path: "", order: shuffled } ]
   |                                                  ^~~~~~~~
)");
}

TEST(EngineErrors, APayloadIsAList) {
  EXPECT_EQ(about_load(R"(load:
  url: "ws://127.0.0.1:1/"
  payload: users.csv)"),
            R"(
s.yaml:5:12: `load.payload`: wanted a list of CSV files, found `users.csv`
 5 |   payload: users.csv
   |            ^~~~~~~~~
   = write [ { path: users.csv } ]
)");
}

TEST(EngineErrors, AVariableHasAFreeName) {
  EXPECT_EQ(about_load(R"(load:
  url: "ws://127.0.0.1:1/"
  variables: { port: 1, "a b": 2, c: "{{ d }}" })"),
            R"(
s.yaml:5:16: `load.variables`: the variable `port` is tidemark's own
 5 |   variables: { port: 1, "a b": 2, c: "{{ d }}" }
   |                ^~~~
   = use another name
s.yaml:5:25: `load.variables`: `a b` is not the name of a variable
 5 |   variables: { port: 1, "a b": 2, c: "{{ d }}" }
   |                         ^~~~~
   = use letters, digits and _
s.yaml:5:38: `load.variables.c`: unknown variable `d`
 5 |   variables: { port: 1, "a b": 2, c: "{{ d }}" }
   |                                      ^~~~~~~~~
   = the only variable is {{ port }}
)");
}

TEST(EngineErrors, AMalformedSecretIsRefusedUnseen) {
  EXPECT_EQ(about_load(R"(load:
  url: "redis://127.0.0.1:1"
  password: "${EVN:TOKEN}")"),
            R"(
s.yaml:5:13: `load.password`: wanted one line of text, or a secret
 5 |   password: "************"
   |             ^~~~~~~~~~~~~~
   = write it, ${ENV:NAME} or ${FILE:path}
)");
}

TEST(EngineErrors, AHeadersSecretIsChecked) {
  EXPECT_EQ(about_load(R"(load:
  url: "ws://127.0.0.1:1/"
  headers: { A: "${ENV:}", B: "${FILE", C: "${HOME}", D: "${Env:X}" })"),
            R"(
s.yaml:5:17: `load.headers.A`: wanted ${ENV:NAME} or ${FILE:path}, found nothing after the `:`
 5 |   headers: { A: "${ENV:}", B: "${FILE", C: "${HOME}", D: "${Env:X}" }
   |                 ^~~~~~~~~
s.yaml:5:31: `load.headers.B`: wanted ${ENV:NAME} or ${FILE:path}, found no `}`
 5 |   headers: { A: "${ENV:}", B: "${FILE", C: "${HOME}", D: "${Env:X}" }
   |                               ^~~~~~~~
s.yaml:5:44: `load.headers.C`: wanted ${ENV:NAME} or ${FILE:path}, found another word after `${`
 5 |   headers: { A: "${ENV:}", B: "${FILE", C: "${HOME}", D: "${Env:X}" }
   |                                            ^~~~~~~~~
   = put a value with `${` into a file
s.yaml:5:58: `load.headers.D`: wanted ${ENV:NAME} or ${FILE:path}, found another word after `${`
 5 |   headers: { A: "${ENV:}", B: "${FILE", C: "${HOME}", D: "${Env:X}" }
   |                                                          ^~~~~~~~~~
   = did you mean `ENV`?
)");
}

TEST(EngineErrors, APasswordIsNeverShown) {
  EXPECT_EQ(
      about_load(
          R"(load: { url: "redis://127.0.0.1:1", password: "hunter2", conections: 5 })"),
      R"(
s.yaml:3:58: unknown key `conections` in `load`
 3 | load: { url: "redis://127.0.0.1:1", password: "*******", conections: 5 }
   |                                                          ^~~~~~~~~~
   = did you mean `connections`?
)");
}

TEST(EngineErrors, APasswordOfSeveralLinesIsNotShownEither) {
  EXPECT_EQ(
      about_load(
          R"(load: { url: "redis://127.0.0.1:1", password: "hun\ter2", conections: 5 })"),
      R"(
s.yaml:3:59: unknown key `conections` in `load`
 3 | load: { url: "redis://127.0.0.1:1", password: "********"*****************
   |                                                           ^~~~~~~~~~
   = did you mean `connections`?
)");
}

TEST(EngineErrors, APasswordInAUrlIsNotShownEither) {
  EXPECT_EQ(about_load(R"(load: { url: "redis://me:hunter2@127.0.0.1:1" })"),
            R"(
s.yaml:3:14: `load.url`: wanted redis://HOST:PORT/DATABASE, found a user name in it
 3 | load: { url: "******************************" }
   |              ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
   = use the keys `username` and `password`
)");
}

TEST(EngineErrors, LoadAndFlowsExcludeEachOther) {
  EXPECT_EQ(about_load(R"(load:
  url: "ws://127.0.0.1:1/"
flows: { a: { url: "ws://127.0.0.1:1/" } })"),
            R"(
s.yaml:5:8: `flows`: wanted load or flows, found both
 5 | flows: { a: { url: "ws://127.0.0.1:1/" } }
   |        ^
   = load is for one flow, flows for several
)");
}

TEST(EngineErrors, FlowsHaveNames) {
  EXPECT_EQ(about_load(R"(flows: [ { url: "ws://127.0.0.1:1/" } ])"), R"(
s.yaml:3:8: `flows`: wanted a map of names to flows, found a list
 3 | flows: [ { url: "ws://127.0.0.1:1/" } ]
   |        ^
   = write { chat: { url: … }, api: { url: … } }
)");
}

TEST(EngineErrors, NoFlowsAreRefused) {
  EXPECT_EQ(about_load(R"(flows: {})"), R"(
s.yaml:3:8: `flows`: wanted 1 to 64, found 0
 3 | flows: {}
   |        ^
)");
}

TEST(EngineErrors, ANameOfAFlowIsAWord) {
  EXPECT_EQ(about_load(R"(flows: { "A b": { url: "ws://127.0.0.1:1/" } })"), R"(
s.yaml:3:10: `flows`: `A b` is not a name
 3 | flows: { "A b": { url: "ws://127.0.0.1:1/" } }
   |          ^~~~~
   = use a to z, digits, _ and -, at most 64
)");
}

TEST(EngineErrors, ProblemsOfAFlowAreNamedByIt) {
  EXPECT_EQ(
      about_load(
          R"(flows: { chat: { url: "ws://127.0.0.1:1/", hold: 5, send: { x: 1 } } })"),
      R"(
s.yaml:3:50: `flows.chat.hold`: wanted a duration, found `5` without a unit
 3 | flows: { chat: { url: "ws://127.0.0.1:1/", hold: 5, send: { x: 1 } } }
   |                                                  ^
   = write 5ms, 5s, 5m or 5h
s.yaml:3:61: unknown key `x` in `flows.chat.send`
 3 | flows: { chat: { url: "ws://127.0.0.1:1/", hold: 5, send: { x: 1 } } }
   |                                                             ^
   = the keys here are count, text, hex, size, binary, expect
)");
}

}  // namespace
}  // namespace tidemark
