#include "harness/runtimes/jvm/door.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <string>

namespace tidemark::jvm {
namespace {

TEST(Door, IsWhereTheProcessHasItsFiles) {
  const Result<Door> door = door_of(::getpid());
  ASSERT_TRUE(door);
  EXPECT_EQ(door->user, ::geteuid());
  EXPECT_EQ(door->socket, "/proc/" + std::to_string(::getpid()) +
                              "/root/tmp/.java_pid" + door->number);
  EXPECT_FALSE(is_open(*door));
}

TEST(Door, AJvmTakesSigquit) {
  EXPECT_TRUE(takes_quit("Threads:\t14\nSigCgt:\t2000000181005ccf\n"));
}

TEST(Door, AJvmThatBeginsOrHasXrsWouldEndBySigquit) {
  const Status taken = takes_quit("Threads:\t14\nSigCgt:\t2000000181005cc8\n");
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().message,
            "the JVM does not take SIGQUIT, by which it is asked to listen");
  EXPECT_EQ(taken.error().hint, "start it without -Xrs");
}

TEST(Door, WhatAJvmHasForkedMayBeAnotherProgramBeforeTheSignalComes) {
  const Status taken = takes_quit("Threads:\t1\nSigCgt:\t2000000181005ccf\n");
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().message,
            "the JVM has one thread, as what it starts has before it is "
            "another program");
}

TEST(Door, OfAProcessThatEndedIsNone) {
  EXPECT_EQ(may_be_asked(0).error().message, "process 0 has ended");
}

}  // namespace
}  // namespace tidemark::jvm
