#include "harness/report/names.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace tidemark {
namespace {

TEST(ShortName, ReadsAsAPersonWouldWriteIt) {
  const std::vector<std::pair<const char*, const char*>> cases = {
      {"main", "main"},
      {"chat::Room::join(int, char const*)", "chat::Room::join"},
      {"chat::Room::size() const", "chat::Room::size"},
      {"std::vector<int> chat::make<int>(int)", "chat::make<int>"},
      {"chat::(anonymous namespace)::f(void (*)(int))", "chat::f"},
      {"chat::name[abi:cxx11](int)", "chat::name"},
      {"chat::f(int)::{lambda(int)#1}::operator()(int) const",
       "chat::f::{lambda}::operator()"},
      {"chat::f(int) const::{lambda(int)#1}::operator()(int) const",
       "chat::f::{lambda}::operator()"},
      {"chat::put(std::__cxx11::basic_string<char, std::char_traits<char>, "
       "std::allocator<char> >)",
       "chat::put"},
      {"chat::Box<std::__cxx11::basic_string<char, std::char_traits<char>, "
       "std::allocator<char> > >::put()",
       "chat::Box<std::string>::put"},
      {"chat::Box<std::vector<std::vector<long, std::allocator<long> > > "
       ">::f()",
       "chat::Box<…>::f"},
      {"operator new(unsigned long)", "operator new"},
      {"operator new[](unsigned long)", "operator new[]"},
      {"chat::operator->(int)", "chat::operator->"},
      {"chat::operator<(int, int)", "chat::operator<"},
      {"chat::Room::operator bool() const", "chat::Room::operator bool"},
      {"std::ostream& std::operator<< <char>(std::ostream&, char)",
       "std::operator<<<char>"},
      {"module.so+0x12", "module.so+0x12"},
      {"unknown code+0x12", "unknown code+0x12"},
      {"", ""},
      {"a<b", "a<b"},
      {"net/http.(*conn).serve", "net/http.(*conn).serve"},
  };
  for (const auto& [full, brief] : cases)
    EXPECT_EQ(short_name(full), brief) << full;
}

TEST(ShortName, HostileBracketsEndInTime) {
  for (const char* part : {"(", "<", "{", "operator", "operator<", "a::"}) {
    std::string text;
    for (int i = 0; i < 100000; ++i) text += part;
    EXPECT_LE(short_name(text).size(), 4100u);
  }
}

TEST(ShortPath, KeepsTheEndCutAtAFolder) {
  EXPECT_EQ(short_path("src/chat.cc", 20), "src/chat.cc");
  EXPECT_EQ(short_path("/very/long/path/to/chat.cc", 16), "…/to/chat.cc");
  EXPECT_EQ(short_path("averylongfilename.cc", 8), "…name.cc");
}

}  // namespace
}  // namespace tidemark
