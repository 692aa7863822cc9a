// Every complaint about ways to close, by its full text.
#include <gtest/gtest.h>

#include "tests/unit/harness/scenario/complaint.h"

namespace tidemark {
namespace {

TEST(CloseErrors, AWeightOfZeroIsRefused) {
  EXPECT_EQ(about_load(R"(load:
  url: "ws://127.0.0.1:1/"
  close: [ { behavior: fin, weight: 0 } ])"),
            R"(
s.yaml:5:37: `load.close[0].weight`: wanted 1 to 1000000, found `0`
 5 |   close: [ { behavior: fin, weight: 0 } ]
   |                                     ^
)");
}

TEST(CloseErrors, AnUnknownBehaviorListsThoseOfItsEngine) {
  EXPECT_EQ(about_load(R"(load:
  url: "http://127.0.0.1:1/"
  close: graceful_stop)"),
            R"(
s.yaml:5:10: `load.close`: wanted graceful, reset, fin, half_close, stall, slow_reader, abort_mid_body or unread_body, found `graceful_stop`
 5 |   close: graceful_stop
   |          ^~~~~~~~~~~~~
   = did you mean `graceful`?
)");
}

TEST(CloseErrors, AMisspeltBehaviorGetsASuggestion) {
  EXPECT_EQ(about_load(R"(load:
  url: "ws://127.0.0.1:1/"
  close: slow_raeder)"),
            R"(
s.yaml:5:10: `load.close`: wanted graceful, reset, fin, close_no_wait, half_close, half_open, stall, slow_reader, ignore_close, abort_mid_handshake, abort_mid_frame or abort_mid_fragment, found `slow_raeder`
 5 |   close: slow_raeder
   |          ^~~~~~~~~~~
   = did you mean `slow_reader`?
)");
}

TEST(CloseErrors, ABehaviorOfAnotherEngineIsUnknown) {
  EXPECT_EQ(about_load(R"(load:
  url: "http://127.0.0.1:1/"
  close: abort_mid_frame)"),
            R"(
s.yaml:5:10: `load.close`: wanted graceful, reset, fin, half_close, stall, slow_reader, abort_mid_body or unread_body, found `abort_mid_frame`
 5 |   close: abort_mid_frame
   |          ^~~~~~~~~~~~~~~
)");
}

TEST(CloseErrors, ABehaviorIsNeverGuessed) {
  EXPECT_EQ(about_load(R"(load:
  url: "tcp://127.0.0.1:1"
  close: [ { weight: 5 } ])"),
            R"(
s.yaml:5:12: `load.close[0].behavior` is missing
 5 |   close: [ { weight: 5 } ]
   |            ^
   = write graceful, reset, fin or abort_mid_message
)");
}

TEST(CloseErrors, NoWayToCloseIsRefused) {
  EXPECT_EQ(about_load(R"(load:
  url: "ws://127.0.0.1:1/"
  close: [])"),
            R"(
s.yaml:5:10: `load.close`: wanted at least one way to close, found none
 5 |   close: []
   |          ^
   = leave it out for graceful
)");
}

TEST(CloseErrors, ACloseCodeThatMustNotBeSentIsRefused) {
  EXPECT_EQ(about_load(R"(load:
  url: "ws://127.0.0.1:1/"
  close: [ { behavior: graceful, code: 1006 } ])"),
            R"(
s.yaml:5:40: `load.close[0].code`: wanted a code that may be sent, found `1006`
 5 |   close: [ { behavior: graceful, code: 1006 } ]
   |                                        ^~~~
   = 1000 to 1003, 1007 to 1014 or 3000 to 4999
)");
}

TEST(CloseErrors, AResetSendsNoCode) {
  EXPECT_EQ(about_load(R"(load:
  url: "ws://127.0.0.1:1/"
  close: [ { behavior: reset, code: 1000, reason: bye } ])"),
            R"(
s.yaml:5:37: `load.close[0].code`: means nothing for reset
 5 |   close: [ { behavior: reset, code: 1000, reason: bye } ]
   |                                     ^~~~
   = it belongs to graceful and close_no_wait
s.yaml:5:51: `load.close[0].reason`: means nothing for reset
 5 |   close: [ { behavior: reset, code: 1000, reason: bye } ]
   |                                                   ^~~
   = it belongs to graceful and close_no_wait
)");
}

TEST(CloseErrors, ACodeIsAWebSocketsOnly) {
  EXPECT_EQ(about_load(R"(load:
  url: "http://127.0.0.1:1/"
  close: [ { behavior: graceful, code: 1000 } ])"),
            R"(
s.yaml:5:40: `load.close[0].code`: means nothing for http
 5 |   close: [ { behavior: graceful, code: 1000 } ]
   |                                        ^~~~
   = it belongs to websocket
)");
}

TEST(CloseErrors, AReasonFitsAControlFrame) {
  EXPECT_EQ(about_load(R"(load:
  url: "ws://127.0.0.1:1/"
  close: [ { behavior: graceful, reason: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx } ])"),
            R"(
s.yaml:5:42: `load.close[0].reason`: wanted at most 123 bytes, found 124
 5 | … close: [ { behavior: graceful, reason: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…
   |                                          ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
)");
}

TEST(CloseErrors, KeysOfOtherBehaviorsAreNamedWithTheirOwners) {
  EXPECT_EQ(about_load(R"(load:
  url: "ws://127.0.0.1:1/"
  close:
    - { behavior: fin, hold: 5s }
    - { behavior: stall, afterBytes: 7 }
    - { behavior: stall, then: fin }
    - { behavior: half_close, readRate: 64 B/s }
    - { behavior: half_close, rcvbuf: 4KiB })"),
            R"(
s.yaml:6:30: `load.close[0].hold`: means nothing for fin
 6 |     - { behavior: fin, hold: 5s }
   |                              ^~
   = it belongs to half_close, stall, slow_reader, ignore_close and provocations
s.yaml:7:38: `load.close[1].afterBytes`: means nothing for stall
 7 |     - { behavior: stall, afterBytes: 7 }
   |                                      ^
   = it belongs to abort_mid_handshake, abort_mid_frame and abort_mid_fragment
s.yaml:8:32: `load.close[2].then`: means nothing for stall
 8 |     - { behavior: stall, then: fin }
   |                                ^~~
   = it belongs to abort_mid_handshake, abort_mid_frame and abort_mid_fragment
s.yaml:9:41: `load.close[3].readRate`: means nothing for half_close
 9 |     - { behavior: half_close, readRate: 64 B/s }
   |                                         ^~~~~~
   = it belongs to slow_reader
s.yaml:10:39: `load.close[4].rcvbuf`: means nothing for half_close
 10 |     - { behavior: half_close, rcvbuf: 4KiB }
    |                                       ^~~~
    = it belongs to slow_reader
)");
}

TEST(CloseErrors, AProvocationIsOnlyHeld) {
  EXPECT_EQ(about_load(R"(load:
  url: "ws://127.0.0.1:1/"
  close: [ { provocation: bad_utf8, then: reset } ])"),
            R"(
s.yaml:5:43: `load.close[0].then`: means nothing for a provocation
 5 |   close: [ { provocation: bad_utf8, then: reset } ]
   |                                           ^~~~~
   = it belongs to abort_mid_handshake, abort_mid_frame and abort_mid_fragment
)");
}

TEST(CloseErrors, AKeyThatNoBehaviorOfTheEngineHasIsLeftOut) {
  EXPECT_EQ(about_load(R"(load:
  url: "redis://127.0.0.1:1"
  close: [ { behavior: fin, readRate: 64 B/s } ])"),
            R"(
s.yaml:5:39: `load.close[0].readRate`: means nothing for fin
 5 |   close: [ { behavior: fin, readRate: 64 B/s } ]
   |                                       ^~~~~~
   = leave it out
)");
}

TEST(CloseErrors, AnUnknownProvocationListsTheKnownOnes) {
  EXPECT_EQ(about_load(R"(load:
  url: "http://127.0.0.1:1/"
  close: [ { provocation: bad_magic } ])"),
            R"(
s.yaml:5:27: `load.close[0].provocation`: wanted bad_chunk, two_lengths or all, found `bad_magic`
 5 |   close: [ { provocation: bad_magic } ]
   |                           ^~~~~~~~~
)");
}

TEST(CloseErrors, AMisspeltProvocationGetsASuggestion) {
  EXPECT_EQ(about_load(R"(load:
  url: "ws://127.0.0.1:1/"
  close: [ { provocation: bad_utf_8 } ])"),
            R"(
s.yaml:5:27: `load.close[0].provocation`: wanted bad_utf8, reserved_opcode, unmasked_frame or all, found `bad_utf_8`
 5 |   close: [ { provocation: bad_utf_8 } ]
   |                           ^~~~~~~~~
   = did you mean `bad_utf8`?
)");
}

TEST(CloseErrors, AnEngineWithoutProvocationsSaysSo) {
  EXPECT_EQ(about_load(R"(load:
  url: "tcp://127.0.0.1:1"
  close: [ { provocation: all } ])"),
            R"(
s.yaml:5:27: `load.close[0].provocation`: tcp has no provocations
 5 |   close: [ { provocation: all } ]
   |                           ^~~
   = name a behavior
)");
}

TEST(CloseErrors, ABehaviorAndAProvocationAreTwoEntries) {
  EXPECT_EQ(about_load(R"(load:
  url: "ws://127.0.0.1:1/"
  close: [ { behavior: fin, provocation: all } ])"),
            R"(
s.yaml:5:42: `load.close[0].provocation`: wanted a behavior or a provocation, found both
 5 |   close: [ { behavior: fin, provocation: all } ]
   |                                          ^~~
)");
}

TEST(CloseErrors, AReaderThatReadsNothingIsAStall) {
  EXPECT_EQ(about_load(R"(load:
  url: "ws://127.0.0.1:1/"
  close: [ { behavior: slow_reader, readRate: 0 } ])"),
            R"(
s.yaml:5:47: `load.close[0].readRate`: wanted more than nothing
 5 |   close: [ { behavior: slow_reader, readRate: 0 } ]
   |                                               ^
   = a stall reads nothing
)");
}

TEST(CloseErrors, AnAbortEndsByResetOrFin) {
  EXPECT_EQ(about_load(R"(load:
  url: "ws://127.0.0.1:1/"
  close: [ { behavior: abort_mid_frame, then: close } ])"),
            R"(
s.yaml:5:47: `load.close[0].then`: wanted reset or fin, found `close`
 5 |   close: [ { behavior: abort_mid_frame, then: close } ]
   |                                               ^~~~~
)");
}

TEST(CloseErrors, NumbersAreNoWays) {
  EXPECT_EQ(about_load(R"(load:
  url: "ws://127.0.0.1:1/"
  close: [5, [fin]])"),
            R"(
s.yaml:5:11: `load.close[0]`: wanted graceful, reset, fin, close_no_wait, half_close, half_open, stall, slow_reader, ignore_close, abort_mid_handshake, abort_mid_frame or abort_mid_fragment, found `5`
 5 |   close: [5, [fin]]
   |           ^
s.yaml:5:14: `load.close[1]`: wanted a map, found a list
 5 |   close: [5, [fin]]
   |              ^
)");
}

}  // namespace
}  // namespace tidemark
