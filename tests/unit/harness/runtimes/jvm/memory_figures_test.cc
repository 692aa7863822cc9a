// What the JVM says of its memory: heap, native memory, strings; its version.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/runtimes/jvm/heap_info.h"
#include "harness/runtimes/jvm/native_memory.h"
#include "harness/runtimes/jvm/size_word.h"
#include "harness/runtimes/jvm/string_table.h"
#include "harness/runtimes/jvm/version.h"

namespace tidemark::jvm {
namespace {

using testing::ElementsAre;
using testing::Pair;

constexpr Bytes kib(std::int64_t n) { return Bytes{n << 10}; }
constexpr Bytes mib(std::int64_t n) { return Bytes{n << 20}; }

TEST(SizeWord, HasAUnitOrNone) {
  EXPECT_EQ(parse_size_word("10240K"), kib(10240));
  EXPECT_EQ(parse_size_word("69715KB"), kib(69715));
  EXPECT_EQ(parse_size_word("64M"), mib(64));
  EXPECT_EQ(parse_size_word("2G"), mib(2048));
  EXPECT_EQ(parse_size_word("512B"), Bytes{512});
  EXPECT_EQ(parse_size_word("512"), Bytes{512});
}

TEST(SizeWord, IsNothingElse) {
  for (const char* word : {"", "K", "-1K", "1.5M", "12T", "0x10K", "1 K",
                           "9223372036854775807K", "300000000000G"})
    EXPECT_FALSE(parse_size_word(word)) << word;
}

TEST(HeapInfo, OfG1) {
  const HeapInfo info = parse_heap_info(
      " garbage-first heap   total 10240K, used 1204K [0x00000000fc000000, "
      "0x0000000100000000)\n"
      "  region size 1024K, 0 young (0K), 0 survivors (0K)\n"
      " Metaspace       used 1008K, committed 1152K, reserved 1114112K\n"
      "  class space    used 98K, committed 192K, reserved 1048576K\n");
  EXPECT_EQ(info.collector, "G1");
  EXPECT_EQ(info.committed, kib(10240));
  EXPECT_EQ(info.used, kib(1204));
  EXPECT_EQ(info.metaspace, kib(1008));
  EXPECT_THAT(info.ranges, ElementsAre(Pair(0xfc000000u, 0x100000000u)));
}

// Java 25 says what it reserved first.
TEST(HeapInfo, OfANewerG1) {
  const HeapInfo info = parse_heap_info(
      "garbage-first heap   total reserved 65536K, committed 32768K, used "
      "3501K [0x00000000fc000000, 0x0000000100000000)\n");
  EXPECT_EQ(info.committed, kib(32768));
  EXPECT_EQ(info.used, kib(3501));
}

TEST(HeapInfo, GenerationsAreAddedUp) {
  const HeapInfo info = parse_heap_info(
      " def new generation   total 19648K, used 2806K [0x00000000fc000000, "
      "0x00000000fd550000, 0x00000000fd550000)\n"
      "  eden space 17472K,  16% used [0x00000000fc000000, "
      "0x00000000fc2bd870, 0x00000000fd110000)\n"
      " tenured generation   total 43712K, used 4K [0x00000000fd550000, "
      "0x0000000100000000, 0x0000000100000000)\n"
      "   the space 43712K,   0% used [0x00000000fd550000)\n");
  EXPECT_EQ(info.collector, "Serial");
  EXPECT_EQ(info.committed, kib(63360));
  EXPECT_EQ(info.used, kib(2810));
  EXPECT_THAT(info.ranges, ElementsAre(Pair(0xfc000000u, 0xfd550000u),
                                       Pair(0xfd550000u, 0x100000000u)));
}

TEST(HeapInfo, OfTheOthers) {
  const HeapInfo parallel = parse_heap_info(
      " PSYoungGen      total 18944K, used 2622K [0xfeb00000, 0x100000000)\n"
      " ParOldGen       total 44032K, used 0K [0xfc000000, 0xfeb00000)\n");
  EXPECT_EQ(parallel.collector, "Parallel");
  EXPECT_EQ(parallel.committed, kib(62976));
  const HeapInfo z = parse_heap_info(
      " ZHeap           used 4M, capacity 32M, max capacity 64M\n");
  EXPECT_EQ(z.collector, "Z");
  EXPECT_EQ(z.used, mib(4));
  EXPECT_EQ(z.committed, mib(32));
  const HeapInfo shenandoah = parse_heap_info(
      "Shenandoah Heap\n"
      " 65536K max, 65536K soft max, 32768K committed, 2560K used\n");
  EXPECT_EQ(shenandoah.collector, "Shenandoah");
  EXPECT_EQ(shenandoah.used, kib(2560));
  EXPECT_EQ(shenandoah.committed, kib(32768));
}

TEST(HeapInfo, WhatIsNotKnownCountsNothing) {
  EXPECT_EQ(parse_heap_info("Quantum heap total 1K, used 1K\n"), HeapInfo{});
  EXPECT_EQ(parse_heap_info(""), HeapInfo{});
}

TEST(NativeMemory, CategoriesComeByWhatIsCommitted) {
  const NativeMemory memory = parse_native_memory(
      "\nNative Memory Tracking:\n\n"
      "Total: reserved=1506596KB, committed=131600KB\n"
      "       malloc: 8288KB #7858, peak=8149KB #7859\n\n"
      "-                     Class (reserved=1048664KB, committed=280KB)\n"
      "                            (classes #1175)\n"
      "                            (mmap: reserved=1048576KB, "
      "committed=192KB)\n\n"
      "-                 Java Heap (reserved=65536KB, committed=65536KB)\n");
  EXPECT_EQ(memory.total.committed, kib(131600));
  EXPECT_THAT(memory.categories,
              ElementsAre(NativeCategory{"Java Heap", kib(65536), kib(65536)},
                          NativeCategory{"Class", kib(1048664), kib(280)}));
}

TEST(NativeMemory, IsEmptyWhereItIsNotTracked) {
  EXPECT_EQ(parse_native_memory("Native memory tracking is not enabled\n"),
            NativeMemory{});
}

TEST(StringTable, CountsLiterals) {
  const auto table = parse_string_table(
      "StringTable statistics:\n"
      "Number of buckets       :     65536 =    524288 bytes, each 8\n"
      "Number of entries       :      2376 =     38016 bytes, each 16\n"
      "Number of literals      :      2375 =    146872 bytes, avg  61.000\n");
  ASSERT_TRUE(table);
  EXPECT_EQ(*table, (StringTable{{2375}, {146872}}));
}

TEST(StringTable, AnotherTextIsRefused) {
  EXPECT_FALSE(parse_string_table(""));
  EXPECT_FALSE(parse_string_table("Number of literals : many = 1 bytes\n"));
}

// Answers, or fails with these words.
class Answers final : public DiagnosticCommands {
 public:
  Result<std::string> ask(const std::string& command, Duration) override {
    EXPECT_EQ(command, "VM.stringtable");
    if (error.empty()) return answer;
    return fail(kind, error);
  }

