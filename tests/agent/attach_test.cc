// The agent comes into a program that runs, and leaves it again.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <thread>

#include "bare_process.h"
#include "harness/attach/loaded_agent.h"
#include "harness/attach/mapped_range.h"
#include "harness/base/proc_tree.h"
#include "harness/base/text_file.h"
#include "harness/runtimes/native/agent_requests.h"
#include "harness/runtimes/native/segment_reader.h"
#include "tests/support/real_clock.h"

namespace tidemark {
namespace {

using attach::load_agent;
using attach::unload_agent;
using testing::HasSubstr;
using testing::Not;

const std::string kLibrary = TIDEMARK_ATTACHED_LIBRARY;

std::string words() { return "harness=" + std::to_string(getpid()); }

Status load(const BareProcess& process) {
  return load_agent(process.pid(), kLibrary, words());
}

Status unload(const BareProcess& process) {
  return unload_agent(process.pid(), kLibrary);
}

std::string maps(pid_t pid) {
  return read_file("/proc/" + std::to_string(pid) + "/maps").value_or("");
}

std::map<std::uint64_t, std::uint64_t> live_by_size(pid_t pid) {
  std::map<std::uint64_t, std::uint64_t> sizes;
  Result<std::unique_ptr<SegmentReader>> segment = SegmentReader::open(pid);
  EXPECT_TRUE(segment) << segment.error().message;
  if (!segment) return sizes;
  (*segment)->each_block([&](const RawBlock& block) {
    if ((*segment)->site(agent::cell_site(block.cell)).caller !=
        agent::kAgentCaller)
      ++sizes[block.bytes];
  });
  return sizes;
}

void expect_no_trace(pid_t pid) {
  EXPECT_THAT(maps(pid), Not(HasSubstr("tidemark")));
  for (const int tid : numbered_entries(pid, "task")) {
    const std::string name =
        read_file("/proc/" + std::to_string(tid) + "/comm").value_or("");
    EXPECT_THAT(name, Not(HasSubstr("tidemark")));
  }
  for (const int fd : numbered_entries(pid, "fd")) {
    char link[256] = {};
    const std::string path =
        "/proc/" + std::to_string(pid) + "/fd/" + std::to_string(fd);
    EXPECT_GE(readlink(path.c_str(), link, sizeof link - 1), 0);
    EXPECT_THAT(std::string(link), Not(HasSubstr("tidemark")));
  }
}

#define ASSERT_GOOD(status)                                  \
  do {                                                       \
    const Status checked = (status);                         \
    ASSERT_TRUE(checked) << checked.error().message << " / " \
                         << checked.error().hint;            \
  } while (false)

TEST(Attach, BlocksMadeAfterwardsAreSeen) {
  BareProcess subject({TIDEMARK_ATTACH_SUBJECT});
  EXPECT_EQ(subject.ask("make 10"), "10 480 ok");
  ASSERT_GOOD(load(subject));
  EXPECT_EQ(subject.ask("make 7"), "17 816 ok");
  EXPECT_EQ(live_by_size(subject.pid())[48], 7u);
  ASSERT_GOOD(unload(subject));
  EXPECT_EQ(subject.ask("make 3"), "20 960 ok");
  EXPECT_EQ(subject.finish(), 0);
}

TEST(Attach, OldBlocksAreFreedAndMovedUntouched) {
  BareProcess subject({TIDEMARK_ATTACH_SUBJECT});
  EXPECT_EQ(subject.ask("make 100"), "100 4800 ok");
  ASSERT_GOOD(load(subject));
  EXPECT_EQ(subject.ask("grow 5000"), "100 500000 ok");
  EXPECT_EQ(live_by_size(subject.pid())[5000], 100u);
  EXPECT_EQ(subject.ask("drop"), "0 0 ok");
  EXPECT_EQ(live_by_size(subject.pid())[5000], 0u);
  EXPECT_EQ(subject.ask("make 5"), "5 240 ok");
  ASSERT_GOOD(unload(subject));
  EXPECT_EQ(subject.ask("grow 9000"), "5 45000 ok");
  EXPECT_EQ(subject.ask("drop"), "0 0 ok");
  EXPECT_EQ(subject.finish(), 0);
}

// How much is mapped, but for the heap, which the loader uses as well. Not in
// how many parts: kernels differ in what they join.
std::uint64_t mapped_bytes(pid_t pid) {
  std::uint64_t bytes = 0;
  for (const attach::MappedRange& range : attach::parse_ranges(maps(pid)))
    if (range.path != "[heap]") bytes += range.end - range.begin;
  return bytes;
}

TEST(Attach, LeavesWithoutATrace) {
  BareProcess subject({TIDEMARK_ATTACH_SUBJECT});
  subject.ask("make 10");
  const std::uint64_t before = mapped_bytes(subject.pid());
  ASSERT_GOOD(load(subject));
  EXPECT_THAT(maps(subject.pid()), HasSubstr("tidemark"));
  ASSERT_GOOD(unload(subject));
  expect_no_trace(subject.pid());
  EXPECT_EQ(mapped_bytes(subject.pid()), before) << maps(subject.pid());
  EXPECT_EQ(subject.ask("make 1"), "11 528 ok");
  EXPECT_EQ(subject.finish(), 0);
}

// As when tidemark is built anew during a run.
TEST(Attach, ALibraryThatWasReplacedIsLeftAsWell) {
  char folder[] = "/tmp/tidemark.XXXXXX";
  ASSERT_NE(mkdtemp(folder), nullptr);
  const std::string library = std::string(folder) + "/libtidemark_attached.so";
  std::filesystem::copy_file(kLibrary, library);
  BareProcess subject({TIDEMARK_ATTACH_SUBJECT});
  subject.ask("make 10");
  ASSERT_GOOD(load_agent(subject.pid(), library, words()));
  std::filesystem::remove_all(folder);
  EXPECT_TRUE(attach::has_agent(subject.pid(), library));
  ASSERT_GOOD(unload_agent(subject.pid(), library));
  expect_no_trace(subject.pid());
  EXPECT_EQ(subject.finish(), 0);
}

TEST(Attach, TwiceInARow) {
  BareProcess subject({TIDEMARK_ATTACH_SUBJECT});
  subject.ask("sum");
  for (int round = 1; round <= 2; ++round) {
    ASSERT_GOOD(load(subject));
    subject.ask("make 4");
    EXPECT_EQ(live_by_size(subject.pid())[48], 4u);
    ASSERT_GOOD(unload(subject));
    expect_no_trace(subject.pid());
  }
  EXPECT_EQ(subject.finish(), 0);
}

// Of the parent's thread and segment it has only the word.
TEST(Attach, AForkedChildThatDidNothingIsLeftToo) {
  BareProcess subject({TIDEMARK_ATTACH_SUBJECT});
  subject.ask("make 10");
  ASSERT_GOOD(load(subject));
  const pid_t child = std::stoi(subject.ask("fork"));
  ASSERT_GOOD(unload_agent(child, kLibrary));
  expect_no_trace(child);
  EXPECT_EQ(subject.ask("make 1"), "11 528 ok");
  ASSERT_GOOD(unload(subject));
  EXPECT_EQ(subject.ask("drop"), "0 0 ok");
  expect_no_trace(subject.pid());
  EXPECT_EQ(subject.finish(), 0);
}

TEST(Attach, AForkedChildThatWorkedIsLeftToo) {
  BareProcess subject({TIDEMARK_ATTACH_SUBJECT});
  subject.ask("sum");
  ASSERT_GOOD(load(subject));
  subject.ask("make 10");
  const pid_t child = std::stoi(subject.ask("fork"));
  EXPECT_EQ(subject.ask("make 7"), "17 816 ok");
  EXPECT_EQ(live_by_size(child)[48], 17u);
  ASSERT_GOOD(unload_agent(child, kLibrary));
  expect_no_trace(child);
  EXPECT_EQ(subject.ask("drop"), "0 0 ok");
  ASSERT_GOOD(unload(subject));
  expect_no_trace(subject.pid());
  EXPECT_EQ(subject.finish(), 0);
}

TEST(Attach, WithoutAThreadOfItsOwnItIsLeftAsWell) {
  BareProcess subject({TIDEMARK_ATTACH_SUBJECT});
  subject.ask("nothreads");
  ASSERT_GOOD(load(subject));
  subject.ask("make 7");
  EXPECT_EQ(live_by_size(subject.pid())[48], 7u);
  Result<std::unique_ptr<SegmentReader>> segment =
      SegmentReader::open(subject.pid());
  ASSERT_TRUE(segment);
  EXPECT_NE((*segment)->header().flags.load() & agent::kFlagNoThread, 0u);
  ASSERT_GOOD(unload(subject));
  expect_no_trace(subject.pid());
  EXPECT_EQ(subject.finish(), 0);
}

TEST(Attach, TheLibraryStaysWhereAnAddressOfItIsKept) {
  BareProcess subject({TIDEMARK_ATTACH_SUBJECT});
  subject.ask("make 10");
  ASSERT_GOOD(load(subject));
  subject.ask("hold");
  const Status left = unload(subject);
  ASSERT_FALSE(left);
  EXPECT_THAT(left.error().message, HasSubstr("keeps an address"));
  EXPECT_THAT(maps(subject.pid()), HasSubstr("libtidemark_attached"));
  EXPECT_EQ(subject.ask("let"), "10 480 ok");
  EXPECT_EQ(subject.ask("make 5"), "15 720 ok");
  EXPECT_EQ(subject.ask("drop"), "0 0 ok");
  EXPECT_EQ(subject.ask("let"), "0 0 ok");
  // A child has the address, too, and nothing of the agent begins there.
  const pid_t child = std::stoi(subject.ask("fork"));
  EXPECT_EQ(subject.ask("let"), "0 0 ok");
  EXPECT_EQ(numbered_entries(child, "task").size(), 1u);
  EXPECT_FALSE(SegmentReader::open(child));
  EXPECT_EQ(subject.finish(), 0);
}

// The loader finds the functions of these in other ways than usual.
class AttachToAllocator : public testing::TestWithParam<const char*> {};

TEST_P(AttachToAllocator, ItsBlocksAreSeen) {
  BareProcess subject({"/usr/bin/env", std::string("LD_PRELOAD=") + GetParam(),
                       TIDEMARK_ATTACH_SUBJECT});
  EXPECT_EQ(subject.ask("make 10"), "10 480 ok");
  ASSERT_THAT(maps(subject.pid()), HasSubstr(GetParam()));
  ASSERT_GOOD(load(subject));
  EXPECT_EQ(subject.ask("make 7"), "17 816 ok");
  EXPECT_EQ(live_by_size(subject.pid())[48], 7u);
  EXPECT_EQ(subject.ask("drop"), "0 0 ok");
  EXPECT_EQ(live_by_size(subject.pid())[48], 0u);
  ASSERT_GOOD(unload(subject));
  expect_no_trace(subject.pid());
  EXPECT_EQ(subject.finish(), 0);
}

INSTANTIATE_TEST_SUITE_P(Found, AttachToAllocator,
                         testing::Values(TIDEMARK_OLD_HASH,
                                         TIDEMARK_CHOSEN_MALLOC),
                         [](const auto& allocator) {
                           return allocator.index == 0 ? "ByTheOldTable"
                                                       : "ByAChoice";
                         });

TEST(Attach, CallsOfALibraryThatIsLoadedLaterAreSeenFromTheNextRequestOn) {
  BareProcess subject({TIDEMARK_ATTACH_SUBJECT});
  subject.ask("make 1");
  ASSERT_GOOD(load(subject));
  EXPECT_EQ(subject.ask("load " TIDEMARK_PLUGIN), "loaded");
  Result<std::unique_ptr<SegmentReader>> segment =
      SegmentReader::open(subject.pid());
  ASSERT_TRUE(segment) << segment.error().message;
  RealClock clock;
  const std::uint32_t asked = ask_agent(**segment, agent::Request::kStatistics);
  ASSERT_TRUE(wait_for_agent(**segment, asked, clock,
                             clock.now() + std::chrono::minutes(5)));
  subject.ask("plugin 77");
  EXPECT_EQ(live_by_size(subject.pid())[77], 1u);
  ASSERT_GOOD(unload(subject));
  expect_no_trace(subject.pid());
  EXPECT_EQ(subject.finish(), 0);
}

// Its calls do not go through a table.
TEST(Attach, AProgramWithAMallocOfItsOwnIsRefused) {
  BareProcess subject({TIDEMARK_STATIC_JEMALLOC});
  EXPECT_EQ(subject.read_line(), "ready");
  const Status loaded = load(subject);
  ASSERT_FALSE(loaded);
  EXPECT_THAT(loaded.error().message, HasSubstr("its own malloc"));
  expect_no_trace(subject.pid());
  EXPECT_EQ(subject.finish(), 0);
}

// A thread of the service that loads a library whose constructor waits for
// somebody: who calls dlopen() has to wait for it.
class WhileALibraryIsLoaded : public testing::Test {
 protected:
  WhileALibraryIsLoaded() {
    EXPECT_EQ(mkfifo(at_.c_str(), 0600), 0);
    EXPECT_EQ(mkfifo(go_.c_str(), 0600), 0);
    subject_.emplace(std::vector<std::string>{
        "/usr/bin/env", "TIDEMARK_PLUGIN_AT=" + at_,
        "TIDEMARK_PLUGIN_GO=" + go_, TIDEMARK_ATTACH_SUBJECT});
    EXPECT_EQ(subject_->ask("make 3"), "3 144 ok");
    EXPECT_EQ(subject_->ask("loading " TIDEMARK_PLUGIN), "loading");
    close(open(at_.c_str(), O_RDONLY | O_CLOEXEC));
  }
  ~WhileALibraryIsLoaded() override {
    subject_.reset();
    std::filesystem::remove_all(folder_);
  }
  void let_it_go_on() { close(open(go_.c_str(), O_WRONLY | O_CLOEXEC)); }
  BareProcess& subject() { return *subject_; }

