#include "harness/runtimes/kernel/parse_unix.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tidemark::kernel {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::string_view kNetUnix =
    "Num       RefCount Protocol Flags    Type St Inode Path\n"
    "0000000000000000: 00000002 00000000 00010000 0001 01 41234 /run/a b\n"
    "0000000000000000: 00000003 00000000 00000000 0001 03 41235 /run/a b\n"
    "0000000000000000: 00000002 00000000 00000000 0001 02     0 /run/a b\n"
    "0000000000000000: 00000003 00000000 00000000 0001 03 41236\n"
    "0000000000000000: 00000002 00000000 00000000 0002 01 41237 /dev/log\n"
    "0000000000000000: 00000002 00000000 00010000 0001 01 41238 @abstract\n"
    "0000000000000000: 00000002 00000000 00000000 0001 01 41239";

TEST(NetUnix, EachLineOfAStreamIsASocket) {
  EXPECT_THAT(parse_net_unix(kNetUnix),
              ElementsAre(UnixSocket{41234, UnixState::kListening, "/run/a b"},
                          UnixSocket{41235, UnixState::kConnected, "/run/a b"},
                          UnixSocket{0, UnixState::kWaiting, "/run/a b"},
                          UnixSocket{41236, UnixState::kConnected, ""},
                          UnixSocket{41238, UnixState::kListening, "@abstract"},
                          UnixSocket{41239, UnixState::kOther, ""}));
}

TEST(NetUnix, LinesOfAnotherFormAreLeftOut) {
  EXPECT_THAT(parse_net_unix(""), IsEmpty());
  EXPECT_THAT(parse_net_unix("0: 2 0 0 1 3"), IsEmpty());
  EXPECT_THAT(parse_net_unix("0: 2 0 0 1 3 x\n"), IsEmpty());
  EXPECT_THAT(parse_net_unix("0 2 0 0 1 3 7\n"), IsEmpty());
  EXPECT_THAT(parse_net_unix("0: 2 0 fffffffff 1 3 7\n"), IsEmpty());
}

TEST(NetUnix, EveryCutIsReadWithoutACrash) {
  for (std::size_t size = 0; size < kNetUnix.size(); ++size) {
    const std::string cut(kNetUnix.substr(0, size));
    EXPECT_LE(parse_net_unix(cut).size(), 6u);
  }
}

}  // namespace
}  // namespace tidemark::kernel
