#include "harness/runtimes/native/stack_frames.h"

#include <gtest/gtest.h>

namespace tidemark {
namespace {

bool call(std::initializer_list<unsigned> code) {
  std::vector<std::byte> bytes(8, std::byte{0x90});
  for (unsigned byte : code) bytes.push_back(static_cast<std::byte>(byte));
  return ends_with_call(bytes);
}

TEST(StackFrames, CallsAreToldFromOtherCode) {
  EXPECT_TRUE(call({0xe8, 0, 1, 2, 3}));              // call f
  EXPECT_TRUE(call({0xff, 0xd0}));                    // call *%rax
  EXPECT_TRUE(call({0x41, 0xff, 0xd4}));              // call *%r12
  EXPECT_TRUE(call({0xff, 0x10}));                    // call *(%rax)
  EXPECT_TRUE(call({0xff, 0x50, 0x18}));              // call *24(%rax)
  EXPECT_TRUE(call({0xff, 0x15, 1, 2, 3, 4}));        // call *f@GOT(%rip)
  EXPECT_TRUE(call({0xff, 0x14, 0xd0}));              // call *(%rax,%rdx,8)
  EXPECT_TRUE(call({0xff, 0x94, 0x24, 1, 2, 3, 4}));  // call *n(%rsp)
  EXPECT_FALSE(call({0xe9, 0, 1, 2, 3}));             // jmp f
  EXPECT_FALSE(call({0xff, 0xe0}));                   // jmp *%rax
  EXPECT_FALSE(call({0xff, 0xd0, 0x90}));
  EXPECT_FALSE(ends_with_call({}));
}

}  // namespace
}  // namespace tidemark
