#include "harness/runtimes/jvm/thread_dump.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tidemark::jvm {
namespace {

using testing::ElementsAre;

// As OpenJDK 17 writes it, shortened.
constexpr std::string_view kDump =
    "2026-11-23 04:20:52\n"
    "Full thread dump OpenJDK 64-Bit Server VM (17.0.15+6 mixed mode):\n"
    "\n"
    "Threads class SMR info:\n"
    "_java_thread_list=0x00007f6bb4001e30, length=14, elements={\n"
    "0x00007f6c38095c60, 0x00007f6c38097040\n"
    "}\n"
    "\n"
    "\"Common-Cleaner\" #11 daemon prio=8 os_prio=0 cpu=0.82ms "
    "elapsed=325.11s tid=0x00007f6c380afc20 nid=0x3376 in Object.wait()  "
    "[0x00007f6c3d02f000]\n"
    "   java.lang.Thread.State: TIMED_WAITING (on object monitor)\n"
    "\tat java.lang.Object.wait(java.base@17.0.15/Native Method)\n"
    "\t- waiting on <0x00000000fc0151f0> (a "
    "java.lang.ref.ReferenceQueue$Lock)\n"
    "\tat jdk.internal.ref.CleanerImpl.run(java.base@17.0.15/"
    "CleanerImpl.java:140)\n"
    "\n"
    "\"session \"guest\" #3\" #29 prio=5 os_prio=0 tid=0x1 nid=0x2 waiting on "
    "condition  [0x00007f6c3ced1000]\n"
    "   java.lang.Thread.State: WAITING (parking)\n"
    "\tat jdk.internal.misc.Unsafe.park(java.base@17.0.15/Native Method)\n"
    "\t- parking to wait for  <0x00000000fc02ff68> (a "
    "java.util.concurrent.CountDownLatch$Sync)\n"
    "\tat Chat.await(Chat.java:14)\n"
    "\tat Chat$$Lambda$31/0x0000000800c03a18.run(Unknown Source)\n"
    "\tat shop.Cart.pay(app//Cart.java:7)\n"
    "\tat java.lang.Thread.run(java.base@17.0.15/Thread.java:840)\n"
    "\n"
    "\"C2 CompilerThread0\" #17 [20809] daemon prio=9 os_prio=0 tid=0x7 "
    "nid=20809 waiting on condition  [0x0000000000000000]\n"
    "   java.lang.Thread.State: RUNNABLE\n"
    "   No compile task\n"
    "\n"
    "\"GC Thread#1\" os_prio=0 tid=0x00007f6c08001120 nid=0x33b3 runnable  \n"
    "\n"
    "JNI global refs: 12, weak refs: 0\n";

Frame frame(std::string function, std::string file, std::uint32_t line,
            bool library) {
  Frame made;
  made.function = std::move(function);
  made.file = std::move(file);
  made.line = line;
  made.library = library;
  return made;
}

TEST(ThreadDump, HasJavasThreadsAndWhereTheyAre) {
  const auto threads = parse_thread_dump(kDump);
  ASSERT_TRUE(threads) << threads.error().message;
  ASSERT_EQ(threads->size(), 3u);
  const JavaThread& session = (*threads)[1];
  EXPECT_EQ(session.name, "session \"guest\" #3");
  EXPECT_EQ(session.state, "WAITING (parking)");
  EXPECT_EQ(session.stack, 0x00007f6c3ced1000u);
  EXPECT_THAT(
      session.frames,
      ElementsAre(frame("jdk.internal.misc.Unsafe.park", "", 0, true),
                  frame("Chat.await", "Chat.java", 14, false),
                  frame("Chat$$Lambda$31.run", "", 0, false),
                  frame("shop.Cart.pay", "Cart.java", 7, false),
                  frame("java.lang.Thread.run", "Thread.java", 840, true)));
}

TEST(ThreadDump, TellsThreadsOfTheJvm) {
  const auto threads = parse_thread_dump(kDump);
  ASSERT_TRUE(threads);
  EXPECT_TRUE((*threads)[0].of_jvm);
  EXPECT_FALSE((*threads)[1].of_jvm);
  EXPECT_TRUE((*threads)[2].of_jvm);
}

// A service may call a thread whatever it likes.
TEST(ThreadDump, ANameAloneMakesNoThreadOfTheJvm) {
  const auto threads = parse_thread_dump(
      "\"Finalizer\" #30 prio=5\n\tat Chat.await(Chat.java:14)\n\n"
      "\"Signal Dispatcher\" #31 prio=5\n\tat Chat.await(Chat.java:14)\n");
  ASSERT_TRUE(threads);
  EXPECT_FALSE((*threads)[0].of_jvm);
  EXPECT_FALSE((*threads)[1].of_jvm);
}

TEST(ThreadDump, DeepStacksAreCut) {
  std::string text = "\"main\" #1 prio=5\n";
  for (int i = 0; i < 1000; ++i) text += "\tat A.b(A.java:1)\n";
  const auto threads = parse_thread_dump(text);
  ASSERT_TRUE(threads);
  EXPECT_EQ(threads->front().frames.size(), kMostThreadFrames);
}

TEST(ThreadDump, ATextWithoutThreadsIsRefused) {
  EXPECT_FALSE(parse_thread_dump(""));
  EXPECT_FALSE(parse_thread_dump("\"GC Thread#1\" os_prio=0\n"));
  EXPECT_FALSE(parse_thread_dump("\tat A.b(A.java:1)\n"));
}

TEST(SteadyThreadName, LosesNumbers) {
  EXPECT_EQ(steady_thread_name("pool-3-thread-12"), "pool-N-thread-N");
  EXPECT_EQ(steady_thread_name("Thread-4711"), "Thread-N");
  EXPECT_EQ(steady_thread_name("worker12"), "workerN");
  EXPECT_EQ(steady_thread_name("conn 127.0.0.1:4711"), "conn N.N.N.N:N");
  EXPECT_EQ(steady_thread_name("job-3fa85f64-5717-4562"), "job-N-N-N");
  EXPECT_EQ(steady_thread_name("HTTP-Dispatcher"), "HTTP-Dispatcher");
  EXPECT_EQ(steady_thread_name(""), "");
}

}  // namespace
}  // namespace tidemark::jvm
