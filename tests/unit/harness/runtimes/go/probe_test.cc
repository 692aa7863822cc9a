#include "harness/runtimes/go/probe.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <mutex>
#include <string>
#include <vector>

#include "harness/runtimes/go/process.h"
#include "tests/support/manual_clock.h"
#include "tests/unit/harness/runtimes/go/page_server.h"

namespace tidemark::go {
namespace {

using testing::HasSubstr;

// A Go service whose pages say what a test wants.
class MadeUpService {
 public:
  std::string url() const { return server_.url(); }

  void has(int sessions, int goroutines, int rate = 1) {
    const std::lock_guard lock(mutex_);
    heap_ = fmt::format(
        "heap profile: 0: 0 [0: 0] @ heap/{}\n"
        "{}: {} [{}: {}] @ 0x101 0x201\n"
        "#\t0x100\tmain.open+0x1\t/src/main.go:10\n"
        // In the name of the program, but the runtime's.
        "{}: {} [{}: {}] @ 0x301 0x201\n"
        "#\t0x100\tmain.open+0x1\t/src/main.go:11\n"
        "1: 416 [1: 416] @ 0x401\n"
        "#\t0x400\truntime.malg+0x27\t/go/src/runtime/proc.go:4076\n"
        "1: 9000 [1: 9000] @ 0x501\n"
        "#\t0x500\truntime/pprof.writeHeap+0x27\t/go/src/pprof.go:1\n"
        "\n# runtime.MemStats\n# HeapAlloc = 3145728\n# NumGC = 4\n",
        rate * 2, sessions, sessions * 100, sessions * 2, sessions * 200,
        sessions, sessions * 96, sessions, sessions * 96);
    goroutines_.clear();
    for (int i = 0; i < goroutines; ++i)
      goroutines_ += fmt::format(
          "goroutine {} [chan receive]:\nmain.wait(0x1)\n\t/src/main.go:20 "
          "+0x17\ncreated by main.open\n\t/src/main.go:12 +0xf3\n\n",
          i + 20);
    goroutines_ +=
        "goroutine 9 [running]:\nruntime/pprof.writeGoroutineStacks(0x1)\n"
        "\t/go/src/pprof.go:692 +0x70\n";
  }

  int asked(const std::string& page) {
    const std::lock_guard lock(mutex_);
    int count = 0;
    for (const std::string& one : requests_)
      count += one.find(page) != std::string::npos;
    return count;
  }

 private:
  std::string answer(const std::string& request) {
    const std::lock_guard lock(mutex_);
    requests_.push_back(request.substr(0, request.find("\r\n")));
    if (request.find("/symbol") != std::string::npos)
      return ok(
          "num_symbols: 1\n0x300 runtime.acquireSudog\n0x100 main.open\n");
    if (request.find("/goroutine") != std::string::npos) return ok(goroutines_);
    return ok(heap_);
  }

  std::mutex mutex_;
  std::vector<std::string> requests_;
  std::string heap_;
  std::string goroutines_;
  PageServer server_{
      [this](const std::string& asked) { return answer(asked); }};
};

class GoProbeTest : public testing::Test {
 protected:
  void SetUp() override {
    service_.has(3, 0);
    GoProbeOptions options;
    options.access.url = service_.url();
    Result<std::unique_ptr<HeapProbe>> made = make_go_probe(options, clock_);
    ASSERT_TRUE(made);
    probe_ = *std::move(made);
  }

  HeapSnapshot look(std::uint32_t cycle) {
    EXPECT_TRUE(probe_->begin_cycle({cycle}));
    const Result<HeapSnapshot> heap = probe_->snapshot();
    EXPECT_TRUE(heap) << heap.error().message;
    return heap ? *heap : HeapSnapshot{};
  }

  std::string subject(SiteId site) {
    return probe_->describe(site).frames.at(0).function;
  }

