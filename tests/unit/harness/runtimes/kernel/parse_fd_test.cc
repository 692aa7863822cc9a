#include "harness/runtimes/kernel/parse_fd.h"

#include <gtest/gtest.h>

namespace tidemark::kernel {
namespace {

FdCounts counted(std::string_view link) {
  FdCounts counts;
  count_fd(link, counts);
  return counts;
}

TEST(FdLink, EachKindIsCountedAsItself) {
  EXPECT_EQ(counted("socket:[71234]").sockets, Count{1});
  EXPECT_EQ(counted("pipe:[5]").pipes, Count{1});
  EXPECT_EQ(counted("anon_inode:[eventpoll]").epolls, Count{1});
  EXPECT_EQ(counted("anon_inode:[eventfd]").events, Count{1});
  EXPECT_EQ(counted("anon_inode:[timerfd]").events, Count{1});
  EXPECT_EQ(counted("anon_inode:[signalfd]").events, Count{1});
  EXPECT_EQ(counted("anon_inode:inotify").events, Count{1});
  EXPECT_EQ(counted("anon_inode:[perf_event]").other, Count{1});
  EXPECT_EQ(counted("/dev/null").files, Count{1});
  EXPECT_EQ(counted("/memfd:cache (deleted)").files, Count{1});
}

TEST(FdLink, TheAgentsDescriptorIsNotTheServices) {
  EXPECT_EQ(counted("/memfd:tidemark-agent (deleted)"), FdCounts{});
}

TEST(FdLink, ASocketHasAnInode) {
  EXPECT_EQ(socket_inode("socket:[71234]"), 71234u);
  EXPECT_FALSE(socket_inode("pipe:[71234]"));
  EXPECT_FALSE(socket_inode("socket:[]"));
  EXPECT_FALSE(socket_inode("socket:[71234"));
  EXPECT_FALSE(socket_inode("socket:[7x]"));
}

}  // namespace
}  // namespace tidemark::kernel
