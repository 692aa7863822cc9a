#include "harness/base/proc_tree.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string_view>

namespace tidemark {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::string_view kStat =
    "4242 (cat) S 4200 4242 4100 34816 4242 4194304 107 0 0 0 0 0 0 0 20 0 1 "
    "0 987654 5726208 224 18446744073709551615 1 1 0 0 0 0 0 0 0 0 0 0 17 1 "
    "0 0 0 0 0\n";

ProcessEntry process(pid_t pid, pid_t parent) {
  ProcessEntry entry;
  entry.pid = pid;
  entry.parent = parent;
  return entry;
}

TEST(ProcessStat, FieldsAreTakenFromTheirPlaces) {
  const auto entry = parse_process_stat(kStat);
  ASSERT_TRUE(entry);
  EXPECT_EQ(entry->pid, 4242);
  EXPECT_EQ(entry->state, 'S');
  EXPECT_EQ(entry->parent, 4200);
  EXPECT_EQ(entry->session, 4100);
  EXPECT_EQ(entry->start_time, 987654u);
  EXPECT_FALSE(entry->dead());
}

TEST(ProcessStat, ANameMayLookLikeFields) {
  std::string text(kStat);
  text.replace(text.find("cat"), 3, "a) Z 1 (b");
  const auto entry = parse_process_stat(text);
  ASSERT_TRUE(entry);
  EXPECT_EQ(entry->parent, 4200);
  EXPECT_EQ(entry->state, 'S');
}

TEST(ProcessStat, ATextOfAnotherFormIsRefused) {
  EXPECT_FALSE(parse_process_stat(""));
  EXPECT_FALSE(parse_process_stat(")("));
  EXPECT_FALSE(parse_process_stat("(x)"));
  EXPECT_FALSE(parse_process_stat("12 (cat) S 1 2 3"));
  EXPECT_FALSE(parse_process_stat(kStat.substr(0, 60)));
}

TEST(ProcessStat, AZombieIsDead) {
  std::string text(kStat);
  text.replace(text.find(") S") + 2, 1, "Z");
  EXPECT_TRUE(parse_process_stat(text)->dead());
}

// Between its last step and Z a process has neither memory nor files, for as
// long as the kernel needs to take them.
TEST(ProcessStat, AProcessThatIsEndingIsKnownBeforeItIsAZombie) {
  EXPECT_FALSE(parse_process_stat(kStat)->ending);
  std::string text(kStat);
  text.replace(text.find(" 4194304 "), 9, " 4194308 ");
  EXPECT_TRUE(parse_process_stat(text)->ending);
  EXPECT_FALSE(parse_process_stat(text)->dead());
}

TEST(ProcessTree, AProcessThatWasCollectedIsGone) {
  EXPECT_FALSE(is_gone(::getpid()));
  const pid_t child = ::fork();
  if (child == 0) ::_exit(0);
  ASSERT_EQ(::waitpid(child, nullptr, 0), child);
  EXPECT_TRUE(is_gone(child));
}

TEST(ProcessTree, DescendantsAreChildrenAndTheirChildren) {
  const std::vector<ProcessEntry> all = {process(1, 0),   process(10, 1),
                                         process(11, 10), process(12, 11),
                                         process(20, 1),  process(13, 10)};
  EXPECT_THAT(descendants(all, 10), ElementsAre(11, 13, 12));
  EXPECT_THAT(descendants(all, 20), IsEmpty());
}

TEST(ProcessTree, ALoopOfParentsEnds) {
  const std::vector<ProcessEntry> all = {process(10, 12), process(11, 10),
                                         process(12, 11), process(13, 13)};
  EXPECT_THAT(descendants(all, 10), ElementsAre(11, 12));
}

TEST(ProcessTree, ThisProcessIsListed) {
  const std::optional<ProcessEntry> self = process_entry(::getpid());
  ASSERT_TRUE(self);
  EXPECT_EQ(self->parent, ::getppid());
  EXPECT_EQ(self->session, ::getsid(0));
  std::vector<pid_t> pids;
  for (const ProcessEntry& entry : list_processes()) pids.push_back(entry.pid);
  EXPECT_THAT(pids, Contains(::getpid()));
}

TEST(ProcessTree, AProcessThatIsNotThereIsEmpty) {
  EXPECT_FALSE(process_entry(0x7fffffff));
  EXPECT_THAT(numbered_entries(0x7fffffff, "fd"), IsEmpty());
}

TEST(ProcessTree, ThreadsAreNumberedEntries) {
  EXPECT_THAT(numbered_entries(::getpid(), "task"), Contains(::getpid()));
}

TEST(ProcessEnvironment, OnlyAWholeEntryMatches) {
  using std::string_view_literals::operator""sv;
  constexpr std::string_view kText = "A=1\0RUN=77\0B=\0"sv;
  EXPECT_TRUE(environment_contains(kText, "RUN=77"));
  EXPECT_TRUE(environment_contains(kText, "B="));
  EXPECT_FALSE(environment_contains(kText, "RUN=7"));
  EXPECT_FALSE(environment_contains(kText, "UN=77"));
  EXPECT_FALSE(environment_contains("", "RUN=77"));
  EXPECT_TRUE(environment_contains("A=1\0RUN=77"sv, "RUN=77"));
}

}  // namespace
}  // namespace tidemark
