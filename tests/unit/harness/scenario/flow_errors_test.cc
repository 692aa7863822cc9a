// Every complaint about what connections say, by its full text.
#include <gtest/gtest.h>

#include "tests/unit/harness/scenario/complaint.h"

namespace tidemark {
namespace {

TEST(FlowErrors, AStepOfAnotherEngineNamesThoseThatBelong) {
  EXPECT_EQ(about_load(R"(load:
  url: "ws://127.0.0.1:1/"
  flow: [ { get: /a } ])"),
            R"(
s.yaml:5:11: `load.flow[0]`: websocket has no step `get`
 5 |   flow: [ { get: /a } ]
   |           ^
   = its steps are send, receive, think and loop
)");
}

TEST(FlowErrors, EveryEngineHasItsOwnSteps) {
  EXPECT_EQ(about_load(R"(load:
  url: "redis://127.0.0.1:1"
  flow: [ { send: a } ])"),
            R"(
s.yaml:5:11: `load.flow[0]`: redis has no step `send`
 5 |   flow: [ { send: a } ]
   |           ^
   = its steps are command, receive, think and loop
)");
}

TEST(FlowErrors, AnUnknownStepGetsASuggestion) {
  EXPECT_EQ(about_load(R"(load:
  url: "ws://127.0.0.1:1/"
  flow: [ { recieve: {} } ])"),
            R"(
s.yaml:5:13: unknown key `recieve` in `load.flow[0]`
 5 |   flow: [ { recieve: {} } ]
   |             ^~~~~~~
   = did you mean `receive`?
)");
}

TEST(FlowErrors, AnEmptyStepIsRefused) {
  EXPECT_EQ(about_load(R"(load:
  url: "http://127.0.0.1:1/"
  flow: [ {} ])"),
            R"(
s.yaml:5:11: `load.flow[0]`: wanted a step, found none
 5 |   flow: [ {} ]
   |           ^
   = the steps are get, post, put, delete, head, patch, options, think and loop
)");
}

TEST(FlowErrors, AWordIsNoStep) {
  EXPECT_EQ(about_load(R"(load:
  url: "ws://127.0.0.1:1/"
  flow: [ think ])"),
            R"(
s.yaml:5:11: `load.flow[0]`: wanted a map, found `think`
 5 |   flow: [ think ]
   |           ^~~~~
)");
}

TEST(FlowErrors, TwoStepsInOneAreTakenApart) {
  EXPECT_EQ(about_load(R"(load:
  url: "ws://127.0.0.1:1/"
  flow: [ { send: a, think: 1s } ])"),
            R"(
s.yaml:5:11: `load.flow[0]`: wanted one step, found send and think
 5 |   flow: [ { send: a, think: 1s } ]
   |           ^
   = each step starts with a dash of its own
)");
}

TEST(FlowErrors, AFlowIsAListOfAtLeastOneStep) {
  EXPECT_EQ(about_load(R"(load:
  url: "ws://127.0.0.1:1/"
  flow: [])"),
            R"(
s.yaml:5:9: `load.flow`: wanted at least one step, found none
 5 |   flow: []
   |         ^
)");
}

TEST(FlowErrors, AFlowIsNoMap) {
  EXPECT_EQ(about_load(R"(load:
  url: "ws://127.0.0.1:1/"
  flow: { send: a })"),
            R"(
s.yaml:5:9: `load.flow`: wanted a list of steps, found a map
 5 |   flow: { send: a }
   |         ^
)");
}

TEST(FlowErrors, SendAndFlowExcludeEachOther) {
  EXPECT_EQ(about_load(R"(load:
  url: "ws://127.0.0.1:1/"
  send: { count: 1 }
  flow: [ { send: a } ])"),
            R"(
s.yaml:6:9: `load.flow`: wanted send or flow, found both
 6 |   flow: [ { send: a } ]
   |         ^
   = send is the short form of a flow
)");
}

TEST(FlowErrors, ALoopIsToldHowOften) {
  EXPECT_EQ(about_load(R"(load:
  url: "ws://127.0.0.1:1/"
  flow: [ { loop: [ { think: 1s } ] } ])"),
            R"(
s.yaml:5:11: `load.flow[0].count` is missing
 5 |   flow: [ { loop: [ { think: 1s } ] } ]
   |           ^
   = say how often: count: 5
)");
}

TEST(FlowErrors, ALoopIsNotEmpty) {
  EXPECT_EQ(about_load(R"(load:
  url: "ws://127.0.0.1:1/"
  flow: [ { loop: [], count: 2 } ])"),
            R"(
s.yaml:5:19: `load.flow[0].loop`: wanted at least one step, found none
 5 |   flow: [ { loop: [], count: 2 } ]
   |                   ^
)");
}

TEST(FlowErrors, ProblemsInsideALoopAreFound) {
  EXPECT_EQ(about_load(R"(load:
  url: "http://127.0.0.1:1/"
  flow: [ { loop: [ { send: a } ], count: 0 } ])"),
            R"(
s.yaml:5:21: `load.flow[0].loop[0]`: http has no step `send`
 5 |   flow: [ { loop: [ { send: a } ], count: 0 } ]
   |                     ^
   = its steps are get, post, put, delete, head, patch, options, think and loop
s.yaml:5:43: `load.flow[0].count`: wanted 1 to 1000000000, found `0`
 5 |   flow: [ { loop: [ { send: a } ], count: 0 } ]
   |                                           ^
)");
}

TEST(FlowErrors, KeysBesideAStepAreRefused) {
  EXPECT_EQ(about_load(R"(load:
  url: "ws://127.0.0.1:1/"
  flow:
    - { send: a, expect: echo }
    - { think: 1s, count: 2 }
    - { send: a, foo: 1 })"),
            R"(
s.yaml:6:26: `load.flow[0].expect`: means nothing beside `send`
 6 |     - { send: a, expect: echo }
   |                          ^~~~
   = write it inside `send`
s.yaml:7:27: `load.flow[1].count`: means nothing beside `think`
 7 |     - { think: 1s, count: 2 }
   |                           ^
s.yaml:8:18: unknown key `foo` in `load.flow[2]`
 8 |     - { send: a, foo: 1 }
   |                  ^~~
   = the keys here are get, post, put, delete, head, patch, options, send, command, receive, think, loop, count, expect, capture, size
)");
}

TEST(FlowErrors, AMessageIsGivenOnce) {
  EXPECT_EQ(about_load(R"(load:
  url: "ws://127.0.0.1:1/"
  flow: [ { send: { text: a, size: 5 } } ])"),
            R"(
s.yaml:5:19: `load.flow[0].send`: wanted text, hex or size, found 2 of them
 5 |   flow: [ { send: { text: a, size: 5 } } ]
   |                   ^
   = keep one of them
)");
}

TEST(FlowErrors, HexIsPairsOfDigits) {
  EXPECT_EQ(about_load(R"(load:
  url: "ws://127.0.0.1:1/"
  flow: [ { send: { hex: "de a" } }, { send: { hex: "xy" } } ])"),
            R"(
s.yaml:5:26: `load.flow[0].send.hex`: wanted two hex digits for each byte, found `de a`
 5 |   flow: [ { send: { hex: "de a" } }, { send: { hex: "xy" } } ]
   |                          ^~~~~~
s.yaml:5:53: `load.flow[1].send.hex`: wanted bytes in hex, found `xy`
 5 |   flow: [ { send: { hex: "de a" } }, { send: { hex: "xy" } } ]
   |                                                     ^~~~
   = write them like "de ad be ef"
)");
}

TEST(FlowErrors, BinaryIsAWebSocketsOnly) {
  EXPECT_EQ(about_load(R"(load:
  url: "tcp://127.0.0.1:1"
  flow: [ { send: { text: a, binary: true } } ])"),
            R"(
s.yaml:5:38: `load.flow[0].send.binary`: means nothing for tcp
 5 |   flow: [ { send: { text: a, binary: true } } ]
   |                                      ^~~~
   = it belongs to websocket
)");
}

TEST(FlowErrors, APathStartsAtItsRoot) {
  EXPECT_EQ(about_load(R"(load:
  url: "http://127.0.0.1:1/"
  flow: [ { get: "http://127.0.0.1:2/" } ])"),
            R"(
s.yaml:5:18: `load.flow[0].get`: wanted a path, found `http://127.0.0.1:2/`
 5 |   flow: [ { get: "http://127.0.0.1:2/" } ]
   |                  ^~~~~~~~~~~~~~~~~~~~~
   = write it like /items; the host is the url's
)");
}

TEST(FlowErrors, APathHasNoBlanks) {
  EXPECT_EQ(about_load(R"(load:
  url: "http://127.0.0.1:1/"
  flow: [ { get: "/a b" }, { get: "/{{ a b }}" } ])"),
            R"(
s.yaml:5:18: `load.flow[0].get`: wanted a path, found `/a b`, which has a character no path may have
 5 |   flow: [ { get: "/a b" }, { get: "/{{ a b }}" } ]
   |                  ^~~~~~
   = write it as %20, %C3%BC and so on
)");
}

TEST(FlowErrors, ABodyIsGivenOnce) {
  EXPECT_EQ(about_load(R"(load:
  url: "http://127.0.0.1:1/"
  flow: [ { post: { url: /, body: a, size: 5 } } ])"),
            R"(
s.yaml:5:44: `load.flow[0].post.size`: means nothing beside `body`
 5 |   flow: [ { post: { url: /, body: a, size: 5 } } ]
   |                                            ^
   = keep one of them
)");
}

TEST(FlowErrors, TheLengthOfABodyIsTidemarksBusiness) {
  EXPECT_EQ(about_load(R"(load:
  url: "http://127.0.0.1:1/"
  flow: [ { post: { headers: { Content-Length: 5, Transfer-Encoding: chunked } } } ])"),
            R"(
s.yaml:5:32: `load.flow[0].post.headers`: the header `Content-Length` is set by tidemark
 5 |   flow: [ { post: { headers: { Content-Length: 5, Transfer-Encoding: chunked } } } ]
   |                                ^~~~~~~~~~~~~~
   = use `body` or `size`
s.yaml:5:51: `load.flow[0].post.headers`: the header `Transfer-Encoding` is set by tidemark
 5 |   flow: [ { post: { headers: { Content-Length: 5, Transfer-Encoding: chunked } } } ]
   |                                                   ^~~~~~~~~~~~~~~~~
   = use `chunked: true`
)");
}

TEST(FlowErrors, AnExpectationIsOneOfThreeWords) {
  EXPECT_EQ(about_load(R"(load:
  url: "ws://127.0.0.1:1/"
  flow: [ { send: { text: a, expect: ecko } } ])"),
            R"(
s.yaml:5:38: `load.flow[0].send.expect`: wanted echo, any or ignore, found `ecko`
 5 |   flow: [ { send: { text: a, expect: ecko } } ]
   |                                      ^~~~
   = did you mean `echo`?
)");
}

TEST(FlowErrors, AStatusIsHttps) {
  EXPECT_EQ(about_load(R"(load:
  url: "ws://127.0.0.1:1/"
  flow: [ { send: { text: a, expect: { statusCode: 200 } } } ])"),
            R"(
s.yaml:5:52: `load.flow[0].send.expect.statusCode`: means nothing for websocket
 5 |   flow: [ { send: { text: a, expect: { statusCode: 200 } } } ]
   |                                                    ^~~
   = it belongs to http
)");
}

TEST(FlowErrors, AStatusIsAStatus) {
  EXPECT_EQ(about_load(R"(load:
  url: "http://127.0.0.1:1/"
  flow: [ { get: { expect: { statusCode: 20 } } } ])"),
            R"(
s.yaml:5:42: `load.flow[0].get.expect.statusCode`: wanted 100 to 599, found `20`
 5 |   flow: [ { get: { expect: { statusCode: 20 } } } ]
   |                                          ^~
)");
}

TEST(FlowErrors, EqualsAndHexAreTheSame) {
  EXPECT_EQ(about_load(R"(load:
  url: "ws://127.0.0.1:1/"
  flow: [ { send: { text: a, expect: { equals: a, hex: "61" } } } ])"),
            R"(
s.yaml:5:56: `load.flow[0].send.expect.hex`: means the same as `equals`, in hex
 5 |   flow: [ { send: { text: a, expect: { equals: a, hex: "61" } } } ]
   |                                                        ^~~~
   = keep one of them
)");
}

TEST(FlowErrors, ACaptureHasANameAndASource) {
  EXPECT_EQ(about_load(R"(load:
  url: "ws://127.0.0.1:1/"
  flow:
    - send: { text: a, capture: { json: $.a } }
    - send: { text: a, capture: { as: x } }
    - send: { text: a, capture: [ { as: x, json: $.a, regex: b } ] })"),
            R"(
s.yaml:6:33: `load.flow[0].send.capture.as` is missing
 6 |     - send: { text: a, capture: { json: $.a } }
   |                                 ^
   = name a variable for later steps: as: token
s.yaml:7:33: `load.flow[1].send.capture`: wanted one of json, regex, header and body, found none
 7 |     - send: { text: a, capture: { as: x } }
   |                                 ^
s.yaml:8:35: `load.flow[2].send.capture[0]`: wanted one of json, regex, header and body, found more
 8 |     - send: { text: a, capture: [ { as: x, json: $.a, regex: b } ] }
   |                                   ^
)");
}

TEST(FlowErrors, ACaptureHasAFreeName) {
  EXPECT_EQ(about_load(R"(load:
  url: "ws://127.0.0.1:1/"
  flow: [ { send: { text: a, capture: [ { body: true, as: port }, { body: true, as: a-b } ] } } ])"),
            R"(
s.yaml:5:59: `load.flow[0].send.capture[0].as`: the variable `port` is tidemark's own
 5 |   flow: [ { send: { text: a, capture: [ { body: true, as: port }, { body: true, as: a-b } ] } } ]
   |                                                           ^~~~
   = use another name
s.yaml:5:85: `load.flow[0].send.capture[1].as`: `a-b` is not the name of a variable
 5 |   flow: [ { send: { text: a, capture: [ { body: true, as: port }, { body: true, as: a-b } ] } } ]
   |                                                                                     ^~~
   = use letters, digits and _
)");
}

TEST(FlowErrors, AJsonPathStartsAtTheRoot) {
  EXPECT_EQ(about_load(R"(load:
  url: "ws://127.0.0.1:1/"
  flow: [ { send: { text: a, capture: { json: a.b, as: x } } } ])"),
            R"(
s.yaml:5:47: `load.flow[0].send.capture.json`: wanted a path, found `a.b`
 5 |   flow: [ { send: { text: a, capture: { json: a.b, as: x } } } ]
   |                                               ^~~
   = write it like $.items[0].id
)");
}

TEST(FlowErrors, AHeaderIsHttps) {
  EXPECT_EQ(about_load(R"(load:
  url: "ws://127.0.0.1:1/"
  flow: [ { send: { text: a, capture: { header: Date, as: x } } } ])"),
            R"(
s.yaml:5:49: `load.flow[0].send.capture.header`: means nothing for websocket
 5 |   flow: [ { send: { text: a, capture: { header: Date, as: x } } } ]
   |                                                 ^~~~
   = it belongs to http
)");
}

TEST(FlowErrors, ACaptureOfNoBodyIsNone) {
  EXPECT_EQ(about_load(R"(load:
  url: "ws://127.0.0.1:1/"
  flow: [ { send: { text: a, capture: { body: false, as: x } } } ])"),
            R"(
s.yaml:5:47: `load.flow[0].send.capture.body`: wanted true, found `false`
 5 |   flow: [ { send: { text: a, capture: { body: false, as: x } } } ]
   |                                               ^~~~~
   = leave it out
)");
}

TEST(FlowErrors, ACommandIsNotEmpty) {
  EXPECT_EQ(about_load(R"(load:
  url: "redis://127.0.0.1:1"
  flow: [ { command: "" }, { command: [] }, { command: ["", a] } ])"),
            R"(
s.yaml:5:22: `load.flow[0].command`: wanted a command, found none
 5 |   flow: [ { command: "" }, { command: [] }, { command: ["", a] } ]
   |                      ^~
s.yaml:5:39: `load.flow[1].command`: wanted a command, found none
 5 |   flow: [ { command: "" }, { command: [] }, { command: ["", a] } ]
   |                                       ^
s.yaml:5:56: `load.flow[2].command`: wanted a command, found none
 5 |   flow: [ { command: "" }, { command: [] }, { command: ["", a] } ]
   |                                                        ^
)");
}

TEST(FlowErrors, AQuoteInACommandEnds) {
  EXPECT_EQ(about_load(R"(load:
  url: "redis://127.0.0.1:1"
  flow: [ { command: "SET k 'v" }, { command: 'SET k "v' } ])"),
            R"(
s.yaml:5:22: `load.flow[0].command`: a quote in `SET k 'v` never ends
 5 |   flow: [ { command: "SET k 'v" }, { command: 'SET k "v' } ]
   |                      ^~~~~~~~~~
s.yaml:5:47: `load.flow[1].command`: a quote in `SET k "v` never ends
 5 |   flow: [ { command: "SET k 'v" }, { command: 'SET k "v' } ]
   |                                               ^~~~~~~~~~
)");
}

TEST(FlowErrors, AnEscapeInACommandIsWhole) {
  EXPECT_EQ(about_load(R"(load:
  url: "redis://127.0.0.1:1"
  flow: [ { command: 'SET k "\xZZ"' } ])"),
            R"(
s.yaml:5:22: `load.flow[0].command`: wanted two hex digits after \x in `SET k "\xZZ"`
 5 |   flow: [ { command: 'SET k "\xZZ"' } ]
   |                      ^~~~~~~~~~~~~~
)");
}

TEST(FlowErrors, AThinkTimeIsOneOfThree) {
  EXPECT_EQ(about_load(R"(load:
  url: "ws://127.0.0.1:1/"
  flow:
    - think: { distribution: exponential }
    - think: { min: 1s }
    - think: { min: 2s, max: 1s }
    - think: { mean: 1s, min: 1s, max: 2s }
    - think: { mean: 1s, distribution: normal }
    - think: 5)"),
            R"(
s.yaml:6:14: `load.flow[0].think.mean` is missing
 6 |     - think: { distribution: exponential }
   |              ^
   = write 500ms, { mean: 500ms, distribution: exponential } or { min: 1s, max: 2s }
s.yaml:7:14: `load.flow[1].think.max` is missing
 7 |     - think: { min: 1s }
   |              ^
   = write 500ms, { mean: 500ms, distribution: exponential } or { min: 1s, max: 2s }
s.yaml:8:14: `load.flow[2].think`: wanted min up to max
 8 |     - think: { min: 2s, max: 1s }
   |              ^
s.yaml:9:22: `load.flow[3].think.mean`: means nothing for a uniform distribution
 9 |     - think: { mean: 1s, min: 1s, max: 2s }
   |                      ^~
s.yaml:10:40: `load.flow[4].think.distribution`: wanted constant, uniform or exponential, found `normal`
 10 |     - think: { mean: 1s, distribution: normal }
    |                                        ^~~~~~
s.yaml:11:14: `load.flow[5].think`: wanted a duration, found `5` without a unit
 11 |     - think: 5
    |              ^
    = write 5ms, 5s, 5m or 5h
)");
}

TEST(FlowErrors, AReceiveHasNoText) {
  EXPECT_EQ(about_load(R"(load:
  url: "ws://127.0.0.1:1/"
  flow: [ { receive: { text: a } } ])"),
            R"(
s.yaml:5:24: unknown key `text` in `load.flow[0].receive`
 5 |   flow: [ { receive: { text: a } } ]
   |                        ^~~~
   = the keys here are expect, capture
)");
}

TEST(FlowErrors, ATextOfSendIsForMessages) {
  EXPECT_EQ(about_load(R"(load:
  url: "http://127.0.0.1:1/"
  send: { text: a })"),
            R"(
s.yaml:5:17: `load.send.text`: means nothing for http
 5 |   send: { text: a }
   |                 ^
   = it belongs to websocket and tcp
)");
}

TEST(FlowErrors, ATextAndASizeOfSendExcludeEachOther) {
  EXPECT_EQ(about_load(R"(load:
  url: "ws://127.0.0.1:1/"
  send: { text: a, size: 5 })"),
            R"(
s.yaml:5:9: `load.send`: wanted text, hex or size, found 2 of them
 5 |   send: { text: a, size: 5 }
   |         ^
   = keep one of them
)");
}

TEST(FlowErrors, KeysOfAnotherEngineAreNamedWithIt) {
  EXPECT_EQ(about_load(R"(load:
  url: "ws://127.0.0.1:1/"
  pipeline: 2
  resp: 3
  username: a
  password: secret
  command: [wrk])"),
            R"(
s.yaml:5:13: `load.pipeline`: means nothing for websocket
 5 |   pipeline: 2
   |             ^
   = it belongs to http and redis
s.yaml:6:9: `load.resp`: means nothing for websocket
 6 |   resp: 3
   |         ^
   = it belongs to redis
s.yaml:7:13: `load.username`: means nothing for websocket
 7 |   username: a
   |             ^
   = it belongs to redis
s.yaml:8:13: `load.password`: means nothing for websocket
 8 |   password: ******
   |             ^~~~~~
   = it belongs to redis
s.yaml:9:12: `load.command`: means nothing for websocket
 9 |   command: [wrk]
   |            ^
   = it belongs to exec
)");
}

TEST(FlowErrors, SubprotocolsAndHeadersAreNotForAll) {
  EXPECT_EQ(about_load(R"(load:
  url: "redis://127.0.0.1:1"
  subprotocols: [a]
  headers: { A: b })"),
            R"(
s.yaml:5:17: `load.subprotocols`: means nothing for redis
 5 |   subprotocols: [a]
   |                 ^
   = it belongs to websocket
s.yaml:6:12: `load.headers`: means nothing for redis
 6 |   headers: { A: b }
   |            ^
   = it belongs to websocket and http
)");
}

TEST(FlowErrors, RedisHasTwoProtocols) {
  EXPECT_EQ(about_load(R"(load:
  url: "redis://127.0.0.1:1"
  resp: 4)"),
            R"(
s.yaml:5:9: `load.resp`: wanted 2 to 3, found `4`
 5 |   resp: 4
   |         ^
)");
}

}  // namespace
}  // namespace tidemark
