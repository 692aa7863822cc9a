#include "harness/target/output_reader.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace tidemark {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::SizeIs;

class OutputReaderTest : public testing::Test {
 protected:
  OutputReaderTest() {
    int ends[2] = {};
    EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    read_end_.reset(ends[0]);
    write_end_.reset(ends[1]);
  }
  void write(std::string_view text) {
    // Blocks while the pipe is full: returns only if somebody reads.
    EXPECT_EQ(::write(write_end_.get(), text.data(), text.size()),
              static_cast<ssize_t>(text.size()));
  }

  Fd read_end_;
  Fd write_end_;
};

TEST_F(OutputReaderTest, AChattyWriterIsNeverBlocked) {
  OutputReader reader(std::move(read_end_), "", -1);
  std::string chatter;
  for (int i = 0; i < 1'000'000; ++i) chatter += "chatter\n";
  write(chatter);
  reader.finish();
  EXPECT_THAT(reader.lines(), SizeIs(OutputTail::kLines));
  EXPECT_THAT(reader.lines(), Each("chatter"));
}

TEST_F(OutputReaderTest, FinishTakesInWhatWasWrittenBefore) {
  OutputReader reader(std::move(read_end_), "last", -1);
  write("first\nlast words");
  reader.finish();
  EXPECT_THAT(reader.lines(), ElementsAre("first", "last words"));
  EXPECT_TRUE(reader.saw_awaited());
}

TEST_F(OutputReaderTest, FinishDoesNotWaitForTheOtherEnd) {
  OutputReader reader(std::move(read_end_), "", -1);
  reader.finish();
  reader.finish();
  EXPECT_TRUE(write_end_);
}

TEST_F(OutputReaderTest, AllIsPassedThroughWhenAsked) {
  int ends[2] = {};
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  const Fd copy_read(ends[0]);
  const Fd copy_write(ends[1]);
  OutputReader reader(std::move(read_end_), "", copy_write.get());
  write("\x1b[31mas it is\n");
  reader.finish();
  char buffer[64] = {};
  EXPECT_EQ(::read(copy_read.get(), buffer, sizeof buffer), 14);
  EXPECT_STREQ(buffer, "\x1b[31mas it is\n");
}

}  // namespace
}  // namespace tidemark
