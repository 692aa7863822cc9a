// From a finding's sites to questions, and from a dump's answers to holders.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "harness/runtimes/jvm/holdings.h"
#include "harness/runtimes/jvm/questions.h"
#include "harness/runtimes/jvm/taken_dump.h"

namespace tidemark::jvm {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class QuestionsTest : public testing::Test {
 protected:
  SiteId site(MemoryKind kind, std::string name, bool library) {
    Frame frame;
    frame.function = std::move(name);
    frame.library = library;
    return sites_.number(kind, Bytes{}, {frame});
  }

  ManagedSites sites_;
};

TEST_F(QuestionsTest, AskAboutTheServicesClasses) {
  const SiteId bytes = site(MemoryKind::kClass, "byte[]", true);
  const SiteId session = site(MemoryKind::kClass, "UserSession", false);
  const SiteId room = site(MemoryKind::kClass, "Room", false);
  EXPECT_THAT(classes_to_ask({bytes, session, room}, sites_),
              ElementsAre("UserSession", "Room"));
}

TEST_F(QuestionsTest, AskAboutTheFirstWhereNoneIsTheServices) {
  const SiteId text = site(MemoryKind::kClass, "java.lang.String", true);
  const SiteId bytes = site(MemoryKind::kClass, "byte[]", true);
  EXPECT_THAT(classes_to_ask({text, bytes}, sites_),
              ElementsAre("java.lang.String"));
}

TEST_F(QuestionsTest, AskNothingAboutThreads) {
  const SiteId waits = site(MemoryKind::kThread, "Chat.await", false);
  const SiteId thread = site(MemoryKind::kClass, "java.lang.Thread", true);
  EXPECT_THAT(classes_to_ask({waits, thread}, sites_), IsEmpty());
  EXPECT_THAT(classes_to_ask({}, sites_), IsEmpty());
}

NamedRetention held_by(std::string root, std::int64_t bytes) {
  NamedRetention retention;
  retention.objects = {1};
  retention.bytes = {bytes};
  NamedPath path;
  path.root_name = std::move(root);
  path.bytes = {bytes};
  path.holders = {{"UserSession", "[]", {24}, 1}};
  retention.paths.push_back(std::move(path));
  return retention;
}

TEST(Holdings, AnswersOfSeveralJvmsAreAddedUp) {
  DumpAnswer one;
  one.objects = {100};
  one.bytes = {1000};
  one.of_questions = {held_by("static A.b", 10), NamedRetention{}};
  one.of_top = {{"UserSession", held_by("static A.c", 7)}};
  DumpAnswer other = one;
  other.of_questions[0] = held_by("static A.d", 20);
  const DumpAnswer answers[] = {one, other};
  ManagedSites sites;
  const RuntimeHoldings holdings = holdings_of(answers, sites);
  ASSERT_EQ(holdings.of_sites.size(), 2u);
  const Retention& of_first = holdings.of_sites[0];
  EXPECT_EQ(of_first.objects, Count{2});
  EXPECT_EQ(of_first.bytes, Bytes{30});
  ASSERT_EQ(of_first.paths.size(), 2u);
  EXPECT_EQ(of_first.paths[0].root_name, "static A.d");
  EXPECT_EQ(
      sites.describe(of_first.paths[0].holders[0].site).frames.front().function,
      "UserSession");
  ASSERT_TRUE(holdings.all);
  EXPECT_EQ(holdings.all->objects, Count{200});
  ASSERT_EQ(holdings.all->paths.size(), 1u);
}

TEST(Holdings, AlikeWaysOfSeveralJvmsAreOne) {
  DumpAnswer one;
  one.of_questions = {held_by("static A.b", 10)};
  one.of_top = {{"UserSession", held_by("static A.b", 10)}};
  DumpAnswer other;
  other.of_questions = {held_by("static A.b", 20)};
  other.of_top = {{"byte[]", held_by("static A.c", 7)},
                  {"UserSession", held_by("static A.b", 20)}};
  const DumpAnswer answers[] = {one, other};
  ManagedSites sites;
  const RuntimeHoldings holdings = holdings_of(answers, sites);
  ASSERT_EQ(holdings.of_sites.size(), 1u);
  ASSERT_EQ(holdings.of_sites[0].paths.size(), 1u);
  EXPECT_EQ(holdings.of_sites[0].paths[0].bytes, Bytes{30});
  ASSERT_EQ(holdings.all->paths.size(), 2u);
  EXPECT_EQ(holdings.all->paths[0].root_name, "static A.b");
  EXPECT_EQ(holdings.all->paths[0].bytes, Bytes{30});
  EXPECT_EQ(holdings.all->paths[1].bytes, Bytes{7});
}

TEST(Holdings, AFewWaysOfManyAreKept) {
  DumpAnswer answer;
  answer.of_questions.push_back(held_by("static A.b", 1));
  answer.of_questions[0].paths.resize(100);
  ManagedSites sites;
  const RuntimeHoldings holdings = holdings_of({&answer, 1}, sites);
  EXPECT_EQ(holdings.of_sites[0].paths.size(), kMostPathsOfFinding);
}

// What it was asked for it writes, and says what it is told to.
class WritesDump final : public DiagnosticCommands {
 public:
  explicit WritesDump(std::string says) : says_(std::move(says)) {}
  Result<std::string> ask(const std::string& command, Duration) override {
    std::ofstream(command.substr(command.find('/'))) << "heap";
    return says_;
  }

