// Copies of a running program that stand still: what they hold, and that the
// program does not notice them.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <set>
#include <thread>

#include "harness/base/fd.h"
#include "harness/base/proc_tree.h"
#include "harness/runtimes/native/agent_requests.h"
#include "harness/runtimes/native/frozen_process.h"
#include "harness/runtimes/native/probe.h"
#include "tests/agent/frozen_subject.h"
#include "tests/agent/under_agent.h"
#include "tests/support/real_clock.h"

namespace tidemark {
namespace {

using std::chrono::minutes;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;
using testing::Not;
using testing::Pair;

// Where something is held: the root's kind and name.
using Held = std::pair<RootKind, std::string>;

const LiveBlock* block_of(const FrozenHeap& heap, std::uint64_t bytes) {
  for (const LiveBlock& block : heap.blocks())
    if (block.bytes == bytes) return &block;
  return nullptr;
}

// "g_lobby (frozen_subject.cc) +16".
std::string name_of(const FrozenHeap& heap, const RootRange& root,
                    std::uint64_t word) {
  const RootPart part = heap.root_part(root, word);
  EXPECT_LE(part.from, word);
  EXPECT_GT(part.to, word);
  if (part.begin == word) return part.name;
  return part.name + " +" + std::to_string(word - part.begin);
}

// Every word of a root that is the block's address.
std::set<Held> holders(const FrozenHeap& heap, std::uint64_t bytes) {
  std::set<Held> found;
  const LiveBlock* block = block_of(heap, bytes);
  if (!block) {
    ADD_FAILURE() << "no block of " << bytes << " bytes";
    return found;
  }
  for (const RootRange& root : heap.roots()) {
    std::vector<std::uint64_t> words((root.to - root.from) / 8);
    std::size_t got =
        heap.read(root.from, std::as_writable_bytes(std::span(words)));
    EXPECT_EQ(got, words.size() * 8);
    for (std::size_t i = 0; i < words.size(); ++i)
      if (words[i] == block->address)
        found.insert({root.kind, name_of(heap, root, root.from + i * 8)});
  }
  return found;
}

class Frozen : public testing::Test {
 protected:
  explicit Frozen(const std::string& preload = "")
      : process_({TIDEMARK_FROZEN_SUBJECT}, preload) {
    EXPECT_EQ(process_.line(), "started");
    attach();
  }

  void attach() {
    EXPECT_TRUE(probe_->attach({process_.pid()}));
    EXPECT_TRUE(probe_->begin_cycle({cycle_++}));
    // A hook starts the agent's thread.
    order("a", "allocated");
    segment_ = process_.segment();
    while (segment_->header().agent_tid.load() == 0) sched_yield();
  }

  void order(const std::string& letter, const std::string& answer) {
    process_.write_stdin(letter);
    EXPECT_EQ(process_.line(), answer);
  }

  // REQUIRES: 'h' was ordered: the worker is blocked, and main again.
  std::unique_ptr<FrozenHeap> freeze() {
    wait_until_blocked();
    Result<std::vector<std::unique_ptr<FrozenHeap>>> heaps =
        probe_->freeze(minutes(1));
    if (!heaps || heaps->size() != 1) {
      ADD_FAILURE() << (heaps ? "not one" : heaps.error().message);
      return nullptr;
    }
    return std::move(heaps->front());
  }

  void wait_until_blocked() {
    for (int tid : numbered_entries(process_.pid(), "task"))
      while (!thread_state_is(tid, 'S')) sched_yield();
  }

  bool thread_state_is(int tid, char state) {
    std::optional<ProcessEntry> entry = process_entry(tid);
    return !entry || entry->state == state;
  }

  // The copies and other children of the subject.
  std::vector<pid_t> children() {
    return descendants(list_processes(), process_.pid());
  }

  UnderAgent process_;
  RealClock clock_;
  std::unique_ptr<HeapProbe> probe_ = make_native_probe(clock_);
  std::unique_ptr<SegmentReader> segment_;
  std::uint32_t cycle_ = 1;
};

struct Preload {
  const char* name;
  const char* library;

