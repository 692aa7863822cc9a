#include "harness/runtimes/native/data_symbols.h"

#include <gtest/gtest.h>
#include <link.h>

namespace data_symbols_test {
long g_counted[4] = {1, 2, 3, 4};
static long g_hidden = 5;
thread_local long t_own = 6;
struct Shape {
  virtual ~Shape() = default;
  virtual int sides() const { return 0; }
};
struct Square final : Shape {
  int sides() const override { return 4; }
};
}  // namespace data_symbols_test

namespace tidemark {
namespace {

using namespace data_symbols_test;

// Addresses in this program's file.
std::uint64_t bias() {
  std::uint64_t found = 0;
  dl_iterate_phdr(
      [](dl_phdr_info* info, std::size_t, void* into) {
        *static_cast<std::uint64_t*>(into) = info->dlpi_addr;
        return 1;  // the executable comes first
      },
      &found);
  return found;
}

std::uint64_t place(const void* address) {
  return reinterpret_cast<std::uint64_t>(address) - bias();
}

class DataSymbolsTest : public testing::Test {
 protected:
  ElfFile file_{"/proc/self/exe"};
  DataSymbols symbols_{file_};
};

// The symbol table has the files of local symbols; those of others are in
// the debug information, if it tells of variables (not with -g1).
bool is_this_or_unknown(const std::string& file) {
  return file.empty() || file == "data_symbols_test.cc";
}

TEST_F(DataSymbolsTest, AGlobalHasNamePlaceAndFile) {
  DataSymbol found = symbols_.variable(place(&g_counted[2]));
  EXPECT_EQ(found.name, "data_symbols_test::g_counted");
  EXPECT_EQ(found.offset, 16u);
  EXPECT_TRUE(is_this_or_unknown(found.file)) << found.file;
  long* volatile hidden = &g_hidden;
  EXPECT_EQ(symbols_.variable(place(hidden)),
            (DataSymbol{"data_symbols_test::g_hidden", 0,
                        "data_symbols_test.cc", 0, sizeof g_hidden}));
}

TEST_F(DataSymbolsTest, AVariableIsKnownAsFarAsItReaches) {
  const DataSymbol found = symbols_.variable(place(&g_counted[2]));
  EXPECT_EQ(found.before, 16u);
  EXPECT_EQ(found.behind, sizeof g_counted - 16);
}

TEST_F(DataSymbolsTest, AStaticLocalIsNamedWithItsFunction) {
  static long remembered = 7;
  long* volatile at = &remembered;
  DataSymbol found = symbols_.variable(place(at));
  EXPECT_NE(found.name.find("::remembered"), found.name.npos) << found.name;
  EXPECT_EQ(found.file, "data_symbols_test.cc");
}

TEST_F(DataSymbolsTest, AThreadLocalIsFoundByItsPlaceInTheStorage) {
  t_own = 8;
  // It is one of the places: which, only the linker knows.
  bool found = false;
  for (std::uint64_t at = 0; at < 65536 && !found; at += 8) {
    DataSymbol symbol = symbols_.thread_local_variable(at);
    found = symbol.name == "data_symbols_test::t_own" && symbol.offset == 0 &&
            is_this_or_unknown(symbol.file);
  }
  EXPECT_TRUE(found);
}

TEST_F(DataSymbolsTest, AnObjectsFirstWordIsInItsClasssVtable) {
  Square square;
  const void* vtable = *reinterpret_cast<void* const*>(&square);
  EXPECT_EQ(
      symbols_.variable(place(vtable)),
      (DataSymbol{"vtable for data_symbols_test::Square", 16, "", 16, 24}));
}

TEST_F(DataSymbolsTest, NothingIsKnownOfOtherPlaces) {
  EXPECT_EQ(symbols_.variable(~0ull), DataSymbol{});
  EXPECT_EQ(symbols_.variable(1), DataSymbol{});
  EXPECT_EQ(symbols_.thread_local_variable(1ull << 40), DataSymbol{});
}

TEST_F(DataSymbolsTest, AFileThatIsNotThereHasNoSymbols) {
  ElfFile none("/no/such/file");
  EXPECT_EQ(DataSymbols(none).variable(0), DataSymbol{});
}

}  // namespace
}  // namespace tidemark
