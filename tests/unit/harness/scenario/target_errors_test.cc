// Every complaint about `target`, by its full text: it is our user interface.
#include <gtest/gtest.h>

#include "tests/unit/harness/scenario/complaint.h"

namespace tidemark {
namespace {

TEST(TargetErrors, ADurationOutOfRangeNamesTheRange) {
  EXPECT_EQ(
      about_target("target: { command: [./server], stop: { timeout: 2h } }"),
      R"(
s.yaml:2:49: `target.stop.timeout`: wanted 1ms to 1h, found `2h`
 2 | target: { command: [./server], stop: { timeout: 2h } }
   |                                                 ^~
)");
}

TEST(TargetErrors, AMisspeltWordGetsASuggestion) {
  EXPECT_EQ(about_target("target: { command: [./server], runtime: nativ }"), R"(
s.yaml:2:41: `target.runtime`: wanted native, process, go, jvm or v8, found `nativ`
 2 | target: { command: [./server], runtime: nativ }
   |                                         ^~~~~
   = did you mean `native`?
)");
}

TEST(TargetErrors, AJdkIsForAJvm) {
  EXPECT_EQ(about_target("target: { command: [./server], jdk: /opt/jdk }"), R"(
s.yaml:2:37: `target.jdk`: is for a JVM
 2 | target: { command: [./server], jdk: /opt/jdk }
   |                                     ^~~~~~~~
   = say `runtime: jvm`, or leave it out
)");
}

TEST(TargetErrors, WhatTheAgentDoesIsNotForRuntimesThatAreAsked) {
  EXPECT_EQ(about_target("target: { command: [./server], runtime: v8, "
                         "allocator: jemalloc }"),
            R"(
s.yaml:2:56: `target.allocator`: is for native services
 2 | target: { command: [./server], runtime: v8, allocator: jemalloc }
   |                                                        ^~~~~~~~
   = preload it by `target.environment: { LD_PRELOAD: … }`
)");
  EXPECT_EQ(about_target("target: { command: [./server], runtime: jvm, "
                         "stacks: always }"),
            R"(
s.yaml:2:54: `target.stacks`: is for native services
 2 | target: { command: [./server], runtime: jvm, stacks: always }
   |                                                      ^~~~~~
   = leave it out
)");
  EXPECT_EQ(about_target("target: { command: [./server], runtime: go, "
                         "forks: ignore }"),
            R"(
s.yaml:2:52: `target.forks`: is for native services
 2 | target: { command: [./server], runtime: go, forks: ignore }
   |                                                    ^~~~~~
   = leave it out: every process of the service is asked
)");
}

TEST(TargetErrors, AMisspeltSignalGetsASuggestion) {
  EXPECT_EQ(about_target(
                "target: { command: [./server], stop: { signal: SIGTREM } }"),
            R"(
s.yaml:2:48: `target.stop.signal`: wanted SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGUSR1, SIGUSR2 or SIGKILL, found `SIGTREM`
 2 | target: { command: [./server], stop: { signal: SIGTREM } }
   |                                                ^~~~~~~
   = did you mean `SIGTERM`?
)");
}

TEST(TargetErrors, AListIsNoText) {
  EXPECT_EQ(about_target("target: { command: [./server], directory: [a] }"), R"(
s.yaml:2:43: `target.directory`: wanted text, found a list
 2 | target: { command: [./server], directory: [a] }
   |                                           ^
)");
}

TEST(TargetErrors, AMissingValueIsNoText) {
  EXPECT_EQ(
      about_target("target: { command: [./server], environment: { A: } }"), R"(
s.yaml:2:47: `target.environment.A`: wanted text, found nothing
 2 | target: { command: [./server], environment: { A: } }
   |                                               ^
   = write "" for an empty text
)");
}

TEST(TargetErrors, AnEmptyCommandStartsNothing) {
  EXPECT_EQ(about_target("target: { command: [] }"), R"(
s.yaml:2:20: `target.command`: wanted a program to start, found none
 2 | target: { command: [] }
   |                    ^
)");
}

TEST(TargetErrors, AnEmptyProgramNameStartsNothing) {
  EXPECT_EQ(about_target(R"(target: { command: [""] })"), R"(
s.yaml:2:20: `target.command`: wanted a program to start, found none
 2 | target: { command: [""] }
   |                    ^
)");
}

TEST(TargetErrors, ABlankCommandStartsNothing) {
  EXPECT_EQ(about_target(R"(target: { command: "  " })"), R"(
s.yaml:2:20: `target.command`: wanted a program to start, found the text `  `
 2 | target: { command: "  " }
   |                    ^~~~
)");
}

TEST(TargetErrors, QuotesInACommandLineAreNotUnderstood) {
  EXPECT_EQ(about_target(R"(target: { command: "./server --name='a b'" })"), R"(
s.yaml:2:20: `target.command`: quotes have no meaning here: the command is split on blanks, without a shell
 2 | target: { command: "./server --name='a b'" }
   |                    ^~~~~~~~~~~~~~~~~~~~~~~
   = write a list: [./server, "--name=a b"]
)");
}

TEST(TargetErrors, WithoutACommandThereIsNoPort) {
  EXPECT_EQ(complaint("version: 1\n"
                      "target: { runtime: native }\n"
                      "load: { url: \"ws://127.0.0.1:{{ port }}/\" }\n"),
            R"(
s.yaml:2:9: `target.command` is missing
 2 | target: { runtime: native }
   |         ^
   = {{ port }} is the port of the service that it starts
)");
}

TEST(TargetErrors, AnUnknownVariableIsRefused) {
  EXPECT_EQ(about_target(R"(target: { command: [./server, "{{ prot }}"] })"),
            R"(
s.yaml:2:31: `target.command[1]`: unknown variable `prot`
 2 | target: { command: [./server, "{{ prot }}"] }
   |                               ^~~~~~~~~~~~
   = did you mean {{ port }}?
)");
}

TEST(TargetErrors, AVariableWhereNoneIsReplacedIsRefused) {
  EXPECT_EQ(
      about_target(
          R"(target: { command: [./server], directory: "/tmp/{{ port }}" })"),
      R"(
s.yaml:2:43: `target.directory`: variables are not replaced in a directory
 2 | target: { command: [./server], directory: "/tmp/{{ port }}" }
   |                                           ^~~~~~~~~~~~~~~~~
)");
}

TEST(TargetErrors, AVariableWithoutQuotesIsExplained) {
  EXPECT_EQ(
      about_target(
          "target: { command: [./server], environment: { PORT: {{ port }} } }"),
      R"(
s.yaml:2:54: wanted a word as key, found something else
 2 | target: { command: [./server], environment: { PORT: {{ port }} } }
   |                                                      ^
   = text with {{ }} needs quotes around it
)");
}

TEST(TargetErrors, AVariableInTheMiddleOfAListIsExplained) {
  EXPECT_EQ(about_target("target: { command: [./server, --port={{ port }}] }"),
            R"(
s.yaml:2:38: not YAML: wanted `,` or `]` to go on
 2 | target: { command: [./server, --port={{ port }}] }
   |                                      ^
   = text with {{ }} needs quotes around it
)");
}

TEST(TargetErrors, ANameNoShellWouldTakeIsRefused) {
  EXPECT_EQ(
      about_target(
          R"(target: { command: [./server], environment: { "A=B": 1 } })"),
      R"(
s.yaml:2:47: `target.environment`: `A=B` is not the name of a variable
 2 | target: { command: [./server], environment: { "A=B": 1 } }
   |                                               ^~~~~
   = use letters, digits and _
)");
}

TEST(TargetErrors, ReadyByTwoSignsIsOneTooMany) {
  EXPECT_EQ(
      about_target(
          R"(target: { command: [./server], ready: { tcp: "127.0.0.1:1", output: up } })"),
      R"(
s.yaml:2:39: `target.ready`: wanted tcp or output, found both
 2 | target: { command: [./server], ready: { tcp: "127.0.0.1:1", output: up } }
   |                                       ^
   = keep the one that comes later
)");
}

TEST(TargetErrors, ReadyOnAnotherMachineIsRefused) {
  EXPECT_EQ(
      about_target(
          R"(target: { command: [./server], ready: { tcp: "10.0.0.5:80" } })"),
      R"(
s.yaml:2:46: `target.ready.tcp`: target refused: `10.0.0.5` is not a loopback address
 2 | target: { command: [./server], ready: { tcp: "10.0.0.5:80" } }
   |                                              ^~~~~~~~~~~~~
   = tidemark loads this machine only: use 127.0.0.1, [::1] or localhost, or see --allow-target
)");
}

TEST(TargetErrors, AnUnknownAllocatorIsRefused) {
  EXPECT_EQ(about_target("target: { command: [./server], allocator: tbb }"), R"(
s.yaml:2:43: `target.allocator`: wanted system, jemalloc, mimalloc, tcmalloc or the absolute path of a shared object, found `tbb`
 2 | target: { command: [./server], allocator: tbb }
   |                                           ^~~
)");
}

TEST(TargetErrors, APathTheLoaderWouldSplitIsRefused) {
  EXPECT_EQ(about_target(
                R"(target: { command: [./server], allocator: "/a b/c.so" })"),
            R"(
s.yaml:2:43: `target.allocator`: wanted a path without blanks and colons, found `/a b/c.so`
 2 | target: { command: [./server], allocator: "/a b/c.so" }
   |                                           ^~~~~~~~~~~
   = the dynamic loader would take it for several paths
)");
}

TEST(TargetErrors, AServiceIsStartedOrFoundAndNotBoth) {
  EXPECT_EQ(about_target("target: { pid: 7, command: [./server] }"), R"(
s.yaml:2:28: `target`: wanted command or pid, found both
 2 | target: { pid: 7, command: [./server] }
   |                            ^
   = command starts a service, pid attaches to one that runs
)");
}

TEST(TargetErrors, AFoundServiceIsNeitherStartedNorStopped) {
  EXPECT_EQ(about_target("target: { pid: 7, directory: /srv }"), R"(
s.yaml:2:30: `target.directory` has no meaning beside `target.pid`
 2 | target: { pid: 7, directory: /srv }
   |                              ^~~~
   = tidemark neither starts nor stops a service that it attaches to
)");
}

TEST(TargetErrors, APidIsANumber) {
  EXPECT_EQ(about_target("target: { pid: nginx }"), R"(
s.yaml:2:16: `target.pid`: wanted a whole number, found `nginx`
 2 | target: { pid: nginx }
   |                ^~~~~
)");
}

}  // namespace
}  // namespace tidemark