  // Names a test: without it the bytes would, which differ from run to run.
  friend void PrintTo(const Preload& shown, std::ostream* out) {
    *out << shown.name;
  }
};

// Each allocator has memory of its own in which old pointers lie about.
class FrozenRoots : public Frozen, public testing::WithParamInterface<Preload> {
 protected:
  FrozenRoots() : Frozen(GetParam().library) {}
};

INSTANTIATE_TEST_SUITE_P(
    Allocators, FrozenRoots,
    testing::Values(Preload{"glibc", ""},
                    Preload{"jemalloc", "libjemalloc.so.2"},
                    Preload{"mimalloc", "libmimalloc.so.2"},
                    Preload{"tcmalloc", "libtcmalloc_minimal.so.4"}),
    [](const auto& p) { return std::string(p.param.name); });

// It maps the block with its lock held, and the agent sees the mapping before
// it sees the block.
class Waking : public testing::TestWithParam<Preload> {};

INSTANTIATE_TEST_SUITE_P(
    Allocators, Waking,
    testing::Values(Preload{"glibc", ""},
                    Preload{"jemalloc", "libjemalloc.so.2"},
                    Preload{"mimalloc", "libmimalloc.so.2"},
                    Preload{"tcmalloc", "libtcmalloc_minimal.so.4"}),
    [](const auto& p) { return std::string(p.param.name); });

TEST_P(Waking, AMappedBlockMayBeTheFirstOneOfAll) {
  UnderAgent process({TIDEMARK_FROZEN_SUBJECT}, GetParam().library);
  EXPECT_EQ(process.line(), "started");
  RealClock clock;
  const std::unique_ptr<HeapProbe> probe = make_native_probe(clock);
  ASSERT_TRUE(probe->attach({process.pid()}));
  ASSERT_TRUE(probe->begin_cycle({1}));
  process.write_stdin("b");
  EXPECT_EQ(process.line(), "mapped");
  const auto segment = process.segment();
  while (segment->header().agent_tid.load() == 0) sched_yield();
}

TEST_P(FrozenRoots, GlobalsAreRootsByTheirNames) {
  order("h", "worker");
  auto heap = freeze();
  ASSERT_TRUE(heap);
  EXPECT_EQ(heap->pid(), process_.pid());
  EXPECT_THAT(holders(*heap, kGlobal),
              Contains(Held{RootKind::kGlobal, "g_room (frozen_subject.cc)"}));
  EXPECT_THAT(holders(*heap, kInGlobal),
              Contains(Held{RootKind::kGlobal,
                            "chat::g_lobby (frozen_subject.cc) +16"}));
  EXPECT_THAT(
      holders(*heap, kStaticLocal),
      Contains(Held{RootKind::kGlobal,
                    "(anonymous namespace)::hold_in_static_local()::cache "
                    "(frozen_subject.cc)"}));
}

TEST_P(FrozenRoots, ThreadLocalsAreRootsOfTheirThreads) {
  order("h", "worker");
  auto heap = freeze();
  ASSERT_TRUE(heap);
  EXPECT_THAT(
      holders(*heap, kThreadLocalOfMain),
      Contains(Pair(RootKind::kThreadLocal,
                    "t_own (frozen_subject.cc) of thread frozen_subject (" +
                        std::to_string(process_.pid()) + ")")));
  EXPECT_THAT(
      holders(*heap, kThreadLocalOfWorker),
      Contains(Pair(RootKind::kThreadLocal,
                    MatchesRegex("t_own \\(frozen_subject.cc\\) of thread "
                                 "worker \\([0-9]+\\)"))));
  EXPECT_THAT(holders(*heap, kSpecific),
              Contains(Pair(RootKind::kThreadLocal,
                            MatchesRegex("thread-specific key [0-9]+ of "
                                         "thread worker \\([0-9]+\\)"))));
}

TEST_P(FrozenRoots, StacksAndArgumentsOfBlockedThreadsAreRoots) {
  order("h", "worker");
  auto heap = freeze();
  ASSERT_TRUE(heap);
  EXPECT_THAT(holders(*heap, kStackOfMain),
              Contains(Pair(RootKind::kStack,
                            MatchesRegex("stack of thread frozen_subject "
                                         "\\([0-9]+\\) in .*take_orders"))));
  EXPECT_THAT(
      holders(*heap, kStackOfWorker),
      Contains(Pair(RootKind::kStack, MatchesRegex("stack of thread worker "
                                                   "\\([0-9]+\\) in .*work"))));
  EXPECT_THAT(holders(*heap, kRegister),
              Contains(Pair(RootKind::kRegister,
                            MatchesRegex("register rsi of thread worker "
                                         "\\([0-9]+\\)"))));
}

TEST_P(FrozenRoots, AMappingBesideTheAllocatorIsARootAndABlock) {
  order("h", "worker");
  auto heap = freeze();
  ASSERT_TRUE(heap);
  EXPECT_THAT(holders(*heap, kInMapping),
              Contains(Held{
                  RootKind::kMapping,
                  "memory mapped by (anonymous namespace)::hold_in_mapping"}));
  EXPECT_NE(block_of(*heap, 1 << 20), nullptr);
}

TEST_P(FrozenRoots, WhatNobodyHoldsHasNoHolder) {
  order("h", "worker");
  auto heap = freeze();
  ASSERT_TRUE(heap);
  EXPECT_THAT(holders(*heap, kLost), IsEmpty());
  // The stack of a thread that has ended still has its address.
  EXPECT_THAT(holders(*heap, kStaleStack), IsEmpty());
}

TEST_P(FrozenRoots, AnObjectIsNamedByItsVtable) {
  order("h", "worker");
  auto heap = freeze();
  ASSERT_TRUE(heap);
  std::set<std::string> classes;
  for (const LiveBlock& block : heap->blocks()) {
    std::uint64_t word = 0;
    std::span<std::uint64_t, 1> whole(&word, 1);
    if (block.bytes >= 8 &&
        heap->read(block.address, std::as_writable_bytes(whole)) == 8)
      classes.insert(heap->class_of_vtable(word));
  }
  EXPECT_THAT(classes, Contains("chat::Session"));
}

TEST_P(FrozenRoots, MemoryThatWasNeverTouchedIsNoRoot) {
  order("h", "worker");
  auto heap = freeze();
  ASSERT_TRUE(heap);
  std::uint64_t bytes = 0;
  for (const RootRange& root : heap->roots()) bytes += root.to - root.from;
  EXPECT_LT(bytes, 8u << 20);
  // As a block it is there in its whole size, and can be read as zeros.
  const LiveBlock* block = block_of(*heap, 4ul << 30);
  ASSERT_NE(block, nullptr);
  std::vector<std::byte> part(1 << 20, std::byte{1});
  EXPECT_EQ(heap->read(block->address + (1ul << 30), part), part.size());
  EXPECT_EQ(part, std::vector<std::byte>(part.size()));
}

TEST_P(FrozenRoots, BlocksAreSortedAndRootsDoNotOverlapTheHeap) {
  order("h", "worker");
  auto heap = freeze();
  ASSERT_TRUE(heap);
  std::uint64_t end = 0;
  for (const LiveBlock& block : heap->blocks()) {
    EXPECT_GE(block.address, end);
    end = block.address + block.bytes;
  }
  for (const RootRange& root : heap->roots()) {
    EXPECT_LT(root.from, root.to);
    EXPECT_EQ(root.from % 8, 0u);
    if (root.kind == RootKind::kRegister) continue;
    for (const LiveBlock& block : heap->blocks()) {
      bool inside = root.from <= block.address && block.address < root.to;
      EXPECT_FALSE(inside && block.bytes < 1 << 20)
          << int(root.kind) << " " << heap->root_part(root, root.from).name;
    }
  }
}

TEST_F(Frozen, TheCopyStandsStillWhileTheServiceGoesOn) {
  order("h", "worker");
  auto heap = freeze();
  ASSERT_TRUE(heap);
  std::set<Held> before = holders(*heap, kGlobal);
  order("a", "allocated");
  order("f", "child 3");  // the child writes to g_room
  EXPECT_EQ(holders(*heap, kGlobal), before);
  heap.reset();
  order("a", "allocated");
}

TEST_F(Frozen, TheServiceSeesNoChild) {
  auto heap = freeze();
  ASSERT_TRUE(heap);
  EXPECT_EQ(children().size(), 1u);
  order("w", "waitpid -1 ECHILD, SIGCHLD 0");
  heap.reset();
  order("w", "waitpid -1 ECHILD, SIGCHLD 0");
}

TEST_F(Frozen, ThawingLeavesNoProcess) {
  for (int i = 0; i < 3; ++i) {
    auto heap = freeze();
    ASSERT_TRUE(heap);
    EXPECT_EQ(children().size(), 1u);
    heap.reset();
    EXPECT_THAT(children(), IsEmpty());
  }
}

int connect_to(int port) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  EXPECT_EQ(connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address),
            0);
  return fd;
}