 private:
  std::string says_;
};

TEST(TakenDump, IsGoneFromItsFolderAndCanBeRead) {
  WritesDump jvm("Dumping heap ...\nHeap dump file created [4 bytes]");
  const Result<TakenDump> dump =
      take_dump(jvm, ::getpid(), Bytes{1}, std::chrono::seconds(1));
  ASSERT_TRUE(dump) << dump.error().message;
  EXPECT_EQ(dump->size(), Bytes{4});
  std::string text;
  std::ifstream(dump->path()) >> text;
  EXPECT_EQ(text, "heap");
}

TEST(TakenDump, OneThatTheJvmCouldNotEndIsAnError) {
  WritesDump jvm("Dumping heap ...\nNo space left on device");
  const Result<TakenDump> dump =
      take_dump(jvm, ::getpid(), Bytes{1}, std::chrono::seconds(1));
  ASSERT_FALSE(dump);
  EXPECT_EQ(dump.error().message,
            "the JVM wrote no whole heap dump: Dumping heap ... No space left "
            "on device");
}

class NoJvm final : public DiagnosticCommands {
 public:
  Result<std::string> ask(const std::string& command, Duration) override {
    asked = command;
    return std::string("Dumping heap to nowhere ...");
  }

  std::string asked;
};

TEST(TakenDump, OneThatIsNotWrittenIsAnError) {
  NoJvm jvm;
  const Result<TakenDump> dump =
      take_dump(jvm, ::getpid(), Bytes{1}, std::chrono::seconds(1));
  ASSERT_FALSE(dump);
  EXPECT_EQ(dump.error().message,
            "the JVM wrote no whole heap dump: Dumping heap to nowhere ...");
  EXPECT_TRUE(jvm.asked.starts_with("GC.heap_dump /tmp/tidemark-"))
      << jvm.asked;
  // Its folder is gone.
  const std::size_t begin = jvm.asked.find('/');
  const std::string folder =
      jvm.asked.substr(begin, jvm.asked.rfind('/') - begin);
  EXPECT_NE(::access(folder.c_str(), F_OK), 0) << folder;
}

TEST(TakenDump, WithoutRoomNothingIsAsked) {
  NoJvm jvm;
  const Result<TakenDump> dump = take_dump(
      jvm, ::getpid(), Bytes{std::int64_t{1} << 60}, std::chrono::seconds(1));
  ASSERT_FALSE(dump);
  EXPECT_THAT(dump.error().message, testing::HasSubstr("may need"));
  EXPECT_EQ(jvm.asked, "");
}

}  // namespace
}  // namespace tidemark::jvm