  MadeUpService service_;
  ManualClock clock_;
  std::unique_ptr<HeapProbe> probe_;
};

TEST_F(GoProbeTest, SaysWhatTheRuntimeSaysOfItself) {
  const Result<HeapDescription> about = probe_->attach({::getpid()});
  ASSERT_TRUE(about) << about.error().message;
  EXPECT_EQ(about->allocator, "go");
  EXPECT_THAT(about->facts,
              testing::Contains("every block is in its heap profile"));
  EXPECT_THAT(about->facts, testing::Contains(HasSubstr("HeapAlloc 3.0 MiB")));
  EXPECT_THAT(about->invisible,
              testing::Contains(HasSubstr("objects below 16 bytes")));
  EXPECT_TRUE(about->unrecorded.empty());
}

TEST_F(GoProbeTest, RingsAreWhatTheLevelsRoseBy) {
  ASSERT_TRUE(probe_->attach({::getpid()}));
  look(1);
  service_.has(8, 2);
  const HeapSnapshot heap = look(2);
  ASSERT_EQ(heap.rings.size(), 3u);
  EXPECT_EQ(subject(heap.rings[0].site), "main.open");
  EXPECT_EQ(heap.rings[0].objects, Count{3});
  EXPECT_EQ(heap.rings[1].born, CycleIndex{2});
  EXPECT_EQ(heap.rings[1].objects, Count{5});
  EXPECT_EQ(heap.rings[1].bytes, Bytes{500});
  EXPECT_EQ(heap.live_objects, Count{8});
  EXPECT_EQ(heap.live_bytes, Bytes{800});
  EXPECT_EQ(heap.counters.allocations, Count{16});
  EXPECT_EQ(heap.counters.frees, Count{8});
  EXPECT_EQ(heap.sample_period, Bytes{});
  ASSERT_EQ(probe_->ever_allocated().size(), 1u);
  EXPECT_EQ(probe_->ever_allocated()[0].bytes, Bytes{1600});
}

TEST_F(GoProbeTest, GoroutinesAreSitesOfTheirOwn) {
  ASSERT_TRUE(probe_->attach({::getpid()}));
  service_.has(0, 4);
  const HeapSnapshot heap = look(1);
  ASSERT_EQ(heap.rings.size(), 1u);
  const SiteRecord site = probe_->describe(heap.rings[0].site);
  EXPECT_EQ(site.kind, MemoryKind::kThread);
  ASSERT_EQ(site.frames.size(), 2u);
  EXPECT_EQ(site.frames[0].function, "main.wait");
  EXPECT_EQ(site.frames[1].function, "main.open");
  EXPECT_EQ(site.frames[1].line, 12u);
  EXPECT_EQ(heap.rings[0].objects, Count{4});
}

TEST_F(GoProbeTest, CollectsTwice) {
  ASSERT_TRUE(probe_->attach({::getpid()}));
  const Result<PurgeRecord> purge = probe_->purge(std::chrono::seconds(1));
  ASSERT_TRUE(purge);
  EXPECT_GT(purge->rss_before.value, 0);
  EXPECT_EQ(service_.asked("/heap?gc=1 "), 2);
}

TEST_F(GoProbeTest, NamesAreAskedOnceForEachAddress) {
  ASSERT_TRUE(probe_->attach({::getpid()}));
  look(1);
  look(2);
  EXPECT_EQ(service_.asked("/symbol"), 1);
}

TEST_F(GoProbeTest, OfASampledHeapRingsHaveSamples) {
  service_.has(3, 0, 524288);
  const Result<HeapDescription> about = probe_->attach({::getpid()});
  ASSERT_TRUE(about);
  EXPECT_THAT(about->facts,
              testing::Contains(HasSubstr("a block for every 512 KiB")));
  EXPECT_TRUE(about->unrecorded.empty());
  const HeapSnapshot heap = look(1);
  EXPECT_EQ(heap.sample_period, Bytes{524288});
  ASSERT_EQ(heap.rings.size(), 1u);
  EXPECT_EQ(heap.rings[0].objects, Count{3});
  // Each of 100 bytes stands for some 5,243.
  EXPECT_NEAR(static_cast<double>(heap.live_objects.value), 3 * 5243.4, 10);
}

TEST_F(GoProbeTest, ARateThatChangesIsTold) {
  service_.has(3, 0, 524288);
  ASSERT_TRUE(probe_->attach({::getpid()}));
  look(1);
  service_.has(3, 0, 1);
  const Result<HeapSnapshot> heap = probe_->snapshot();
  ASSERT_FALSE(heap);
  EXPECT_EQ(heap.error().kind, ErrorKind::kEnvironment);
  EXPECT_THAT(heap.error().message, HasSubstr("was 524288 and is 1 now"));
}

TEST(GoProcess, TheGoProgramThatListensShowsTheProfiles) {
  const auto is = [](std::vector<pid_t> pids) {
    return [pids = std::move(pids)](pid_t pid) {
      return std::find(pids.begin(), pids.end(), pid) != pids.end();
    };
  };
  // A script, `go run`, and what that has built.
  EXPECT_EQ(who_shows_profiles({1, 2, 3}, is({2, 3}), is({3})), 3);
  EXPECT_EQ(who_shows_profiles({1, 2, 3}, is({2, 3}), is({})), 2);
  // Something else stands before it.
  EXPECT_EQ(who_shows_profiles({1, 2, 3}, is({2, 3}), is({1})), 2);
  EXPECT_EQ(who_shows_profiles({1, 2, 3}, is({}), is({2})), 1);
}

TEST_F(GoProbeTest, AHeapWithoutAProfileIsTold) {
  service_.has(0, 0, 0);
  const Result<HeapDescription> about = probe_->attach({::getpid()});
  ASSERT_FALSE(about);
  EXPECT_THAT(about.error().message, HasSubstr("MemProfileRate is 0"));
}

}  // namespace
}  // namespace tidemark::go