TEST_F(Frozen, TheCopyHoldsNoDescriptor) {
  process_.write_stdin("l");
  std::string port = process_.line();
  ASSERT_EQ(port.substr(0, 5), "port ");
  Fd client(connect_to(std::stoi(port.substr(5))));
  ASSERT_EQ(process_.line(), "accepted");
  auto heap = freeze();
  ASSERT_TRUE(heap);
  ASSERT_EQ(children().size(), 1u);
  EXPECT_THAT(numbered_entries(children().front(), "fd"), IsEmpty());
  order("c", "closed");
  pollfd readable{client.get(), POLLIN, 0};
  ASSERT_EQ(poll(&readable, 1, 60000), 1);
  char byte;
  EXPECT_EQ(read(client.get(), &byte, 1), 0);
}

TEST_F(Frozen, ACopyIsNoProcessOfTheService) {
  auto heap = freeze();
  ASSERT_TRUE(heap);
  Result<HeapDescription> about =
      probe_->attach({process_.pid(), children().front()});
  ASSERT_TRUE(about);
  EXPECT_THAT(about->invisible, IsEmpty());
}

TEST_F(Frozen, AServiceThatMayNotForkIsAClearError) {
  order("u", "refused");
  wait_until_blocked();
  auto heaps = probe_->freeze(minutes(1));
  ASSERT_FALSE(heaps);
  EXPECT_EQ(heaps.error().kind, ErrorKind::kEnvironment);
  EXPECT_EQ(heaps.error().message,
            "process " + std::to_string(process_.pid()) +
                " cannot be copied to see who holds its memory: fork: "
                "Resource temporarily unavailable");
  EXPECT_THAT(heaps.error().hint, HasSubstr("ulimit -u"));
  order("a", "allocated");
}