  std::string answer;
  std::string error;
  ErrorKind kind = ErrorKind::kEnvironment;
};

TEST(StringTable, OfAJvmThatKnowsNoneIsEmpty) {
  Answers jvm;
  for (const char* words :
       {"the JVM refuses VM.stringtable: java.lang.IllegalArgumentException: "
        "Unknown diagnostic command",
        "jcmd fails at VM.stringtable: java.lang.IllegalArgumentException: "
        "Unknown diagnostic command"}) {
    jvm.error = words;
    EXPECT_EQ(ask_string_table(jvm, Duration{}), StringTable{});
  }
}

// All that is interned would seem to be made by the service at once.
TEST(StringTable, ThatIsNotToldIsAnError) {
  Answers jvm;
  jvm.error = "the JVM does not answer VM.stringtable: its time is over";
  auto table = ask_string_table(jvm, Duration{});
  ASSERT_FALSE(table);
  EXPECT_EQ(table.error().message, jvm.error);
  jvm.error = "interrupted";
  jvm.kind = ErrorKind::kInterrupted;
  table = ask_string_table(jvm, Duration{});
  ASSERT_FALSE(table);
  EXPECT_EQ(table.error().kind, ErrorKind::kInterrupted);
  jvm.error = "";
  jvm.answer = "something else";
  EXPECT_FALSE(ask_string_table(jvm, Duration{}));
}

TEST(Version, SaysWhichMachineAndWhichJdk) {
  const auto version = parse_version(
      "OpenJDK 64-Bit Server VM version 17.0.15+6-Debian-1deb12u1\n"
      "JDK 17.0.15\n");
  ASSERT_TRUE(version);
  EXPECT_EQ(version->jdk, "17.0.15");
  EXPECT_EQ(version->machine,
            "OpenJDK 64-Bit Server VM version 17.0.15+6-Debian-1deb12u1");
}

TEST(Version, AnotherMachineIsRefused) {
  EXPECT_FALSE(parse_version("Eclipse OpenJ9 0.1\n"));
  EXPECT_FALSE(parse_version(""));
}

}  // namespace
}  // namespace tidemark::jvm
