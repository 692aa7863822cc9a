#include "harness/runtimes/kernel/parse_memory.h"

#include <gtest/gtest.h>

#include <string>

namespace tidemark::kernel {
namespace {

constexpr Bytes kib(std::int64_t n) { return Bytes{n * 1024}; }

constexpr std::string_view kRollup =
    "55ad71c73000-7ffe5d1f3000 ---p 00000000 00:00 0                  "
    "[rollup]\n"
    "Rss:                1764 kB\n"
    "Pss:                 313 kB\n"
    "Pss_Dirty:           136 kB\n"
    "Pss_Anon:            132 kB\n"
    "Shared_Clean:       1580 kB\n"
    "Shared_Dirty:          4 kB\n"
    "Private_Clean:        48 kB\n"
    "Private_Dirty:       132 kB\n"
    "Swap:                  0 kB\n";

constexpr std::string_view kSmaps =
    "55ad71c73000-55ad71c75000 r--p 00000000 fe:00 247134       "
    "              /usr/bin/cat\n"
    "Size:                  8 kB\n"
    "Rss:                   8 kB\n"
    "Pss:                   4 kB\n"
    "Private_Dirty:         1 kB\n"
    "VmFlags: rd mr mw me \n"
    "7f0000000000-7f8000000000 rw-s 00000000 00:01 1041         "
    "              /memfd:tidemark-agent (deleted)\n"
    "Size:          536870912 kB\n"
    "Rss:                 640 kB\n"
    "Pss:                 320 kB\n"
    "Pss_Dirty:           320 kB\n"
    "Private_Dirty:        64 kB\n"
    "VmFlags: rd wr sh mr mw me ms sd \n"
    "7f8000000000-7f8000001000 rw-s 00001000 00:01 1041         "
    "              /memfd:tidemark-agent (deleted)\n"
    "Rss:                   4 kB\n"
    "Pss:                   2 kB\n"
    "Private_Dirty:         0 kB\n"
    "7ffe5d1d2000-7ffe5d1f3000 rw-p 00000000 00:00 0 \n"
    "Rss:                  16 kB\n"
    "Pss:                  16 kB\n"
    "Private_Dirty:        16 kB\n";

TEST(SmapsRollup, FiguresAreReadByTheirWholeNames) {
  const auto figures = parse_smaps_rollup(kRollup);
  ASSERT_TRUE(figures);
  EXPECT_EQ(*figures, (MemoryFigures{kib(1764), kib(313), kib(132)}));
}

TEST(SmapsRollup, WithoutFiguresThereIsNoAnswer) {
  EXPECT_FALSE(parse_smaps_rollup(""));
  EXPECT_FALSE(parse_smaps_rollup("Rss: many kB\n"));
  EXPECT_FALSE(parse_smaps_rollup("Rss: 12\n"));
  EXPECT_FALSE(parse_smaps_rollup("Rss: -4 kB\n"));
  EXPECT_FALSE(parse_smaps_rollup("Rss: 9223372036854775807 kB\n"));
}

TEST(Smaps, OnlyMappingsOfThePathAreSummed) {
  EXPECT_EQ(sum_mappings(kSmaps, "/memfd:tidemark-agent"),
            (MemoryFigures{kib(644), kib(322), kib(64)}));
  EXPECT_EQ(sum_mappings(kSmaps, "/usr/bin/cat"),
            (MemoryFigures{kib(8), kib(4), kib(1)}));
}

TEST(Smaps, AProcessWithoutTheAgentHasNoneOfIt) {
  EXPECT_EQ(sum_mappings(kSmaps, "/memfd:other"), MemoryFigures{});
  EXPECT_EQ(sum_mappings(kRollup, "/memfd:tidemark-agent"), MemoryFigures{});
}

TEST(ProcessStatus, PageTablesAreVmPte) {
  EXPECT_EQ(parse_page_tables("Name:\tcat\nVmPeak:\t 5688 kB\n"
                              "VmPTE:\t      48 kB\nVmSwap:\t 0 kB\n"),
            kib(48));
  EXPECT_EQ(parse_page_tables("Name:\tzombie\nState:\tZ (zombie)\n"), Bytes{});
}

}  // namespace
}  // namespace tidemark::kernel
