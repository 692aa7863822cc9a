// Every complaint about `stress` and `thresholds`, by its full text.
#include <gtest/gtest.h>

#include "tests/unit/harness/scenario/complaint.h"

namespace tidemark {
namespace {

TEST(StressErrors, AnExecutorIsOneOfSix) {
  EXPECT_EQ(about_load(R"(load:
  url: "ws://127.0.0.1:1/"
  stress: { executor: constant-arival-rate, rate: 1/s })"),
            R"(
s.yaml:5:23: `load.stress.executor`: wanted constant-arrival-rate, ramping-arrival-rate, constant-connections, ramping-connections, constant-vus or ramping-vus, found `constant-arival-rate`
 5 |   stress: { executor: constant-arival-rate, rate: 1/s }
   |                       ^~~~~~~~~~~~~~~~~~~~
   = did you mean `constant-arrival-rate`?
)");
}

TEST(StressErrors, AnArrivalRateIsAskedFor) {
  EXPECT_EQ(about_load(R"(load:
  url: "ws://127.0.0.1:1/"
  stress: { duration: 5s })"),
            R"(
s.yaml:5:11: `load.stress.rate` is missing
 5 |   stress: { duration: 5s }
   |           ^
   = say how often: rate: 100/s
)");
}

TEST(StressErrors, ARateOfNothingIsRefused) {
  EXPECT_EQ(about_load(R"(load:
  url: "ws://127.0.0.1:1/"
  stress: { rate: 0 })"),
            R"(
s.yaml:5:19: `load.stress.rate`: wanted more than nothing
 5 |   stress: { rate: 0 }
   |                   ^
)");
}

TEST(StressErrors, ARateIsANumberOrPerSomething) {
  EXPECT_EQ(about_load(R"(load:
  url: "ws://127.0.0.1:1/"
  stress: { rate: many })"),
            R"(
s.yaml:5:19: `load.stress.rate`: wanted a rate, found `many`
 5 |   stress: { rate: many }
   |                   ^~~~
   = write it like 100/s or 5000/m
)");
}

TEST(StressErrors, ARateHasACap) {
  EXPECT_EQ(about_load(R"(load:
  url: "ws://127.0.0.1:1/"
  stress: { rate: 2000, timeUnit: 1ms })"),
            R"(
s.yaml:5:19: `load.stress.rate`: wanted at most 1000000/s, found `2000`
 5 |   stress: { rate: 2000, timeUnit: 1ms }
   |                   ^~~~
)");
}

TEST(StressErrors, KeysOfOtherExecutorsAreNamed) {
  EXPECT_EQ(about_load(R"(load:
  url: "ws://127.0.0.1:1/"
  stress:
    executor: constant-arrival-rate
    rate: 1/s
    startRate: 1
    stages: []
    connections: 5
    startConnections: 5)"),
            R"(
s.yaml:8:16: `load.stress.startRate`: means nothing for constant-arrival-rate
 8 |     startRate: 1
   |                ^
s.yaml:9:13: `load.stress.stages`: means nothing for constant-arrival-rate
 9 |     stages: []
   |             ^
s.yaml:10:18: `load.stress.connections`: means nothing for constant-arrival-rate
 10 |     connections: 5
    |                  ^
s.yaml:11:23: `load.stress.startConnections`: means nothing for constant-arrival-rate
 11 |     startConnections: 5
    |                       ^
)");
}

TEST(StressErrors, ARampHasStages) {
  EXPECT_EQ(about_load(R"(load:
  url: "ws://127.0.0.1:1/"
  stress: { executor: ramping-vus, duration: 5s, maxVUs: 5 })"),
            R"(
s.yaml:5:11: `load.stress.stages` is missing
 5 |   stress: { executor: ramping-vus, duration: 5s, maxVUs: 5 }
   |           ^
   = say how: stages: [ { duration: 30s, target: 200 } ]
s.yaml:5:46: `load.stress.duration`: means nothing for ramping-connections
 5 |   stress: { executor: ramping-vus, duration: 5s, maxVUs: 5 }
   |                                              ^~
s.yaml:5:58: `load.stress.maxVUs`: means nothing for ramping-connections
 5 |   stress: { executor: ramping-vus, duration: 5s, maxVUs: 5 }
   |                                                          ^
)");
}

TEST(StressErrors, AStageHasADurationAndATarget) {
  EXPECT_EQ(about_load(R"(load:
  url: "ws://127.0.0.1:1/"
  stress: { executor: ramping-arrival-rate, stages: [ {}, { duration: 5, target: x } ] })"),
            R"(
s.yaml:5:55: `load.stress.stages[0].duration` is missing
 5 |   stress: { executor: ramping-arrival-rate, stages: [ {}, { duration: 5, target: x } ] }
   |                                                       ^
   = say how long: duration: 30s
s.yaml:5:55: `load.stress.stages[0].target` is missing
 5 |   stress: { executor: ramping-arrival-rate, stages: [ {}, { duration: 5, target: x } ] }
   |                                                       ^
   = say where it ends: target: 200
s.yaml:5:71: `load.stress.stages[1].duration`: wanted a duration, found `5` without a unit
 5 |   stress: { executor: ramping-arrival-rate, stages: [ {}, { duration: 5, target: x } ] }
   |                                                                       ^
   = write 5ms, 5s, 5m or 5h
s.yaml:5:82: `load.stress.stages[1].target`: wanted a rate, found `x`
 5 |   stress: { executor: ramping-arrival-rate, stages: [ {}, { duration: 5, target: x } ] }
   |                                                                                  ^
   = write it like 100/s or 5000/m
)");
}

TEST(StressErrors, AStageOfConnectionsIsWhole) {
  EXPECT_EQ(about_load(R"(load:
  url: "ws://127.0.0.1:1/"
  stress: { executor: ramping-connections, stages: [ { duration: 5s, target: 1.5 } ] })"),
            R"(
s.yaml:5:78: `load.stress.stages[0].target`: wanted a whole number, found `1.5`
 5 |   stress: { executor: ramping-connections, stages: [ { duration: 5s, target: 1.5 } ] }
   |                                                                              ^~~
)");
}

TEST(StressErrors, NoStagesAreRefused) {
  EXPECT_EQ(about_load(R"(load:
  url: "ws://127.0.0.1:1/"
  stress: { executor: ramping-connections, stages: [] })"),
            R"(
s.yaml:5:52: `load.stress.stages`: wanted at least one, found none
 5 |   stress: { executor: ramping-connections, stages: [] }
   |                                                    ^
)");
}

TEST(StressErrors, AnAliasAndItsNameExcludeEachOther) {
  EXPECT_EQ(about_load(R"(load:
  url: "ws://127.0.0.1:1/"
  stress: { rate: 1/s, maxConnections: 5, maxVUs: 6 })"),
            R"(
s.yaml:5:51: `load.stress.maxVUs`: means the same as `maxConnections`
 5 |   stress: { rate: 1/s, maxConnections: 5, maxVUs: 6 }
   |                                                   ^
   = keep one of them
)");
}

TEST(StressErrors, ConnectionsThatAreNotReusedHaveNoLimit) {
  EXPECT_EQ(about_load(R"(load:
  url: "ws://127.0.0.1:1/"
  stress: { rate: 1/s, requestsPerConnection: 5 })"),
            R"(
s.yaml:5:47: `load.stress.requestsPerConnection`: means nothing without reuse
 5 |   stress: { rate: 1/s, requestsPerConnection: 5 }
   |                                               ^
   = add reuse: true
)");
}

TEST(StressErrors, AnExternalToolHasItsOwnSchedule) {
  EXPECT_EQ(about_load(R"(load: { command: [wrk], stress: { rate: 1/s } })"),
            R"(
s.yaml:3:33: `load.stress`: means nothing for exec
 3 | load: { command: [wrk], stress: { rate: 1/s } }
   |                                 ^
   = it belongs to websocket, http, redis and tcp
)");
}

}  // namespace
}  // namespace tidemark
