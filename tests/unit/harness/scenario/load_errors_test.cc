// Every complaint about `load`, by its full text: it is our user interface.
#include <gtest/gtest.h>

#include "tests/unit/harness/scenario/complaint.h"

namespace tidemark {
namespace {

TEST(LoadErrors, AnUnknownKeyInASectionIsNamedWithASuggestion) {
  EXPECT_EQ(about_load(R"(load: { url: "ws://127.0.0.1:1/", conections: 5 })"),
            R"(
s.yaml:3:35: unknown key `conections` in `load`
 3 | load: { url: "ws://127.0.0.1:1/", conections: 5 }
   |                                   ^~~~~~~~~~
   = did you mean `connections`?
)");
}

TEST(LoadErrors, AnUnknownKeyDeepDownListsTheKnownOnes) {
  EXPECT_EQ(about_load(R"(load: { url: "ws://127.0.0.1:1/", send: { x: 5 } })"),
            R"(
s.yaml:3:43: unknown key `x` in `load.send`
 3 | load: { url: "ws://127.0.0.1:1/", send: { x: 5 } }
   |                                           ^
   = the keys here are count, text, hex, size, binary, expect
)");
}

TEST(LoadErrors, ASecondKeyIsNotSilentlyDropped) {
  EXPECT_EQ(
      about_load(R"(load: { url: "ws://127.0.0.1:1/", hold: 5s, hold: 6s })"),
      R"(
s.yaml:3:45: the key `hold` is given twice
 3 | load: { url: "ws://127.0.0.1:1/", hold: 5s, hold: 6s }
   |                                             ^~~~
   = the first is in line 3
)");
}

TEST(LoadErrors, ADurationWithoutUnitNamesTheUnits) {
  EXPECT_EQ(about_load(R"(load: { url: "ws://127.0.0.1:1/", hold: 5 })"), R"(
s.yaml:3:41: `load.hold`: wanted a duration, found `5` without a unit
 3 | load: { url: "ws://127.0.0.1:1/", hold: 5 }
   |                                         ^
   = write 5ms, 5s, 5m or 5h
)");
}

TEST(LoadErrors, ATextIsNoNumber) {
  EXPECT_EQ(
      about_load(R"(load: { url: "ws://127.0.0.1:1/", connections: many })"),
      R"(
s.yaml:3:48: `load.connections`: wanted a whole number, found `many`
 3 | load: { url: "ws://127.0.0.1:1/", connections: many }
   |                                                ^~~~
)");
}

TEST(LoadErrors, AQuotedNumberIsText) {
  EXPECT_EQ(
      about_load(R"(load: { url: "ws://127.0.0.1:1/", connections: "200" })"),
      R"(
s.yaml:3:48: `load.connections`: wanted a whole number, found the text `200`
 3 | load: { url: "ws://127.0.0.1:1/", connections: "200" }
   |                                                ^~~~~
   = leave the quotes out
)");
}

TEST(LoadErrors, ANegativeNumberIsOutOfRange) {
  EXPECT_EQ(
      about_load(R"(load: { url: "ws://127.0.0.1:1/", connections: -5 })"), R"(
s.yaml:3:48: `load.connections`: wanted 1 to 1000000, found `-5`
 3 | load: { url: "ws://127.0.0.1:1/", connections: -5 }
   |                                                ^~
)");
}

TEST(LoadErrors, ANumberTooLongToReadIsOutOfRange) {
  EXPECT_EQ(
      about_load(
          R"(load: { url: "ws://127.0.0.1:1/", seed: 99999999999999999999 })"),
      R"(
s.yaml:3:41: `load.seed`: wanted 0 to 18446744073709551615, found `99999999999999999999`
 3 | load: { url: "ws://127.0.0.1:1/", seed: 99999999999999999999 }
   |                                         ^~~~~~~~~~~~~~~~~~~~
)");
}

TEST(LoadErrors, AnUnknownUnitOfSizeNamesTheUnits) {
  EXPECT_EQ(
      about_load(R"(load: { url: "ws://127.0.0.1:1/", send: { size: 64b } })"),
      R"(
s.yaml:3:49: `load.send.size`: wanted a size, found `64b` with the unknown unit `b`
 3 | load: { url: "ws://127.0.0.1:1/", send: { size: 64b } }
   |                                                 ^~~
   = the unit is B, KB, MB, GB, KiB, MiB or GiB
)");
}

TEST(LoadErrors, ASizeBeyondTheCapIsRefused) {
  EXPECT_EQ(about_load(
                R"(load: { url: "ws://127.0.0.1:1/", send: { size: 17MiB } })"),
            R"(
s.yaml:3:49: `load.send.size`: wanted at most 16 MiB, found `17MiB`
 3 | load: { url: "ws://127.0.0.1:1/", send: { size: 17MiB } }
   |                                                 ^~~~~
)");
}

TEST(LoadErrors, YesIsNotTrue) {
  EXPECT_EQ(about_load(
                R"(load: { url: "ws://127.0.0.1:1/", send: { binary: yes } })"),
            R"(
s.yaml:3:51: `load.send.binary`: wanted true or false, found `yes`
 3 | load: { url: "ws://127.0.0.1:1/", send: { binary: yes } }
   |                                                   ^~~
)");
}

TEST(LoadErrors, AnotherMachineIsRefused) {
  EXPECT_EQ(about_load(R"(load: { url: "ws://example.com:80/" })"), R"(
s.yaml:3:14: `load.url`: target refused: `example.com` is not a loopback address
 3 | load: { url: "ws://example.com:80/" }
   |              ^~~~~~~~~~~~~~~~~~~~~~
   = tidemark loads this machine only: use 127.0.0.1, [::1] or localhost, or see --allow-target
)");
}

TEST(LoadErrors, APortInsteadOfAnOctetIsRefused) {
  EXPECT_EQ(about_load(R"(load: { url: "ws://127.0.0.{{ port }}:80/" })"), R"(
s.yaml:3:14: `load.url`: target refused: `127.0.0.65535` is not a loopback address
 3 | load: { url: "ws://127.0.0.{{ port }}:80/" }
   |              ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~
   = tidemark loads this machine only: use 127.0.0.1, [::1] or localhost, or see --allow-target
)");
}

TEST(LoadErrors, AMissingUrlIsAskedFor) {
  EXPECT_EQ(about_load("load: { connections: 5 }"), R"(
s.yaml:3:7: `load.url` is missing
 3 | load: { connections: 5 }
   |       ^
   = say whom to call: url: "ws://127.0.0.1:{{ port }}/"
)");
}

TEST(LoadErrors, AHeaderOfOursIsRefused) {
  EXPECT_EQ(
      about_load(
          R"(load: { url: "ws://127.0.0.1:1/", headers: { Sec-WebSocket-Protocol: chat } })"),
      R"(
s.yaml:3:46: `load.headers`: the header `Sec-WebSocket-Protocol` is set by tidemark
 3 | load: { url: "ws://127.0.0.1:1/", headers: { Sec-WebSocket-Protocol: chat } }
   |                                              ^~~~~~~~~~~~~~~~~~~~~~
   = use load.subprotocols
)");
}

TEST(LoadErrors, ALineBreakInAHeaderIsRefused) {
  EXPECT_EQ(
      about_load(
          R"(load: { url: "ws://127.0.0.1:1/", headers: { X: "a\r\nHost: b" } })"),
      R"(
s.yaml:3:49: `load.headers.X`: wanted a header value in one line, found `a\x0d\x0aHost: b`
 3 | load: { url: "ws://127.0.0.1:1/", headers: { X: "a\r\nHost: b" } }
   |                                                 ^~
)");
}

TEST(LoadErrors, ASubprotocolIsAToken) {
  EXPECT_EQ(
      about_load(R"(load: { url: "ws://127.0.0.1:1/", subprotocols: [a b] })"),
      R"(
s.yaml:3:50: `load.subprotocols[0]`: wanted the name of a subprotocol, found `a b`
 3 | load: { url: "ws://127.0.0.1:1/", subprotocols: [a b] }
   |                                                  ^~~
   = letters, digits and - . _ but no blanks
)");
}

TEST(LoadErrors, ARateWithoutUnitNamesTheUnits) {
  EXPECT_EQ(
      about_load(R"(load: { url: "ws://127.0.0.1:1/", connectRate: 100 })"), R"(
s.yaml:3:48: `load.connectRate`: wanted a rate, found `100` without a unit
 3 | load: { url: "ws://127.0.0.1:1/", connectRate: 100 }
   |                                                ^~~
   = write 100/s, 100/m or 100/h
)");
}

}  // namespace
}  // namespace tidemark
