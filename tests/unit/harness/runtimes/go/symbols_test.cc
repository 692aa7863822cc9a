#include "harness/runtimes/go/symbols.h"

#include <gtest/gtest.h>

namespace tidemark::go {
namespace {

TEST(GoSymbols, AddressesAreAskedTogether) {
  EXPECT_EQ(symbol_question({0x43e33d, 0x1}), "0x43e33d+0x1");
  EXPECT_EQ(symbol_question({}), "");
}

TEST(GoSymbols, NamesComeByAddress) {
  const auto names = read_symbols(
      "num_symbols: 1\n0x43e33d runtime.allocm\n0x1 main.f[...]\nx\n0xzz y\n");
  ASSERT_EQ(names.size(), 2u);
  EXPECT_EQ(names.at(0x43e33d), "runtime.allocm");
  EXPECT_EQ(names.at(1), "main.f[...]");
}

}  // namespace
}  // namespace tidemark::go