 private:
  char folder_[32] = "/tmp/tidemark.XXXXXX";
  std::string at_ = std::string(mkdtemp(folder_)) + "/at";
  std::string go_ = std::string(folder_) + "/go";
  std::optional<BareProcess> subject_;
};

TEST_F(WhileALibraryIsLoaded, AThreadThatWaitsForItIsPutBack) {
  attach::Patience patience;
  patience.for_a_call = std::chrono::milliseconds(100);
  const Status loaded =
      load_agent(subject().pid(), kLibrary, words(), patience);
  ASSERT_FALSE(loaded);
  EXPECT_THAT(loaded.error().message, HasSubstr("was put back"));
  EXPECT_EQ(subject().ask("make 1"), "4 192 ok");
  let_it_go_on();
  EXPECT_EQ(subject().ask("calm"), "4 192 ok");
  ASSERT_GOOD(load(subject()));
  ASSERT_GOOD(unload(subject()));
  expect_no_trace(subject().pid());
  EXPECT_EQ(subject().finish(), 0);
}

// The call of a thread that runs, or waits in the kernel.
long system_call_of(pid_t tid) {
  const std::string text =
      read_file("/proc/" + std::to_string(tid) + "/syscall").value_or("");
  return text.starts_with("running") ? -1 : std::atol(text.c_str());
}

TEST_F(WhileALibraryIsLoaded, AThreadGoesBackByItselfWhenTidemarkIsKilled) {
  const pid_t tidemark = fork();
  if (tidemark == 0) {
    (void)load(subject());
    _exit(0);
  }
  while (system_call_of(subject().pid()) != SYS_futex) {
  }
  kill(tidemark, SIGKILL);
  EXPECT_EQ(waitpid(tidemark, nullptr, 0), tidemark);
  let_it_go_on();
  EXPECT_EQ(subject().ask("make 1"), "4 192 ok");
  EXPECT_EQ(subject().ask("calm"), "4 192 ok");
  // Nobody has told the library to do anything.
  ASSERT_GOOD(unload(subject()));
  expect_no_trace(subject().pid());
  EXPECT_EQ(subject().finish(), 0);
}

// Every thread of the process is inside the allocator most of the time.
TEST(Attach, FiftyTimesWhileTheAllocatorIsHammered) {
  BareProcess subject({TIDEMARK_ATTACH_SUBJECT});
  subject.ask("threads 4");
  for (int round = 0; round < 50; ++round) {
    ASSERT_GOOD(load(subject));
    ASSERT_GOOD(unload(subject));
    const unsigned long before = std::stoul(subject.ask("rounds"));
    while (std::stoul(subject.ask("rounds")) == before) {
    }
  }
  subject.ask("calm");
  expect_no_trace(subject.pid());
  EXPECT_EQ(subject.finish(), 0);
}

}  // namespace
}  // namespace tidemark
