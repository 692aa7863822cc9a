#include "harness/runtimes/jvm/class_name.h"

#include <gtest/gtest.h>

namespace tidemark::jvm {
namespace {

TEST(ClassName, ArraysAreWrittenAsInJava) {
  EXPECT_EQ(readable_class("[B"), "byte[]");
  EXPECT_EQ(readable_class("[[I"), "int[][]");
  EXPECT_EQ(readable_class("[Z"), "boolean[]");
  EXPECT_EQ(readable_class("[Ljava.lang.Object;"), "java.lang.Object[]");
  EXPECT_EQ(readable_class("[[Lchat.Room$Key;"), "chat.Room$Key[][]");
}

TEST(ClassName, OthersStayAsTheyAre) {
  EXPECT_EQ(readable_class("UserSession"), "UserSession");
  EXPECT_EQ(readable_class("java.util.HashMap$Node"), "java.util.HashMap$Node");
  EXPECT_EQ(readable_class("B"), "B");
  EXPECT_EQ(readable_class(""), "");
}

TEST(ClassName, HiddenClassesLoseTheirAddress) {
  EXPECT_EQ(readable_class("Chat$$Lambda$14/0x0000000800c03a18"),
            "Chat$$Lambda$14");
  EXPECT_EQ(readable_class("Chat$$Lambda+0x00007f0001001000"), "Chat$$Lambda");
  EXPECT_EQ(readable_class("[LChat$$Lambda$14/0x0000000800c03a18;"),
            "Chat$$Lambda$14[]");
}

TEST(ClassName, SlashesOfDumpsAreDots) {
  EXPECT_EQ(readable_class("java/lang/String"), "java.lang.String");
  EXPECT_EQ(readable_class("[Ljava/lang/String;"), "java.lang.String[]");
}

TEST(ClassName, WhatIsNoArrayIsNotMadeOne) {
  EXPECT_EQ(readable_class("["), "[");
  EXPECT_EQ(readable_class("[X"), "[X");
  EXPECT_EQ(readable_class("[Lchat.Room"), "[Lchat.Room");
  const std::string deep = std::string(256, '[') + "B";
  EXPECT_EQ(readable_class(deep), deep);
}

TEST(ClassName, TheModuleTellsTheLibrary) {
  EXPECT_TRUE(is_library_class("byte[]", "java.base@17.0.15"));
  EXPECT_TRUE(is_library_class("sun.nio.ch.Net", "jdk.httpserver@17.0.15"));
  EXPECT_FALSE(is_library_class("java.lang.MyOwn", "my.app@1"));
}

TEST(ClassName, WithoutModulesTheNameDoes) {
  EXPECT_TRUE(is_library_class("java.lang.String", ""));
  EXPECT_TRUE(is_library_class("javax.xml.Parser[]", ""));
  EXPECT_TRUE(is_library_class("long[][]", ""));
  EXPECT_FALSE(is_library_class("UserSession", ""));
  EXPECT_FALSE(is_library_class("UserSession[]", ""));
  EXPECT_FALSE(is_library_class("javacup.Parser", ""));
  // A class of that name, which Java forbids, is no array.
  EXPECT_FALSE(is_library_class("long", ""));
}

}  // namespace
}  // namespace tidemark::jvm
