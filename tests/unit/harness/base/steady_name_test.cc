#include "harness/base/steady_name.h"

#include <gtest/gtest.h>

namespace tidemark {
namespace {

TEST(SteadyName, IsTheNameWithoutWhatACompilerAdds) {
  EXPECT_EQ(steady_name("(anonymous namespace)::chat_join(unsigned long)"),
            "chat_join");
  EXPECT_EQ(steady_name("void ns::Room<int, std::less<int> >::join<char>(int) "
                        "const [clone .isra.0]"),
            "ns::Room::join");
  EXPECT_EQ(steady_name("Room::join(int) [clone .constprop.0] [clone .cold]"),
            "Room::join");
  EXPECT_EQ(steady_name("on_open.part.0"), "on_open");
  EXPECT_EQ(steady_name("name[abi:cxx11]()"), "name");
  EXPECT_EQ(steady_name("std::__cxx11::to_string(int)"), "std::to_string");
  EXPECT_EQ(steady_name("non-virtual thunk to Session::close()"),
            "Session::close");
  EXPECT_EQ(steady_name("main"), "main");
}

TEST(SteadyName, LambdasHaveNoNumber) {
  EXPECT_EQ(steady_name("serve(int)::{lambda(char)#2}::operator()(char) const"),
            "serve::{lambda}::operator()");
  EXPECT_EQ(steady_name("serve(int) const::{lambda()#1}::operator()() const"),
            "serve::{lambda}::operator()");
  EXPECT_EQ(steady_name("serve::<lambda(int)>::operator()"),
            "serve::{lambda}::operator()");
}

TEST(SteadyName, OperatorsAreNames) {
  EXPECT_EQ(steady_name("A::operator<(A const&) const"), "A::operator<");
  EXPECT_EQ(steady_name("A::operator<< <char>(char)"), "A::operator<<");
  EXPECT_EQ(steady_name("A::operator->()"), "A::operator->");
  EXPECT_EQ(steady_name("A::operator bool() const"), "A::operator bool");
  EXPECT_EQ(steady_name("operator new(unsigned long)"), "operator new");
}

TEST(SteadyName, WhateverTheTextSomethingIsLeft) {
  EXPECT_EQ(steady_name(""), "");
  EXPECT_EQ(steady_name("<"), "<");
  EXPECT_EQ(steady_name("(()"), "(()");
  EXPECT_EQ(steady_name("libfoo.so+0x12a"), "libfoo.so+0x12a");
}

TEST(SteadyModule, HasNoFolderAndNoVersion) {
  EXPECT_EQ(steady_module("/usr/lib/libfoo.so.1.2.3"), "libfoo.so");
  EXPECT_EQ(steady_module("/srv/build-7/chat"), "chat");
  EXPECT_EQ(steady_module("/opt/plugin.so"), "plugin.so");
  EXPECT_EQ(steady_module(""), "");
}

}  // namespace
}  // namespace tidemark