// Ends of a process, seen through its pidfd.
class End {
 public:
  explicit End(pid_t pid)
      : handle_(static_cast<int>(syscall(SYS_pidfd_open, pid, 0))) {
    EXPECT_TRUE(handle_);
  }
  bool comes() const {
    pollfd ended{handle_.get(), POLLIN, 0};
    return poll(&ended, 1, 60000) == 1;
  }

 private:
  Fd handle_;
};

TEST_F(Frozen, ACopyEndsWithTheService) {
  auto heap = freeze();
  ASSERT_TRUE(heap);
  End end(children().front());
  kill(process_.pid(), SIGKILL);
  EXPECT_TRUE(end.comes());
}

TEST_F(Frozen, ACopyEndsWhenTheServiceIsReplacedByAnother) {
  auto heap = freeze();
  ASSERT_TRUE(heap);
  End end(children().front());
  process_.write_stdin("x");
  EXPECT_EQ(process_.line(), "started");
  EXPECT_TRUE(end.comes());
}

TEST_F(Frozen, ACopyEndsWithTheHarness) {
  pid_t harness = fork();
  if (harness == 0) {
    pause();
    _exit(0);
  }
  segment_->command().harness_pid.store(static_cast<std::uint32_t>(harness));
  std::uint32_t asked = ask_agent(*segment_, agent::Request::kFreeze);
  ASSERT_TRUE(
      wait_for_agent(*segment_, asked, clock_, clock_.now() + minutes(1)));
  pid_t copy = static_cast<pid_t>(segment_->command().frozen_pid.load());
  ASSERT_TRUE(is_copy_of(copy, process_.pid()));
  End end(copy);
  kill(harness, SIGKILL);
  waitpid(harness, nullptr, 0);
  EXPECT_TRUE(end.comes());
  // The agent reaps it.
  while (!children().empty()) sched_yield();
}

// The segment says that some process is the copy.
TEST_F(Frozen, OnlyACopyOfTheServiceIsTakenForOne) {
  EXPECT_FALSE(is_copy_of(getpid(), process_.pid()));
  EXPECT_FALSE(is_copy_of(process_.pid(), getpid()));
  auto heap = freeze();
  ASSERT_TRUE(heap);
  EXPECT_TRUE(is_copy_of(children().front(), process_.pid()));
  EXPECT_FALSE(is_copy_of(children().front(), getpid()));
}

}  // namespace
}  // namespace tidemark
